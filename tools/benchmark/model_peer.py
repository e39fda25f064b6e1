"""Trains models of several kinds of layers here, in Keras or in PyTorch on the same data: seconds of epochs as JSON.

Here lstm-train is run twice, with one epoch and with several, so that its start and its saving cancel. Keras calls `fit` as
its documentation does, compiled by TensorFlow; PyTorch has Adam in one kernel and subnormals flushed.
"""

import argparse
import json
import os
import resource
import subprocess
import tempfile
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np

WORKS = ["convolution", "attention", "heads", "pairs"]
parser = argparse.ArgumentParser()
parser.add_argument("library", choices=["here", "keras", "pytorch"])
parser.add_argument("work", choices=WORKS)
parser.add_argument("--units", type=int, default=128)
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--updates", type=int, default=20, help="of an epoch")
parser.add_argument("--epochs", type=int, default=2, help="of a round")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--bin", default=".build/release")
parser.add_argument("--processor-time", action="store_true",
                    help="seconds of processors, which other work on the machine changes less; with --threads 1")
arguments = parser.parse_args()
units, batch = arguments.units, arguments.batch
rows = batch * arguments.updates
generator = np.random.default_rng(1)


def clock():
    if not arguments.processor_time:
        return time.perf_counter()
    return sum(sum(resource.getrusage(whose)[:2]) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def symbols(count, *shape):
    return generator.integers(1, count, shape).astype("float32")


# Series; texts; what an encoder and a decoder read.
STEPS, FEATURES, FILTERS, WIDTH = 128, 8, 64, 5
WORDS, LENGTH, EMBEDDING, HEADS = 10_000, 100, 64, 4
SYMBOLS, READ, WRITTEN = 64, 30, 20
if arguments.work == "convolution":
    inputs = [generator.standard_normal((rows, STEPS, FEATURES)).astype("float32")]
    targets = generator.standard_normal((rows, 1)).astype("float32")
elif arguments.work == "pairs":
    inputs = [symbols(SYMBOLS, rows, READ), symbols(SYMBOLS, rows, WRITTEN)]
    targets = symbols(SYMBOLS, rows, WRITTEN)
else:
    inputs = [symbols(WORDS, rows, LENGTH)]
    targets = generator.integers(0, 2, (rows, 1)).astype("float32")
LOSS = {"convolution": "mse", "pairs": "sparse_categorical_crossentropy"}.get(arguments.work, "binary_crossentropy")


def keras_model():
    import keras

    l = keras.layers
    keras.utils.set_random_seed(1)
    if arguments.work == "convolution":
        model = keras.Sequential([
            l.Input((STEPS, FEATURES)), l.Conv1D(FILTERS, WIDTH, activation="relu"), l.MaxPooling1D(2), l.LSTM(units), l.Dense(1)])
    elif arguments.work == "pairs":
        source, target = l.Input((READ,)), l.Input((WRITTEN,))
        state = l.LSTM(units, return_state=True)(l.Embedding(SYMBOLS, EMBEDDING)(source))[1:]
        steps = l.LSTM(units, return_sequences=True)(l.Embedding(SYMBOLS, EMBEDDING)(target), initial_state=state)
        model = keras.Model([source, target], l.Dense(SYMBOLS, activation="softmax")(steps))
    else:
        begin = l.Input((LENGTH,))
        steps = l.Bidirectional(l.LSTM(units // 2, return_sequences=True))(l.Embedding(WORDS, EMBEDDING)(begin))
        if arguments.work == "heads":
            steps = l.MultiHeadAttention(HEADS, units // HEADS)(steps, steps)
        else:
            steps = l.Attention()([steps, steps])
        model = keras.Model(begin, l.Dense(1, activation="sigmoid")(l.GlobalAveragePooling1D()(steps)))
    model.compile(loss=LOSS, optimizer=keras.optimizers.Adam())
    return model


def here():
    """A round is what several epochs take longer than one."""
    with tempfile.TemporaryDirectory() as folder:
        keras_model().save(f"{folder}/model.keras")
        words = [f"{arguments.bin}/lstm-train", "--model", f"{folder}/model.keras", "--batch-size", str(batch), "--quiet",
                 "--save", f"{folder}/trained.h5", "--targets", f"{folder}/y.npy"]
        for number, array in enumerate(inputs):
            np.save(f"{folder}/x{number}.npy", array)
            words += ["--inputs", f"{folder}/x{number}.npy"]
        np.save(f"{folder}/y.npy", targets)

        def took(epochs):
            begin = clock()
            subprocess.run([*words, "--epochs", str(epochs), "--threads", str(arguments.threads)], check=True)
            os.remove(f"{folder}/trained.h5")
            return clock() - begin

        return [took(1 + arguments.epochs) - took(1) for _ in range(arguments.rounds)]


def with_keras():
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)
    model = keras_model()
    given = inputs if len(inputs) > 1 else inputs[0]
    return timed(lambda epochs: model.fit(given, targets, batch_size=batch, epochs=epochs, verbose=0))


def with_pytorch():
    import torch

    # Before the threads start, which take it over.
    torch.set_flush_denormal(True)
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    nn, functional = torch.nn, torch.nn.functional

    class Convolution(nn.Module):
        def __init__(self):
            super().__init__()
            self.convolution = nn.Conv1d(FEATURES, FILTERS, WIDTH)
            self.recurrent = nn.LSTM(FILTERS, units, batch_first=True)
            self.dense = nn.Linear(units, 1)

        def forward(self, steps):
            filtered = functional.max_pool1d(functional.relu(self.convolution(steps.transpose(1, 2))), 2)
            return self.dense(self.recurrent(filtered.transpose(1, 2))[0][:, -1])

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(WORDS, EMBEDDING)
            self.recurrent = nn.LSTM(EMBEDDING, units // 2, batch_first=True, bidirectional=True)
            self.heads = nn.MultiheadAttention(units, HEADS, batch_first=True) if arguments.work == "heads" else None
            self.dense = nn.Linear(units, 1)

        def forward(self, text):
            steps = self.recurrent(self.embedding(text))[0]
            if self.heads:
                steps = self.heads(steps, steps, steps, need_weights=False)[0]
            else:
                steps = functional.scaled_dot_product_attention(steps, steps, steps, scale=1.0)
            return self.dense(steps.mean(1))

    class Pairs(nn.Module):
        def __init__(self):
            super().__init__()
            self.read, self.written = nn.Embedding(SYMBOLS, EMBEDDING), nn.Embedding(SYMBOLS, EMBEDDING)
            self.encoder, self.decoder = (nn.LSTM(EMBEDDING, units, batch_first=True) for _ in range(2))
            self.dense = nn.Linear(units, SYMBOLS)

        def forward(self, source, target):
            state = self.encoder(self.read(source))[1]
            return self.dense(self.decoder(self.written(target), state)[0])

    model = {"convolution": Convolution, "pairs": Pairs}.get(arguments.work, Classifier)()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7, fused=True)
    given = [torch.tensor(array) if arguments.work == "convolution" else torch.tensor(array).long() for array in inputs]
    wanted = torch.tensor(targets).long() if arguments.work == "pairs" else torch.tensor(targets)
    loss = {"convolution": functional.mse_loss, "pairs": lambda found, right: functional.cross_entropy(
        found.flatten(0, 1), right.flatten())}.get(arguments.work, functional.binary_cross_entropy_with_logits)

    def train(epochs):
        for _ in range(epochs):
            for rows_of_batch in torch.randperm(rows).split(batch):
                optimizer.zero_grad(set_to_none=True)
                loss(model(*(array[rows_of_batch] for array in given)), wanted[rows_of_batch]).backward()
                optimizer.step()

    return timed(train)


def timed(train):
    train(1)
    seconds = []
    for _ in range(arguments.rounds):
        begin = clock()
        train(arguments.epochs)
        seconds.append(clock() - begin)
    return seconds


seconds = {"here": here, "keras": with_keras, "pytorch": with_pytorch}[arguments.library]()
print(json.dumps(dict(seconds=seconds, per_round=arguments.epochs * arguments.updates)))
