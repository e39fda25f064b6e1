"""Models of papers, as in the repositories that belong to them: convolutions, stacks and branches."""

from .example import Symbols, Values, example

GITHUB = "https://github.com/"


@example(GITHUB + "titu1994/LSTM-FCN")
def lstm_fcn(keras, layers):
    ip = layers.Input(shape=(1, 12))
    x = layers.LSTM(8)(ip)
    x = layers.Dropout(0.8)(x)
    y = layers.Permute((2, 1))(ip)
    for filters, size in ((8, 8), (12, 5), (8, 3)):
        y = layers.Conv1D(filters, size, padding="same", kernel_initializer="he_uniform")(y)
        y = layers.BatchNormalization()(y)
        y = layers.Activation("relu")(y)
    y = layers.GlobalAveragePooling1D()(y)
    model = keras.Model(ip, layers.Dense(4, activation="softmax")(layers.concatenate([x, y])))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model, [Values(1, 12)]


@example(GITHUB + "titu1994/MLSTM-FCN")
def mlstm_fcn_squeeze_excite(keras, layers):
    ip = layers.Input(shape=(3, 12))
    x = layers.Masking()(ip)
    x = layers.LSTM(8)(x)
    x = layers.Dropout(0.8)(x)
    y = layers.Permute((2, 1))(ip)
    y = layers.Conv1D(8, 8, padding="same", kernel_initializer="he_uniform")(y)
    y = layers.BatchNormalization()(y)
    y = layers.Activation("relu")(y)
    se = layers.GlobalAveragePooling1D()(y)
    se = layers.Reshape((1, 8))(se)
    se = layers.Dense(2, activation="relu", kernel_initializer="he_normal", use_bias=False)(se)
    se = layers.Dense(8, activation="sigmoid", kernel_initializer="he_normal", use_bias=False)(se)
    y = layers.multiply([y, se])
    y = layers.Conv1D(8, 3, padding="same", kernel_initializer="he_uniform")(y)
    y = layers.BatchNormalization()(y)
    y = layers.Activation("relu")(y)
    y = layers.GlobalAveragePooling1D()(y)
    model = keras.Model(ip, layers.Dense(4, activation="softmax")(layers.concatenate([x, y])))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model, [Values(3, 12)]


@example(GITHUB + "uci-cbcl/DanQ")
def danq(keras, layers):
    model = keras.Sequential([
        keras.Input((24, 4)), layers.Conv1D(12, 6, activation="relu"), layers.MaxPooling1D(4, strides=4),
        layers.Dropout(0.2), layers.Bidirectional(layers.LSTM(12, return_sequences=True)), layers.Dropout(0.5),
        layers.Flatten(), layers.Dense(12, activation="relu"), layers.Dense(10, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="rmsprop")
    return model, [Values(24, 4)]


@example(GITHUB + "STRCWearlab/DeepConvLSTM")
def deep_conv_lstm(keras, layers):
    x = inputs = layers.Input((12, 6, 1))
    for _ in range(3):
        x = layers.Conv2D(4, (3, 1), activation="relu")(x)
    x = layers.Reshape((6, 24))(x)
    x = layers.LSTM(12, return_sequences=True)(x)
    x = layers.Dropout(0.5)(x)
    x = layers.LSTM(12)(x)
    x = layers.Dropout(0.5)(x)
    model = keras.Model(inputs, layers.Dense(5, activation="softmax")(x))
    model.compile(keras.optimizers.RMSprop(learning_rate=1e-3), "categorical_crossentropy")
    return model, [Values(12, 6, 1)]


@example(GITHUB + "yoonkim/CNN_sentence")
def sentence_cnn(keras, layers):
    inputs = layers.Input((12,))
    embedded = layers.Dropout(0.5)(layers.Embedding(30, 8)(inputs))
    pooled = [layers.GlobalMaxPooling1D()(layers.Conv1D(6, size, activation="relu")(embedded)) for size in (3, 4, 5)]
    x = layers.Dropout(0.5)(layers.Concatenate()(pooled))
    outputs = layers.Dense(2, activation="softmax", kernel_constraint=keras.constraints.MaxNorm(3))(x)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adadelta(learning_rate=1.0), "categorical_crossentropy", metrics=["accuracy"])
    return model, [Symbols(30, 12)]


@example(GITHUB + "bgshih/crnn")
def crnn(keras, layers):
    x = inputs = layers.Input((16, 16, 1))
    x = layers.Conv2D(4, (3, 3), padding="same", activation="relu")(x)
    x = layers.MaxPooling2D(pool_size=(2, 2))(x)
    x = layers.Conv2D(6, (3, 3), padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.MaxPooling2D(pool_size=(2, 1))(x)
    x = layers.Permute((2, 1, 3))(x)
    x = layers.TimeDistributed(layers.Flatten())(x)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True))(x)
    return keras.Model(inputs, layers.Dense(11, activation="softmax")(x)), [Values(16, 16, 1)]


