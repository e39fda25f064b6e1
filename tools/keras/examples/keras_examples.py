"""Examples of keras.io."""

from .example import Flags, Symbols, Texts, Values, example

SITE = "https://keras.io/examples/"


@example(SITE + "nlp/bidirectional_lstm_imdb")
def bidirectional_lstm_imdb(keras, layers):
    inputs = keras.Input(shape=(None,), dtype="int32")
    x = layers.Embedding(40, 8)(inputs)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(8))(x)
    outputs = layers.Dense(1, activation="sigmoid")(x)
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model, [Symbols(40, 12)]


def seq2seq(keras, layers):
    encoder_inputs = keras.Input(shape=(None, 7))
    encoder = layers.LSTM(10, return_state=True)
    _, state_h, state_c = encoder(encoder_inputs)
    encoder_states = [state_h, state_c]
    decoder_inputs = keras.Input(shape=(None, 9))
    decoder_lstm = layers.LSTM(10, return_sequences=True, return_state=True)
    decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=encoder_states)
    decoder_dense = layers.Dense(9, activation="softmax")
    model = keras.Model([encoder_inputs, decoder_inputs], decoder_dense(decoder_outputs))
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    return model, encoder_inputs, encoder_states, decoder_inputs, decoder_lstm, decoder_dense


@example(SITE + "nlp/lstm_seq2seq")
def lstm_seq2seq(keras, layers):
    return seq2seq(keras, layers)[0], [Values(6, 7), Values(8, 9)]


@example(SITE + "nlp/lstm_seq2seq")
def lstm_seq2seq_encoder(keras, layers):
    _, encoder_inputs, encoder_states, *_ = seq2seq(keras, layers)
    return keras.Model(encoder_inputs, encoder_states), [Values(6, 7)]


@example(SITE + "nlp/lstm_seq2seq")
def lstm_seq2seq_decoder(keras, layers):
    _, _, _, decoder_inputs, decoder_lstm, decoder_dense = seq2seq(keras, layers)
    states = [keras.Input(shape=(10,)), keras.Input(shape=(10,))]
    outputs, state_h, state_c = decoder_lstm(decoder_inputs, initial_state=states)
    model = keras.Model([decoder_inputs] + states, [decoder_dense(outputs), state_h, state_c])
    return model, [Values(1, 9), Values(10), Values(10)]


@example(SITE + "nlp/addition_rnn")
def addition_rnn(keras, layers):
    model = keras.Sequential()
    model.add(keras.Input((7, 12)))
    model.add(layers.LSTM(16))
    model.add(layers.RepeatVector(4))
    for _ in range(1):
        model.add(layers.LSTM(16, return_sequences=True))
    model.add(layers.Dense(12, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Values(7, 12)]


@example(SITE + "generative/lstm_character_level_text_generation")
def lstm_character_level_text_generation(keras, layers):
    model = keras.Sequential([keras.Input(shape=(12, 10)), layers.LSTM(16), layers.Dense(10, activation="softmax")])
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.RMSprop(learning_rate=0.01))
    return model, [Values(12, 10)]


