"""Files that are made to do harm: bombs, texts of enormous depth, sizes that nobody has; all are refused quickly and in little
memory. Those of HDF5 itself are in Tests/CheckpointsTests/Reference/hostile."""

import io
import json
import pathlib
import struct
import subprocess
import tempfile
import zipfile
import zlib

from . import formats, trials

WHAT = "hostile files"
MEGABYTES = 200
DEEP = "[" * 100_000 + "]" * 100_000
HUGE = 100 << 30
# A small process starts the command: one that a large one starts would count its memory.
LAUNCHER = """
import os, sys, time
begin = time.monotonic()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
with open("usage", "w") as file:
    file.write(f"{os.waitstatus_to_exitcode(status)} {time.monotonic() - begin} {usage.ru_maxrss / 1024}")
"""


def members():
    with zipfile.ZipFile(formats.REFERENCE / "archives" / "keras.keras") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(**changes):
    """An archive with other members; `None` leaves one out."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in {**members(), **changes}.items():
            if data is not None:
                target.writestr(name, data)
    return file.getvalue()


def bomb(member):
    """A member that unpacks to 100 GB of zeros, and says so."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = piece * (HUGE >> 24) + b"\x03\x00"
    extra = struct.pack("<HHQQ", 1, 16, HUGE, len(packed))
    header = struct.pack("<4s5H3I2H", b"PK\3\4", 45, 0, 8, 0, 33, 0, 0xFFFFFFFF, 0xFFFFFFFF, len(member), len(extra))
    data = archive(**{member: None})
    end = data.rindex(b"PK\5\6")
    count, length, start = struct.unpack("<HII", data[end + 10:end + 20])
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 45, 45, 0, 8, 0, 33, 0, 0xFFFFFFFF, 0xFFFFFFFF, len(member), len(extra), 0, 0,
                        0, 0, start) + member.encode() + extra
    body = data[:start] + header + member.encode() + extra + packed
    return body + data[start:start + length] + entry + struct.pack(
        "<4s4H2IH", b"PK\5\6", 0, 0, count + 1, count + 1, length + len(entry), len(body), 0)


def lying_bomb():
    """A file of weights that unpacks to far more than the list of members says."""
    data = bytearray(archive(**{"model.weights.h5": bytes(1 << 30)}))
    for mark, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = data.rindex(mark)
        data[at + offset:at + offset + 4] = struct.pack("<I", 70000)
    return bytes(data)


def config(change):
    value = json.loads(members()["config.json"])
    change(value["config"]["layers"])
    return json.dumps(value)


def set_units(units):
    def change(layers):
        for layer in layers:
            if "units" in layer["config"]:
                layer["config"]["units"] = units
    return change


def safetensors(whole, change):
    size = struct.unpack("<Q", whole[:8])[0]
    header, body = json.loads(whole[8:8 + size]), bytearray(whole[8 + size:])
    change(header, body)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def files(whole):
    """Names and bytes; `whole` is a good file of safetensors."""
    name = next(name for name in json.loads(whole[8:8 + struct.unpack("<Q", whole[:8])[0]]) if name.endswith("bias"))
    yield "units.keras", archive(**{"config.json": config(set_units(5))})
    yield "huge.keras", archive(**{"config.json": config(set_units(500_000))})
    yield "climbs.keras", archive(**{"../../evil.txt": b"evil"})
    yield "bomb-weights.keras", bomb("model.weights.h5")
    yield "bomb-config.keras", bomb("config.json")
    yield "lying.keras", lying_bomb()
    yield "deep.keras", archive(**{"config.json": DEEP})
    yield "long.keras", archive(**{"config.json": b" " * (1 << 30)})
    yield "cut.keras", archive()[:-60]
    yield "no-config.keras", archive(**{"config.json": None})
    yield "something-else.keras", archive(**dict.fromkeys(members()), **{"a.txt": b"a"})
    yield "no-hdf5.keras", archive(**{"model.weights.h5": b"no HDF5" * 100})
    yield "text.h5", b"hello\n"
    yield "empty.keras", b""
    yield "deep.safetensors", struct.pack("<Q", len(DEEP) + 6) + b'{"a":' + DEEP.encode() + b"}"
    yield "long.safetensors", struct.pack("<Q", HUGE) + b"{" + bytes(1000)
    for what, change in {
            "beyond": lambda tensor: tensor.update(data_offsets=[10**12, 10**12 + 12]),
            "odd": lambda tensor: tensor.update(data_offsets=[tensor["data_offsets"][0], tensor["data_offsets"][0] + 13]),
            "negative": lambda tensor: tensor.update(shape=[-1, -3]),
            "overflowing": lambda tensor: tensor.update(shape=[1 << 33, 1 << 33])}.items():
        yield f"{what}.safetensors", safetensors(whole, lambda header, body: change(header[name]))
    yield "missing.safetensors", safetensors(whole, lambda header, body: header.pop(name))
    yield "nan.safetensors", safetensors(
        whole, lambda header, body: body.__setitem__(slice(0, 4), struct.pack("<f", float("nan"))))


def refused(name, data):
    results = []
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        (folder / name).write_bytes(data)
        for command in (["lstm-predict", name, "--seed", "A"], ["lstm-convert", name, "out.h5"]):
            result = subprocess.run(["python3", "-I", "-S", "-c", LAUNCHER, *trials.tool(command)], cwd=folder,
                                    capture_output=True, check=True)
            code, seconds, memory = map(float, (folder / "usage").read_text().split())
            ended = trials.Ended(int(code), result.stdout, result.stderr, seconds)
            words = ended.words()
            if ended.code != 65 or memory > MEGABYTES or (folder / "out.h5").exists():
                words.append("wrong")
            results.append((words, f"{' '.join(command)}: {memory:.0f} MB, {ended}"))
    return results


def all_trials(setting):
    folder = setting.work / "hostile"
    folder.mkdir()
    for command in (["lstm-train", "--epochs", "1", "--quiet", "--save", "a.h5"], ["lstm-convert", "a.h5", "a.safetensors"]):
        trials.run(command, folder)
    for name, data in files((folder / "a.safetensors").read_bytes()):
        yield "files made to do harm", refused, name, data
