"""Makes random models with real Keras 3 and tf-keras, and compares what the tools here do with them.

    tools/build-release
    venv/bin/python tools/keras/check_models.py [models] [random seed]

Each model is a chain of the layers that can be read, with random options, shapes, loss and optimizer, saved
as `.h5`. Its answers to random inputs must be the same within 1e-5 of the largest, and all its weights after
1, 5 and 20 updates within 1e-4 of the largest. Prints a line for each that falls short.
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
import tf_keras

BIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.build/release")
ACTIVATIONS = ["linear", "relu", "tanh", "sigmoid", "elu", "selu", "softplus", "softsign", "gelu",
               "swish", "exponential", "hard_sigmoid"]
ONLY_THREE = ["relu6", "leaky_relu", "celu", "mish", "hard_silu", "hard_tanh", "log_sigmoid",
              "squareplus", "tanh_shrink", "soft_shrink"]


def recurrent(library, choice, sequences, **more):
    """A random LSTM, GRU or SimpleRNN."""
    kind = choice(["LSTM", "GRU", "SimpleRNN"])
    options = dict(return_sequences=sequences, use_bias=choice([True, True, False]),
                   go_backwards=choice([False, False, True]),
                   activation=choice(["tanh", "tanh", "relu", "softsign", "elu"]))
    options.update(more)
    if kind != "SimpleRNN":
        options["recurrent_activation"] = choice(["sigmoid", "sigmoid", "hard_sigmoid"])
    if kind == "GRU":
        options["reset_after"] = choice([True, False])
    if kind == "LSTM":
        options["unit_forget_bias"] = choice([True, False])
    return getattr(library.layers, kind)(choice([1, 2, 5, 9]), **options)


def optimizer(library, choice):
    common = choice([{}, {}, dict(clipnorm=0.5), dict(clipvalue=0.02), dict(global_clipnorm=0.7)])
    kind, options = choice([
        ("SGD", {}), ("SGD", dict(momentum=0.9)), ("SGD", dict(momentum=0.8, nesterov=True)),
        ("RMSprop", {}), ("RMSprop", dict(momentum=0.4, centered=True)), ("RMSprop", dict(centered=True)),
        ("Adam", {}), ("Adam", dict(amsgrad=True, beta_1=0.8)), ("AdamW", {}), ("Adagrad", {}),
        ("Adadelta", dict(learning_rate=0.5)), ("Nadam", {})])
    return getattr(library.optimizers, kind)(**options, **common)


def build(library, choice):
    """A compiled model, the shape of its batches, and whether its inputs are symbols."""
    three = library is keras
    layers = library.layers
    library.backend.clear_session()
    steps, features, batch = choice([3, 5, 7]), choice([1, 3, 6]), choice([1, 4, 7])
    stateful = choice([False, False, True])
    symbols = choice([False, False, True])
    chain = []
    if symbols:
        chain.append(layers.Embedding(6, choice([2, 5]), mask_zero=choice([True, False])))
    elif choice([False, False, True]):
        chain.append(layers.Masking(0.0))
    masked = len(chain) > 0 and (not symbols or chain[0].mask_zero)
    depth = choice([1, 1, 2, 3])
    for index in range(depth):
        sequences = index + 1 < depth or choice([True, False])
        more = dict(stateful=True) if stateful else {}
        if choice([False, False, True]):
            # Keras 3 makes no Bidirectional of a layer that goes backwards.
            inner = recurrent(library, choice, sequences, **more, go_backwards=False)
            chain.append(layers.Bidirectional(inner, merge_mode=choice(["concat", "sum", "ave", "mul"])))
        else:
            chain.append(recurrent(library, choice, sequences, **more))
        extra = choice(["none", "none", "norm", "batch", "dropout", "activation"])
        if extra == "norm":
            chain.append(layers.LayerNormalization(center=choice([True, False])))
        # The statistics of a single row leave gradients of rounding errors.
        if extra == "batch" and batch > 1 and not (masked and not three):
            chain.append(layers.BatchNormalization(momentum=choice([0.9, 0.99])))
        if extra == "dropout":
            chain.append(layers.Dropout(0.0))
        if extra == "activation":
            chain.append(layers.Activation(choice(ACTIVATIONS)))
    if sequences and not masked and choice([False, True]):
        chain.append(layers.Flatten())
        sequences = False
        if choice([False, True]):
            chain += [layers.Dense(6), layers.Reshape((2, 3)), layers.GRU(3)]
    elif not sequences and choice([False, False, True]):
        chain += [layers.RepeatVector(3), layers.SimpleRNN(4, return_sequences=True)]
        sequences = True
    loss = choice(["categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy",
                   "mse", "mae", "huber"])
    last = {"categorical_crossentropy": "softmax", "sparse_categorical_crossentropy": "softmax",
            "binary_crossentropy": "sigmoid"}.get(loss) or choice(
                ACTIVATIONS[:9] + (ONLY_THREE if three else []))
    units = choice([2, 4])
    head = layers.Dense(units, activation=last)
    if sequences and loss in ("mse", "mae", "huber") and choice([True, False]):
        head = layers.TimeDistributed(head)
    chain.append(head)
    shape = (batch, steps) if symbols else (batch, steps, features)
    model = library.Sequential([library.Input(batch_shape=shape if stateful else (None,) + shape[1:])
                                if three else layers.InputLayer(batch_input_shape=shape if stateful
                                                                else (None,) + shape[1:])] + chain)
    # On TensorFlow, Keras 3.15.1 squares the gradients of a symbol that comes twice in a batch one by one, where
    # its other backends and we square their sum (RMSprop even fails), and both libraries clip them one by one:
    # for symbols, what compares is SGD in the one and any optimizer without clipping in the other. tf-keras'
    # Nadam, in a graph, multiplies its product of momentums once more for every variable.
    rule = library.optimizers.SGD(momentum=choice([0.0, 0.9])) if three and symbols else \
        optimizer(library, choice)
    while not three and (type(rule).__name__ == "Nadam" or symbols and (
            rule.clipnorm or rule.clipvalue or rule.global_clipnorm)):
        rule = optimizer(library, choice)
    model.compile(loss=loss, optimizer=rule)
    return model, shape, symbols, loss, units


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


def check(library, seed, folder):
    """The differences of answers and of weights after 1, 5 and 20 updates, or an error."""
    choice = random.Random(seed).choice
    library.utils.set_random_seed(seed)
    model, shape, symbols, loss, units = build(library, choice)
    generator = np.random.default_rng(seed)
    for variable in model.weights:
        noise = 0.1 * generator.standard_normal(variable.shape).astype("float32")
        variable.assign(np.abs(variable.numpy() + noise) if "variance" in variable.name
                        else variable.numpy() + noise)
    path = lambda name: os.path.join(folder, name)
    inputs = (generator.integers(0, 6, shape) if symbols else generator.standard_normal(shape)).astype("float32")
    inputs[:, :1] = 0
    if symbols:
        inputs[:, 1:] = np.maximum(inputs[:, 1:], 1)
    reset(model)
    model.save(path("model.h5"))
    outputs = model.predict(inputs, batch_size=shape[0], verbose=0)
    reset(model)
    steps = outputs.shape[1:-1]
    if loss == "sparse_categorical_crossentropy":
        targets = generator.integers(0, units, (shape[0],) + steps).astype("float32")
    elif loss == "categorical_crossentropy":
        targets = np.eye(units, dtype="float32")[generator.integers(0, units, (shape[0],) + steps)]
    elif loss == "binary_crossentropy":
        targets = generator.integers(0, 2, outputs.shape).astype("float32")
    else:
        targets = generator.standard_normal(outputs.shape).astype("float32")
    np.save(path("x.npy"), inputs)
    np.save(path("y.npy"), targets)
    error = run("lstm-predict", path("model.h5"), "--input", path("x.npy"), "--output", path("z.npy"))
    if error:
        return f"{error} ({describe(model, loss)})"
    found = [difference([np.load(path("z.npy"))], [outputs])]
    done, source = 0, "model.h5"
    for updates in (1, 5, 20):
        model.fit(inputs, targets, batch_size=shape[0], epochs=updates - done, shuffle=False, verbose=0)
        error = run("lstm-train", "--model", path(source), "--inputs", path("x.npy"), "--targets",
                    path("y.npy"), "--epochs", updates - done, "--batch-size", shape[0], "--no-shuffle",
                    "--quiet", "--save", path("trained.h5"))
        if error:
            return f"{error} ({describe(model, loss)})"
        model.save(path("keras.h5"))
        found.append(difference(weights(path("trained.h5")), weights(path("keras.h5"))))
        done, source = updates, "trained.h5"
    return found, describe(model, loss)


def describe(model, loss):
    names = [type(getattr(layer, "layer", layer)).__name__ + ("*" if hasattr(layer, "layer") else "")
             for layer in model.layers]
    options = {key: value for key, value in model.optimizer.get_config().items()
               if value and key not in ("name", "ema_momentum", "jit_compile", "ema_overwrite_frequency")}
    return f"{' '.join(names)}, {loss}, {type(model.optimizer).__name__} {options}"


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 80
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    loaded = predicted = trained = 0
    with tempfile.TemporaryDirectory() as folder:
        for index in range(count):
            library = (keras, tf_keras)[index % 2]
            seed = first + index
            result = check(library, seed, folder)
            name = f"{'keras 3' if library is keras else 'tf-keras'}, seed {seed}"
            if isinstance(result, str):
                print(f"{name}: {result}", flush=True)
                continue
            result, description = result
            loaded += 1
            predicted += result[0] <= 1e-5
            trained += max(result[1:]) <= 1e-4
            if result[0] > 1e-5 or not max(result[1:]) <= 1e-4:
                print(f"{name}: answers {result[0]:.1e}, weights after 1, 5, 20 updates "
                      + ", ".join(f"{value:.1e}" for value in result[1:]) + f" ({description})", flush=True)
    print(f"{loaded} of {count} models loaded, {predicted} answer as Keras, {trained} train as Keras")


main()
