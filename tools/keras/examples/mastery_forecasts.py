"""Forecasts and sensors, as in tutorials of machinelearningmastery.com."""

from .example import Values, example

SITE = "https://machinelearningmastery.com/"
AIRLINE = SITE + "time-series-prediction-lstm-recurrent-neural-networks-python-keras/"
FORECASTING = SITE + "how-to-develop-lstm-models-for-time-series-forecasting/"
POWER = SITE + "how-to-develop-lstm-models-for-multi-step-time-series-forecasting-of-household-power-consumption/"
ACTIVITY = SITE + "how-to-develop-rnn-models-for-human-activity-recognition-time-series-classification/"
AUTOENCODERS = SITE + "lstm-autoencoders/"


def chain(keras, sizes, *layers, loss="mse", optimizer="adam", **options):
    model = keras.Sequential([keras.Input(sizes), *layers])
    model.compile(optimizer=optimizer, loss=loss, **options)
    return model, [Values(*sizes)]


@example(AIRLINE)
def airline_lstm(keras, layers):
    return chain(keras, (1, 1), layers.LSTM(4), layers.Dense(1), loss="mean_squared_error")


@example(AIRLINE)
def airline_time_steps(keras, layers):
    return chain(keras, (3, 1), layers.LSTM(4), layers.Dense(1), loss="mean_squared_error")


@example(AIRLINE)
def airline_stateful(keras, layers):
    model = keras.Sequential([keras.Input(batch_shape=(1, 3, 1)), layers.LSTM(4, stateful=True), layers.Dense(1)])
    model.compile(loss="mean_squared_error", optimizer="adam")
    return model, [Values(3, 1)]


@example(AIRLINE)
def airline_stacked_stateful(keras, layers):
    model = keras.Sequential([keras.Input(batch_shape=(1, 3, 1)),
                              layers.LSTM(4, stateful=True, return_sequences=True),
                              layers.LSTM(4, stateful=True), layers.Dense(1)])
    model.compile(loss="mean_squared_error", optimizer="adam")
    return model, [Values(3, 1)]


@example(FORECASTING)
def vanilla_lstm(keras, layers):
    return chain(keras, (3, 1), layers.LSTM(12, activation="relu"), layers.Dense(1))


@example(FORECASTING)
def stacked_lstm(keras, layers):
    return chain(keras, (3, 1), layers.LSTM(12, activation="relu", return_sequences=True),
                 layers.LSTM(12, activation="relu"), layers.Dense(1))


@example(FORECASTING)
def bidirectional_relu_lstm(keras, layers):
    return chain(keras, (3, 1), layers.Bidirectional(layers.LSTM(12, activation="relu")), layers.Dense(1))


@example(FORECASTING)
def cnn_lstm(keras, layers):
    return chain(keras, (2, 4, 1),
                 layers.TimeDistributed(layers.Conv1D(filters=8, kernel_size=1, activation="relu")),
                 layers.TimeDistributed(layers.MaxPooling1D(pool_size=2)), layers.TimeDistributed(layers.Flatten()),
                 layers.LSTM(12, activation="relu"), layers.Dense(1))


@example(FORECASTING)
def univariate_conv_lstm(keras, layers):
    return chain(keras, (2, 1, 2, 1), layers.ConvLSTM2D(filters=8, kernel_size=(1, 2), activation="relu"),
                 layers.Flatten(), layers.Dense(1))


@example(FORECASTING)
def multiple_parallel_series(keras, layers):
    return chain(keras, (3, 3), layers.LSTM(12, activation="relu", return_sequences=True),
                 layers.LSTM(12, activation="relu"), layers.Dense(3))


@example(FORECASTING)
def encoder_decoder_forecast(keras, layers):
    return chain(keras, (3, 2), layers.LSTM(12, activation="relu"), layers.RepeatVector(2),
                 layers.LSTM(12, activation="relu", return_sequences=True), layers.TimeDistributed(layers.Dense(2)))


@example(POWER)
def power_encoder_decoder(keras, layers):
    return chain(keras, (7, 8), layers.LSTM(12, activation="relu"), layers.RepeatVector(7),
                 layers.LSTM(12, activation="relu", return_sequences=True),
                 layers.TimeDistributed(layers.Dense(8, activation="relu")), layers.TimeDistributed(layers.Dense(1)))


@example(POWER)
def power_cnn_encoder(keras, layers):
    return chain(keras, (12, 8), layers.Conv1D(filters=8, kernel_size=3, activation="relu"),
                 layers.Conv1D(filters=8, kernel_size=3, activation="relu"), layers.MaxPooling1D(pool_size=2),
                 layers.Flatten(), layers.RepeatVector(7),
                 layers.LSTM(12, activation="relu", return_sequences=True),
                 layers.TimeDistributed(layers.Dense(8, activation="relu")), layers.TimeDistributed(layers.Dense(1)))


@example(POWER)
def power_conv_lstm_encoder(keras, layers):
    return chain(keras, (2, 1, 7, 3), layers.ConvLSTM2D(filters=6, kernel_size=(1, 3), activation="relu"),
                 layers.Flatten(), layers.RepeatVector(7),
                 layers.LSTM(12, activation="relu", return_sequences=True),
                 layers.TimeDistributed(layers.Dense(8, activation="relu")), layers.TimeDistributed(layers.Dense(1)))


@example(ACTIVITY)
def activity_lstm(keras, layers):
    return chain(keras, (12, 9), layers.LSTM(12), layers.Dropout(0.5), layers.Dense(12, activation="relu"),
                 layers.Dense(6, activation="softmax"), loss="categorical_crossentropy", metrics=["accuracy"])


