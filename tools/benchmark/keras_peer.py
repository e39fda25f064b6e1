"""The benchmark's work in Keras 3 on TensorFlow, as `fit` and the tutorial do it: seconds as JSON."""

import argparse
import json
import os
import pathlib
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "keras"))

import keras

from alphabet import LETTERS, SETTINGS, data

parser = argparse.ArgumentParser()
parser.add_argument("experiment", choices=SETTINGS)
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--rounds", type=int, default=3)
arguments = parser.parse_args()
units, batch, _, shuffle = SETTINGS[arguments.experiment]
stateful = arguments.experiment == "stateful"
keras.utils.set_random_seed(7)
inputs, targets = data(arguments.experiment)
shape = inputs.shape[1:]
model = keras.Sequential([
    keras.Input(batch_shape=(batch,) + shape) if stateful else keras.Input(shape),
    keras.layers.LSTM(units, stateful=stateful),
    keras.layers.Dense(LETTERS, activation="softmax"),
])
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])


def train(epochs):
    if not stateful:
        model.fit(inputs, targets, epochs=epochs, batch_size=batch, verbose=0, shuffle=shuffle)
        return
    for _ in range(epochs):
        model.fit(inputs, targets, epochs=1, batch_size=batch, verbose=0, shuffle=False)
        model.layers[0].reset_states()


train(2)
seconds = []
for _ in range(arguments.rounds):
    begin = time.perf_counter()
    train(arguments.epochs)
    seconds.append(time.perf_counter() - begin)
print(json.dumps(dict(seconds=seconds, per_round=arguments.epochs * -(-len(inputs) // batch))))
