"""Random models of Keras 3 and tf-keras, for `check_models.py`: chains and graphs of the layers that can be read, with
random options, shapes, loss and optimizer.
"""

import keras
import toolkit_layers

ACTIVATIONS = ["linear", "relu", "tanh", "sigmoid", "elu", "selu", "softplus", "softsign", "gelu",
               "swish", "exponential", "hard_sigmoid"]
ONLY_THREE = ["relu6", "leaky_relu", "celu", "mish", "hard_silu", "hard_tanh", "log_sigmoid",
              "squareplus", "tanh_shrink", "soft_shrink"]


def recurrent(library, choice, sequences, **more):
    """A random LSTM, GRU or SimpleRNN, a cell of it by itself or in a stack, or a cell that Keras does not have."""
    if choice([True, False, False]):
        return further_recurrent(library, choice, sequences, **more)
    kind = choice(["LSTM", "GRU", "SimpleRNN"])
    options = dict(return_sequences=sequences, use_bias=choice([True, True, False]),
                   go_backwards=choice([False, False, True]),
                   activation=choice(["tanh", "tanh", "relu", "softsign", "elu"]))
    options.update(weight_options(library, choice, "kernel", "recurrent", "bias"))
    options.update(more)
    if kind != "SimpleRNN":
        options["recurrent_activation"] = choice(["sigmoid", "sigmoid", "hard_sigmoid"])
    if kind == "GRU":
        options["reset_after"] = choice([True, False])
    if kind == "LSTM":
        options["unit_forget_bias"] = choice([True, False])
    units = choice([1, 2, 5, 9])
    if choice([True, True, True, False]):
        return getattr(library.layers, kind)(units, **options)
    steps = {name: options.pop(name) for name in ("return_sequences", "go_backwards", "stateful") if name in options}
    cell = getattr(library.layers, kind + "Cell")(units, **options)
    # Keras 3 cannot reset the states of a stack.
    stack = [library.layers.GRUCell(4), cell] if choice([True, False]) and not steps.get("stateful") else cell
    return library.layers.RNN(stack, **steps)


def further_recurrent(library, choice, sequences, **more):
    """A random cell of the toolkit's own."""
    kind = choice(["PeepholeLSTM", "LayerNormLSTM", "MinGRU", "MinLSTM", "SLSTM"])
    sees_hidden, units = not kind.startswith("Min"), choice([1, 2, 4, 6])
    options = dict(return_sequences=sequences, use_bias=choice([True, True, False]),
                   go_backwards=choice([False, False, True]))
    options.update(weight_options(library, choice, "kernel", *(["recurrent"] if sees_hidden else []), "bias"))
    options.update(more)
    if not sees_hidden:
        options.pop("recurrent_dropout", None)
    if kind == "SLSTM":
        options["heads"] = choice([1, 1, 2] if units % 2 == 0 else [1])
        options["forget_activation"] = choice(["sigmoid", "exponential"])
    else:
        options["activation"] = choice(["tanh", "tanh", "softsign", "elu"])
    if kind.endswith("LSTM") and sees_hidden and kind != "SLSTM":
        options["recurrent_activation"] = choice(["sigmoid", "sigmoid", "hard_sigmoid"])
        options["unit_forget_bias"] = choice([True, False])
    return getattr(toolkit_layers.layers(library), kind)(units, **options)


def weight_options(library, choice, *names):
    """Random regularizers and constraints of weights."""
    regularizers, constraints = library.regularizers, library.constraints
    options = {}
    for name in names:
        bias = name in ("bias", "gamma", "alpha")
        rule = choice([None] * 9 + [regularizers.L1(0.01), regularizers.L2(0.02), regularizers.L1L2(0.01, 0.03)])
        if rule is not None:
            options[name + "_regularizer"] = rule
        bound = choice([None] * 12 + [
            constraints.NonNeg(), constraints.MaxNorm(0.5), constraints.UnitNorm(axis=0 if bias else 1),
            constraints.MinMaxNorm(0.3, 0.6, rate=0.7, axis=-1)])
        if bound is not None:
            options[name + "_constraint"] = bound
    return options


