"""Runs the toolkit and its peers in turns and prints what each took; called by tools/bench."""

import argparse
import collections
import json
import os
import pathlib
import platform
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
parser.add_argument("--only", default="", help="the rows with this text alone")
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


def processor():
    """The processor's name, family and model, as Linux says them."""
    try:
        first = pathlib.Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    except OSError:
        first = ""
    facts = {name.strip(): value.strip() for name, _, value in
             (line.partition(":") for line in first.splitlines())}
    if "model name" not in facts:
        return platform.processor() or platform.machine()
    return f"{facts['model name']} (family {facts.get('cpu family', '?')}, model {facts.get('model', '?')})"


def weights(units, outputs=65, gates=4, directions=1):
    """The weights that are multiplied in a step, without those of the inputs, which are one-hot or few."""
    count, features = 0, 0
    for layer in units:
        count += directions * gates * layer * (features + layer)
        features = directions * layer
    return count + features * outputs


def flops(*words, **options):
    """Floating-point operations of one step of a row in training: forward once, backward twice."""
    return "flops", 6 * weights(*words, **options)


def text(seconds, unit):
    if unit == "B/s":
        return f"{1e-9 / seconds:.2f} GB/s"
    if unit == "FLOP/s":
        return f"{1e-9 / seconds:.0f} GFLOP/s"
    if unit == "step/s":
        return f"{1 / seconds:,.0f}/s"
    return f"{seconds * 1e6:,.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:,.1f} ms"


def options(**values):
    """Options of a command: `units=[128, 128]` is `--units 128,128`."""
    words = []
    for name, value in values.items():
        words += [f"--{name.replace('_', '-')}",
                  ",".join(map(str, value)) if isinstance(value, list) else value]
    return words


# What is measured, its unit, our command, the peer and its command; how many times as fast as the peer we mean to be, or,
# where the peer is ours too, how many times as long we may take; what limits it, and how much of that a unit takes.
Row = collections.namedtuple("Row", "work unit ours peer theirs aim limit")
scale = 1 if arguments.quick else 3


def experiments():
    def stateful(**values):
        return ours("experiment", *options(experiment="stateful", count=300, **values))

    yield Row("`stateful` update", "s", stateful(), "PyTorch",
              peer("pytorch", "experiment", "--count", 300 * scale, *THREADS), 350, None)
    yield Row("`stateful` update", "s", stateful(), "Keras",
              peer("keras", "stateful", "--epochs", 4 * scale), 600, None)
    yield Row("`variable` update", "s", ours("experiment", *options(experiment="variable", count=20)),
              "Keras", peer("keras", "variable", "--epochs", 1), 240, None)
    yield Row("`batch` epoch", "s", ours("experiment", *options(experiment="batch", count=3000)),
              "Keras", peer("keras", "batch", "--epochs", 30 * scale), 1700, None)
    for name, values in (
            ("AdamW", dict(optimizer="adamw")), ("Nadam", dict(optimizer="nadam")),
            ("RMSprop", dict(optimizer="rmsprop")), ("SGD", dict(optimizer="sgd")),
            ("Adam, clip norm", dict(clip_norm=1)), ("Adam, L2", dict(l2=0.001))):
        yield Row(f"`stateful` update, {name}", "s", stateful(**values), "ours, Adam", stateful(),
                  "≤ 1.3", None)


def training():
    for units, batch, steps, count, aim in (
            ([128] * 2, 50, 50, 8, 1.5), ([512] * 2, 64, 64, 1, 1.4), ([1024], 32, 64, 1, 1.4),
            ([256], 1, 32, 30, None), ([256] * 8, 32, 32, 1, None)):
        words = options(units=units, batch=batch, steps=steps, count=count * scale)
        yield Row(f"training, {len(units)}×{units[0]}, batch {batch}, {steps} steps", "step/s",
                  ours("character", *words), "PyTorch", peer("pytorch", "character", *words, *THREADS),
                  aim, flops(units))


def layers():
    for layer, variant, units, gates in (
            ("GRU", "plain", [128] * 2, 3), ("SimpleRNN", "plain", [128] * 2, 1),
            ("LSTM", "bidirectional", [128], 4)):
        words = options(layer=layer, variant=variant, units=units, count=8 * scale)
        is_bidirectional = variant == "bidirectional"
        name = f"Bidirectional {layer}" if is_bidirectional else layer
        yield Row(f"{name}, {len(units)}×{units[0]}", "step/s", ours("layer", *words), "PyTorch",
                  peer("pytorch", "layer", *words, *THREADS), 1.5,
                  flops(units, outputs=1, gates=gates, directions=2 if is_bidirectional else 1))
    words = options(units=[128], count=8 * scale)
    for variant in ("masked", "dropout", "backwards", "no-bias"):
        yield Row(f"LSTM, 1×128, {variant}", "step/s", ours("layer", *words, "--variant", variant),
                  "ours, plain", ours("layer", *words), "≤ 1.15", flops([128], outputs=1))


