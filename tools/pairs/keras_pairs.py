"""Encoder-decoders in Keras as lstm-train --pairs makes them, and how Keras' inference models write targets.

The well-known character-level sequence to sequence model of Keras' examples, with embeddings: `model` is for training with
the true target as the decoder's input, `Decoder` takes it apart into an encoder, which reads a source once, and a decoder
that makes one step with the states it is given. Symbol 0 is padding, 1 unknown, and of targets 2 the start and 3 the end.
"""

import keras
import numpy as np

PADDING, UNKNOWN, START, END = range(4)


def model(source_symbols, target_symbols, units=(256,), embedding=64, cell="LSTM", bidirectional=False, attention=False,
          embeddings="uniform"):
    layers, states = keras.layers, 2 if cell == "LSTM" else 1
    recurrent = getattr(layers, cell)
    source, target = keras.Input((None,), name="source"), keras.Input((None,), name="target")
    options = dict(mask_zero=True, embeddings_initializer=embeddings)
    read = layers.Embedding(source_symbols, embedding, name="source_embedding", **options)(source)
    written = layers.Embedding(target_symbols, embedding, name="target_embedding", **options)(target)
    for index, width in enumerate(units):
        suffix = f"_{index}" if index else ""
        options = dict(return_state=True, return_sequences=attention or index + 1 < len(units))
        if bidirectional:
            read, *both = layers.Bidirectional(
                recurrent(width, name="encoder_cell" + suffix, **options), name="encoder" + suffix)(read)
            begin = [layers.Concatenate(name=f"encoder_{name}{suffix}")([both[at], both[states + at]])
                     for at, name in enumerate(("hidden", "cell")[:states])]
        else:
            read, *begin = recurrent(width, name="encoder" + suffix, **options)(read)
        written = recurrent(width * (2 if bidirectional else 1), return_sequences=True, name="decoder" + suffix)(
            written, initial_state=begin)
    if attention:
        context = layers.AdditiveAttention(name="attention")([written, read])
        written = layers.Concatenate(name="concatenate")([written, context])
    written = layers.Dense(target_symbols, activation="softmax", name="dense")(written)
    return keras.Model([source, target], written)


class Decoder:
    """Keras' inference models: the encoder, and the decoder step by step."""

    def __init__(self, model):
        layers = keras.layers
        decoders = [layer for layer in model.layers if layer.name.startswith("decoder")]
        attention = next((layer for layer in model.layers if layer.name == "attention"), None)
        begin = [state for layer in decoders for state in layer._inbound_nodes[0].input_tensors[1:]
                 if state.ndim == 2 and state.dtype != "bool"]
        given = attention._inbound_nodes[0].input_tensors[1] if attention else None
        self.encoder = keras.Model(model.inputs[0], begin + ([given] if attention else []))
        symbol = keras.Input((1,))
        states = [keras.Input(state.shape[1:]) for state in begin]
        written, after = model.get_layer("target_embedding")(symbol), []
        for layer in decoders:
            count = len(begin) // len(decoders)
            own = states[len(after):len(after) + count]
            step = type(layer).from_config(layer.get_config() | dict(return_state=True, name=layer.name + "_step"))
            written, *new = step(written, initial_state=own)
            step.set_weights(layer.get_weights())
            after += new
        inputs = [symbol] + states
        if attention:
            values = keras.Input(given.shape[1:])
            inputs.append(values)
            context = layers.AdditiveAttention(name="attention_step")
            written = model.get_layer("concatenate")([written, context([written, values])])
            context.set_weights(attention.get_weights())
        self.decoder = keras.Model(inputs, [model.get_layer("dense")(written)] + after)
        self.states = len(begin)

    def greedy(self, sources, longest):
        """The likeliest symbol at every step, for sources of one length: [[number]]."""
        given = [np.asarray(value) for value in keras.tree.flatten(self.encoder(np.asarray(sources), training=False))]
        states, others = given[:self.states], given[self.states:]
        symbols = np.full((len(sources), 1), START)
        targets, ended = [[] for _ in sources], np.zeros(len(sources), bool)
        for _ in range(longest + 1):
            probabilities, *states = map(np.array, self.decoder([symbols] + states + others, training=False))
            probabilities = probabilities[:, 0]
            probabilities[:, [PADDING, UNKNOWN, START]] = 0
            symbols = probabilities.argmax(-1)[:, None]
            ended |= symbols[:, 0] == END
            for row in np.flatnonzero(~ended):
                targets[row].append(int(symbols[row, 0]))
            if ended.all():
                break
        return [target[:longest] for target in targets]


def samples(pairs, source_length, target_length):
    """Keras' arrays for pairs of lists of numbers: sources, targets behind their start, and the symbols that follow."""
    sources = keras.utils.pad_sequences([source for source, _ in pairs], source_length)
    given = keras.utils.pad_sequences([[START] + target for _, target in pairs], target_length + 1, padding="post")
    following = keras.utils.pad_sequences([target + [END] for _, target in pairs], target_length + 1, padding="post")
    return sources, given, following
