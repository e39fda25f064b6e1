"""The models of `make_layer_reference.py`: small ones of every layer, for Keras 3 and tf-keras."""

import types

import keras
import numpy as np
import tensorflow as tf
import tf_keras
import toolkit_layers
from tf_keras.src.layers.rnn.cudnn_gru import CuDNNGRU
from tf_keras.src.layers.rnn.cudnn_lstm import CuDNNLSTM

STEPS, FEATURES, UNITS = 5, 3, 3


def models(library):
    """Name, layers, loss, optimizer, whether inputs are symbols."""
    l, o = library.layers, library.optimizers
    r, c = library.regularizers, library.constraints
    yield ("lstm", [l.LSTM(4, activation="softsign", recurrent_activation="hard_sigmoid", go_backwards=True,
                           return_sequences=True), l.LSTM(3, use_bias=False), l.Dense(UNITS, activation="gelu")],
           "mse", o.SGD(momentum=0.9, nesterov=True, clipnorm=0.5), False)
    yield ("gru", [l.Masking(0.0), l.GRU(4, return_sequences=True), l.LayerNormalization(),
                   l.GRU(3, reset_after=False), l.Dense(UNITS, activation="softmax")],
           "categorical_crossentropy", o.Adam(amsgrad=True, global_clipnorm=0.7), False)
    yield ("rnn", [l.SimpleRNN(4, return_sequences=True), l.BatchNormalization(), l.Flatten(), l.Dense(6, activation="selu"),
                   l.Reshape((2, 3)), l.SimpleRNN(3), l.Dense(UNITS, activation="sigmoid")],
           "binary_crossentropy", o.RMSprop(momentum=0.4, centered=True), False)
    yield ("bidirectional", [l.Embedding(6, 3, mask_zero=True),
                             l.Bidirectional(l.LSTM(3, return_sequences=True), merge_mode="ave"),
                             l.Bidirectional(l.GRU(2)), l.RepeatVector(2), l.SimpleRNN(3, return_sequences=True),
                             l.TimeDistributed(l.Dense(UNITS, activation="tanh"))],
           "mae", o.SGD(0.05), True)
    yield ("dropout", [l.LSTM(4), l.Dropout(0.0), l.Activation("elu"), l.Dense(UNITS, activation="softmax")],
           "sparse_categorical_crossentropy", o.AdamW(clipvalue=0.02), False)
    yield ("huber", [l.GRU(4, stateful=True), l.Dense(UNITS)], "huber", o.Adadelta(0.5), False)
    yield ("convolution", [l.Masking(0.0), l.Conv1D(4, 3, padding="causal", activation="relu", kernel_regularizer=r.L2(0.01)),
                           l.LSTM(4, return_sequences=True),
                           l.Conv1D(3, 2, padding="same", use_bias=False, kernel_constraint=c.MaxNorm(0.9)),
                           l.Conv1D(5, 3, activation="gelu", kernel_constraint=c.UnitNorm(axis=1)), l.GRU(3), l.Dense(UNITS)],
           "mse", o.Adam(0.01), False)
    yield ("convolution-steps", [l.Embedding(6, 3, mask_zero=True), l.Conv1D(UNITS, 4, padding="same", activation="softmax")],
           "categorical_crossentropy", o.SGD(0.1, momentum=0.9), True)
    if library is keras:
        yield ("nadam", [l.LSTM(3), l.Dense(UNITS, activation="mish")], "mse", o.Nadam(), False)
    frozen = l.Dense(4, activation="tanh", kernel_constraint=c.NonNeg())
    frozen.trainable = False
    yield ("regularized", [l.LSTM(4, kernel_regularizer=r.L1L2(0.01, 0.02), recurrent_constraint=c.MaxNorm(0.6),
                                  bias_regularizer=r.L2(0.1)), frozen,
                           l.Dense(UNITS, kernel_regularizer=r.L1(0.02), kernel_constraint=c.UnitNorm(axis=1),
                                   bias_constraint=c.MinMaxNorm(0.2, 0.4, rate=0.5))],
           "mse", o.Adam(0.01), False)
    begin = library.Input((STEPS, FEATURES))
    below = l.Masking(0.0)(begin)
    sides = [l.GRU(3, return_sequences=True)(below), l.SimpleRNN(2, return_sequences=True, go_backwards=True)(below), below]
    merged = l.Concatenate()(sides)
    yield ("functional", library.Model(begin, l.Dense(UNITS)(l.LSTM(3)(merged))), "mse", o.RMSprop(0.01), False)
    steps = l.GRU(4, return_sequences=True)(l.Masking(0.0)(begin))
    query = l.Dense(4)(l.GlobalAveragePooling1D(keepdims=True)(steps))
    context = l.AdditiveAttention()([query, steps, l.Dense(4, use_bias=False)(steps)])
    yield ("attention", library.Model(begin, l.Dense(UNITS)(l.Flatten()(context))), "mse", o.Adam(0.01), False)
    queries = l.LSTM(3, return_sequences=True)(l.Masking(0.0)(begin))
    values = l.SimpleRNN(3, return_sequences=True)(begin)
    answers = l.AdditiveAttention(use_scale=False)([queries, values])
    yield ("attention-steps", library.Model(begin, l.GRU(UNITS)(answers)), "mse", o.SGD(0.1), False)
    if library is tf_keras:
        yield ("cudnn", [CuDNNLSTM(4, return_sequences=True), l.Bidirectional(CuDNNGRU(3, return_sequences=True)),
                         l.GRU(3, reset_after=False), l.Dense(UNITS)], "mse", o.Adam(0.01), False)
        for optimizer in (o.legacy.Adam(amsgrad=True), o.legacy.SGD(0.05, momentum=0.9, nesterov=True), o.legacy.Adadelta(0.5)):
            yield (f"legacy-{type(optimizer).__name__.lower()}", [l.LSTM(3), l.Dense(UNITS)], "mse", optimizer, False)
        for optimizer in (o.legacy.Adam(0.01), o.legacy.SGD(0.05, momentum=0.9)):
            yield (f"legacy-alone-{type(optimizer).__name__.lower()}", [l.LSTM(3), l.Dense(UNITS)], "mse", optimizer, False)
    yield ("pooling", [l.Masking(0.0), l.GRU(4, return_sequences=True), l.MaxPooling1D(3, 1, padding="same"),
                       l.AveragePooling1D(2, padding="same"), l.SimpleRNN(4, return_sequences=True),
                       l.AveragePooling1D(2, 1), l.MaxPooling1D(2), l.Dense(4, activation="relu"),
                       l.GlobalMaxPooling1D(), l.Dense(UNITS)], "mse", o.Adam(0.01), False)
    yield ("steps", [l.Embedding(6, 3, mask_zero=True), l.ZeroPadding1D((2, 1)), l.LSTM(4, return_sequences=True),
                     l.Cropping1D((1, 3)), l.UpSampling1D(3), l.Permute((2, 1)), l.Dense(5, activation="tanh"),
                     l.Permute((2, 1)), l.GlobalMaxPooling1D(keepdims=True), l.GRU(UNITS, return_sequences=True)],
           "mse", o.SGD(0.1), True)
    slope = dict(negative_slope=0.2) if library is keras else dict(alpha=0.2)
    yield ("rectifiers", [l.Rescaling(0.8, 0.1), l.Dense(6), l.ReLU(), l.Dense(6), l.ReLU(0.9, 0.1, 0.2), l.GRU(5, return_sequences=True),
                          l.LeakyReLU(**slope), l.PReLU(alpha_regularizer=r.L2(0.01)), l.SpatialDropout1D(0.0),
                          l.GaussianNoise(0.0), l.GaussianDropout(0.0), l.LSTM(4), l.ELU(0.7), l.Dense(UNITS), l.Softmax()],
           "categorical_crossentropy", o.Adam(0.01), False)
    yield ("rectifiers-masked", [l.Masking(0.0), l.Dense(4), l.PReLU("glorot_uniform", shared_axes=[1]), l.LeakyReLU(),
                                 l.SimpleRNN(4, return_sequences=True), l.PReLU(shared_axes=[1, 2]), l.ReLU(6.0), l.GRU(4), l.PReLU(),
                                 l.ELU(), l.Dense(UNITS)],
           "mse", o.SGD(0.1, momentum=0.9), False)
    below = l.Masking(0.0)(begin)
    one, other = l.GRU(3, return_sequences=True)(below), l.SimpleRNN(3, return_sequences=True)(below)
    plain = l.Dense(3)(begin)
    sums = l.Add()([one, other, plain] if library is keras else [one, other])
    means = l.Average()([sums, l.GRU(3)(below)])
    product = l.Multiply()([one, l.Subtract()([other, plain]), other])
    extremes = l.Maximum()([product, one, l.Minimum()([other, l.Dense(1)(one)])])
    merged = l.Concatenate()([means, extremes])
    yield ("merges", library.Model(begin, l.Dense(UNITS)(l.LSTM(4)(merged))), "mse", o.Adam(0.01), False)
    above = l.GRU(3, return_sequences=True)(l.Masking(0.0)(l.Activation("relu")(begin)))
    product = l.Multiply()([l.Add()([one, above]), other, above])
    extremes = l.Maximum()([l.Minimum()([one, above]), product])
    yield ("merges-steps", library.Model(begin, l.GRU(UNITS, return_sequences=True)(l.Average()([extremes, other]))),
           "mse", o.SGD(0.1), False)
    below = l.Masking(0.0)(begin)
    whole, hidden, cell = l.LSTM(4, return_sequences=True, return_state=True)(below)
    last, one, other = l.Bidirectional(l.GRU(2, return_state=True))(begin)
    after = l.GRU(4, return_sequences=True)(whole, initial_state=l.Concatenate()([one, other]))
    above, state, _ = l.LSTM(4, return_sequences=True, return_state=True)(after, initial_state=[hidden, cell])
    yield ("states", library.Model(begin, l.Dense(UNITS)(l.Concatenate()([l.LSTM(3)(above), state, last]))),
           "mse", o.Adam(0.01), False)
    one, other, *states = l.Bidirectional(l.LSTM(3, return_sequences=True, return_state=True), merge_mode=None)(below)
    above = l.Bidirectional(l.LSTM(3, return_sequences=True))(l.Subtract()([one, other]), initial_state=states)
    yield ("directions", library.Model(begin, l.Dense(UNITS)(above)), "mse", o.SGD(0.1), False)
    tower = library.Sequential([l.InputLayer((STEPS, FEATURES)), l.LSTM(4, return_sequences=True), l.Dense(3)])
    inside = library.Input((STEPS, FEATURES))
    pair = library.Model(inside, [l.GRU(3)(inside), l.Dense(3, activation="tanh")(inside)])
    shared = l.GRU(3, return_sequences=True)
    vector, steps = pair(tower(begin))
    other, more = pair(shared(begin))
    merged = l.Concatenate()([shared(steps), more, tower(steps)])
    yield ("nested", library.Model(begin, l.Dense(UNITS)(l.Concatenate()([l.LSTM(3)(merged), vector, other]))),
           "mse", o.RMSprop(0.01), False)
    planes = [l.Conv2D(3, (2, 3), padding="same", activation="relu"), l.AveragePooling2D((2, 1), padding="same"),
              l.Conv2D(4, 2, strides=(1, 2), use_bias=False, kernel_regularizer=r.L2(0.01)), l.MaxPooling2D((2, 1), strides=1)]
    yield ("planes", [l.Reshape((STEPS, FEATURES, 1))] + planes + [l.Conv2D(4, (1, 2), dilation_rate=(1, 2), padding="same", activation="tanh"),
                      l.GlobalAveragePooling2D(), l.Dense(UNITS)], "mse", o.SGD(0.1), False)
    yield ("conv-lstm", [l.Reshape((STEPS, FEATURES, 1)), l.Dense(4), l.ConvLSTM1D(3, 2, padding="same", return_sequences=True),
                         l.Reshape((STEPS, FEATURES, 3, 1)), l.ConvLSTM2D(2, (2, 3), return_sequences=True, padding="same", go_backwards=True),
                         l.BatchNormalization(), l.ConvLSTM2D(2, (2, 1), strides=(1, 2), use_bias=False, recurrent_activation="hard_sigmoid"),
                         l.Flatten(), l.Dense(UNITS)], "mse", o.SGD(0.1), False)
    inside = [l.Conv2D(2, 2, activation="tanh"), l.MaxPooling2D((1, 2)), l.Flatten()]
    yield ("planes-of-steps", [l.Reshape((STEPS, FEATURES, 1)), l.Conv2D(4, 1), l.Reshape((STEPS, 2, 3, 2))]
           + [l.TimeDistributed(layer) for layer in inside] + [l.LSTM(3), l.Dense(UNITS)], "mse", o.SGD(0.1), False)
    inside = library.Sequential([l.InputLayer((2, 3)), l.GRU(3, return_sequences=True), l.Dense(2, activation="tanh")])
    yield ("steps-of-steps", [l.Reshape((STEPS, FEATURES, 1)), l.TimeDistributed(l.Conv1D(4, 2, activation="relu")),
                              l.TimeDistributed(l.LSTM(3, return_sequences=True)), l.Activation("softmax"), l.Dropout(0.0),
                              l.Dense(3), l.BatchNormalization(), l.LayerNormalization(), l.TimeDistributed(inside),
                              l.TimeDistributed(l.Bidirectional(l.SimpleRNN(2))), l.LSTM(3), l.Dense(UNITS)],
           "mse", o.SGD(0.1), False)
    small = lambda: [l.LSTM(3, kernel_regularizer=r.L2(0.01)), l.Dense(UNITS, bias_constraint=c.MaxNorm(0.2))]
    schedules = o.schedules
    yield ("adamax", small(), "log_cosh", o.Adamax(0.01, clipnorm=0.5), False)
    yield ("lion", small(), "mae", o.Lion(0.003, weight_decay=0.01), False)
    yield ("ftrl", small(), "mse", o.Ftrl(0.05, learning_rate_power=-0.6, l1_regularization_strength=0.01, beta=0.1), False)
    yield ("averages", small(), "mse", o.Adam(0.01, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=3), False)
    yield ("schedule", small(), "mse", o.RMSprop(schedules.CosineDecay(0.001, 12, warmup_target=0.02, warmup_steps=5)), False)
    if library is keras:
        yield ("lamb", small(), "mse", o.Lamb(0.01), False)
        yield ("accumulation", small(), "mse", o.Adam(0.01, gradient_accumulation_steps=3, global_clipnorm=0.5), False)
    def sides():
        """A masked sequence, another that has zeros where it is masked, and one without a mask."""
        below = l.Masking(0.0)(begin)
        return (l.GRU(4, return_sequences=True)(below),
                l.Masking(0.0)(l.LSTM(4, return_sequences=True, go_backwards=True, zero_output_for_mask=True)(below)
                               if library is keras else l.SimpleRNN(4, return_sequences=True, go_backwards=True)(below)),
                l.Dense(4)(begin))
    one, other, plain = sides()
    scaled = l.Attention(use_scale=True)([one, other])
    summed = l.Attention(True, "concat")([plain, scaled, one], use_causal_mask=True)
    added = l.AdditiveAttention()([summed, l.Dense(4)(other), other], use_causal_mask=True)
    answers = l.Concatenate()([added, l.Attention(score_mode="concat")([plain, plain])])
    yield ("dot-attention", library.Model(begin, l.Dense(UNITS)(l.Flatten()(answers))), "mse", o.Adam(0.01), False)
    one, other, plain = sides()
    answers = l.Attention()([l.LSTM(4, return_sequences=True)(one), other])
    yield ("dot-attention-steps", library.Model(begin, l.GRU(UNITS, return_sequences=True)(answers)), "mse", o.SGD(0.1), False)
    # So little dropout leaves nothing out, but Keras 3 takes another way.
    for name, rate in (("heads", 0.0), ("heads-dropout", 1e-12)):
        one, other, plain = sides()
        common = dict(dropout=rate, bias_initializer="glorot_uniform")
        looked = l.MultiHeadAttention(2, 3, kernel_regularizer=r.L2(0.01), **common)(one, other)
        causal = l.MultiHeadAttention(2, 2, value_dim=3, output_shape=5, kernel_constraint=c.MaxNorm(0.9, axis=1), **common)(
            looked, value=plain, use_causal_mask=True)
        keyed = l.MultiHeadAttention(1, 4, use_bias=False, **common)(query=plain, value=causal, key=l.Dense(2)(plain))
        yield (name, library.Model(begin, l.Dense(UNITS)(l.Flatten()(keyed))), "mse", o.SGD(0.01), False)
    one, other, plain = sides()
    answers = l.MultiHeadAttention(2, 3)(l.LSTM(4, return_sequences=True)(one), other, use_causal_mask=True)
    yield ("heads-steps", library.Model(begin, l.GRU(UNITS, return_sequences=True)(answers)), "mse", o.SGD(0.1), False)
    # Keras 3 takes the masks off what a layer of several heads has looked at.
    one, other, plain = sides()
    block = l.LayerNormalization()(l.Add()([one, l.MultiHeadAttention(2, 2)(one, one)]))
    above = l.Add()([block, l.MultiHeadAttention(1, 3)(block, other)])
    mean = l.GlobalAveragePooling1D(keepdims=True)(above)
    ends = l.Concatenate()([l.Attention()([above, other]), l.Multiply()([above, other]), l.Add()([block, mean])])
    yield ("heads-residual", library.Model(begin, l.Dense(UNITS)(ends)), "mse", o.SGD(0.1), False)
    one, other, plain = sides()
    vector = l.SimpleRNN(4)(one)
    longer = l.Concatenate(axis=1)([one, other, plain] if library is keras else [one, other])
    products = [l.Dot(2)([longer, one]), l.Dot((1, 1), normalize=True)([one, plain]), l.Dot((1, 2))([l.Permute((2, 1))(other), one])]
    vectors = [l.Dot(-1, normalize=True)([longer, vector]), l.Dot((1, 2))([vector, plain]), l.Dot(1)([vector, l.GRU(4)(longer)])]
    ends = [l.GRU(3)(product) for product in products] + vectors
    yield ("dots", library.Model(begin, l.Dense(UNITS)(l.Concatenate(axis=1)(ends))), "mse", o.Adam(0.01), False)
    yield ("windows", [l.SeparableConv1D(4, 3, padding="same", depth_multiplier=2, activation="relu", depthwise_regularizer=r.L2(0.01)),
                       l.DepthwiseConv1D(2, depth_multiplier=2, dilation_rate=2, activation="gelu"),
                       l.Conv1D(5, 2, dilation_rate=2, padding="causal"), l.Conv1D(4, 2, strides=2, padding="same"), l.GRU(3),
                       l.Dense(UNITS)],
           "mse", o.Adam(0.01), False)
    n = operations(library)
    steps, other = l.LSTM(4, return_sequences=True)(l.Masking(0.0)(begin)), l.GRU(4, return_sequences=True)(begin)
    context = n.matmul(n.softmax(n.matmul(steps, n.transpose(other, (0, 2, 1))), axis=1), other)
    picked = n.concatenate([context[:, ::-1], steps[:, 1:, :]], axis=1)
    vector = picked[:, -1] * n.mean(other, axis=1) - 0.5
    extremes = n.max(picked, axis=1) / (n.square(vector) + 2.0)
    repeated = n.repeat(n.expand_dims(1.5 - extremes, 1), 3, axis=1) + n.sum(steps, axis=1, keepdims=True)
    pair = n.stack([vector, n.min(other, axis=1)], axis=1)
    joined = n.concatenate([n.tile(pair, (1, 2, 1)), n.flip(repeated, 1), n.maximum(steps, 0.1 * other) ** 2], axis=1)
    ends = [l.SimpleRNN(3)(n.tanh(joined)), n.log(n.exp(n.clip(vector, -1.0, 1.0)) + n.abs(extremes)),
            n.reshape(n.minimum(joined[:, :2, 1:3], 0.2), (-1, 4)), n.squeeze(n.softmax(joined)[:, 2:3], 1)]
    yield ("operations", library.Model(begin, l.Dense(UNITS)(l.Concatenate()(ends))), "mse", o.SGD(0.05), False)
    yield ("transposed", [l.Conv1DTranspose(4, 3, strides=2, padding="same", activation="tanh"), l.Conv1DTranspose(4, 3),
                          l.Conv1DTranspose(3, 4, strides=2, use_bias=False, kernel_regularizer=r.L2(0.01)), l.Softmax(axis=1),
                          l.Reshape((-1, 13, 3)), l.Permute((2, 1, 3)), l.Conv2DTranspose(3, (2, 3), strides=(1, 2), padding="same"),
                          l.Conv2DTranspose(2, (3, 1), strides=(2, 1), activation="relu"), l.UpSampling2D((1, 2)),
                          l.ZeroPadding2D(((1, 0), (0, 2))), l.Cropping2D(((0, 1), (2, 1))), l.GlobalMaxPooling2D(), l.Dense(UNITS)],
           "mse", o.SGD(0.1), False)
    volume = l.Reshape((STEPS, FEATURES, 2, 2))(l.Dense(4 * FEATURES)(begin))
    seen = l.Conv3D(2, (2, 3, 1), padding="same", activation="tanh")(volume)
    seen = l.Concatenate(axis=2)([seen, l.Multiply()([seen, volume])])
    pooled = [l.GlobalMaxPooling3D()(l.AveragePooling3D((3, 1, 2), strides=1, padding="same")(seen)),
              l.GlobalAveragePooling3D()(l.MaxPooling3D((2, 2, 1))(l.SpatialDropout3D(0.0)(seen)))]
    seen = l.Conv3D(3, 2, strides=(2, 1, 1), use_bias=False)(seen)
    ends = [l.LSTM(3)(l.TimeDistributed(l.Flatten())(seen))] + pooled
    yield ("volumes", library.Model(begin, l.Dense(UNITS)(l.Concatenate()(ends))), "mse", o.SGD(0.1), False)
    volume = l.Reshape((STEPS, FEATURES, 2, 2))(l.Dense(4 * FEATURES)(begin))
    volume = l.Conv3DTranspose(3, (2, 3, 1), strides=(1, 2, 2), padding="same", activation="tanh")(volume)
    volume = l.Conv3DTranspose(2, 2, use_bias=False)(l.Dropout(0.0, noise_shape=(None, 1, 1, 1, 3))(volume))
    yield ("volumes-back", library.Model(begin, l.Dense(UNITS)(l.LSTM(3)(l.TimeDistributed(l.Flatten())(volume)))), "mse", o.SGD(0.1), False)
    slope = {"negative_slope" if library is keras else "alpha": 0.1}
    steps = l.BatchNormalization(axis=1)(l.GRU(4, return_sequences=True)(begin))
    gated, gates = n.split(steps, 2, axis=-1)
    plane = l.Reshape((STEPS, 2, 3))(l.Dense(6, activation=l.LeakyReLU(**slope))(steps))
    plane = l.BatchNormalization(axis=1, center=False)(l.BatchNormalization(axis=2)(plane))
    lines = l.Conv1D(3, 2, padding="same", activation=l.ReLU(max_value=1.0))(gated * n.tanh(gates))
    ends = [n.normalize(l.LSTM(3)(lines)), l.GRU(3)(l.TimeDistributed(l.Flatten())(plane))]
    yield ("axes", library.Model(begin, l.Dense(UNITS)(l.Concatenate()(ends))), "mse", o.SGD(0.05), False)
    first = {"data_format": "channels_first"}
    plane = l.Reshape((2, STEPS, FEATURES))(l.Dense(2 * FEATURES)(begin))
    plane = l.Conv2D(3, (2, 1), padding="same", activation="tanh", **first)(plane)
    plane = l.UpSampling2D((1, 2), **first)(l.BatchNormalization(axis=1)(plane))
    plane = l.ZeroPadding2D(((1, 0), (0, 2)), **first)(l.Cropping2D(((0, 1), (2, 1)), **first)(plane))
    frames = l.Reshape((2, 2, STEPS, FEATURES))(l.Dense(4 * FEATURES)(begin))
    frames = l.ConvLSTM2D(2, (2, 1), padding="same", return_sequences=True, **first)(frames)
    ends = [l.GlobalAveragePooling2D(**first)(plane), l.Flatten()(l.ConvLSTM2D(3, (1, 2), **first)(frames)),
            l.LSTM(3)(l.TimeDistributed(l.Flatten())(l.Permute((3, 2, 1))(plane)))]
    yield ("channels-first", library.Model(begin, l.Dense(UNITS)(l.Concatenate()(ends))), "mse", o.SGD(0.1), False)
    yield ("one-hot", library.Model(*one_hot(library)), "mse", o.SGD(0.1), True)
    plane = l.Reshape((STEPS, FEATURES, 2))(l.Dense(2 * FEATURES)(begin))
    plane = l.DepthwiseConv2D((3, 2), depth_multiplier=2, padding="same", activation="relu6")(l.SpatialDropout2D(0.0)(plane))
    scales = l.Reshape((1, 1, 4))(l.Dense(4, activation="sigmoid")(l.GlobalAveragePooling2D()(plane)))
    plane = l.SeparableConv2D(5, 2, depth_multiplier=3, depthwise_regularizer=r.L2(0.01))(l.Multiply()([plane, scales]))
    plane = l.DepthwiseConv2D(2, strides=2, use_bias=False)(plane)
    yield ("depthwise", library.Model(begin, l.Dense(UNITS)(l.GRU(3)(l.TimeDistributed(l.Flatten())(plane)))), "mse", o.SGD(0.1), False)
    several = library.Input((None, FEATURES))
    steps, other = l.GRU(4, return_sequences=True)(several), l.LSTM(4, return_sequences=True)(several)
    weights = l.Softmax()(l.Dot((2, 2))([steps, other]))
    context = l.Concatenate()([l.Dot((2, 1))([weights, other]), steps])
    yield ("open-steps", library.Model(several, l.Dense(UNITS)(context)), "mse", o.SGD(0.1), False)
    adapted, steps = l.Normalization(), l.Normalization(axis=(1, 2))
    earlier = np.random.default_rng(3).normal(0.4, 2, (20, STEPS, FEATURES)).astype("float32")
    adapted.adapt(earlier)
    steps.adapt(earlier)
    yield ("normalizations", [adapted, l.Normalization(mean=0.3, variance=0.5, invert=True), steps, l.GRU(4, return_sequences=True),
                              l.LayerNormalization(axis=[1, 2]), l.GroupNormalization(2), l.LSTM(4, return_sequences=True),
                              l.LayerNormalization(axis=1), l.UnitNormalization(), l.AlphaDropout(0.0), l.GRU(3),
                              l.GroupNormalization(1), l.Dense(UNITS)],
           "mse", o.Adam(0.01), False)
    below = l.Masking(0.0)(begin)
    stack = [l.LSTMCell(4, recurrent_activation="hard_sigmoid", unit_forget_bias=False), l.GRUCell(2, reset_after=False)]
    steps, *states = l.RNN(stack, return_sequences=True, return_state=True, go_backwards=True, zero_output_for_mask=True)(below)
    states = [state for group in states for state in (group if isinstance(group, (list, tuple)) else [group])]
    one = l.RNN(l.SimpleRNNCell(4, name="simple", kernel_regularizer=r.L2(0.01)), return_sequences=True)(steps)
    both = l.Bidirectional(l.RNN(l.StackedRNNCells([l.GRUCell(3), l.SimpleRNNCell(2, use_bias=False)]), return_sequences=True))(one)
    last = l.Bidirectional(l.RNN(l.GRUCell(3)), backward_layer=l.LSTM(3, go_backwards=True), merge_mode="sum")(both)
    yield ("cells", library.Model(begin, l.Dense(UNITS)(l.Concatenate()([last] + states))), "mse", o.Adam(0.01), False)
    yield ("cells-stateful", [l.RNN(l.LSTMCell(3), return_sequences=True, stateful=True),
                              l.RNN([l.GRUCell(4), l.GRUCell(4)], stateful=True), l.Dense(UNITS)], "mse", o.SGD(0.1), False)
    yield ("categories", [l.CategoryEncoding(6, output_mode="count"), l.Dense(UNITS)], "mse", o.SGD(0.1), True)
    if library is keras:
        yield ("ctc", [l.GRU(4, return_sequences=True), l.Dense(UNITS)], "ctc", o.Adam(0.01), False)
        yield ("integers", [l.IntegerLookup(vocabulary=[3, 1, 5], output_mode="multi_hot", num_oov_indices=2), l.Dense(UNITS)],
               "mse", o.SGD(0.1), True)
    right = r.OrthogonalRegularizer
    yield ("penalties", [l.Masking(0.0), l.LSTM(4, return_sequences=True, activity_regularizer=r.L1L2(0.01, 0.02),
                                                 recurrent_regularizer=right(0.05)),
                         l.ActivityRegularization(0.003, 0.01), l.Conv1D(4, 2, activity_regularizer=r.L2(0.02)),
                         l.GRU(3, kernel_regularizer=right(0.1, "columns")), l.Dense(UNITS, activity_regularizer=r.L2(0.05), kernel_regularizer=right(0.2))],
           "mse", o.Adam(0.01), False)
    own = toolkit_layers.layers(library)
    yield ("peepholes", [l.Masking(0.0), own.PeepholeLSTM(4, return_sequences=True, kernel_regularizer=r.L2(0.01)),
                         l.Bidirectional(own.PeepholeLSTM(3, activation="softsign", return_sequences=True)),
                         own.PeepholeLSTM(4, use_bias=False, go_backwards=True), l.Dense(UNITS)],
           "mse", o.Adam(0.01), False)
    yield ("layer-norm", [l.Masking(0.0), own.LayerNormLSTM(4, return_sequences=True),
                          l.Bidirectional(own.LayerNormLSTM(3, activation="softsign", return_sequences=True)),
                          own.LayerNormLSTM(4, use_bias=False, norm_epsilon=0.1, norm_gamma_initializer="glorot_uniform"),
                          l.Dense(UNITS)],
           "mse", o.SGD(0.05), False)
    yield ("minimal", [l.Embedding(6, 3, mask_zero=True), own.MinGRU(4, return_sequences=True, bias_constraint=c.MaxNorm(0.9)),
                       own.MinLSTM(4, activation="softplus", return_sequences=True),
                       l.Bidirectional(own.MinLSTM(3, return_sequences=True)), own.MinGRU(4, use_bias=False, activation="tanh"),
                       l.Dense(UNITS)],
           "mse", o.SGD(0.1), True)
    yield ("exponential", [l.Masking(0.0), own.SLSTM(4, return_sequences=True, recurrent_regularizer=r.L2(0.01)),
                           l.Bidirectional(own.SLSTM(4, heads=2, return_sequences=True)),
                           own.SLSTM(6, heads=3, forget_activation="exponential", use_bias=False), l.Dense(UNITS)],
           "mse", o.Adam(0.01), False)
    below = l.Masking(0.0)(begin)
    whole, *states = own.SLSTM(4, return_sequences=True, return_state=True)(below)
    above, *_ = own.SLSTM(4, heads=2, return_state=True, return_sequences=True)(whole, initial_state=states)
    above, *states = own.PeepholeLSTM(4, return_sequences=True, return_state=True)(above)
    above, last, state = own.LayerNormLSTM(4, return_sequences=True, return_state=True)(above, initial_state=states)
    above, least = own.MinGRU(4, return_sequences=True, return_state=True)(above, initial_state=last)
    ends = l.Concatenate()([own.MinLSTM(4)(above, initial_state=least), state])
    yield ("cell-states", library.Model(begin, l.Dense(UNITS)(ends)), "mse", o.SGD(0.1), False)
    yield ("adagrad", [l.SimpleRNN(3, activation="relu"), l.Dense(UNITS)], "mse", o.Adagrad(), False)