def models():
    """Models of several kinds of layers; seconds of an update."""
    for name, work, words in (
            ("Conv1D, pooling, LSTM 100", "convolution", dict(units=100)),
            ("Bidirectional LSTM 128, Attention", "attention", {}),
            ("Bidirectional LSTM 128, MultiHeadAttention", "heads", {}),
            ("encoder and decoder, LSTM 128", "pairs", dict(batch=64)),
            ("encoder and decoder, LSTM 256", "pairs", dict(units=256, batch=64))):
        words = [work, *options(**words, epochs=scale), *THREADS]
        for library, called in (("pytorch", "PyTorch"), ("keras", "Keras")):
            yield Row(f"update, {name}", "s", peer("model", "here", *words, "--bin", BIN), called,
                      peer("model", library, *words), 1.3, None)


def sampling():
    for units, aim in (([50], 15), ([128] * 2, 4), ([512] * 2, 1.5)):
        words = options(units=units, count=300 * scale)
        yield Row(f"sampling, {len(units)}×{units[0]}", "s", ours("sample", *words), "onnxruntime",
                  peer("onnxruntime", *words, *THREADS), aim, ("bytes", 4 * weights(units)))


def others(folder):
    yield Row("product, 1536 × 1536 × 1536", "FLOP/s", ours("product"), "PyTorch",
              peer("pytorch", "product", *THREADS), None, ("flops", 1))
    for work in ("save", "load"):
        yield Row(f"{work} 346 MB", "B/s",
                  ours(work, *options(units=[1536] * 2, file=f"{folder}/ours.h5", rounds=9)), "h5py",
                  peer("h5py", work, *options(file=f"{folder}/peer.h5", rounds=9)), 1, None)


def compare(row, hardware_limits):
    """Measures us and the peer in turns and prints a line of the table."""
    mine, theirs = [], []
    for _ in range(TURNS):
        mine += measure(row.ours)
        theirs += measure(row.theirs)
    here, there = statistics.median(mine), statistics.median(theirs)
    ratio = here / there if row.peer.startswith("ours") else there / here
    part = f"{100 * hardware_limits[row.limit[0]] * row.limit[1] / here:.0f} %" if row.limit else ""
    print(f"| {row.work} | {text(here, row.unit)} | {text(min(mine), row.unit)}–{text(max(mine), row.unit)} "
          f"| {row.peer} | {text(there, row.unit)} | {ratio:.{1 if ratio >= 10 else 2}f} × "
          f"| {f'{row.aim} ×' if row.aim else ''} | {part} |", flush=True)
    return dict(work=row.work, peer=row.peer, ours=mine, theirs=theirs, aim=row.aim)


with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
    instructions = json.loads(run([*ours("peak"), "--rounds", 1]).splitlines()[-1])["instruction_set"]
    print(f"{processor()}; instruction set {instructions}", flush=True)
    hardware_limits = {"flops": min(measure(ours("peak"))), "bytes": min(measure(ours("memory")))}
    print(f"{arguments.threads} threads: multiply-adds in registers reach {1e-9 / hardware_limits['flops']:.0f} GFLOP/s, "
          f"reads of memory {1e-9 / hardware_limits['bytes']:.1f} GB/s\n")
    print("| work | here | spread | peer | | ratio | aim | of the hardware limit |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    kept = [compare(row, hardware_limits) for row in
            (*experiments(), *training(), *layers(), *models(), *sampling(), *others(folder)) if arguments.only in row.work]
    times = process([BIN / "lstm-predict", ROOT / "models/stateful.h5", "--seed", "A", "--steps", "25"])
    print(f"| `lstm-predict … --steps 25`, process | {text(statistics.median(times), 's')} "
          f"| {text(min(times), 's')}–{text(max(times), 's')} | | | | ≤ 8 ms | |")
    kept.append(dict(work="lstm-predict process", ours=times))
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(dict(processor=processor(), instruction_set=instructions, threads=arguments.threads,
                           hardware_limits=hardware_limits, rows=kept), file, indent=1)
