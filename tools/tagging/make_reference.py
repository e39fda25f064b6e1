"""Makes the numbers that the tests of tagging are compared with, by seqeval and real Keras 3.

    venv/bin/python tools/tagging/make_reference.py reference

spans.json: 30 pairs of random BIO sequences, also with I- where no span is open, in 6 groups. `scores` has seqeval's
micro and per-label values of each group and of all 30, in its default mode, that of conlleval.

tagger.h5, tagger.keras: Embedding(7, 4, mask_zero) → Bidirectional(LSTM(3, return_sequences)) → Dense(3, softmax),
compiled with Adam(0.01), not trained yet. tagger.json and the group `reference` of tagger.h5 have, for 4 samples of 6
steps padded in front, one of them all padding but the last step:

    inputs, targets          whole numbers; a target at padding is 0 and counts for nothing
    mask                     1 at the steps that count
    weights                  one number each step, for `sample_weight`
    outputs                  what `predict` answers, also at padding
    step_losses              -log of the output for the target, each step
    loss                     with masking: the sum of the counted step_losses over the number of counted steps
    loss_weighted            with `weights` too: the sum of weight × loss over the number of counted steps
    accuracy                 of the counted steps
    gradients/N              of `loss`, for each weight, in the order of `model.weights`
    trained/N                each weight after one update of Adam by `gradients`
    trained_weighted/N       the same with `weights`
    trained_20/N, losses_20  each weight after 20 updates, and the loss before each
    fitted/N, fitted_weighted/N, fitted_20/N, fitted_losses_20
                             the same by `fit` on TensorFlow, where Adam has the embedding's gradient by occurrence:
                             its second moment takes the sum of their squares, not the square of their sum

tagger.json has the weights themselves too (initial/N, with shapes), so that it alone is enough.
"""

import json
import os
import pathlib
import random
import sys
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import h5py
import keras
import numpy as np
import tensorflow as tf
from seqeval.metrics import classification_report

from spans import random_tags

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
warnings.simplefilter("ignore")


def scores(true, predicted):
    report = classification_report(true, predicted, output_dict=True, zero_division=0)
    return {"micro" if label == "micro avg" else label: dict(
                precision=float(row["precision"]), recall=float(row["recall"]), f1=float(row["f1-score"]),
                support=int(row["support"]))
            for label, row in report.items() if label not in ("macro avg", "weighted avg")}


generator = random.Random(2)
groups, pairs = [], []
for _ in range(6):
    true = [random_tags(generator, generator.randint(1, 12)) for _ in range(5)]
    predicted = [[tag if generator.random() < 0.8 else random_tags(generator, 1)[0] for tag in tags] for tags in true]
    groups.append(dict(true=true, predicted=predicted, scores=scores(true, predicted)))
    pairs += zip(true, predicted)
(folder / "spans.json").write_text(json.dumps(dict(groups=groups, scores=scores(*map(list, zip(*pairs))))) + "\n")

keras.utils.set_random_seed(1)
model = keras.Sequential([
    keras.Input((6,)),
    keras.layers.Embedding(7, 4, mask_zero=True),
    keras.layers.Bidirectional(keras.layers.LSTM(3, return_sequences=True)),
    keras.layers.Dense(3, activation="softmax"),
])
noise = np.random.default_rng(1)
initial = [variable.numpy() + 0.3 * noise.standard_normal(variable.shape).astype("float32") for variable in model.weights]
inputs = keras.utils.pad_sequences([[2, 3, 4, 5, 6, 1], [6, 2, 2], [3, 1, 4, 5], [5]], 6)
targets = keras.utils.pad_sequences([[0, 1, 2, 2, 0, 1], [2, 0, 1], [1, 1, 0, 2], [2]], 6)
mask = (inputs != 0).astype("float32")
weights = np.round(noise.uniform(0.5, 2, inputs.shape), 2).astype("float32")


def start():
    for variable, value in zip(model.weights, initial):
        variable.assign(value)
    model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(0.01), weighted_metrics=["accuracy"])


def gradients(sample_weight=None):
    with tf.GradientTape() as tape:
        loss = model.compute_loss(inputs, targets, model(inputs, training=True), sample_weight)
    found = tape.gradient(loss, [variable.value for variable in model.weights])
    return float(loss), [tf.convert_to_tensor(gradient) for gradient in found]


def fitted(sample_weight):
    model.reset_metrics()
    return model.train_on_batch(inputs, targets, sample_weight=sample_weight, return_dict=True)["loss"]


def trained(sample_weight):
    loss, found = gradients(sample_weight)
    model.optimizer.apply(found, model.weights)
    return loss


def updates(update, count, sample_weight=None):
    """The weights after `count` updates, and the loss before each."""
    start()
    losses = [float(update(sample_weight)) for _ in range(count)]
    return [variable.numpy() for variable in model.weights], np.array(losses, "float32")


start()
model.save(folder / "tagger.h5")
model.save(folder / "tagger.keras")
outputs = model.predict(inputs, verbose=0)
evaluated = model.evaluate(inputs, targets, batch_size=4, verbose=0, return_dict=True)
weighted = model.evaluate(inputs, targets, batch_size=4, sample_weight=weights, verbose=0, return_dict=True)
loss, by_sum = gradients()
step_losses = -np.log(np.take_along_axis(outputs, targets[..., None], axis=-1)[..., 0])
# How Keras averages, as above.
assert abs(evaluated["loss"] - (step_losses * mask).sum() / mask.sum()) < 1e-6
assert abs(weighted["loss"] - (step_losses * mask * weights).sum() / mask.sum()) < 1e-6
assert abs(loss - evaluated["loss"]) < 1e-6

values = dict(inputs=inputs, targets=targets, mask=mask, weights=weights, outputs=outputs, step_losses=step_losses,
              loss=evaluated["loss"], loss_weighted=weighted["loss"], accuracy=evaluated["accuracy"])
lists = dict(initial=initial, gradients=[gradient.numpy() for gradient in by_sum])
for name, update in (("trained", trained), ("fitted", fitted)):
    lists[name], _ = updates(update, 1)
    lists[f"{name}_weighted"], _ = updates(update, 1, weights)
    lists[f"{name}_20"], values["losses_20" if name == "trained" else "fitted_losses_20"] = updates(update, 20)
for name, arrays in lists.items():
    values.update({f"{name}/{place}": array for place, array in enumerate(arrays)})
with h5py.File(folder / "tagger.h5", "a") as file:
    for name, value in values.items():
        file[f"reference/{name}"] = value
document = dict(keras=keras.__version__, names=[variable.path for variable in model.weights],
                shapes=[list(variable.shape) for variable in model.weights])
document.update({name: np.asarray(value, None if "int" in str(np.asarray(value).dtype) else "float64").tolist()
                 for name, value in values.items()})
(folder / "tagger.json").write_text(json.dumps(document) + "\n")
for name in ("loss", "loss_weighted", "accuracy"):
    print(name, values[name])
