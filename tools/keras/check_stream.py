"""A stream of 1,000 steps of stateful models: 300 in Keras, 400 here, 300 in Keras again, beside Keras alone.

    tools/build-release
    venv/bin/python tools/keras/check_stream.py

Prints the largest difference of the answers for each model; 1e-5 is asked for.
"""

import os
import subprocess
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tf_keras

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import keras_state

BIN = os.path.join(HERE, "../../.build/release")


def build(library, layer):
    library.utils.set_random_seed(1)
    layers = library.layers
    shape = (2, 1, 3)
    make = {"LSTM": lambda units, **more: layers.LSTM(units, stateful=True, **more),
            "GRU": lambda units, **more: layers.GRU(units, stateful=True, **more),
            "SimpleRNN": lambda units, **more: layers.SimpleRNN(units, stateful=True, **more),
            "Bidirectional": lambda units, **more: layers.Bidirectional(
                layers.LSTM(units, stateful=True, **more))}[layer]
    begin = library.Input(batch_shape=shape) if library is keras else layers.InputLayer(batch_input_shape=shape)
    model = library.Sequential([begin, make(12, return_sequences=True), make(8), layers.Dense(4)])
    model.compile(loss="mse", optimizer="adam")
    return model


def answers(model, inputs):
    return np.concatenate([model.predict_on_batch(step) for step in inputs])


def stream(library, layer, suffix):
    """The largest difference of a stream that moves between Keras and here."""
    inputs = np.random.default_rng(1).standard_normal((1000, 2, 1, 3)).astype("float32")
    expected = answers(build(library, layer), inputs)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "stream" + suffix)
        model = build(library, layer)
        found = [answers(model, inputs[:300])]
        keras_state.save_model(model, path)
        np.save(os.path.join(folder, "x.npy"), inputs[300:700].reshape(800, 1, 3))
        subprocess.run([os.path.join(BIN, "lstm-predict"), path, "--input", os.path.join(folder, "x.npy"),
                        "--output", os.path.join(folder, "y.npy"), "--continue", "--save-state"], check=True)
        found.append(np.load(os.path.join(folder, "y.npy")))
        found.append(answers(keras_state.load_model(path, library), inputs[700:]))
    return np.abs(np.concatenate(found) - expected).max()


worst = 0
for library in (keras, tf_keras):
    for layer in ("LSTM", "GRU", "SimpleRNN", "Bidirectional"):
        for suffix in (".h5", ".keras"):
            difference = stream(library, layer, suffix)
            worst = max(worst, difference)
            name = "keras 3" if library is keras else "tf-keras"
            print(f"{name}, two stateful {layer} layers, {suffix}: {difference:.1e}", flush=True)
sys.exit(int(not worst <= 1e-5))
