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
        words = prepared.judge(folder, ended)
        return words, f"{prepared.name}, {name} {value}: {ended}"


class Mount:
    """A small disk of its own; `None` where that may not be made."""

    def __init__(self, megabytes):
        self.path = pathlib.Path(tempfile.mkdtemp())
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", self.path],
                              capture_output=True, check=False)
        self.is_there = made.returncode == 0

    def set_writable(self, is_writable):
        how = "rw" if is_writable else "ro"
        return subprocess.run(["mount", "-o", f"remount,{how}", self.path], capture_output=True, check=False).returncode == 0

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


def read_only(moment):
    """A disk that may not be written to any more in the middle of a run, as after an error: the last file is good."""
    with Mount(4) as disk:
        process = kills.begin(kills.LONG, disk.path)
        while not (disk.path / "a.h5").exists() and process.poll() is None:
            time.sleep(0.001)
        time.sleep(moment)
        # The system refuses as long as a file is open for writing.
        tries = 0
        while not disk.set_writable(False) and tries < 1000:
            tries += 1
            time.sleep(0.0005)
        ended = kills.end(process)
        words = ended.words()
        if tries == 1000:
            process.kill()
            return ["stopped"], "the disk could not be made so"
        if not trials.verifies(disk.path / "a.h5"):
            words.append("lost")
        disk.set_writable(True)
        again = trials.run(["lstm-resume", "a.h5", "--epochs", "1", "--quiet"], disk.path)
        if ended.code not in (73, 74) or again.code != 0 or trials.hidden(disk.path):
            words.append("wrong")
        return words, f"{ended}; then {again}, leaves {trials.hidden(disk.path)}"


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
            if "no input" in what:
                streams["stdin"] = subprocess.DEVNULL
            ended = trials.run(prepared.save.command, folder, prepared.save.stdin, before=before, **streams)
        words = prepared.judge(folder, ended)
        # Where errors cannot be said, none is.
        if "errors" in what and ended.code not in (0, None):
            words = [word for word in words if word != "wrong"]
        if "no input" in what and prepared.save.stdin:
            words = [word for word in words if word != "wrong"]
        return words, f"{prepared.name}, {what}: {ended}"


STREAMS = ["no input", "no output", "no errors", "no input, no output", "no input, no output, no errors", "full output",
           "full errors", "full output, full errors"]


def all_trials(setting):
    saves, random = setting.prepared(), setting.random
    times = 20 if setting.is_long else 2
    for prepared in saves:
        for what in STREAMS:
            yield "standard streams closed or full", with_streams, prepared, what
        size = max([len(data) for data in prepared.right.values()])
        for _ in range(2 * times):
            yield "limit of a file's size", limited, prepared, "FSIZE", random.randrange(size + 1000)
            yield "limit of open files", limited, prepared, "NOFILE", random.randrange(3, 16)
            yield "limit of memory", limited, prepared, "AS", random.randrange(4 << 20, 300 << 20)
    for _ in range(100 * times):
        yield "a disk that is full now and then", now_and_then, random.choice(saves), random.randrange(1 << 30)
    with Mount(4) as disk:
        can_mount = disk.is_there and disk.set_writable(False)
    if not can_mount:
        setting.note("no disks can be made here (that needs root): full and read-only ones are not tried")
        return
    for _ in range(20 * times):
        yield "a full disk", filled, random.choice(saves), random.randrange(60_000)
    for _ in range(5 * times):
        yield "a disk becomes read-only", read_only, random.random() * 0.2
        yield "a disk is full for a while", becomes_full, random.random() * 0.2
