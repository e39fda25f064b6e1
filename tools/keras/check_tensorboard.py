"""What TensorBoard reads of a run of Keras and of one here: tags, histograms and graph have to be the same.

    tools/build-release
    venv/bin/python tools/keras/check_tensorboard.py [FOLDER OF THE COMMANDS]      # needs tensorboard too

One model, trained for three epochs in either. Histograms are those of different weights, so that only their number of
values is compared; that equal weights give equal bytes is a test of TasksTests.
"""

import json
import os
import subprocess
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def
from tensorboard.util import tensor_util

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../../.build/release")


def read(folder):
    """Scalars, histograms and graph of one run."""
    run = EventAccumulator(folder, size_guidance={"tensors": 0, "scalars": 0})
    run.Reload()
    tags = run.Tags()
    scalars = {tag: [e.step for e in run.Scalars(tag)] for tag in tags["scalars"]}
    histograms, graph = {}, None
    for tag in tags["tensors"]:
        plugin = run.SummaryMetadata(tag).plugin_data
        events = run.Tensors(tag)
        if plugin.plugin_name == "scalars":
            scalars[tag] = [e.step for e in events]
        elif plugin.plugin_name == "histograms":
            arrays = [tensor_util.make_ndarray(e.tensor_proto) for e in events]
            assert all(a.shape == (30, 3) and (np.diff(a[:, 0]) >= 0).all() for a in arrays)
            histograms[tag] = [(e.step, a[:, 2].sum()) for e, a in zip(events, arrays)]
        elif plugin.plugin_name == "graph_keras_model":
            text = tensor_util.make_ndarray(events[0].tensor_proto).item()
            nodes = keras_model_to_graph_def(json.loads(text)).node
            graph = [(n.name, n.attr["keras_class"].s, list(n.input)) for n in nodes]
    return scalars, histograms, graph


layers = keras.layers
sequential = keras.Sequential([
    keras.Input((5, 3)), layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
    layers.GRU(4), layers.Dense(2, activation="softmax")])
inputs = keras.Input((5, 3))
joined = layers.Concatenate()([layers.LSTM(3)(inputs), layers.SimpleRNN(2)(inputs)])
functional = keras.Model(inputs, layers.Dense(2, activation="softmax")(joined))

x = np.random.default_rng(1).random((20, 5, 3), np.float32)
y = np.eye(2, dtype=np.float32)[np.arange(20) % 2]
failed = False
for name, model in ("sequential", sequential), ("functional", functional):
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/x.npy", x)
        np.save(f"{folder}/y.npy", y)
        model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
        model.save(f"{folder}/m.keras")
        subprocess.run(
            [f"{BIN}/lstm-train", "--model", f"{folder}/m.keras", "--inputs", f"{folder}/x.npy",
             "--targets", f"{folder}/y.npy", "--epochs", "3", "--validation-split", "0.2",
             "--quiet", "--save", f"{folder}/a.keras", "--tensorboard", f"{folder}/logs/here/1",
             "--tensorboard-histograms", "2", "--tensorboard-graph"], check=True)
        model.fit(
            x, y, epochs=3, validation_split=0.2, verbose=0,
            callbacks=[keras.callbacks.TensorBoard(f"{folder}/logs/keras", histogram_freq=2)])
        for part in "train", "validation":
            here, there = read(f"{folder}/logs/here/1/{part}"), read(f"{folder}/logs/keras/{part}")
            for what, ours, keras_ in zip(("scalars", "histograms", "graph"), here, there):
                if what == "scalars":  # Keras counts the updates of validations as well.
                    keras_ = {t: v for t, v in keras_.items() if not t.startswith("evaluation_")}
                same = ours == keras_
                failed |= not same
                print(f"{name:10s} {part:10s} {what:10s} {len(ours or ()):3d} "
                      f"{'the same' if same else f'differ: {ours} {keras_}'}")
sys.exit(failed)
