"""Records what lstm-train shows on terminals of several widths. Called by tools/check-progress."""

import argparse
import fcntl
import os
import pty
import random
import select
import signal
import struct
import sys
import tempfile
import termios
import time

import pyte

# An update of this model takes seconds in a release build, and there are several in an epoch.
MODEL = "--units 1024 --batch-size 128 --sequence-length 150 --validation-split 0.3 --epochs 3"
ROWS = 24


class Terminal:
    """A command on a terminal, and the terminal's screen as it changes."""

    def __init__(self, command, columns, folder, environment):
        self.columns = columns
        self.screen = pyte.Screen(columns, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.begin = time.monotonic()
        self.changes = []  # (seconds, the line of progress)
        self.drawings = 0
        self.newlines = 0
        self.wrapped = []
        self.status = None
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.update(environment)
            # The command begins when its terminal has its size.
            time.sleep(0.3)
            os.execv(command[0], command)
        self.resize(columns)

    def now(self):
        return time.monotonic() - self.begin

    def resize(self, columns):
        self.columns = columns
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
        self.screen.resize(ROWS, columns)

    def line(self):
        return self.screen.display[self.screen.cursor.y].rstrip()

    def watch(self, seconds):
        """Follows the screen for so long, or until the command ends."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self.status is None:
            if not select.select([self.file], [], [], min(left, 0.05))[0]:
                continue
            try:
                data = os.read(self.file, 65536)
            except OSError:  # the other side is closed
                data = b""
            if not data:
                self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
                return
            self.drawings += data.count(b"\x1b[2K")
            before = self.newlines
            self.newlines += data.count(b"\n")
            self.stream.feed(data)
            # A line that fills the last column, or a cursor that moves down by itself, has wrapped.
            if any(row[self.columns - 1] != " " for row in self.screen.display) or (
                self.newlines < ROWS and self.screen.cursor.y != self.newlines
            ):
                self.wrapped.append(self.line())
                self.newlines = max(self.screen.cursor.y, before)
            if not self.changes or self.changes[-1][1] != self.line():
                self.changes.append((self.now(), self.line()))

    def longest_pause(self, begin, end):
        times = [begin] + [t for t, _ in self.changes if begin < t < end] + [end]
        return max(b - a for a, b in zip(times, times[1:]))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--commands", default=".build/release")
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--model", default=MODEL)
    options = options.parse_args()
    train = os.path.abspath(os.path.join(options.commands, "lstm-train"))
    environment = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    failures = []

    def check(condition, text):
        if not condition:
            failures.append(text)

    with tempfile.TemporaryDirectory() as folder:
        letters = random.Random(7)
        with open(os.path.join(folder, "book.txt"), "w") as file:
            file.write("".join(letters.choice("etaoin shrdlu\n") for _ in range(130_000)))
        command = [train, "--text", "book.txt", *options.model.split(), "--save", "book.h5"]
        print("columns  seconds  drawings/s  longest pause  longest update  wrapped  a line of it")
        for columns in (60, 80, 200):
            terminal = Terminal(command, columns, folder, environment)
            terminal.watch(options.seconds)
            if terminal.status is not None:
                sys.exit("\n".join(line.rstrip() for line in terminal.screen.display).strip())
            begin, end = terminal.changes[0][0], terminal.now()
            pause = terminal.longest_pause(begin, end)
            # How long the count of updates stands still.
            counts, last, update = [], begin, 0.0
            for t, line in terminal.changes:
                count = [word for word in line.split() if word.count("/") == 1 and word[0].isdigit()]
                if count != counts:
                    update, counts, last = max(update, t - last), count, t
            update = max(update, end - last)
            print(
                f"{columns:7d}  {end - begin:7.1f}  {terminal.drawings / (end - begin):10.1f}"
                f"  {pause:13.2f}  {update:14.2f}  {len(terminal.wrapped):7d}  {terminal.line()}")
            check(pause <= 1.1, f"{columns} columns: nothing moved for {pause:.2f} s")
            check(not terminal.wrapped, f"{columns} columns: a line wrapped: {terminal.wrapped[:1]}")
            if columns == 200:
                terminal.resize(70)
                os.kill(terminal.pid, signal.SIGWINCH)
                # What was drawn before is wider than the screen is now; it is drawn over.
                terminal.watch(1)
                terminal.wrapped.clear()
                terminal.watch(3)
                check(not terminal.wrapped, "after it was made narrower, a line wrapped")
                check(len(terminal.line()) < 70, "after it was made narrower, the line is too long")
                print(f"made 70 columns wide: {terminal.line()}")
            if columns == 80:
                drawings = terminal.drawings
                os.kill(terminal.pid, signal.SIGSTOP)
                terminal.watch(5)
                check(terminal.drawings - drawings <= 1, "a stopped process was still drawing")
                stopped = terminal.line()
                os.kill(terminal.pid, signal.SIGCONT)
                terminal.watch(1)
                print(f"stopped for 5 s: {stopped}\n          after 1 s: {terminal.line()}")
                check(terminal.line() != stopped, "after it was continued, nothing moved")
            os.write(terminal.file, b"\x03")
            terminal.watch(1)
            os.write(terminal.file, b"\x03")  # does not wait for the update to end
            terminal.watch(60)
            check(terminal.status == 130, f"exit code {terminal.status} after Ctrl-C")
            check(terminal.screen.cursor.x == 0, "after Ctrl-C, the cursor is inside a line")
    for failure in failures:
        print(f"failed: {failure}", file=sys.stderr)
    sys.exit(1 if failures else 0)


main()
