"""Classifies sequences with lstm-train and with Keras; Keras predicts with lstm-train's model too.

    tools/build-release
    export PATH="$PWD/.build/release:$PATH"
    venv/bin/python tools/keras/compare_labelled.py

Three tasks, made by a fixed seed: words of two artificial languages (text, two classes), noisy sines
of three frequencies (numbers of different lengths, three classes), and the mean of a sequence's last
five numbers (regression). A tenth of the sequences is kept for the test in a file of its own.
"""

import csv
import os
import random
import shutil
import subprocess
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import h5py
import keras
import numpy as np

MASK = -1e9


def words(generator):
    soft, hard = "aeioulmnrw", "aeiuktpzgx"
    letters = generator.choice([soft, hard])
    text = "".join(generator.choice(letters) for _ in range(generator.randint(3, 12)))
    return text, "soft" if letters is soft else "hard"


def sines(generator):
    kind = generator.randrange(3)
    rate, phase = [0.3, 0.6, 1.2][kind], generator.random() * 6
    steps = range(generator.randint(15, 40))
    numbers = [np.sin(rate * step + phase) + generator.gauss(0, 0.3) for step in steps]
    return " ".join(f"{number:.4f}" for number in numbers), f"class {kind}"


def means(generator):
    numbers = [generator.gauss(50, 10) for _ in range(generator.randint(5, 20))]
    return " ".join(f"{number:.2f}" for number in numbers), f"{np.mean(numbers[-5:]):.4f}"


def write(path, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([("sequence", "label"), *rows])


def tool(name, *arguments):
    path = shutil.which(name)
    return subprocess.run([path, *map(str, arguments)], check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def inputs(rows, model, config, scale):
    """The sequences as lstm-train's model takes them, made by Keras."""
    if config["vocabulary"] is None:
        sequences = [(np.array(text.split(), float) - scale[0]) / scale[1] for text, _ in rows]
        return keras.utils.pad_sequences(sequences, model.input_shape[1], dtype="float32",
                                         value=MASK)[..., None]
    index = {symbol: number for number, symbol in enumerate(config["vocabulary"])}
    sequences = [[index.get(symbol, 1) for symbol in text] for text, _ in rows]
    return keras.utils.pad_sequences(sequences, model.input_shape[1])


def main(folder):
    print("| task | here | Keras, the same model trained there | largest difference of answers |")
    print("|---|---|---|---|")
    for make, options, epochs in ((words, [], 5), (sines, [], 15), (means, ["--regression"], 15)):
        generator = random.Random(1)
        rows = [make(generator) for _ in range(2000)]
        training, test = rows[:1800], rows[1800:]
        path = lambda name: os.path.join(folder, name)
        write(path("training.csv"), training)
        write(path("test.csv"), test)
        tool("lstm-train", "--sequences", path("training.csv"), "--sequence", "sequence",
             "--label", "label", "--units", 32, "--epochs", epochs, "--learning-rate", 0.003,
             "--validation-split", 0, "--quiet", "--save", path("model.h5"), *options)
        answers = list(csv.DictReader(tool(
            "lstm-predict", path("model.h5"), "--sequences", path("test.csv")).splitlines()))

        with h5py.File(path("model.h5")) as file:
            texts = lambda name: [text.decode() for text in file[name][:]] if name in file else None
            config = dict(vocabulary=texts("vocabulary/symbols"), labels=texts("labels"))
            scales = [(float(offset), float(scale)) for offset, scale in zip(
                file["scaling/offsets"], file["scaling/scales"])] if "scaling" in file else []
        model = keras.models.load_model(path("model.h5"))
        x = inputs(test, model, config, scales[0] if scales else None)
        theirs = model.predict(x, verbose=0)

        again = keras.models.clone_model(model)
        classes = config["labels"]
        loss = "sparse_categorical_crossentropy" if classes else "mse"
        again.compile(loss=loss, optimizer=keras.optimizers.Adam(0.003))
        keras.utils.set_random_seed(1)
        target = lambda rows: np.array([
            classes.index(label) if classes else (float(label) - scales[1][0]) / scales[1][1]
            for _, label in rows])
        again.fit(inputs(training, model, config, scales[0] if scales else None), target(training),
                  epochs=epochs, batch_size=32, verbose=0)
        trained = again.predict(x, verbose=0)

        if classes:
            ours = np.mean([answer["label"] == row[1] for answer, row in zip(answers, test)])
            keras_right = np.mean(trained.argmax(axis=1) == target(test))
            difference = max(abs(float(answer["probability"]) - probabilities.max())
                             for answer, probabilities in zip(answers, theirs))
            quality = f"accuracy {ours:.4f} | {keras_right:.4f}"
        else:
            truth = np.array([float(label) for _, label in test])
            values = np.array([float(answer["value"]) for answer in answers])
            error = lambda found: np.sqrt(np.mean((found - truth) ** 2))
            difference = np.abs(values - (theirs[:, 0] * scales[1][1] + scales[1][0])).max()
            in_units = trained[:, 0] * scales[1][1] + scales[1][0]
            quality = f"RMSE {error(values):.4f} | {error(in_units):.4f}"
        print(f"| {make.__name__} | {quality} | {difference:.1e} |", flush=True)


with tempfile.TemporaryDirectory() as temporary:
    main(temporary)