@example(ACTIVITY)
def activity_cnn_lstm(keras, layers):
    return chain(keras, (3, 6, 9),
                 layers.TimeDistributed(layers.Conv1D(filters=8, kernel_size=3, activation="relu")),
                 layers.TimeDistributed(layers.Conv1D(filters=8, kernel_size=3, activation="relu")),
                 layers.TimeDistributed(layers.Dropout(0.5)),
                 layers.TimeDistributed(layers.MaxPooling1D(pool_size=2)), layers.TimeDistributed(layers.Flatten()),
                 layers.LSTM(12), layers.Dropout(0.5), layers.Dense(12, activation="relu"),
                 layers.Dense(6, activation="softmax"), loss="categorical_crossentropy", metrics=["accuracy"])


@example(ACTIVITY)
def activity_conv_lstm(keras, layers):
    return chain(keras, (3, 1, 6, 9), layers.ConvLSTM2D(filters=8, kernel_size=(1, 3), activation="relu"),
                 layers.Dropout(0.5), layers.Flatten(), layers.Dense(12, activation="relu"),
                 layers.Dense(6, activation="softmax"), loss="categorical_crossentropy", metrics=["accuracy"])


@example(SITE + "cnn-models-for-human-activity-recognition-time-series-classification/")
def activity_multi_headed_cnn(keras, layers):
    inputs, flat = [], []
    for kernel_size in (3, 5, 7):
        inputs.append(layers.Input(shape=(12, 9)))
        conv = layers.Conv1D(filters=6, kernel_size=kernel_size, activation="relu")(inputs[-1])
        drop = layers.Dropout(0.5)(conv)
        pool = layers.MaxPooling1D(pool_size=2)(drop)
        flat.append(layers.Flatten()(pool))
    merged = layers.concatenate(flat)
    dense = layers.Dense(12, activation="relu")(merged)
    model = keras.Model(inputs=inputs, outputs=layers.Dense(6, activation="softmax")(dense))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Values(12, 9)] * 3


@example(AUTOENCODERS)
def reconstruction_autoencoder(keras, layers):
    return chain(keras, (9, 1), layers.LSTM(12, activation="relu"), layers.RepeatVector(9),
                 layers.LSTM(12, activation="relu", return_sequences=True), layers.TimeDistributed(layers.Dense(1)))


@example(AUTOENCODERS)
def composite_autoencoder(keras, layers):
    visible = layers.Input(shape=(9, 1))
    encoder = layers.LSTM(12, activation="relu")(visible)
    decoder1 = layers.RepeatVector(9)(encoder)
    decoder1 = layers.LSTM(12, activation="relu", return_sequences=True)(decoder1)
    decoder1 = layers.TimeDistributed(layers.Dense(1))(decoder1)
    decoder2 = layers.RepeatVector(8)(encoder)
    decoder2 = layers.LSTM(12, activation="relu", return_sequences=True)(decoder2)
    decoder2 = layers.TimeDistributed(layers.Dense(1))(decoder2)
    model = keras.Model(inputs=visible, outputs=[decoder1, decoder2])
    model.compile(optimizer="adam", loss=["mse", "mse"])
    return model, [Values(9, 1)]


@example(SITE + "how-to-develop-convolutional-neural-network-models-for-time-series-forecasting/")
def multi_output_cnn(keras, layers):
    visible = layers.Input(shape=(3, 3))
    cnn = layers.Conv1D(filters=8, kernel_size=2, activation="relu")(visible)
    cnn = layers.MaxPooling1D(pool_size=2)(cnn)
    cnn = layers.Flatten()(cnn)
    cnn = layers.Dense(8, activation="relu")(cnn)
    model = keras.Model(inputs=visible, outputs=[layers.Dense(1)(cnn) for _ in range(3)])
    model.compile(optimizer="adam", loss=["mse", "mse", "mse"])
    return model, [Values(3, 3)]


@example(SITE + "multivariate-time-series-forecasting-lstms-keras/")
def pollution_lstm(keras, layers):
    return chain(keras, (1, 8), layers.LSTM(12), layers.Dense(1), loss="mae")


@example(SITE + "use-weight-regularization-lstm-networks-time-series-forecasting/")
def weight_regularized_lstm(keras, layers):
    rule = keras.regularizers.L1L2(l1=0.01, l2=0.01)
    model = keras.Sequential([keras.Input(batch_shape=(4, 1, 1)), layers.LSTM(
        10, stateful=True, bias_regularizer=rule, kernel_regularizer=rule, recurrent_regularizer=rule),
        layers.Dense(1)])
    model.compile(loss="mean_squared_error", optimizer="adam")
    return model, [Values(1, 1)]


@example(SITE + "handle-missing-timesteps-sequence-prediction-problems-python/")
def masked_missing_steps(keras, layers):
    return chain(keras, (2, 1), layers.Masking(mask_value=-1), layers.LSTM(5), layers.Dense(1))


@example(SITE + "use-dropout-lstm-networks-time-series-forecasting/")
def dropout_stateful_lstm(keras, layers):
    model = keras.Sequential([keras.Input(batch_shape=(4, 1, 1)),
                              layers.LSTM(3, stateful=True, dropout=0.4, recurrent_dropout=0.4), layers.Dense(1)])
    model.compile(loss="mean_squared_error", optimizer="adam")
    return model, [Values(1, 1)]
