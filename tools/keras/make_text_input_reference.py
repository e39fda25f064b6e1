"""Makes small models that begin with texts, with real Keras 3 and tf-keras.

    venv/bin/python tools/keras/make_text_input_reference.py Tests/TasksTests/Reference/text-inputs

`<flavour>-<name>.keras` is the model as Keras writes it, `texts.txt` the texts, a line each, and `outputs.json` what
`predict` answers for them.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf
import tf_keras

TEXTS = ["The cat sat, on the mat!", "a dog  and\tthe cat.", "Größe zählt; 日本 is FAR", "the dog's house", "ÄRGER nobody knows", "cat", "", "dog", "Größ",
         "A longer text, of more than sixty-four bytes, so that all of them are hashed block by block, and then what is left."]


def models(library):
    """Name and model; the layers of texts have seen the first texts."""
    l = library.layers
    known = tf.constant(TEXTS[:4])
    begin = lambda: library.Input((1,), dtype="string")

    def vectorized(**options):
        layer = l.TextVectorization(**options)
        layer.adapt(known)
        return layer

    def vectors(layer):
        input = begin()
        return library.Model(input, l.Dense(2)(layer(input)))

    def sequences(layer, size, mask=True):
        input = begin()
        steps = l.Embedding(size, 4, mask_zero=mask)(layer(input))
        return library.Model(input, l.Dense(2)(l.LSTM(3)(steps)))

    yield "int", sequences(vectorized(max_tokens=12, output_sequence_length=5), 12, mask=False)
    yield "padded", sequences(vectorized(standardize="lower"), 40)
    yield "characters", sequences(vectorized(split="character", standardize="strip_punctuation", output_sequence_length=30), 60)
    yield "pairs", sequences(vectorized(ngrams=2, standardize=None), 60)
    yield "multi-hot", vectors(vectorized(output_mode="multi_hot", max_tokens=30, pad_to_max_tokens=True))
    yield "count", vectors(vectorized(output_mode="count"))
    yield "tf-idf", vectors(vectorized(output_mode="tf_idf", ngrams=2, max_tokens=20))
    inside = library.Sequential([l.Input((5,)) if library is keras else l.InputLayer((5,)), l.Embedding(17, 3), l.GRU(4), l.Dense(1, activation="sigmoid")])
    yield "inside", library.Sequential([begin() if library is keras else l.InputLayer((1,), dtype="string"),
                                        vectorized(output_sequence_length=5), inside])
    yield "given", vectors(l.TextVectorization(vocabulary=["cat", "the", "dog"], output_mode="count"))
    words = l.StringLookup(vocabulary=["cat", "a dog", "the dog's house"])
    yield "words", sequences(words, 4, mask=False)
    yield "bins", sequences(l.StringLookup(vocabulary=["cat"], num_oov_indices=5), 6, mask=False)
    yield "hashed", sequences(l.Hashing(7, mask_value="cat"), 7)
    yield "hashed-one-hot", vectors(l.Hashing(30, output_mode="one_hot"))
    yield "one-hot", vectors(l.StringLookup(vocabulary=["cat", "bird"], mask_token="", output_mode="one_hot"))


folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "texts.txt"), "w") as file:
    file.write("\n".join(TEXTS) + "\n")
outputs = {}
for library, flavour in [(keras, "keras3"), (tf_keras, "keras2")]:
    library.utils.set_random_seed(1)
    for name, model in models(library):
        model.save(os.path.join(folder, f"{flavour}-{name}.keras"))
        outputs[f"{flavour}-{name}"] = model.predict(tf.constant(TEXTS)[:, None], verbose=0).tolist()
with open(os.path.join(folder, "outputs.json"), "w") as file:
    json.dump(outputs, file, indent=0)
    file.write("\n")
