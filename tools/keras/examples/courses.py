"""Models of courses, and further ones of the books and of keras.io that they use."""

from .example import Symbols, Values, example

COURSERA = "https://www.coursera.org/learn/"
GERON = "https://github.com/ageron/handson-ml3/blob/main/"
KERAS = "https://keras.io/examples/"


@example(COURSERA + "nlp-sequence-models", idle=1e-2)
def trigger_word_detection(keras, layers):
    x = x_input = layers.Input(shape=(40, 7))
    x = layers.Conv1D(6, kernel_size=7, strides=4)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Dropout(0.8)(layers.Activation("relu")(x))
    for _ in range(2):
        x = layers.GRU(6, return_sequences=True)(x)
        x = layers.BatchNormalization()(layers.Dropout(0.8)(x))
    x = layers.TimeDistributed(layers.Dense(1, activation="sigmoid"))(layers.Dropout(0.8)(x))
    model = keras.Model(x_input, x)
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(learning_rate=1e-6), metrics=["accuracy"])
    return model, [Values(40, 7)]


@example(COURSERA + "nlp-sequence-models")
def emojify(keras, layers):
    sentence_indices = layers.Input((8,), dtype="int32")
    x = layers.Embedding(30, 8, trainable=False)(sentence_indices)
    x = layers.Dropout(0.5)(layers.LSTM(8, return_sequences=True)(x))
    x = layers.Dropout(0.5)(layers.LSTM(8, return_sequences=False)(x))
    model = keras.Model(sentence_indices, layers.Activation("softmax")(layers.Dense(5)(x)))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model, [Symbols(30, 8, padded="post")]


@example(COURSERA + "natural-language-processing-tensorflow")
def sonnets_bidirectional(keras, layers):
    model = keras.Sequential([
        layers.Input((10,)), layers.Embedding(30, 8), layers.Bidirectional(layers.LSTM(8, return_sequences=True)),
        layers.Dropout(0.2), layers.LSTM(8),
        layers.Dense(15, activation="relu", kernel_regularizer=keras.regularizers.l2(0.01)),
        layers.Dense(30, activation="softmax")])
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Symbols(30, 10, padded="pre")]


@example(COURSERA + "tensorflow-sequences-time-series-and-prediction")
def sunspots_convolution_lstm(keras, layers):
    model = keras.Sequential([
        layers.Input((None, 1)), layers.Conv1D(8, 5, strides=1, padding="causal", activation="relu"),
        layers.LSTM(8, return_sequences=True), layers.LSTM(8), layers.Dense(9, activation="relu"), layers.Dense(1),
        layers.Rescaling(400.0)])
    model.compile(loss=keras.losses.Huber(), optimizer=keras.optimizers.SGD(learning_rate=1e-6, momentum=0.9))
    return model, [Values(20, 1)]


@example(GERON + "15_processing_sequences_using_rnns_and_cnns.ipynb", idle=1e-2)
def sketch_rnn(keras, layers):
    model = keras.Sequential([layers.Input((None, 3))])
    for filters in (4, 6):
        model.add(layers.Conv1D(filters, kernel_size=5, strides=2, activation="relu"))
        model.add(layers.BatchNormalization())
    model.add(layers.LSTM(8, return_sequences=True))
    model.add(layers.LSTM(8))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy", "sparse_top_k_categorical_accuracy"],
                  optimizer=keras.optimizers.SGD(learning_rate=1e-2, clipnorm=1.0))
    return model, [Values(40, 3)]


@example(GERON + "15_processing_sequences_using_rnns_and_cnns.ipynb", idle=1e-2)
def bach_chorales(keras, layers):
    model = keras.Sequential([layers.Input((None,)), layers.Embedding(30, 5)])
    for rate in (1, 2, 4):
        model.add(layers.Conv1D(4 + rate, kernel_size=2, padding="causal", activation="relu", dilation_rate=rate))
        model.add(layers.BatchNormalization())
    model.add(layers.LSTM(8, return_sequences=True))
    model.add(layers.Dense(30, activation="softmax"))
    model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Nadam(learning_rate=1e-3),
                  metrics=["accuracy"])
    return model, [Symbols(30, 16)]


@example(KERAS + "nlp/active_learning_review_classification")
def active_learning_reviews(keras, layers):
    model = keras.Sequential([
        layers.Input((12,)), layers.Embedding(30, 8), layers.Bidirectional(layers.LSTM(6, return_sequences=True)),
        layers.GlobalMaxPool1D(), layers.Dense(5, activation="relu"), layers.Dropout(0.5),
        layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="rmsprop", metrics=["binary_accuracy"])
    return model, [Symbols(30, 12)]


@example(KERAS + "vision/handwriting_recognition")
def handwriting_recognition(keras, layers):
    x = input_img = layers.Input((32, 16, 1), name="image")
    for filters in (4, 6):
        x = layers.Conv2D(filters, (3, 3), activation="relu", kernel_initializer="he_normal", padding="same")(x)
        x = layers.MaxPooling2D((2, 2))(x)
    x = layers.Reshape(target_shape=(8, 24))(x)
    x = layers.Dropout(0.2)(layers.Dense(8, activation="relu")(x))
    for units in (8, 6):
        x = layers.Bidirectional(layers.LSTM(units, return_sequences=True, dropout=0.25))(x)
    model = keras.Model(input_img, layers.Dense(11, activation="softmax", name="dense2")(x))
    model.compile("adam", "categorical_crossentropy")
    return model, [Values(32, 16, 1)]
