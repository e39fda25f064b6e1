"""The cells that Keras does not have, beside plain PyTorch after the papers.

    tools/build-release
    venv/bin/python tools/pytorch/check_cells.py

Models of one layer and a `Dense` with random weights are made in Keras of `tools/keras/toolkit_layers.py`, and trained by
`lstm-train` for an update of SGD. Answers before it and weights after it must be within 1e-5 of those of PyTorch, whose
autograd goes through the loops below; answers of Keras from the written file, and of onnxruntime where ONNX has the cell,
within 1e-5 too.
"""

import os
import subprocess
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../keras"))
BIN = os.path.join(HERE, "../../.build/release")

import keras
import numpy as np
import onnxruntime
import torch
import toolkit_layers

ROWS, STEPS, FEATURES, UNITS, RATE = 5, 7, 3, 6, 0.1
sigmoid, tanh, norm = torch.sigmoid, torch.tanh, torch.nn.functional.layer_norm


def peephole(x, zero, w):
    """Gers & Schmidhuber 2000."""
    kernel, recurrent, bias, p_i, p_f, p_o = w
    h = c = zero
    for step in x.unbind(1):
        i, f, g, o = (step @ kernel + h @ recurrent + bias).chunk(4, 1)
        c = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * tanh(g)
        h = sigmoid(o + p_o * c) * tanh(c)
    return h


def layer_norm(x, zero, w):
    """Ba, Kiros & Hinton 2016, with the normalized cell state kept."""
    kernel, recurrent, bias, *norms = w
    h = c = zero
    for step in x.unbind(1):
        products = [norm(product, (4 * UNITS,), *norms[at:at + 2], 1e-3)
                    for at, product in ((0, step @ kernel), (2, h @ recurrent))]
        i, f, g, o = (sum(products) + bias).chunk(4, 1)
        c = norm(sigmoid(f) * c + sigmoid(i) * tanh(g), (UNITS,), *norms[4:], 1e-3)
        h = sigmoid(o) * tanh(c)
    return h


def min_gru(x, h, w):
    """Feng et al. 2024, algorithm 1."""
    for step in x.unbind(1):
        z, g = (step @ w[0] + w[1]).chunk(2, 1)
        h = (1 - sigmoid(z)) * h + sigmoid(z) * g
    return h


def min_lstm(x, h, w):
    """Feng et al. 2024, algorithm 3."""
    for step in x.unbind(1):
        f, i, g = (step @ w[0] + w[1]).chunk(3, 1)
        f, i = sigmoid(f), sigmoid(i)
        h = f / (f + i) * h + i / (f + i) * g
    return h


def slstm(heads, log_forget):
    """Beck et al. 2024, equations 8 to 17: without a stabilizer, which changes no hidden state."""

    def run(x, zero, w):
        kernel, recurrent, bias = w
        size = UNITS // heads
        blocks = [torch.block_diag(*recurrent[:, gate * size:(gate + 1) * size].split(size)) for gate in range(4)]
        h = c = n = zero
        for step in x.double().unbind(1):
            i, f, z, o = (step @ kernel.double() + h.double() @ torch.cat(blocks, 1).double() + bias.double()).chunk(4, 1)
            i, f = torch.exp(i), torch.exp(log_forget(f))
            c, n = f * c + i * tanh(z), f * n + i
            h = sigmoid(o) * c / n
        return h.float()

    return run


own = toolkit_layers
CELLS = {
    "PeepholeLSTM": (own.PeepholeLSTM(UNITS), peephole),
    "LayerNormLSTM": (own.LayerNormLSTM(UNITS), layer_norm),
    "MinGRU": (own.MinGRU(UNITS), min_gru),
    "MinLSTM": (own.MinLSTM(UNITS), min_lstm),
    "SLSTM": (own.SLSTM(UNITS), slstm(1, torch.nn.functional.logsigmoid)),
    "SLSTM, 3 heads": (own.SLSTM(UNITS, heads=3), slstm(3, torch.nn.functional.logsigmoid)),
    "SLSTM, e^f": (own.SLSTM(UNITS, forget_activation="exponential"), slstm(1, lambda f: f)),
}


def run(tool, *words):
    subprocess.run([os.path.join(BIN, tool), *map(str, words)], check=True, stdout=subprocess.DEVNULL)


def difference(found, expected):
    return max(np.abs(a - b).max() for a, b in zip(found, expected)) / max(np.abs(b).max() for b in expected)


worst = 0
random = np.random.default_rng(1)
for name, (layer, cell) in CELLS.items():
    with tempfile.TemporaryDirectory() as folder:
        path = lambda file: os.path.join(folder, file)
        model = keras.Sequential([keras.Input((STEPS, FEATURES)), layer, keras.layers.Dense(2)])
        model.set_weights([w + random.normal(0, 0.3, w.shape) for w in model.get_weights()])
        model.compile(keras.optimizers.SGD(RATE), keras.losses.MeanSquaredError())
        model.save(path("a.keras"))
        x = random.normal(0, 2, (ROWS, STEPS, FEATURES)).astype("float32")
        y = random.normal(0, 1, (ROWS, 2)).astype("float32")
        np.save(path("x.npy"), x)
        np.save(path("y.npy"), y)

        weights = [torch.tensor(w, requires_grad=True) for w in model.get_weights()]
        answers = cell(torch.tensor(x), torch.zeros(ROWS, UNITS), weights[:-2]) @ weights[-2] + weights[-1]
        torch.mean((answers - torch.tensor(y)) ** 2).backward()
        trained = [(w - RATE * w.grad).detach().numpy() for w in weights]

        run("lstm-predict", path("a.keras"), "--input", path("x.npy"), "--output", path("z.npy"))
        found = {"answers": difference([np.load(path("z.npy"))], [answers.detach().numpy()])}
        run("lstm-train", "--model", path("a.keras"), "--inputs", path("x.npy"), "--targets", path("y.npy"), "--epochs", 1,
            "--batch-size", ROWS, "--quiet", "--save", path("b.keras"))
        again = keras.models.load_model(path("b.keras"))
        found["weights"] = difference(again.get_weights(), trained)
        run("lstm-predict", path("b.keras"), "--input", path("x.npy"), "--output", path("z.npy"))
        found["Keras"] = difference([again.predict(x, verbose=0)], [np.load(path("z.npy"))])
        if name == "PeepholeLSTM":
            run("lstm-convert", path("b.keras"), path("b.onnx"))
            session = onnxruntime.InferenceSession(path("b.onnx"), providers=["CPUExecutionProvider"])
            feeds = {entry.name: np.zeros([ROWS if not isinstance(size, int) else size for size in entry.shape], "float32")
                     for entry in session.get_inputs()}
            feeds["input"] = x
            found["ONNX"] = difference([session.run(["output"], feeds)[0]], [np.load(path("z.npy"))])
        print(f"{name:16}" + "".join(f"  {what} {value:.1e}" for what, value in found.items()), flush=True)
        worst = max(worst, *found.values())
sys.exit(int(worst > 1e-5))
