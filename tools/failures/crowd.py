"""Many at once, clocks that jump, and locks of other hosts."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from . import trials

WHAT = "many at once, clocks, locks"
WRITERS, READERS = 10, 10


def crowd(setting, seed):
    """Ten writers and ten readers of one file, for a while: who may not write says so, who reads sees a whole file."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        made = trials.run(["lstm-train", "--epochs", "1", "--quiet", "--save", "a.h5"], folder)
        if made.code != 0:
            return ["wrong"], str(made)
        writers = [["lstm-resume", "a.h5", "--epochs", "3", "--checkpoint-every", "1", "--quiet"],
                   ["lstm-predict", "a.h5", "--seed", "A", "--steps", "2", "--save-state"]]
        readers = [["lstm-inspect", "a.h5", "--verify"], ["lstm-predict", "a.h5", "--seed", "A", "--steps", "2"],
                   ["lstm-convert", "a.h5", "NUMBER.keras"]]
        running, results = {}, []
        end = time.monotonic() + (20 if setting.is_long else 2)
        number = 0
        while running or time.monotonic() < end:
            while len(running) < WRITERS + READERS and time.monotonic() < end:
                number += 1
                is_writer = number % (WRITERS + READERS) < WRITERS
                command = (writers if is_writer else readers)[number % 2 if is_writer else number % 3]
                command = [word.replace("NUMBER", str(number)) for word in command]
                process = subprocess.Popen(trials.tool(command), cwd=folder, stdout=subprocess.DEVNULL,
                                           stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
                running[process] = (is_writer, command, time.monotonic())
            for process in list(running):
                is_writer, command, begin = running[process]
                seconds = time.monotonic() - begin
                if process.poll() is None:
                    if seconds > 3 * trials.SECONDS:
                        process.kill()
                        results.append((["hangs"], " ".join(command)))
                    continue
                del running[process]
                with process.stderr as errors:
                    # Who waits for two processors beside nineteen others is not refused late.
                    ended = trials.Ended(process.returncode, b"", errors.read(), 0)
                words = ended.words()
                if ended.code not in ((0, 75) if is_writer else (0,)):
                    words.append("wrong")
                results.append((words, f"{' '.join(command)}: {ended}"))
            time.sleep(0.002)
        left = trials.hidden(folder)
        last = ["done"] if trials.verifies(folder / "a.h5") and not left else ["wrong"]
        return results + [(last, f"at the end there is {left}")]


def jumping(library, seed):
    """A clock that is set forwards and backwards, also while a run goes on: the file is that of any other clock."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        train = ["lstm-train", "--epochs", "20", "--checkpoint-every", "1", "--stop-after", "1h"]
        right = trials.run([*train, "--save", "right.h5", "--quiet"], folder)
        ended = trials.run([*train, "--save", "a.h5"], folder, environment={"LD_PRELOAD": str(library), "JUMP_SEED": str(seed)})
        words = ended.words()
        if right.code != 0 or ended.code != 0 or (folder / "a.h5").read_bytes() != (folder / "right.h5").read_bytes():
            words.append("wrong")
        return words, f"seed {seed}: {ended}"


def lock_of_another(what):
    """Lock files that other hosts, processes of other containers, or killed ones left or hold."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        trials.run(["lstm-train", "--epochs", "1", "--quiet", "--save", "a.h5"], folder)
        lock = folder / ".a.h5.lock"
        resume = ["lstm-resume", "a.h5", "--epochs", "1", "--quiet"]
        if what == "left":
            # A number that is a living process here says nothing: only the lock itself does.
            lock.write_text(f"{os.getpid()}\nanother-host\n")
            ended = trials.run(resume, folder)
            return ended.words() + ([] if ended.code == 0 else ["wrong"]), f"{what}: {ended}"
        holder = ["flock", str(lock), "sleep", "5"]
        if what == "held in another container":
            holder = ["unshare", "--pid", "--fork", *holder]
        process = subprocess.Popen(holder, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            time.sleep(0.3)
            if process.poll() is not None:
                return ["stopped"], "containers cannot be made here"
            ended = trials.run(resume, folder)
            words = ended.words() + ([] if ended.code == 75 else ["wrong"])
        finally:
            os.killpg(process.pid, 9)
            process.wait()
        after = trials.run(resume, folder)
        if after.code != 0:
            words.append("wrong")
        return words, f"{what}: {ended}, then {after}"


def all_trials(setting):
    library = setting.work / "jumping_clock.so"
    subprocess.run(["cc", "-O1", "-fPIC", "-shared", "-o", library, trials.TOP / "tools/failures/jumping_clock.c", "-ldl"],
                   check=True)
    for seed in range(50 if setting.is_long else 5):
        yield "a clock that jumps", jumping, library, seed
    whats = ["left"] + (["held", "held in another container"] if shutil.which("flock") and shutil.which("unshare") else [])
    for what in whats:
        yield "locks of others", lock_of_another, what
    for seed in range(10 if setting.is_long else 2):
        yield "ten writers and ten readers", crowd, setting, seed
