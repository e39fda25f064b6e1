"""Trains the six experiments with lstm-train over the seeds of a Keras run and prints both as a table.

    tools/build-release
    venv/bin/python tools/keras/compare_quality.py keras.jsonl

`keras.jsonl` is what tools/keras/train_experiments.py prints. Needs nothing but Python.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

EXPERIMENTS = ["naive", "window", "timesteps", "batch", "stateful", "variable"]

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / ".build" / "release"


def ours(name, seed, folder):
    checkpoint = str(pathlib.Path(folder) / "run.h5")
    begin = time.time()
    subprocess.run([BIN / "lstm-train", "--experiment", name, "--random-seed", str(seed),
                    "--save", checkpoint, "--quiet"], check=True)
    seconds = time.time() - begin
    shown = subprocess.run([BIN / "lstm-predict", checkpoint, "--evaluate", "--format", "json"],
                           check=True, capture_output=True, text=True)
    document = json.loads(shown.stdout)
    return dict(loss=document["loss"], accuracy=document["accuracy"], seconds=seconds)


def spread(values, factor=1, digits=4):
    mean = statistics.mean(values) * factor
    return f"{mean:.{digits}f} ± {statistics.pstdev(values) * factor:.{digits}f}"


def main(path):
    keras = [json.loads(line) for line in open(path)]
    print("| experiment | seeds | Keras 3 loss | our loss | Keras 3 accuracy, % | our accuracy, % "
          "| seconds a run |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in EXPERIMENTS:
            theirs = [run for run in keras if run["experiment"] == name]
            if not theirs:
                continue
            mine = [ours(name, run["seed"], folder) for run in theirs]
            column = lambda runs, key: [run[key] for run in runs]
            print(f"| `{name}` | {len(theirs)} | {spread(column(theirs, 'loss'))} "
                  f"| {spread(column(mine, 'loss'))} "
                  f"| {spread(column(theirs, 'accuracy'), 100, 2)} "
                  f"| {spread(column(mine, 'accuracy'), 100, 2)} "
                  f"| {statistics.median(column(mine, 'seconds')):.2f} |", flush=True)


main(sys.argv[1])
