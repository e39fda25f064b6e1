"""Makes random models with real Keras 3 and tf-keras, and compares what the tools here do with them.

    tools/build-release
    venv/bin/python tools/keras/check_models.py [models] [random seed]

Each model is one of `random_models.py`, saved in one of Keras' formats: `.h5`, `.keras`, `.weights.h5`, or
tf-keras' older file of weights. Its answers to random inputs must be the same within 1e-5 of the largest, and
so must the state of a stateful model after three batches; all its weights, and the loss, after 1, 5 and 20
updates within 1e-4 of the largest. As ONNX, in onnxruntime, and by way of safetensors it must answer within
1e-5 too, where the formats can hold it. Prints a line for each that falls short.
"""

import os
import random
import subprocess
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np
import onnxruntime
import tf_keras

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import keras_state
import random_models

BIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.build/release")


def reset(model):
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_states() if hasattr(layer, "reset_states") else layer.reset_state()


def weights(path):
    """All weights of a file, in order."""
    def names(group, name):
        return [text.decode() if isinstance(text, bytes) else text for text in group.attrs[name]]
    with h5py.File(path) as file:
        group = file["model_weights"]
        return [group[layer][name][()] for layer in names(group, "layer_names")
                for name in names(group[layer], "weight_names")]


def difference(found, expected):
    if [np.shape(value) for value in found] != [np.shape(value) for value in expected]:
        return float("inf")
    largest = max(np.abs(value).max() for value in expected)
    return max(np.abs(a - b).max() for a, b in zip(found, expected)) / max(largest, 1e-30)


def run(tool, *words):
    result = subprocess.run([os.path.join(BIN, tool), *map(str, words)], capture_output=True, text=True)
    return result.stderr.strip() if result.returncode else None


def states(model):
    """The state of each stateful layer, by the names of our files."""
    return {f"recurrent_state/{layer.name}/{name}": variable.numpy()
            for layer in keras_state.stateful_layers(model)
            for name, variable in keras_state.state_variables(layer)}


def save(library, model, choice, path, is_trained):
    """Saves a model in a random format.

    Returns the file to go on from, the format and what went wrong."""
    # The older file of weights has no optimizer.
    formats = [".h5", ".keras", ".weights.h5"] + ([] if library is keras or is_trained else [" (older weights).h5"])
    kind = choice(formats)
    model.save(path("model" + kind) if "weights" not in kind else path("architecture.h5"))
    if "weights" not in kind:
        return path("model" + kind), kind, None
    model.save_weights(path("model" + kind))
    with h5py.File(path("architecture.h5"), "r+") as file:
        # Weights that nothing may come from.
        file["model_weights"].visititems(
            lambda _, item: item.write_direct(np.full(item.shape, 7, "float32"))
            if isinstance(item, h5py.Dataset) else None)
    error = run("lstm-convert", path("model" + kind), path("whole.keras"), "--model", path("architecture.h5"))
    return path("whole.keras"), kind, error


def answers_as_onnx(source, path, inputs, symbols):
    """The model's answers in onnxruntime from a zero state; the reason if it cannot be written."""
    error = run("lstm-convert", source, path("model.onnx"))
    if error:
        return error
    session = onnxruntime.InferenceSession(path("model.onnx"), providers=["CPUExecutionProvider"])
    feed = {"input": inputs.astype("int64") if symbols else inputs}
    for place in session.get_inputs()[1:]:
        shape = [size if isinstance(size, int) else len(inputs) for size in place.shape]
        feed[place.name] = np.zeros(shape, "float32")
    return session.run(["output"], feed)[0]


