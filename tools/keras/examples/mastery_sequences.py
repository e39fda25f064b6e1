"""Texts, pictures and sequences, as in tutorials of machinelearningmastery.com."""

from .example import Symbols, Values, example

SITE = "https://machinelearningmastery.com/"
REVIEWS = SITE + "sequence-classification-lstm-recurrent-neural-networks-python-keras/"
TRANSLATION = SITE + "define-encoder-decoder-sequence-sequence-model-neural-machine-translation-keras/"
FUNCTIONAL = SITE + "keras-functional-api-deep-learning/"


def reviews(keras, *layers):
    model = keras.Sequential([keras.Input((12,)), *layers])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Symbols(30, 12, padded="pre")]


@example(REVIEWS)
def reviews_lstm(keras, layers):
    return reviews(keras, layers.Embedding(30, 8), layers.LSTM(10), layers.Dense(1, activation="sigmoid"))


@example(REVIEWS)
def reviews_dropout(keras, layers):
    return reviews(keras, layers.Embedding(30, 8), layers.Dropout(0.2), layers.LSTM(10), layers.Dropout(0.2),
                   layers.Dense(1, activation="sigmoid"))


@example(REVIEWS)
def reviews_recurrent_dropout(keras, layers):
    return reviews(keras, layers.Embedding(30, 8), layers.LSTM(10, dropout=0.2, recurrent_dropout=0.2),
                   layers.Dense(1, activation="sigmoid"))


@example(REVIEWS)
def reviews_bidirectional(keras, layers):
    return reviews(keras, layers.Embedding(30, 8), layers.Bidirectional(layers.LSTM(10, dropout=0.2)),
                   layers.Dense(1, activation="sigmoid"))


@example(REVIEWS)
def reviews_cnn_lstm(keras, layers):
    return reviews(keras, layers.Embedding(30, 8),
                   layers.Conv1D(filters=8, kernel_size=3, padding="same", activation="relu"),
                   layers.MaxPooling1D(pool_size=2), layers.LSTM(10), layers.Dense(1, activation="sigmoid"))


@example(SITE + "text-generation-lstm-recurrent-neural-networks-python-keras/")
def alice_lstm(keras, layers):
    model = keras.Sequential([
        keras.Input((12, 1)), layers.LSTM(16, return_sequences=True), layers.Dropout(0.2), layers.LSTM(16),
        layers.Dropout(0.2), layers.Dense(11, activation="softmax")])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model, [Values(12, 1)]


@example(SITE + "how-to-develop-a-word-level-neural-language-model-in-keras/")
def plato_language_model(keras, layers):
    model = keras.Sequential([
        keras.Input((12,)), layers.Embedding(30, 10), layers.LSTM(10, return_sequences=True), layers.LSTM(10),
        layers.Dense(10, activation="relu"), layers.Dense(30, activation="softmax")])
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Symbols(30, 12)]


@example(SITE + "develop-bidirectional-lstm-sequence-classification-python-keras/")
def cumulative_sum_bidirectional(keras, layers):
    model = keras.Sequential([
        keras.Input((10, 1)), layers.Bidirectional(layers.LSTM(10, return_sequences=True), merge_mode="mul"),
        layers.TimeDistributed(layers.Dense(1, activation="sigmoid"))])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Values(10, 1)]


@example(SITE + "timedistributed-layer-for-long-short-term-memory-networks-in-python/")
def echo_time_distributed(keras, layers):
    model = keras.Sequential([keras.Input((5, 1)), layers.LSTM(5, return_sequences=True),
                              layers.TimeDistributed(layers.Dense(1))])
    model.compile(loss="mean_squared_error", optimizer="adam")
    return model, [Values(5, 1)]


@example(SITE + "learn-add-numbers-seq2seq-recurrent-neural-networks/")
def add_numbers(keras, layers):
    model = keras.Sequential([
        keras.Input((8, 12)), layers.LSTM(16), layers.RepeatVector(2), layers.LSTM(10, return_sequences=True),
        layers.TimeDistributed(layers.Dense(12, activation="softmax"))])
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Values(8, 12)]


@example(SITE + "develop-neural-machine-translation-system-keras/")
def german_to_english(keras, layers):
    model = keras.Sequential([
        keras.Input((9,)), layers.Embedding(25, 12, mask_zero=True), layers.LSTM(12), layers.RepeatVector(6),
        layers.LSTM(12, return_sequences=True), layers.TimeDistributed(layers.Dense(30, activation="softmax"))])
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    return model, [Symbols(25, 9, padded="post")]


