"""Models of repositories and articles: sound, video, tags, games, sequences of biology and of machines."""

from .example import Symbols, Values, example

GITHUB = "https://github.com/"


def total(keras, value, axis):
    """The sum over an axis, as each library has it between layers."""
    if hasattr(keras, "ops"):
        return keras.ops.sum(value, axis=axis)
    import tensorflow
    return tensorflow.reduce_sum(value, axis=axis)


@example(GITHUB + "sharathadavanne/sed-crnn")
def sound_events_crnn(keras, layers):
    spec_start = spec_x = layers.Input((16, 12, 2))
    for pool in (3, 2, 2):
        spec_x = layers.Conv2D(4, (3, 3), padding="same")(spec_x)
        spec_x = layers.BatchNormalization(axis=1)(spec_x)
        spec_x = layers.Activation("relu")(spec_x)
        spec_x = layers.MaxPooling2D(pool_size=(1, pool))(spec_x)
        spec_x = layers.Dropout(0.5)(spec_x)
    spec_x = layers.Permute((2, 1, 3))(spec_x)
    spec_x = layers.Reshape((16, -1))(spec_x)
    for _ in range(2):
        gru = layers.GRU(6, activation="tanh", dropout=0.5, recurrent_dropout=0.5, return_sequences=True)
        spec_x = layers.Bidirectional(gru, merge_mode="mul")(spec_x)
    spec_x = layers.TimeDistributed(layers.Dense(6))(spec_x)
    spec_x = layers.Dropout(0.5)(spec_x)
    spec_x = layers.TimeDistributed(layers.Dense(3))(spec_x)
    out = layers.Activation("sigmoid", name="strong_out")(spec_x)
    model = keras.Model(spec_start, out)
    model.compile(optimizer="adam", loss="binary_crossentropy")
    return model, [Values(16, 12, 2)]


