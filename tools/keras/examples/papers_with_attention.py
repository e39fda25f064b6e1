"""Models of papers with attention, pairs of sequences and other products of tensors."""

from .example import Symbols, Values, example

GITHUB = "https://github.com/"


@example(GITHUB + "philipperemy/keras-attention")
def attention_after_lstm(keras, layers):
    inputs = layers.Input(shape=(10, 3))
    lstm_out = layers.LSTM(8, return_sequences=True)(inputs)
    a = layers.Permute((2, 1))(lstm_out)
    a = layers.Dense(10, activation="softmax")(a)
    a_probs = layers.Permute((2, 1), name="attention_vec")(a)
    output_attention_mul = layers.Multiply()([lstm_out, a_probs])
    attention_mul = layers.Flatten()(output_attention_mul)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(attention_mul))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, [Values(10, 3)]


@example(GITHUB + "philipperemy/keras-attention")
def attention_dot_score(keras, layers):
    inputs = layers.Input(shape=(10, 3))
    hidden_states = layers.LSTM(8, return_sequences=True)(inputs)
    score_first_part = layers.Dense(8, use_bias=False, name="attention_score_vec")(hidden_states)
    h_t = hidden_states[:, -1, :]
    score = layers.Dot(axes=[1, 2], name="attention_score")([h_t, score_first_part])
    attention_weights = layers.Activation("softmax", name="attention_weight")(score)
    context_vector = layers.Dot(axes=[1, 1], name="context_vector")([hidden_states, attention_weights])
    pre_activation = layers.Concatenate(name="attention_output")([context_vector, h_t])
    attention_vector = layers.Dense(8, use_bias=False, activation="tanh")(pre_activation)
    model = keras.Model(inputs, layers.Dense(1)(attention_vector))
    model.compile("adam", "mae")
    return model, [Values(10, 3)]


@example("https://arxiv.org/abs/1512.08756")
def feed_forward_attention(keras, layers):
    inputs = layers.Input((10, 4))
    activations = layers.LSTM(8, return_sequences=True)(inputs)
    attention = layers.TimeDistributed(layers.Dense(1, activation="tanh"))(activations)
    attention = layers.Flatten()(attention)
    attention = layers.Activation("softmax")(attention)
    attention = layers.RepeatVector(8)(attention)
    attention = layers.Permute([2, 1])(attention)
    sent_representation = layers.multiply([activations, attention])
    x = layers.Flatten()(sent_representation)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    model.compile("adam", "categorical_crossentropy")
    return model, [Values(10, 4)]


@example("https://www.coursera.org/learn/nlp-sequence-models")
def date_translation_attention(keras, layers):
    repeator, concatenator = layers.RepeatVector(6), layers.Concatenate(axis=-1)
    densor1, densor2 = layers.Dense(10, activation="tanh"), layers.Dense(1, activation="relu")
    activator, dotor = layers.Softmax(axis=1, name="attention_weights"), layers.Dot(axes=1)
    post_activation, output_layer = layers.LSTM(8, return_state=True), layers.Dense(7, activation="softmax")
    inputs = layers.Input(shape=(6, 9))
    s = s0 = layers.Input(shape=(8,), name="s0")
    c = c0 = layers.Input(shape=(8,), name="c0")
    a = layers.Bidirectional(layers.LSTM(units=5, return_sequences=True))(inputs)
    outputs = []
    for _ in range(3):
        e = densor2(densor1(concatenator([a, repeator(s)])))
        context = dotor([activator(e), a])
        _, s, c = post_activation(context, initial_state=[s, c])
        outputs.append(output_layer(s))
    model = keras.Model([inputs, s0, c0], outputs)
    model.compile(keras.optimizers.Adam(learning_rate=0.005), "categorical_crossentropy")
    return model, [Values(6, 9), Values(8), Values(8)]


