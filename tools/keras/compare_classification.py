"""Classifies real sequences and texts with lstm-train, the same model in Keras, and simple classifiers.

    tools/build-release
    export PATH="$PWD/.build/release:$PATH"
    venv/bin/pip install scikit-learn faker django aeon sktime
    venv/bin/python tools/keras/compare_classification.py [--seeds 3] [--no-keras] [NAME …]

Series come from the wheels of aeon and sktime, with the split into training and test that they have; texts are
surnames of 13 languages from Faker, and the sentences of 12 languages that Django is translated into, of which a fifth
is drawn for the test. Series are written as CSV in long form (`id,time,label,split,…`). Where aeon is installed in an
environment of its own, SERIES_PACKAGES names its site-packages.

Options of lstm-train that are not its defaults are in the table. Keras trains the very model of lstm-train's file
(`clone_model`), on the same inputs, with the same batches, epochs and optimizer, from other random numbers.
"""

import argparse
import csv
import glob
import importlib
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import numpy as np

SERIES = [
    ("aeon", "ItalyPowerDemand"), ("aeon", "GunPoint"), ("aeon", "UnitTest"), ("aeon", "ArrowHead"),
    ("aeon", "BasicMotions"), ("aeon", "JapaneseVowels"), ("aeon", "PickupGestureWiimoteZ"),
    ("aeon", "OSULeaf"), ("sktime", "PLAID"), ("aeon", "ACSF1"),
]
NAMES = "it_IT es_ES nl_NL en_US sk_SK hr_HR fr_FR de_DE fi_FI sv_SE et_EE zu_ZA ga_IE".split()
LANGUAGES = "de nl da sv nb fr it es pt ca ro pl".split()
MASK = -1e9


def package_folder(name):
    for folder in [*os.environ.get("SERIES_PACKAGES", "").split(":"), *sys.path]:
        if folder and os.path.isdir(os.path.join(folder, name)):
            return os.path.join(folder, name)
    sys.exit(f"{name} is not installed; see the first lines of this script")


def read_series(package, name):
    """[(part, label, [steps][features])]"""
    rows = []
    for part in ("train", "test"):
        path = f"{package_folder(package)}/datasets/data/{name}/{name}_{part.upper()}.ts"
        is_data = False
        for line in open(path, encoding="utf-8", errors="replace"):
            line = line.strip()
            if is_data and line:
                *dimensions, label = line.split(":")
                columns = [[float(value) for value in text.split(",")] for text in dimensions]
                rows.append((part, label, np.array(list(zip(*columns)))))
            is_data = is_data or line.lower().startswith("@data")
    return rows


def surnames():
    found = {}
    for locale in NAMES:
        names = importlib.import_module(f"faker.providers.person.{locale}").Provider.last_names
        for name in set(names):
            found.setdefault(name.strip().lower(), set()).add(locale[:2])
    return [(name, *languages) for name, languages in sorted(found.items()) if len(languages) == 1]


def sentences():
    """Translations in Django's catalogues, without placeholders."""
    import django

    found = {}
    root = os.path.dirname(django.__file__)
    for language in LANGUAGES:
        for path in glob.glob(f"{root}/**/locale/{language}/LC_MESSAGES/django.po", recursive=True):
            text, is_translation = "", False
            for line in open(path, encoding="utf-8"):
                line = line.strip()
                if line.startswith("msgstr "):
                    text, is_translation = line[8:-1], True
                elif is_translation and line.startswith('"'):
                    text += line[1:-1]
                else:
                    if is_translation and len(text) >= 12 and not set(text) & set("%\\{}<>"):
                        found.setdefault(text, set()).add(language)
                    is_translation = False
    return [(text, *languages) for text, languages in sorted(found.items()) if len(languages) == 1]


def text_rows(pairs):
    pairs = list(pairs)
    random.Random(1).shuffle(pairs)
    return [("test" if index % 5 == 0 else "train", label, text)
            for index, (text, label) in enumerate(pairs)]


def write(path, rows, is_text):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        if is_text:
            writer.writerow(["text", "label", "split"])
            writer.writerows([text, label, part] for part, label, text in rows)
            return
        width = rows[0][2].shape[1]
        writer.writerow(["id", "time", "label", "split", *(f"x{n}" for n in range(width))])
        for number, (part, label, steps) in enumerate(rows):
            for step, values in enumerate(steps):
                writer.writerow([number, step, label, part, *map(repr, map(float, values))])


