"""Models of François Chollet's "Deep Learning with Python", first and second edition, and of Aurélien Géron's book."""

from .example import Symbols, Values, example

CHOLLET = "https://github.com/fchollet/deep-learning-with-python-notebooks/blob/master/"
FIRST = CHOLLET + "first_edition/"
GERON = "https://github.com/ageron/handson-ml3/blob/main/"


def temperature(keras, make):
    inputs = keras.Input(shape=(12, 6))
    model = keras.Model(inputs, keras.layers.Dense(1)(make(inputs)))
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return model, [Values(12, 6)]


@example(CHOLLET + "chapter10_dl-for-timeseries.ipynb")
def jena_dense(keras, layers):
    return temperature(keras, lambda x: layers.Dense(16, activation="relu")(layers.Flatten()(x)))


@example(CHOLLET + "chapter10_dl-for-timeseries.ipynb")
def jena_convolution(keras, layers):
    def make(x):
        x = layers.Conv1D(8, 4, activation="relu")(x)
        x = layers.MaxPooling1D(2)(x)
        x = layers.Conv1D(8, 3, activation="relu")(x)
        return layers.GlobalAveragePooling1D()(x)
    return temperature(keras, make)


@example(CHOLLET + "chapter10_dl-for-timeseries.ipynb")
def jena_lstm_dropout(keras, layers):
    return temperature(keras, lambda x: layers.Dropout(0.5)(layers.LSTM(16, recurrent_dropout=0.25)(x)))


@example(CHOLLET + "chapter10_dl-for-timeseries.ipynb")
def jena_stacked_gru(keras, layers):
    def make(x):
        x = layers.GRU(16, recurrent_dropout=0.5, return_sequences=True)(x)
        x = layers.GRU(16, recurrent_dropout=0.5)(x)
        return layers.Dropout(0.5)(x)
    return temperature(keras, make)


@example(CHOLLET + "chapter10_dl-for-timeseries.ipynb")
def jena_bidirectional(keras, layers):
    return temperature(keras, lambda x: layers.Bidirectional(layers.LSTM(8))(x))


