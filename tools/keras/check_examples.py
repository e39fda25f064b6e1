"""Saves the models of well-known pages with real Keras 3 and tf-keras, and compares what the tools here do with them.

    swift build
    venv/bin/python tools/keras/check_examples.py [--bin .build/debug] [--steps opens predicts] [--forms .keras]
        [--names 'imdb-*' 'airline-*']

Each model of `examples` is saved as `.keras` and `.h5` by Keras 3 and as `.h5` by tf-keras, with random weights. Then

    opens       lstm-inspect reads it
    predicts    lstm-predict answers as Keras, within 1e-5 of the largest
    trains      an epoch of lstm-train, without shuffling, ends with the weights of Keras' fit within 1e-4
    returns     Keras opens what lstm-convert makes of it, and answers as before
    onnx        onnxruntime answers as Keras

A model with code of its own must give an error of one line that names its layer. Prints a line for each file with the
reason of what failed, the totals, and how often each reason was given.
"""

import argparse
import collections
import fnmatch
import os
import re
import subprocess
import sys
import tempfile
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import onnxruntime
import tensorflow as tf
import tf_keras

from examples import EXAMPLES

HERE = os.path.dirname(os.path.abspath(__file__))
FORMS = [("keras 3 .keras", keras, ".keras"), ("keras 3 .h5", keras, ".h5"), ("tf-keras .h5", tf_keras, ".h5")]
STEPS = ["opens", "predicts", "trains", "returns", "onnx"]
ROWS, BATCH = 8, 4
# The ends of the names of states in ONNX.
STATES, NEXT_STATES = ("/hidden", "/cell"), ("/hidden_next", "/cell_next")


class Failure(Exception):
    """Why a step did not succeed."""


class Tools:
    """The commands of a build."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, tool, *words):
        result = subprocess.run([os.path.join(self.folder, tool), *map(str, words)], capture_output=True, text=True,
                                timeout=120)
        if result.returncode:
            raise Failure(result.stderr.strip() or f"{tool} ended with {result.returncode}")


def add_noise(model, generator):
    """Makes all weights different from those that layers begin with."""
    # What adapt has found stays: Keras has made constants of it.
    adapted = [id(weight) for layer in model._flatten_layers() if type(layer).__name__ == "Normalization"
               for weight in layer.weights]
    for variable in model.weights:
        if id(variable) in adapted:
            continue
        noise = 0.1 * generator.standard_normal(variable.shape)
        value = variable.numpy() + noise
        variable.assign((np.abs(value) if "variance" in variable.name else value).astype(variable.numpy().dtype))


def silence(model):
    """Takes the random numbers out of a model's layers, so that two trainings can be compared."""
    layers = list(model._flatten_layers())
    # What tf-keras' wrappers write is the layer that they were given, and not those that they compute with.
    given = [layer.layer for layer in layers if hasattr(layer, "layer")]
    for layer in layers + given + [layer.cell for layer in given if hasattr(layer, "cell")]:
        for name in ("rate", "stddev", "dropout", "recurrent_dropout", "_dropout"):
            if isinstance(getattr(layer, name, None), float):
                try:
                    setattr(layer, name, 0.0)
                except AttributeError:
                    pass  # It is that of the layer's cell.


def reset(model):
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False) and getattr(layer, "states", None) is not None:
            layer.reset_states() if hasattr(layer, "reset_states") else layer.reset_state()


def given(inputs):
    """What Keras is given: one input, or a list; texts as TensorFlow has them."""
    values = [tf.constant(value) if value.dtype == object else value for value in inputs]
    return values if len(values) > 1 else values[0]


def in_order(outputs):
    """The outputs, or their losses, as a list of names and a list of values."""
    if isinstance(outputs, dict):
        return sorted(outputs), [outputs[name] for name in sorted(outputs)]
    return None, list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def answers(model, inputs):
    """The model's answers, from a zero state."""
    reset(model)
    names, values = in_order(model(given(inputs), training=False))
    reset(model)
    return names, [np.asarray(value) for value in values]


def losses(model, names, count):
    """The name of the loss of each output."""
    loss = model.loss
    if isinstance(loss, dict):
        loss = [loss[name] for name in names or model.output_names]
    elif not isinstance(loss, (list, tuple)):
        loss = [loss] * count
    elif len(loss) == 1:
        loss = list(loss) * count
    return [re.sub("(?<!^)(?=[A-Z])", "_", text).lower()
            for text in (one if isinstance(one, str) else type(one).__name__ for one in loss)]


def targets(loss, outputs, generator):
    """Random targets that a loss can be computed of."""
    shape, classes = outputs.shape, outputs.shape[-1]
    if loss == "sparse_categorical_crossentropy":
        return generator.integers(0, classes, shape[:-1]).astype("float32")
    if loss == "categorical_crossentropy":
        return np.eye(classes, dtype="float32")[generator.integers(0, classes, shape[:-1])]
    if loss == "binary_crossentropy":
        return generator.integers(0, 2, shape).astype("float32")
    values = generator.standard_normal(shape).astype("float32")
    if "divergence" in loss:
        return np.exp(values) / np.exp(values).sum(-1, keepdims=True)
    return 1 + np.abs(values) if "percentage" in loss or "logarithmic" in loss else values