@example(GITHUB + "basveeling/wavenet")
def wavenet_gated(keras, layers):
    inputs = layers.Input((12, 8))
    x = layers.Conv1D(6, 2, padding="causal", name="initial_causal_conv")(inputs)
    skips = []
    for rate in (1, 2, 4):
        original = x
        tanh_out = layers.Conv1D(6, 2, dilation_rate=rate, padding="causal", activation="tanh", use_bias=True)(x)
        sigm_out = layers.Conv1D(6, 2, dilation_rate=rate, padding="causal", activation="sigmoid", use_bias=True)(x)
        x = layers.Multiply()([tanh_out, sigm_out])
        res_x = layers.Conv1D(6, 1, padding="same")(x)
        skips.append(layers.Conv1D(6, 1, padding="same")(x))
        x = layers.Add()([original, res_x])
    out = layers.Add()(skips)
    out = layers.Activation("relu")(out)
    out = layers.Conv1D(8, 1, padding="same")(out)
    out = layers.Activation("relu")(out)
    out = layers.Conv1D(8, 1, padding="same")(out)
    model = keras.Model(inputs, layers.Activation("softmax", name="output_softmax")(out))
    model.compile(keras.optimizers.SGD(0.001, momentum=0.9, nesterov=True), "categorical_crossentropy")
    return model, [Values(12, 8)]


@example(GITHUB + "philipperemy/keras-tcn", only_three=True)
def temporal_convolutions(keras, layers):
    x = inputs = layers.Input((12, 3))
    for rate in (1, 2, 4):
        below = layers.Conv1D(6, 1, padding="same")(x)
        for _ in range(2):
            x = layers.Conv1D(6, 3, dilation_rate=rate, padding="causal", kernel_initializer="he_normal")(x)
            x = layers.LayerNormalization()(x)
            x = layers.Activation("relu")(x)
            x = layers.SpatialDropout1D(0.1)(x)
        x = layers.Activation("relu")(layers.Add()([below, x]))
    x = x[:, -1, :]
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile("adam", "mse")
    return model, [Values(12, 3)]


@example("https://arxiv.org/abs/1609.08144")
def residual_lstm_stack(keras, layers):
    x = inputs = layers.Input((10, 8))
    for _ in range(4):
        x = layers.Add()([x, layers.LSTM(8, return_sequences=True)(x)])
    model = keras.Model(inputs, layers.TimeDistributed(layers.Dense(4, activation="softmax"))(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model, [Values(10, 8)]


@example("https://arxiv.org/abs/1505.00387")
def highway_rnn(keras, layers):
    inputs = layers.Input((10, 8))
    x = layers.GRU(8, return_sequences=True)(inputs)
    gate = layers.Dense(8, activation="sigmoid", bias_initializer=keras.initializers.Constant(-2))(x)
    transformed = layers.Dense(8, activation="relu")(x)
    x = gate * transformed + (1.0 - gate) * x
    x = layers.GlobalMaxPooling1D()(x)
    model = keras.Model(inputs, layers.Dense(2)(x))
    model.compile("adam", keras.losses.CosineSimilarity())
    return model, [Values(10, 8)]


@example(GITHUB + "UKPLab/emnlp2017-bilstm-cnn-crf")
def tagger_with_character_cnn(keras, layers):
    words_input = layers.Input(shape=(7,), dtype="int32", name="words_input")
    words = layers.Embedding(30, 8, trainable=False)(words_input)
    casing_input = layers.Input(shape=(7,), dtype="int32", name="casing_input")
    casing = layers.Embedding(8, 4)(casing_input)
    character_input = layers.Input(shape=(7, 6), name="char_input")
    embed_char = layers.TimeDistributed(layers.Embedding(20, 5))(character_input)
    dropout = layers.Dropout(0.5)(embed_char)
    conv1d_out = layers.TimeDistributed(layers.Conv1D(kernel_size=3, filters=5, padding="same", activation="tanh",
                                                      strides=1))(dropout)
    maxpool_out = layers.TimeDistributed(layers.MaxPooling1D(6))(conv1d_out)
    char = layers.TimeDistributed(layers.Flatten())(maxpool_out)
    char = layers.Dropout(0.5)(char)
    output = layers.concatenate([words, casing, char])
    output = layers.Bidirectional(layers.LSTM(10, return_sequences=True, dropout=0.5, recurrent_dropout=0.25))(output)
    output = layers.TimeDistributed(layers.Dense(6, activation="softmax"))(output)
    model = keras.Model(inputs=[words_input, casing_input, character_input], outputs=[output])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="nadam")
    return model, [Symbols(30, 7), Symbols(8, 7), Symbols(20, 7, 6)]


@example(GITHUB + "glample/tagger")
def tagger_with_character_lstm(keras, layers):
    word_in = layers.Input(shape=(7,))
    emb_word = layers.Embedding(input_dim=30, output_dim=8, mask_zero=True)(word_in)
    char_in = layers.Input(shape=(7, 6))
    emb_char = layers.TimeDistributed(layers.Embedding(input_dim=20, output_dim=5, mask_zero=True))(char_in)
    char_enc = layers.TimeDistributed(layers.LSTM(units=6, return_sequences=False, recurrent_dropout=0.5))(emb_char)
    x = layers.concatenate([emb_word, char_enc])
    x = layers.SpatialDropout1D(0.3)(x)
    x = layers.Bidirectional(layers.LSTM(units=8, return_sequences=True, recurrent_dropout=0.6))(x)
    model = keras.Model([word_in, char_in], layers.TimeDistributed(layers.Dense(6, activation="softmax"))(x))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["acc"])
    return model, [Symbols(30, 7), Symbols(20, 7, 6)]


