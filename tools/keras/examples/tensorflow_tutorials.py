"""Tutorials of tensorflow.org."""

from .example import Symbols, Texts, Values, example

SITE = "https://www.tensorflow.org/"


@example(SITE + "text/tutorials/text_generation")
def text_generation_stateful_gru(keras, layers):
    model = keras.Sequential([
        keras.Input(batch_shape=(4, None)), layers.Embedding(20, 8),
        layers.GRU(12, return_sequences=True, stateful=True, recurrent_initializer="glorot_uniform"),
        layers.Dense(20)])
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model, [Symbols(20, 10)]


@example(SITE + "text/tutorials/text_classification_rnn", custom="TextVectorization", custom_forms=".h5")
def text_classification_rnn(keras, layers):
    encoder = layers.TextVectorization(max_tokens=20)
    encoder.adapt(["the film was good", "the film was bad", "very bad"])
    model = keras.Sequential([
        keras.Input((1,), dtype="string"), encoder,
        layers.Embedding(input_dim=len(encoder.get_vocabulary()), output_dim=8, mask_zero=True),
        layers.Bidirectional(layers.LSTM(8)), layers.Dense(8, activation="relu"), layers.Dense(1)])
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True), optimizer=keras.optimizers.Adam(1e-4),
                  metrics=["accuracy"])
    return model, [Texts()]


@example(SITE + "text/tutorials/text_classification_rnn")
def text_classification_stacked_rnn(keras, layers):
    model = keras.Sequential([
        keras.Input((None,)), layers.Embedding(30, 8, mask_zero=True),
        layers.Bidirectional(layers.LSTM(8, return_sequences=True)), layers.Bidirectional(layers.LSTM(4)),
        layers.Dense(8, activation="relu"), layers.Dropout(0.5), layers.Dense(1)])
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True), optimizer=keras.optimizers.Adam(1e-4),
                  metrics=["accuracy"])
    return model, [Symbols(30, 12, padded="post")]


@example(SITE + "tutorials/keras/text_classification")
def text_classification_pooling(keras, layers):
    model = keras.Sequential([
        keras.Input((None,)), layers.Embedding(30, 8), layers.Dropout(0.2), layers.GlobalAveragePooling1D(),
        layers.Dropout(0.2), layers.Dense(1, activation="sigmoid")])
    model.compile(loss=keras.losses.BinaryCrossentropy(), optimizer="adam",
                  metrics=[keras.metrics.BinaryAccuracy(threshold=0.5)])
    return model, [Symbols(30, 12)]


@example(SITE + "tutorials/structured_data/time_series")
def time_series_multi_step_dense(keras, layers):
    model = keras.Sequential([
        keras.Input((3, 5)), layers.Flatten(), layers.Dense(units=8, activation="relu"),
        layers.Dense(units=8, activation="relu"), layers.Dense(units=1), layers.Reshape([1, -1])])
    model.compile(loss=keras.losses.MeanSquaredError(), optimizer=keras.optimizers.Adam(),
                  metrics=[keras.metrics.MeanAbsoluteError()])
    return model, [Values(3, 5)]


@example(SITE + "tutorials/structured_data/time_series")
def time_series_convolution(keras, layers):
    model = keras.Sequential([
        keras.Input((None, 5)), layers.Conv1D(filters=8, kernel_size=(3,), activation="relu"),
        layers.Dense(units=8, activation="relu"), layers.Dense(units=1)])
    model.compile(loss=keras.losses.MeanSquaredError(), optimizer=keras.optimizers.Adam(),
                  metrics=[keras.metrics.MeanAbsoluteError()])
    return model, [Values(10, 5)]


@example(SITE + "tutorials/structured_data/time_series")
def time_series_lstm(keras, layers):
    model = keras.models.Sequential([keras.Input((None, 5)), layers.LSTM(8, return_sequences=True),
                                     layers.Dense(units=1)])
    model.compile(loss=keras.losses.MeanSquaredError(), optimizer=keras.optimizers.Adam(),
                  metrics=[keras.metrics.MeanAbsoluteError()])
    return model, [Values(10, 5)]


