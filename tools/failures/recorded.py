"""What a command does to files, as strace sees it."""

import collections
import os
import re
import shutil
import subprocess

from . import trials

# What changes files or their names, or could do so past a library's functions.
CHANGING = ["write", "pwrite64", "writev", "pwritev", "pwritev2", "ftruncate", "truncate", "fallocate", "fsync", "fdatasync",
            "sync", "syncfs", "sync_file_range", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
            "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat",
            "lchown", "setxattr", "lsetxattr", "fsetxattr", "copy_file_range", "sendfile", "splice", "vmsplice", "tee",
            "io_uring_setup", "io_uring_enter", "io_uring_register", "io_submit", "open", "openat", "openat2", "creat",
            "open_by_handle_at", "mknod", "mknodat", "utimensat"]
LINE = re.compile(r"^(\d+) +(.*)$")
CALL = re.compile(r"^(\w+)\((.*)\) += (-?\d+|\?)")
FILE = re.compile(r"^(\d+)<(.*)>$")


def is_there():
    return shutil.which("strace") is not None


def lines(prepared, folder, environment):
    """The calls in the order in which they ended: process, name, text of the arguments, result."""
    log = folder.parent / "trace"
    # `-xx`: bytes as hexadecimal numbers, all of them.
    command = ["strace", "-f", "-qq", "-xx", "-y", "-s", str(1 << 28), "-o", log, "-e", "signal=none", "-e",
               "trace=?" + ",?".join(CHANGING + ["mmap"]), *trials.tool(prepared.save.command)]
    variables = [word for key, value in environment.items() for word in ("-E", f"{key}={value}")]
    if environment and prepared.library is not None:
        variables += ["-E", f"LD_PRELOAD={prepared.library}"]
    result = subprocess.run([command[0], *variables, *command[1:]], cwd=folder, input=prepared.save.stdin,
                            capture_output=True, env={**os.environ, "TMPDIR": str(folder)}, check=False)
    if result.returncode != 0:
        return None
    begun, ended = {}, []
    for line in log.read_text().splitlines():
        process, text = LINE.match(line).groups()
        if text.endswith("<unfinished ...>"):
            begun[process] = text[:-len("<unfinished ...>")].rstrip()
            continue
        if text.startswith("<... "):
            text = begun.pop(process, "") + re.sub(r"^<\.\.\. \w+ resumed>", "", text)
        call = CALL.match(text)
        if call:
            ended.append((process, *call.groups()))
    return ended


def opens_to_write(arguments):
    return any(flag in arguments for flag in ("O_CREAT", "O_WRONLY", "O_RDWR", "O_TMPFILE"))


def names(prepared, folder, environment):
    """How often each call is made that changes files."""
    ended = lines(prepared, folder, environment)
    if ended is None:
        return None
    found = collections.Counter()
    own = os.fsencode(environment.get("FAIL_COUNT", "")).hex()
    for _, name, arguments, _ in ended:
        if own and own in arguments.replace("\\x", ""):
            continue
        if name.startswith("open") and not opens_to_write(arguments):
            continue
        if name == "mmap":
            # A file that is mapped to be written to is changed without any call.
            if "MAP_SHARED" in arguments and "PROT_WRITE" in arguments and "MAP_ANONYMOUS" not in arguments:
                found["mmap"] += 1
            continue
        found[name] += 1
    return found


def unescaped(text):
    return bytes.fromhex(text.replace("\\x", ""))


def operations(prepared, folder):
    """What is done to files of the folder: tuples of a name and what it needs, in order."""
    ended = lines(prepared, folder, {})
    if ended is None:
        return None
    # What begins another process shares no place in a file with the first; those only read here.
    inside = os.fsencode(folder.resolve()) + b"/"
    places, found = {}, []

    def local(path):
        path = os.path.normpath(path if path.startswith(b"/") else inside + path)
        return path[len(inside):].decode() if path.startswith(inside) else None

    def file_of(word):
        match = FILE.match(word)
        if not match:
            return None, None
        text = match.group(2)
        if text.endswith("(deleted)"):
            return match.group(1), None
        path = unescaped(text) if text.startswith("\\x") else text.encode()
        if not path.startswith(b"/"):
            # A pipe, say.
            return match.group(1), None
        is_folder = path == inside[:-1]
        return match.group(1), "." if is_folder else local(path)

    for _, name, text, result in ended:
        if result.startswith("-") or result == "?":
            continue
        words = text.split(", ")
        quoted = [unescaped(word[1:-1]) for word in words if word.startswith('"') and word.endswith('"')]
        if name in ("open", "openat", "creat"):
            path = local(quoted[0])
            number = re.search(r"= (\d+)$", f"= {result}").group(1)
            if path is not None and opens_to_write(text):
                places[number] = 0
                if "O_TMPFILE" not in text:
                    found.append(("create", path, "O_TRUNC" in text))
        elif name in ("rename", "renameat", "renameat2"):
            found.append(("rename", local(quoted[0]), local(quoted[1])))
        elif name in ("link", "linkat"):
            found.append(("link", local(quoted[0]), local(quoted[1])))
        elif name in ("unlink", "unlinkat"):
            path = local(quoted[0])
            if path is not None:
                found.append(("unlink", path))
        elif name in ("write", "pwrite64", "fsync", "fdatasync", "ftruncate"):
            number, path = file_of(words[0])
            if path is None:
                continue
            if name in ("fsync", "fdatasync"):
                found.append(("flush", path))
            elif name == "ftruncate":
                found.append(("truncate", path, int(words[1])))
            else:
                place = int(words[3]) if name == "pwrite64" else places.get(number, 0)
                count = int(result)
                found.append(("write", path, place, quoted[0][:count]))
                if name == "write":
                    places[number] = place + count
    return found
