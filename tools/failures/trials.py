"""What all kinds of trials share: running a command, judging how it ended, and counting."""

import collections
import concurrent.futures
import os
import pathlib
import resource
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
BIN = TOP / ".build" / "release"
# A command that takes longer is a hang; so is one that takes longer than the other to refuse its input.
SECONDS, REFUSAL_SECONDS = 20, 2
COLUMNS = ["tries", "done", "refused", "stopped", "crashes", "hangs", "lost", "wrong"]
BAD = ["crashes", "hangs", "lost", "wrong"]
SIGNALLED = (129, 130, 143)


class Ended:
    """How a command ended; `code` is `None` for one that did not."""

    def __init__(self, code, output, error, seconds):
        self.code, self.output, self.error, self.seconds = code, output, error, seconds

    def words(self, killed=False):
        """What it counts as."""
        if self.code is None:
            return ["hangs"]
        if self.code == 0:
            return ["done"]
        if self.code == -9 and killed or self.code in SIGNALLED:
            return ["stopped"]
        if self.code < 0 or self.code >= 128:
            return ["crashes"]
        words = ["refused"]
        if self.seconds > REFUSAL_SECONDS * crowding():
            words.append("hangs")
        lines = [line for line in self.error.splitlines() if not line.startswith(b"warning: ")]
        is_told = len(lines) == 1 and lines[0].startswith(b"lstm-") and b": error: " in lines[0]
        if self.code != 64 and not is_told:
            words.append("wrong")
        return words

    def __str__(self):
        said = self.error.decode(errors="replace").strip()
        return f"{self.code} after {self.seconds:.1f} s: {said[-300:]}"


def crowding():
    """How many programs share a processor: each then takes so much longer."""
    return max(1, os.getloadavg()[0] / (os.cpu_count() or 1))


def tool(command):
    return [str(BIN / command[0]), *(word if isinstance(word, bytes) else str(word) for word in command[1:])]


def limits(**most):
    """For `run`: limits of the system, such as `FSIZE=1000`."""
    def apply():
        for name, value in most.items():
            number = getattr(resource, "RLIMIT_" + name)
            resource.setrlimit(number, (value, resource.getrlimit(number)[1]))
    return apply


def run(command, folder, stdin=b"", environment=None, seconds=SECONDS, before=None, **streams):
    """Runs a command of the toolkit to its end, or for `seconds`."""
    begin = time.monotonic()
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    try:
        result = subprocess.run(
            tool(command), cwd=folder, input=stdin, timeout=seconds, preexec_fn=before, check=False, **streams,
            env={**os.environ, "TMPDIR": str(folder), **(environment or {})})
    except subprocess.TimeoutExpired as ended:
        return Ended(None, ended.stdout or b"", ended.stderr or b"", time.monotonic() - begin)
    return Ended(result.returncode, result.stdout or b"", result.stderr or b"", time.monotonic() - begin)


def contents(folder):
    """The bytes of every file of a folder that is not hidden."""
    return {path.name: path.read_bytes() for path in folder.iterdir()
            if path.is_file() and not path.name.startswith(".")}


def hidden(folder):
    return sorted(name for name in os.listdir(folder) if name.startswith("."))


def verifies(path):
    return run(["lstm-inspect", path, "--verify"], path.parent).code == 0


class Table:
    """Counts by row, and what was wrong."""

    def __init__(self):
        self.rows = collections.defaultdict(collections.Counter)
        self.shown = collections.Counter()

    def add(self, row, words, detail, times=1):
        counts = self.rows[row]
        counts["tries"] += times
        counts.update(words)
        if any(word in BAD for word in words):
            self.shown[row] += 1
            if self.shown[row] <= 20:
                print(f"  {row}: {', '.join(words)}: {detail}", file=sys.stderr, flush=True)

    def show(self, rows=None):
        width = max([len(row) for row in self.rows] + [8])
        if rows is None:
            print(f"{'':{width}} " + " ".join(f"{column:>8}" for column in COLUMNS))
        for row in rows if rows is not None else self.rows:
            counts = self.rows[row]
            print(f"{row:{width}} " + " ".join(f"{counts[column]:8}" for column in COLUMNS), flush=True)

    @property
    def is_good(self):
        return not any(counts[column] for counts in self.rows.values() for column in BAD)


def run_until(is_over, trials, table):
    """Makes trials, as many at once as there are processors, until they end or the time is over.

    Each is a row's name and a function that returns words and what to tell of them, or a list of such.
    """
    workers = os.cpu_count() or 2
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        pending = {}
        trials = iter(trials)
        has_ended = False
        while not has_ended or pending:
            while not has_ended and len(pending) < 2 * workers:
                trial = None if is_over() else next(trials, None)
                if trial is None:
                    has_ended = True
                    break
                row, function, *arguments = trial
                pending[pool.submit(function, *arguments)] = row
            if not pending:
                break
            done, _ = concurrent.futures.wait(
                pending, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                row = pending.pop(future)
                result = future.result()
                for words, detail in result if isinstance(result, list) else [result]:
                    table.add(row, words, detail)