@example(SITE + "nlp/pretrained_word_embeddings")
def pretrained_word_embeddings(keras, layers):
    inputs = keras.Input(shape=(None,), dtype="int64")
    x = layers.Embedding(30, 6, trainable=False)(inputs)
    x = layers.Conv1D(8, 3, activation="relu")(x)
    x = layers.MaxPooling1D(2)(x)
    x = layers.Conv1D(8, 3, activation="relu")(x)
    x = layers.GlobalMaxPooling1D()(x)
    x = layers.Dense(8, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    model = keras.Model(inputs, layers.Dense(4, activation="softmax")(x))
    model.compile(loss="sparse_categorical_crossentropy", optimizer="rmsprop", metrics=["acc"])
    return model, [Symbols(30, 12)]


@example(SITE + "nlp/text_classification_from_scratch")
def text_classification_from_scratch(keras, layers):
    inputs = keras.Input(shape=(None,), dtype="int64")
    x = layers.Embedding(30, 8)(inputs)
    x = layers.Dropout(0.5)(x)
    x = layers.Conv1D(8, 3, padding="valid", activation="relu", strides=2)(x)
    x = layers.Conv1D(8, 3, padding="valid", activation="relu", strides=2)(x)
    x = layers.GlobalMaxPooling1D()(x)
    x = layers.Dense(8, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid", name="predictions")(x))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Symbols(30, 12)]


@example(SITE + "vision/conv_lstm")
def conv_lstm(keras, layers):
    inp = layers.Input(shape=(None, 6, 6, 1))
    x = layers.ConvLSTM2D(4, (5, 5), padding="same", return_sequences=True, activation="relu")(inp)
    x = layers.BatchNormalization()(x)
    x = layers.ConvLSTM2D(4, (3, 3), padding="same", return_sequences=True, activation="relu")(x)
    x = layers.BatchNormalization()(x)
    x = layers.ConvLSTM2D(4, (1, 1), padding="same", return_sequences=True, activation="relu")(x)
    x = layers.Conv3D(1, (3, 3, 3), activation="sigmoid", padding="same")(x)
    model = keras.Model(inp, x)
    model.compile(loss=keras.losses.BinaryCrossentropy(), optimizer=keras.optimizers.Adam())
    return model, [Values(4, 6, 6, 1)]


@example(SITE + "timeseries/timeseries_classification_from_scratch")
def timeseries_classification_from_scratch(keras, layers):
    x = inputs = keras.Input((12, 1))
    for _ in range(3):
        x = layers.Conv1D(filters=8, kernel_size=3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    gap = layers.GlobalAveragePooling1D()(x)
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(gap))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy",
                  metrics=["sparse_categorical_accuracy"])
    return model, [Values(12, 1)]


@example(SITE + "timeseries/timeseries_classification_transformer")
def timeseries_classification_transformer(keras, layers):
    x = inputs = keras.Input((12, 1))
    for _ in range(2):
        below = x
        x = layers.MultiHeadAttention(key_dim=4, num_heads=2, dropout=0.25)(x, x)
        x = layers.Dropout(0.25)(x)
        x = layers.LayerNormalization(epsilon=1e-6)(x)
        res = x + below
        x = layers.Conv1D(filters=4, kernel_size=1, activation="relu")(res)
        x = layers.Dropout(0.25)(x)
        x = layers.Conv1D(filters=1, kernel_size=1)(x)
        x = layers.LayerNormalization(epsilon=1e-6)(x)
        x = x + res
    x = layers.GlobalAveragePooling1D(data_format="channels_last")(x)
    x = layers.Dense(8, activation="relu")(x)
    x = layers.Dropout(0.4)(x)
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(x))
    model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate=1e-4),
                  metrics=["sparse_categorical_accuracy"])
    return model, [Values(12, 1)]


@example(SITE + "timeseries/timeseries_weather_forecasting")
def timeseries_weather_forecasting(keras, layers):
    inputs = keras.layers.Input(shape=(12, 7))
    lstm_out = layers.LSTM(16)(inputs)
    model = keras.Model(inputs=inputs, outputs=layers.Dense(1)(lstm_out))
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.001), loss="mse")
    return model, [Values(12, 7)]


@example(SITE + "timeseries/timeseries_anomaly_detection")
def timeseries_anomaly_detection(keras, layers):
    model = keras.Sequential([
        layers.Input(shape=(12, 1)),
        layers.Conv1D(filters=8, kernel_size=7, padding="same", strides=2, activation="relu"),
        layers.Dropout(rate=0.2),
        layers.Conv1D(filters=4, kernel_size=7, padding="same", strides=2, activation="relu"),
        layers.Conv1DTranspose(filters=4, kernel_size=7, padding="same", strides=2, activation="relu"),
        layers.Dropout(rate=0.2),
        layers.Conv1DTranspose(filters=8, kernel_size=7, padding="same", strides=2, activation="relu"),
        layers.Conv1DTranspose(filters=1, kernel_size=7, padding="same")])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.001), loss="mse")
    return model, [Values(12, 1)]


@example(SITE + "timeseries/eeg_signal_classification")
def eeg_signal_classification(keras, layers):
    x = inputs = keras.Input((12, 1))
    for filters in (4, 8):
        x = layers.Conv1D(filters, 3, strides=2, padding="same", activation="relu")(x)
        x = layers.BatchNormalization()(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(8, activation="relu", kernel_regularizer=keras.regularizers.L2())(x)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    model.compile(optimizer=keras.optimizers.Adam(amsgrad=True, learning_rate=0.001),
                  loss=keras.losses.CategoricalCrossentropy(),
                  metrics=[keras.metrics.TopKCategoricalAccuracy(k=3), keras.metrics.AUC(),
                           keras.metrics.Precision(), keras.metrics.Recall()])
    return model, [Values(12, 1)]


def read_images(layers, input_img, classes):
    x = layers.Conv2D(4, (3, 3), activation="relu", kernel_initializer="he_normal", padding="same")(input_img)
    x = layers.MaxPooling2D((2, 2))(x)
    x = layers.Conv2D(8, (3, 3), activation="relu", kernel_initializer="he_normal", padding="same")(x)
    x = layers.MaxPooling2D((2, 2))(x)
    x = layers.Reshape(target_shape=(6, 2 * 8))(x)
    x = layers.Dense(8, activation="relu")(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True, dropout=0.25))(x)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True, dropout=0.25))(x)
    return layers.Dense(classes, activation="softmax", name="dense2")(x)


