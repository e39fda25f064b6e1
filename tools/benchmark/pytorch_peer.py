"""The benchmark's work in PyTorch, at its fastest settings: prints seconds of each round as JSON."""

import argparse
import json
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("work", choices=["experiment", "character", "layer", "sample", "product"])
parser.add_argument("--layer", default="LSTM", choices=["LSTM", "GRU", "SimpleRNN"])
parser.add_argument("--variant", default="plain", choices=["plain", "bidirectional"])
parser.add_argument("--units", default="128,128")
parser.add_argument("--symbols", type=int, default=65)
parser.add_argument("--batch", type=int, default=50)
parser.add_argument("--steps", type=int, default=50)
parser.add_argument("--count", type=int, default=10)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
# Before the threads start, which take it over.
torch.set_flush_denormal(True)
torch.set_num_threads(arguments.threads)
torch.manual_seed(1)
units = [int(part) for part in arguments.units.split(",")]


class Model(torch.nn.Module):
    def __init__(self, features, outputs, embeds=False):
        super().__init__()
        assert len(set(units)) == 1
        layer = {"SimpleRNN": "RNN"}.get(arguments.layer, arguments.layer)
        is_bidirectional = arguments.variant == "bidirectional"
        self.below = torch.nn.Embedding(features, features) if embeds else torch.nn.Identity()
        self.recurrent = getattr(torch.nn, layer)(
            features, units[0], len(units), batch_first=True, bidirectional=is_bidirectional)
        self.dense = torch.nn.Linear(units[0] * (2 if is_bidirectional else 1), outputs)

    def forward(self, inputs, state=None):
        hidden, state = self.recurrent(self.below(inputs), state)
        return self.dense(hidden), state


def training(model, loss, inputs, targets, is_stateful=True):
    """One update, with the state carried on as a stateful Keras model does it."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7, fused=True)
    state = None

    def update():
        nonlocal state
        optimizer.zero_grad(set_to_none=True)
        output, after = model(inputs, state)
        loss(output.flatten(0, 1), targets.flatten(0, 1)).backward()
        optimizer.step()
        if is_stateful:
            state = tuple(part.detach() for part in after)

    return update


def seconds_of(update, count=1):
    begin = time.perf_counter()
    for _ in range(count):
        update()
    return time.perf_counter() - begin


classes = torch.nn.CrossEntropyLoss()
per_update = 1
if arguments.work == "experiment":
    update = training(Model(1, 26), classes, torch.rand(1, 1, 1), torch.randint(26, (1, 1)))
elif arguments.work == "character":
    symbols = arguments.symbols
    text = torch.randint(symbols, (arguments.batch, arguments.steps + 1))
    inputs, targets = text[:, :-1], text[:, 1:]
    one_hot = torch.nn.functional.one_hot(inputs, symbols).float()
    ways = [training(Model(symbols, symbols), classes, one_hot, targets),
            training(Model(symbols, symbols, embeds=True), classes, inputs, targets)]
    for way in ways:
        way()
    # The faster one; others on the machine only make an update slower.
    update = min(ways, key=lambda way: min(seconds_of(way) for _ in range(2)))
    per_update = arguments.batch * arguments.steps
elif arguments.work == "layer":
    features = 16
    update = training(
        Model(features, 1), torch.nn.MSELoss(),
        torch.rand(arguments.batch, arguments.steps, features),
        torch.rand(arguments.batch, arguments.steps, 1), is_stateful=False)
    per_update = arguments.batch * arguments.steps
elif arguments.work == "product":
    size = 1536
    left, right = torch.full((size, size), 0.5), torch.full((size, size), 0.25)
    result = torch.empty(size, size)
    per_update = 2 * size ** 3

    def update():
        torch.mm(left, right, out=result)
else:
    model = Model(arguments.symbols, arguments.symbols).eval()
    symbol, state = 0, None

    @torch.inference_mode()
    def update():
        global symbol, state
        inputs = torch.zeros(1, 1, arguments.symbols)
        inputs[0, 0, symbol] = 1
        output, state = model(inputs, state)
        symbol = int(output.argmax())

update()
seconds = [seconds_of(update, arguments.count) for _ in range(arguments.rounds)]
print(json.dumps(dict(seconds=seconds, per_round=arguments.count * per_update)))