def one_hot(library):
    """Symbols as rows, between an input and an output."""
    l = library.layers
    symbols = library.Input((STEPS,), dtype="int32")
    rows = keras.ops.one_hot(symbols, 6) if library is keras else tf.one_hot(symbols, 6)
    return symbols, l.Dense(UNITS)(l.GRU(3)(rows))


def operations(library):
    """What a functional model computes beside layers: functions of `keras.ops`, or TensorFlow's by these names."""
    if library is keras:
        return keras.ops
    m = tf.math
    return types.SimpleNamespace(
        matmul=tf.matmul, transpose=tf.transpose, softmax=tf.nn.softmax, concatenate=tf.concat, stack=tf.stack, tile=tf.tile,
        repeat=tf.repeat, expand_dims=tf.expand_dims, squeeze=tf.squeeze, reshape=tf.reshape, clip=tf.clip_by_value,
        flip=lambda values, axis: tf.reverse(values, [axis]), mean=m.reduce_mean, sum=m.reduce_sum, max=m.reduce_max,
        split=tf.split, normalize=lambda values: m.l2_normalize(values, axis=-1), min=m.reduce_min, maximum=m.maximum, minimum=m.minimum, square=m.square, tanh=m.tanh, log=m.log, exp=m.exp, abs=m.abs)
