"""Makes the small models of `reference_models.py` with real Keras 3 and tf-keras for the tests.

    venv/bin/python tools/keras/make_layer_reference.py Tests/TasksTests/Reference [name …]

`<flavour>-<name>.h5` is the model as `model.save` writes it, compiled and not trained yet, and beside it
`reference/inputs`, `reference/targets`, `reference/outputs`, what `predict` answers, and
`reference/trained/<number>`, each weight after 20 updates on the whole of them. Those of former optimizers have made three
updates before they are saved, so that the files have moments in the order of that time.
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np
import tf_keras
from reference_models import FEATURES, STEPS, UNITS, models

UPDATES, ROWS = 20, 4


def without_cudnn(library, path, shape, loss):
    """The model that computes the same without a graphics card. The file's GRU loses the option that Keras 2 did not have."""
    l = library.layers
    with h5py.File(path, "a") as file:
        text = file.attrs["model_config"]
        assert text.count(', "reset_after": false') == 1
        file.attrs["model_config"] = text.replace(', "reset_after": false', "")
    model = library.Sequential([l.InputLayer(shape[1:]), l.LSTM(4, return_sequences=True),
                                l.Bidirectional(l.GRU(3, return_sequences=True)), l.GRU(3, reset_after=False), l.Dense(UNITS)])
    model.load_weights(path)
    model.compile(loss=loss, optimizer=library.optimizers.Adam(0.01))
    return model


def as_keras_alone(path):
    """Makes a file with an optimizer as Keras up to 2.2 wrote it, which was not TensorFlow's: `get_weights` of its Adam are
    the count, all first moments, all second ones, and a number for each weight in place of what only `amsgrad` needs."""
    with h5py.File(path, "a") as file:
        file.attrs["training_config"] = file.attrs["training_config"].replace('"learning_rate": ', '"lr": ')
        group = file["optimizer_weights"]
        names = list(group.attrs["weight_names"])
        arrays = [group[name][()] for name in names]
        kind = names[0].split("/")[0]
        del file["optimizer_weights"]
        group = file.create_group("optimizer_weights")
        if kind == "Adam":
            arrays += [np.zeros(1, "float32")] * (len(arrays) // 2)
        names = [f"{kind}/iterations:0"] + [
            f"training/{kind}/Variable{f'_{number}' if number else ''}:0" for number in range(len(arrays) - 1)]
        for name, array in zip(names, arrays):
            group[name] = array
        group.attrs["weight_names"] = [name.encode() for name in names]


def write(library, name, layers, loss, optimizer, symbols, folder):
    flavour = "keras3" if library is keras else "keras2"
    generator = np.random.default_rng(1)
    stateful = name in ("huber", "cells-stateful")
    shape = (ROWS if stateful else None, STEPS) + (() if symbols else (FEATURES,))
    begin = library.Input(batch_shape=shape) if library is keras else library.layers.InputLayer(batch_input_shape=shape)
    model = library.Sequential([begin] + layers) if isinstance(layers, list) else layers
    model.compile(loss=loss, optimizer=optimizer)
    # What adapt has found is not to change: Keras has made constants of it.
    for variable in [weight for layer in model.layers if not isinstance(layer, library.layers.Normalization) for weight in layer.weights]:
        noise = 0.1 * generator.standard_normal(variable.shape).astype("float32")
        variable.assign(variable.numpy() + (np.abs(noise) if "variance" in variable.name else noise))
    shape = (ROWS,) + shape[1:]
    inputs = (generator.integers(1, 6, shape) if symbols else generator.standard_normal(shape)).astype("float32")
    inputs[1, :2] = 0
    if name.startswith("legacy"):
        earlier = generator.uniform(-1, 1, (ROWS, UNITS)).astype("float32")
        model.fit(inputs, earlier, batch_size=ROWS, epochs=3, shuffle=False, verbose=0)
    path = os.path.join(folder, f"{flavour}-{name}.h5")
    model.save(path)
    if name.startswith("legacy-alone"):
        as_keras_alone(path)
    if name == "cudnn":
        model = without_cudnn(library, path, shape, loss)
    outputs = model.predict(inputs, batch_size=ROWS, verbose=0)
    if stateful:
        for layer in model.layers:
            if getattr(layer, "stateful", False):
                # Keras 3 cannot reset the states of a stack itself.
                for state in keras.tree.flatten(layer.states):
                    state.assign(np.zeros(state.shape))
    targets = generator.uniform(-1, 1, outputs.shape).astype("float32")
    if loss == "ctc":
        # Labels, of which some sequences have fewer.
        targets = generator.integers(1, UNITS, (ROWS, 2)).astype("float32")
        targets[1, 1] = targets[2, :] = 0
    if "categorical" in loss:
        targets = generator.integers(0, UNITS, outputs.shape[:-1]).astype("float32")
        targets = targets if loss.startswith("sparse") else np.eye(UNITS, dtype="float32")[targets.astype(int)]
    if loss.startswith("binary"):
        targets = (targets > 0).astype("float32")
    model.fit(inputs, targets, batch_size=ROWS, epochs=UPDATES, shuffle=False, verbose=0)
    with h5py.File(path, "a") as file:
        file["reference/inputs"], file["reference/targets"], file["reference/outputs"] = inputs, targets, outputs
        index = 0
        for layer in model.layers:
            for variable in list(layer.trainable_weights) + list(layer.non_trainable_weights):
                if "seed" not in variable.name:
                    file[f"reference/trained/{index}"] = variable.numpy()
                    index += 1


for library in (keras, tf_keras):
    library.utils.set_random_seed(1)
    for model in models(library):
        # All, or those that are named behind the folder.
        if not sys.argv[2:] or model[0] in sys.argv[2:]:
            write(library, *model, sys.argv[1])
