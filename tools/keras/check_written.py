"""Opens files written here in real Keras 3 and tf-keras: every layer, loss and optimizer of the tests, and ensembles.

    tools/build-release
    venv/bin/python tools/keras/check_written.py [files, such as 'keras3-*.h5', or 'ensembles']

Trains each model of Tests/TasksTests/Reference here for ten updates, once into an `.h5` and once into a
`.keras` file, and loads that with Keras' own `load_model`: answers must be the same within 1e-5 of the largest,
Keras may give no warning that it doesn't give for its own file of the same model, and ten further updates by
`fit` must end with the weights that lstm-resume gives, within 1e-4. Keras 3.15.1 cannot `fit` what it has loaded
from an `.h5`, its own included, so there only `.keras` goes on.

Ensembles that forecast a series (`lstm-train --ensemble`) are loaded in the same way: answers within 1e-5, and
no warning that Keras doesn't give for its own file.
"""

import glob
import logging
import os
import subprocess
import sys
import tempfile
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np
import tf_keras
import toolkit_layers  # which has both libraries read them

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import keras_state

BIN = os.path.join(HERE, "../../.build/release")
MODELS = os.path.join(HERE, "../../Tests/TasksTests/Reference")


def run(tool, *words):
    subprocess.run([os.path.join(BIN, tool), *map(str, words)], check=True)


def difference(found, expected):
    largest = max(np.abs(value).max() for value in expected)
    return max(np.abs(a - b).max() for a, b in zip(found, expected)) / largest


def load(library, path):
    """The model, and the warnings that loading it gives."""
    said = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    loggers = [logging.getLogger(name) for name in ("absl", "tensorflow")]
    for logger in loggers:
        logger.addHandler(handler)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = library.models.load_model(path)
    for logger in loggers:
        logger.removeHandler(handler)
    return model, sorted(set(said + [str(warning.message) for warning in caught]))


def weights(path):
    with h5py.File(path) as file:
        group = file["model_weights"]
        return [group[layer][weight][()] for layer in group.attrs["layer_names"]
                for weight in group[layer].attrs["weight_names"]]


def own_file(library, path, x, y, suffix, folder):
    """Keras' own file of the model, trained by Keras."""
    run("lstm-convert", path, os.path.join(folder, "here.keras"))
    model = library.models.load_model(os.path.join(folder, "here.keras"))
    model.fit(x, y, batch_size=4, verbose=0)
    own = os.path.join(folder, "own" + suffix)
    model.save(own)
    return own


def check(source, library, suffix, folder):
    """Differences of answers and, after training on, of weights; and the warnings too many."""
    path, answers = os.path.join(folder, "trained" + suffix), os.path.join(folder, "answers.npy")
    inputs, targets = f"{source}:reference/inputs", f"{source}:reference/targets"
    version = "3" if library is keras else "2"
    run("lstm-train", "--model", source, "--inputs", inputs, "--targets", targets, "--epochs", 10,
        "--batch-size", 4, "--no-shuffle", "--quiet", "--save", path, "--keras-version", version)
    model, said = load(library, path)
    with h5py.File(source) as file:
        x, y = file["reference/inputs"][()], file["reference/targets"][()]
    own = own_file(library, path, x, y, suffix, folder)
    more = [text for text in said if text not in load(library, own)[1]]
    run("lstm-predict", path, "--input", inputs, "--output", answers)
    found = [difference([model.predict(x, batch_size=4, verbose=0)], [np.load(answers)])]
    if library is tf_keras or suffix == ".keras":
        run("lstm-resume", path, "--epochs", 0, "--quiet", "--save", os.path.join(folder, "state.h5"))
        with h5py.File(os.path.join(folder, "state.h5")) as file:
            # The state stays where training left it here; Keras began from zeros, so set it.
            for layer in keras_state.stateful_layers(model):
                for name, variable in keras_state.state_variables(layer):
                    variable.assign(file[f"recurrent_state/{layer.name}/{name}"][()])
        model.fit(x, y, batch_size=4, epochs=10, shuffle=False, verbose=0)
        run("lstm-resume", path, "--epochs", 10, "--quiet", "--save", os.path.join(folder, "resumed.h5"))
        model.save(os.path.join(folder, "keras.h5"))
        found.append(difference(weights(os.path.join(folder, "keras.h5")),
                                weights(os.path.join(folder, "resumed.h5"))))
    return found, more


SERIES = [
    ("one layer", []),
    ("two layers of GRU, dropout", ["--cell", "gru", "--units", "5,3", "--dropout", "0.2"]),
    ("two features, a horizon of 4", ["--features", "other", "--horizon", "4", "--cell", "simple_rnn"]),
]


def check_ensemble(library, options, suffix, folder):
    """The largest difference of answers of an ensemble of three, and the warnings too many."""
    data, path = os.path.join(folder, "series.csv"), os.path.join(folder, "ensemble" + suffix)
    with open(data, "w") as file:
        file.write("value,other\n")
        file.writelines(f"{10 + np.sin(step)},{np.cos(step / 3)}\n" for step in range(90))
    run("lstm-train", "--csv", data, "--target", "value", "--ensemble", 3, "--units", 4, *options,
        "--sequence-length", 6, "--epochs", 2, "--quiet", "--save", path,
        "--keras-version", "3" if library is keras else "2")
    model, said = load(library, path)
    inputs, answers = os.path.join(folder, "x.npy"), os.path.join(folder, "answers.npy")
    x = np.random.default_rng(1).normal(size=(40, 6, model.input_shape[-1])).astype("float32")
    np.save(inputs, x)
    run("lstm-predict", path, "--input", inputs, "--output", answers)
    members = sum(layer.name.startswith("member_") and "dense" in layer.name for layer in model.layers)
    assert members == 3, [layer.name for layer in model.layers]
    own = os.path.join(folder, "own" + suffix)
    model.save(own)
    more = [text for text in said if text not in load(library, own)[1]]
    return difference([model.predict(x, verbose=0)], [np.load(answers)]), more


failed = 0
for name, options in SERIES if sys.argv[1:] in ([], ["ensembles"]) else []:
    for library in (keras, tf_keras):
        for suffix in (".h5", ".keras"):
            with tempfile.TemporaryDirectory() as folder:
                found, more = check_ensemble(library, options, suffix, folder)
            good = found <= 1e-5 and not more
            failed += not good
            print(f"{'ok     ' if good else 'FAILED '} ensemble, {name}, {library.__name__} as {suffix}: {found:.1e}"
                  + "".join(f"; warned: {text}" for text in more), flush=True)
for source in sorted(glob.glob(os.path.join(MODELS, sys.argv[1] if sys.argv[1:] else "keras*.h5"))):
    library = keras if "keras3" in source else tf_keras
    for suffix in (".h5", ".keras"):
        if suffix == ".h5" and any(name in source for name in ("keras3-functional", "keras3-attention")):
            # Masks, which Keras 3 writes as operations into .h5 files that it then cannot open itself.
            continue
        with tempfile.TemporaryDirectory() as folder:
            found, more = check(source, library, suffix, folder)
        good = found[0] <= 1e-5 and found[-1] <= 1e-4 and not more
        failed += not good
        print(f"{'ok     ' if good else 'FAILED '} {os.path.basename(source)} as {suffix}: "
              + ", ".join(f"{value:.1e}" for value in found) + "".join(f"; warned: {text}" for text in more),
              flush=True)
print(f"{failed} failed")
sys.exit(int(failed > 0))
