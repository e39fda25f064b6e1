"""Compares how files of Keras 1 are read with tf-keras, which still converts their weights.

    tools/build-release
    venv/bin/python tools/keras/check_keras_one.py

Keras 1 itself runs on no current Python, so the files are made by hand in its words: a list of layers as the model,
an array for each gate, names such as `lstm_1_W_i`.
"""

import json
import os
import subprocess
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import numpy as np
import tf_keras
from tf_keras.src.saving.legacy import hdf5_format

BIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.build/release")
generator = np.random.default_rng(1)
layers = tf_keras.layers
worst = 0
for kind, gates, make in (("LSTM", "icfo", lambda: layers.LSTM(3, recurrent_activation="hard_sigmoid")),
                          ("GRU", "zrh", lambda: layers.GRU(3, recurrent_activation="hard_sigmoid", reset_after=False))):
    recurrent = make()
    model = tf_keras.Sequential([layers.InputLayer(batch_input_shape=(None, 4, 2)), recurrent, layers.Dense(2)])
    arrays = [(f"{kind.lower()}_1_{letter}_{gate}", generator.standard_normal(shape).astype("float32"))
              for gate in gates for letter, shape in (("W", (2, 3)), ("U", (3, 3)), ("b", (3,)))]
    dense = [("dense_1_W", generator.standard_normal((3, 2)).astype("float32")),
             ("dense_1_b", generator.standard_normal(2).astype("float32"))]
    recurrent.set_weights(hdf5_format.preprocess_weights_for_loading(recurrent, [value for _, value in arrays], "1"))
    model.layers[-1].set_weights([value for _, value in dense])
    inputs = generator.standard_normal((5, 4, 2)).astype("float32")
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        with h5py.File(path("old.h5"), "w") as file:
            file.attrs["keras_version"] = "1.2.2"
            file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": [
                {"class_name": kind, "config": {
                    "name": f"{kind.lower()}_1", "trainable": True, "batch_input_shape": [None, 4, 2], "input_dim": 2,
                    "output_dim": 3, "init": "glorot_uniform", "inner_init": "orthogonal", "activation": "tanh",
                    "inner_activation": "hard_sigmoid", "return_sequences": False, "go_backwards": False,
                    "stateful": False, "unroll": False, "consume_less": "cpu", "W_regularizer": None,
                    "U_regularizer": None, "b_regularizer": None, "dropout_W": 0.0, "dropout_U": 0.0,
                    "input_length": 4, **({"forget_bias_init": "one"} if kind == "LSTM" else {})}},
                {"class_name": "Dense", "config": {
                    "name": "dense_1", "trainable": True, "output_dim": 2, "init": "glorot_uniform",
                    "activation": "linear", "W_regularizer": None, "b_regularizer": None, "activity_regularizer": None,
                    "W_constraint": None, "b_constraint": None, "bias": True, "input_dim": 3}}]})
            group = file.create_group("model_weights")
            group.attrs["layer_names"] = [f"{kind.lower()}_1".encode(), b"dense_1"]
            for name, values in ((f"{kind.lower()}_1", arrays), ("dense_1", dense)):
                own = group.create_group(name)
                own.attrs["weight_names"] = [key.encode() for key, _ in values]
                for key, value in values:
                    own[key] = value
        np.save(path("x.npy"), inputs)
        subprocess.run([os.path.join(BIN, "lstm-predict"), path("old.h5"), "--input", path("x.npy"), "--output",
                        path("y.npy")], check=True)
        difference = np.abs(np.load(path("y.npy")) - model.predict(inputs, verbose=0)).max()
    worst = max(worst, difference)
    print(f"{kind} of Keras 1: {difference:.1e}")
sys.exit(int(not worst <= 1e-5))