@example("https://www.coursera.org/learn/nlp-sequence-models")
def jazz_solo_with_lstm(keras, layers):
    reshaper, lstm_cell = layers.Reshape((1, 9)), layers.LSTM(8, return_state=True)
    densor = layers.Dense(9, activation="softmax")
    inputs, a0, c0 = layers.Input((5, 9)), layers.Input((8,), name="a0"), layers.Input((8,), name="c0")
    a, c, outputs = a0, c0, []
    for step in range(5):
        x = reshaper(inputs[:, step, :])
        _, a, c = lstm_cell(x, initial_state=[a, c])
        outputs.append(densor(a))
    model = keras.Model([inputs, a0, c0], outputs)
    model.compile("adam", "categorical_crossentropy")
    return model, [Values(5, 9), Values(8), Values(8)]


@example("https://arxiv.org/abs/1508.04025")
def luong_attention(keras, layers):
    source, target = layers.Input((None,)), layers.Input((None,))
    encoder, *state = layers.LSTM(8, return_sequences=True, return_state=True)(layers.Embedding(20, 8)(source))
    decoder = layers.LSTM(8, return_sequences=True)(layers.Embedding(20, 8)(target), initial_state=state)
    attention = layers.dot([decoder, encoder], axes=[2, 2])
    attention = layers.Activation("softmax", name="attention")(attention)
    context = layers.dot([attention, encoder], axes=[2, 1])
    decoder_combined_context = layers.concatenate([context, decoder])
    output = layers.TimeDistributed(layers.Dense(8, activation="tanh"))(decoder_combined_context)
    output = layers.TimeDistributed(layers.Dense(20, activation="softmax"))(output)
    model = keras.Model([source, target], output)
    model.compile("adam", "sparse_categorical_crossentropy")
    return model, [Symbols(20, 8), Symbols(20, 6)]


@example("https://arxiv.org/abs/1409.0473")
def bahdanau_attention(keras, layers):
    source, target = layers.Input((None,)), layers.Input((None,))
    encoded = layers.Bidirectional(layers.GRU(4, return_sequences=True))(layers.Embedding(20, 8)(source))
    decoded = layers.GRU(8, return_sequences=True)(layers.Embedding(20, 8)(target))
    context = layers.AdditiveAttention()([decoded, encoded])
    x = layers.Concatenate()([decoded, context])
    model = keras.Model([source, target], layers.Dense(20, activation="softmax")(x))
    model.compile(keras.optimizers.Adadelta(learning_rate=1.0), "sparse_categorical_crossentropy")
    return model, [Symbols(20, 8), Symbols(20, 6)]


@example(GITHUB + "richliao/textClassifier")
def hierarchical_attention_network(keras, layers):
    def attend(value, units, steps):
        scores = layers.Dense(units, activation="tanh")(value)
        scores = layers.Flatten()(layers.Dense(1, use_bias=False)(scores))
        weights = layers.Activation("softmax")(scores)
        return layers.Dot(axes=1)([value, weights])
    sentence_input = layers.Input(shape=(6,), dtype="int32")
    embedded_sequences = layers.Embedding(30, 8)(sentence_input)
    l_lstm = layers.Bidirectional(layers.GRU(6, return_sequences=True))(embedded_sequences)
    sentence_encoder = keras.Model(sentence_input, attend(l_lstm, 8, 6))
    review_input = layers.Input(shape=(4, 6), dtype="int32")
    review_encoder = layers.TimeDistributed(sentence_encoder)(review_input)
    l_lstm_sent = layers.Bidirectional(layers.GRU(6, return_sequences=True))(review_encoder)
    preds = layers.Dense(2, activation="softmax")(attend(l_lstm_sent, 8, 4))
    model = keras.Model(review_input, preds)
    model.compile(loss="categorical_crossentropy", optimizer="rmsprop", metrics=["acc"])
    return model, [Symbols(30, 4, 6)]


