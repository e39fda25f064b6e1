"""Makes files that are wrong in one way each, and looks at what the tools here say.

    tools/build-release
    venv/bin/python tools/keras/check_wrong_files.py

Asked for: exit code 65, one line on stderr, less than 200 MB of memory, less than a second.
"""

import io
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np

BIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.build/release")
folder = tempfile.mkdtemp()
path = lambda name: os.path.join(folder, name)

model = keras.Sequential([keras.Input((2, 1)), keras.layers.LSTM(4, name="lstm"), keras.layers.Dense(3, name="dense")])
model.compile("adam", "mse")
model.fit(np.zeros((2, 2, 1)), np.zeros((2, 3)), verbose=0)
model.save(path("good.keras"))
model.save(path("good.h5"))
subprocess.run([os.path.join(BIN, "lstm-convert"), path("good.keras"), path("good.safetensors")], check=True,
               stderr=subprocess.DEVNULL)
with zipfile.ZipFile(path("good.keras")) as archive:
    MEMBERS = {name: archive.read(name) for name in archive.namelist()}
KERNEL = "model_weights/lstm/sequential/lstm/lstm_cell/kernel"


def h5(name, change):
    """A copy of the HDF5 model, changed."""
    shutil.copy(path("good.h5"), path(name))
    with h5py.File(path(name), "r+") as file:
        change(file)
    return name


def config(change):
    """Changes the model's configuration."""
    def apply(file):
        value = json.loads(file.attrs["model_config"])
        change(value["config"]["layers"])
        file.attrs["model_config"] = json.dumps(value)
    return apply


def keras_archive(name, **changes):
    """A copy of the archive with other members; `None` leaves one out."""
    members = dict(MEMBERS, **{key: value for key, value in changes.items()})
    with zipfile.ZipFile(path(name), "w", zipfile.ZIP_DEFLATED) as archive:
        for key, value in members.items():
            if value is not None:
                archive.writestr(key, value)
    return name


def weights_of(change):
    """The archive's file of weights, changed."""
    buffer = io.BytesIO(MEMBERS["model.weights.h5"])
    with h5py.File(buffer, "r+") as file:
        change(file)
    return buffer.getvalue()


def archive_config(change):
    value = json.loads(MEMBERS["config.json"])
    change(value["config"]["layers"])
    return json.dumps(value)


def bomb(name, member):
    """A member that unpacks to 100 GB of zeros, and says so; or says that it is small."""
    size = 100 << 30
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = piece * (size >> 24) + b"\x03\x00"
    extra = struct.pack("<HHQQ", 1, 16, size, len(packed))
    header = struct.pack("<4s5H3I2H", b"PK\3\4", 45, 0, 8, 0, 33, 0, 0xFFFFFFFF, 0xFFFFFFFF, len(member), len(extra))
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 45, 45, 0, 8, 0, 33, 0, 0xFFFFFFFF, 0xFFFFFFFF, len(member),
                        len(extra), 0, 0, 0, 0, 0) + member.encode() + extra
    with zipfile.ZipFile(path(name), "w") as archive:
        for key in ("metadata.json", "config.json", "model.weights.h5"):
            if key != member:
                archive.writestr(key, MEMBERS[key])
    with open(path(name), "r+b") as file:
        data = file.read()
        end = data.rindex(b"PK\5\6")
        count, length, start = struct.unpack("<HII", data[end + 10:end + 20])
        directory = data[start:start + length]
        file.seek(start)
        file.truncate()
        entry = entry[:42] + struct.pack("<I", start) + entry[46:]
        file.write(header + member.encode() + extra + packed)
        start = file.tell()
        file.write(directory + entry)
        file.write(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count + 1, count + 1, len(directory) + len(entry), start, 0))
    return name


def lying_bomb(name):
    """A file of weights that unpacks to far more than the list of members says."""
    keras_archive(name, **{"model.weights.h5": bytes(1 << 30)})
    with open(path(name), "r+b") as file:
        data = bytearray(file.read())
        for mark, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
            at = data.rindex(mark)
            data[at + offset:at + offset + 4] = struct.pack("<I", 70000)
        file.seek(0)
        file.write(data)
    return name


