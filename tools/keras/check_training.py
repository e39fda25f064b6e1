"""Trains models on in real Keras 3, tf-keras and here: every optimizer, schedule, loss and metric, file by file.

    tools/build-release
    venv/bin/python tools/keras/check_training.py [words of the cases to check]

Keras trains a small model for some updates and saves it, as `.h5` and as `.keras`. Then Keras and `lstm-train` both train on
for two epochs of three batches: weights must be the same within 1e-4 of the largest, and so must loss and metrics of
each epoch and of its validation. The file that comes of it must open in Keras, and two further epochs there must end with
the weights that lstm-resume gives. Prints a line for each that falls short, and the worst differences.
"""

import os
import subprocess
import sys
import tempfile
import traceback

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np
import tf_keras

BIN = os.environ.get("LSTM_BIN") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.build/release")
ROWS, STEPS, FEATURES, UNITS, BATCH = 12, 4, 3, 3, 4


def optimizers(library):
    o = library.optimizers
    s, three = o.schedules, library is keras
    yield "Adamax", lambda: o.Adamax(0.01, beta_1=0.8)
    yield "Lion", lambda: o.Lion(0.003, beta_2=0.95, weight_decay=0.01)
    yield "Ftrl", lambda: o.Ftrl(0.05)
    yield "Ftrl with penalties", lambda: o.Ftrl(
        0.05, learning_rate_power=-0.7, l1_regularization_strength=0.001, l2_regularization_strength=0.002,
        l2_shrinkage_regularization_strength=0.003, beta=0.1)
    yield "Adamax, clipped", lambda: o.Adamax(0.01, clipnorm=0.1)
    yield "averages", lambda: o.Adam(0.01, use_ema=True, ema_momentum=0.7)
    yield "averages that overwrite", lambda: o.SGD(0.1, momentum=0.5, use_ema=True, ema_momentum=0.6, ema_overwrite_frequency=2)
    yield "ExponentialDecay", lambda: o.SGD(s.ExponentialDecay(0.1, 3, 0.7))
    yield "ExponentialDecay in stairs", lambda: o.Adam(s.ExponentialDecay(0.02, 2, 0.5, staircase=True))
    yield "CosineDecay", lambda: o.SGD(s.CosineDecay(0.1, 9, alpha=0.1), momentum=0.8)
    yield "CosineDecay with warm-up", lambda: o.RMSprop(s.CosineDecay(0.001, 8, warmup_target=0.02, warmup_steps=5))
    yield "PiecewiseConstantDecay", lambda: o.SGD(s.PiecewiseConstantDecay([3, 6], [0.1, 0.03, 0.01]))
    yield "PolynomialDecay", lambda: o.SGD(s.PolynomialDecay(0.1, 7, power=1.5))
    yield "PolynomialDecay in cycles", lambda: o.SGD(s.PolynomialDecay(0.1, 4, 0.02, cycle=True))
    yield "InverseTimeDecay", lambda: o.SGD(s.InverseTimeDecay(0.1, 3, 0.5))
    yield "CosineDecayRestarts", lambda: o.SGD(s.CosineDecayRestarts(0.1, 2, t_mul=1.5, m_mul=0.8, alpha=0.05))
    if three:
        yield "Adafactor", lambda: o.Adafactor(0.05)
        yield "Adafactor with a schedule", lambda: o.Adafactor(s.ExponentialDecay(0.1, 3, 0.7))
        yield "Lamb", lambda: o.Lamb(0.01, weight_decay=0.01)
        yield "accumulation", lambda: o.Adam(0.01, gradient_accumulation_steps=2, global_clipnorm=0.5)
        yield "accumulation with averages", lambda: o.SGD(0.1, momentum=0.5, gradient_accumulation_steps=2,
                                                          use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=3)
        yield "accumulated Nadam", lambda: o.Nadam(0.01, gradient_accumulation_steps=2)
        yield "LossScaleOptimizer", lambda: o.LossScaleOptimizer(o.Adam(0.01))
    else:
        yield "LossScaleOptimizer", lambda: library.mixed_precision.LossScaleOptimizer(o.Adam(0.01))
        yield "legacy decay", lambda: o.legacy.SGD(0.1, momentum=0.5, decay=0.05)


def metrics(library):
    m = library.metrics
    numbers = lambda: ["mae", "mean_squared_error", m.RootMeanSquaredError(), m.MeanAbsolutePercentageError(), "msle",
                       m.LogCoshError(), m.CosineSimilarity(name="likeness"), m.Hinge(), "squared_hinge"]
    classes = lambda: ["accuracy", m.AUC(), m.AUC(curve="PR", name="pr"), m.AUC(50, name="rough", summation_method="minoring"),
                       m.Precision(), m.Recall(0.4), m.Precision(class_id=1, name="first"), m.F1Score(average="macro"),
                       m.F1Score(average="weighted", threshold=0.4, name="f"), m.TopKCategoricalAccuracy(2), m.TruePositives(),
                       m.CategoricalCrossentropy(), m.KLDivergence(), m.Poisson(), m.CategoricalHinge(),
                       m.BinaryAccuracy(threshold=0.3)]
    sparse = lambda: ["accuracy", m.SparseTopKCategoricalAccuracy(2), m.SparseCategoricalCrossentropy()]
    logits = lambda: ["accuracy", m.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)]
    bits = lambda: [m.BinaryAccuracy(name="accuracy"), m.BinaryAccuracy(name="low", threshold=0.3), m.BinaryCrossentropy(), m.AUC(from_logits=False),
                    m.FalsePositives(), m.TrueNegatives(), m.FalseNegatives()]
    l = library.losses
    yield "metrics of numbers", "mse", numbers, "linear", "numbers"
    yield "metrics of classes", "categorical_crossentropy", classes, "softmax", "one-hot"
    yield "metrics of class numbers", "sparse_categorical_crossentropy", sparse, "softmax", "classes"
    yield "metrics of logits", l.CategoricalCrossentropy(from_logits=True), logits, "linear", "one-hot"
    yield "metrics of bits", "binary_crossentropy", bits, "sigmoid", "bits"


