"""Disks that are full or become so, or may not be written to any more; limits of the system; streams that are closed."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from . import kills, trials

WHAT = "disks, limits and streams"


def now_and_then(prepared, seed):
    """A disk whose room comes and goes."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "work"
        shutil.copytree(prepared.start, folder)
        ended = prepared.execute(folder, {"FAIL_DISK": str(seed)})
        return prepared.judge(folder, ended), f"{prepared.name}, seed {seed}: {ended}"


def limited(prepared, name, value):
    """A limit that the process may not go over. By one of the processor's time the system ends it."""
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work) / "work"
        shutil.copytree(prepared.start, folder)
        ended = trials.run(prepared.save.command, folder, prepared.save.stdin, before=trials.limits(**{name: value}))
        if name == "AS" and ended.code in (-4, -5, -6, -11, 127, 255):
            # Swift's runtime and the loader end a process that gets no memory for something small.
            ended.code = -9
        words = prepared.judge(folder, ended, killed=True)
        return words, f"{prepared.name}, {name} {value}: {ended}"


class Mount:
    """A small disk of its own; `None` where that may not be made."""

    def __init__(self, megabytes):
        self.path = pathlib.Path(tempfile.mkdtemp())
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", self.path],
                              capture_output=True, check=False)
        self.is_there = made.returncode == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.is_there:
            subprocess.run(["umount", "-l", self.path], check=False, capture_output=True)
        shutil.rmtree(self.path, ignore_errors=True)


def filled(prepared, room):
    """A disk that has `room` bytes left."""
    with Mount(4) as disk:
        folder = disk.path / "work"
        shutil.copytree(prepared.start, folder)
        free = os.statvfs(disk.path).f_bavail * os.statvfs(disk.path).f_frsize
        with open(disk.path / "filler", "wb") as filler:
            filler.write(bytes(max(0, free - room)))
        ended = prepared.execute(folder, {})
        return prepared.judge(folder, ended), f"{prepared.name}, {room} bytes of room: {ended}"


def for_good(prepared, how, call):
    """A disk that from one call on may not be written to any more, as after an error."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "work"
        shutil.copytree(prepared.start, folder)
        environment = {"FAIL_AT": str(call), "FAIL_HOW": how, "FAIL_ON": "1", "FAIL_COUNT": str(folder.parent / "count")}
        ended = prepared.execute(folder, environment)
        words = prepared.judge(folder, ended)
        again = trials.run(prepared.save.command, folder, prepared.save.stdin)
        if again.code != 0:
            words.append("wrong")
        return words, f"{prepared.name}, {how} from call {call} on: {ended}; then {again}"


def becomes_full(moment):
    """The disk fills in the middle of a run, and has room again before the run gives up."""
    with Mount(4) as disk:
        command = ["lstm-train", "--epochs", "3000", "--checkpoint-every", "1", "--quiet", "--save", "a.h5"]
        process = kills.begin(command, disk.path)
        while not (disk.path / "a.h5").exists() and process.poll() is None:
            time.sleep(0.001)
        time.sleep(moment)
        filler = disk.path / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        time.sleep(0.3)
        filler.unlink()
        ended = kills.end(process, 60)
        words = ended.words()
        if not trials.verifies(disk.path / "a.h5"):
            words.append("lost")
        if ended.code not in (0, 73, 74):
            words.append("wrong")
        return words, str(ended)


def with_streams(prepared, what):
    """Standard streams that are closed, or go to a device that is full."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "work"
        shutil.copytree(prepared.start, folder)
        closed = [number for number, word in enumerate(("input", "output", "errors")) if f"no {word}" in what]

        def before():
            for number in closed:
                os.close(number)

        with open("/dev/full", "wb") as full:
            streams = {"stdout": full} if "full output" in what else {}
            streams |= {"stderr": full} if "full errors" in what else {}
            given = b"" if "no input" in what else prepared.save.stdin
            ended = trials.run(prepared.save.command, folder, given, before=before, **streams)
        words = prepared.judge(folder, ended)
        # Where errors cannot be said, none is.
        if "errors" in what and ended.code not in (0, None):
            words = [word for word in words if word != "wrong"]
        if "no input" in what and prepared.save.stdin:
            words = [word for word in words if word != "wrong"]
        return words, f"{prepared.name}, {what}: {ended}"


STREAMS = ["no input", "no output", "no errors", "no input, no output", "no input, no output, no errors", "full output",
           "full errors", "full output, full errors"]


def in_order(setting):
    saves, random = setting.prepared(), setting.random
    times = 20 if setting.is_long else 2
    for prepared in saves:
        for what in STREAMS:
            yield "standard streams closed or full", with_streams, prepared, what
        size = max([len(data) for data in prepared.right.values()])
        for _ in range(2 * times):
            yield "limit of a file's size", limited, prepared, "FSIZE", random.randrange(size + 1000)
            yield "limit of open files", limited, prepared, "NOFILE", random.randrange(4, 16)
            yield "limit of memory", limited, prepared, "AS", random.randrange(4 << 20, 300 << 20)
    for _ in range(100 * times):
        yield "a disk that is full now and then", now_and_then, random.choice(saves), random.randrange(1 << 30)
    for _ in range(100 * times):
        prepared, how = random.choice(saves), random.choice(["EROFS", "EIO", "ENOSPC"])
        yield f"a disk fails for good: {how}", for_good, prepared, how, random.randint(1, len(prepared.calls))
    with Mount(4) as disk:
        can_mount = disk.is_there
    if not can_mount:
        setting.note("no disks can be made here (that needs root): full ones are not tried")
        return
    for _ in range(20 * times):
        yield "a full disk", filled, random.choice(saves), random.randrange(60_000)
    for _ in range(5 * times):
        yield "a disk is full for a while", becomes_full, random.random() * 0.2


def all_trials(setting):
    known = list(in_order(setting))
    # So that a short run tries some of all.
    setting.random.shuffle(known)
    return known
