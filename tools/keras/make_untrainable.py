"""Makes the models of Tests/CheckpointsTests/Reference whose loss, optimizer or schedule these tools do not know, and
prints what each answers to ones.

    venv/bin/python tools/keras/make_untrainable.py Tests/CheckpointsTests/Reference
"""

import sys

import keras
import numpy


@keras.saving.register_keras_serializable()
def steep(truth, answer):
    return keras.ops.mean(keras.ops.abs(truth - answer) ** 3, axis=-1)


optimizers, schedule = keras.optimizers, keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
for name, loss, optimizer, metrics in [
    ("loss.h5", steep, "adam", []), ("loss.keras", steep, "adam", []),
    ("optimizer.keras", "mse", optimizers.Lion(), []), ("optimizer.h5", "mse", optimizers.Lion(), []),
    ("both.keras", "cosine_similarity", optimizers.Adamax(), ["mape"]),
    ("schedule.keras", "mse", optimizers.Adam(schedule), ["mape", "cosine_similarity"]),
]:
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((4, 2)), keras.layers.LSTM(3), keras.layers.Dense(1)])
    model.compile(loss=loss, optimizer=optimizer, metrics=metrics)
    x = numpy.arange(24, dtype="float32").reshape(3, 4, 2) / 24
    model.fit(x, x[:, 0, :1], epochs=2, verbose=0)
    model.save(f"{sys.argv[1]}/untrainable-{name}")
    print(name, model.predict(numpy.ones((1, 4, 2)), verbose=0).ravel().tolist())
