"""The recurrent layers of the toolkit that Keras does not have, as Keras layers.

    import keras, toolkit_layers
    model = keras.models.load_model("model.keras")

`import toolkit_layers` registers `PeepholeLSTM`, `LayerNormLSTM`, `MinGRU`, `MinLSTM` and `SLSTM` under
`lstm_toolkit>CLASS`, which is what files of such models name. They are layers as `keras.layers.LSTM` is: with
masks, `stateful`, `return_state`, `initial_state`, and in `Bidirectional`. It registers them with Keras 3, and with
tf-keras if that is imported before; `toolkit_layers.layers(tf_keras)` has those of tf-keras.
"""

import sys
import types

PACKAGE = "lstm_toolkit"

RECURRENT = ["use_bias", "kernel_initializer", "recurrent_initializer", "bias_initializer", "kernel_regularizer",
             "recurrent_regularizer", "bias_regularizer", "kernel_constraint", "recurrent_constraint", "bias_constraint",
             "dropout", "recurrent_dropout"]
INPUTS = [option for option in RECURRENT if not option.startswith("recurrent")]
LSTM = ["activation", "recurrent_activation", "unit_forget_bias"] + RECURRENT


def operations(library):
    """The functions that Keras 3 has in `keras.ops`."""
    if hasattr(library, "ops"):
        return library.ops
    import tensorflow as tf
    return types.SimpleNamespace(
        matmul=tf.matmul, split=tf.split, reshape=tf.reshape, einsum=tf.einsum, where=tf.where, maximum=tf.maximum,
        exp=tf.exp, tanh=tf.tanh, sigmoid=tf.sigmoid, log_sigmoid=tf.math.log_sigmoid, mean=tf.reduce_mean,
        square=tf.square, rsqrt=tf.math.rsqrt)


def dropped(cell, inputs, training, recurrent=False):
    """What dropout leaves of the inputs, or of the hidden state; the same values of every step."""
    rate = cell.recurrent_dropout if recurrent else cell.dropout
    if not 0 < rate < 1:
        return inputs
    if hasattr(cell, "get_dropout_mask_for_cell"):
        make = cell.get_recurrent_dropout_mask_for_cell if recurrent else cell.get_dropout_mask_for_cell
        masks = make(inputs, training, count=1)
        return inputs if masks is None else inputs * masks[0]
    if not training:
        return inputs
    return inputs * (cell.get_recurrent_dropout_mask(inputs) if recurrent else cell.get_dropout_mask(inputs))


