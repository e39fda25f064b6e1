"""Makes the numbers that the tests of pairs are compared with, by real Keras 3.

    venv/bin/python tools/pairs/make_reference.py Tests/TasksTests/Reference/pairs

For each of several small encoder-decoders NAME.keras, compiled with SGD(0.5) and not trained yet, and in pairs.json: the
pairs, what the model gives for them with the true target as input, the losses of five epochs of one batch, and what Keras'
inference models write for each source by always taking the likeliest symbol, before that training.
"""

import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np

import keras_pairs

MODELS = {
    "lstm": dict(units=(5,)),
    "gru": dict(units=(4, 3), cell="GRU", bidirectional=True, attention=True),
    "simple_rnn": dict(units=(4,), cell="SimpleRNN", attention=True),
}
LONGEST = 6
pairs = [([2, 3, 4, 5, 6], [4, 5, 6]), ([6, 2], [7, 4, 4, 5]), ([3, 1, 4], []), ([5, 5], [8])]

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
inputs = keras_pairs.samples(pairs, 5, 4)
document = dict(pairs=[dict(source=source, target=target) for source, target in pairs], models={})
for name, options in MODELS.items():
    keras.utils.set_random_seed(3)
    model = keras_pairs.model(7, 9, embedding=4, **options)
    noise = np.random.default_rng(1)
    for variable in model.weights:
        variable.assign(variable + 0.6 * noise.standard_normal(variable.shape))
    # So that targets are not all empty.
    model.layers[-1].bias.assign(model.layers[-1].bias - 2 * np.eye(9)[keras_pairs.END])
    model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.SGD(0.5))
    model.save(folder / f"{name}.keras")
    outputs = model.predict(list(inputs[:2]), verbose=0)
    decoder = keras_pairs.Decoder(model)
    greedy = [decoder.greedy([source], LONGEST)[0] for source, _ in pairs]
    losses = model.fit(list(inputs[:2]), inputs[2], epochs=5, batch_size=4, shuffle=False, verbose=0).history["loss"]
    document["models"][name] = dict(
        outputs=[float(value) for value in outputs.ravel()], greedy=greedy, losses=losses,
        layers=[layer.name for layer in model.layers if layer.weights])
    print(name, greedy, losses)
(folder / "pairs.json").write_text(json.dumps(document) + "\n")
