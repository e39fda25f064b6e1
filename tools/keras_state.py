"""Moves the recurrent state of stateful layers between Keras and the files of these tools.

    import keras_state

    model = keras_state.load_model("stream.keras")   # Keras' load_model, and the state is where it was
    model.predict(...)
    keras_state.save_model(model, "stream.keras")    # lstm-predict stream.keras --continue goes on from here

For `.h5` and `.keras` files. Works with Keras 3 and, by `load_model(path, library=tf_keras)`, with tf-keras. Keras
itself saves no state.
"""

import contextlib
import io
import zipfile

import h5py

GROUP = "recurrent_state"
WEIGHTS = "model.weights.h5"
# What cells keep, in Keras' order; most keep the first, or the first two.
NAMES = ("hidden", "cell", "normalizer", "stabilizer")


def state_variables(layer):
    """The names in a file and the variables of what a stateful layer keeps, in Keras' order."""
    if hasattr(layer, "forward_layer"):
        return [(f"{side}_{name}", variable)
                for side in ("forward", "backward")
                for name, variable in state_variables(getattr(layer, f"{side}_layer"))]
    cells = getattr(getattr(layer, "cell", None), "cells", None)
    if cells is None:
        return list(zip(NAMES, layer.states))
    # tf-keras has the only state of a cell by itself.
    return [(f"{cell.name}_{name}", variable)
            for cell, states in zip(cells, layer.states)
            for name, variable in zip(NAMES, states if isinstance(states, (list, tuple)) else [states])]


def stateful_layers(model):
    return [layer for layer in model.layers if getattr(layer, "stateful", False)]


@contextlib.contextmanager
def opened(path, mode):
    """The HDF5 file that holds the state: the file itself, or the one in an archive."""
    if not zipfile.is_zipfile(path):
        with h5py.File(path, mode) as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    buffer = io.BytesIO(members[WEIGHTS])
    with h5py.File(buffer, mode) as file:
        yield file
    if mode != "r":
        members[WEIGHTS] = buffer.getvalue()
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)


def load_model(path, library=None):
    """Loads a model and sets its state; one without a state in the file begins from zeros."""
    if library is None:
        import keras as library
    model = library.models.load_model(path)
    with opened(path, "r") as file:
        for layer in stateful_layers(model):
            if f"{GROUP}/{layer.name}" not in file:
                continue
            for name, variable in state_variables(layer):
                variable.assign(file[f"{GROUP}/{layer.name}/{name}"][()])
    return model


def save_model(model, path):
    """Saves a model, and its state beside it in the same file."""
    model.save(path)
    with opened(path, "r+") as file:
        file.attrs["lstm_toolkit_format"] = 1
        for layer in stateful_layers(model):
            for name, variable in state_variables(layer):
                file[f"{GROUP}/{layer.name}/{name}"] = variable.numpy()
