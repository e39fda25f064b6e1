"""Links, permissions, owners, devices, pipes, folders and odd names: what is not the toolkit's is left alone."""

import os
import pathlib
import stat
import subprocess
import tempfile
import threading

from . import trials

WHAT = "places and names"
TRAIN = ["lstm-train", "--experiment", "batch", "--units", "2", "--epochs", "1", "--quiet", "--save"]
PRECIOUS = b"somebody else's\n"


class Place:
    """A folder with a model `a.h5`; what a try found wrong."""

    def __init__(self, folder):
        self.folder, self.wrong = folder, []
        self.train("a.h5")

    def run(self, *command, **more):
        self.last = trials.run(command, self.folder, **more)
        if set(self.last.words()) & set(trials.BAD):
            self.wrong.append(f"{' '.join(map(str, command))}: {self.last}")
        return self.last

    def train(self, name, *more):
        return self.run(*TRAIN, name, *more)

    def expect(self, is_so, what):
        if not is_so:
            self.wrong.append(f"{what} ({self.last})")

    def refused(self, *command, codes=(65, 66, 73), **more):
        ended = self.run(*command, **more)
        self.expect(ended.code in codes, f"{' '.join(map(str, command))} is refused")

    def path(self, name):
        return self.folder / name


def target_is_a_link(place):
    (place.folder / "elsewhere").mkdir()
    place.path("a.h5").rename(place.path("elsewhere/real.h5"))
    place.path("a.h5").symlink_to("elsewhere/real.h5")
    before = place.path("elsewhere/real.h5").read_bytes()
    place.run("lstm-resume", "a.h5", "--epochs", "1", "--quiet")
    place.expect(place.path("a.h5").is_symlink(), "the link is still one")
    place.expect(place.path("elsewhere/real.h5").read_bytes() != before, "what it leads to is the new file")


def link_to_nothing(place):
    place.path("b.h5").symlink_to("missing/real.h5")
    place.refused(*TRAIN, "b.h5")
    place.path("c.h5").symlink_to("not-there.h5")
    place.refused(*TRAIN, "c.h5")
    place.path("d.h5").symlink_to("d.h5")
    place.refused(*TRAIN, "d.h5")
    place.expect(all(place.path(name).is_symlink() for name in ("b.h5", "c.h5", "d.h5")), "links are still links")


def hard_link(place):
    os.link(place.path("a.h5"), place.path("b.h5"))
    before = place.path("b.h5").read_bytes()
    place.run("lstm-resume", "a.h5", "--epochs", "1", "--quiet")
    place.expect(place.path("b.h5").read_bytes() == before, "the other name has the old file")


def part_is_a_link(place):
    place.path("precious").write_bytes(PRECIOUS)
    for name in (".a.h5.part", ".a.h5.1.part", ".a.h5.12345-0.part"):
        place.path(name).symlink_to("precious")
    place.run("lstm-resume", "a.h5", "--epochs", "1", "--quiet")
    place.expect(place.path("precious").read_bytes() == PRECIOUS, "what a .part leads to is untouched")


def part_is_a_hard_link(place):
    place.path("precious").write_bytes(PRECIOUS)
    os.link(place.path("precious"), place.path(".a.h5.7.part"))
    place.run("lstm-resume", "a.h5", "--epochs", "1", "--quiet")
    place.expect(place.path("precious").read_bytes() == PRECIOUS, "what a .part is another name of is untouched")


def lock_is_a_link(place):
    place.path("precious").write_bytes(PRECIOUS)
    place.path(".a.h5.lock").symlink_to("precious")
    place.refused("lstm-resume", "a.h5", "--epochs", "1", "--quiet")
    place.expect(place.path("precious").read_bytes() == PRECIOUS, "what a .lock leads to is untouched")


def lock_is_something_else(place):
    for make in (lambda path: path.mkdir(), os.mkfifo):
        make(place.path(".a.h5.lock"))
        place.run("lstm-resume", "a.h5", "--epochs", "1", "--quiet", seconds=5)
        path = place.path(".a.h5.lock")
        if path.is_dir():
            path.rmdir()
        elif path.exists():
            path.unlink()


