"""Trains one character model in PyTorch and here, and prints validation losses and times of both.

    tools/build-release
    export PATH="$PWD/.build/release:$PATH"
    venv/bin/python tools/pytorch/compare_text.py TEXT
    venv/bin/python tools/pytorch/compare_text.py TEXT --epochs 4 --seeds 8
    venv/bin/python tools/pytorch/compare_text.py TEXT --epochs 1 --torch-defaults
    venv/bin/python tools/pytorch/compare_text.py TEXT --peer-only

One-hot characters go through LSTM layers to a softmax over all characters. Both sides take the same
batches, contiguous and stateful: each row reads on where it was, and its state is carried from
update to update; it is zero where an epoch or a validation begins. The validation part is the end
of the text. The loss is the mean over all predicted characters, in nats, and in bits.

PyTorch begins with Keras' initial weights: Glorot uniform kernels, orthogonal recurrent kernels,
biases zero but 1 for the forget gate, the second bias zero and not trained. --torch-defaults trains
once more with PyTorch's own. Keras' Adam adds its epsilon before the moments are corrected, PyTorch
after that: PyTorch's 1e-8 is from 3e-10 to 1e-8 here, and --epsilon says which (Keras' own is 1e-7).
Over several seeds, losses and times are means ± deviations. The time of a process is that from its start to its end, imports
included. OMP_NUM_THREADS limits the threads of PyTorch.
"""

import argparse
import csv
import itertools
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PROMPT = "ROMEO:"

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("text", metavar="TEXT", help="a file in UTF-8")
parser.add_argument("--units", default="128,128")
parser.add_argument("--batch-size", type=int, default=50)
parser.add_argument("--sequence-length", type=int, default=50)
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--learning-rate", type=float, default=0.002)
parser.add_argument("--validation-split", type=float, default=0.1)
parser.add_argument("--clip-norm", type=float, default=5)
parser.add_argument("--epsilon", type=float, default=1e-9, help="of Adam here")
parser.add_argument("--seed", type=int, default=1, help="the first one")
parser.add_argument("--seeds", type=int, default=1, help="how many")
parser.add_argument("--torch-defaults", action="store_true",
                    help="train in PyTorch with its own initial weights too")
parser.add_argument("--peer-only", action="store_true", help="train in PyTorch only")
parser.add_argument("--as-peer", choices=["keras", "torch"], help=argparse.SUPPRESS)


def read(path):
    # Every character counts, a carriage return too.
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def train_in_pytorch(arguments):
    """Trains in this process; returns the losses and seconds."""
    import torch
    from torch.nn import functional

    torch.manual_seed(arguments.seed)
    text = read(arguments.text)
    vocabulary = sorted(set(text))
    index = {character: position for position, character in enumerate(vocabulary)}
    symbols = torch.tensor([index[character] for character in text])
    training_count = len(symbols) - math.floor(len(symbols) * arguments.validation_split)
    size, length = arguments.batch_size, arguments.sequence_length

    def batches(part):
        """Inputs and targets of each update, `[length, size]`."""
        windows = (len(part) - 1) // (size * length)
        if windows == 0:
            sys.exit(f"{len(part)} characters are too few for a batch of {size} × {length}")
        inputs, targets = (
            part[shift:shift + size * windows * length].view(size, windows, length)
            .permute(1, 2, 0).contiguous() for shift in (0, 1))
        return list(zip(inputs, targets))

    training = batches(symbols[:training_count])
    validation = batches(symbols[training_count:])

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.recurrent = torch.nn.ModuleList()
            width = len(vocabulary)
            # Layers of equal width are one module, which is how PyTorch stacks them.
            for units, layers in itertools.groupby(map(int, arguments.units.split(","))):
                self.recurrent.append(torch.nn.LSTM(width, units, num_layers=len(list(layers))))
                width = units
            self.dense = torch.nn.Linear(width, len(vocabulary))

        def begin_like_keras(self):
            for module in self.recurrent:
                for name, parameter in module.named_parameters():
                    if name.startswith("weight_ih"):
                        torch.nn.init.xavier_uniform_(parameter)
                    elif name.startswith("weight_hh"):
                        torch.nn.init.orthogonal_(parameter)
                    else:
                        torch.nn.init.zeros_(parameter)
                        if name.startswith("bias_ih"):
                            torch.nn.init.ones_(
                                parameter.data[module.hidden_size:2 * module.hidden_size])
                        else:
                            parameter.requires_grad_(False)
            torch.nn.init.xavier_uniform_(self.dense.weight)
            torch.nn.init.zeros_(self.dense.bias)

        def forward(self, inputs, states):
            values = functional.one_hot(inputs, len(vocabulary)).float()
            after = []
            for module, state in zip(self.recurrent, states):
                values, state = module(values, state)
                after.append(tuple(part.detach() for part in state))
            return self.dense(values), after

    model = Model()
    if arguments.as_peer == "keras":
        model.begin_like_keras()
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(parameters, lr=arguments.learning_rate)
    validation_losses = []

    def mean_loss(inputs, targets, states):
        scores, states = model(inputs, states)
        return functional.cross_entropy(scores.flatten(0, 1), targets.flatten()), states

    begin = time.perf_counter()
    for epoch in range(arguments.epochs):
        training_loss, states = 0, [None] * len(model.recurrent)
        for inputs, targets in training:
            loss, states = mean_loss(inputs, targets, states)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, arguments.clip_norm)
            optimizer.step()
            training_loss += loss.item() / len(training)
        with torch.no_grad():
            validation_loss, states = 0, [None] * len(model.recurrent)
            for inputs, targets in validation:
                loss, states = mean_loss(inputs, targets, states)
                validation_loss += loss.item() / len(validation)
        validation_losses.append(validation_loss)
        print(f"PyTorch, epoch {epoch + 1} of {arguments.epochs}: loss {training_loss:.4f}, "
              f"validation loss {validation_loss:.4f}, {time.perf_counter() - begin:.1f} s",
              file=sys.stderr, flush=True)
    return dict(validation_losses=validation_losses, training=time.perf_counter() - begin,
                threads=torch.get_num_threads(), version=torch.__version__,
                parameters=sum(parameter.numel() for parameter in parameters))


