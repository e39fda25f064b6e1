"""Models of well-known kernels on kaggle.com, and models usual in its competitions."""

from .example import Symbols, Values, example

SITE = "https://www.kaggle.com/"


@example(SITE + "code/jhoward/improved-lstm-baseline-glove-dropout")
def toxic_glove_lstm(keras, layers):
    inp = layers.Input(shape=(12,))
    x = layers.Embedding(30, 8)(inp)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True, dropout=0.1, recurrent_dropout=0.1))(x)
    x = layers.GlobalMaxPooling1D()(x)
    x = layers.Dense(8, activation="relu")(x)
    x = layers.Dropout(0.1)(x)
    model = keras.Model(inputs=inp, outputs=layers.Dense(6, activation="sigmoid")(x))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Symbols(30, 12, padded="pre")]


@example(SITE + "code/yekenot/pooled-gru-fasttext")
def toxic_pooled_gru(keras, layers):
    inp = layers.Input(shape=(12,))
    x = layers.Embedding(30, 8)(inp)
    x = layers.SpatialDropout1D(0.2)(x)
    x = layers.Bidirectional(layers.GRU(8, return_sequences=True))(x)
    conc = layers.concatenate([layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x)])
    model = keras.Model(inputs=inp, outputs=layers.Dense(6, activation="sigmoid")(conc))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Symbols(30, 12, padded="pre")]


@example(SITE + "code/eashish/bidirectional-gru-with-convolution")
def toxic_gru_convolution(keras, layers):
    inp = layers.Input(shape=(12,))
    x = layers.Embedding(30, 8, trainable=False)(inp)
    x = layers.SpatialDropout1D(0.2)(x)
    x = layers.Bidirectional(layers.GRU(8, return_sequences=True, dropout=0.1, recurrent_dropout=0.1))(x)
    x = layers.Conv1D(6, kernel_size=3, padding="valid", kernel_initializer="glorot_uniform")(x)
    x = layers.concatenate([layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x)])
    model = keras.Model(inp, layers.Dense(6, activation="sigmoid")(x))
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(learning_rate=1e-3),
                  metrics=["accuracy"])
    return model, [Symbols(30, 12, padded="pre")]


@example(SITE + "code/thousandvoices/simple-lstm")
def jigsaw_simple_lstm(keras, layers):
    words = layers.Input(shape=(None,))
    x = layers.Embedding(30, 8, trainable=False)(words)
    x = layers.SpatialDropout1D(0.2)(x)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True))(x)
    hidden = layers.concatenate([layers.GlobalMaxPooling1D()(x), layers.GlobalAveragePooling1D()(x)])
    hidden = layers.add([hidden, layers.Dense(32, activation="relu")(hidden)])
    hidden = layers.add([hidden, layers.Dense(32, activation="relu")(hidden)])
    result = layers.Dense(1, activation="sigmoid")(hidden)
    aux_result = layers.Dense(6, activation="sigmoid")(hidden)
    model = keras.Model(inputs=words, outputs=[result, aux_result])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    return model, [Symbols(30, 12, padded="pre")]


@example(SITE + "code/suicaokhoailang/lstm-attention-baseline-0-652-lb", custom="Attention")
def quora_custom_attention(keras, layers):
    class Attention(layers.Layer):
        def call(self, x):
            return x[:, 0] + x[:, -1]

    inp = layers.Input(shape=(12,))
    x = layers.Embedding(30, 8)(inp)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True))(x)
    model = keras.Model(inp, layers.Dense(1, activation="sigmoid")(Attention(name="attention_own")(x)))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, [Symbols(30, 12, padded="pre")]


@example(SITE + "code/lystdo/lstm-with-word2vec-embeddings")
def quora_question_pairs(keras, layers):
    embedding_layer = layers.Embedding(30, 8, trainable=False)
    lstm_layer = layers.LSTM(10, dropout=0.2, recurrent_dropout=0.2)
    sequence_1_input, sequence_2_input = (layers.Input(shape=(10,), dtype="int32") for _ in range(2))
    x1 = lstm_layer(embedding_layer(sequence_1_input))
    y1 = lstm_layer(embedding_layer(sequence_2_input))
    merged = layers.concatenate([x1, y1])
    merged = layers.Dropout(0.2)(merged)
    merged = layers.BatchNormalization()(merged)
    merged = layers.Dense(8, activation="relu")(merged)
    merged = layers.Dropout(0.2)(merged)
    merged = layers.BatchNormalization()(merged)
    model = keras.Model([sequence_1_input, sequence_2_input], layers.Dense(1, activation="sigmoid")(merged))
    model.compile(loss="binary_crossentropy", optimizer="nadam", metrics=["acc"])
    return model, [Symbols(30, 10), Symbols(30, 10)]


