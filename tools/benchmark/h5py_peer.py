"""Saving and loading the arrays of a checkpoint with h5py: seconds of each round as JSON."""

import argparse
import json
import os
import time

import h5py
import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("work", choices=["save", "load"])
parser.add_argument("--units", default="1536,1536")
parser.add_argument("--file", default="peer.h5")
parser.add_argument("--rounds", type=int, default=3)
arguments = parser.parse_args()
shapes, features = [], 65
for count in map(int, arguments.units.split(",")):
    shapes += [(features, 4 * count), (count, 4 * count), (4 * count,)]
    features = count
shapes += [(features, 65), (65,)]
arrays = {f"{slot}/{index}": np.full(shape, 0.5, "float32")
          for slot in ("weights", "momentum", "velocity") for index, shape in enumerate(shapes)}


def save():
    with h5py.File(arguments.file, "w") as file:
        for name, value in arrays.items():
            file[name] = value


def load():
    with h5py.File(arguments.file) as file:
        return {name: file[name][()] for name in arrays}


# Once for the pages of memory and disk.
save()
load()
seconds = []
for _ in range(arguments.rounds):
    begin = time.perf_counter()
    save() if arguments.work == "save" else load()
    seconds.append(time.perf_counter() - begin)
os.remove(arguments.file)
print(json.dumps(dict(seconds=seconds, per_round=sum(value.nbytes for value in arrays.values()))))