@example(SITE + "tutorials/structured_data/time_series", custom="ResidualWrapper")
def time_series_residual_wrapper(keras, layers):
    class ResidualWrapper(layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.model = keras.Sequential([layers.LSTM(8, return_sequences=True), layers.Dense(5)])

        def call(self, inputs):
            return inputs + self.model(inputs)

    inputs = keras.Input((6, 5))
    model = keras.Model(inputs, ResidualWrapper()(inputs))
    model.compile(loss="mse", optimizer="adam")
    return model, [Values(6, 5)]


@example(SITE + "tutorials/structured_data/time_series")
def time_series_multi_lstm(keras, layers):
    model = keras.Sequential([
        keras.Input((12, 5)), layers.LSTM(8, return_sequences=False),
        layers.Dense(6 * 5, kernel_initializer=keras.initializers.Zeros()), layers.Reshape([6, 5])])
    model.compile(loss=keras.losses.MeanSquaredError(), optimizer=keras.optimizers.Adam(),
                  metrics=[keras.metrics.MeanAbsoluteError()])
    return model, [Values(12, 5)]


@example(SITE + "tutorials/structured_data/time_series", custom="Lambda")
def time_series_multi_convolution(keras, layers):
    model = keras.Sequential([
        keras.Input((12, 5)), layers.Lambda(lambda x: x[:, -3:, :]),
        layers.Conv1D(8, activation="relu", kernel_size=(3,)),
        layers.Dense(6 * 5, kernel_initializer=keras.initializers.Zeros()), layers.Reshape([6, 5])])
    model.compile(loss="mse", optimizer="adam")
    return model, [Values(12, 5)]


@example(SITE + "tutorials/audio/music_generation")
def music_generation(keras, layers):
    inputs = keras.Input((10, 3))
    x = layers.LSTM(12)(inputs)
    outputs = {"pitch": layers.Dense(16, name="pitch")(x), "step": layers.Dense(1, name="step")(x),
               "duration": layers.Dense(1, name="duration")(x)}
    model = keras.Model(inputs, outputs)
    model.compile(loss={"pitch": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                        "step": "mse", "duration": "mse"},
                  loss_weights={"pitch": 0.05, "step": 1.0, "duration": 1.0},
                  optimizer=keras.optimizers.Adam(learning_rate=0.005))
    return model, [Values(10, 3)]


@example(SITE + "tutorials/audio/simple_audio")
def simple_audio(keras, layers):
    norm_layer = layers.Normalization(mean=0.2, variance=2.0)
    model = keras.Sequential([
        layers.Input(shape=(12, 9, 1)), norm_layer, layers.Conv2D(4, 3, activation="relu"),
        layers.Conv2D(6, 3, activation="relu"), layers.MaxPooling2D(), layers.Dropout(0.25), layers.Flatten(),
        layers.Dense(8, activation="relu"), layers.Dropout(0.5), layers.Dense(4)])
    model.compile(optimizer=keras.optimizers.Adam(),
                  loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model, [Values(12, 9, 1)]


@example(SITE + "tutorials/keras/regression")
def normalized_series(keras, layers):
    import numpy
    normalizer = layers.Normalization(axis=-1)
    normalizer.adapt(numpy.random.default_rng(1).normal(3, 2, (50, 6, 4)).astype("float32"))
    model = keras.Sequential([keras.Input((6, 4)), normalizer, layers.GRU(8), layers.Dense(1)])
    model.compile(loss="mean_absolute_error", optimizer=keras.optimizers.Adam(0.001))
    return model, [Values(6, 4)]


@example(SITE + "text/tutorials/nmt_with_attention")
def nmt_with_attention_layers(keras, layers):
    context, target = keras.Input((None,)), keras.Input((None,))
    encoded = layers.Embedding(30, 8, mask_zero=True)(context)
    encoded = layers.Bidirectional(layers.GRU(8, return_sequences=True, recurrent_initializer="glorot_uniform"),
                                   merge_mode="sum")(encoded)
    x = layers.Embedding(25, 8, mask_zero=True)(target)
    x = layers.GRU(8, return_sequences=True, recurrent_initializer="glorot_uniform")(x)
    attended = layers.MultiHeadAttention(key_dim=8, num_heads=1)(query=x, value=encoded)
    x = layers.Add()([x, attended])
    x = layers.LayerNormalization()(x)
    model = keras.Model([context, target], layers.Dense(25)(x))
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model, [Symbols(30, 8, padded="post"), Symbols(25, 6, padded="post")]


@example(SITE + "api_docs/python/tf/keras/layers/Attention")
def query_value_attention(keras, layers):
    query_input, value_input = keras.Input((None,), dtype="int32"), keras.Input((None,), dtype="int32")
    token_embedding = layers.Embedding(input_dim=30, output_dim=6)
    query_embeddings, value_embeddings = token_embedding(query_input), token_embedding(value_input)
    cnn_layer = layers.Conv1D(filters=8, kernel_size=4, padding="same")
    query_seq_encoding, value_seq_encoding = cnn_layer(query_embeddings), cnn_layer(value_embeddings)
    attention = layers.Attention()([query_seq_encoding, value_seq_encoding])
    query_encoding = layers.GlobalAveragePooling1D()(query_seq_encoding)
    query_value_attention = layers.GlobalAveragePooling1D()(attention)
    input_layer = layers.Concatenate()([query_encoding, query_value_attention])
    model = keras.Model([query_input, value_input], layers.Dense(1, activation="sigmoid")(input_layer))
    model.compile("adam", "binary_crossentropy")
    return model, [Symbols(30, 8), Symbols(30, 6)]