def with_whole_gradients(optimizer):
    """Passes the gradients of symbols on as arrays: Keras 3 squares those of a symbol that comes twice one by one."""
    apply = optimizer.apply_gradients

    def apply_whole(pairs, *more, **options):
        return apply([(tf.convert_to_tensor(gradient) if isinstance(gradient, tf.IndexedSlices) else gradient, weight)
                      for gradient, weight in pairs], *more, **options)

    optimizer.apply_gradients = apply_whole


def require_equal(found, expected, within):
    if [np.shape(value) for value in found] != [np.shape(value) for value in expected]:
        raise Failure(f"other shapes: {[np.shape(value) for value in found]}, not "
                      f"{[np.shape(value) for value in expected]}")
    largest = max(np.abs(value).max() for value in expected)
    difference = max(np.abs(np.asarray(a, "float64") - b).max() for a, b in zip(found, expected)) / max(largest, 1e-30)
    if not difference <= within:
        raise Failure(f"differs by {difference:.0e}")


class Check:
    """One example, saved in one form."""

    def __init__(self, tools, example, library, suffix, folder, is_refused):
        self.tools, self.example, self.library, self.suffix, self.folder = tools, example, library, suffix, folder
        library.backend.clear_session()
        library.utils.set_random_seed(1)
        self.generator = np.random.default_rng(1)
        self.model, kinds = example.build(library, library.layers)
        rows = self.model.inputs[0].shape[0]
        self.batch = rows or BATCH
        self.inputs = [kind.draw(self.generator, rows or ROWS) for kind in kinds]
        add_noise(self.model, self.generator)
        reset(self.model)
        self.file = self.path("model" + suffix)
        self.model.save(self.file)
        if is_refused:
            return
        self.names, self.outputs = answers(self.model, self.inputs)

    def path(self, name):
        return os.path.join(self.folder, name)

    def arrays(self, option, arrays, names=None):
        """The words of the command line that give arrays, in order or by name; written if there are any."""
        words = []
        for index, array in enumerate(arrays):
            file = self.path(f"{option.strip('-')}-{index}.npy")
            if array is not None and array.dtype == object:
                file = file.replace(".npy", ".txt")
                with open(file, "w") as texts:
                    texts.writelines(f"{text}\n" for text in array[:, 0])
            elif array is not None:
                np.save(file, np.asarray(array, "float32"))
            words += [option, f"{names[index]}={file}" if names and len(arrays) > 1 else file]
        return words

    def opens(self):
        self.tools.run("lstm-inspect", self.file)

    def refused(self):
        """An error of one line that names the layer."""
        try:
            self.opens()
        except Failure as failure:
            if "\n" in str(failure) or self.example.custom not in str(failure):
                raise Failure(f"unclear error: {failure}")
            return
        raise Failure("opens, though it has code of its own")

    def predicts(self):
        self.tools.run("lstm-predict", self.file, *self.arrays("--input", self.inputs),
                       *self.arrays("--output", [None] * len(self.outputs), self.names))
        found = [np.load(self.path(f"output-{index}.npy")) for index in range(len(self.outputs))]
        require_equal(found, self.outputs, max(1e-5, self.example.tolerance))

    def returns(self):
        back = self.path("back" + self.suffix)
        self.tools.run("lstm-convert", self.file, back)
        try:
            self.library.models.load_model(self.file)
        except Exception:
            return False  # Keras does not open its own file either.
        try:
            model = self.library.models.load_model(back)
        except Exception as error:
            raise Failure(f"Keras does not open it: {str(error).splitlines()[0][:120]}")
        require_equal(answers(model, self.inputs)[1], self.outputs, max(1e-5, self.example.tolerance))

    def onnx(self):
        if any(values.dtype == object for values in self.inputs):
            return False  # It begins behind the texts.
        self.tools.run("lstm-convert", self.file, self.path("model.onnx"))
        try:
            session = onnxruntime.InferenceSession(self.path("model.onnx"), providers=["CPUExecutionProvider"])
            feed, places = {}, iter(self.inputs)
            for place in session.get_inputs():
                shape = [size if isinstance(size, int) else len(self.inputs[0]) for size in place.shape]
                value = np.zeros(shape) if place.name.endswith(STATES) else next(places)
                kind = {"tensor(int64)": "int64", "tensor(int32)": "int32", "tensor(bool)": "bool"}
                feed[place.name] = value.astype(kind.get(place.type, "float32"))
            named = [place.name for place in session.get_outputs()]
            found = session.run([name for name in named if not name.endswith(NEXT_STATES)], feed)
        except Exception as error:
            raise Failure(f"onnxruntime: {str(error).splitlines()[0][:120]}")
        require_equal(found, self.outputs, max(1e-5, self.example.tolerance))

    def trains(self):
        model = self.model
        if not getattr(model, "loss", None):
            return False
        silence(model)
        model.compile(optimizer=model.optimizer, loss=model.loss, loss_weights=loss_weights(model), run_eagerly=True)
        kinds = losses(model, self.names, len(self.outputs))
        wanted = [targets(loss, output, self.generator) for loss, output in zip(kinds, self.outputs)]
        untrained = self.path("untrained" + self.suffix)
        model.save(untrained)
        with_whole_gradients(model.optimizer)
        by_output = dict(zip(self.names, wanted)) if self.names else wanted if len(wanted) > 1 else wanted[0]
        model.fit(given(self.inputs), by_output, batch_size=self.batch, epochs=1, shuffle=False, verbose=0)
        # Keras 3 cannot open every .h5 file of its own.
        trained = self.path("trained" + (".keras" if self.library is keras else ".h5"))
        self.tools.run("lstm-train", "--model", untrained, *self.arrays("--inputs", self.inputs),
                       *self.arrays("--targets", wanted, self.names), "--epochs", 1, "--batch-size", self.batch,
                       "--no-shuffle", "--quiet", "--save", trained)
        found = self.library.models.load_model(trained, compile=False).get_weights()
        require_equal(found, model.get_weights(), max(1e-4, self.example.tolerance, self.example.idle))


