"""Fine-tunes a small model with real Keras for the tests: a frozen layer, clipped gradients, the best weights restored.

    venv/bin/python tools/keras/make_fine_tuning_reference.py Tests/TasksTests/Reference/fine-tuning.h5

The file is the model before, as `model.save` writes it, and beside it `reference/inputs`, `reference/targets`,
`reference/val_loss`, that of each epoch, and `reference/tuned/<number>`, each weight after the run.
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np


def main(path):
    random = np.random.default_rng(5)
    keras.utils.set_random_seed(5)
    model = keras.Sequential(
        [keras.Input((4, 2)), keras.layers.LSTM(4), keras.layers.Dense(3, activation="tanh"), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))
    before = random.normal(size=(24, 4, 2)).astype("float32")
    model.fit(before, before.sum((1, 2)), epochs=5, batch_size=8, shuffle=False, verbose=0)
    model.save(path)

    inputs = random.normal(size=(24, 4, 2)).astype("float32")
    targets = (inputs[:, -1].prod(1, keepdims=True) + 0.3 * random.normal(size=(24, 1))).astype("float32")
    model.get_layer("lstm").trainable = False
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.05, clipvalue=0.1))
    stopping = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    history = model.fit(inputs, targets, epochs=40, batch_size=6, shuffle=False, validation_split=0.25, verbose=0,
                        callbacks=[stopping]).history
    print(len(history["val_loss"]), "epochs, best", stopping.best_epoch + 1)
    with h5py.File(path, "a") as file:
        reference = file.create_group("reference")
        reference["inputs"], reference["targets"] = inputs, targets
        reference["val_loss"] = history["val_loss"]
        for layer in ("lstm", "dense", "dense_1"):
            for weight in model.get_layer(layer).weights:
                reference[f"tuned/{len(reference.get('tuned', []))}"] = weight.numpy()


main(sys.argv[1])