@example(GITHUB + "eliorc/Medium/blob/master/MaLSTM.ipynb", custom="Lambda")
def manhattan_lstm(keras, layers):
    import tensorflow
    left_input, right_input = layers.Input(shape=(10,)), layers.Input(shape=(10,))
    embedding_layer, shared_lstm = layers.Embedding(30, 8, trainable=False), layers.LSTM(8)
    left_output = shared_lstm(embedding_layer(left_input))
    right_output = shared_lstm(embedding_layer(right_input))
    distance = layers.Lambda(
        lambda x: tensorflow.exp(-tensorflow.reduce_sum(abs(x[0] - x[1]), axis=1, keepdims=True)),
        output_shape=(1,))([left_output, right_output])
    model = keras.Model([left_input, right_input], distance)
    model.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adadelta(clipnorm=1.25))
    return model, [Symbols(30, 10), Symbols(30, 10)]


@example(GITHUB + "Smerity/keras_snli")
def snli_sum_of_products(keras, layers):
    embed = layers.Embedding(30, 8, trainable=False)
    translate, rnn = layers.TimeDistributed(layers.Dense(8, activation="relu")), layers.GRU(8)
    premise, hypothesis = layers.Input((9,), dtype="int32"), layers.Input((9,), dtype="int32")
    prem, hypo = rnn(translate(embed(premise))), rnn(translate(embed(hypothesis)))
    normalize = layers.BatchNormalization()
    joint = layers.concatenate([normalize(prem), normalize(hypo)])
    joint = layers.Dropout(0.2)(joint)
    for _ in range(2):
        joint = layers.Dense(16, activation="relu", kernel_regularizer=keras.regularizers.L2(4e-6))(joint)
        joint = layers.Dropout(0.2)(joint)
        joint = layers.BatchNormalization()(joint)
    model = keras.Model([premise, hypothesis], layers.Dense(3, activation="softmax")(joint))
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    return model, [Symbols(30, 9), Symbols(30, 9)]


@example(GITHUB + "facebookresearch/InferSent")
def infersent_pair(keras, layers):
    inputs = layers.Input((9,))
    x = layers.Bidirectional(layers.LSTM(6, return_sequences=True))(layers.Embedding(30, 8)(inputs))
    encoder = keras.Model(inputs, layers.GlobalMaxPooling1D()(x), name="encoder")
    left, right = layers.Input((9,)), layers.Input((9,))
    u, v = encoder(left), encoder(right)
    x = layers.Concatenate()([u, v, layers.Subtract()([u, v]), layers.Multiply()([u, v])])
    model = keras.Model([left, right], layers.Dense(3, activation="softmax")(layers.Dense(12)(x)))
    model.compile(keras.optimizers.SGD(0.1), keras.losses.CategoricalCrossentropy(label_smoothing=0.1))
    return model, [Symbols(30, 9), Symbols(30, 9)]


@example("https://arxiv.org/abs/1609.06038")
def decomposable_matching(keras, layers):
    left, right = layers.Input((7,)), layers.Input((7,))
    embed, encode = layers.Embedding(30, 8), layers.Bidirectional(layers.LSTM(4, return_sequences=True))
    a, b = encode(embed(left)), encode(embed(right))
    scores = layers.Dot(axes=-1)([a, b])
    a_hat = layers.Dot(axes=(2, 1))([layers.Softmax(axis=2)(scores), b])
    b_hat = layers.Dot(axes=(1, 1))([layers.Softmax(axis=1)(scores), a])
    compose = layers.Bidirectional(layers.LSTM(5, return_sequences=True))
    pooled = []
    for value, other in ((a, a_hat), (b, b_hat)):
        joined = layers.Concatenate()([value, other, layers.Subtract()([value, other]),
                                       layers.Multiply()([value, other])])
        composed = compose(joined)
        pooled += [layers.GlobalAveragePooling1D()(composed), layers.GlobalMaxPooling1D()(composed)]
    x = layers.Dense(8, activation="tanh")(layers.Concatenate()(pooled))
    model = keras.Model([left, right], layers.Dense(3, activation="softmax")(x))
    model.compile(keras.optimizers.Adam(4e-4, clipnorm=10.0), "categorical_crossentropy")
    return model, [Symbols(30, 7), Symbols(30, 7)]


