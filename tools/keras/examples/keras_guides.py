"""keras.io's guides, and the examples that were in Keras' repository up to Keras 2.3."""

from .example import Symbols, Values, example

GUIDES = "https://keras.io/guides/"
OLDER = "https://github.com/keras-team/keras/blob/2.3.1/examples/"


@example(GUIDES + "working_with_rnns")
def rnn_guide_first(keras, layers):
    model = keras.Sequential()
    model.add(layers.Embedding(input_dim=30, output_dim=8))
    model.add(layers.LSTM(12))
    model.add(layers.Dense(10))
    model.build((None, None))
    return model, [Symbols(30, 9)]


@example(GUIDES + "working_with_rnns")
def rnn_guide_gru_simple(keras, layers):
    model = keras.Sequential()
    model.add(layers.Embedding(input_dim=30, output_dim=8))
    model.add(layers.GRU(12, return_sequences=True))
    model.add(layers.SimpleRNN(8))
    model.add(layers.Dense(10))
    model.build((None, None))
    return model, [Symbols(30, 9)]


@example(GUIDES + "working_with_rnns")
def rnn_guide_encoder_decoder(keras, layers):
    encoder_input = layers.Input(shape=(None,))
    encoder_embedded = layers.Embedding(input_dim=30, output_dim=8)(encoder_input)
    _, state_h, state_c = layers.LSTM(8, return_state=True, name="encoder")(encoder_embedded)
    decoder_input = layers.Input(shape=(None,))
    decoder_embedded = layers.Embedding(input_dim=40, output_dim=8)(decoder_input)
    decoder_output = layers.LSTM(8, name="decoder")(decoder_embedded, initial_state=[state_h, state_c])
    model = keras.Model([encoder_input, decoder_input], layers.Dense(10)(decoder_output))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model, [Symbols(30, 9), Symbols(40, 7)]


@example(GUIDES + "working_with_rnns")
def rnn_guide_bidirectional(keras, layers):
    model = keras.Sequential([keras.Input((5, 10)),
                              layers.Bidirectional(layers.LSTM(8, return_sequences=True)),
                              layers.Bidirectional(layers.LSTM(6)), layers.Dense(10)])
    return model, [Values(5, 10)]


@example(GUIDES + "working_with_rnns")
def rnn_guide_cell(keras, layers):
    lstm_layer = layers.RNN(layers.LSTMCell(8), input_shape=(None, 7))
    model = keras.models.Sequential([lstm_layer, layers.BatchNormalization(), layers.Dense(10)])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), optimizer="sgd",
                  metrics=["accuracy"])
    return model, [Values(7, 7)]


@example(GUIDES + "working_with_rnns", custom="NestedCell")
def rnn_guide_custom_cell(keras, layers):
    class NestedCell(layers.Layer):
        state_size = output_size = 5

        def build(self, shape):
            self.kernel = self.add_weight(shape=(shape[-1], 5), initializer="uniform", name="kernel")
            self.built = True

        def call(self, inputs, states):
            import tensorflow
            output = tensorflow.matmul(inputs, self.kernel) + states[0]
            return output, [output]

    inputs = keras.Input((6, 4))
    model = keras.Model(inputs, layers.RNN(NestedCell())(inputs))
    return model, [Values(6, 4)]


@example(GUIDES + "working_with_rnns")
def rnn_guide_stacked_cells(keras, layers):
    cells = [layers.LSTMCell(units) for units in (8, 6, 4)]
    model = keras.Sequential([keras.Input((9, 5)), layers.RNN(layers.StackedRNNCells(cells)), layers.Dense(3)])
    model.compile("rmsprop", "mse")
    return model, [Values(9, 5)]


@example(GUIDES + "working_with_rnns")
def rnn_guide_stateful(keras, layers):
    model = keras.Sequential([keras.Input(batch_shape=(4, 6, 3)), layers.LSTM(8, stateful=True), layers.Dense(1)])
    model.compile("adam", "mse")
    return model, [Values(6, 3)]


@example(GUIDES + "understanding_masking_and_padding")
def masking_guide_sequential(keras, layers):
    model = keras.Sequential([layers.Embedding(input_dim=30, output_dim=8, mask_zero=True), layers.LSTM(8)])
    model.build((None, None))
    return model, [Symbols(30, 10, padded="post")]


@example(GUIDES + "understanding_masking_and_padding")
def masking_guide_functional(keras, layers):
    inputs = keras.Input(shape=(None,), dtype="int32")
    x = layers.Embedding(input_dim=30, output_dim=8, mask_zero=True)(inputs)
    model = keras.Model(inputs, layers.LSTM(8)(x))
    model.compile("adam", "mse")
    return model, [Symbols(30, 10, padded="post")]


