"""Writes Tests/TasksTests/Reference/tensorboard.json: histograms as tf.summary.histogram writes them.

Each has its name, its values, and the bytes of its Summary message in hexadecimal digits.

    python tools/keras/make_tensorboard_reference.py     # needs tensorflow, tensorboard and numpy
"""

import glob
import json
import os
import pathlib
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto import event_pb2

FILE = pathlib.Path(__file__).parents[2] / "Tests/TasksTests/Reference/tensorboard.json"


def summary_of(name, values):
    with tempfile.TemporaryDirectory() as folder:
        with tf.summary.create_file_writer(folder).as_default():
            tf.summary.histogram(name, values, step=3)
        (file,) = glob.glob(folder + "/*")
        events = [event_pb2.Event.FromString(record) for record in RawEventFileLoader(file).Load()]
        assert events[-1].step == 3
        return events[-1].summary.SerializeToString().hex()


random = np.random.default_rng(7)
cases = {
    "sequential/lstm/lstm_cell/kernel/histogram": random.normal(size=200),
    "sequential/dense/bias/histogram": np.zeros(5),
    "one": [0.1],
    "two": [-1, 2],
    "large": [1e30, -3e38, 2, 3e38],
    # Smaller ones TensorFlow may take for zeros.
    "small": [1.5e-38, 3e-38, 0],
    "edges": np.arange(31) / 30,
}
reference = []
for name, values in cases.items():
    values = np.asarray(values, np.float32)
    reference.append(
        {"name": name, "values": [float(v) for v in values], "summary": summary_of(name, values)})
FILE.write_text(json.dumps(reference, indent=0) + "\n")