def tool(name, *arguments):
    path = shutil.which(name) or sys.exit(f"{name} is not on PATH; see the first lines of this script")
    done = subprocess.run([path, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{name} {' '.join(map(str, arguments))}: exit code {done.returncode}")
    return done.stdout


def ours(data, model, is_text, seed, options):
    columns = ["--sequence", "text"] if is_text else ["--key", "id", "--date", "time"]
    begin = time.time()
    tool("lstm-train", "--sequences", data, *columns, "--label", "label", "--split", "split",
         "--validation-split", 0, "--random-seed", seed, "--quiet", "--save", model, *options)
    seconds = time.time() - begin
    import json

    report = json.loads(tool("lstm-predict", model, "--evaluate", "--format", "json"))
    assert report["part"] == "test"
    return report["accuracy"], report["macro"]["f1"], seconds


def keras_inputs(rows, file, steps):
    """The sequences as the model of a file takes them, made by Keras."""
    import keras

    if "vocabulary" in file:
        symbols = [symbol.decode() for symbol in file["vocabulary/symbols"][:]]
        index = {symbol: number for number, symbol in enumerate(symbols)}
        return keras.utils.pad_sequences(
            [[index.get(symbol, 1) for symbol in text] for _, _, text in rows], steps)
    offsets, scales = file["scaling/offsets"][:], file["scaling/scales"][:]
    return keras.utils.pad_sequences(
        [(values - offsets) / scales for _, _, values in rows], steps, dtype="float32", value=MASK)


def theirs(rows, model, seeds):
    """Accuracies of Keras' trainings of the same model; how far its predictions are from ours; seconds."""
    import h5py
    import keras

    with h5py.File(model) as file:
        loaded = keras.models.load_model(model)
        steps = loaded.input_shape[1]
        x = keras_inputs(rows, file, steps)
        labels = [label.decode() for label in file["labels"][:]]
        epochs = int(file["training_state"].attrs["target_epochs"])
        batch = int(file["task"].attrs["batch_size"])
    y = np.array([labels.index(label) for _, label, _ in rows])
    held = np.array([part == "test" for part, _, _ in rows])
    accuracies, seconds = [], []
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        again = keras.models.clone_model(loaded)
        optimizer = keras.optimizers.deserialize(keras.optimizers.serialize(loaded.optimizer))
        again.compile(loss="sparse_categorical_crossentropy", optimizer=optimizer)
        begin = time.time()
        again.fit(x[~held], y[~held], epochs=epochs, batch_size=batch, verbose=0)
        seconds.append(time.time() - begin)
        predicted = again.predict(x[held], verbose=0).argmax(axis=1)
        accuracies.append(float(np.mean(predicted == y[held])))
    return accuracies, statistics.median(seconds)


def simple(rows, is_text):
    """Accuracies of a logistic regression, and of the nearest neighbour."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    train = [row for row in rows if row[0] == "train"]
    test = [row for row in rows if row[0] == "test"]
    y, truth = [row[1] for row in train], [row[1] for row in test]
    if is_text:
        model = make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 3)),
                              LogisticRegression(max_iter=2000, C=10))
        model.fit([row[2] for row in train], y)
        return model.score([row[2] for row in test], truth), None, None
    steps = max(len(row[2]) for row in rows)
    # Where lengths differ, series are stretched to the longest.
    def flat(row):
        places = np.linspace(0, len(row[2]) - 1, steps)
        return np.concatenate([np.interp(places, range(len(row[2])), column) for column in row[2].T])
    x, z = np.array([flat(row) for row in train]), np.array([flat(row) for row in test])
    logistic = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000)).fit(x, y)
    distances = ((z[:, None, :] - x[None, :, :]) ** 2).sum(axis=2) if x.size * len(z) < 3e8 else \
        np.array([((value - x) ** 2).sum(axis=1) for value in z])
    euclid = np.mean([y[place] == label for place, label in zip(distances.argmin(axis=1), truth)])
    return logistic.score(z, truth), euclid, warped(train, test)


def warped(train, test):
    """The nearest neighbour by dynamic time warping over a tenth of the length; None without aeon."""
    try:
        for folder in os.environ.get("SERIES_PACKAGES", "").split(":"):
            if folder and folder not in sys.path:
                sys.path.append(folder)
        from aeon.distances import dtw_distance
    except ImportError:
        return None
    right = 0
    for _, label, steps in test:
        distances = [dtw_distance(steps.T, other.T, window=0.1) for _, _, other in train]
        right += train[int(np.argmin(distances))][1] == label
    return right / len(test)


def percent(values):
    values = [value for value in values if value is not None]
    if not values:
        return "–"
    text = f"{100 * statistics.mean(values):.1f}"
    return text + (f" ± {100 * statistics.stdev(values):.1f}" if len(values) > 1 else "")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--no-keras", action="store_true")
    parser.add_argument("--no-simple", action="store_true")
    parser.add_argument("--options", default="", help="further options of lstm-train")
    arguments = parser.parse_args()
    sets = [(name, lambda package=package, name=name: read_series(package, name), False)
            for package, name in SERIES]
    sets += [("surnames", lambda: text_rows(surnames()), True),
             ("sentences", lambda: text_rows(sentences()), True)]
    print("| set | training, test, steps, classes | here | Keras | 1-NN | 1-NN DTW | logistic regression "
          "| seconds here, Keras |")
    print("|---|---|---|---|---|---|---|---|")
    for name, rows, is_text in sets:
        if arguments.names and name not in arguments.names:
            continue
        rows = rows()
        lengths = [len(row[2]) for row in rows]
        counts = [sum(row[0] == part for row in rows) for part in ("train", "test")]
        with tempfile.TemporaryDirectory() as folder:
            data, model = f"{folder}/data.csv", f"{folder}/model.h5"
            write(data, rows, is_text)
            found = [ours(data, model, is_text, seed, arguments.options.split())
                     for seed in range(1, arguments.seeds + 1)]
            seconds = statistics.median(each[2] for each in found)
            keras, keras_seconds = [], None
            if not arguments.no_keras:
                keras, keras_seconds = theirs(rows, model, range(1, arguments.seeds + 1))
        logistic, euclid, dtw = (None,) * 3 if arguments.no_simple else simple(rows, is_text)
        print(f"| {name} | {counts[0]}, {counts[1]}, {min(lengths)}–{max(lengths)}, "
              f"{len(set(row[1] for row in rows))} | {percent([each[0] for each in found])} "
              f"| {percent(keras)} | {percent([euclid])} | {percent([dtw])} | {percent([logistic])} "
              f"| {seconds:.1f}, {'–' if keras_seconds is None else f'{keras_seconds:.0f}'} |",
              flush=True)


if __name__ == "__main__":
    main()
