"""The runs that tools/check-same-bits compares, and the data for them: every kind of data, layer, loss and optimizer."""
import dataclasses
import json
import os
import pathlib
import shlex


@dataclasses.dataclass
class Run:
    name: str
    epochs: int
    options: str
    is_long: bool = False
    # Whether two runs of half the epochs are the same as one: with `use_ema`, as in Keras, a run ends with the means of
    # its weights, and the next goes on from there.
    is_continued: bool = True

    @property
    def arguments(self):
        return shlex.split(self.options)

    @property
    def command(self):
        return f"lstm-train {self.options} --epochs {self.epochs}"


TEXT = "--text text.txt --units 24 --sequence-length 12 --batch-size 8"
OPTIMIZERS = ["sgd", "rmsprop", "adagrad", "adadelta", "adam", "adamw", "nadam"]

CELLS = ["gru", "simple_rnn", "peephole_lstm", "layer_norm_lstm", "min_gru", "min_lstm", "slstm"]
PAIRS = "--pairs pairs.csv --source read --target written --units 9 --batch-size 8 --validation-split 0"

# Models that Keras wrote, for the tests, with what they are trained on: every layer, loss and optimizer.
FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests" / "TasksTests" / "Reference"
MODELS = sorted([*FOLDER.glob("keras[23]-*.h5"), *FOLDER.glob("ends/keras[23]-*.h5")])


def trained(path):
    """The options that train such a model."""
    has_several = path.parent.name == "ends"
    arrays = [f"--{kind} {path}:reference/{kind}{end}" for kind in ("inputs", "targets")
              for end in (("/0", "/1") if has_several else ("",))]
    # The rows that a stateful model's batch is fixed to.
    rows = 2 if has_several and path.stem.endswith("stateful") else 4
    return f"--model {path} {' '.join(arrays)} --batch-size {rows}"


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
    *[Run(f"cell {name}", 3, f"{TEXT} --cell {name}") for name in CELLS],
    Run("pairs", 3, PAIRS),
    Run("pairs with attention", 3, f"{PAIRS} --attention --bidirectional"),
    *[Run(f"Keras' {path.stem}", 6, trained(path), is_continued="averages" not in path.stem) for path in MODELS],
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
    write("pairs.csv", "read,written\n" + "".join(
        f"{word} {words[index % 7]},{words[index % 7]} {word[::-1]}\n" for word in words for index in range(6)))
    write("words.csv", "word,kind\n" + "".join(
        f"{words[index % 10][::1 if index % 2 else -1]},{'forwards' if index % 2 else 'backwards'}\n"
        for index in range(60)))


if __name__ == "__main__":
    print(json.dumps([run.command for run in RUNS], indent=1))
