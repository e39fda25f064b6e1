#!/usr/bin/env python3
"""Writes library.json: what Keras makes of small models from given weights; and arrays/TYPE.npy: one array, as NumPy
writes it in other types and orders.

Needs keras 3 and tensorflow; run it in this folder.
"""

import json
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
from keras import layers


def tensor(array):
    array = np.asarray(array, dtype="float32")
    return {"shape": list(array.shape), "values": [float(value) for value in array.flatten()]}


def weights(model):
    return [tensor(weight) for weight in model.get_weights()]


def with_random_weights(model, generator):
    """Weights that no initializer makes, so that biases count too."""
    values = []
    for weight in model.weights:
        value = generator.uniform(-0.5, 0.5, weight.shape)
        values.append(np.abs(value) if "variance" in weight.path else value)
    model.set_weights(values)
    return model


def trained(model, x, y, *, epochs, batch_size, compiled, **fit):
    """Weights and history of a training without shuffling."""
    before = weights(model)
    outputs = tensor(model.predict(x, batch_size=batch_size, verbose=0))
    model.compile(**compiled)
    evaluated = model.evaluate(x, y, batch_size=batch_size, verbose=0, return_dict=True)
    history = model.fit(
        x, y, epochs=epochs, batch_size=batch_size, shuffle=False, verbose=0, **fit)
    return {
        "names": [layer.name for layer in model.layers if "input" not in layer.name],
        "x": tensor(x), "y": tensor(y), "weights": before, "outputs": outputs,
        "evaluated": {name: float(value) for name, value in evaluated.items()},
        "history": {name: [float(value) for value in values]
                    for name, values in history.history.items()},
        "trained": weights(model),
    }


def sequential(generator):
    model = keras.Sequential([
        layers.Input((4, 2)),
        layers.LSTM(3, return_sequences=True, kernel_regularizer=keras.regularizers.L2(0.01)),
        layers.LayerNormalization(),
        layers.GRU(2),
        layers.Dense(3, activation="softmax"),
    ])
    x = generator.normal(size=(6, 4, 2))
    y = np.eye(3)[generator.integers(0, 3, 6)]
    return trained(
        with_random_weights(model, generator), x, y, epochs=2, batch_size=2,
        compiled={"optimizer": keras.optimizers.Adam(0.01, global_clipnorm=0.5),
                  "loss": "categorical_crossentropy", "metrics": ["accuracy"]},
        class_weight={0: 1.0, 1: 2.0, 2: 0.5}, validation_split=0.34)


def functional(generator):
    inputs = keras.Input((5, 2))
    a = layers.LSTM(3)(inputs)
    b = layers.GRU(2, reset_after=False)(inputs)
    joined = layers.Concatenate()([a, b])
    model = keras.Model(inputs, layers.Dense(1)(joined))
    x, y = generator.normal(size=(6, 5, 2)), generator.normal(size=(6, 1))
    return trained(
        with_random_weights(model, generator), x, y, epochs=2, batch_size=4,
        compiled={"optimizer": keras.optimizers.RMSprop(0.01, momentum=0.5, centered=True),
                  "loss": "mean_squared_error", "metrics": ["mae"]})


def symbols(generator):
    model = keras.Sequential([
        layers.Input((5,)),
        layers.Embedding(4, 3, mask_zero=True),
        layers.Bidirectional(layers.SimpleRNN(2, return_sequences=True), merge_mode="sum"),
        layers.TimeDistributed(layers.Dense(3)),
        layers.Activation("softmax"),
    ])
    model.build((None, 5))
    x = generator.integers(0, 4, (4, 5))
    x[:, 0] = 1
    y = generator.integers(0, 3, (4, 5))
    return trained(
        with_random_weights(model, generator), x, y, epochs=1, batch_size=4,
        # Rules that are not linear take each row of a sparse gradient by itself in Keras.
        compiled={"optimizer": keras.optimizers.SGD(0.5),
                  "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]})


def stateful(generator):
    """Outputs of one sequence after the other, with the state carried on."""
    model = keras.Sequential([
        layers.Input((1, 1), batch_size=1),
        layers.LSTM(3, stateful=True, return_sequences=True),
        layers.GRU(2, stateful=True),
        layers.Dense(2),
    ])
    with_random_weights(model, generator)
    x = generator.normal(size=(6, 1, 1))
    first = weights(model)
    outputs = [tensor(model.predict(x[step:step + 1], verbose=0)) for step in range(6)]
    states = [tensor(state) for layer in model.layers[:2] for state in layer.states]
    return {"x": tensor(x), "weights": first, "steps": outputs, "states": states}


def shapes(generator):
    """Outputs of the layers that the others leave out."""
    model = keras.Sequential([
        layers.Input((6, 2)),
        layers.Masking(0.0),
        layers.Conv1D(4, 2, padding="causal", activation="relu"),
        layers.BatchNormalization(),
        layers.Dropout(0.3),
        layers.Reshape((3, 8)),
        layers.Flatten(),
        layers.RepeatVector(2),
        layers.SimpleRNN(3, go_backwards=True, use_bias=False),
        layers.Dense(2, activation="gelu"),
    ])
    with_random_weights(model, generator)
    x = generator.normal(size=(3, 6, 2))
    return {"x": tensor(x), "weights": weights(model),
            "names": [layer.name for layer in model.layers],
            "outputs": tensor(model.predict(x, verbose=0))}


def arrays():
    values = np.array([[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [0.5, 0.25, 2 ** -20]]])
    os.makedirs("arrays", exist_ok=True)
    for name in ["<f2", ">f2", ">f4", ">f8", ">i2", "<u2", ">i8", "<u8"]:
        np.save(f"arrays/{name[1:]}-{'little' if name[0] == '<' else 'big'}.npy", values.astype(name))
    np.save("arrays/f8-fortran.npy", np.asfortranarray(values))
    np.save("arrays/f2-fortran-big.npy", np.asfortranarray(values.astype(">f2")))


def main():
    arrays()
    generator = np.random.default_rng(11)
    reference = {"keras": keras.__version__}
    for make in [sequential, functional, symbols, stateful, shapes]:
        keras.backend.clear_session()
        reference[make.__name__] = make(generator)
    with open("library.json", "w") as file:
        json.dump(reference, file, indent=0)
        file.write("\n")


if __name__ == "__main__":
    main()
