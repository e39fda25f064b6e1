"""Compares the predictions of trained recurrent models that packages on PyPI ship with those of Keras.

    tools/build-release
    venv/bin/python tools/keras/check_pretrained.py [--bin .build/release] [--folder pretrained] [--only ethnicolr]

Downloads each package into the folder, unless it is there, without installing it. Every model file in it is given to
lstm-inspect, and to lstm-predict and Keras with the same random inputs: the largest difference of an output must be below
5e-5. Files of weights alone get the architecture that the package makes for them, and Keras saves both as one file first. Prints a table; ends with 1 if a model that Keras can open fails.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import warnings
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
warnings.filterwarnings("ignore")

import h5py
import keras
import numpy as np
import tf_keras
from tf_keras.src.layers.rnn.gru_v1 import GRU as FormerGRU

# Name and version. rnnmorph and textgenrnn have layers of their own code.
PACKAGES = [
    ("asmscan-bilstm", "1.0.0"), ("chars2vec", "0.1.7"), ("ethnicolr", "0.21.1"),
    ("flavorfetcher", "1.0.0"), ("network-intrusion-detection", "0.1.4"), ("shakkala", "1.7"), ("sleepecg", "0.6.0"),
]
SUFFIXES = {".h5", ".hdf5", ".keras"}
# Of one model here, the float32 of Keras itself is 1.4e-5 away from its float64.
ROWS, STEPS, TOLERANCE = 3, 12, 5e-5

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--bin", default=".build/release")
parser.add_argument("--folder", default="pretrained")
parser.add_argument("--only", default="", help="the packages with this text in their name")
arguments = parser.parse_args()


def unpacked(name, version):
    """The folder with the files of a package and of the archives in it."""
    folder = pathlib.Path(arguments.folder, f"{name}-{version}")
    if not folder.exists():
        with tempfile.TemporaryDirectory() as download:
            subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation", "--dest", download,
                 f"{name}=={version}"], check=True)
            unpack(next(pathlib.Path(download).iterdir()), folder)
    return folder


def unpack(archive, folder):
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            file.extractall(folder)
    else:
        with tarfile.open(archive) as file:
            file.extractall(folder, filter="data")
    for inner in list(folder.rglob("*.zip")):
        unpack(inner, inner.with_suffix(""))


def opened(path):
    """Keras' model of a file; `None` if the file has weights only and nothing says of what."""
    if path.suffix == ".keras":
        return keras.models.load_model(path, compile=False)
    if not is_whole(path):
        model = described(path)
        if model:
            model.load_weights(path)
        return model
    with h5py.File(path) as file:
        description, version = file.attrs["model_config"], file.attrs.get("keras_version", "")
    if version.startswith("3"):
        return keras.models.load_model(path, compile=False)
    # What Keras meant when it did not say `reset_after`.
    former = {} if "reset_after" in description else dict(GRU=FormerGRU)
    return tf_keras.models.load_model(path, compile=False, custom_objects=former)


def is_whole(path):
    if path.suffix == ".keras":
        return True
    with h5py.File(path) as file:
        return "model_config" in file.attrs


def described(path):
    """The architecture of a file of weights."""
    if "chars2vec" in path.parts:
        with h5py.File(path) as file:
            names = [name for layer in file.attrs["layer_names"] for name in
                     (f"{layer.decode()}/{weight.decode()}" for weight in file[layer].attrs["weight_names"])]
            features, units = file[names[0]].shape[0], file[names[1]].shape[0]
        return tf_keras.Sequential([tf_keras.layers.InputLayer((None, features))] + [
            tf_keras.layers.LSTM(units, return_sequences=True, recurrent_activation="hard_sigmoid"),
            tf_keras.layers.LSTM(units, recurrent_activation="hard_sigmoid")])
    return None


def symbols(model):
    """How many symbols each input has by name, of those that embeddings read."""
    found = {}
    for layer in model._flatten_layers(include_self=False):
        if type(layer).__name__ != "Embedding":
            continue
        for node in layer._inbound_nodes:
            for tensor in keras.tree.flatten(node.input_tensors):
                name = tensor._keras_history[0].name
                found[name] = min(layer.input_dim, found.get(name, layer.input_dim))
    return found


def inputs(model, generator):
    """Random inputs of a model: symbols where it embeds them, otherwise numbers."""
    count, arrays = symbols(model), []
    for tensor in model.inputs:
        # In a Sequential model of tf-keras the first layer stands for the input.
        shape = (tensor.shape[0] or ROWS,) + tuple(STEPS if size is None else int(size) for size in tensor.shape[1:])
        known = count.get(tensor._keras_history[0].name)
        arrays.append((generator.integers(0, known, shape) if known else generator.standard_normal(shape)).astype("float32"))
    return arrays


def run(tool, *words):
    result = subprocess.run([os.path.join(arguments.bin, tool), *map(str, words)], capture_output=True, text=True, timeout=300)
    if result.returncode:
        raise ValueError(result.stderr.strip().splitlines()[-1].partition("error: ")[2] or f"{tool}: {result.returncode}")


def difference(path, model, folder):
    """The largest difference of an output."""
    given = inputs(model, np.random.default_rng(7))
    expected = model(given if len(given) > 1 else given[0], training=False)
    expected = [np.asarray(value) for value in (expected if isinstance(expected, (list, tuple)) else [expected])]
    words = []
    for number, array in enumerate(given):
        np.save(f"{folder}/x{number}.npy", array)
        words += ["--input", f"{folder}/x{number}.npy"]
    for number in range(len(expected)):
        words += ["--output", f"{folder}/y{number}.npy"]
    run("lstm-predict", path, *words)
    found = [np.load(f"{folder}/y{number}.npy").reshape(value.shape) for number, value in enumerate(expected)]
    return max(float(np.abs(one - other).max()) for one, other in zip(found, expected))


def layers(model):
    return ", ".join(dict.fromkeys(type(layer).__name__ for layer in model.layers if type(layer).__name__ != "InputLayer"))


def check(path, folder):
    """What a row of the table says of a file, and whether it fails."""
    try:
        model = opened(path)
    except Exception as error:
        model, reason = None, f"Keras: {(str(error).strip() or repr(error)).splitlines()[0][:120]}"
    else:
        reason = "weights without an architecture" if model is None else ""
    if model and not is_whole(path):
        path = pathlib.Path(folder, "whole.h5")
        model.save(path)
    try:
        run("lstm-inspect", path)
        opens = "yes"
    except ValueError as error:
        opens, reason = "no", reason or str(error)
    if model is None or opens == "no":
        return opens, "", reason, model is not None
    try:
        largest = difference(path, model, folder)
    except ValueError as error:
        return opens, "", str(error), True
    return opens, f"{largest:.1e}", layers(model), largest > TOLERANCE


def main():
    print("| package | file | opens | largest difference | layers or reason |\n|---|---|---|---|---|", flush=True)
    checked = failed = 0
    for name, version in PACKAGES:
        if arguments.only not in name:
            continue
        folder = unpacked(name, version)
        seen = set()
        for path in sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file()):
            content = path.read_bytes()
            if content in seen:
                continue
            seen.add(content)
            with tempfile.TemporaryDirectory() as scratch:
                opens, largest, reason, fails = check(path, scratch)
            checked, failed = checked + 1, failed + fails
            print(f"| {name} {version} | {path.name} | {opens} | {largest} | {reason} |", flush=True)
    print(f"\n{checked} files, {failed} that Keras opens and that fail here")
    return 1 if failed else 0


sys.exit(main())
