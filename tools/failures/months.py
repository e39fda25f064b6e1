"""A month of use in small: several processes train, stop, predict, stream, resume, convert and inspect, again and again."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time

from . import kills, trials

WHAT = "a month of use"
CYCLES = 2000
# A small process starts the command: one that a large one starts would count its memory.
LAUNCHER = """
import os, sys
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
with open("memory", "a") as file: file.write(f"{usage.ru_maxrss}\\n")
sys.exit(os.waitstatus_to_exitcode(status))
"""


class Month:
    """One file that is trained, one that a stream goes on in, and those who read both."""

    def __init__(self, folder, random):
        self.folder, self.random, self.results, self.memory = folder, random, [], []

    def run(self, *command, stdin=b"", codes=(0,)):
        ended = trials.run(command, self.folder, stdin)
        words = ended.words()
        if ended.code not in codes:
            words.append("wrong")
        self.results.append((words, f"{' '.join(command)}: {ended}"))
        return ended

    def memory_of(self, *command):
        """The kilobytes that a command takes at most."""
        subprocess.run(["python3", "-I", "-S", "-c", LAUNCHER, *trials.tool(command)], cwd=self.folder, check=True,
                       stdout=subprocess.DEVNULL)
        return int((self.folder / "memory").read_text().split()[-1])

    def cycle(self, number):
        """Trains one epoch, perhaps stopped in it and resumed, while others read; the stream goes on by a step."""
        resume = ["lstm-resume", "a.h5", "--epochs", "1", "--quiet", "--checkpoint-every", "5updates"]
        process = kills.begin(resume, self.folder)
        readers = [kills.begin(command, self.folder) for command in (
            ["lstm-inspect", "a.h5", "--verify"], ["lstm-predict", "a.h5", "--seed", "A", "--steps", "3"])]
        if number % 3 == 0:
            time.sleep(self.random.random() * 0.012)
            process.send_signal(self.random.choice([signal.SIGINT, signal.SIGTERM, signal.SIGUSR1]))
        ended = kills.end(process)
        # Before a command watches for signals it simply ends.
        is_early = ended.code in (-signal.SIGINT, -signal.SIGTERM, -signal.SIGUSR1)
        words = ["stopped"] if is_early else ended.words()
        if ended.code not in (0, 130, 143) and not is_early:
            words.append("wrong")
        self.results.append((words, f"cycle {number}, resume: {ended}"))
        if ended.code != 0:
            # What was planned is finished: nothing more than that epoch.
            self.run("lstm-resume", "a.h5", "--quiet", *(["--epochs", "1"] if is_early else []))
        for reader in readers:
            words = (read := kills.end(reader)).words()
            self.results.append((words if read.code == 0 else words + ["wrong"], f"cycle {number}, reader: {read}"))
        letter = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 26:][:1] + b"\n"
        answer = self.run("lstm-predict", "stream.h5", "--stream", "--save-state", stdin=letter)
        self.answers += answer.output
        self.letters += letter
        if number % 5 == 0:
            self.run("lstm-convert", "a.h5", "b.keras")
            self.run("lstm-inspect", "b.keras", "--verify")
        if number % 50 == 0:
            self.memory.append((self.memory_of("lstm-inspect", "a.h5"), self.memory_of(
                "lstm-predict", "a.h5", "--seed", "A", "--steps", "3")))

    def whole(self, cycles):
        self.answers, self.letters = b"", b""
        self.run("lstm-train", "--epochs", "1", "--quiet", "--save", "a.h5")
        for name in ("stream.h5", "whole-stream.h5", "whole.h5"):
            (self.folder / name).write_bytes((self.folder / "a.h5").read_bytes())
        files = None
        for number in range(cycles):
            self.cycle(number)
            if number == 10:
                files = sorted(os.listdir(self.folder))
        self.run("lstm-resume", "whole.h5", "--epochs", str(cycles), "--quiet")
        same = [(self.folder / name).read_bytes() for name in ("a.h5", "whole.h5")]
        self.compare(same[0] == same[1], f"after {cycles} cycles the file is that of one run")
        answers = self.run("lstm-predict", "whole-stream.h5", "--stream", "--save-state", stdin=self.letters)
        self.compare(answers.output == self.answers, "the stream has the answers of one run")
        same = [(self.folder / name).read_bytes() for name in ("stream.h5", "whole-stream.h5")]
        self.compare(same[0] == same[1], "the stream's file is that of one run")
        self.compare(sorted(os.listdir(self.folder)) == files, f"the files are the same: {sorted(os.listdir(self.folder))}")
        first, last = self.memory[1 if len(self.memory) > 2 else 0], self.memory[-1]
        # A page here and there is the system's.
        grown = [after - before for before, after in zip(first, last)]
        self.compare(max(grown) < 1024, f"memory grows by {grown} kB from {first} kB")
        return self.results

    def compare(self, is_so, what):
        self.results.append((["done"] if is_so else ["wrong"], what))


def process_grows(updates):
    """One process that saves after every update: its memory and its descriptors stay."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        process = subprocess.Popen(
            trials.tool(["lstm-train", "--epochs", "1000000", "--checkpoint-every", "1updates", "--quiet", "--save", "a.h5"]),
            cwd=folder, stderr=subprocess.DEVNULL)
        saves, files, memory = set(), [], []
        begin = time.monotonic()
        while len(saves) < updates and time.monotonic() - begin < 120 and process.poll() is None:
            time.sleep(0.002)
            try:
                saves.add((folder / "a.h5").stat().st_ino)
                count = len(os.listdir(f"/proc/{process.pid}/fd"))
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            except FileNotFoundError:
                continue
            files.append(count)
            memory.append(int(status.split("VmRSS:")[1].split()[0]))
        process.send_signal(signal.SIGINT)
        code = process.wait()
        half = len(files) // 4
        if code != 130 or half == 0:
            return ["wrong"], f"ended with {code}"
        is_same = max(files[half:]) <= max(files[:half]) + 1 and memory[-1] <= max(memory[:half]) + 2048
        return ["done"] if is_same else ["wrong"], (
            f"descriptors {max(files[:half])}, then {max(files[half:])}; memory {max(memory[:half])} kB, then {memory[-1]} kB")


def month(random, cycles):
    with tempfile.TemporaryDirectory() as name:
        return Month(pathlib.Path(name), random).whole(cycles)


def all_trials(setting):
    yield "a process saves again and again", process_grows, 2000 if setting.is_long else 200
    yield "cycles of use", month, setting.random, CYCLES if setting.is_long else 30