def in_pytorch(initial, seed):
    """Trains in a process of its own, so that its imports count."""
    begin = time.perf_counter()
    command = [sys.executable, __file__, *sys.argv[1:], "--as-peer", initial, "--seed", str(seed)]
    shown = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if shown.returncode != 0:
        sys.exit(shown.returncode)
    return dict(json.loads(shown.stdout), process=time.perf_counter() - begin)


def tool(name, *words):
    path = shutil.which(name)
    if path is None:
        sys.exit(f"{name} is not on PATH; tools/build-release builds it as .build/release/{name}")
    return [path, *map(str, words)]


def here(arguments, seed, folder):
    """Trains with lstm-train; returns the losses, the seconds and a sample."""
    log, checkpoint = os.path.join(folder, "log.csv"), os.path.join(folder, "model.h5")
    command = tool(
        "lstm-train", "--text", arguments.text, "--units", arguments.units,
        "--batch-size", arguments.batch_size, "--sequence-length", arguments.sequence_length,
        "--epochs", arguments.epochs, "--learning-rate", arguments.learning_rate,
        "--validation-split", arguments.validation_split, "--clip-norm", arguments.clip_norm,
        "--optimizer-options", f"epsilon={arguments.epsilon}", "--random-seed", seed, "--quiet", "--log", log, "--save", checkpoint)
    begin = time.perf_counter()
    subprocess.run(command, check=True)
    seconds = time.perf_counter() - begin
    with open(log, newline="") as file:
        losses = [float(row["val_loss"]) for row in csv.DictReader(file)]
    text = read(arguments.text)
    prompt = PROMPT if set(PROMPT) <= set(text) else text[:len(PROMPT)]
    sample = subprocess.run(
        tool("lstm-predict", checkpoint, "--seed", prompt, "--steps", 400, "--temperature", 0.8,
             "--random-seed", 1), check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    return dict(validation_losses=losses, process=seconds, sample=sample)


def row(name, runs):
    def spread(values, digits):
        values = list(values)
        mean = f"{statistics.mean(values):.{digits}f}"
        return mean + (f" ± {statistics.pstdev(values):.{digits}f}" if len(values) > 1 else "")

    def both(losses):
        return f"{spread(losses, 4)} ({statistics.mean(losses) / math.log(2):.4f})"

    training = spread((run["training"] for run in runs), 1) if "training" in runs[0] else "–"
    print(f"| {name} | {both([min(run['validation_losses']) for run in runs])} "
          f"| {both([run['validation_losses'][-1] for run in runs])} "
          f"| {spread((run['process'] for run in runs), 1)} | {training} |", flush=True)


def main(arguments):
    if not arguments.peer_only:
        tool("lstm-train"), tool("lstm-predict")
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    peers = [in_pytorch("keras", seed) for seed in seeds]
    peer = peers[0]
    print(f"PyTorch {peer['version']}, {peer['threads']} threads, {peer['parameters']:,} weights; "
          f"{arguments.epochs} epochs of {arguments.text}, units {arguments.units}, "
          f"{arguments.seeds} seeds")
    print()
    print("| | best validation loss, nats (bits) | last validation loss, nats (bits) "
          "| whole process, s | training, s |")
    print("|---|---|---|---|---|")
    row("PyTorch, Keras' initial weights", peers)
    if arguments.torch_defaults:
        row("PyTorch, its own initial weights", [in_pytorch("torch", seed) for seed in seeds])
    if arguments.peer_only:
        return
    with tempfile.TemporaryDirectory() as folder:
        ours = [here(arguments, seed, folder) for seed in seeds]
    row("lstm-train", ours)
    print()
    seconds = sum(run["process"] for run in ours)
    print(f"PyTorch takes {sum(run['process'] for run in peers) / seconds:.2f} times as long as "
          f"lstm-train; {sum(run['training'] for run in peers) / seconds:.2f} times without its "
          "imports")
    print()
    print(ours[0]["sample"].rstrip("\n"))


arguments = parser.parse_args()
if arguments.as_peer:
    print(json.dumps(train_in_pytorch(arguments)))
else:
    main(arguments)
