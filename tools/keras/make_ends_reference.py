"""Makes small models of several inputs and outputs with real Keras 3 and tf-keras for the tests.

    venv/bin/python tools/keras/make_ends_reference.py Tests/TasksTests/Reference/ends

`<flavour>-<name>.h5` is the model as `model.save` writes it, compiled and not trained yet, and beside it
`reference/inputs/<number>`, `reference/targets/<number>`, `reference/outputs/<number>`, what `predict` answers in batches
of ROWS / 2, `reference/history/<name>` and `reference/trained/<number>`, each weight after UPDATES epochs of one batch.
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np
import tf_keras

UPDATES, ROWS = 12, 4


def models(library):
    """Name, model, how it is compiled, kinds of targets."""
    l, o = library.layers, library.optimizers
    steps, facts = library.Input((5, 3), name="steps"), library.Input((4,), name="facts")
    both = l.Concatenate()([l.LSTM(4)(l.Masking(0.0)(steps)), l.Dense(3, activation="tanh")(facts)])
    kind = l.Dense(3, activation="softmax", name="kind")(both)
    amount = l.Dense(2, name="amount", kernel_regularizer=library.regularizers.L2(0.01))(both)
    yield ("list", library.Model([steps, facts], [kind, amount]),
           dict(loss=["sparse_categorical_crossentropy", "mse"], loss_weights=[1.0, 0.3], optimizer=o.Adam(0.01)),
           ["classes", "values"])
    tags = l.Dense(3, activation="softmax", name="tags")(l.GRU(4, return_sequences=True)(l.Masking(0.0)(steps)))
    flag = l.Dense(1, activation="sigmoid", name="flag")(both)
    yield ("dictionary", library.Model({"steps": steps, "facts": facts}, {"of_steps": tags, "of_all": flag}),
           dict(loss={"of_steps": "categorical_crossentropy", "of_all": "binary_crossentropy"},
                loss_weights={"of_steps": 0.5, "of_all": 2.0}, optimizer=o.SGD(0.1, momentum=0.9)), ["flags", "classes rows"])
    one, other = (library.Input(batch_shape=shape, name=name) for name, shape in (("one", (2, 5, 3)), ("other", (2, 4, 2))))
    both = l.Concatenate()([l.LSTM(4, stateful=True)(one), l.GRU(3, stateful=True)(other)])
    yield ("stateful", library.Model([one, other], [l.Dense(2, name="first")(both), l.Dense(1, name="second")(both)]),
           dict(loss="mse", optimizer=o.SGD(0.1)), ["values", "values"])
    counts = library.Input((5,), dtype="bool", name="counts")
    read = l.Bidirectional(l.GRU(3, return_sequences=True))(steps, mask=counts)
    yield ("given-mask", library.Model([steps, counts],
                                       [l.Dense(2, name="of_all")(l.GlobalAveragePooling1D()(read)),
                                        l.Dense(1, name="of_last")(l.LSTM(4)(steps, mask=counts))]),
           dict(loss="mse", optimizer=o.SGD(0.1)), ["values", "values"])


def write(library, name, model, compiled, kinds, folder):
    flavour = "keras3" if library is keras else "keras2"
    generator = np.random.default_rng(1)
    for variable in model.weights:
        variable.assign(variable.numpy() + 0.1 * generator.standard_normal(variable.shape).astype("float32"))
    model.compile(**compiled)
    inputs = [generator.standard_normal((ROWS,) + tuple(tensor.shape[1:])).astype("float32") for tensor in model.inputs]
    for values, tensor in zip(inputs, model.inputs):
        if values.ndim == 3:
            values[1, :2] = 0
        if tensor.dtype == "bool":
            values[:] = values > -0.3
    path = os.path.join(folder, f"{flavour}-{name}.h5")
    model.save(path)
    given = dict(zip(["facts", "steps"], inputs)) if name == "dictionary" else inputs
    answers = model.predict(given, batch_size=ROWS // 2, verbose=0)
    outputs = [answers[key] for key in sorted(answers)] if isinstance(answers, dict) else answers
    targets = []
    for kind, output in zip(kinds, outputs):
        classes = generator.integers(0, output.shape[-1], output.shape[:-1])
        targets.append({"classes": lambda: classes.astype("float32"),
                        "classes rows": lambda: np.eye(output.shape[-1], dtype="float32")[classes],
                        "flags": lambda: generator.integers(0, 2, output.shape).astype("float32"),
                        "values": lambda: generator.uniform(-1, 1, output.shape).astype("float32")}[kind]())
    with h5py.File(path, "a") as file:
        for place, arrays in (("inputs", inputs), ("outputs", outputs), ("targets", targets)):
            for number, array in enumerate(arrays):
                file[f"reference/{place}/{number}"] = array
        if name == "stateful":
            return
        wanted = dict(zip(sorted(answers), targets)) if isinstance(answers, dict) else targets
        history = model.fit(given, wanted, batch_size=ROWS, epochs=UPDATES, shuffle=False, verbose=0).history
        for key, values in history.items():
            file[f"reference/history/{key}"] = np.array(values)
        index = 0
        for layer in model.layers:
            for variable in layer.weights:
                if "seed" not in variable.name:
                    file[f"reference/trained/{index}"] = variable.numpy()
                    index += 1


for library in (keras, tf_keras):
    library.utils.set_random_seed(1)
    for model in models(library):
        write(library, *model, sys.argv[1])