def safetensors(name, change):
    with open(path("good.safetensors"), "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    body = bytearray(data[8 + size:])
    change(header, body)
    text = json.dumps(header).encode()
    with open(path(name), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)
    return name


def plain(name, data):
    with open(path(name), "wb") as file:
        file.write(data)
    return name


def set_units(units):
    return lambda layers: layers[1]["config"].update(units=units)


def nan_in(name):
    def apply(file):
        values = file[name][()]
        values.flat[3] = np.nan
        file[name][...] = values
    return apply


DEEP = "[" * 100_000 + "]" * 100_000
LSTM = "layers/lstm/cell/vars/0"


def huge(layers):
    """A model of 10^12 weights."""
    layers[1]["config"]["units"] = 500_000


def files():
    yield "config and weights disagree (.h5)", h5("units.h5", config(set_units(5)))
    yield "config and weights disagree (.keras)", keras_archive("units.keras", **{"config.json": archive_config(set_units(5))})
    yield "config and weights disagree (.safetensors)", safetensors(
        "units.safetensors", lambda header, body: header["__metadata__"].update(
            model_config=header["__metadata__"]["model_config"].replace('"units":4', '"units":5')))
    yield "a weight missing (.h5)", h5("missing.h5", lambda file: file.__delitem__(KERNEL))
    yield "a weight missing (.keras)", keras_archive(
        "missing.keras", **{"model.weights.h5": weights_of(lambda file: file.__delitem__(LSTM))})
    yield "a weight missing (.safetensors)", safetensors("missing.safetensors", lambda header, body: header.pop("lstm.weight_ih_l0"))
    yield "NaN in weights (.h5)", h5("nan.h5", nan_in(KERNEL))
    yield "NaN in weights (.keras)", keras_archive("nan.keras", **{"model.weights.h5": weights_of(nan_in(LSTM))})
    yield "NaN in weights (.safetensors)", safetensors(
        "nan.safetensors", lambda header, body: body.__setitem__(slice(0, 4), struct.pack("<f", np.nan)))
    yield "a path that climbs out (.keras)", keras_archive("climbs.keras", **{"../../evil.txt": b"evil"})
    yield "unpacks to 100 GB: weights (.keras)", bomb("bomb.keras", "model.weights.h5")
    yield "unpacks to 100 GB: config (.keras)", bomb("bomb2.keras", "config.json")
    yield "unpacks to more than it says (.keras)", lying_bomb("lying.keras")
    yield "JSON 100,000 deep (.h5)", h5("deep.h5", lambda file: file.create_dataset("x", data=0) is None)
    yield "JSON 100,000 deep (.keras)", keras_archive("deep.keras", **{"config.json": DEEP})
    yield "JSON 100,000 deep (.safetensors)", plain("deep.safetensors", struct.pack("<Q", len(DEEP) + 6) + b'{"a":' + DEEP.encode() + b"}")
    yield "10^12 weights (.h5)", h5("huge.h5", config(huge))
    yield "10^12 weights (.keras)", keras_archive("huge.keras", **{"config.json": archive_config(huge)})
    yield "no list of members (.keras)", plain("cut.keras", open(path("good.keras"), "rb").read()[:-60])
    yield "no config.json (.keras)", keras_archive("none.keras", **{"config.json": None})
    yield "an archive of something else", keras_archive("other.zip", **{key: None for key in MEMBERS}, **{"a.txt": b"a"})
    yield "the weights are no HDF5 (.keras)", keras_archive("text.keras", **{"model.weights.h5": b"no HDF5" * 100})
    yield "a header of 100 GB (.safetensors)", plain("long.safetensors", struct.pack("<Q", 100 << 30) + b"{" + bytes(1000))
    yield "a tensor beyond the end (.safetensors)", safetensors(
        "beyond.safetensors", lambda header, body: header["dense.bias"].update(data_offsets=[10**12, 10**12 + 12]))
    yield "a tensor of 13 bytes (.safetensors)", safetensors(
        "odd.safetensors", lambda header, body: header["dense.bias"].update(
            data_offsets=[header["dense.bias"]["data_offsets"][0], header["dense.bias"]["data_offsets"][0] + 13]))
    yield "a tensor of a negative shape (.safetensors)", safetensors(
        "negative.safetensors", lambda header, body: header["dense.bias"].update(shape=[-1, -3]))
    yield "a config of 1 GB (.keras)", keras_archive("long.keras", **{"config.json": b" " * (1 << 30)})
    yield "text", plain("text.h5", b"hello\n")
    yield "nothing", plain("empty.keras", b"")


def deep_attribute(name):
    """An attribute cannot hold so much where others are; a file of its own can."""
    with h5py.File(path(name), "w", libver="latest") as file:
        file.attrs["keras_version"] = "3.15.1"
        file.attrs["model_config"] = DEEP
    return name


# A small process starts the tool: one that this large one starts would count its memory.
LAUNCHER = """
import os, subprocess, sys, time
begin = time.monotonic()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
said = process.stderr.read()
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), time.monotonic() - begin, usage.ru_maxrss / 1024)
sys.stdout.flush()
os.write(1, said)
"""


def run(name, *words):
    """Exit code, lines, seconds and megabytes."""
    command = [sys.executable, "-S", "-c", LAUNCHER, os.path.join(BIN, words[0]), path(name), *words[1:]]
    numbers, said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n", 1)
    code, seconds, memory = map(float, numbers.split())
    return int(code), said, seconds, memory


failed = 0
for what, name in files():
    if name == "deep.h5":
        deep_attribute(name)
    for words in (("lstm-predict", "--seed", "A"), ("lstm-convert", path("out.h5"))):
        code, said, seconds, memory = run(name, *words)
        good = code == 65 and said.count("\n") == 1 and seconds < 1 and memory < 200 and not os.path.exists(path("out.h5"))
        failed += not good
        if words[0] == "lstm-predict" or not good:
            print(f"{'ok    ' if good else 'FAILED'} {what}: {code}, {seconds:.2f} s, {memory:.0f} MB: "
                  + said.strip().replace(folder + "/", "")[:150], flush=True)
shutil.rmtree(folder)
print(f"{failed} failed")
sys.exit(int(failed > 0))
