"""Makes archives and files of weights of one small model with real Keras, Python's zipfile and Info-ZIP.

    venv/bin/python tools/keras/make_archive_reference.py Tests/CheckpointsTests/Reference/archives

`model.h5` is the model as Keras 3 writes it, with `reference/inputs` and `reference/outputs` beside it; the others
hold the same weights: `keras.keras` as Keras 3 writes it, the same archive packed anew by Python (deflated; with
sizes of 64 bits) and by Info-ZIP (deflated; from a pipe, where sizes come last), and the files of weights of Keras 3
and tf-keras, beside which `keras3.json` and `keras2.json` are the model as `to_json` writes it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np
import tf_keras

folder = os.path.abspath(sys.argv[1])
os.makedirs(folder, exist_ok=True)
path = lambda name: os.path.join(folder, name)


def build(library):
    layers = library.layers
    model = library.Sequential([
        layers.Bidirectional(layers.GRU(2, return_sequences=True), name="both"), layers.LSTM(2, name="lstm"),
        layers.Dense(2, name="dense")])
    model.build((None, 3, 2))
    return model


keras.utils.set_random_seed(1)
model = build(keras)
model.compile("nadam", "mse")
inputs = np.random.default_rng(1).standard_normal((3, 3, 2)).astype("float32")
model.fit(inputs, np.zeros((3, 2)), epochs=2, verbose=0)
# First: saving as HDF5 takes the optimizer out of Keras' own configuration.
model.save(path("keras.keras"))
write = lambda name, model: open(path(name), "w").write(model.to_json())
write("keras3.json", model)
model.save(path("model.h5"))
with h5py.File(path("model.h5"), "a") as file:
    file["reference/inputs"], file["reference/outputs"] = inputs, model.predict(inputs, verbose=0)
model.save_weights(path("keras3.weights.h5"))
other = build(tf_keras)
other.set_weights(model.get_weights())
other.save_weights(path("keras2.weights.h5"))
other.save_weights(path("keras2-older.h5"))
write("keras2.json", other)

names = ["metadata.json", "config.json", "model.weights.h5"]
with zipfile.ZipFile(path("keras.keras")) as archive:
    members = {name: archive.read(name) for name in names}
with zipfile.ZipFile(path("python-deflated.keras"), "w", zipfile.ZIP_DEFLATED) as archive:
    for name in names:
        archive.writestr(name, members[name])
with zipfile.ZipFile(path("python-64-bits.keras"), "w") as archive:
    for name in names:
        with archive.open(name, "w", force_zip64=True) as file:
            file.write(members[name])
with tempfile.TemporaryDirectory() as unpacked:
    for name in names:
        with open(os.path.join(unpacked, name), "wb") as file:
            file.write(members[name])
    os.path.exists(path("info-zip.keras")) and os.remove(path("info-zip.keras"))
    subprocess.run(["zip", "-q", "-9", "-X", path("info-zip.keras")] + names, cwd=unpacked, check=True)
    with open(path("info-zip-piped.keras"), "wb") as file:
        # To a pipe, zip writes the sizes behind the data.
        packer = subprocess.Popen(["zip", "-q", "-fd", "-"] + names, cwd=unpacked, stdout=subprocess.PIPE)
        shutil.copyfileobj(packer.stdout, file)
        if packer.wait():
            sys.exit("zip failed")
