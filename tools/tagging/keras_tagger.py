"""Trains a tagger in Keras and prints its accuracy by step and its spans' precision, recall and F1 on the test.

    venv/bin/python tools/tagging/keras_tagger.py corpus/training.jsonl corpus/test.jsonl [--units 64] [--epochs 5] …

Embedding(mask_zero) → Bidirectional(LSTM(return_sequences)) → Dense(softmax); Adam; sparse categorical cross-entropy,
of which Keras takes the mean over a batch's steps that are not padding. Symbol 0 is padding, 1 any that the training
did not have, then the training's symbols, the most frequent first. Tags are in the order of their bytes.

Keras on TensorFlow gives Adam the embedding's gradient by occurrence: its second moment takes the sum of their squares
where Keras on other backends takes the square of their sum. `--summed` has TensorFlow do that as well.

Sequences are padded in front, and of longer ones the last `--steps` are kept (0: as many as the longest of the
training), unless `--padding post` and `--truncating post`. The figures are of the steps that are kept; how many were
cut is printed. Spans are counted as in spans.py. The time is that of `fit`, with its compilation. `--predictions FILE`
writes token TAB true tag TAB predicted tag, which spans.py reads.
"""

import argparse
import collections
import os
import statistics
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import tensorflow as tf

from formats import escaped, read
from spans import score, spans, table

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("training")
parser.add_argument("test")
parser.add_argument("--embedding", type=int, default=32)
parser.add_argument("--units", type=int, default=64, help="of each direction")
parser.add_argument("--steps", type=int, default=0)
parser.add_argument("--padding", choices=["pre", "post"], default="pre")
parser.add_argument("--truncating", choices=["pre", "post"], default="pre")
parser.add_argument("--vocabulary-size", type=int, default=0, help="symbols that are kept, the most frequent; 0: all")
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--learning-rate", type=float, default=0.001)
parser.add_argument("--summed", action="store_true", help="Adam has the embedding's gradient summed by symbol")
parser.add_argument("--seeds", default="1", help="one run each, as in 1,2,3")
parser.add_argument("--predictions", help="file for the last run's answers")
parser.add_argument("--save", help="file for the last run's model, .keras or .h5")
arguments = parser.parse_args()

training, test = read(arguments.training), read(arguments.test)
counts = collections.Counter(token for tokens, _ in training for token in tokens)
symbols = sorted(counts, key=lambda symbol: (-counts[symbol], symbol.encode()))
number = {symbol: index + 2 for index, symbol in enumerate(symbols[:arguments.vocabulary_size or None])}
labels = sorted({tag for _, tags in training for tag in tags}, key=str.encode)
# A tag that the training does not have cannot be found: it is a wrong answer whatever the model says.
index = {label: position for position, label in enumerate(labels)}
steps = arguments.steps or max(len(tags) for _, tags in training)


def adam():
    optimizer = keras.optimizers.Adam(arguments.learning_rate)
    if arguments.summed:
        apply = optimizer.apply
        optimizer.apply = lambda gradients, variables=None: apply(list(map(tf.convert_to_tensor, gradients)), variables)
    return optimizer


def padded(sequences):
    return keras.utils.pad_sequences(sequences, steps, padding=arguments.padding, truncating=arguments.truncating)


def kept(sequence):
    return sequence[-steps:] if arguments.truncating == "pre" else sequence[:steps]


def inputs(rows):
    return padded([[number.get(token, 1) for token in tokens] for tokens, _ in rows])


def run(seed):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([
        keras.Input((steps,)),
        keras.layers.Embedding(len(number) + 2, arguments.embedding, mask_zero=True),
        keras.layers.Bidirectional(keras.layers.LSTM(arguments.units, return_sequences=True)),
        keras.layers.Dense(len(labels), activation="softmax"),
    ])
    # `weighted_metrics` leave padding out as the loss does.
    model.compile(loss="sparse_categorical_crossentropy", optimizer=adam(), weighted_metrics=["accuracy"])
    targets = padded([[index[tag] for tag in tags] for _, tags in training])
    begin = time.perf_counter()
    history = model.fit(inputs(training), targets, batch_size=arguments.batch_size, epochs=arguments.epochs, verbose=0)
    seconds = time.perf_counter() - begin
    print(f"seed {seed}: loss by epoch", *[f"{loss:.4f}" for loss in history.history["loss"]], flush=True)
    begin = time.perf_counter()
    answers = model.predict(inputs(test), batch_size=arguments.batch_size, verbose=0).argmax(axis=-1)
    predicting = time.perf_counter() - begin
    predicted = []
    for row, (_, tags) in zip(answers, test):
        length = min(len(tags), steps)
        row = row[len(row) - length:] if arguments.padding == "pre" else row[:length]
        predicted.append([labels[position] for position in row])
    return model, predicted, seconds, predicting


true = [kept(tags) for _, tags in test]
total, cut = sum(map(len, true)), sum(len(tags) for _, tags in test) - sum(map(len, true))
unknown = sum(token not in number for tokens, _ in test for token in tokens)
print(f"Keras {keras.__version__}, {keras.backend.backend()}; {len(training)} sequences of {steps} steps, "
      f"{len(number)} symbols and padding and unknown, {len(labels)} tags")
print(f"test: {len(test)} sequences, {total} steps, {cut} cut, {unknown} of unknown symbols")
accuracies, quality = [], []
for seed in map(int, arguments.seeds.split(",")):
    model, predicted, seconds, predicting = run(seed)
    accuracies.append(sum(a == b for rows in zip(true, predicted) for a, b in zip(*rows)) / total)
    print(f"seed {seed}: accuracy of steps {accuracies[-1]:.4f}, training {seconds:.1f} s, test {predicting:.1f} s")
    if any(map(spans, true)):
        scores = score(true, predicted)
        quality.append(scores["micro"]["f1"])
        print(table(scores), flush=True)
for name, values in (("accuracy of steps", accuracies), ("F1 of spans", quality)):
    if len(values) > 1:
        print(f"{name}: {statistics.mean(values):.4f} ± {statistics.pstdev(values):.4f} over {len(values)} seeds")

print("\n| tag | accuracy | steps |\n|---|---|---|")
for label in sorted({tag for tags in true for tag in tags}):
    answers = [b for rows in zip(true, predicted) for a, b in zip(*rows) if a == label]
    print(f"| {label} | {answers.count(label) / len(answers):.4f} | {len(answers)} |")
if arguments.predictions:
    with open(arguments.predictions, "w", encoding="utf-8", newline="\n") as file:
        for (tokens, _), tags, answers in zip(test, true, predicted):
            file.writelines(f"{escaped(token)}\t{tag}\t{answer}\n"
                            for token, tag, answer in zip(kept(tokens), tags, answers))
            file.write("\n")
if arguments.save:
    model.save(arguments.save)