@example(SITE + "code/knowledgegrappler/a-simple-nn-solution-with-keras-0-48611-pl")
def mercari_rnn(keras, layers):
    name, item_desc = layers.Input((6,), name="name"), layers.Input((10,), name="item_desc")
    brand_name, category_name = layers.Input((1,), name="brand_name"), layers.Input((1,), name="category_name")
    num_vars = layers.Input((2,), name="num_vars")
    emb_name, emb_item_desc = layers.Embedding(30, 8)(name), layers.Embedding(30, 8)(item_desc)
    emb_brand_name, emb_category_name = layers.Embedding(9, 4)(brand_name), layers.Embedding(9, 4)(category_name)
    main_l = layers.concatenate([
        layers.Flatten()(emb_brand_name), layers.Flatten()(emb_category_name), layers.GRU(10)(emb_item_desc),
        layers.GRU(6)(emb_name), num_vars])
    main_l = layers.Dropout(0.1)(layers.Dense(12)(main_l))
    main_l = layers.Dropout(0.1)(layers.Dense(8)(main_l))
    model = keras.Model([name, item_desc, brand_name, category_name, num_vars],
                        layers.Dense(1, activation="linear")(main_l))
    model.compile(loss="mse", optimizer="adam", metrics=["mae"])
    return model, [Symbols(30, 6), Symbols(30, 10), Symbols(9, 1), Symbols(9, 1), Values(2)]


@example(SITE + "code/mayer79/rnn-starter-for-huge-time-series")
def earthquake_rnn(keras, layers):
    model = keras.Sequential([keras.Input((None, 12)), layers.GRU(16), layers.Dense(10, activation="relu"),
                              layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.0005), loss="mae")
    return model, [Values(12, 12)]


@example(SITE + "code/tenffe/finetune-of-tensorflow-bidirectional-lstm")
def ventilator_bidirectional_stack(keras, layers):
    model = keras.Sequential([keras.Input(shape=(12, 10))])
    for units in (12, 10, 8, 6):
        model.add(layers.Bidirectional(layers.LSTM(units, return_sequences=True)))
    model.add(layers.Dense(10, activation="selu"))
    model.add(layers.Dense(1))
    model.compile(optimizer="adam", loss="mae")
    return model, [Values(12, 10)]


@example(SITE + "code/its7171/gru-lstm-with-feature-engineering-and-augmentation")
def open_vaccine_gru(keras, layers):
    inputs = layers.Input(shape=(10, 3))
    embed = layers.Embedding(input_dim=14, output_dim=6)(inputs)
    reshaped = layers.Reshape((10, 18))(embed)
    hidden = layers.SpatialDropout1D(0.2)(reshaped)
    hidden = layers.Bidirectional(layers.GRU(8, dropout=0.5, return_sequences=True,
                                             kernel_initializer="orthogonal"))(hidden)
    hidden = layers.Bidirectional(layers.LSTM(8, dropout=0.5, return_sequences=True,
                                              kernel_initializer="orthogonal"))(hidden)
    truncated = hidden[:, :7]
    model = keras.Model(inputs=inputs, outputs=layers.Dense(5, activation="linear")(truncated))
    model.compile(keras.optimizers.Adam(), loss="mse")
    return model, [Symbols(14, 10, 3)]


@example(SITE + "datasets/abhinavwalia95/entity-annotated-corpus")
def entities_bidirectional(keras, layers):
    inputs = layers.Input(shape=(12,))
    x = layers.Embedding(input_dim=30, output_dim=10)(inputs)
    x = layers.Dropout(0.1)(x)
    x = layers.Bidirectional(layers.LSTM(units=10, return_sequences=True, recurrent_dropout=0.1))(x)
    out = layers.TimeDistributed(layers.Dense(9, activation="softmax"))(x)
    model = keras.Model(inputs, out)
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    return model, [Symbols(30, 12, padded="post")]


