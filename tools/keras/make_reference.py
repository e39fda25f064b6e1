"""Makes the reference files that the tests compare with, from real Keras 3 and tf-keras.

    python -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu tf-keras h5py
    venv/bin/python tools/keras/make_reference.py Tests/CheckpointsTests/Reference

For each experiment it trains a model from Keras' own initial weights, batch by batch in the order of
the data, and saves it with `model.save` before the first and after 1, 25 and 250 updates:
`<flavour>-<experiment>-<updates>.h5`. Each file has three groups more than Keras writes:
`reference/inputs` and `reference/outputs`, what `predict` answers for them from a zero state, and
`reference/states/<layer>/hidden|cell`, the recurrent state after the last update.
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np
import tf_keras

from alphabet import LETTERS, data

UPDATES = [0, 1, 25, 250]

EXPERIMENTS = {
    # name: (data, units, batch, stateful)
    "stateful": (data("stateful"), [50], 1, True),
    "timesteps": (data("timesteps"), [32], 1, False),
    "batch": (data("batch"), [16], 25, False),
    "stacked": (data("stateful"), [12, 8], 5, True),
    "partial": (data("timesteps"), [8], 10, False),
}


def build(flavour, name):
    (inputs, _), units, batch, stateful = EXPERIMENTS[name]
    library = keras if flavour == "keras3" else tf_keras
    library.backend.clear_session()  # names count from the first again
    library.utils.set_random_seed(1)
    model = library.Sequential()
    shape = inputs.shape[1:]
    if flavour == "keras3":
        model.add(keras.Input(batch_shape=((batch if stateful else None),) + shape))
    for index, count in enumerate(units):
        arguments = {}
        if flavour != "keras3" and index == 0:
            arguments["batch_input_shape"] = ((batch if stateful else None),) + shape
        model.add(library.layers.LSTM(count, stateful=stateful,
                                      return_sequences=index + 1 < len(units), **arguments))
    model.add(library.layers.Dense(LETTERS, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def recurrent_layers(model):
    return [layer for layer in model.layers if "LSTM" in type(layer).__name__]


def states_of(layer):
    return [np.asarray(state.numpy()) for state in layer.states]


def set_states(layer, values):
    for state, value in zip(layer.states, values):
        state.assign(value)


def write(folder, flavour, name, model, updates):
    (inputs, _), _, batch, stateful = EXPERIMENTS[name]
    path = os.path.join(folder, f"{flavour}-{name}-{updates}.h5")
    states = {layer.name: states_of(layer) for layer in recurrent_layers(model)} if stateful else {}
    for layer in recurrent_layers(model) if stateful else []:
        set_states(layer, [np.zeros_like(value) for value in states[layer.name]])
    outputs = model.predict(inputs, batch_size=batch, verbose=0)
    for layer in recurrent_layers(model) if stateful else []:
        set_states(layer, states[layer.name])
    model.save(path)
    with h5py.File(path, "a", track_order=False) as file:
        file["reference/inputs"] = inputs
        file["reference/outputs"] = outputs
        # Texts of fixed length, as older versions of Keras wrote them.
        file["reference"].attrs["fixed"] = np.bytes_("lstm")
        file["reference"].attrs["fixed_names"] = np.array([b"lstm", b"dense_1"])
        for layer, (hidden, cell) in states.items():
            file[f"reference/states/{layer}/hidden"] = hidden
            file[f"reference/states/{layer}/cell"] = cell


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for flavour, names in [("keras3", EXPERIMENTS), ("keras2", ["stateful", "stacked"])]:
        for name in names:
            (inputs, targets), _, batch, stateful = EXPERIMENTS[name]
            model = build(flavour, name)
            if flavour == "keras3":
                model.optimizer.build(model.trainable_variables)
            wanted = UPDATES if flavour == "keras3" else [25]
            updates = 0
            for wanted_updates in wanted:
                while updates < wanted_updates:
                    first = updates % -(-len(inputs) // batch) * batch
                    if stateful and first == 0:
                        for layer in recurrent_layers(model):
                            layer.reset_states()
                    model.train_on_batch(inputs[first:first + batch], targets[first:first + batch])
                    updates += 1
                write(folder, flavour, name, model, updates)
    linked(folder)


def linked(folder):
    """A model whose weights stand in another file: h5py reads them through an external link."""
    with h5py.File(os.path.join(folder, "keras3-batch-0.h5")) as source:
        with h5py.File(os.path.join(folder, "linked.h5"), "w") as file:
            for name, value in source.attrs.items():
                file.attrs[name] = value
            for name in ("optimizer_weights", "model_weights"):
                source.copy(name, file)
            for layer in ("lstm", "dense"):
                del file[f"model_weights/{layer}/sequential"]
                file[f"model_weights/{layer}/sequential"] = h5py.ExternalLink(
                    "keras3-batch-0.h5", f"/model_weights/{layer}/sequential")


main(sys.argv[1])