def check(library, seed, folder):
    """What differs by how much, or an error."""
    choice = random.Random(seed).choice
    library.utils.set_random_seed(seed)
    model, shape, symbols, loss, kind_of_targets, units = random_models.build(library, choice)
    generator = np.random.default_rng(seed)

    def noise():
        for variable in model.weights:
            noise = 0.1 * generator.standard_normal(variable.shape).astype("float32")
            variable.assign(np.abs(variable.numpy() + noise) if "variance" in variable.name
                            else variable.numpy() + noise)

    path = lambda name: os.path.join(folder, name)
    inputs = (generator.integers(0, 6, shape) if symbols else generator.standard_normal(shape)).astype("float32")
    inputs[:, :1] = 0
    if symbols:
        inputs[:, 1:] = np.maximum(inputs[:, 1:], 1)
    outputs = model.predict(inputs, batch_size=shape[0], verbose=0)
    steps = outputs.shape[1:-1]
    if kind_of_targets == "classes":
        targets = generator.integers(0, units, (shape[0],) + steps).astype("float32")
    elif kind_of_targets == "one-hot":
        targets = np.eye(units, dtype="float32")[generator.integers(0, units, (shape[0],) + steps)]
    elif kind_of_targets == "bits":
        targets = generator.integers(0, 2, outputs.shape).astype("float32")
    elif kind_of_targets == "parts":
        targets = generator.dirichlet(np.ones(units), (shape[0],) + steps).astype("float32")
    else:
        targets = generator.standard_normal(outputs.shape).astype("float32")
    noise()
    trains_first = choice([True, False])
    if trains_first:
        # So that the optimizer has something to keep.
        model.fit(inputs, targets, batch_size=shape[0], epochs=3, shuffle=False, verbose=0)
    reset(model)
    source, kind, error = save(library, model, choice, path, trains_first)
    about = f"{kind}: {describe(model, loss)}"
    if error:
        return f"{error} ({about})"
    outputs = model.predict(inputs, batch_size=shape[0], verbose=0)
    np.save(path("x.npy"), inputs)
    np.save(path("y.npy"), targets)
    found = {}

    def answers(source, *words):
        return run("lstm-predict", source, "--input", path("x.npy"), "--output", path("z.npy"), *words)

    error = answers(source)
    if error:
        return f"{error} ({about})"
    found["answers"] = difference([np.load(path("z.npy"))], [outputs])
    onnx = answers_as_onnx(source, path, inputs, symbols)
    if isinstance(onnx, str):
        found["no ONNX"] = onnx.split("cannot be written as ONNX: ")[-1]
    else:
        found["ONNX"] = difference([onnx], [outputs])
    error = run("lstm-convert", source, path("model.safetensors")) or answers(path("model.safetensors"))
    if error:
        found["no safetensors"] = error.split("cannot hold the model: ")[-1]
    else:
        found["safetensors"] = difference([np.load(path("z.npy"))], [outputs])
    if any(getattr(layer, "stateful", False) for layer in model.layers):
        for _ in range(2):
            model.predict(inputs, batch_size=shape[0], verbose=0)
        error = answers(source, "--save-state", path("state.h5"))
        for _ in range(2):
            error = error or answers(path("state.h5"), "--continue", "--save-state")
        if error:
            return f"{error} ({about})"
        with h5py.File(path("state.h5")) as file:
            expected = states(model)
            found["state"] = difference([file[name][()] for name in expected], list(expected.values()))
    reset(model)
    done = 0
    for updates in (1, 5, 20):
        # A model that is trained on is not replaced by the result.
        trained = path(f"trained-{updates}.h5")
        history = model.fit(inputs, targets, batch_size=shape[0], epochs=updates - done, shuffle=False, verbose=0)
        error = run("lstm-train", "--model", source, "--inputs", path("x.npy"), "--targets",
                    path("y.npy"), "--epochs", updates - done, "--batch-size", shape[0], "--no-shuffle",
                    "--quiet", "--save", trained)
        if error:
            return f"{error} ({about})"
        model.save(path("keras.h5"))
        found[f"weights after {updates}"] = difference(weights(trained), weights(path("keras.h5")))
        with h5py.File(trained) as file:
            losses = [abs(a - b) / max(abs(b), 1) for a, b in
                      zip(file["history/loss"][()], history.history["loss"], strict=True)]
        found[f"loss after {updates}"] = max(losses)
        done, source = updates, trained
    return found, about


def describe(model, loss):
    names = [type(getattr(layer, "layer", layer)).__name__ + ("*" if hasattr(layer, "layer") else "")
             for layer in model.layers]
    options = {key: value for key, value in model.optimizer.get_config().items()
               if value and key not in ("name", "ema_momentum", "jit_compile", "ema_overwrite_frequency")}
    settings = loss if isinstance(loss, str) else f"{type(loss).__name__} {loss.get_config()}"
    return f"{' '.join(names)}, {settings}, {type(model.optimizer).__name__} {options}"


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 80
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    counts = dict.fromkeys(["loaded", "answer as Keras", "have Keras' state", "train as Keras",
                            "answer as Keras in onnxruntime", "answer as Keras from safetensors"], 0)
    refused = {}
    stateful = 0
    with tempfile.TemporaryDirectory() as top:
        for index in range(count):
            library = (keras, tf_keras)[index % 2]
            seed = first + index
            folder = os.path.join(top, str(seed))
            os.mkdir(folder)
            result = check(library, seed, folder)
            name = f"{'keras 3' if library is keras else 'tf-keras'}, seed {seed}"
            if isinstance(result, str):
                print(f"{name}: {result}", flush=True)
                continue
            found, about = result
            reasons = {key: found.pop(key) for key in ("no ONNX", "no safetensors") if key in found}
            for key, reason in reasons.items():
                refused[key] = refused.get(key, []) + [reason]
            short = {key: value for key, value in found.items()
                     if not value <= (1e-4 if "after" in key else 1e-5)}
            if short:
                print(f"{name}: " + ", ".join(f"{key} {value:.1e}" for key, value in short.items())
                      + f" ({about})", flush=True)
            counts["loaded"] += 1
            counts["answer as Keras"] += "answers" not in short
            stateful += "state" in found
            counts["have Keras' state"] += "state" in found and "state" not in short
            counts["train as Keras"] += not any("after" in key for key in short)
            counts["answer as Keras in onnxruntime"] += "ONNX" in found and "ONNX" not in short
            counts["answer as Keras from safetensors"] += "safetensors" in found and "safetensors" not in short
    print(f"{count} models, {stateful} of them stateful: "
          + ", ".join(f"{value} {key}" for key, value in counts.items()))
    for key, reasons in refused.items():
        print(f"{key}, by reason:")
        for reason in sorted(set(reasons)):
            print(f"  {reasons.count(reason)} x {reason}")
    return min(counts["loaded"], counts["answer as Keras"], counts["train as Keras"]) < count


sys.exit(main())