@example("https://arxiv.org/abs/1506.05908")
def deep_knowledge_tracing(keras, layers):
    model = keras.Sequential([
        keras.Input((None, 12)), layers.Masking(mask_value=-1.0), layers.LSTM(12, return_sequences=True, dropout=0.5),
        layers.TimeDistributed(layers.Dense(6, activation="sigmoid"))])
    model.compile("adagrad", "binary_crossentropy")
    return model, [Values(9, 12)]


@example("https://arxiv.org/abs/1409.3215")
def deep_seq2seq_states(keras, layers):
    source, target = layers.Input((None,)), layers.Input((None,))
    x, y = layers.Embedding(20, 8)(source), layers.Embedding(20, 8)(target)
    states = []
    for _ in range(2):
        x, *state = layers.LSTM(8, return_sequences=True, return_state=True)(x)
        states.append(state)
    for state in states:
        y = layers.LSTM(8, return_sequences=True)(y, initial_state=state)
    model = keras.Model([source, target], layers.Dense(20, activation="softmax")(y))
    model.compile(keras.optimizers.SGD(0.7, clipnorm=5.0), "sparse_categorical_crossentropy")
    return model, [Symbols(20, 7), Symbols(20, 5)]


@example("https://arxiv.org/abs/1511.08630")
def c_lstm(keras, layers):
    model = keras.Sequential([
        keras.Input((12,)), layers.Embedding(30, 8), layers.Dropout(0.5), layers.Conv1D(10, 3, activation="relu"),
        layers.LSTM(10), layers.Dropout(0.5),
        layers.Dense(5, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.001))])
    model.compile("rmsprop", "categorical_crossentropy")
    return model, [Symbols(30, 12)]


@example("https://arxiv.org/abs/1506.04214")
def precipitation_conv_lstm_1d(keras, layers):
    model = keras.Sequential([
        keras.Input((5, 8, 2)), layers.ConvLSTM1D(4, 3, padding="same", return_sequences=True),
        layers.ConvLSTM1D(4, 3, padding="same"), layers.Flatten(), layers.Dense(3)])
    model.compile("adam", keras.losses.LogCosh())
    return model, [Values(5, 8, 2)]


@example("https://arxiv.org/abs/1706.03059")
def separable_convolutions(keras, layers):
    model = keras.Sequential([
        keras.Input((12, 4)), layers.SeparableConv1D(8, 3, padding="same", activation="relu"),
        layers.DepthwiseConv1D(3, depth_multiplier=2), layers.GroupNormalization(groups=4),
        layers.LSTM(8), layers.UnitNormalization(), layers.Dense(1)])
    model.compile("adamw", "mse")
    return model, [Values(12, 4)]


@example("https://arxiv.org/abs/1706.02515")
def self_normalizing_gru(keras, layers):
    model = keras.Sequential([
        keras.Input((10, 4)), layers.GRU(8, reset_after=False, kernel_initializer="lecun_normal"),
        layers.AlphaDropout(0.1), layers.Dense(8, activation="selu", kernel_initializer="lecun_normal"),
        layers.AlphaDropout(0.1), layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.Adadelta(), keras.losses.KLDivergence())
    return model, [Values(10, 4)]
