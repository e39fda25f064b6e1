"""Trains the same encoder-decoder here and in Keras on the same pairs and prints how many targets of the test each writes
without a fault, and what that took.

    venv/bin/python tools/pairs/compare_pairs.py dates.csv dates-test.csv --bin .build/release [--epochs 10] …

Both get the same layers, initializers, batches, epochs, learning rate and loss, and each its own random numbers. The time is
that of lstm-train as a whole, and of Keras' `fit` with its compilation. Our file is then opened in Keras, whose outputs
for the test and whose inference models' greedy targets must be those of lstm-predict.

Keras on TensorFlow gives Adam the gradient of an embedding by occurrence; `--summed` has it sum them by symbol first, as
here and in Keras on JAX.
"""

import argparse
import csv
import json
import os
import subprocess
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import h5py
import keras
import numpy as np
import tensorflow as tf

import keras_pairs

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("training")
parser.add_argument("test")
parser.add_argument("--bin", default=".build/release")
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--units", default="256")
parser.add_argument("--embedding", type=int, default=64)
parser.add_argument("--cell", default="lstm", choices=["lstm", "gru"])
parser.add_argument("--learning-rate", type=float, default=0.002)
parser.add_argument("--bidirectional", action="store_true")
parser.add_argument("--attention", action="store_true")
parser.add_argument("--seeds", default="1", help="one run each, as in 1,2,3")
parser.add_argument("--beam", type=int, default=5)
parser.add_argument("--summed", action="store_true")
parser.add_argument("--within", type=float, default=1, help="where Keras' embeddings begin; 0.05 is its default, 1 is ours")
parser.add_argument("--only", choices=["here", "keras"], help="one of the two; here: with the check of its file in Keras")
arguments = parser.parse_args()


def read(path):
    with open(path, newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return [tuple(row) for row in rows]


training, test = read(arguments.training), read(arguments.test)
units = tuple(map(int, arguments.units.split(",")))
flags = (["--bidirectional"] if arguments.bidirectional else []) + (["--attention"] if arguments.attention else [])


def numbers(symbols):
    return {symbol: number for number, symbol in enumerate(symbols)}


def numbered(pairs, source, target):
    return [([source.get(symbol, 1) for symbol in one], [target.get(symbol, 1) for symbol in other]) for one, other in pairs]


def by_length(decoder, pairs, longest):
    """Greedy targets for all sources, those of one length together."""
    found = [None] * len(pairs)
    for length in {len(source) for source, _ in pairs}:
        places = [place for place, (source, _) in enumerate(pairs) if len(source) == length]
        for place, target in zip(places, decoder.greedy([pairs[place][0] for place in places], longest)):
            found[place] = target
    return found


def predicted(model, *options):
    begin = time.time()
    output = subprocess.run(
        [f"{arguments.bin}/lstm-predict", model, "--pairs", arguments.test, "--format", "json", *options],
        check=True, capture_output=True, text=True).stdout
    return [answer["target"] for answer in json.loads(output)["answers"]], time.time() - begin


def exact(targets):
    return f"{100 * sum(one == other for one, (_, other) in zip(targets, test)) / len(test):.2f} %"


def ours(seed):
    file = f"pairs-{seed}.keras" if arguments.attention else f"pairs-{seed}.h5"
    begin = time.time()
    subprocess.run(
        [f"{arguments.bin}/lstm-train", "--pairs", arguments.training, "--source", "source", "--target", "target",
         "--units", arguments.units, "--embedding", str(arguments.embedding), "--cell", arguments.cell,
         "--epochs", str(arguments.epochs), "--batch-size", str(arguments.batch_size),
         "--learning-rate", str(arguments.learning_rate), "--validation-split", "0", "--random-seed", str(seed),
         "--quiet", "--save", file, *flags], check=True)
    took = time.time() - begin
    greedy, greedy_time = predicted(file)
    beam, beam_time = predicted(file, "--beam", str(arguments.beam))
    print(f"lstm-train seed {seed}: greedy {exact(greedy)}, beam {arguments.beam} {exact(beam)}, trained in {took:.1f} s, "
          f"{len(test)} targets in {greedy_time:.2f} s, by beam in {beam_time:.2f} s", flush=True)
    return file, greedy


def check(file, greedy):
    """Our file in Keras: the same targets."""
    model = keras.models.load_model(file)
    evaluation = json.loads(subprocess.run(
        [f"{arguments.bin}/lstm-predict", file, "--evaluate", "--pairs", arguments.test, "--format", "json"],
        check=True, capture_output=True, text=True).stdout)
    symbols = stored_symbols(file)
    pairs = numbered(test, *map(numbers, symbols))
    longest = max(len(target) for _, target in training)
    found = by_length(keras_pairs.Decoder(model), pairs, longest)
    texts = ["".join(symbols[1][number] for number in target) for target in found]
    same = sum(one == other for one, other in zip(texts, greedy))
    arrays = keras_pairs.samples(pairs, max(len(source) for source, _ in pairs), max(len(target) for _, target in pairs))
    # A mean of batches, each by its pairs.
    loss = model.evaluate(list(arrays[:2]), arrays[2], batch_size=arguments.batch_size, verbose=0)
    print(f"{file} in Keras: {same} of {len(test)} targets are the same; loss {float(np.ravel(loss)[0]):.6f}, "
          f"lstm-predict's {evaluation['loss']:.6f}", flush=True)


def stored_symbols(file):
    if file.endswith(".h5"):
        with h5py.File(file) as stored:
            return [decoded(stored["vocabulary"]["symbols"][()]), decoded(stored["labels"][()])]
    source = sorted({symbol for one, _ in training for symbol in one})
    target = sorted({symbol for _, other in training for symbol in other})
    return [["<padding>", "<unknown>"] + source, ["<padding>", "<unknown>", "<start>", "<end>"] + target]


def decoded(values):
    return [value.decode() if isinstance(value, bytes) else value for value in values]


def theirs(seed):
    keras.utils.set_random_seed(seed)
    source, target = stored_symbols("")
    pairs, held = (numbered(part, numbers(source), numbers(target)) for part in (training, test))
    longest = max(len(other) for _, other in pairs)
    arrays = keras_pairs.samples(pairs, max(len(one) for one, _ in pairs), longest)
    model = keras_pairs.model(
        len(source), len(target), units, arguments.embedding, arguments.cell.upper(), arguments.bidirectional,
        arguments.attention, keras.initializers.RandomUniform(-arguments.within, arguments.within))
    optimizer = keras.optimizers.Adam(arguments.learning_rate)
    if arguments.summed:
        apply = optimizer.apply
        optimizer.apply = lambda gradients, variables=None: apply(list(map(tf.convert_to_tensor, gradients)), variables)
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizer)
    begin = time.time()
    model.fit(list(arrays[:2]), arrays[2], epochs=arguments.epochs, batch_size=arguments.batch_size, verbose=0)
    took = time.time() - begin
    begin = time.time()
    found = by_length(keras_pairs.Decoder(model), held, longest)
    texts = ["".join(target[number] for number in one) for one in found]
    print(f"Keras seed {seed}: greedy {exact(texts)}, trained in {took:.1f} s, {len(test)} targets in "
          f"{time.time() - begin:.2f} s", flush=True)


for seed in map(int, arguments.seeds.split(",")):
    if arguments.only != "keras":
        check(*ours(seed))
    if arguments.only != "here":
        theirs(seed)
