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


@keras.saving.register_keras_serializable()
class Steps(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.01 / (1 + keras.ops.cast(step, "float32"))

    def get_config(self):
        return {}


optimizers, schedule = keras.optimizers, Steps()
for name, loss, optimizer, metrics in [
    ("loss.h5", steep, "adam", []), ("loss.keras", steep, "adam", []),
    ("optimizer.keras", "mse", optimizers.Muon(), []), ("optimizer.h5", "mse", optimizers.Muon(), []),
    ("both.keras", steep, optimizers.ScheduleFreeAdamW(), ["mape"]),
    ("schedule.keras", "mse", optimizers.Adam(schedule), ["mape", "cosine_similarity"]),
]:
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((4, 2)), keras.layers.LSTM(3), keras.layers.Dense(1)])
    model.compile(loss=loss, optimizer=optimizer, metrics=metrics)
    x = numpy.arange(24, dtype="float32").reshape(3, 4, 2) / 24
    model.fit(x, x[:, 0, :1], epochs=2, verbose=0)
    model.save(f"{sys.argv[1]}/untrainable-{name}")
    print(name, model.predict(numpy.ones((1, 4, 2)), verbose=0).ravel().tolist())
