"""Opens files written here in real Keras 3 and tf-keras: every layer, loss and optimizer of the tests.

    tools/build-release
    venv/bin/python tools/keras/check_written.py

Trains each model of Tests/SequencesTests/Reference here for ten updates and loads the file with Keras' own
`load_model`: answers must be the same within 1e-5 of the largest; in tf-keras ten further updates by `fit`
must end with the weights that lstm-resume gives, within 1e-4. Keras 3.15.1 cannot `fit` what it has loaded
from an `.h5`, its own included.
"""

import glob
import os
import subprocess
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np
import tf_keras

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.join(HERE, "../../.build/release")
MODELS = os.path.join(HERE, "../../Tests/SequencesTests/Reference")


def run(tool, *words):
    subprocess.run([os.path.join(BIN, tool), *map(str, words)], check=True)


def difference(found, expected):
    largest = max(np.abs(value).max() for value in expected)
    return max(np.abs(a - b).max() for a, b in zip(found, expected)) / largest


failed = 0
for source in sorted(glob.glob(os.path.join(MODELS, "*.h5"))):
    library = keras if "keras3" in source else tf_keras
    with tempfile.TemporaryDirectory() as folder:
        path, answers = os.path.join(folder, "trained.h5"), os.path.join(folder, "answers.npy")
        inputs, targets = f"{source}:reference/inputs", f"{source}:reference/targets"
        run("lstm-train", "--model", source, "--inputs", inputs, "--targets", targets, "--epochs", 10,
            "--batch-size", 4, "--no-shuffle", "--quiet", "--save", path)
        model = library.models.load_model(path)
        run("lstm-predict", path, "--input", inputs, "--output", answers)
        with h5py.File(source) as file:
            x, y = file["reference/inputs"][()], file["reference/targets"][()]
        found = [difference([model.predict(x, batch_size=4, verbose=0)], [np.load(answers)])]
        if library is tf_keras:
            for layer in model.layers:
                # The state stays where training left it here; Keras began from zeros, so set it.
                if getattr(layer, "stateful", False):
                    with h5py.File(path) as file:
                        for name, variable in zip(("hidden", "cell"), layer.states):
                            variable.assign(file[f"recurrent_state/{layer.name}/{name}"][()])
            model.fit(x, y, batch_size=4, epochs=10, shuffle=False, verbose=0)
            run("lstm-resume", path, "--epochs", 10, "--quiet")
            model.save(os.path.join(folder, "keras.h5"))
            arrays = []
            for name in ("keras.h5", "trained.h5"):
                with h5py.File(os.path.join(folder, name)) as file:
                    group = file["model_weights"]
                    arrays.append([group[layer][weight][()] for layer in group.attrs["layer_names"]
                                   for weight in group[layer].attrs["weight_names"]])
            found.append(difference(*arrays))
        good = found[0] <= 1e-5 and found[-1] <= 1e-4
        failed += not good
        print(f"{'ok     ' if good else 'FAILED '} {os.path.basename(source)}: "
              + ", ".join(f"{value:.1e}" for value in found), flush=True)
print(f"{failed} failed")
sys.exit(int(failed > 0))
