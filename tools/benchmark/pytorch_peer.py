"""The benchmark's work in PyTorch: prints seconds of each round as JSON."""

import argparse
import json
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("work", choices=["experiment", "character", "sample"])
parser.add_argument("--units", default="128,128")
parser.add_argument("--symbols", type=int, default=65)
parser.add_argument("--batch", type=int, default=50)
parser.add_argument("--steps", type=int, default=50)
parser.add_argument("--count", type=int, default=10)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)
torch.manual_seed(1)
units = [int(part) for part in arguments.units.split(",")]


class Model(torch.nn.Module):
    def __init__(self, features, symbols):
        super().__init__()
        assert len(set(units)) == 1
        self.lstm = torch.nn.LSTM(features, units[0], len(units), batch_first=True)
        self.dense = torch.nn.Linear(units[0], symbols)

    def forward(self, inputs, state=None):
        hidden, state = self.lstm(inputs, state)
        return self.dense(hidden), state


def training(features, symbols, inputs, targets):
    """One update with the state carried on, as a stateful Keras model does it."""
    model = Model(features, symbols)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
    loss = torch.nn.CrossEntropyLoss()
    state = None

    def update():
        nonlocal state
        optimizer.zero_grad(set_to_none=True)
        output, state = model(inputs, state)
        loss(output.reshape(-1, symbols), targets.reshape(-1)).backward()
        optimizer.step()
        state = tuple(part.detach() for part in state)

    return update


if arguments.work == "experiment":
    update = training(1, 26, torch.rand(1, 1, 1), torch.randint(26, (1, 1)))
    per_round = arguments.count
elif arguments.work == "character":
    symbols = arguments.symbols
    text = torch.randint(symbols, (arguments.batch, arguments.steps + 1))
    inputs = torch.nn.functional.one_hot(text[:, :-1], symbols).float()
    update = training(symbols, symbols, inputs, text[:, 1:])
    per_round = arguments.count * arguments.batch * arguments.steps
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

    per_round = arguments.count

update()
seconds = []
for _ in range(arguments.rounds):
    begin = time.perf_counter()
    for _ in range(arguments.count):
        update()
    seconds.append(time.perf_counter() - begin)
print(json.dumps(dict(seconds=seconds, per_round=per_round)))