def convolution(library, choice, steps):
    """A random Conv1D, and the steps that it leaves."""
    size, padding = choice([1, 2, 3]), choice(["valid", "same", "causal"])
    if padding == "valid":
        size = min(size, steps)
        steps -= size - 1
    return library.layers.Conv1D(choice([1, 3, 8]), size, padding=padding, activation=choice(ACTIVATIONS),
                                 use_bias=choice([True, True, False]),
                                 **weight_options(library, choice, "kernel", "bias")), steps


def other_steps(library, choice, steps):
    """A random layer that pools, repeats or moves steps, and the steps that it leaves; `None` if it needs more."""
    layers = library.layers
    kind = choice(["MaxPooling1D", "AveragePooling1D", "UpSampling1D", "ZeroPadding1D", "Cropping1D"])
    if kind.endswith("Pooling1D"):
        size, strides, padding = choice([1, 2, 3, 4]), choice([None, 1, 2, 3]), choice(["valid", "same"])
        if padding == "valid":
            size = min(size, steps)
        apart = strides or size
        left = -(-steps // apart) if padding == "same" else (steps - size) // apart + 1
        return getattr(layers, kind)(size, strides, padding=padding), left
    if kind == "UpSampling1D":
        size = choice([1, 2, 3])
        return layers.UpSampling1D(size), steps * size
    before, after = choice([0, 1, 2]), choice([0, 1, 3])
    if kind == "ZeroPadding1D":
        return layers.ZeroPadding1D((before, after)), steps + before + after
    left = steps - before - after
    return (layers.Cropping1D((before, after)), left) if left > 0 else (None, steps)


def elementwise(library, choice, sequences, masked):
    """A random layer that goes value by value; those that draw random numbers have none to draw."""
    layers, three = library.layers, library is keras
    slope = choice([0.1, 0.3])
    kinds = [lambda: layers.ReLU(choice([None, 1.0, 6.0]), choice([0.0, 0.2]), choice([0.0, 0.3])),
             lambda: layers.LeakyReLU(**{"negative_slope" if three else "alpha": slope}),
             lambda: layers.ELU(choice([1.0, 0.6])),
             lambda: layers.PReLU(choice(["zeros", "glorot_uniform"]),
                                  shared_axes=choice([None, [1], [2], [1, 2]] if sequences else [None, [1]]),
                                  **weight_options(library, choice, "alpha")),
             lambda: layers.GaussianNoise(0.0), lambda: layers.GaussianDropout(0.0)]
    if sequences:
        kinds.append(lambda: layers.SpatialDropout1D(0.0))
    # With a mask, Keras' Softmax leaves features out, and tf-keras' Rescaling fails.
    if not (masked and sequences):
        kinds += [lambda: layers.Softmax(), lambda: layers.Rescaling(choice([0.5, -1.5]), choice([0.0, 0.3]))]
    return choice(kinds)()


def a_loss(library, choice):
    """A random loss, what its targets are and the last activation of the model."""
    l, three = library.losses, library is keras
    logits, smoothing = choice([False, True]), choice([0.0, 0.0, 0.2])
    common = dict(from_logits=logits, label_smoothing=smoothing)
    anything = choice(ACTIVATIONS[:9] + (ONLY_THREE if three else []))
    softmax, sigmoid = ("linear", "linear") if logits else ("softmax", "sigmoid")
    return choice([
        ("categorical_crossentropy", "one-hot", "softmax"), ("sparse_categorical_crossentropy", "classes", "softmax"),
        ("binary_crossentropy", "bits", "sigmoid"), ("mse", "numbers", anything), ("mae", "numbers", anything),
        ("huber", "numbers", anything),
        (l.CategoricalCrossentropy(**common), "one-hot", softmax),
        (l.SparseCategoricalCrossentropy(from_logits=logits), "classes", softmax),
        (l.BinaryCrossentropy(**common), "bits", sigmoid),
        (l.CategoricalFocalCrossentropy(alpha=choice([0.25, 0.6]), gamma=choice([2.0, 1.5]), **common), "one-hot", softmax),
        (l.BinaryFocalCrossentropy(apply_class_balancing=choice([False, True]), **common), "bits", sigmoid),
        (l.Huber(1.0 if three else choice([0.3, 2.0])), "numbers", anything),
        (choice(["log_cosh", l.LogCosh()]), "numbers", anything), ("cosine_similarity", "numbers", anything),
        ("msle", "numbers", anything), ("mean_absolute_percentage_error", "numbers", anything),
        (choice(["kld", l.KLDivergence()]), "parts", choice(["softmax", "sigmoid"])),
        (choice(["poisson", l.Poisson()]), "parts", choice(["softplus", "exponential"])),
        (choice(["hinge", "squared_hinge"]), choice(["bits", "numbers"]), anything),
        (choice(["categorical_hinge", l.CategoricalHinge()]), "one-hot", anything)])


def optimizer(library, choice):
    common = choice([{}, {}, dict(clipnorm=0.5), dict(clipvalue=0.02), dict(global_clipnorm=0.7)])
    kind, options = choice([
        ("SGD", {}), ("SGD", dict(momentum=0.9)), ("SGD", dict(momentum=0.8, nesterov=True)),
        ("RMSprop", {}), ("RMSprop", dict(momentum=0.4, centered=True)), ("RMSprop", dict(centered=True)),
        ("Adam", {}), ("Adam", dict(amsgrad=True, beta_1=0.8)), ("AdamW", {}), ("Adagrad", {}),
        ("Adadelta", dict(learning_rate=0.5)), ("Nadam", {})])
    return getattr(library.optimizers, kind)(**options, **common)


def attention(library, choice, query, value):
    """One sequence looked at by another; dropout leaves nothing out, but Keras 3 takes another way with it."""
    layers = library.layers
    common = dict(dropout=choice([0.0, 0.0, 1e-12]))
    causal = dict(use_causal_mask=True) if choice([False, False, True]) else {}
    kind = choice(["Attention", "AdditiveAttention", "MultiHeadAttention", "MultiHeadAttention", "Dot"])
    if kind == "MultiHeadAttention":
        layer = layers.MultiHeadAttention(choice([1, 2, 3]), choice([1, 3]), value_dim=choice([None, 4]),
                                          use_bias=choice([True, False]), output_shape=choice([None, 3]),
                                          **common, **weight_options(library, choice, "kernel", "bias"))
        key = dict(key=layers.Dense(3)(value)) if choice([False, True]) else {}
        return layer(query, value=value, **key, **causal)
    if query.shape[-1] != value.shape[-1]:
        value = layers.Dense(query.shape[-1])(value)
    if kind == "Dot":
        return layers.Dot(2, normalize=choice([False, True]))([query, value])
    inputs = [query, value] + ([layers.Dense(query.shape[-1])(value)] if choice([False, True]) else [])
    scores = dict(score_mode=choice(["dot", "concat"])) if kind == "Attention" else {}
    return getattr(layers, kind)(use_scale=choice([True, False]), **scores, **common)(inputs, **causal)


def functional(library, choice, sizes, chain):
    """A functional model of the chain, with a second layer beside its first recurrent one."""
    value = begin = library.Input(batch_shape=sizes)
    branches = choice([True, True, False])
    for layer in chain:
        below, value = value, layer(value)
        if branches and hasattr(getattr(layer, "layer", layer), "return_sequences"):
            branches = False
            inner = getattr(layer, "layer", layer)
            more = dict(stateful=True) if inner.stateful else {}
            beside = recurrent(library, choice, inner.return_sequences, **more)(below)
            sides = [value, beside] + ([below] if inner.return_sequences and choice([False, True]) else [])
            if inner.return_sequences and choice([False, True]):
                value = attention(library, choice, *sides[:2])
            elif len(sides) == 2 and choice([False, True]):
                sides[1] = library.layers.Dense(sides[0].shape[-1])(sides[1])
                kind = choice(["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"])
                value = getattr(library.layers, kind)()(sides)
            else:
                value = library.layers.Concatenate()(sides)
    return library.Model(begin, value)


def build(library, choice):
    """A compiled model, the shape of its batches, and whether its inputs are symbols."""
    three = library is keras
    layers = library.layers
    library.backend.clear_session()
    steps, features, batch = choice([3, 5, 7]), choice([1, 3, 6]), choice([1, 4, 7])
    stateful = choice([False, False, True])
    symbols = choice([False, False, True])
    chain = []
    if symbols:
        chain.append(layers.Embedding(6, choice([2, 5]), mask_zero=choice([True, False]),
                                      **weight_options(library, choice, "embeddings")))
    elif choice([False, False, True]):
        chain.append(layers.Masking(0.0))
    masked = len(chain) > 0 and (not symbols or chain[0].mask_zero)
    left = steps
    if choice([False, False, False, True]):
        layer, left = convolution(library, choice, left)
        chain.append(layer)
    depth = choice([1, 1, 2, 3])
    for index in range(depth):
        sequences = index + 1 < depth or choice([True, False])
        more = dict(stateful=True) if stateful else {}
        if choice([False, False, True]):
            # Keras 3 makes no Bidirectional of a layer that goes backwards.
            inner = recurrent(library, choice, sequences, **more, go_backwards=False)
            chain.append(layers.Bidirectional(inner, merge_mode=choice(["concat", "sum", "ave", "mul"])))
        else:
            chain.append(recurrent(library, choice, sequences, **more))
        extra = choice(["none", "none", "norm", "batch", "dropout", "activation", "convolution", "steps",
                        "elementwise", "elementwise"])
        if extra == "norm":
            chain.append(layers.LayerNormalization(center=choice([True, False]),
                                                   **weight_options(library, choice, "gamma")))
        # The statistics of a single row leave gradients of rounding errors.
        if extra == "batch" and batch > 1 and not (masked and not three):
            chain.append(layers.BatchNormalization(momentum=choice([0.9, 0.99])))
        if extra == "dropout":
            chain.append(layers.Dropout(0.0))
        if extra == "convolution" and sequences:
            layer, left = convolution(library, choice, left)
            chain.append(layer)
        if extra == "steps" and sequences:
            layer, left = other_steps(library, choice, left)
            chain += [layer] if layer else []
        if extra == "elementwise":
            chain.append(elementwise(library, choice, sequences, masked))
        if extra == "activation":
            chain.append(layers.Activation(choice(ACTIVATIONS)))
    if sequences and choice([False, False, False, True]):
        chain.append(layers.Permute((2, 1)))
    if sequences and choice([False, False, False, True]):
        sequences = choice([False, True])
        chain.append(layers.GlobalMaxPooling1D(keepdims=sequences))
    if sequences and not masked and choice([False, True]):
        chain.append(layers.Flatten())
        sequences = False
        if choice([False, True]):
            chain += [layers.Dense(6), layers.Reshape((2, 3)), layers.GRU(3)]
    elif not sequences and choice([False, False, True]):
        chain += [layers.RepeatVector(3), layers.SimpleRNN(4, return_sequences=True)]
        sequences = True
    loss, targets, last = a_loss(library, choice)
    units = choice([2, 4])
    head = layers.Dense(units, activation=last, **weight_options(library, choice, "kernel", "bias"))
    if sequences and targets == "numbers" and choice([True, False]):
        head = layers.TimeDistributed(head)
    chain.append(head)
    inside = [getattr(layer, "layer", layer) for layer in chain]
    inside = [part for layer in inside for part in getattr(getattr(layer, "cell", None), "cells", [getattr(layer, "cell", layer)])]
    priced = any(getattr(part, name + "_regularizer", None)
                 for part in inside for name in ("kernel", "recurrent", "bias", "embeddings", "gamma", "alpha"))
    for layer in chain[:-1]:
        # tf-keras counts the regularizers of layers that are not trained into the loss it reports.
        if choice([False] * 9 + [True]) and (three or not priced):
            layer.trainable = False
    shape = (batch, steps) if symbols else (batch, steps, features)
    sizes = shape if stateful else (None,) + shape[1:]
    if choice([False, False, True]):
        model = functional(library, choice, sizes, chain)
    else:
        model = library.Sequential([library.Input(batch_shape=sizes) if three else
                                    layers.InputLayer(batch_input_shape=sizes)] + chain)
    # On TensorFlow, Keras 3.15.1 squares the gradients of a symbol that comes twice in a batch one by one, where
    # its other backends and we square their sum (RMSprop even fails), and both libraries clip them one by one:
    # for symbols, what compares is SGD in the one and any optimizer without clipping in the other. tf-keras'
    # Nadam, in a graph, multiplies its product of momentums once more for every variable.
    rule = library.optimizers.SGD(momentum=choice([0.0, 0.9])) if three and symbols else \
        optimizer(library, choice)
    while not three and (type(rule).__name__ == "Nadam" or symbols and (
            rule.clipnorm or rule.clipvalue or rule.global_clipnorm)):
        rule = optimizer(library, choice)
    model.compile(loss=loss, optimizer=rule)
    return model, shape, symbols, loss, targets, units
