"""Every call of the system that a save makes fails, is interrupted, does half its work, or is the process' last."""

import collections
import pathlib
import shutil
import subprocess
import tempfile

from . import recorded, saves, trials

WHAT = "failing calls of the system"
HOW = ["EIO", "EINVAL", "EINTR", "SHORT", "BEFORE", "AFTER"]
# Of calls that write or change names.
HOW_OF_WRITES = HOW + ["ENOSPC", "EDQUOT", "EROFS"]
# By the name of the system: what the shim may call it.
CALLS = {"openat": ["open", "open64", "openat", "openat64"], "write": ["write"], "pwrite64": ["pwrite", "pwrite64"],
         "fsync": ["fsync"], "rename": ["rename"], "unlink": ["unlink"], "ftruncate": ["ftruncate"],
         "fchmod": ["fchmod"], "fchown": ["fchown"], "fsetxattr": ["fsetxattr"], "mkdir": ["mkdir"], "linkat": ["link"],
         "link": ["link"]}


def library(work):
    """Builds the shim."""
    path = work / "failing_calls.so"
    subprocess.run(["cc", "-O1", "-fPIC", "-shared", "-o", path, trials.TOP / "tools/failures/failing_calls.c", "-ldl"],
                   check=True)
    return path


def fault(prepared, environment):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "work"
        shutil.copytree(prepared.start, folder)
        # One count for the command and its children.
        ended = prepared.execute(folder, {**environment, "FAIL_COUNT": str(folder.parent / "count")})
        killed = environment.get("FAIL_HOW") in ("BEFORE", "AFTER")
        return prepared.judge(folder, ended, killed), f"{prepared.name}, {environment}: {ended}"


def escaping(prepared):
    """Whether calls that change files get past the shim: what it counts beside what the kernel sees."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "work"
        shutil.copytree(prepared.start, folder)
        count = pathlib.Path(name) / "count"
        seen = recorded.names(prepared, folder, {"FAIL_COUNT": str(count)})
        if seen is None:
            return ["wrong"], f"{prepared.name}: cannot be traced"
        counted = collections.Counter(saves.names(count))
        unknown = set(seen) - set(CALLS)
        escaped = {call: number for call, number in seen.items()
                   if call in CALLS and number > sum(counted[other] for other in CALLS[call])}
        words = ["wrong"] if unknown or escaped else ["done"]
        return words, f"{prepared.name}: past the shim: {sorted(unknown)} {escaped}"


def all_trials(setting):
    prepared = setting.prepared()
    if recorded.is_there():
        for one in prepared:
            yield "calls past the shim", escaping, one
    else:
        setting.note("strace is not installed: whether calls get past the shim, and power loss, are not tried")
    writing = {name for known in CALLS.values() for name in known}
    # The order is not always the same: a few more calls than there were.
    faults = [(one, {"FAIL_AT": str(at), "FAIL_HOW": how})
              for one in prepared for at, name in enumerate(one.calls + ["close"] * 2, 1)
              for how in (HOW_OF_WRITES if name in writing else HOW)]
    # In any order, so that a short run tries some of all.
    setting.random.shuffle(faults)
    for one, environment in faults:
        how = environment["FAIL_HOW"]
        row = {"BEFORE": "killed before a call", "AFTER": "killed after a call", "SHORT": "half a read or write"}
        yield row.get(how, f"a call fails: {how}"), fault, one, environment
    setting.note(f"{len(faults)} faults are all that the saves have")