@example(GITHUB + "keunwoochoi/music-auto_tagging-keras", idle=1e-2)
def music_tagger_crnn(keras, layers):
    melgram_input = layers.Input((16, 24, 1))
    x = layers.ZeroPadding2D(padding=(0, 2))(melgram_input)
    x = layers.BatchNormalization(axis=2, name="bn_0_freq")(x)
    for number, (filters, pool) in enumerate(((4, (2, 2)), (6, (2, 2)), (6, (4, 3)))):
        x = layers.Conv2D(filters, (3, 3), padding="same", name=f"conv{number}")(x)
        x = layers.BatchNormalization(axis=3, name=f"bn{number}")(x)
        x = layers.ELU()(x)
        x = layers.MaxPooling2D(pool_size=pool, strides=pool)(x)
        x = layers.Dropout(0.1)(x)
    x = layers.Permute((2, 1, 3))(x)
    x = layers.Reshape((2, 6))(x)
    x = layers.GRU(8, return_sequences=True)(x)
    x = layers.GRU(8, return_sequences=False)(x)
    x = layers.Dropout(0.3)(x)
    model = keras.Model(melgram_input, layers.Dense(5, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    return model, [Values(16, 24, 1)]


@example(GITHUB + "chineseocr/chineseocr", idle=1e-2)
def text_recognition_channels_first(keras, layers):
    first = {"data_format": "channels_first"}
    x = image = layers.Input((1, 16, 24), name="imgInput")
    x = layers.Conv2D(4, 3, padding="same", **first)(x)
    x = layers.BatchNormalization(epsilon=1e-5, axis=1, momentum=0.1)(x)
    x = layers.Activation("relu")(x)
    x = layers.AveragePooling2D(pool_size=(2, 2), strides=(2, 2), **first)(x)
    x = layers.ZeroPadding2D(padding=(0, 1), **first)(x)
    x = layers.Conv2D(6, (8, 2), padding="valid", **first)(x)
    x = layers.Permute((3, 2, 1))(x)
    x = layers.TimeDistributed(layers.Flatten())(x)
    for units, last in ((6, 6), (6, 9)):
        x = layers.Bidirectional(layers.LSTM(units, return_sequences=True))(x)
        x = layers.TimeDistributed(layers.Dense(last))(x)
    model = keras.Model(image, x)
    model.compile("adam", "mse")
    return model, [Values(1, 16, 24)]


@example(GITHUB + "qjadud1994/CRNN-Keras", idle=1e-2)
def license_plate_crnn(keras, layers):
    x = image = layers.Input((32, 16, 1), name="the_input")
    for filters, pool in ((4, (2, 2)), (6, (2, 2)), (6, (1, 2))):
        x = layers.Conv2D(filters, (3, 3), padding="same", kernel_initializer="he_normal")(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
        x = layers.MaxPooling2D(pool_size=pool)(x)
    x = layers.Reshape((8, 12))(x)
    x = layers.Dense(8, activation="relu", kernel_initializer="he_normal")(x)
    forward = layers.LSTM(8, return_sequences=True)(x)
    backward = layers.LSTM(8, return_sequences=True, go_backwards=True)(x)[:, ::-1]
    x = layers.BatchNormalization()(layers.add([forward, backward]))
    y_pred = layers.Activation("softmax", name="softmax")(layers.Dense(9)(x))
    model = keras.Model(image, y_pred)
    model.compile(keras.optimizers.Adadelta(), "categorical_crossentropy")
    return model, [Values(32, 16, 1)]


@example(GITHUB + "robmsmt/KerasDeepSpeech")
def deep_speech(keras, layers):
    x = input_data = layers.Input((None, 13), name="the_input")
    init = keras.initializers.RandomNormal(stddev=0.046875)
    for _ in range(3):
        x = layers.TimeDistributed(layers.Dense(8, kernel_initializer=init, activation="relu"))(x)
        x = layers.TimeDistributed(layers.Dropout(0.1))(x)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True, activation="relu"), merge_mode="sum")(x)
    x = layers.TimeDistributed(layers.Dropout(0.1))(x)
    model = keras.Model(input_data, layers.TimeDistributed(layers.Dense(10, activation="softmax"))(x))
    model.compile("adam", "categorical_crossentropy")
    return model, [Values(9, 13)]


@example(GITHUB + "udacity/AIND-VUI-Capstone", idle=1e-2)
def convolution_then_gru_speech(keras, layers):
    input_data = layers.Input((None, 13), name="the_input")
    x = layers.Conv1D(8, 3, strides=2, padding="valid", activation="relu", name="conv1d")(input_data)
    x = layers.BatchNormalization(name="bn_conv_1d")(x)
    for number in range(2):
        x = layers.GRU(8, activation="relu", return_sequences=True, name=f"rnn_{number}")(x)
        x = layers.BatchNormalization()(x)
    x = layers.TimeDistributed(layers.Dense(9))(x)
    model = keras.Model(input_data, layers.Activation("softmax", name="softmax")(x))
    model.compile(keras.optimizers.SGD(learning_rate=0.02, momentum=0.9, nesterov=True), "categorical_crossentropy")
    return model, [Values(15, 13)]


@example("https://bleedaiacademy.com/human-activity-recognition-using-tensorflow-cnn-lstm/")
def video_conv_lstm(keras, layers):
    model = keras.Sequential([layers.Input((6, 16, 16, 3))])
    for filters in (2, 3, 3):
        model.add(layers.ConvLSTM2D(filters=filters, kernel_size=(3, 3), activation="tanh", recurrent_dropout=0.2,
                                    return_sequences=True))
        model.add(layers.MaxPooling3D(pool_size=(1, 2, 2), padding="same", data_format="channels_last"))
        model.add(layers.TimeDistributed(layers.Dropout(0.2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(4, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Values(6, 16, 16, 3)]


@example(GITHUB + "harvitronix/five-video-classification-methods", idle=1e-2)
def video_lrcn(keras, layers):
    apply = layers.TimeDistributed
    model = keras.Sequential([layers.Input((4, 17, 17, 3))])
    model.add(apply(layers.Conv2D(4, (7, 7), strides=(2, 2), padding="same", activation="relu")))
    model.add(apply(layers.Conv2D(4, (3, 3), kernel_initializer="he_normal", activation="relu")))
    model.add(apply(layers.MaxPooling2D((2, 2), strides=(2, 2))))
    model.add(apply(layers.Flatten()))
    model.add(layers.Dropout(0.5))
    model.add(layers.LSTM(8, return_sequences=False, dropout=0.5))
    model.add(layers.Dense(5, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate=1e-5),
                  metrics=["accuracy", "top_k_categorical_accuracy"])
    return model, [Values(4, 17, 17, 3)]


@example("https://arxiv.org/abs/1701.01546")
def abnormal_events_autoencoder(keras, layers):
    model = keras.Sequential([
        layers.Input((17, 17, 6, 1)),
        layers.Conv3D(4, kernel_size=(5, 5, 1), strides=(2, 2, 1), padding="valid", activation="tanh"),
        layers.Conv3D(3, kernel_size=(3, 3, 1), strides=(1, 1, 1), padding="valid", activation="tanh"),
        layers.ConvLSTM2D(3, kernel_size=(3, 3), padding="same", dropout=0.4, recurrent_dropout=0.3,
                          return_sequences=True),
        layers.ConvLSTM2D(2, kernel_size=(3, 3), padding="same", dropout=0.3, return_sequences=True),
        layers.ConvLSTM2D(3, kernel_size=(3, 3), padding="same", dropout=0.5, return_sequences=True),
        layers.Conv3DTranspose(4, kernel_size=(3, 3, 1), strides=(1, 1, 1), padding="valid", activation="tanh"),
        layers.Conv3DTranspose(1, kernel_size=(5, 5, 1), strides=(2, 2, 1), padding="valid", activation="tanh")])
    model.compile(optimizer="adam", loss="mean_squared_error", metrics=["accuracy"])
    return model, [Values(17, 17, 6, 1)]


@example(GITHUB + "rezazad68/BCDU-Net", idle=1e-2)
def segmentation_conv_lstm(keras, layers):
    inputs = layers.Input((16, 16, 3))
    conv1 = layers.Conv2D(4, 3, activation="relu", padding="same", kernel_initializer="he_normal")(inputs)
    pool1 = layers.MaxPooling2D(pool_size=(2, 2))(conv1)
    conv2 = layers.Conv2D(6, 3, activation="relu", padding="same")(pool1)
    up = layers.Conv2DTranspose(4, kernel_size=2, strides=2, padding="same")(layers.Dropout(0.5)(conv2))
    up = layers.Activation("relu")(layers.BatchNormalization(axis=3)(up))
    x1, x2 = layers.Reshape((1, 16, 16, 4))(conv1), layers.Reshape((1, 16, 16, 4))(up)
    merge = layers.concatenate([x1, x2], axis=1)
    merge = layers.ConvLSTM2D(3, (3, 3), padding="same", return_sequences=False, go_backwards=True)(merge)
    conv3 = layers.Conv2D(2, 3, activation="relu", padding="same")(merge)
    model = keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(conv3))
    model.compile("adam", "binary_crossentropy")
    return model, [Values(16, 16, 3)]


@example(GITHUB + "kamalkraj/Named-Entity-Recognition-with-Bidirectional-LSTM-CNNs")
def entities_with_character_cnn(keras, layers):
    words_input = layers.Input((None,), dtype="int32", name="words_input")
    casing_input = layers.Input((None,), dtype="int32", name="casing_input")
    character_input = layers.Input((None, 12), name="char_input")
    words = layers.Embedding(30, 8, trainable=False)(words_input)
    casing = layers.Embedding(8, 8, trainable=False)(casing_input)
    x = layers.TimeDistributed(layers.Embedding(20, 6), name="char_embedding")(character_input)
    x = layers.Dropout(0.5)(x)
    x = layers.TimeDistributed(layers.Conv1D(6, 3, padding="same", activation="tanh"))(x)
    x = layers.TimeDistributed(layers.MaxPooling1D(12))(x)
    x = layers.Dropout(0.5)(layers.TimeDistributed(layers.Flatten())(x))
    output = layers.concatenate([words, casing, x])
    output = layers.Bidirectional(layers.LSTM(8, return_sequences=True, dropout=0.5, recurrent_dropout=0.25))(output)
    output = layers.TimeDistributed(layers.Dense(5, activation="softmax"))(output)
    model = keras.Model([words_input, casing_input, character_input], output)
    model.compile(loss="sparse_categorical_crossentropy", optimizer="nadam")
    return model, [Symbols(30, 7), Symbols(8, 7), Symbols(20, 7, 12, padded="post")]


@example("https://arxiv.org/abs/1802.05365")
def language_models_of_characters(keras, layers):
    characters = layers.Input((6, 10))
    e = layers.TimeDistributed(layers.Embedding(20, 6))(characters)
    x = layers.concatenate([
        layers.TimeDistributed(layers.GlobalMaxPooling1D())(
            layers.TimeDistributed(layers.Conv1D(filters, size, activation="tanh"))(e))
        for filters, size in ((4, 2), (6, 3))])
    carry = layers.Dense(10, activation="sigmoid", bias_initializer=keras.initializers.Constant(-2))(x)
    x = layers.Add()([layers.Multiply()([carry, layers.Dense(10, activation="relu")(x)]), x])
    output = layers.Dense(15, activation="softmax")
    forward = layers.Dense(10)(layers.LSTM(8, return_sequences=True)(x))
    backward = layers.Dense(10)(layers.LSTM(8, return_sequences=True, go_backwards=True)(x))
    model = keras.Model(characters, [output(forward), output(backward)])
    model.compile("adagrad", "sparse_categorical_crossentropy")
    return model, [Symbols(20, 6, 10)]


@example(GITHUB + "offbit/char-models")
def documents_of_characters(keras, layers):
    in_sentence = layers.Input((20,), dtype="int64")
    x = layers.Embedding(25, 8)(in_sentence)
    for filters, size in ((4, 5), (6, 3)):
        x = layers.Conv1D(filters, size, padding="valid", activation="tanh")(x)
        x = layers.MaxPooling1D(pool_size=2)(layers.Dropout(0.1)(x))
    ends = [layers.LSTM(6, dropout=0.2, recurrent_dropout=0.2, go_backwards=backwards)(x) for backwards in (False, True)]
    encoder = keras.Model(in_sentence, layers.Dropout(0.3)(layers.concatenate(ends, axis=-1)))
    document = layers.Input((4, 20), dtype="int64")
    encoded = layers.TimeDistributed(encoder)(document)
    ends = [layers.LSTM(6, go_backwards=backwards)(encoded) for backwards in (False, True)]
    output = layers.Dense(8, activation="relu")(layers.concatenate(ends))
    output = layers.Dense(1, activation="sigmoid")(layers.Dropout(0.3)(output))
    model = keras.Model(document, output)
    model.compile("rmsprop", "binary_crossentropy")
    return model, [Symbols(25, 4, 20)]


@example(GITHUB + "avisingh599/visual-qa")
def visual_questions(keras, layers):
    image, question = layers.Input((20,)), layers.Input((7, 10))
    language = question
    for last in (False, False, True):
        language = layers.LSTM(8, return_sequences=not last)(language)
    x = layers.Concatenate(axis=1)([language, layers.Reshape((20,))(image)])
    for _ in range(3):
        x = layers.Dense(10, kernel_initializer="uniform")(x)
        x = layers.Dropout(0.5)(layers.Activation("tanh")(x))
    model = keras.Model([question, image], layers.Activation("softmax")(layers.Dense(9)(x)))
    model.compile(loss="categorical_crossentropy", optimizer="rmsprop")
    return model, [Values(7, 10), Values(20)]


@example(GITHUB + "davidADSP/GDL_code")
def music_with_attention(keras, layers):
    notes, durations = layers.Input((None,)), layers.Input((None,))
    x = layers.Concatenate()([layers.Embedding(20, 8)(notes), layers.Embedding(9, 8)(durations)])
    x = layers.LSTM(8, return_sequences=True)(layers.LSTM(8, return_sequences=True)(x))
    e = layers.Reshape([-1])(layers.Dense(1, activation="tanh")(x))
    alpha = layers.Activation("softmax")(e)
    alpha_repeated = layers.Permute([2, 1])(layers.RepeatVector(8)(alpha))
    c = total(keras, layers.Multiply()([x, alpha_repeated]), axis=1)
    outputs = [layers.Dense(20, activation="softmax", name="pitch")(c),
               layers.Dense(9, activation="softmax", name="duration")(c)]
    model = keras.Model([notes, durations], outputs)
    model.compile(loss=["categorical_crossentropy"] * 2, optimizer=keras.optimizers.RMSprop(learning_rate=0.001))
    return model, [Symbols(20, 8), Symbols(9, 8)]


@example("https://arxiv.org/abs/1507.06527")
def recurrent_q_network(keras, layers):
    x = frames = layers.Input((4, 44, 44, 1))
    for filters, size, strides in ((4, 8, 4), (6, 4, 2), (6, 3, 1)):
        x = layers.TimeDistributed(layers.Conv2D(filters, size, strides=strides, activation="relu"))(x)
    x = layers.LSTM(10, activation="tanh")(layers.TimeDistributed(layers.Flatten())(x))
    model = keras.Model(frames, layers.Dense(4, activation="linear")(x))
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(learning_rate=1e-4))
    return model, [Values(4, 44, 44, 1)]


@example(GITHUB + "smousavi05/CRED", idle=1e-2)
def earthquake_detection(keras, layers):
    inputs = layers.Input((20, 12, 3))
    x = layers.Conv2D(4, (9, 9), strides=(2, 2), padding="same", kernel_initializer="he_normal",
                      kernel_regularizer=keras.regularizers.l2(1e-4))(inputs)
    for _ in range(2):
        y = layers.Dropout(0.1)(layers.Activation("relu")(layers.BatchNormalization()(x)))
        x = layers.add([x, layers.Conv2D(4, (3, 3), padding="same", kernel_initializer="he_normal")(y)])
    x = layers.Reshape((10, 24))(x)
    x = layers.Bidirectional(layers.LSTM(6, return_sequences=True, dropout=0.1))(x)
    x = layers.LSTM(6, return_sequences=True)(layers.BatchNormalization()(x))
    x = layers.TimeDistributed(layers.Dense(6, activation="relu"))(layers.Dropout(0.5)(x))
    model = keras.Model(inputs, layers.TimeDistributed(layers.Dense(1, activation="sigmoid"))(x))
    model.compile("adam", "binary_crossentropy")
    return model, [Values(20, 12, 3)]


@example("https://arxiv.org/abs/1604.07176")
def protein_structure(keras, layers):
    residues, profile = layers.Input((15,)), layers.Input((15, 6))
    x = layers.concatenate([layers.Embedding(22, 8)(residues), profile])
    c = layers.concatenate([layers.Conv1D(4, size, padding="same", activation="relu")(x) for size in (3, 7, 11)])
    below = layers.Bidirectional(layers.GRU(6, return_sequences=True))(c)
    above = layers.Bidirectional(layers.GRU(6, return_sequences=True))(below)
    f = layers.TimeDistributed(layers.Dense(10, activation="relu"))(layers.concatenate([c, below, above]))
    outputs = [layers.TimeDistributed(layers.Dense(8, activation="softmax"), name="structure")(f),
               layers.TimeDistributed(layers.Dense(2, activation="sigmoid"), name="solvent")(f)]
    model = keras.Model([residues, profile], outputs)
    model.compile("adam", {"structure": "categorical_crossentropy", "solvent": "mse"},
                  loss_weights={"structure": 1.0, "solvent": 0.3})
    return model, [Symbols(22, 15), Values(15, 6)]
