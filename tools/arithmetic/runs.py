"""The runs that tools/check-same-bits compares, and the data for them: every kind of data, layer, loss and optimizer."""
import dataclasses
import json
import os
import pathlib
import shlex
import struct


@dataclasses.dataclass
class Run:
    name: str
    epochs: int
    options: str
    is_long: bool = False

    @property
    def arguments(self):
        return shlex.split(self.options)

    @property
    def command(self):
        return f"lstm-train {self.options} --epochs {self.epochs}"


TEXT = "--text text.txt --units 24 --sequence-length 12 --batch-size 8"
OPTIMIZERS = ["sgd", "rmsprop", "adagrad", "adadelta", "adam", "adamw", "nadam"]

# Models that Keras wrote, for the tests, with the columns of their inputs: masks, GRU, SimpleRNN, Bidirectional, dropout,
# regularizers, normalization, convolution, functional ones, every other loss and optimizers.
FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests" / "TasksTests" / "Reference"
MODELS = {f"keras{version}-{name}": 1 if name == "bidirectional" else 3
          for version, names in ((3, ("lstm", "gru", "rnn", "bidirectional", "dropout", "functional", "huber",
                                      "regularized", "adagrad", "nadam", "convolution")), (2, ("gru", "dropout")))
          for name in names}

RUNS = [
    Run("stateful", 30, "--experiment stateful"),
    Run("naive", 6, "--experiment naive"),
    Run("window", 6, "--experiment window"),
    Run("timesteps", 6, "--experiment timesteps"),
    Run("batch", 30, "--experiment batch"),
    Run("variable", 3, "--experiment variable", is_long=True),
    Run("characters", 3, f"{TEXT} --dropout 0.2 --clip-norm 0.5"),
    Run("characters in windows", 3, f"{TEXT} --framing window --schedule cosine:3 --warm-up 5"),
    Run("words with an embedding", 3, f"{TEXT} --level word --embedding 7"),
    Run("two large layers", 3, f"{TEXT} --units 160,130", is_long=True),
    Run("a layer whose columns threads share", 3,
        "--csv series.csv --target value --sequence-length 9 --units 368 --batch-size 32", is_long=True),
    Run("series", 6, "--csv series.csv --target value --sequence-length 9 --units 11 --schedule exponential:0.9"),
    Run("series, carried", 6, "--csv series.csv --target value --framing stateful --units 11"),
    Run("labelled numbers", 6, "--sequences sequences.csv --sequence values --label kind --units 13"),
    Run("labelled texts", 6, "--sequences words.csv --sequence word --label kind --units 13 --class-weights 1,2"),
    *[Run(f"optimizer {name}", 12, f"--experiment stateful --optimizer {name}") for name in OPTIMIZERS],
    Run("momentum", 12, "--experiment stateful --optimizer sgd --optimizer-options momentum=0.9,nesterov=1"),
    Run("centered RMSprop", 12, "--experiment stateful --optimizer rmsprop --optimizer-options centered=1,momentum=0.5"),
    Run("AMSGrad", 12, "--experiment stateful --optimizer-options amsgrad=1"),
    *[Run(f"Keras' {name}", 6, f"--model {name}.h5 --inputs inputs-{columns}.npy --targets {name}.npy --batch-size 4"
          + (" --loss categorical_crossentropy" if "dropout" in name else ""))
      for name, columns in MODELS.items()],
    Run("sparse categories", 6, "--model keras3-dropout.h5 --inputs inputs-3.npy --targets classes.npy --batch-size 4"),
]


# What docs/arithmetic.md lists with the SHA-256 of their files: short, and of files of this repository alone.
LISTED = [
    "--epochs 20",
    "--experiment naive --epochs 5",
    "--experiment window --epochs 5",
    "--experiment timesteps --epochs 5",
    "--experiment batch --epochs 40",
    "--experiment variable --epochs 1 --units 8",
    "--units 24,16 --dropout 0.2 --clip-norm 0.5 --optimizer adamw --epochs 8",
    "--optimizer nadam --schedule cosine:8 --warm-up 10 --epochs 8",
    "--optimizer rmsprop --optimizer-options centered=1,momentum=0.5 --random-seed 3 --epochs 8",
    "--csv docs/airline-passengers.csv --target passengers --date month --sequence-length 12 --units 9 --epochs 6",
    "--csv docs/airline-passengers.csv --target passengers --framing stateful --optimizer sgd --epochs 6",
    "--text docs/airline-passengers.csv --units 16 --batch-size 5 --sequence-length 10 --epochs 2",
    "--text docs/airline-passengers.csv --level word --embedding 6 --units 12 --batch-size 2 --sequence-length 6 --epochs 2",
]


def make_data(folder):
    """Writes texts, series and sequences that are the same on every machine: whole numbers only."""
    def write(name, text):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    words = ["the", "cell", "keeps", "what", "gates", "let", "through", "and", "forgets", "slowly"]
    state = 1
    chosen = []
    for _ in range(1200):
        state = state * 1103515245 + 12345 & 0x7fffffff
        chosen.append(words[(state >> 16) % len(words)] + (".\n" if (state >> 20) % 9 == 0 else ""))
    write("text.txt", " ".join(chosen) + "\n")
    write("series.csv", "value\n" + "".join(f"{(index * 37 + index * index) % 101}\n" for index in range(160)))
    write("sequences.csv", "values,kind\n" + "".join(
        " ".join(str((index * 7 + step * (1 + index % 3)) % 23) for step in range(2 + index % 6))
        + f",{'abc'[index % 3]}\n" for index in range(60)))
    write("words.csv", "word,kind\n" + "".join(
        f"{words[index % 10][::1 if index % 2 else -1]},{'forwards' if index % 2 else 'backwards'}\n"
        for index in range(60)))


def make_arrays(folder, predict):
    """Writes inputs for the models, some steps of them masked, and for targets what they answer, each for another sample."""
    for columns in (1, 3):
        counts = [(index * 29 + 7) % 19 if index // columns % 7 else 0 for index in range(24 * 5 * columns)]
        # A single column is that of an Embedding of six symbols.
        values = [float(count % 6) if columns == 1 else (count - 9) / 8 if count else 0.0 for count in counts]
        with open(os.path.join(folder, f"inputs-{columns}.npy"), "wb") as file:
            file.write(header((24, 5) if columns == 1 else (24, 5, columns)) + struct.pack(f"<{len(values)}f", *values))
    for name, columns in MODELS.items():
        with open(os.path.join(folder, f"{name}.h5"), "wb") as file:
            file.write((FOLDER / f"{name}.h5").read_bytes())
        path = os.path.join(folder, f"{name}.npy")
        predict([f"{name}.h5", "--input", f"inputs-{columns}.npy", "--output", path])
        with open(path, "rb") as file:
            content = file.read()
        size = 10 + struct.unpack("<H", content[8:10])[0]
        sample = (len(content) - size) // 24
        with open(path, "wb") as file:
            file.write(content[:size] + content[size + sample:] + content[size:size + sample])
    with open(os.path.join(folder, "classes.npy"), "wb") as file:
        file.write(header((24,), "<i4") + struct.pack("<24i", *[index * 5 % 3 for index in range(24)]))


def header(shape, kind="<f4"):
    """What stands before the values of a .npy file."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (63 - (10 + len(text)) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


if __name__ == "__main__":
    print(json.dumps([run.command for run in RUNS], indent=1))