def define(library):
    """The classes of the layers, registered with a library."""
    ops = operations(library)
    register = (library.saving if hasattr(library, "ops") else library.utils).register_keras_serializable

    class PeepholeLSTMCell(library.layers.LSTMCell):
        """Gers & Schmidhuber 2000: the gates see the cell state, the output gate that of the same step."""

        def __init__(self, units, **kwargs):
            super().__init__(units, implementation=2, **kwargs)

        def build(self, input_shape):
            super().build(input_shape)
            self.peepholes = [
                self.add_weight(shape=(self.units,), name=f"{gate}_gate_peephole_weights",
                                initializer=type(self.kernel_initializer).from_config(self.kernel_initializer.get_config()))
                for gate in ("input", "forget", "output")]

        def call(self, inputs, states, training=False):
            hidden, cell = states
            z = ops.matmul(dropped(self, inputs, training), self.kernel)
            z += ops.matmul(dropped(self, hidden, training, recurrent=True), self.recurrent_kernel)
            if self.use_bias:
                z += self.bias
            i, f, g, o = ops.split(z, 4, axis=1)
            i = self.recurrent_activation(i + self.peepholes[0] * cell)
            f = self.recurrent_activation(f + self.peepholes[1] * cell)
            cell = f * cell + i * self.activation(g)
            hidden = self.recurrent_activation(o + self.peepholes[2] * cell) * self.activation(cell)
            return hidden, [hidden, cell]

    class LayerNormLSTMCell(library.layers.LSTMCell):
        """Ba, Kiros & Hinton 2016, in the form of TensorFlow Addons: both products and the cell state are normalized."""

        def __init__(self, units, norm_gamma_initializer="ones", norm_beta_initializer="zeros", norm_epsilon=1e-3, **kwargs):
            super().__init__(units, implementation=2, **kwargs)
            self.norm_gamma_initializer = library.initializers.get(norm_gamma_initializer)
            self.norm_beta_initializer = library.initializers.get(norm_beta_initializer)
            self.norm_epsilon = norm_epsilon

        def build(self, input_shape):
            super().build(input_shape)
            self.norms = {}
            for name, size in (("kernel", 4 * self.units), ("recurrent", 4 * self.units), ("state", self.units)):
                self.norms[name] = tuple(
                    self.add_weight(shape=(size,), name=f"{name}_norm_{weight}", initializer=initializer)
                    for weight, initializer in (("gamma", self.norm_gamma_initializer), ("beta", self.norm_beta_initializer)))

        def normalized(self, values, name):
            gamma, beta = self.norms[name]
            values = values - ops.mean(values, axis=-1, keepdims=True)
            variance = ops.mean(ops.square(values), axis=-1, keepdims=True)
            return values * ops.rsqrt(variance + self.norm_epsilon) * gamma + beta

        def call(self, inputs, states, training=False):
            hidden, cell = states
            z = self.normalized(ops.matmul(dropped(self, inputs, training), self.kernel), "kernel")
            z += self.normalized(
                ops.matmul(dropped(self, hidden, training, recurrent=True), self.recurrent_kernel), "recurrent")
            if self.use_bias:
                z += self.bias
            i, f, g, o = ops.split(z, 4, axis=1)
            cell = self.recurrent_activation(f) * cell + self.recurrent_activation(i) * self.activation(g)
            cell = self.normalized(cell, "state")
            hidden = self.recurrent_activation(o) * self.activation(cell)
            return hidden, [hidden, cell]

        def get_config(self):
            return {**super().get_config(), "norm_epsilon": self.norm_epsilon,
                    "norm_gamma_initializer": library.initializers.serialize(self.norm_gamma_initializer),
                    "norm_beta_initializer": library.initializers.serialize(self.norm_beta_initializer)}

    class InputGatesCell(library.layers.SimpleRNNCell):
        """Gates that see the inputs alone: Feng et al. 2024, "Were RNNs all we needed?"."""

        gates = 0

        def __init__(self, units, activation="linear", **kwargs):
            super().__init__(units, activation=activation, **kwargs)

        def build(self, input_shape):
            self.kernel = self.add_weight(
                shape=(input_shape[-1], self.gates * self.units), name="kernel", initializer=self.kernel_initializer,
                regularizer=self.kernel_regularizer, constraint=self.kernel_constraint)
            if self.use_bias:
                self.bias = self.add_weight(
                    shape=(self.gates * self.units,), name="bias", initializer=self.bias_initializer,
                    regularizer=self.bias_regularizer, constraint=self.bias_constraint)
            self.built = True

        def split(self, inputs, training):
            z = ops.matmul(dropped(self, inputs, training), self.kernel)
            return ops.split(z + self.bias if self.use_bias else z, self.gates, axis=1)

    class MinGRUCell(InputGatesCell):
        gates = 2

        def call(self, inputs, states, training=False):
            z, candidate = self.split(inputs, training)
            z = ops.sigmoid(z)
            hidden = (1 - z) * states[0] + z * self.activation(candidate)
            return hidden, [hidden]

    class MinLSTMCell(InputGatesCell):
        gates = 3

        def call(self, inputs, states, training=False):
            f, i, candidate = self.split(inputs, training)
            f, i = ops.sigmoid(f), ops.sigmoid(i)
            hidden = f / (f + i) * states[0] + i / (f + i) * self.activation(candidate)
            return hidden, [hidden]

    class SLSTMCell(library.layers.LSTMCell):
        """Beck et al. 2024, xLSTM: exponential gates, a normalizer, and a stabilizer that keeps both in range."""

        def __init__(self, units, heads=1, forget_activation="sigmoid", **kwargs):
            super().__init__(units, implementation=2, **kwargs)
            self.heads, self.forget_activation = heads, forget_activation
            self.state_size = [units] * 4

        def build(self, input_shape):
            columns = 4 * self.units // self.heads
            self.kernel = self.add_weight(
                shape=(input_shape[-1], 4 * self.units), name="kernel", initializer=self.kernel_initializer,
                regularizer=self.kernel_regularizer, constraint=self.kernel_constraint)
            self.recurrent_kernel = self.add_weight(
                shape=(self.units, columns), name="recurrent_kernel", initializer=self.recurrent_initializer,
                regularizer=self.recurrent_regularizer, constraint=self.recurrent_constraint)
            if self.use_bias:
                self.bias = self.add_weight(
                    shape=(4 * self.units,), name="bias", initializer=self.bias_initializer,
                    regularizer=self.bias_regularizer, constraint=self.bias_constraint)
            self.built = True

        def call(self, inputs, states, training=False):
            hidden, cell, normalizer, stabilizer = states
            size = self.units // self.heads
            kernel = ops.reshape(self.recurrent_kernel, (self.heads, size, 4, size))
            hidden = ops.reshape(dropped(self, hidden, training, recurrent=True), (-1, self.heads, size))
            z = ops.matmul(dropped(self, inputs, training), self.kernel)
            z += ops.reshape(ops.einsum("bhd,hdge->bghe", hidden, kernel), (-1, 4 * self.units))
            if self.use_bias:
                z += self.bias
            i, f, g, o = ops.split(z, 4, axis=1)
            f = stabilizer + (f if self.forget_activation == "exponential" else ops.log_sigmoid(f))
            # Where nothing has been seen yet, there is nothing to forget.
            f = ops.where(normalizer == 0, i, f)
            stabilizer = ops.maximum(i, f)
            i, f = ops.exp(i - stabilizer), ops.exp(f - stabilizer)
            cell = f * cell + i * ops.tanh(g)
            normalizer = f * normalizer + i
            hidden = ops.sigmoid(o) * cell / normalizer
            return hidden, [hidden, cell, normalizer, stabilizer]

        def get_config(self):
            return {**super().get_config(), "heads": self.heads, "forget_activation": self.forget_activation}

    class ToolkitRNN(library.layers.RNN):
        """A layer with the options of its cell."""

        cell_class, cell_name, cell_options = None, "", []

        def __init__(self, units, return_sequences=False, return_state=False, go_backwards=False, stateful=False,
                     unroll=False, zero_output_for_mask=False, **kwargs):
            options = {name: kwargs.pop(name) for name in self.cell_options if name in kwargs}
            options.update({name: kwargs[name] for name in ("dtype", "trainable") if name in kwargs})
            super().__init__(self.cell_class(units, name=self.cell_name, **options), return_sequences=return_sequences,
                             return_state=return_state, go_backwards=go_backwards, stateful=stateful, unroll=unroll,
                             zero_output_for_mask=zero_output_for_mask, **kwargs)

        def get_config(self):
            config, cell = super().get_config(), self.cell.get_config()
            del config["cell"]
            return {**config, **{name: cell[name] for name in ["units", *self.cell_options]},
                    "activity_regularizer": library.regularizers.serialize(self.activity_regularizer)}

        @classmethod
        def from_config(cls, config):
            return cls(**config)

    def layer(name, cell, cell_name, options):
        members = {"cell_class": cell, "cell_name": cell_name, "cell_options": options, "__module__": __name__,
                   "__doc__": cell.__doc__}
        made = register(package=PACKAGE)(type(name, (ToolkitRNN,), members))
        if library is sys.modules.get("tf_keras"):
            # Its HDF5 files have the class alone of a layer in another one.
            library.utils.get_custom_objects()[name] = made
        return made

    norms = ["norm_gamma_initializer", "norm_beta_initializer", "norm_epsilon"]
    return [
        layer("PeepholeLSTM", PeepholeLSTMCell, "peephole_lstm_cell", LSTM),
        layer("LayerNormLSTM", LayerNormLSTMCell, "layer_norm_lstm_cell", LSTM + norms),
        layer("MinGRU", MinGRUCell, "min_gru_cell", ["activation"] + INPUTS),
        layer("MinLSTM", MinLSTMCell, "min_lstm_cell", ["activation"] + INPUTS),
        layer("SLSTM", SLSTMCell, "slstm_cell", ["heads", "forget_activation"] + RECURRENT),
    ]


defined = {}


def layers(library):
    """The layers of a library, by their names."""
    if library not in defined:
        defined[library] = {layer.__name__: layer for layer in define(library)}
    return types.SimpleNamespace(**defined[library])


if "tf_keras" in sys.modules:
    layers(sys.modules["tf_keras"])
try:
    import keras
except ImportError:
    keras = None
if keras is not None and hasattr(keras, "ops"):
    globals().update(vars(layers(keras)))
