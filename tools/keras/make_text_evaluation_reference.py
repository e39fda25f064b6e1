"""Makes Tests/TasksTests/Reference/text-evaluation: how models of texts do on another text, computed by Keras.

    tools/build-release
    export PATH="$PWD/.build/release:$PATH"
    venv/bin/python tools/keras/make_text_evaluation_reference.py

lstm-train makes the models. Keras reads the text as docs/text.md says, by layers of its own with the same weights, and the
loss is the mean over all symbols but the first.
"""

import json
import os
import re
import subprocess
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import h5py
import keras
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "../../Tests/TasksTests/Reference/text-evaluation")
TRAINING = "the cat sat on the mat, and the dog ran to the cat.\n" * 30
OTHER = "the dog sat on the cat;\nthe mat ran.\n".replace(";", ",") * 11 + "and the"
LENGTH, BATCH, SAMPLES_OF_A_ROW = 5, 3, 20

MODELS = {
    "stateful": ["--units", "6"],
    "rows": ["--units", "5", "--cell", "gru"],
    "windows": ["--units", "6", "--framing", "window"],
    "words": ["--units", "4", "--level", "word", "--vocabulary-size", "6", "--embedding", "3"],
    "subwords": ["--units", "4", "--level", "subword", "--vocabulary-size", "262", "--embedding", "3"],
}


def others(name):
    """The text that a model is evaluated on."""
    return OTHER * 2 if name == "rows" else OTHER


def numbers(text, level, vocabulary, merges):
    if level == "subword":
        names = bytes_of_gpt2()
        found = []
        for piece in re.findall(r" ?[A-Za-z]+| ?[^\sA-Za-z]+|\s+(?!\S)|\s+", text):
            symbols = [vocabulary.index(names[byte]) for byte in piece.encode()]
            for left, right in merges:
                joined, at = vocabulary.index(vocabulary[left] + vocabulary[right]), 0
                while at + 1 < len(symbols):
                    if (symbols[at], symbols[at + 1]) == (left, right):
                        symbols[at:at + 2] = [joined]
                    at += 1
            found += symbols
        return found
    symbols = re.findall(r" ?[A-Za-z]+|[\s\S]", text) if level == "word" else text
    return [vocabulary.index(symbol) if symbol in vocabulary else 0 for symbol in symbols]


def bytes_of_gpt2():
    """The names of the 256 bytes (Radford et al. 2019)."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {byte: chr(byte) for byte in shown} | {byte: chr(256 + n) for n, byte in enumerate(hidden)}


def read(model, weights, rows, sequence, is_stateful):
    """The output of layers like those of a model, for rows of symbols."""
    stack = []
    for layer in model.layers:
        config = layer.get_config()
        if "stateful" in config:
            config["stateful"] = is_stateful
        stack.append(type(layer).from_config(config))
    inputs = np.array(rows)
    if model.input_shape[-1] is not None and len(model.input_shape) == 3:
        inputs = keras.ops.one_hot(inputs, model.input_shape[-1])
    again = keras.Sequential([keras.Input(batch_shape=inputs.shape), *stack])
    again.set_weights(weights)
    return again.predict(inputs, batch_size=len(rows), verbose=0)


def evaluate(name, path, text):
    model = keras.models.load_model(path, compile=False)
    with h5py.File(path) as file:
        vocabulary = [symbol.decode() for symbol in file["vocabulary/symbols"][:]]
        level = file["task"].attrs["level"]
        merges = file["vocabulary/merges"][:].tolist() if "merges" in file["vocabulary"] else []
    symbols = numbers(text, level, vocabulary, merges)
    inputs, targets = symbols[:-1], np.array(symbols[1:])
    if name == "windows":
        # Each window by itself, the last one as long as what is left.
        pieces = [inputs[at:at + LENGTH] for at in range(0, len(inputs), LENGTH)]
    else:
        samples = len(inputs) // LENGTH
        rows = max(1, min(BATCH, samples // SAMPLES_OF_A_ROW))
        stretch = samples // rows * LENGTH
        # The last row goes on to the end.
        pieces = [inputs[row * stretch:(row + 1) * stretch if row < rows - 1 else None] for row in range(rows)]
    outputs = np.concatenate([read(model, model.get_weights(), [piece], None, False)[0] for piece in pieces])
    assert len(outputs) == len(targets)
    likely = outputs[np.arange(len(targets)), targets].astype(float)
    # A character of these texts is a byte, which has a name of one character.
    characters = sum(len(vocabulary[symbol]) for symbol in targets) if level == "subword" else len(targets)
    return {"symbols": len(targets), "loss": float(-np.log(likely).mean()),
            "accuracy": float(np.mean(outputs.argmax(axis=1) == targets)),
            "bits_per_character": float(-np.log2(likely).sum() / characters),
            "unknown": int(sum(number == 0 for number in symbols)) if level == "word" else 0}


os.makedirs(FOLDER, exist_ok=True)
results = {}
with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "training.txt"), "w") as file:
        file.write(TRAINING)
    for name, options in MODELS.items():
        path = f"{FOLDER}/{name}.h5"
        subprocess.run(["lstm-train", "--text", "training.txt", *options, "--sequence-length", str(LENGTH),
                        "--batch-size", str(BATCH), "--epochs", "3", "--quiet", "--save", path], check=True, cwd=folder)
        with open(f"{FOLDER}/{name}.txt", "w") as file:
            file.write(others(name))
        results[name] = evaluate(name, path, others(name))
with open(f"{FOLDER}/results.json", "w") as file:
    json.dump(results, file, indent=1)
    file.write("\n")
