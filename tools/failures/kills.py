"""Commands that write are killed at random moments; runs that a signal stops end with the file of one that is not."""

import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from . import trials

WHAT = "kills and signals"
KILLS = 5000
LONG = ["lstm-train", "--epochs", "100000", "--checkpoint-every", "1", "--quiet", "--save", "a.h5"]
# Long enough to be stopped often.
EPOCHS = {"naive": 4000, "window": 4000, "timesteps": 2400, "batch": 40000, "stateful": 2400, "variable": 40}


def begin(command, folder, stdin=b""):
    process = subprocess.Popen(trials.tool(command), cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    try:
        process.stdin.write(stdin)
        process.stdin.close()
    except BrokenPipeError:
        pass
    return process


def end(process, seconds=trials.SECONDS):
    start = time.monotonic()
    try:
        error = process.stderr.read()
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return trials.Ended(None, b"", b"", seconds)
    finally:
        process.stderr.close()
    return trials.Ended(code, b"", error, time.monotonic() - start)


def killed(prepared, moment):
    """A save that is killed after `moment` of the time it takes; what the next run finds, and leaves."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "work"
        shutil.copytree(prepared.start, folder)
        process = begin(prepared.save.command, folder, prepared.save.stdin)
        time.sleep(moment * prepared.seconds)
        process.kill()
        ended = end(process)
        words = prepared.judge(folder, ended, killed=True)
        detail = f"{prepared.name}, killed after {moment * prepared.seconds:.4f} s: {ended}"
        again = trials.run(prepared.save.command, folder, prepared.save.stdin)
        models = [output for output in prepared.save.outputs if output.endswith((".h5", ".keras"))]
        left = [entry for entry in trials.hidden(folder) if any(entry.startswith(f".{model}.") for model in models)]
        if again.code != 0 or left:
            words.append("wrong")
            detail += f"; the next run: {again}, leaves {left}"
        return words, detail


def killed_on_the_way(moment):
    """A long run with a checkpoint every epoch."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        process = begin(LONG, folder)
        time.sleep(moment)
        process.kill()
        words = end(process).words(killed=True)
        if not (folder / "a.h5").exists():
            return words, ""
        if not trials.verifies(folder / "a.h5"):
            words.append("lost")
        again = trials.run(["lstm-resume", "a.h5", "--epochs", "1", "--quiet"], folder)
        if again.code != 0 or trials.hidden(folder):
            words.append("wrong")
        return words, f"killed after {moment:.3f} s: {again}, leaves {trials.hidden(folder)}"


class Stopped:
    """An experiment, stopped by signals and resumed, beside one unbroken run."""

    def __init__(self, name, random):
        self.name, self.random, self.whole = name, random, None

    def __call__(self, stops, kind):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            train = ["lstm-train", "--experiment", self.name, "--epochs", str(EPOCHS[self.name]), "--quiet", "--save"]
            start = time.monotonic()
            whole = trials.run([*train, "whole.h5"], folder, seconds=300)
            seconds = time.monotonic() - start
            if whole.code != 0:
                return ["wrong"], f"{self.name}: {whole}"
            command, happened, results = [*train, "parts.h5"], 0, []
            for _ in range(5 * stops):
                process = begin(command, folder)
                time.sleep(0.03 + self.random.random() * seconds / stops)
                process.send_signal(kind)
                if kind == signal.SIGUSR1:
                    # That saves and goes on.
                    time.sleep(0.05)
                    process.send_signal(signal.SIGTERM)
                elif self.random.random() < 0.3:
                    time.sleep(self.random.random() * 0.003)
                    process.send_signal(self.random.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP]))
                ended = end(process)
                # Before a command watches for signals it simply ends.
                is_early = ended.code is not None and ended.code < 0
                if ended.code not in (0, 129, 130, 143) and not is_early:
                    return ended.words() + ["wrong"], f"{self.name}, {kind.name}: {ended}"
                happened += ended.code in (129, 130, 143)
                if (folder / "parts.h5").exists():
                    command = ["lstm-resume", "parts.h5", "--quiet"]
                results.append((["stopped"], ""))
                if ended.code == 0 or happened >= stops:
                    break
            last = trials.run(command, folder, seconds=300)
            is_equal = (folder / "parts.h5").read_bytes() == (folder / "whole.h5").read_bytes()
            words = ["done"] if last.code == 0 and is_equal else ["wrong"]
            return results + [(words, f"{self.name}, {kind.name} {happened} times: {last}, equal: {is_equal}")]


def timed(prepared):
    """How long a save takes here, at most, of a few runs."""
    longest = 0
    for _ in range(3):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name) / "work"
            shutil.copytree(prepared.start, folder)
            longest = max(longest, trials.run(prepared.save.command, folder, prepared.save.stdin).seconds)
    prepared.seconds = longest


def all_trials(setting):
    random = setting.random
    signals = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1]
    for index, name in enumerate(EPOCHS):
        for kind in signals if setting.is_long else [signals[index % len(signals)]]:
            yield f"{kind.name}, then resumed", Stopped(name, random), 10, kind
    saves = setting.prepared()
    for prepared in saves:
        timed(prepared)
    kills = KILLS if setting.is_long else KILLS // 12
    for number in range(kills):
        if number % 4 == 0:
            yield "SIGKILL of a long run", killed_on_the_way, random.random() * 0.25
        else:
            yield "SIGKILL of a save", killed, random.choice(saves), random.random() * 1.2
