"""The power fails: what a save did to files is cut at every point, and what was not flushed is lost, late or torn.

After Pillai and others, "All File Systems Are Not Created Equal" (OSDI 2014), and Mohan and others, "Finding Crash-Consistency
Bugs with Bounded Black-Box Crash Testing" (OSDI 2018). Three models of what a disk has after a crash:

* ext4: names change in the order of the calls, and a flush of anything makes all names before it durable; of bytes not
  flushed a beginning is there, its last piece torn at 512 bytes.
* xfs: names likewise; of bytes not flushed any pieces of 4,096 are there, zeros between them.
* no order: every change of a name since its folder was flushed is there or not; of bytes not flushed any 512.
"""

import pathlib
import random
import shutil
import tempfile

from . import recorded, trials

WHAT = "power loss"
MODELS = ["ext4", "xfs", "no order"]
# The cuts of a save and a model.
CUTS = 500
# One of so many is written to a disk, and the commands go on from it.
CONTINUED = 25


class Inode:
    """A file's bytes: those that are durable, and what was written since."""

    def __init__(self, data=b""):
        self.durable, self.pending = bytearray(data), []

    def now(self):
        return applied(self.durable, self.pending)

    def survivor(self, model, pick):
        """The bytes after a crash."""
        pending = self.pending
        if not pending:
            return bytes(self.durable)
        if model == "ext4":
            count = pick.randint(0, len(pending))
            chosen = pending[:count]
            if count < len(pending) and pending[count][0] == "write":
                _, place, data = pending[count]
                chosen = chosen + [("write", place, data[:512 * pick.randint(0, len(data) // 512)])]
            return applied(self.durable, chosen)
        piece = 4096 if model == "xfs" else 512
        chosen = []
        for change in pending:
            if change[0] == "truncate":
                if pick.random() < 0.5:
                    chosen.append(change)
                continue
            _, place, data = change
            for start in range(0, len(data), piece):
                if pick.random() < 0.5:
                    chosen.append(("write", place + start, data[start:start + piece]))
        return applied(self.durable, chosen)


def applied(data, changes):
    data = bytearray(data)
    for kind, place, *rest in changes:
        if kind == "truncate":
            data = data[:place] + bytes(max(0, place - len(data)))
            continue
        if len(data) < place:
            data += bytes(place - len(data))
        data[place:place + len(rest[0])] = rest[0]
    return bytes(data)


def change_names(names, operation):
    """Does to a dictionary of names what an operation does to a folder."""
    kind, first, *rest = operation
    if kind == "create" and first not in names:
        names[first] = rest[0]
    elif kind == "rename" and first in names:
        names[rest[0]] = names.pop(first)
    elif kind == "link" and first in names:
        names[rest[0]] = names[first]
    elif kind == "unlink":
        names.pop(first, None)


class Disk:
    """A folder on a disk: what programs see, and what is durable."""

    def __init__(self, files, keeps_flushes=True):
        self.names = {name: Inode(data) for name, data in files.items()}
        self.durable = dict(self.names)
        # Changes of names that are not durable.
        self.pending = []
        self.keeps_flushes = keeps_flushes

    def apply(self, operation):
        kind, path, *rest = operation
        if kind == "create":
            if path not in self.names:
                change = ("create", path, Inode())
                change_names(self.names, change)
                self.pending.append(change)
            elif rest[0]:
                self.names[path].pending.append(("truncate", 0))
        elif kind == "write":
            self.names[path].pending.append(("write", *rest))
        elif kind == "truncate":
            self.names[path].pending.append(("truncate", *rest))
        elif kind == "flush":
            if self.keeps_flushes:
                self.flush(path)
        else:
            change_names(self.names, operation)
            self.pending.append(operation)

    def flush(self, path):
        if path != ".":
            inode = self.names[path]
            inode.durable, inode.pending = bytearray(inode.now()), []
        self.pending = [*self.pending, ("flush", path)]

    def crashed(self, model, pick):
        """The files after a crash."""
        # Where what was flushed ends: of all files, or of the folder.
        ends = [index + 1 for index, change in enumerate(self.pending)
                if change[0] == "flush" and (model != "no order" or change[1] == ".")]
        sure = ends[-1] if ends else 0
        names = dict(self.durable)
        count = pick.randint(sure, len(self.pending))
        for index, change in enumerate(self.pending):
            if change[0] == "flush":
                continue
            is_there = index < count if model != "no order" else index < sure or pick.random() < 0.5
            if is_there:
                change_names(names, change)
        return {name: inode.survivor(model, pick) for name, inode in names.items()}


def versions(operations, start, output):
    """The contents that a file has had, each with the operation after which it is seen and the one that makes it sure."""
    disk, found = Disk(start), []
    if output in start:
        found.append([start[output], 0, 0])
    for index, operation in enumerate(operations, 1):
        disk.apply(operation)
        if operation[0] in ("rename", "link") and operation[2] == output:
            found.append([disk.names[output].now(), index, None])
        if operation == ("flush", ".") and found and found[-1][2] is None:
            found[-1][2] = index
    return found


class Recording:
    """What a save did."""

    def __init__(self, prepared):
        self.prepared = prepared
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name).resolve() / "work"
            shutil.copytree(prepared.start, folder)
            self.operations = recorded.operations(prepared, folder)
            self.end = trials.contents(folder)
        self.outputs = [name for name in prepared.save.outputs if name not in prepared.save.unflushed]
        if self.operations is not None:
            self.versions = {name: versions(self.operations, prepared.old, name) for name in self.outputs}

    def is_whole(self):
        """Whether all that was written is in the record: replayed, it ends with the files that there are."""
        disk = Disk(self.prepared.old)
        for operation in self.operations:
            disk.apply(operation)
        return all(name in disk.names and disk.names[name].now() == self.end[name] for name in self.outputs)

    def cut(self, model, point, pick, keeps_flushes=True):
        """Words for one crash, and the files after it."""
        disk = Disk(self.prepared.old, keeps_flushes)
        for operation in self.operations[:point]:
            disk.apply(operation)
        files = disk.crashed(model, pick)
        words = []
        for output in self.outputs:
            seen = [version for version in self.versions[output] if version[1] <= point]
            sure = [index for index, version in enumerate(seen) if version[2] is not None and version[2] <= point]
            allowed = [version[0] for version in seen[sure[-1] if sure else 0:]]
            if output in files:
                is_right = files[output] in allowed
            else:
                is_right = not sure
            if not is_right:
                words.append("lost")
        for name, old in self.prepared.old.items():
            if name not in self.prepared.save.outputs and files.get(name) != old:
                words.append("lost")
        return words or ["done"], files


def cuts(recording, model, seed, keeps_flushes=True):
    """All cuts of a save."""
    prepared, results = recording.prepared, []
    points = len(recording.operations) + 1
    for number in range(max(CUTS, points)):
        pick = random.Random(f"{seed} {number}")
        point = number % points
        words, files = recording.cut(model, point, pick, keeps_flushes)
        if keeps_flushes and number % CONTINUED == 0 and words == ["done"]:
            words = continued(prepared, files)
        results.append((words, f"{prepared.name}, cut after {point} of {points - 1}, {model}, number {number}"))
    return results


def continued(prepared, files):
    """The same command begins again from what is left: it works, and nothing lies about."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "work"
        folder.mkdir()
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        ended = trials.run(prepared.save.command, folder, prepared.save.stdin)
        words = ended.words()
        writes = {output for output in prepared.save.outputs if output.endswith((".h5", ".keras"))}
        left = [entry for entry in trials.hidden(folder) if any(entry.startswith(f".{output}.") for output in writes)]
        if words != ["done"] or left:
            print(f"  {prepared.name}: goes on with {ended}, leaves {left}")
            return ["wrong"]
        return words


def unflushed(recording):
    """The same without flushes must lose files: otherwise nothing would be tested here."""
    found = [words for model in MODELS for words, _ in cuts(recording, model, 1, keeps_flushes=False)]
    has_lost = any("lost" in words for words in found)
    return ["done" if has_lost else "wrong"], f"{recording.prepared.name}: without flushes nothing is lost"


def recording_trials(prepared, seed):
    recording = Recording(prepared)
    if recording.operations is None or not recording.is_whole():
        return [(["wrong"], f"{prepared.name}: not all that it writes is recorded")]
    results = [unflushed(recording)] if recording.outputs else []
    for model in MODELS:
        results += cuts(recording, model, seed)
    return results


def all_trials(setting):
    if not recorded.is_there():
        return
    saves = list(setting.prepared())
    setting.random.shuffle(saves)
    for one in saves:
        yield "power loss: " + one.name, recording_trials, one, setting.random.random()