def permissions(place):
    for mode in (0o600, 0o640, 0o444, 0o755):
        os.chmod(place.path("a.h5"), mode)
        place.run("lstm-predict", "a.h5", "--seed", "A", "--steps", "1", "--save-state")
        place.expect(stat.S_IMODE(place.path("a.h5").stat().st_mode) == mode, f"mode {mode:o} is kept")
    old = os.umask(0o077)
    try:
        place.train("private.h5")
    finally:
        os.umask(old)
    place.expect(stat.S_IMODE(place.path("private.h5").stat().st_mode) == 0o600, "the umask is kept")


def owners(place):
    if os.getuid() != 0:
        return
    os.chown(place.path("a.h5"), 12345, 23456)
    place.run("lstm-resume", "a.h5", "--epochs", "1", "--quiet")
    status = place.path("a.h5").stat()
    place.expect((status.st_uid, status.st_gid) == (12345, 23456), "owner and group are kept")


def attributes(place):
    try:
        os.setxattr(place.path("a.h5"), "user.note", b"keep")
    except OSError:
        return
    place.run("lstm-resume", "a.h5", "--epochs", "1", "--quiet")
    place.expect(os.getxattr(place.path("a.h5"), "user.note") == b"keep", "attributes are kept")


def folders_and_devices(place):
    place.path("folder.h5").mkdir()
    for name in ("folder.h5", "/dev/null", "/dev/full", "/dev/zero", "nowhere/a.h5", "a.h5/b.h5", ""):
        place.run(*TRAIN, name)
        place.expect(place.last.code not in (0, None), f"saving to {name!r} is refused")
        for command in (["lstm-inspect", name], ["lstm-predict", name, "--seed", "A"], ["lstm-resume", name]):
            place.run(*command, seconds=5)
            place.expect(place.last.code not in (0, None), f"{command[0]} {name!r} is refused")
    for name in ("/dev/null", "/dev/zero", "/dev/full", "folder.h5"):
        for option in ("--text", "--csv", "--sequences"):
            place.run("lstm-train", option, name, "--target", "x", "--epochs", "1", "--units", "2", "--save", "n.h5", seconds=5)
            place.expect(place.last.code not in (0, None), f"{option} {name} is refused")


def pipes(place):
    os.mkfifo(place.path("pipe.h5"))

    def feed(name, data):
        try:
            with open(place.path(name), "wb") as pipe:
                pipe.write(data)
        except BrokenPipeError:
            pass

    whole = place.path("a.h5").read_bytes()
    # Nobody writes to it at first, so that opening it waits.
    writer = threading.Thread(target=feed, args=("pipe.h5", whole), daemon=True)
    writer.start()
    place.run("lstm-inspect", "pipe.h5", seconds=5)
    place.expect(place.last.code is not None, "a model in a pipe is read or refused")
    drain(place.path("pipe.h5"), writer)
    os.mkfifo(place.path("pipe.csv"))
    rows = "value\n" + "".join(f"{row % 5}\n" for row in range(40))
    writer = threading.Thread(target=feed, args=("pipe.csv", rows.encode()), daemon=True)
    writer.start()
    place.run("lstm-train", "--csv", "pipe.csv", "--target", "value", "--units", "2", "--epochs", "1", "--quiet",
              "--save", "s.h5", seconds=5)
    place.expect(place.last.code is not None, "a series in a pipe is read or refused")
    drain(place.path("pipe.csv"), writer)


def drain(path, writer):
    """Lets a writer end who nobody has read from."""
    if writer.is_alive():
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        writer.join(0.5)
        os.close(number)