@example(SITE + "code/thebrownviking20/intro-to-recurrent-neural-networks-lstm-gru")
def stock_stacked_dropout(keras, layers):
    model = keras.Sequential([keras.Input((12, 1))])
    for last in (False, False, False, True):
        model.add(layers.LSTM(units=10, return_sequences=not last))
        model.add(layers.Dropout(0.2))
    model.add(layers.Dense(units=1))
    model.compile(optimizer="rmsprop", loss="mean_squared_error")
    return model, [Values(12, 1)]


@example(SITE + "c/tensorflow-speech-recognition-challenge", idle=1e-2)
def speech_convolution(keras, layers):
    x = inputs = layers.Input(shape=(48, 1))
    x = layers.BatchNormalization(axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True)(x)
    for filters in (4, 8):
        x = layers.Conv1D(filters, 5, padding="valid", activation="relu", strides=1)(x)
        x = layers.MaxPooling1D(3)(x)
        x = layers.Dropout(0.3)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Bidirectional(layers.GRU(8, return_sequences=True))(x)
    x = layers.Bidirectional(layers.GRU(8, return_sequences=False))(x)
    x = layers.Flatten()(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    model.compile(loss="categorical_crossentropy", optimizer="nadam", metrics=["accuracy"])
    return model, [Values(48, 1)]


@example(SITE + "c/web-traffic-time-series-forecasting")
def web_traffic_categories(keras, layers):
    visits, page = layers.Input((10, 1), name="visits"), layers.Input((1,), name="page")
    embedded = layers.Reshape((4,))(layers.Embedding(12, 4)(page))
    repeated = layers.RepeatVector(10)(embedded)
    x = layers.concatenate([visits, repeated])
    x = layers.LSTM(12, return_sequences=True)(x)
    x = layers.LSTM(8)(x)
    model = keras.Model([visits, page], layers.Dense(7)(x))
    model.compile("adam", keras.losses.MeanAbsolutePercentageError())
    return model, [Values(10, 1), Symbols(12, 1)]


@example(SITE + "c/liverpool-ion-switching")
def ion_wavenet_gru(keras, layers):
    def wave_block(x, filters, kernel_size, n):
        x = layers.Conv1D(filters=filters, kernel_size=1, padding="same")(x)
        res_x = x
        for rate in [2 ** i for i in range(n)]:
            tanh_out = layers.Conv1D(filters, kernel_size, padding="same", activation="tanh", dilation_rate=rate)(x)
            sigm_out = layers.Conv1D(filters, kernel_size, padding="same", activation="sigmoid",
                                     dilation_rate=rate)(x)
            x = layers.Multiply()([tanh_out, sigm_out])
            x = layers.Conv1D(filters=filters, kernel_size=1, padding="same")(x)
            res_x = layers.Add()([res_x, x])
        return res_x
    inp = layers.Input(shape=(12, 3))
    x = wave_block(inp, 4, 3, 3)
    x = layers.Bidirectional(layers.GRU(6, return_sequences=True))(x)
    x = wave_block(x, 6, 3, 2)
    model = keras.Model(inp, layers.Dense(5, activation="softmax", name="out")(x))
    model.compile(loss=keras.losses.CategoricalCrossentropy(), optimizer="adam", metrics=["accuracy"])
    return model, [Values(12, 3)]


@example(SITE + "c/nlp-getting-started")
def tweets_attention_scores(keras, layers):
    inp = layers.Input((12,))
    x = layers.Embedding(30, 8, embeddings_regularizer="l2")(inp)
    x = layers.GRU(8, return_sequences=True)(x)
    scores = layers.Dense(1, activation="tanh")(x)
    scores = layers.Flatten()(scores)
    scores = layers.Activation("softmax")(scores)
    scores = layers.RepeatVector(8)(scores)
    scores = layers.Permute([2, 1])(scores)
    x = layers.Multiply()([x, scores])
    x = layers.GlobalAveragePooling1D()(x)
    model = keras.Model(inp, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", loss=keras.losses.BinaryCrossentropy(label_smoothing=0.1), metrics=["AUC"])
    return model, [Symbols(30, 12)]
