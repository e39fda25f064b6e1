"""Forecasts one step of a series with Keras and with lstm-train, beside the naive last value.

    tools/build-release
    export PATH="$PWD/.build/release:$PATH"
    venv/bin/python tools/keras/compare_series.py airline
    venv/bin/python tools/keras/compare_series.py sunspots --seeds 5
    venv/bin/python tools/keras/compare_series.py airline --difference
    venv/bin/python tools/keras/compare_series.py airline --peer-only

airline is docs/airline-passengers.csv: thousands of passengers a month, 1949 to 1960 (Box and
Jenkins, series G). sunspots are the monthly mean sunspot numbers from January 1749 to June 2009,
3,126 months, from the file that statsmodels ships as datasets/sunspots/src/sunspots_monthly.dat;
its loader `statsmodels.datasets.sunspots` itself would give yearly numbers.

Both sides learn the next scaled value from the last ones with an LSTM layer and a dense layer, by
Adam on the mean squared error, samples shuffled, until the validation has not improved for some
epochs; the weights of the best epoch count. The last fifth of the rows is the test part, the
15 % before it the validation part, the rest the training part; the scaling is fitted to that alone.
With --difference both learn how values change from month to month. A window belongs to the part of
its target; its inputs may reach back into the part before. Errors are those of the test part in the
data's own units: mean ± deviation over the seeds. The time of a process is that from its start to
its end, imports included.
"""

import argparse
import collections
import csv
import json
import math
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

AIRLINE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "airline-passengers.csv"
VALIDATION_SPLIT, TEST_SPLIT = 0.15, 0.2

Settings = collections.namedtuple(
    "Settings", "date target length units epochs patience batch_size learning_rate scaling")
SETTINGS = {
    "airline": Settings("month", "passengers", 12, 32, 300, 30, 8, 0.003, "min-max"),
    "sunspots": Settings("time", "sunspots", 24, 32, 100, 10, 16, 0.002, "standard"),
}

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("series", choices=SETTINGS)
parser.add_argument("--seeds", type=int, default=3, help="how many: 1, 2, 3, …")
parser.add_argument("--difference", action="store_true", help="learn changes, not values")
parser.add_argument("--peer-only", action="store_true", help="train in Keras only")
parser.add_argument("--as-peer", nargs=2, metavar=("CSV", "SEED"), help=argparse.SUPPRESS)


def write_sunspots(path):
    import statsmodels.datasets.sunspots

    folder = pathlib.Path(statsmodels.datasets.sunspots.__file__).parent
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", "sunspots"])
        for line in open(folder / "src" / "sunspots_monthly.dat"):
            # A year and up to twelve months.
            if re.fullmatch(r"\d{4}( +\d+\.\d)+", line.strip()):
                year, *numbers = line.split()
                for month, number in enumerate(numbers, 1):
                    writer.writerow([f"{year}-{month:02}", number])


def values(path, column):
    with open(path, newline="") as file:
        return [float(row[column]) for row in csv.DictReader(file)]


def parts(count):
    """The first row of the validation part and that of the test part."""
    test = count - math.floor(count * TEST_SPLIT)
    return test - math.floor(count * VALIDATION_SPLIT), test


def errors(found, expected):
    """The root of the mean squared error, and the mean absolute error."""
    differences = [one - other for one, other in zip(found, expected, strict=True)]
    return (math.sqrt(statistics.fmean(difference ** 2 for difference in differences)),
            statistics.fmean(map(abs, differences)))


