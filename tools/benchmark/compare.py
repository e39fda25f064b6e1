"""Runs the toolkit and its peers in turns and prints what each took; called by tools/bench."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / ".build" / "release"
HERE = pathlib.Path(__file__).resolve().parent

parser = argparse.ArgumentParser()
parser.add_argument("--quick", action="store_true", help="fewer turns and smaller counts")
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--json", help="where to keep all times")
arguments = parser.parse_args()
TURNS = 2 if arguments.quick else 5
THREADS = ["--threads", arguments.threads]


def run(command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                            env={**os.environ, "OMP_NUM_THREADS": str(arguments.threads)})
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{result.stderr[-2000:]}")
    return result.stdout


def ours(*words):
    return [BIN / "lstm-benchmark", *words, *THREADS]


def peer(script, *words):
    return [sys.executable, HERE / f"{script}_peer.py", *words]


def measure(command):
    """Seconds of one unit, for each round of a turn."""
    document = json.loads(run(command).splitlines()[-1])
    return [seconds / document["per_round"] for seconds in document["seconds"]]


def process(command):
    """Seconds of whole processes, from their start to their end."""
    words = [str(part) for part in command]
    times = []
    for _ in range(20):
        begin = time.perf_counter()
        # Python's own `subprocess` would add milliseconds.
        child = os.posix_spawn(words[0], words, os.environ, file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
        if os.waitpid(child, 0)[1] != 0:
            sys.exit(f"{' '.join(words)} failed")
        times.append(time.perf_counter() - begin)
    return times


def flops(units, symbols=65):
    """Floating-point operations of one character in training: forward once, backward twice."""
    weights, features = 0, symbols
    for count in units:
        weights += 4 * count * (features + count)
        features = count
    return 6 * (weights + features * symbols)


def text(seconds, unit):
    if unit == "B/s":
        return f"{1e-9 / seconds:.2f} GB/s"
    if unit == "char/s":
        return f"{1 / seconds:,.0f}/s"
    return f"{seconds * 1e6:,.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:,.1f} ms"


scale = 1 if arguments.quick else 3
character = lambda units, batch, steps, count: (
    "--units", ",".join(map(str, units)), "--batch", batch, "--steps", steps, "--count", count)
sample = lambda units, count: ("--units", ",".join(map(str, units)), "--count", count)

with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
    predict = [BIN / "lstm-predict", ROOT / "models/stateful.h5", "--seed", "A", "--steps", "25"]
    # What is measured, its unit, us, the peer, how many times faster we mean to be, roofline.
    rows = [
        ("`stateful` update", "s", ours("experiment", "--experiment", "stateful", "--count", 300),
         "PyTorch", peer("pytorch", "experiment", "--count", 300 * scale, *THREADS), 115, None),
        ("`stateful` update", "s", ours("experiment", "--experiment", "stateful", "--count", 300),
         "Keras", peer("keras", "stateful", "--epochs", 4 * scale), 612, None),
        ("`variable` update", "s", ours("experiment", "--experiment", "variable", "--count", 20),
         "Keras", peer("keras", "variable", "--epochs", 1), 240, None),
        ("`batch` epoch", "s", ours("experiment", "--experiment", "batch", "--count", 3000),
         "Keras", peer("keras", "batch", "--epochs", 30 * scale), 1700, None),
    ]
    for units, batch, steps, count, wanted in (
            ([128, 128], 50, 50, 8 * scale, 1.3), ([512, 512], 64, 64, scale, 1.2),
            ([1024], 32, 64, scale, 1.2)):
        words = character(units, batch, steps, count)
        rows.append((f"training, {len(units)}×{units[0]}, batch {batch}, {steps} steps", "char/s",
                     ours("character", *words), "PyTorch",
                     peer("pytorch", "character", *words, *THREADS), wanted,
                     ("flops", flops(units))))
    for units, wanted in (([50], 10), ([128, 128], 3.5), ([512, 512], 1.2)):
        words = sample(units, 300 * scale)
        rows.append((f"sampling, {len(units)}×{units[0]}", "s", ours("sample", *words),
                     "onnxruntime", peer("onnxruntime", *words, *THREADS), wanted,
                     ("bytes", flops(units) / 6 * 4)))
    for work in ("save", "load"):
        rows.append((f"{work} 346 MB", "B/s",
                     ours(work, "--units", "1536,1536", "--file", f"{folder}/ours.h5", "--rounds", 9),
                     "h5py", peer("h5py", work, "--file", f"{folder}/peer.h5", "--rounds", 9), 1, None))

    core = json.loads(run([*ours("product"), "--rounds", 1]).splitlines()[-1])["core"]
    ceilings = {"flops": min(measure(ours("product"))), "bytes": min(measure(ours("memory")))}
    print(f"{arguments.threads} threads, instructions: {core}; matrix products reach {1e-9 / ceilings['flops']:.0f} GFLOP/s, "
          f"reading memory {1e-9 / ceilings['bytes']:.1f} GB/s\n")
    print("| work | here | spread | peer | | ratio | aim | of the ceiling |")
    print("|---|---|---|---|---|---|---|---|")
    kept = []
    for name, unit, command, peer_name, peer_command, wanted, ceiling in rows:
        mine, theirs = [], []
        for _ in range(TURNS):
            mine += measure(command)
            theirs += measure(peer_command)
        here, there = statistics.median(mine), statistics.median(theirs)
        part = ""
        if ceiling:
            part = f"{100 * ceilings[ceiling[0]] * ceiling[1] / here:.0f} %"
        print(f"| {name} | {text(here, unit)} | {text(min(mine), unit)}–{text(max(mine), unit)} "
              f"| {peer_name} | {text(there, unit)} | {there / here:.1f} × | {wanted} × | {part} |",
              flush=True)
        kept.append(dict(work=name, peer=peer_name, ours=mine, theirs=theirs, aim=wanted))
    times = process(predict)
    print(f"| `lstm-predict … --steps 25`, process | {text(statistics.median(times), 's')} "
          f"| {text(min(times), 's')}–{text(max(times), 's')} | | | | ≤ 10 ms | |")
    kept.append(dict(work="lstm-predict process", ours=times))
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(dict(threads=arguments.threads, ceilings=ceilings, rows=kept), file, indent=1)