@example(FIRST + "6.4-sequence-processing-with-convnets.ipynb")
def jena_convolution_gru(keras, layers):
    model = keras.Sequential([
        keras.Input((12, 6)), layers.Conv1D(8, 3, activation="relu"), layers.MaxPooling1D(2),
        layers.Conv1D(8, 3, activation="relu"), layers.GRU(8, dropout=0.1, recurrent_dropout=0.5), layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.RMSprop(), loss="mae")
    return model, [Values(12, 6)]


@example(FIRST + "6.2-understanding-recurrent-neural-networks.ipynb")
def stacked_simple_rnn(keras, layers):
    model = keras.Sequential([
        keras.Input((None,)), layers.Embedding(30, 8), layers.SimpleRNN(8, return_sequences=True),
        layers.SimpleRNN(8, return_sequences=True), layers.SimpleRNN(8, return_sequences=True), layers.SimpleRNN(8),
        layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["acc"])
    return model, [Symbols(30, 12)]


@example("https://www.manning.com/books/deep-learning-with-python")
def question_answering_two_inputs(keras, layers):
    text_input = keras.Input(shape=(None,), dtype="int32", name="text")
    embedded_text = layers.Embedding(30, 8)(text_input)
    encoded_text = layers.LSTM(8)(embedded_text)
    question_input = keras.Input(shape=(None,), dtype="int32", name="question")
    embedded_question = layers.Embedding(30, 8)(question_input)
    encoded_question = layers.LSTM(6)(embedded_question)
    concatenated = layers.concatenate([encoded_text, encoded_question], axis=-1)
    answer = layers.Dense(20, activation="softmax")(concatenated)
    model = keras.Model([text_input, question_input], answer)
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["acc"])
    return model, [Symbols(30, 10), Symbols(30, 5)]


@example("https://www.manning.com/books/deep-learning-with-python")
def three_headed_social_media(keras, layers):
    posts_input = keras.Input(shape=(12,), dtype="int32", name="posts")
    x = layers.Embedding(40, 8)(posts_input)
    x = layers.Conv1D(8, 3, activation="relu")(x)
    x = layers.MaxPooling1D(2)(x)
    x = layers.Conv1D(8, 3, activation="relu")(x)
    x = layers.GlobalMaxPooling1D()(x)
    x = layers.Dense(8, activation="relu")(x)
    age_prediction = layers.Dense(1, name="age")(x)
    income_prediction = layers.Dense(5, activation="softmax", name="income")(x)
    gender_prediction = layers.Dense(1, activation="sigmoid", name="gender")(x)
    outputs = [age_prediction, income_prediction, gender_prediction]
    model = keras.Model(posts_input, outputs)
    losses = {"age": "mse", "income": "categorical_crossentropy", "gender": "binary_crossentropy"}
    weights = {"age": 0.25, "income": 1.0, "gender": 10.0}
    model.compile(optimizer="rmsprop", loss=losses, loss_weights=weights)
    return model, [Symbols(40, 12)]


@example("https://www.manning.com/books/deep-learning-with-python")
def siamese_shared_lstm(keras, layers):
    lstm = layers.LSTM(8)
    left_input, right_input = keras.Input(shape=(None, 6)), keras.Input(shape=(None, 6))
    merged = layers.concatenate([lstm(left_input), lstm(right_input)], axis=-1)
    model = keras.Model([left_input, right_input], layers.Dense(1, activation="sigmoid")(merged))
    model.compile("rmsprop", "binary_crossentropy")
    return model, [Values(9, 6), Values(9, 6)]


@example(CHOLLET + "chapter11_part02_sequence-models.ipynb")
def imdb_masked_bidirectional(keras, layers):
    inputs = keras.Input(shape=(None,), dtype="int64")
    embedded = layers.Embedding(input_dim=30, output_dim=8, mask_zero=True)(inputs)
    x = layers.Bidirectional(layers.LSTM(8))(embedded)
    x = layers.Dropout(0.5)(x)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    return model, [Symbols(30, 12, padded="post")]


@example(CHOLLET + "chapter11_part04_sequence-to-sequence-learning.ipynb")
def translation_gru_initial_state(keras, layers):
    source = keras.Input(shape=(None,), dtype="int64", name="english")
    x = layers.Embedding(30, 8, mask_zero=True)(source)
    encoded_source = layers.Bidirectional(layers.GRU(12), merge_mode="sum")(x)
    past_target = keras.Input(shape=(None,), dtype="int64", name="spanish")
    x = layers.Embedding(30, 8, mask_zero=True)(past_target)
    x = layers.GRU(12, return_sequences=True)(x, initial_state=encoded_source)
    x = layers.Dropout(0.5)(x)
    target_next_step = layers.Dense(30, activation="softmax")(x)
    model = keras.Model([source, past_target], target_next_step)
    model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, [Symbols(30, 9, padded="post"), Symbols(30, 7, padded="post")]


@example(CHOLLET + "chapter07_working-with-keras.ipynb")
def customer_tickets_lists(keras, layers):
    title = keras.Input(shape=(10,), name="title")
    text_body = keras.Input(shape=(10,), name="text_body")
    tags = keras.Input(shape=(5,), name="tags")
    features = layers.Concatenate()([title, text_body, tags])
    features = layers.Dense(12, activation="relu")(features)
    priority = layers.Dense(1, activation="sigmoid", name="priority")(features)
    department = layers.Dense(4, activation="softmax", name="department")(features)
    model = keras.Model(inputs=[title, text_body, tags], outputs=[priority, department])
    model.compile(optimizer="rmsprop", loss=["mean_squared_error", "categorical_crossentropy"],
                  metrics=[["mean_absolute_error"], ["accuracy"]])
    return model, [Values(10), Values(10), Values(5)]


@example(GERON + "15_processing_sequences_using_rnns_and_cnns.ipynb")
def ridership_deep_rnn(keras, layers):
    model = keras.Sequential([
        keras.Input((None, 1)), layers.SimpleRNN(12, return_sequences=True),
        layers.SimpleRNN(12, return_sequences=True), layers.SimpleRNN(12), layers.Dense(1)])
    model.compile(loss=keras.losses.Huber(), optimizer=keras.optimizers.SGD(learning_rate=0.01, momentum=0.9),
                  metrics=["mae"])
    return model, [Values(12, 1)]


@example(GERON + "15_processing_sequences_using_rnns_and_cnns.ipynb")
def ridership_downsampled_gru(keras, layers):
    model = keras.Sequential([
        keras.Input((None, 5)), layers.Conv1D(filters=8, kernel_size=4, strides=2, activation="relu"),
        layers.GRU(8, return_sequences=True), layers.Dense(14)])
    model.compile(loss=keras.losses.Huber(), optimizer=keras.optimizers.SGD(learning_rate=0.01, momentum=0.9,
                                                                            nesterov=True))
    return model, [Values(12, 5)]


@example(GERON + "15_processing_sequences_using_rnns_and_cnns.ipynb")
def simplified_wavenet(keras, layers):
    model = keras.Sequential([keras.Input((None, 5))])
    for rate in (1, 2, 4, 8) * 2:
        model.add(layers.Conv1D(filters=6, kernel_size=2, padding="causal", activation="relu", dilation_rate=rate))
    model.add(layers.Conv1D(filters=14, kernel_size=1))
    model.compile(loss=keras.losses.Huber(), optimizer=keras.optimizers.Nadam())
    return model, [Values(12, 5)]


@example(GERON + "16_nlp_with_rnns_and_attention.ipynb")
def bidirectional_encoder_attention(keras, layers):
    encoder_inputs = layers.Input(shape=(None,), dtype="int32")
    decoder_inputs = layers.Input(shape=(None,), dtype="int32")
    encoder_embeddings = layers.Embedding(30, 8, mask_zero=True)(encoder_inputs)
    decoder_embeddings = layers.Embedding(30, 8, mask_zero=True)(decoder_inputs)
    encoder = layers.Bidirectional(layers.LSTM(8, return_sequences=True, return_state=True))
    encoder_outputs, *encoder_state = encoder(encoder_embeddings)
    encoder_state = [layers.Concatenate(axis=-1)(encoder_state[::2]), layers.Concatenate(axis=-1)(encoder_state[1::2])]
    decoder_outputs = layers.LSTM(16, return_sequences=True)(decoder_embeddings, initial_state=encoder_state)
    attention_outputs = layers.Attention()([decoder_outputs, encoder_outputs])
    outputs = layers.Dense(30, activation="softmax")(attention_outputs)
    model = keras.Model([encoder_inputs, decoder_inputs], outputs)
    model.compile(loss="sparse_categorical_crossentropy", optimizer="nadam", metrics=["accuracy"])
    return model, [Symbols(30, 8, padded="post"), Symbols(30, 6, padded="post")]


@example(GERON + "15_processing_sequences_using_rnns_and_cnns.ipynb", custom="LNSimpleRNNCell")
def layer_normalized_cell(keras, layers):
    class LNSimpleRNNCell(layers.Layer):
        def __init__(self, units, **options):
            super().__init__(**options)
            self.state_size = self.output_size = units
            self.cell = layers.SimpleRNNCell(units, activation=None)
            self.norm = layers.LayerNormalization()

        def build(self, shape):
            self.cell.build(shape)
            self.norm.build((None, self.state_size))
            self.built = True

        def call(self, inputs, states):
            outputs = self.norm(self.cell(inputs, states)[0])
            return outputs, [outputs]

    inputs = keras.Input((6, 2))
    return keras.Model(inputs, layers.Dense(3)(layers.RNN(LNSimpleRNNCell(6))(inputs))), [Values(6, 2)]