def train_in_keras(settings, path, seed, difference):
    """Trains in this process; returns the errors and seconds."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import keras
    import numpy as np

    keras.utils.set_random_seed(seed)
    series = np.array(values(path, settings.target))
    validation, test = parts(len(series))
    read = np.diff(series, prepend=series[0]) if difference else series
    training = read[1 if difference else 0:validation]
    if settings.scaling == "min-max":
        offset, scale = training.min(), training.max() - training.min()
    else:
        offset, scale = training.mean(), training.std()
    scaled = ((read - offset) / scale).astype("float32")
    windows = np.lib.stride_tricks.sliding_window_view(scaled[:-1], settings.length)[..., None]

    def samples(first, end):
        """The windows whose targets are the rows from `first` to `end`."""
        return windows[first - settings.length:end - settings.length], scaled[first:end, None]

    model = keras.Sequential([
        keras.Input((settings.length, 1)),
        keras.layers.LSTM(settings.units),
        keras.layers.Dense(1),
    ])
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(settings.learning_rate))
    begin = time.perf_counter()
    model.fit(*samples(settings.length, validation), validation_data=samples(validation, test),
              epochs=settings.epochs, batch_size=settings.batch_size, shuffle=True, verbose=0,
              callbacks=[keras.callbacks.EarlyStopping(
                  "val_loss", patience=settings.patience, restore_best_weights=True)])
    seconds = time.perf_counter() - begin
    answers = model.predict(samples(test, len(series))[0], verbose=0)[:, 0]
    predicted = answers.astype(float) * scale + offset + (series[test - 1:-1] if difference else 0)
    rmse, mae = errors(predicted, series[test:])
    return dict(rmse=float(rmse), mae=float(mae), training=seconds, version=keras.__version__)


def in_keras(arguments, path, seed):
    """Trains in a process of its own, so that its imports count."""
    begin = time.perf_counter()
    command = [sys.executable, __file__, arguments.series, "--as-peer", path, str(seed)]
    shown = subprocess.run(command + ["--difference"] * arguments.difference,
                           stdout=subprocess.PIPE, text=True)
    if shown.returncode != 0:
        sys.exit(shown.returncode)
    return dict(json.loads(shown.stdout.splitlines()[-1]), process=time.perf_counter() - begin)


def tool(name, *words):
    path = shutil.which(name)
    if path is None:
        sys.exit(f"{name} is not on PATH; tools/build-release builds it as .build/release/{name}")
    return [path, *map(str, words)]


def here(settings, path, seed, folder, difference):
    """Trains with lstm-train; returns the errors and seconds."""
    checkpoint, best = (os.path.join(folder, f"{seed}{name}.h5") for name in ("", "-best"))
    command = tool(
        "lstm-train", "--csv", path, "--target", settings.target, "--date", settings.date,
        "--scaling", "standard", "--horizon", "1", "--sequence-length", settings.length, "--units", settings.units,
        "--epochs", settings.epochs, "--batch-size", settings.batch_size,
        "--learning-rate", settings.learning_rate, "--scaling", settings.scaling,
        "--validation-split", VALIDATION_SPLIT, "--test-split", TEST_SPLIT,
        "--early-stopping", settings.patience, "--random-seed", seed, "--quiet",
        "--save", checkpoint, "--save-best", best, *["--difference"] * difference)
    begin = time.perf_counter()
    subprocess.run(command, check=True)
    seconds = time.perf_counter() - begin
    shown = subprocess.run(tool("lstm-predict", best, "--evaluate", "--format", "json"),
                           check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(shown.stdout)["parts"]["test"], process=seconds)


def row(name, runs):
    def spread(key, digits):
        column = [run[key] for run in runs if key in run]
        if not column:
            return "–"
        if len(column) == 1:
            return f"{column[0]:.{digits}f}"
        return f"{statistics.mean(column):.{digits}f} ± {statistics.pstdev(column):.{digits}f}"

    print(f"| {name} | {spread('rmse', 3)} | {spread('mae', 3)} | {spread('process', 2)} "
          f"| {spread('training', 2)} |", flush=True)


def compare(arguments, path, folder):
    settings = SETTINGS[arguments.series]
    series = values(path, settings.target)
    validation, test = parts(len(series))
    naive = dict(zip(("rmse", "mae"), errors(series[test - 1:-1], series[test:])))
    seeds = range(1, arguments.seeds + 1)
    theirs = [in_keras(arguments, path, seed) for seed in seeds]
    print(f"{arguments.series}: {len(series)} rows, {validation} to train on, {test - validation} "
          f"to validate, {len(series) - test} to test; {settings.length} steps in, "
          f"{settings.units} units, {settings.epochs} epochs at most; "
          f"{'changes; ' * arguments.difference}{arguments.seeds} seeds; "
          f"Keras {theirs[0]['version']}")
    print()
    print("| | test RMSE | test MAE | whole process, s | training, s |")
    print("|---|---|---|---|---|")
    row("naive: the last value", [naive])
    row("Keras", theirs)
    if arguments.peer_only:
        return
    ours = [here(settings, path, seed, folder, arguments.difference) for seed in seeds]
    row("lstm-train", ours)
    print()
    ratio = sum(run["process"] for run in theirs) / sum(run["process"] for run in ours)
    print(f"Keras takes {ratio:.1f} times as long as lstm-train")
    for key in naive:
        for run in ours:
            if not math.isclose(run[f"naive_{key}"], naive[key], rel_tol=1e-4):
                sys.exit(f"the test parts differ: lstm-predict has naive {key.upper()} "
                         f"{run[f'naive_{key}']}, here it is {naive[key]}")


def main(arguments):
    if not arguments.peer_only:
        tool("lstm-train"), tool("lstm-predict")
    with tempfile.TemporaryDirectory() as folder:
        path = str(AIRLINE)
        if arguments.series == "sunspots":
            path = os.path.join(folder, "sunspots.csv")
            write_sunspots(path)
        compare(arguments, path, folder)


arguments = parser.parse_args()
if arguments.as_peer:
    path, seed = arguments.as_peer
    print(json.dumps(train_in_keras(
        SETTINGS[arguments.series], path, int(seed), arguments.difference)))
else:
    main(arguments)
