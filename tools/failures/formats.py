"""The formats of files that are read: a small one of each, the commands that read it, and how it is damaged."""

import shutil
import struct
import zipfile
import zlib

from . import mutations, trials

REFERENCE = trials.TOP / "Tests" / "CheckpointsTests" / "Reference"


class Format:
    """A file that is damaged."""

    def __init__(self, title, path, commands, ways, is_sealed=False, beside=()):
        self.title, self.name, self.suffix, self.data = title, path.name, path.suffix, path.read_bytes()
        self.commands = [[word.replace("FILE", path.name) for word in command] for command in commands]
        self.ways, self.is_sealed, self.beside = ways, is_sealed, beside

    def check(self, folder):
        """What is damaged works when it is not."""
        self.lay(folder)
        (folder / self.name).write_bytes(self.data)
        for command in self.commands:
            ended = trials.run(command, folder, b"A\nB\n" if "--stream" in command else b"")
            assert ended.code == 0, (self.title, command, str(ended))
        return self

    def lay(self, folder):
        """Puts there what the commands need besides."""
        for path in self.beside:
            shutil.copy(path, folder)

    def mutate(self, pick):
        data = self.data
        for _ in range(pick.choice([1, 1, 1, 2, 3])):
            if len(data) < 16:
                break
            try:
                data, what = pick.choice(self.ways)(data, pick)
            except (ArithmeticError, EOFError, LookupError, OSError, RuntimeError, ValueError, struct.error, zipfile.BadZipFile,
                    zlib.error):
                # What was damaged before cannot be taken apart any more.
                data, what = mutations.flip(data, pick)
        return data, what if data != self.data else "nothing"


def marked(suffix):
    return lambda data, pick: mutations.number(data, pick, mutations.MARKS[suffix])


def make(folder):
    """Files of the toolkit itself to damage."""
    def run(*command):
        ended = trials.run(command, folder)
        assert ended.code == 0, (command, str(ended))

    train = ["lstm-train", "--experiment", "batch", "--units", "2", "--epochs", "1", "--quiet"]
    run(*train, "--save", "a.h5")
    run(*train, "--save", "a.keras")
    run("lstm-convert", "a.h5", "a.safetensors")
    run("lstm-convert", "a.h5", "a.onnx")
    (folder / "x.csv").write_text("".join(f"{row / 26:.4f}\n" for row in range(6)))
    values = struct.pack("<6f", *(row / 26 for row in range(6)))
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (6, 1, 1), }"
    header += b" " * (117 - len(header)) + b"\n"
    (folder / "x.npy").write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + values)
    (folder / "table.csv").write_text("date,value,kind\n" + "".join(
        f"2024-{1 + day // 28:02}-{1 + day % 28:02},{day % 7 + day / 10:.1f},{'ab'[day % 2]}\n" for day in range(84)))
    (folder / "tagged.jsonl").write_text("".join(
        '{"tokens": ["the", "cat", "%s"], "tags": ["D", "N", "V"]}\n' % verb for verb in ("sat", "ran", "ate", "saw") * 3))
    (folder / "pairs.tsv").write_text("source\ttarget\n" + "".join(f"ab{index}\t{index}ba\n" for index in range(10)))
    (folder / "text.txt").write_text("the cat sat on the mat. " * 8)


def all_formats(setting):
    folder = setting.work / "formats"
    folder.mkdir()
    make(folder)
    archives = REFERENCE / "archives"
    foreign = [["lstm-inspect", "FILE"], ["lstm-inspect", "FILE", "--weights"], ["lstm-inspect", "FILE", "--optimizer"],
               ["lstm-convert", "FILE", "out.keras"], ["lstm-convert", "FILE", "out.h5"],
               ["lstm-convert", "FILE", "out.safetensors"], ["lstm-convert", "FILE", "out.onnx"]]
    own = foreign + [["lstm-predict", "FILE", "--seed", "A", "--steps", "2"], ["lstm-predict", "FILE", "--stream"]]
    sealed = own + [["lstm-inspect", "FILE", "--verify"], ["lstm-predict", "FILE", "--evaluate"],
                    ["lstm-resume", "FILE", "--epochs", "1", "--quiet", "--save", "out.h5"]]
    common = [mutations.flip, mutations.flip, mutations.cut, mutations.splice, mutations.zeroed]
    hdf5 = common + [marked(".h5")] * 4 + [mutations.json_inside] * 2
    archive = common + [marked(".keras")] * 3 + [lambda data, pick: mutations.archive(data, pick, marked(".h5"))] * 4
    arrays = [["lstm-predict", "a.h5", "--input", "FILE", "--output", "y.npy"]]
    train = ["lstm-train", "--units", "2", "--epochs", "1", "--quiet", "--save", "out.h5"]
    a = folder / "a.h5"
    plain = [mutations.flip, mutations.cut, mutations.splice]
    known = [
        Format("sealed .h5", a, sealed, hdf5, is_sealed=True),
        Format("sealed .keras", folder / "a.keras", sealed, archive, is_sealed=True),
        Format("foreign .h5", REFERENCE / "keras3-stateful-25.h5", foreign, hdf5),
        Format("foreign .h5 of tf-keras", REFERENCE / "keras2-stacked-25.h5", foreign, hdf5),
        Format("foreign .keras", archives / "keras.keras", foreign, archive),
        Format("packed .keras", archives / "python-deflated.keras", foreign, archive),
        Format("weights and .json", archives / "keras3.json",
               [["lstm-inspect", "keras3.weights.h5", "--model", "FILE"],
                ["lstm-convert", "keras3.weights.h5", "out.h5", "--model", "FILE"]],
               plain + [
                   lambda data, pick: (mutations.json_text(data, pick), "JSON")] * 6,
               beside=[archives / "keras3.weights.h5"]),
        Format(".weights.h5", archives / "keras3.weights.h5",
               [["lstm-inspect", "FILE", "--model", "keras3.json"],
                ["lstm-convert", "FILE", "out.h5", "--model", "keras3.json"]],
               hdf5, beside=[archives / "keras3.json"]),
        Format(".safetensors", folder / "a.safetensors", own, common + [mutations.safetensors] * 6),
        Format(".onnx", folder / "a.onnx", [["lstm-inspect", "FILE"]],
               common + [lambda data, pick: mutations.number(data, pick)]),
        Format(".npy", folder / "x.npy", arrays, plain + [mutations.npy] * 4, beside=[a]),
        Format(".csv of an array", folder / "x.csv", arrays, plain + [mutations.table] * 4,
               beside=[a]),
        Format(".csv of a series", folder / "table.csv",
               [[*train, "--csv", "FILE", "--target", "value", "--sequence-length", "4"],
                [*train, "--csv", "FILE", "--target", "value", "--date", "date", "--sequence-length", "4"],
                [*train, "--csv", "FILE", "--target", "value", "--framing", "stateful"]],
               plain + [mutations.table] * 4),
        Format(".jsonl of sequences", folder / "tagged.jsonl",
               [[*train, "--sequences", "FILE", "--sequence", "tokens", "--tags", "tags"]],
               plain + [mutations.json_lines] * 4),
        Format("pairs", folder / "pairs.tsv", [[*train, "--pairs", "FILE", "--source", "source", "--target", "target"]],
               plain + [mutations.table] * 2),
        Format("text", folder / "text.txt", [[*train, "--text", "FILE", "--sequence-length", "8"]],
               plain),
    ]
    for index, form in enumerate(known):
        (folder / str(index)).mkdir()
        form.check(folder / str(index))
    return known