@example(SITE + "develop-encoder-decoder-model-sequence-sequence-prediction-keras/")
def encoder_decoder_states(keras, layers):
    model = define_models(keras, layers)[0]
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model, [Values(6, 11), Values(3, 11)]


def define_models(keras, layers):
    """The model that is trained, the encoder and the decoder."""
    encoder_inputs = layers.Input(shape=(None, 11))
    _, state_h, state_c = layers.LSTM(12, return_state=True)(encoder_inputs)
    decoder_inputs = layers.Input(shape=(None, 11))
    decoder_lstm = layers.LSTM(12, return_sequences=True, return_state=True)
    decoder_dense = layers.Dense(11, activation="softmax")
    decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=[state_h, state_c])
    model = keras.Model([encoder_inputs, decoder_inputs], decoder_dense(decoder_outputs))
    encoder_model = keras.Model(encoder_inputs, [state_h, state_c])
    decoder_states = [layers.Input(shape=(12,)), layers.Input(shape=(12,))]
    decoder_outputs, state_h, state_c = decoder_lstm(decoder_inputs, initial_state=decoder_states)
    decoder_model = keras.Model([decoder_inputs] + decoder_states, [decoder_dense(decoder_outputs), state_h, state_c])
    return model, encoder_model, decoder_model


@example(TRANSLATION)
def encoder_states(keras, layers):
    return define_models(keras, layers)[1], [Values(6, 11)]


@example(TRANSLATION)
def decoder_from_states(keras, layers):
    return define_models(keras, layers)[2], [Values(1, 11), Values(12), Values(12)]


@example(SITE + "develop-a-deep-learning-caption-generation-model-in-python/")
def caption_generator(keras, layers):
    inputs1 = layers.Input(shape=(16,))
    fe1 = layers.Dropout(0.5)(inputs1)
    fe2 = layers.Dense(10, activation="relu")(fe1)
    inputs2 = layers.Input(shape=(8,))
    se1 = layers.Embedding(25, 10, mask_zero=True)(inputs2)
    se2 = layers.Dropout(0.5)(se1)
    se3 = layers.LSTM(10)(se2)
    decoder1 = layers.add([fe2, se3])
    decoder2 = layers.Dense(10, activation="relu")(decoder1)
    model = keras.Model(inputs=[inputs1, inputs2], outputs=layers.Dense(25, activation="softmax")(decoder2))
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model, [Values(16), Symbols(25, 8, padded="post")]


@example(SITE + "develop-a-caption-generation-model-in-keras/")
def caption_merge_repeat(keras, layers):
    inputs1 = layers.Input(shape=(3, 3, 8))
    fe1 = layers.GlobalMaxPooling2D()(inputs1)
    fe2 = layers.Dense(8, activation="relu")(fe1)
    fe3 = layers.RepeatVector(7)(fe2)
    inputs2 = layers.Input(shape=(7,))
    emb2 = layers.Embedding(20, 6, mask_zero=True)(inputs2)
    emb3 = layers.LSTM(12, return_sequences=True)(emb2)
    emb4 = layers.TimeDistributed(layers.Dense(8, activation="relu"))(emb3)
    merged = layers.concatenate([fe3, emb4])
    lm2 = layers.LSTM(12)(merged)
    lm3 = layers.Dense(12, activation="relu")(lm2)
    model = keras.Model(inputs=[inputs1, inputs2], outputs=layers.Dense(20, activation="softmax")(lm3))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Values(3, 3, 8), Symbols(20, 7, padded="post")]


@example(SITE + "encoder-decoder-deep-learning-models-text-summarization/")
def summarization_recursive(keras, layers):
    inputs1 = layers.Input(shape=(10,))
    article1 = layers.Embedding(25, 8)(inputs1)
    article2 = layers.LSTM(8)(article1)
    article3 = layers.RepeatVector(5)(article2)
    inputs2 = layers.Input(shape=(5,))
    summ1 = layers.Embedding(25, 8)(inputs2)
    decoder1 = layers.concatenate([article3, summ1])
    decoder2 = layers.LSTM(8)(decoder1)
    model = keras.Model(inputs=[inputs1, inputs2], outputs=layers.Dense(25, activation="softmax")(decoder2))
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model, [Symbols(25, 10), Symbols(25, 5)]


