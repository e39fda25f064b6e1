"""Writes the losses of real Keras 3 and tf-keras for the tests: configurations, values and gradients.

    venv/bin/python tools/keras/make_loss_reference.py Tests/CheckpointsTests/Reference/losses.json

Each loss is one of a compiled model that was saved; `config` is what its file says of it. `value` is the loss of `targets`
and `outputs`, `[3, 4]`, and `gradient` that of the outputs.
"""

import json
import os
import sys
import tempfile
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np
import tensorflow as tf
import tf_keras

ONE_HOT = [[0, 1, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0]]
BITS = [[0, 1, 1, 0], [0, 0, 0, 1], [1, 0, 1, 0]]
SIGNS = [[-1, 1, 1, -1], [-1, -1, 1, 1], [1, -1, 1, -1]]
NUMBERS = [[0.3, -0.2, 1.5, 0.7], [-0.4, 2.2, 0.1, 0.9], [1.1, 0.6, -0.8, 0.2]]
CLASSES = [[1], [3], [0]]
PARTS = [[0.1, 0.2, 0.3, 0.4], [0.55, 0.05, 0.3, 0.1], [0.25, 0.15, 0.35, 0.25]]
LOGITS = [[0.3, -1.2, 2.5, 0.1], [-0.7, 0.4, 1.3, -2.1], [4.2, 0.9, -0.3, 0.6]]


def losses(library):
    """A loss, targets and outputs."""
    l = library.losses
    for logits, outputs in ((False, PARTS), (True, LOGITS)):
        for smoothing in (0.0, 0.2):
            common = dict(from_logits=logits, label_smoothing=smoothing)
            yield l.CategoricalCrossentropy(**common), ONE_HOT, outputs
            yield l.BinaryCrossentropy(**common), BITS, outputs
            yield l.CategoricalFocalCrossentropy(alpha=0.6, gamma=1.5, **common), ONE_HOT, outputs
            yield l.BinaryFocalCrossentropy(**common), BITS, outputs
            yield l.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.3, gamma=2.5, **common), BITS, outputs
        yield l.SparseCategoricalCrossentropy(from_logits=logits), CLASSES, outputs
    for name in ("mse", "MAE", "mean_absolute_percentage_error", "MSLE", "huber", "log_cosh", "cosine_similarity"):
        yield name, NUMBERS, LOGITS
    for name in ("kld", "kl_divergence", "poisson"):
        yield name, PARTS, ONE_HOT
        yield name, PARTS[::-1], PARTS
    for name in ("hinge", "squared_hinge"):
        yield name, SIGNS, LOGITS
        yield name, BITS, LOGITS
    yield "categorical_hinge", ONE_HOT, LOGITS
    yield l.Huber(0.4), NUMBERS, LOGITS
    for kind in ("MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
                 "MeanSquaredLogarithmicError", "LogCosh", "CosineSimilarity", "Hinge", "SquaredHinge",
                 "CategoricalHinge", "KLDivergence", "Poisson"):
        yield getattr(l, kind)(), PARTS, PARTS[::-1]
    yield l.mean_squared_error, NUMBERS, LOGITS


def configurations(library, loss, folder):
    """What files of both kinds say of a loss."""
    model = library.Sequential([library.Input((3,)), library.layers.Dense(4)])
    model.compile("sgd", loss)
    path = os.path.join(folder, "model.h5")
    model.save(path)
    with h5py.File(path) as file:
        yield json.loads(file.attrs["training_config"])["loss"]
    path = os.path.join(folder, "model.keras")
    model.save(path)
    yield json.loads(zipfile.ZipFile(path).read("config.json"))["compile_config"]["loss"]


def main():
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for library in (keras, tf_keras):
            for loss, targets, outputs in losses(library):
                function = library.losses.get(loss)
                given = tf.Variable(outputs, dtype="float32")
                with tf.GradientTape() as tape:
                    value = tf.reduce_mean(function(tf.constant(targets, dtype="float32"), given))
                gradient = tape.gradient(value, given).numpy()
                for config in configurations(library, loss, folder):
                    # Keras 3 loses it.
                    if library is keras and not isinstance(config, str) and config["class_name"] == "Huber":
                        config["config"]["delta"] = 0.4
                    found.append(dict(config=config, targets=targets, outputs=outputs, value=float(value),
                                      gradient=gradient.astype(float).round(9).tolist()))
    with open(sys.argv[1], "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(one) for one in found) + "\n]\n")


main()