@example(SITE + "vision/captcha_ocr")
def captcha_ocr_prediction(keras, layers):
    input_img = layers.Input(shape=(24, 8, 1), name="image", dtype="float32")
    return keras.Model(input_img, read_images(layers, input_img, 7)), [Values(24, 8, 1)]


@example(SITE + "vision/captcha_ocr", custom="CTCLayer")
def captcha_ocr_training(keras, layers):
    class CTCLayer(layers.Layer):
        def call(self, y_true, y_pred):
            return y_pred

        def compute_output_shape(self, true_shape, pred_shape):
            return pred_shape

    input_img = layers.Input(shape=(24, 8, 1), name="image", dtype="float32")
    labels = layers.Input(name="label", shape=(None,), dtype="float32")
    x = CTCLayer(name="ctc_loss")(labels, read_images(layers, input_img, 7))
    model = keras.Model(inputs=[input_img, labels], outputs=x, name="ocr_model_v1")
    model.compile(optimizer=keras.optimizers.Adam())
    return model, [Values(24, 8, 1), Symbols(6, 5)]


@example(SITE + "audio/ctc_asr")
def ctc_asr(keras, layers):
    input_spectrogram = layers.Input((None, 12), name="input")
    x = layers.Reshape((-1, 12, 1), name="expand_dim")(input_spectrogram)
    x = layers.Conv2D(4, [3, 5], strides=[2, 2], padding="same", use_bias=False, name="conv_1")(x)
    x = layers.BatchNormalization(name="conv_1_bn")(x)
    x = layers.ReLU(name="conv_1_relu")(x)
    x = layers.Conv2D(4, [3, 5], strides=[1, 2], padding="same", use_bias=False, name="conv_2")(x)
    x = layers.BatchNormalization(name="conv_2_bn")(x)
    x = layers.ReLU(name="conv_2_relu")(x)
    x = layers.Reshape((-1, 3 * 4))(x)
    for i in range(1, 3):
        recurrent = layers.GRU(units=8, activation="tanh", recurrent_activation="sigmoid", use_bias=True,
                               return_sequences=True, reset_after=True, name=f"gru_{i}")
        x = layers.Bidirectional(recurrent, name=f"bidirectional_{i}", merge_mode="concat")(x)
        if i < 2:
            x = layers.Dropout(rate=0.5)(x)
    x = layers.Dense(units=16, name="dense_1")(x)
    x = layers.ReLU(name="dense_1_relu")(x)
    x = layers.Dropout(rate=0.5)(x)
    return keras.Model(input_spectrogram, layers.Dense(6, activation="softmax")(x)), [Values(12, 12)]


@example(SITE + "vision/video_classification")
def video_classification_cnn_rnn(keras, layers):
    frame_features_input = keras.Input((8, 10))
    mask_input = keras.Input((8,), dtype="bool")
    x = layers.GRU(8, return_sequences=True)(frame_features_input, mask=mask_input)
    x = layers.GRU(4)(x)
    x = layers.Dropout(0.4)(x)
    x = layers.Dense(8, activation="relu")(x)
    model = keras.Model([frame_features_input, mask_input], layers.Dense(5, activation="softmax")(x))
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Values(8, 10), Flags(8)]


@example(SITE + "nlp/text_classification_with_transformer", custom="TokenAndPositionEmbedding")
def text_classification_with_transformer(keras, layers):
    class TokenAndPositionEmbedding(layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.token_emb = layers.Embedding(20, 8)

        def call(self, x):
            return self.token_emb(x)

    inputs = layers.Input(shape=(10,))
    x = TokenAndPositionEmbedding()(inputs)
    x = layers.GlobalAveragePooling1D()(x)
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, [Symbols(20, 10)]


@example(SITE + "nlp/text_classification_from_scratch", custom="TextVectorization", custom_forms=".h5")
def text_classification_end_to_end(keras, layers):
    vectorize = layers.TextVectorization(max_tokens=20, output_mode="int", output_sequence_length=8)
    vectorize.adapt(["the film was good", "the film was bad", "very bad"])
    model = keras.Sequential([keras.Input(shape=(1,), dtype="string"), vectorize, layers.Embedding(20, 8),
                              layers.GlobalMaxPooling1D(), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Texts()]