def loss_weights(model):
    """The loss weights that a model was compiled with."""
    compiled = getattr(model, "_compile_config", None)
    config = compiled.config if compiled is not None else {}
    return config.get("loss_weights")


def check(tools, example, form, library, suffix, steps):
    """What came of each step: True, False where it does not apply, or a reason."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            one = Check(tools, example, library, suffix, folder, example.refused(form))
        except Exception as error:
            return {"opens": f"{library.__name__} cannot save it: {str(error).splitlines()[0][:120]}"}
        found = {}
        for step in ["refused"] if example.refused(form) else steps:
            if step != "opens" and found.get("opens", True) is not True:
                break
            try:
                found[step] = getattr(one, step)() is not False
            except Failure as failure:
                found[step] = str(failure)
            except subprocess.TimeoutExpired:
                found[step] = "takes more than two minutes"
            except Exception as error:
                found[step] = f"{type(error).__name__}: {str(error).splitlines()[0][:120]}"
        return found


def reason(text):
    """A reason without what differs from file to file."""
    text = re.sub(r"^lstm-\w+: error: ", "", text.splitlines()[0])
    text = re.sub(r"^/\S*: |/@model_config: |config\.json: ", "", text)
    text = re.sub(r"layer \S+ (\(|is of class )", r"layer … \1", text)
    return re.sub(r"by \de[-+]\d+", "by more than allowed", text)[:200]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--names", nargs="+", default=["*"], help="the examples, such as 'imdb-*'")
    arguments.add_argument("--steps", nargs="+", default=STEPS, choices=STEPS)
    arguments.add_argument("--forms", nargs="+", default=[""], help="ends of the names of forms, such as '.keras'")
    arguments.add_argument("--bin", default=os.path.join(HERE, "../../.build/release"), help="the folder of commands")
    options = arguments.parse_args()
    warnings.simplefilter("ignore")
    tools = Tools(options.bin)
    counts, reasons = collections.Counter(), collections.defaultdict(list)
    chosen = [example for example in EXAMPLES
              if any(fnmatch.fnmatch(example.name, name) for name in options.names)]
    print(f"{'example':36} {'saved by':15} " + " ".join(f"{step:8}" for step in STEPS), flush=True)
    for example in chosen:
        for form, library, suffix in FORMS:
            if example.only_three and library is tf_keras or not form.endswith(tuple(options.forms)):
                continue
            found = check(tools, example, form, library, suffix, options.steps)
            words = []
            for step in ["refused"] if example.refused(form) else STEPS:
                result = found.get(step, False)
                words.append({True: "ok", False: "-"}.get(result, "FAILED"))
                counts[step, words[-1]] += 1
                if isinstance(result, str):
                    reasons[step, reason(result)].append(example.name)
            line = "refused: " + words[0] if example.refused(form) else " ".join(f"{word:8}" for word in words)
            why = next((reason(text) for text in found.values() if isinstance(text, str)), "")
            print(f"{example.name:36} {form:15} {line:45}{why}".rstrip(), flush=True)
    print(f"\n{len(chosen)} examples")
    for step in STEPS + ["refused"]:
        print(f"{step:9} {counts[step, 'ok']:4} ok {counts[step, 'FAILED']:4} failed {counts[step, '-']:4} not tried")
    for step in STEPS + ["refused"]:
        of_step = {text: names for (other, text), names in reasons.items() if other == step}
        for text, names in sorted(of_step.items(), key=lambda pair: -len(pair[1])):
            some = ", ".join(sorted(set(names))[:3]) + (" …" if len(set(names)) > 3 else "")
            print(f"{step}: {len(names):3} x {text} ({some})")
    return any(word == "FAILED" for _, word in counts.elements())


if __name__ == "__main__":
    sys.exit(main())
