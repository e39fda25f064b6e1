"""Trains the six alphabet experiments in Keras 3 over several random seeds: one JSON line a run.

    venv/bin/python tools/keras/train_experiments.py 1-20 > keras.jsonl
    venv/bin/python tools/keras/train_experiments.py 1-20 naive window > keras.jsonl
"""

import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf

from alphabet import LETTERS, SETTINGS, data


def compiled_training(model, inputs, targets, batch, stateful):
    """Keras' own `train_step` on every batch of every epoch, in one compiled loop: what `fit` does,
    without its overhead in Python for each epoch."""
    inputs, targets = tf.constant(inputs), tf.constant(targets)
    updates = len(inputs) // batch

    @tf.function(jit_compile=True)
    def train(order):
        for epoch in tf.range(tf.shape(order)[0]):
            for update in tf.range(updates):
                rows = tf.reshape(tf.slice(order[epoch], [update * batch], [batch]), [batch])
                model.train_step((tf.gather(inputs, rows), tf.gather(targets, rows)))
            if stateful:
                for state in model.layers[0].states:
                    state.assign(tf.zeros_like(state))

    return train


def run(name, seed):
    units, batch, epochs, shuffle = SETTINGS[name]
    stateful = name == "stateful"
    keras.utils.set_random_seed(seed)
    inputs, targets = data(name)
    shape = inputs.shape[1:]
    model = keras.Sequential([
        keras.Input(batch_shape=(batch,) + shape) if stateful else keras.Input(shape),
        keras.layers.LSTM(units, stateful=stateful),
        keras.layers.Dense(LETTERS, activation="softmax"),
    ])
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    samples = len(inputs)
    order = np.stack([np.random.permutation(samples) if shuffle else np.arange(samples)
                      for _ in range(epochs)])
    begin = time.time()
    compiled_training(model, inputs, targets, batch, stateful)(tf.constant(order.astype("int32")))
    seconds = time.time() - begin
    if stateful:
        model.layers[0].reset_states()
    loss, accuracy = model.evaluate(
        inputs, targets, batch_size=batch if stateful else samples, verbose=0)
    print(json.dumps(dict(experiment=name, seed=seed, loss=float(loss), accuracy=float(accuracy),
                          seconds=round(seconds, 2))), flush=True)
    keras.backend.clear_session()


first, last = map(int, sys.argv[1].split("-"))
for seed in range(first, last + 1):
    for name in sys.argv[2:] or SETTINGS:
        run(name, seed)