def odd_names(place):
    names = [b"new\nline.h5", b"two words.h5", b"-dash.h5", b"quote'\".h5", b"\xff\xfe.h5", b"tab\t.h5", "Füße é.h5".encode(),
             b"\x1b[31mred.h5", b"dots..h5", b".hidden.h5", b"*.h5", b"$(id).h5", b"%s%n.h5"]
    for name in names:
        path = b"./" + name
        ended = trials.run([*TRAIN, path], place.folder)
        place.last = ended
        ended_words = set(ended.words()) & set(trials.BAD)
        place.expect(not ended_words, f"saving to {name!r} works or is refused in a line")
        if ended.code == 0:
            place.expect(os.path.exists(os.fsencode(place.folder) + b"/" + name), f"{name!r} is there")
            place.last = trials.run(["lstm-predict", path, "--seed", "A", "--steps", "1", "--save-state"], place.folder)
            place.expect(place.last.code == 0, f"{name!r} is read")
        place.last = trials.run(["lstm-inspect", b"./missing-" + name], place.folder)
        place.expect(set(place.last.words()) == {"refused"}, f"a missing {name!r} is refused in a line")


def long_names(place):
    for length in (200, 225, 230, 240, 250, 251, 255, 256, 300, 5000):
        name = "x" * (length - 3) + ".h5"
        ended = place.train(name, "--keep", "2", "--checkpoint-every", "1")
        place.expect(ended.code in (0, 73), f"a name of {length} bytes works or is refused")
        if ended.code == 0:
            place.expect(place.path(name).exists(), f"a name of {length} bytes is there")
    left = [entry for entry in trials.hidden(place.folder)]
    place.expect(not left, f"nothing is left: {left[:3]}")


def output_is_input(place):
    before = place.path("a.h5").read_bytes()
    place.path("link.h5").symlink_to("a.h5")
    os.link(place.path("a.h5"), place.path("hard.h5"))
    place.path("rows.csv").write_text("value\n1\n2\n3\n4\n5\n6\n7\n8\n9\n")
    rows = place.path("rows.csv").read_bytes()
    for command in (["lstm-convert", "a.h5", "a.h5"], ["lstm-convert", "a.h5", "link.h5"], ["lstm-convert", "link.h5", "a.h5"],
                    ["lstm-inspect", "a.h5", "--report", "a.h5"]):
        place.run(*command)
        is_same = place.path("a.h5").read_bytes() == before
        place.expect(place.last.code != 0 and is_same, f"{command} does not replace its input")
    series = ["lstm-train", "--csv", "rows.csv", "--target", "value", "--units", "2", "--epochs", "1", "--quiet"]
    for option in ("--log",):
        place.run(*series, "--save", "s.h5", option, "rows.csv")
        place.expect(place.path("rows.csv").read_bytes() == rows, f"{option} does not replace the data")
    place.run("lstm-predict", "a.h5", "--input", "rows.csv", "--output", "rows.csv")
    place.expect(place.path("rows.csv").read_bytes() == rows, "--output does not replace --input")


def folder_is_not_writable(place):
    if os.getuid() == 0:
        # Root may write everywhere; another user does it.
        subprocess.run(["chmod", "-R", "a+rX", place.folder], check=True)
        os.chmod(place.folder, 0o555)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        result = subprocess.run([*command, *trials.tool(["lstm-resume", "a.h5", "--epochs", "1"])], cwd=place.folder,
                                capture_output=True, check=False)
        place.last = trials.Ended(result.returncode, result.stdout, result.stderr, 0)
        place.expect(result.returncode != 0 and place.last.words() == ["refused"] or b"setpriv" in result.stderr,
                     "a folder that may not be written to is refused")
        os.chmod(place.folder, 0o755)


PLACES = [target_is_a_link, link_to_nothing, hard_link, part_is_a_link, part_is_a_hard_link, lock_is_a_link,
          lock_is_something_else, permissions, owners, attributes, folders_and_devices, pipes, odd_names, long_names,
          output_is_input, folder_is_not_writable]


def tried(kind):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.chmod(folder, 0o755)
        place = Place(folder)
        kind(place)
        return ["wrong"] if place.wrong else ["done"], "; ".join(place.wrong)


def all_trials(setting):
    for kind in PLACES:
        yield kind.__name__.replace("_", " "), tried, kind
