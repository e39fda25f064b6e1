"""Makes Tests/TasksTests/Reference/evaluation: what Keras' evaluate and scikit-learn's reports give.

    venv/bin/pip install scikit-learn
    venv/bin/python tools/keras/make_evaluation_reference.py
"""

import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np
from keras import layers, metrics
from sklearn.metrics import classification_report, confusion_matrix

FOLDER = os.path.join(os.path.dirname(__file__), "../../Tests/TasksTests/Reference/evaluation")
SAMPLES = 45  # more than a batch of Keras', and no multiple of one


def models():
    generator = np.random.default_rng(3)
    x = generator.normal(size=(SAMPLES, 4, 2)).astype("float32")
    classes = generator.integers(0, 6, size=SAMPLES)
    softmax = lambda units: [keras.Input((4, 2)), layers.LSTM(5), layers.Dense(units, activation="softmax")]
    yield ("sparse", softmax(6), "sparse_categorical_crossentropy",
           ["accuracy", metrics.SparseTopKCategoricalAccuracy(k=2), "sparse_categorical_crossentropy"],
           x, classes.astype("float32"))
    yield ("one-hot", softmax(6), "categorical_crossentropy",
           ["acc", metrics.TopKCategoricalAccuracy(k=3), "mse", "kl_divergence", "categorical_hinge", "poisson",
            metrics.F1Score(average="macro"), metrics.F1Score(average="micro", name="micro"),
            metrics.F1Score(average="weighted", threshold=0.2, name="weighted"),
            metrics.Precision(thresholds=0.2), metrics.Recall(thresholds=0.15), metrics.AUC(name="area")],
           x, keras.utils.to_categorical(classes, 6))
    yield ("labels", [keras.Input((4, 2)), layers.GRU(4), layers.Dense(3, activation="sigmoid")],
           "binary_crossentropy",
           ["accuracy", metrics.BinaryAccuracy(threshold=0.4, name="at_40"), metrics.Precision(),
            metrics.Recall(), metrics.AUC(num_thresholds=50), metrics.TruePositives(),
            metrics.FalsePositives(), metrics.TrueNegatives(), metrics.FalseNegatives(),
            "binary_crossentropy"],
           x, (generator.random((SAMPLES, 3)) < 0.4).astype("float32"))
    yield ("numbers", [keras.Input((4, 2)), layers.LSTM(5), layers.Dense(2, kernel_regularizer="l2")],
           "mse",
           ["mae", "mape", "msle", metrics.RootMeanSquaredError(), "cosine_similarity",
            metrics.LogCoshError(), "hinge", "squared_hinge",
            metrics.MeanMetricWrapper(keras.losses.mean_squared_error, name="again")],
           x, generator.normal(size=(SAMPLES, 2)).astype("float32"))
    symbols = generator.integers(1, 7, size=(SAMPLES, 5))
    for row in symbols:
        row[:generator.integers(0, 5)] = 0
    yield ("masked", [keras.Input((5,)), layers.Embedding(7, 3, mask_zero=True),
                      layers.LSTM(4, return_sequences=True), layers.Dense(4, activation="softmax")],
           "sparse_categorical_crossentropy", ["accuracy"],
           symbols.astype("float32"), generator.integers(0, 4, size=(SAMPLES, 5)).astype("float32"))


def keras_results():
    found = {}
    for number, (name, stack, loss, measured, x, y) in enumerate(models()):
        keras.utils.set_random_seed(number)
        model = keras.Sequential(stack)
        model.compile(loss=loss, metrics=measured)
        model.fit(x, y, epochs=3, batch_size=9, verbose=0)
        suffix = "keras" if number % 2 else "h5"
        model.save(f"{FOLDER}/{name}.{suffix}")
        np.save(f"{FOLDER}/{name}-x.npy", x)
        np.save(f"{FOLDER}/{name}-y.npy", y)
        again = keras.models.load_model(f"{FOLDER}/{name}.{suffix}")
        result = again.evaluate(x, y, verbose=0, return_dict=True)
        found[name] = {"model": f"{name}.{suffix}",
                       "results": {key: float(value) for key, value in result.items()}}
    return found


def report(truth, predicted, **options):
    return classification_report(truth, predicted, output_dict=True, zero_division=0, **options)


def sklearn_results():
    generator = np.random.default_rng(5)
    names = np.array(["ant", "bee", "cat", "dog", "elk"])
    truth = generator.choice(names[:4], 60)
    # Dogs are never found, and elks are never there.
    predicted = np.where(generator.random(60) < 0.6, truth, generator.choice(names, 60))
    predicted = np.where(predicted == "dog", "cat", predicted)
    labels = sorted(set(truth) | set(predicted))
    actual = generator.random((40, 4)) < 0.4
    found = np.where(generator.random((40, 4)) < 0.75, actual, ~actual)
    found[:, 3] = False
    return {
        "classes": {"truth": list(truth), "predicted": list(predicted), "labels": labels,
                    "report": report(truth, predicted),
                    "confusion": confusion_matrix(truth, predicted, labels=labels).tolist()},
        "labels": {"truth": actual.astype(int).tolist(), "predicted": found.astype(int).tolist(),
                   "report": report(actual, found, target_names=["a", "b", "c", "d"]),
                   "subset": float(np.mean((actual == found).all(axis=1))),
                   "binary": float(np.mean(actual == found))},
    }


os.makedirs(FOLDER, exist_ok=True)
with open(f"{FOLDER}/evaluation.json", "w") as file:
    json.dump({"keras": keras_results(), "sklearn": sklearn_results()}, file, indent=1)
    file.write("\n")
