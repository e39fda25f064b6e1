"""How the cost of training a character grows with units, batch, steps and layers: a table and a plot.

    tools/build-release
    .build/benchmark-venv/bin/pip install matplotlib
    .build/benchmark-venv/bin/python tools/benchmark/scaling.py docs/scaling.svg
"""

import json
import pathlib
import subprocess
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plot

BIN = pathlib.Path(__file__).resolve().parents[2] / ".build" / "release" / "lstm-benchmark"
SYMBOLS = 65


def flops(units):
    weights, features = 0, SYMBOLS
    for count in units:
        weights += 4 * count * (features + count)
        features = count
    return 6 * (weights + features * SYMBOLS)


def microseconds(units, batch, steps):
    """Time of one character in the fastest of five rounds: the machine's other guests only slow it down."""
    count = max(1, int(8e9 / (flops(units) * batch * steps)))
    run = subprocess.run(
        [BIN, "character", "--units", ",".join(map(str, units)), "--batch", str(batch),
         "--steps", str(steps), "--count", str(min(count, 3000)), "--rounds", "5"],
        check=True, capture_output=True, text=True)
    document = json.loads(run.stdout)
    return 1e6 * min(document["seconds"]) / document["per_round"]


SERIES = {
    "units": [(count, [count], 32, 32) for count in (32, 64, 128, 256, 512, 1024, 2048)],
    "batch": [(count, [256], count, 32) for count in (1, 2, 4, 8, 16, 32, 64, 128)],
    "steps": [(count, [256], 32, count) for count in (1, 2, 4, 8, 16, 32, 64, 128)],
    "layers": [(count, [256] * count, 32, 32) for count in (1, 2, 3, 4, 6, 8)],
}

figure, axes = plot.subplots(1, len(SERIES), figsize=(14, 3.4), constrained_layout=True)
for axis, (name, points) in zip(axes, SERIES.items()):
    print(f"\n| {name} | µs a character | GFLOP/s |\n|---|---|---|")
    times = []
    for value, units, batch, steps in points:
        time = microseconds(units, batch, steps)
        times.append(time)
        print(f"| {value} | {time:.2f} | {1e-3 * flops(units) / time:.0f} |", flush=True)
    axis.plot([point[0] for point in points], times, "o-")
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.set_xlabel(name)
    axis.grid(True, which="both", alpha=0.3)
axes[0].set_ylabel("µs a character")
figure.savefig(sys.argv[1], metadata={"Date": None})
