"""Opens checkpoints of ours in real Keras 3 and tf-keras and compares what they do with them.

    tools/build-release
    venv/bin/python tools/keras/check_files.py

For each flavour: `load_model` gives no warning that it does not give for a file of Keras' own; weights,
moments and the iteration count are there; predictions are the same; one further epoch of `fit` gives
the weights and moments that lstm-resume gives. Keras 3.15.1 loads the moments of no .h5, its own
included, and then cannot `fit`; there an optimizer is built anew and given what Keras' own reader finds
in the file.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import logging

import h5py
import keras
from keras.src.legacy.saving import legacy_h5_format
import numpy as np
import tf_keras

from alphabet import SETTINGS, data

BIN = pathlib.Path(__file__).resolve().parents[2] / ".build" / "release"
EPOCHS = {"batch": 300, "variable": 2}
failures = []


def tool(name, *arguments):
    run = subprocess.run([BIN / name, *map(str, arguments)], check=True, capture_output=True, text=True)
    return run.stdout


def expect(condition, what):
    print(("ok      " if condition else "FAILED  ") + what)
    if not condition:
        failures.append(what)


def loaded(library, path):
    """The model in a file and the messages that loading it gives."""
    messages = []

    class Keeper(logging.Handler):
        def emit(self, record):
            messages.append(record.getMessage())

    handlers = [(logging.getLogger(name), Keeper()) for name in ("absl", "tensorflow", None)]
    for logger, handler in handlers:
        logger.addHandler(handler)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = library.models.load_model(path)
    for logger, handler in handlers:
        logger.removeHandler(handler)
    return model, sorted({str(warning.message) for warning in caught} | set(messages))


def optimizer_values(library, model):
    values = [np.asarray(variable.numpy()) for variable in
              (model.optimizer.variables() if callable(model.optimizer.variables)
               else model.optimizer.variables)]
    # Keras 3 lists its learning rate behind the iteration.
    return [value for value in values if value.ndim > 0], int(values[0])


def relative(a, b):
    return max(float(np.max(np.abs(x - y)) / max(np.max(np.abs(y)), 1e-30)) for x, y in zip(a, b))


def check(library, version, name, folder):
    units, batch, _, shuffle = SETTINGS[name]
    stateful = name == "stateful"
    path = os.path.join(folder, f"{name}-{version}.h5")
    tool("lstm-train", "--experiment", name, "--epochs", EPOCHS.get(name, 20), "--quiet",
         "--no-shuffle", "--keras-version", version, "--save", path)
    label = f"Keras {version}, {name}: "
    library.backend.clear_session()
    model, messages = loaded(library, path)

    own = os.path.join(folder, "own.h5")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        library.models.load_model(path).save(own)
    _, own_messages = loaded(library, own)
    expect(set(messages) <= set(own_messages), label + f"no warning of its own {messages}")

    # What Keras loaded is what the file holds, moments and count too.
    with h5py.File(path) as file:
        group = file["optimizer_weights"]
        names = list(group.attrs["weight_names"])
        stored = [group[item][()] for item in names]
    if version == 3:
        expect(int(model.optimizer.iterations.numpy()) == int(stored[0]), label + "iteration as loaded")
        model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
        model.optimizer.build(model.trainable_variables)
        with h5py.File(path) as file:
            values = legacy_h5_format.load_optimizer_weights_from_hdf5_group(file)
            for variable, value in zip(model.optimizer.variables, values, strict=True):
                variable.assign(value[()])
    moments, iteration = optimizer_values(library, model)
    expect(iteration == int(stored[0]) and iteration > 0, label + f"iteration {iteration}")
    arrays = [value for value in stored if value.ndim > 0]
    expect(len(arrays) == len(moments)
           and all(np.array_equal(a, b) for a, b in zip(arrays, moments)), label + "moments")

    # The same predictions: each free-running step's probability, the state carried or not.
    if name in ("stateful", "naive", "batch"):
        steps = json.loads(tool("lstm-predict", path, "--seed", "A", "--steps", 25,
                                "--format", "json"))["steps"]
        worst = 0
        for step in steps:
            value = np.array([[[(ord(step["input"]) - 65) / 26]]], dtype="float32")
            output = np.asarray(model.predict_on_batch(value))[0]
            worst = max(worst, abs(float(output[ord(step["output"]) - 65]) - step["probability"]))
        expect(worst <= 1e-6, label + f"25 predictions within {worst:.1e}")
    if name != "variable":
        inputs, targets = data(name)
        if stateful:
            model.reset_states() if version == 2 else model.layers[0].reset_states()
        size = batch if stateful else len(inputs)
        loss, accuracy = model.evaluate(inputs, targets, batch_size=size, verbose=0)
        shown = json.loads(tool("lstm-predict", path, "--evaluate", "--format", "json"))
        expect(abs(loss - shown["loss"]) <= 1e-5 and abs(accuracy - shown["accuracy"]) <= 1e-6,
               label + f"loss {loss:.6f} and {shown['loss']:.6f}, accuracy {accuracy:.4f}")

    # A further epoch there is a further epoch here.
    if name != "variable":
        if stateful:
            model.reset_states() if version == 2 else model.layers[0].reset_states()
        model.fit(inputs, targets, epochs=1, batch_size=batch, shuffle=False, verbose=0)
        further = os.path.join(folder, "further.h5")
        tool("lstm-resume", path, "--epochs", 1, "--save", further, "--quiet")
        after, _ = loaded(library, further)
        difference = relative(model.get_weights(), after.get_weights())
        expect(difference <= 1e-5, label + f"weights after a further epoch within {difference:.1e}")
        with h5py.File(further) as file:
            group = file["optimizer_weights"]
            mine = [group[item][()] for item in group.attrs["weight_names"]]
        theirs, count = optimizer_values(library, model)
        difference = relative(theirs, [value for value in mine if value.ndim > 0])
        expect(count == int(mine[0]) and difference <= 1e-5,
               label + f"moments after a further epoch within {difference:.1e}")


with tempfile.TemporaryDirectory() as folder:
    for library, version in ((keras, 3), (tf_keras, 2)):
        for name in SETTINGS:
            check(library, version, name, folder)
print(f"{len(failures)} failed")
sys.exit(1 if failures else 0)
