"""Makes weights with real PyTorch for the tests.

    venv/bin/python tools/pytorch/make_reference.py Tests/TasksTests/Reference

`pytorch.safetensors` is the `state_dict` of modules with names of their own; `pytorch.h5` is a model of Keras with
other weights that they go into, and beside it `reference/inputs` and `reference/outputs`, what PyTorch answers.
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np
import torch
from safetensors.torch import save_file

layers = keras.layers
torch.manual_seed(1)


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.LSTM(3, 4, num_layers=2, batch_first=True)
        self.reader = torch.nn.GRU(4, 3, batch_first=True, bidirectional=True)
        self.norm = torch.nn.LayerNorm(6, eps=1e-3)
        self.head = torch.nn.Linear(6, 2)

    def forward(self, inputs):
        return self.head(self.norm(self.reader(self.encoder(inputs)[0])[0]))


model = Model()
with torch.no_grad():
    for value in model.parameters():
        value.uniform_(-1, 1)
save_file(model.state_dict(), os.path.join(sys.argv[1], "pytorch.safetensors"))
inputs = np.random.default_rng(1).standard_normal((2, 5, 3)).astype("float32")
path = os.path.join(sys.argv[1], "pytorch.h5")
keras.Sequential([
    keras.Input((5, 3)), layers.LSTM(4, return_sequences=True), layers.LSTM(4, return_sequences=True),
    layers.Bidirectional(layers.GRU(3, return_sequences=True)), layers.LayerNormalization(), layers.Dense(2)]).save(path)
with h5py.File(path, "a") as file:
    file["reference/inputs"] = inputs
    with torch.no_grad():
        file["reference/outputs"] = model(torch.tensor(inputs)).numpy()