@example(GUIDES + "understanding_masking_and_padding")
def masking_layer(keras, layers):
    model = keras.Sequential([keras.Input((None, 5)), layers.Masking(mask_value=0.0),
                              layers.LSTM(8, return_sequences=True), layers.GRU(6),
                              layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["AUC"])
    return model, [Values(8, 5)]


@example(GUIDES + "functional_api")
def functional_guide_tickets(keras, layers):
    title_input = keras.Input(shape=(None,), name="title")
    body_input = keras.Input(shape=(None,), name="body")
    tags_input = keras.Input(shape=(12,), name="tags")
    title_features = layers.Embedding(30, 8)(title_input)
    body_features = layers.Embedding(30, 8)(body_input)
    title_features = layers.LSTM(12)(title_features)
    body_features = layers.LSTM(8)(body_features)
    x = layers.concatenate([title_features, body_features, tags_input])
    priority_pred = layers.Dense(1, name="priority")(x)
    department_pred = layers.Dense(4, name="department")(x)
    outputs = [priority_pred, department_pred] if keras.__name__ == "tf_keras" else \
        {"priority": priority_pred, "department": department_pred}
    model = keras.Model(inputs=[title_input, body_input, tags_input], outputs=outputs)
    model.compile(optimizer=keras.optimizers.RMSprop(1e-3),
                  loss={"priority": keras.losses.BinaryCrossentropy(from_logits=True),
                        "department": keras.losses.CategoricalCrossentropy(from_logits=True)},
                  loss_weights={"priority": 1.0, "department": 0.2})
    return model, [Symbols(30, 6), Symbols(30, 9), Values(12)]


@example(GUIDES + "functional_api")
def functional_guide_shared_embedding(keras, layers):
    shared_embedding = layers.Embedding(30, 8)
    text_input_a = keras.Input(shape=(None,), dtype="int32")
    text_input_b = keras.Input(shape=(None,), dtype="int32")
    encoded = [shared_embedding(text_input_a), shared_embedding(text_input_b)]
    x = layers.concatenate([layers.GRU(6)(value) for value in encoded])
    model = keras.Model([text_input_a, text_input_b], layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    return model, [Symbols(30, 7), Symbols(30, 7)]


@example(GUIDES + "functional_api")
def functional_guide_ensemble(keras, layers):
    def get_model():
        inputs = keras.Input(shape=(6, 4))
        return keras.Model(inputs, layers.Dense(1)(layers.LSTM(5)(inputs)))
    inputs = keras.Input(shape=(6, 4))
    outputs = layers.average([get_model()(inputs) for _ in range(3)])
    model = keras.Model(inputs=inputs, outputs=outputs)
    model.compile("adam", "mse")
    return model, [Values(6, 4)]


@example(GUIDES + "training_with_built_in_methods")
def training_guide_two_outputs(keras, layers):
    timeseries_input = keras.Input(shape=(None, 5), name="ts_input")
    other_input = keras.Input(shape=(8,), name="other_input")
    x1 = layers.Dense(6, activation="relu")(other_input)
    x2 = layers.Conv1D(6, 3)(timeseries_input)
    x2 = layers.GlobalMaxPooling1D()(x2)
    x = layers.concatenate([x1, x2])
    score_output = layers.Dense(1, name="score_output")(x)
    class_output = layers.Dense(5, name="class_output")(x)
    model = keras.Model([other_input, timeseries_input], [score_output, class_output])
    model.compile(optimizer=keras.optimizers.RMSprop(1e-3),
                  loss=[keras.losses.MeanSquaredError(), keras.losses.CategoricalCrossentropy()],
                  loss_weights=[2.0, 1.0])
    return model, [Values(8), Values(10, 5)]


@example(GUIDES + "training_with_built_in_methods")
def training_guide_schedule(keras, layers):
    model = keras.Sequential([keras.Input((8, 3)), layers.LSTM(8), layers.Dense(1)])
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=1, decay_rate=0.96, staircase=True)
    model.compile(optimizer=keras.optimizers.RMSprop(learning_rate=schedule), loss="mse")
    return model, [Values(8, 3)]


@example("https://keras.io/api/mixed_precision", tolerance=1e-2)
def mixed_precision_lstm(keras, layers):
    policy = "mixed_float16"
    inputs = keras.Input((8, 3))
    x = layers.LSTM(8, dtype=policy)(inputs)
    model = keras.Model(inputs, layers.Dense(2, activation="softmax", dtype="float32")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model, [Values(8, 3)]


@example("https://keras.io/api/utils/config_utils")
def float64_gru(keras, layers):
    inputs = keras.Input((8, 3), dtype="float64")
    x = layers.GRU(8, dtype="float64")(inputs)
    model = keras.Model(inputs, layers.Dense(1, dtype="float64")(x))
    model.compile("sgd", "mse")
    return model, [Values(8, 3)]


@example(OLDER + "imdb_cnn_lstm.py")
def imdb_cnn_lstm(keras, layers):
    model = keras.Sequential([
        keras.Input((12,)), layers.Embedding(30, 8), layers.Dropout(0.25),
        layers.Conv1D(8, 5, padding="valid", activation="relu", strides=1), layers.MaxPooling1D(pool_size=4),
        layers.LSTM(7), layers.Dense(1), layers.Activation("sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Symbols(30, 12)]


@example(OLDER + "imdb_lstm.py")
def imdb_lstm(keras, layers):
    model = keras.Sequential([layers.Embedding(30, 12), layers.LSTM(12, dropout=0.2, recurrent_dropout=0.2),
                              layers.Dense(1, activation="sigmoid")])
    model.build((None, None))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Symbols(30, 12)]


@example(OLDER + "mnist_hierarchical_rnn.py")
def mnist_hierarchical_rnn(keras, layers):
    x = layers.Input(shape=(6, 5, 1))
    encoded_rows = layers.TimeDistributed(layers.LSTM(8))(x)
    encoded_columns = layers.LSTM(8)(encoded_rows)
    model = keras.Model(x, layers.Dense(10, activation="softmax")(encoded_columns))
    model.compile(loss="categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"])
    return model, [Values(6, 5, 1)]


@example(OLDER + "mnist_irnn.py")
def mnist_irnn(keras, layers):
    model = keras.Sequential([keras.Input((12, 1)), layers.SimpleRNN(
        10, kernel_initializer=keras.initializers.RandomNormal(stddev=0.001),
        recurrent_initializer=keras.initializers.Identity(gain=1.0), activation="relu"),
        layers.Dense(10), layers.Activation("softmax")])
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.RMSprop(learning_rate=1e-6),
                  metrics=["accuracy"])
    return model, [Values(12, 1)]


@example(OLDER + "babi_rnn.py")
def babi_rnn(keras, layers):
    sentence = layers.Input(shape=(12,), dtype="int32")
    encoded_sentence = layers.Embedding(20, 8)(sentence)
    encoded_sentence = layers.LSTM(8)(encoded_sentence)
    question = layers.Input(shape=(4,), dtype="int32")
    encoded_question = layers.Embedding(20, 8)(question)
    encoded_question = layers.LSTM(8)(encoded_question)
    merged = layers.concatenate([encoded_sentence, encoded_question])
    model = keras.Model([sentence, question], layers.Dense(20, activation="softmax")(merged))
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model, [Symbols(20, 12, padded="pre"), Symbols(20, 4, padded="pre")]


@example(OLDER + "babi_memnn.py")
def babi_memnn(keras, layers):
    input_sequence, question = keras.Input((10,)), keras.Input((4,))
    encoder_m = keras.Sequential([layers.Embedding(input_dim=20, output_dim=8), layers.Dropout(0.3)])
    encoder_c = keras.Sequential([layers.Embedding(input_dim=20, output_dim=4), layers.Dropout(0.3)])
    encode_question = keras.Sequential([layers.Embedding(input_dim=20, output_dim=8), layers.Dropout(0.3)])
    question_encoded = encode_question(question)
    match = layers.dot([encoder_m(input_sequence), question_encoded], axes=(2, 2))
    match = layers.Activation("softmax")(match)
    response = layers.add([match, encoder_c(input_sequence)])
    response = layers.Permute((2, 1))(response)
    answer = layers.concatenate([response, question_encoded])
    answer = layers.LSTM(8)(answer)
    answer = layers.Dropout(0.3)(answer)
    answer = layers.Dense(20)(answer)
    model = keras.Model([input_sequence, question], layers.Activation("softmax")(answer))
    model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, [Symbols(20, 10), Symbols(20, 4)]


@example(OLDER + "lstm_stateful.py")
def lstm_stateful_older(keras, layers):
    model = keras.Sequential([keras.Input(batch_shape=(1, 4, 1)), layers.LSTM(10, stateful=True), layers.Dense(1)])
    model.compile(loss="mse", optimizer="adam")
    return model, [Values(4, 1)]


@example(OLDER + "conv_lstm.py")
def conv_lstm_older(keras, layers):
    seq = keras.Sequential([keras.Input((None, 6, 6, 1))])
    for _ in range(2):
        seq.add(layers.ConvLSTM2D(filters=4, kernel_size=(3, 3), padding="same", return_sequences=True))
        seq.add(layers.BatchNormalization())
    seq.add(layers.Conv3D(filters=1, kernel_size=(3, 3, 3), activation="sigmoid", padding="same",
                          data_format="channels_last"))
    seq.compile(loss="binary_crossentropy", optimizer="adadelta")
    return seq, [Values(3, 6, 6, 1)]
