"""Every kind of save: the command, the files it begins with, those it writes, and what is right."""

import itertools
import pathlib
import shutil

from . import trials

TRAIN = ["lstm-train", "--experiment", "batch", "--units", "2", "--quiet"]
SERIES = "value\n" + "".join(f"{row % 7 + row / 100:.2f}\n" for row in range(60))
SERIES_TRAINED = ["lstm-train", "--csv", "series.csv", "--target", "value", "--framing", "stateful", "--units", "2", "--quiet"]
TEXT = "the cat sat on the mat. the dog sat on the log.\n" * 4


class Save:
    """A command, the models it begins with, and the files it writes."""

    def __init__(self, name, command, outputs, old=(), stdin=b"", trained=TRAIN, unflushed=()):
        self.name, self.command, self.outputs, self.old, self.stdin, self.trained = (
            name, command, outputs, old, stdin, trained)
        # Outputs that are added to on the way and not flushed: logs.
        self.unflushed = unflushed


def models(suffix):
    def save(name, *rest, **more):
        return Save(f"{name}, {suffix}", *rest, **more)

    a, b = "a" + suffix, "b" + suffix
    yield save("train, new", [*TRAIN, "--epochs", "1", "--save", a], [a])
    yield save("train, over an old file", [*TRAIN, "--epochs", "2", "--save", a], [a], [a])
    yield save("train --text", ["lstm-train", "--text", "text.txt", "--units", "2", "--epochs", "1", "--quiet", "--save", a],
               [a], [a])
    yield save("train --keep --checkpoint-every",
               [*TRAIN, "--epochs", "4", "--checkpoint-every", "1", "--keep", "2", "--save", a],
               [a, f"a-update-00000003{suffix}", f"a-update-00000004{suffix}"], [a])
    yield save("train --save-best --log",
               [*TRAIN, "--epochs", "1", "--save", a, "--save-best", b, "--log", "log.csv"],
               [a, b, "log.csv"], [a, b], unflushed=["log.csv"])
    yield save("resume", ["lstm-resume", a, "--epochs", "1", "--quiet"], [a], [a])
    yield save("resume --seal-key", ["lstm-resume", a, "--epochs", "1", "--quiet", "--seal-key", "secret.key"], [a], [a],
               trained=[*TRAIN, "--seal-key", "secret.key"])
    yield save("predict --save-state",
               ["lstm-predict", a, "--seed", "A", "--steps", "2", "--save-state"], [a], [a])
    yield save("stream --save-state",
               ["lstm-predict", a, "--stream", "--save-state"], [a], [a], b"A\nB\n")
    yield save("stream --learn --save-state",
               ["lstm-predict", a, "--stream", "--learn", "--save-state"], [a], [a], b"1.5\n2.5\n3.5\n", trained=SERIES_TRAINED)
    yield save("convert", ["lstm-convert", a, b], [b], [a, b])


def others():
    yield Save("convert .h5 to .keras", ["lstm-convert", "a.h5", "c.keras"], ["c.keras"], ["a.h5"])
    yield Save("convert .keras to .h5", ["lstm-convert", "a.keras", "c.h5"], ["c.h5"], ["a.keras"])
    yield Save("convert to .safetensors", ["lstm-convert", "a.h5", "c.safetensors"], ["c.safetensors"], ["a.h5"])
    yield Save("convert to .onnx", ["lstm-convert", "a.h5", "c.onnx"], ["c.onnx"], ["a.h5"])
    yield Save("train --tensorboard", [*TRAIN, "--epochs", "1", "--tensorboard", "board", "--save", "a.h5"], ["a.h5"], ["a.h5"])
    yield Save("forecast --plot", ["lstm-predict", "a.h5", "--forecast", "3", "--plot", "chart.svg"], ["chart.svg"], ["a.h5"],
               trained=SERIES_TRAINED)
    yield Save("predict --output", ["lstm-predict", "a.h5", "--input", "x.csv", "--output", "y.npy"], ["y.npy"], ["a.h5"])


class Prepared:
    """A save with the folder it starts from and what a run without failures makes of it."""

    def __init__(self, save, library, work):
        self.save, self.library, self.name = save, library, save.name
        self.start = work / "start"
        self.start.mkdir(parents=True)
        (self.start / "secret.key").write_bytes(bytes(range(32)))
        (self.start / "series.csv").write_text(SERIES)
        (self.start / "x.csv").write_text("".join(f"{row / 26:.4f}\n" for row in range(25)))
        (self.start / "text.txt").write_text(TEXT)
        for index, name in enumerate(save.old):
            ended = trials.run([*save.trained, "--epochs", index + 1, "--random-seed", "3", "--save", name], self.start)
            assert ended.code == 0, (save.name, str(ended))
        self.old = trials.contents(self.start)
        reference = work / "reference"
        shutil.copytree(self.start, reference)
        count = work / "count"
        result = self.execute(reference, {"FAIL_COUNT": str(count)})
        assert result.code == 0, (save.name, str(result))
        self.calls = names(count)
        self.right = trials.contents(reference)
        assert all(name in self.right for name in save.outputs), (save.name, sorted(self.right))
        # What stands there on the way is right too: each moment of a run.
        self.states = set(self.right.values()) | set(self.old.values())
        if "--keep" in save.command:
            states = work / "states"
            shutil.copytree(self.start, states)
            command = list(save.command)
            command[command.index("--keep") + 1] = "99"
            trials.run(command, states)
            self.states |= set(trials.contents(states).values())

    def execute(self, folder, environment, **more):
        if self.library is not None:
            environment = {**environment, "LD_PRELOAD": str(self.library)}
        return trials.run(self.save.command, folder, self.save.stdin, environment, **more)

    def judge(self, folder, ended, killed=False):
        """Words for what a run left."""
        words = ended.words(killed)
        found = trials.contents(folder)
        for output in self.save.outputs:
            now = found.get(output)
            if ended.code == 0 and now != self.right[output]:
                words.append("wrong")
            is_known = now in self.states
            if output in self.old and not is_known:
                words.append("lost")
            is_model = pathlib.Path(output).suffix in (".h5", ".keras")
            if is_model and now is not None and not is_known and trials.verifies(folder / output):
                words.append("wrong")
        for name, old in self.old.items():
            if name not in self.save.outputs and found.get(name) != old:
                words.append("lost")
        return words


def names(count):
    """The names of the calls that the shim has counted in a file."""
    data = count.read_bytes()
    number = int.from_bytes(data[:8], "little")
    return [data[start:start + 24].split(b"\0")[0].decode() for start in range(8, 8 + 24 * number, 24)]


def prepare(library, work):
    saves = itertools.chain(models(".h5"), models(".keras"), others())
    return [Prepared(save, library, work / str(index)) for index, save in enumerate(saves)]