def run(tool, *words):
    done = subprocess.run([os.path.join(BIN, tool), *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{tool}: {done.stderr.strip()}")


def build(library, masked, activation="linear"):
    layers, r = library.layers, library.regularizers
    library.utils.set_random_seed(3)
    chain = [layers.Masking()] if masked else []
    chain += [layers.LSTM(4, kernel_regularizer=r.L2(0.001), return_sequences=masked), layers.Dense(UNITS, activation=activation)]
    return library.Sequential([library.Input((STEPS, FEATURES))] + chain)


def data(kind, masked):
    generator = np.random.default_rng(5)
    x = generator.standard_normal((ROWS + BATCH, STEPS, FEATURES)).astype("float32")
    if masked:
        for row in range(len(x)):
            x[row, :row % STEPS] = 0
    shape = (len(x), STEPS) if masked else (len(x),)
    if kind == "numbers":
        y = generator.standard_normal(shape + (UNITS,))
    elif kind == "one-hot":
        y = np.eye(UNITS)[generator.integers(0, UNITS, shape)]
    elif kind == "classes":
        y = generator.integers(0, UNITS, shape)
    else:
        y = generator.integers(0, 2, shape + (UNITS,))
    return x, y.astype("float32")


def weights(path):
    with h5py.File(path) as file:
        group = file["model_weights"]
        return [group[layer][weight][()] for layer in group.attrs["layer_names"]
                for weight in group[layer].attrs["weight_names"]]


def difference(found, expected):
    largest = max(np.abs(value).max() for value in expected)
    return max(np.abs(a - b).max() for a, b in zip(found, expected, strict=True)) / largest


def check(library, suffix, optimizer, loss="mse", measured=None, activation="linear", kind="numbers", masked=False):
    """Differences by name."""
    found = {}
    x, y = data(kind, masked)
    split = BATCH / len(x)
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        model = build(library, masked, activation)
        model.compile(loss=loss, optimizer=optimizer(), metrics=measured() if measured else None)
        fit = lambda model, epochs: model.fit(x, y, batch_size=BATCH, epochs=epochs, shuffle=False, verbose=0,
                                              validation_split=split).history
        fit(model, 1)
        source = path("model" + suffix)
        model.save(source)
        np.save(path("x.npy"), x)
        np.save(path("y.npy"), y)
        here = path("here.h5")
        run("lstm-train", "--model", source, "--inputs", path("x.npy"), "--targets", path("y.npy"), "--epochs", 2,
            "--batch-size", BATCH, "--no-shuffle", "--quiet", "--validation-split", split, "--save", here)
        history = fit(model, 2)
        model.save_weights(path("there.weights.h5"))
        found["weights"] = difference(weights(here), model.get_weights())
        with h5py.File(here) as file:
            for name, values in history.items():
                if f"history/{name}" not in file:
                    found[f"no {name}"] = 1
                    continue
                ours = file[f"history/{name}"][()]
                found[name] = max(abs(a - b) / max(abs(b), 1) for a, b in zip(ours, values, strict=True))
        # Keras goes on from our file, and so do we.
        run("lstm-convert", here, path("here.keras"))
        again = library.models.load_model(path("here.keras"))
        fit(again, 2)
        run("lstm-resume", path("here.keras"), "--epochs", 2, "--quiet")
        run("lstm-convert", path("here.keras"), path("on.h5"))
        found["weights in Keras"] = difference(weights(path("on.h5")), again.get_weights())
        # Keras 3.15.1 does not know its Lamb in an .h5, its own included.
        if type(model.optimizer).__name__ != "Lamb":
            library.models.load_model(here)
    return found


def main():
    wanted, worst = sys.argv[1:], {}
    cases = []
    for library, name in ((keras, "Keras 3"), (tf_keras, "tf-keras")):
        for about, optimizer in optimizers(library):
            cases.append((f"{name} {about}", library, dict(optimizer=optimizer)))
        for about, loss, measured, activation, kind in metrics(library):
            sgd = lambda library=library: library.optimizers.SGD(0.05)
            cases.append((f"{name} {about}", library, dict(
                optimizer=sgd, loss=loss, measured=measured, activation=activation, kind=kind)))
        for masked in (False, True):
            adam = lambda library=library: library.optimizers.Adam(0.01)
            cases.append((f"{name} history{' masked' if masked else ''}", library, dict(optimizer=adam, masked=masked)))
    for about, library, options in cases:
        if wanted and not any(word in about for word in wanted):
            continue
        for suffix in (".keras", ".h5"):
            # Keras 3 cannot save or load them there, and tf-keras has no legacy optimizers in archives.
            if ("Adafactor" in about or "Lamb" in about) and suffix == ".h5" or "legacy" in about and suffix == ".keras":
                continue
            try:
                found = check(library, suffix, **options)
            except Exception as error:
                print(f"{about} {suffix}: {type(error).__name__} {str(error)[:300]}", flush=True)
                if os.environ.get("TRACE"):
                    traceback.print_exc()
                continue
            bad = {name: float(value) for name, value in found.items() if not value <= 1e-4}
            if bad:
                print(f"{about} {suffix}: {bad}", flush=True)
            for name, value in found.items():
                worst[name] = max(worst.get(name, 0), float(value))
    print({name: f"{value:.1e}" for name, value in worst.items()})


main()
