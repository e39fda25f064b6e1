"""Moves weights between the tools here and real PyTorch, both ways, as safetensors.

    tools/build-release
    venv/bin/python tools/pytorch/check_safetensors.py

A model of Keras goes into PyTorch modules by `load_state_dict`, which wants every name and shape, and must answer
the same; other weights of the modules go back and must answer the same again. 1e-5 of the largest answer is asked
for.
"""

import os
import subprocess
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import torch
from safetensors.torch import load_file, save_file

BIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.build/release")
BATCH, STEPS, FEATURES, UNITS, CLASSES = 4, 7, 3, 5, 6
L = keras.layers


def recurrent(kind, names, **options):
    """Keras' layers above each other and PyTorch's module of them."""
    cell = {"LSTM": L.LSTM, "GRU": L.GRU, "RNN": L.SimpleRNN}[kind]
    both = options.get("bidirectional", False)
    layers = []
    for name in names:
        layer = cell(UNITS, return_sequences=True, use_bias=options.get("bias", True), name=name)
        layers.append(L.Bidirectional(layer, name=name) if both else layer)
    return layers, getattr(torch.nn, kind)(
        FEATURES, UNITS, num_layers=len(names), batch_first=True, bidirectional=both, bias=options.get("bias", True))


class Model(torch.nn.Module):
    def __init__(self, recurrent, width):
        super().__init__()
        self.first = recurrent
        self.norm = torch.nn.LayerNorm(width, eps=1e-3)
        self.dense = torch.nn.Linear(width, CLASSES)

    def forward(self, inputs):
        return torch.softmax(self.dense(self.norm(self.first(inputs)[0])), -1)


def run(tool, *words):
    subprocess.run([os.path.join(BIN, tool), *words], check=True, stderr=subprocess.DEVNULL)


def difference(found, expected):
    return np.abs(found - expected).max() / np.abs(expected).max()


worst = 0
for kind in ("LSTM", "GRU", "RNN"):
    for names, options in ((["first"], {}), (["first", "second"], {}), (["first"], {"bias": False}),
                           (["first"], {"bidirectional": True}), (["first", "second"], {"bidirectional": True})):
        keras.utils.set_random_seed(1)
        torch.manual_seed(1)
        layers, module = recurrent(kind, names, **options)
        model = keras.Sequential([keras.Input((STEPS, FEATURES))] + layers + [
            L.LayerNormalization(name="norm"), L.Dense(CLASSES, activation="softmax", name="dense")])
        for variable in model.weights:
            variable.assign(variable.numpy() + 0.3 * np.random.standard_normal(variable.shape))
        other = Model(module, model.layers[-2].output.shape[-1])
        inputs = np.random.default_rng(1).standard_normal((BATCH, STEPS, FEATURES)).astype("float32")
        with tempfile.TemporaryDirectory() as folder:
            path = lambda name: os.path.join(folder, name)
            np.save(path("x.npy"), inputs)
            model.save(path("keras.keras"))
            run("lstm-convert", path("keras.keras"), path("there.safetensors"))
            fresh = {name: value.clone() for name, value in other.state_dict().items()}
            other.load_state_dict(load_file(path("there.safetensors")), strict=True)
            with torch.no_grad():
                there = difference(other(torch.tensor(inputs)).numpy(), model.predict(inputs, verbose=0))
                other.load_state_dict(fresh)
                expected = other(torch.tensor(inputs)).numpy()
            # Under names of its own, which are matched by their order.
            save_file({f"model.{name}": value for name, value in fresh.items()}, path("back.safetensors"))
            run("lstm-convert", path("back.safetensors"), path("back.keras"), "--model", path("keras.keras"))
            run("lstm-predict", path("back.keras"), "--input", path("x.npy"), "--output", path("y.npy"))
            back = difference(np.load(path("y.npy")), expected)
            in_keras = difference(keras.models.load_model(path("back.keras")).predict(inputs, verbose=0), expected)
        worst = max(worst, there, back, in_keras)
        print(f"nn.{kind}, layers {len(names)} {options or ''}: into PyTorch {there:.1e}, back {back:.1e}, "
              f"in Keras {in_keras:.1e}", flush=True)
sys.exit(int(not worst <= 1e-5))