@example(SITE + "develop-n-gram-multichannel-convolutional-neural-network-sentiment-analysis/")
def n_gram_multichannel(keras, layers):
    inputs, flat = [], []
    for kernel_size in (2, 3, 4):
        inputs.append(layers.Input(shape=(12,)))
        embedding = layers.Embedding(25, 8)(inputs[-1])
        conv = layers.Conv1D(filters=6, kernel_size=kernel_size, activation="relu")(embedding)
        drop = layers.Dropout(0.5)(conv)
        flat.append(layers.Flatten()(layers.MaxPooling1D(pool_size=2)(drop)))
    dense1 = layers.Dense(10, activation="relu")(layers.concatenate(flat))
    model = keras.Model(inputs=inputs, outputs=layers.Dense(1, activation="sigmoid")(dense1))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Symbols(25, 12, padded="post")] * 3


@example(FUNCTIONAL)
def shared_feature_extraction(keras, layers):
    visible = layers.Input(shape=(12, 1))
    extract1 = layers.LSTM(10)(visible)
    interp1 = layers.Dense(10, activation="relu")(extract1)
    interp11 = layers.Dense(10, activation="relu")(extract1)
    interp12 = layers.Dense(8, activation="relu")(interp11)
    interp13 = layers.Dense(10, activation="relu")(interp12)
    merge = layers.concatenate([interp1, interp13])
    model = keras.Model(visible, layers.Dense(1, activation="sigmoid")(merge))
    model.compile("adam", "binary_crossentropy")
    return model, [Values(12, 1)]


@example(FUNCTIONAL)
def sequence_and_class_outputs(keras, layers):
    visible = layers.Input(shape=(12, 1))
    extract = layers.LSTM(10, return_sequences=True)(visible)
    class11 = layers.LSTM(10)(extract)
    class12 = layers.Dense(10, activation="relu")(class11)
    output1 = layers.Dense(1, activation="sigmoid")(class12)
    output2 = layers.TimeDistributed(layers.Dense(1, activation="linear"))(extract)
    model = keras.Model(inputs=visible, outputs=[output1, output2])
    model.compile("adam", ["binary_crossentropy", "mse"])
    return model, [Values(12, 1)]


@example(SITE + "cnn-long-short-term-memory-networks/")
def moving_square_cnn_lstm(keras, layers):
    model = keras.Sequential([
        keras.Input((4, 8, 8, 1)), layers.TimeDistributed(layers.Conv2D(2, (2, 2), activation="relu")),
        layers.TimeDistributed(layers.MaxPooling2D(pool_size=(2, 2))), layers.TimeDistributed(layers.Flatten()),
        layers.LSTM(10), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Values(4, 8, 8, 1)]


@example(SITE + "cnn-long-short-term-memory-networks/")
def nested_cnn_lstm(keras, layers):
    cnn = keras.Sequential([keras.Input((6, 6, 1)), layers.Conv2D(2, (2, 2), activation="relu", padding="same"),
                            layers.MaxPooling2D(pool_size=(2, 2)), layers.Flatten()])
    model = keras.Sequential([keras.Input((4, 6, 6, 1)), layers.TimeDistributed(cnn), layers.LSTM(8),
                              layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    return model, [Values(4, 6, 6, 1)]


@example(SITE + "understanding-stateful-lstm-recurrent-neural-networks-python-keras/")
def alphabet_stateful(keras, layers):
    model = keras.Sequential([keras.Input(batch_shape=(1, 1, 1)), layers.LSTM(12, stateful=True),
                              layers.Dense(26, activation="softmax")])
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Values(1, 1)]


@example(SITE + "adding-a-custom-attention-layer-to-recurrent-neural-network-in-keras/", custom="attention")
def custom_attention(keras, layers):
    class attention(layers.Layer):
        def build(self, shape):
            self.W = self.add_weight(name="attention_weight", shape=(shape[-1], 1), initializer="random_normal")
            self.built = True

        def call(self, x):
            import tensorflow
            e = tensorflow.tanh(tensorflow.matmul(x, self.W))
            return tensorflow.reduce_sum(x * tensorflow.nn.softmax(e, axis=1), axis=1)

        def compute_output_shape(self, shape):
            return shape[0], shape[2]

    x = layers.Input(shape=(10, 1))
    rnn_layer = layers.SimpleRNN(2, return_sequences=True, activation="tanh")(x)
    model = keras.Model(x, layers.Dense(units=1, activation="tanh")(attention()(rnn_layer)))
    model.compile(loss="mse", optimizer="adam")
    return model, [Values(10, 1)]