@example(GITHUB + "douglas125/SpeechCmdRecognition")
def speech_command_attention(keras, layers):
    x = inputs = layers.Input((12, 10, 1))
    x = layers.Conv2D(4, (5, 1), activation="relu", padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Conv2D(1, (5, 1), activation="relu", padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Reshape((12, 10))(x)
    x = layers.Bidirectional(layers.LSTM(6, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(6, return_sequences=True))(x)
    x_first = x[:, -1]
    query = layers.Dense(12)(x_first)
    att_scores = layers.Dot(axes=[1, 2])([query, x])
    att_scores = layers.Softmax(name="attSoftmax")(att_scores)
    att_vector = layers.Dot(axes=[1, 1])([att_scores, x])
    x = layers.Dense(8, activation="relu")(att_vector)
    model = keras.Model(inputs, layers.Dense(5, activation="softmax", name="output")(x))
    model.compile("adam", loss=["sparse_categorical_crossentropy"], metrics=["sparse_categorical_accuracy"])
    return model, [Values(12, 10, 1)]


@example(GITHUB + "bfelbo/DeepMoji", only_three=True)
def deep_moji(keras, layers):
    model_input = layers.Input(shape=(10,), dtype="int32")
    x = layers.Embedding(input_dim=30, output_dim=8)(model_input)
    x = layers.Activation("tanh")(x)
    x = layers.SpatialDropout1D(0.1)(x)
    lstm_0 = layers.Bidirectional(layers.LSTM(6, return_sequences=True))(x)
    lstm_1 = layers.Bidirectional(layers.LSTM(6, return_sequences=True))(lstm_0)
    x = layers.concatenate([lstm_1, lstm_0, x])
    scores = keras.ops.softmax(layers.Dense(1, use_bias=False)(x), axis=1)
    x = keras.ops.sum(x * scores, axis=1)
    model = keras.Model(model_input, layers.Dense(6, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model, [Symbols(30, 10)]


@example("https://arxiv.org/abs/1706.03762", only_three=True)
def transformer_encoder_lstm(keras, layers):
    tokens = layers.Input((10,), dtype="int32")
    positions = layers.Input((10,), dtype="int32")
    x = layers.Embedding(30, 8)(tokens) + layers.Embedding(10, 8)(positions)
    attended = layers.MultiHeadAttention(num_heads=2, key_dim=4)(x, x, use_causal_mask=True)
    x = layers.LayerNormalization(epsilon=1e-6)(x + attended)
    forward = layers.Dense(8)(layers.Dense(12, activation="gelu")(x))
    x = layers.LayerNormalization(epsilon=1e-6)(x + forward)
    x = layers.LSTM(8)(x)
    model = keras.Model([tokens, positions], layers.Dense(30)(x))
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, 10, warmup_target=1e-2, warmup_steps=2)
    model.compile(keras.optimizers.AdamW(schedule), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model, [Symbols(30, 10), Symbols(10, 10)]


@example("https://keras.io/api/layers/recurrent_layers/bidirectional")
def bidirectional_directions_apart(keras, layers):
    inputs = layers.Input((8, 4))
    forward, backward = layers.Bidirectional(layers.LSTM(6, return_sequences=True), merge_mode=None)(inputs)
    x = layers.Maximum()([forward, backward])
    x = layers.Concatenate()([x, layers.Average()([forward, backward])])
    model = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))
    model.compile("adam", "mean_squared_logarithmic_error")
    return model, [Values(8, 4)]


@example("https://keras.io/api/ops/", only_three=True)
def operations_after_gru(keras, layers):
    inputs = layers.Input((8, 4))
    x = layers.GRU(6, return_sequences=True)(inputs)
    last, mean = x[:, -1, :], keras.ops.mean(x, axis=1)
    x = keras.ops.concatenate([last, mean, keras.ops.max(x, axis=1)], axis=-1)
    x = keras.ops.tanh(layers.Dense(8)(x)) / 2.0
    x = keras.ops.expand_dims(x, axis=1)
    x = keras.ops.squeeze(x, axis=1)
    model = keras.Model(inputs, layers.Dense(2)(x))
    model.compile("adam", "mse")
    return model, [Values(8, 4)]
