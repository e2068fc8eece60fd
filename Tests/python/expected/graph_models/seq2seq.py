"""Encoders and decoders."""

from .support import is_legacy

CELLS = {
    "SimpleRNN": ("SimpleRNN", {}),
    "LSTM": ("LSTM", {}),
    "GRU": ("GRU", {}),
    "GRU, reset before": ("GRU", {"reset_after": False}),
}
SEQUENCES = {"return_sequences": True}
STATE = {"return_state": True}


def models(keras):
    for name, (class_name, given) in CELLS.items():
        layer = getattr(keras.layers, class_name)

        def make(units, layer=layer, given=given, **config):
            return layer(units, **given, **config)

        yield f"encoder and decoder, {name}", encoder_decoder(keras, make)
        yield from pieces(keras, make, name)
        yield f"bidirectional encoder, {name}", bidirectional_encoder(keras, make)
        yield f"bidirectional given states, {name}", given_bidirectional(keras, make)
        yield f"words to words, {name}", words_to_words(keras, make)
    yield "captions", captions(keras)
    yield "autoencoder", autoencoder(keras)
    yield "decoder with attention", with_attention(keras)
    yield "two layers of encoder and decoder", two_layers(keras)
    yield "stacked cells given states", stacked_cells(keras)
    yield "states alone", states_alone(keras)
    if is_legacy(keras):
        yield "states in the list of inputs", states_in_a_list(keras)


def encoder_decoder(keras, make):
    source = keras.Input((5, 3), name="source")
    target = keras.Input((4, 2), name="target")
    _, *states = make(4, **STATE)(source)
    y = make(4, **SEQUENCES)(target, initial_state=states)
    y = keras.layers.Dense(3, activation="softmax")(y)
    return keras.Model([source, target], y)


def pieces(keras, make, name):
    """A network for training, and the two for inference that share its layers."""
    source = keras.Input((None, 3), name="source")
    target = keras.Input((None, 2), name="target")
    encoder = make(3, name="encoder", **STATE)
    decoder = make(3, name="decoder", **SEQUENCES, **STATE)
    dense = keras.layers.Dense(2, name="probabilities", activation="softmax")
    _, *states = encoder(source)
    y, *_ = decoder(target, initial_state=states)
    yield f"trained pieces, {name}", keras.Model([source, target], dense(y))
    yield f"encoder of pieces, {name}", keras.Model(source, states)
    step = keras.Input((1, 2), name="step")
    given = [keras.Input((3,), name=f"state_{i}") for i in range(len(states))]
    y, *states = decoder(step, initial_state=given)
    one_step = keras.Model([step, *given], [dense(y), *states])
    yield f"one-step decoder of pieces, {name}", one_step


def bidirectional_encoder(keras, make):
    source = keras.Input((5, 3), name="source")
    target = keras.Input((4, 2), name="target")
    layers = keras.layers
    encoder = layers.Bidirectional(make(2, **SEQUENCES, **STATE))
    _, *states = encoder(source)
    half = len(states) // 2
    merged = [
        layers.Concatenate()([forward, backward])
        for forward, backward in zip(states[:half], states[half:])
    ]
    y = make(4, **SEQUENCES)(target, initial_state=merged)
    return keras.Model([source, target], layers.Dense(3)(y))


def given_bidirectional(keras, make):
    source = keras.Input((5, 3), name="source")
    target = keras.Input((4, 2), name="target")
    layers = keras.layers
    _, *states = layers.Bidirectional(make(3, **STATE))(source)
    y = layers.Bidirectional(make(3, **SEQUENCES), merge_mode="sum")(
        target, initial_state=states
    )
    return keras.Model([source, target], y)


def words_to_words(keras, make):
    layers = keras.layers
    source = keras.Input((6,), dtype="int32", name="source")
    target = keras.Input((5,), dtype="int32", name="target")
    x = layers.Embedding(7, 3, mask_zero=True)(source)
    _, *states = make(4, **STATE)(x)
    y = layers.Embedding(7, 2, mask_zero=True)(target)
    y = make(4, **SEQUENCES)(y, initial_state=states)
    y = layers.TimeDistributed(layers.Dense(3, activation="softmax"))(y)
    return keras.Model([source, target], y)


def captions(keras):
    layers = keras.layers
    picture = keras.Input((6,), name="picture")
    words = keras.Input((5,), dtype="int32", name="words")
    state = layers.Dense(4, activation="tanh")(picture)
    y = layers.Embedding(7, 3, mask_zero=True)(words)
    y = layers.GRU(4, **SEQUENCES)(y, initial_state=state)
    return keras.Model([picture, words], layers.Dense(3)(y))


def autoencoder(keras):
    layers = keras.layers
    x = keras.Input((5, 3), name="x")
    code = layers.LSTM(4)(x)
    y = layers.RepeatVector(5)(code)
    y = layers.LSTM(4, **SEQUENCES)(y)
    y = layers.TimeDistributed(layers.Dense(3))(y)
    return keras.Model(x, [y, code])


def with_attention(keras):
    layers = keras.layers
    source = keras.Input((5, 3), name="source")
    target = keras.Input((4, 2), name="target")
    encoded, *states = layers.LSTM(4, **SEQUENCES, **STATE)(source)
    decoded = layers.LSTM(4, **SEQUENCES)(target, initial_state=states)
    scores = layers.Dot(axes=[2, 2])([decoded, encoded])
    weights = layers.Activation("softmax", name="weights")(scores)
    context = layers.Dot(axes=[2, 1])([weights, encoded])
    y = layers.Concatenate()([context, decoded])
    y = layers.TimeDistributed(layers.Dense(3, activation="tanh"))(y)
    return keras.Model([source, target], [y, weights])


def two_layers(keras):
    layers = keras.layers
    source = keras.Input((5, 3), name="source")
    target = keras.Input((4, 2), name="target")
    x, h, c = layers.LSTM(4, **SEQUENCES, **STATE)(source)
    _, last = layers.GRU(3, **STATE)(x)
    y = layers.LSTM(4, **SEQUENCES)(target, initial_state=[h, c])
    y = layers.GRU(3, **SEQUENCES)(y, initial_state=[last])
    return keras.Model([source, target], y)


def stacked_cells(keras):
    layers = keras.layers
    source = keras.Input((5, 3), name="source")
    target = keras.Input((4, 2), name="target")

    def cells():
        return [layers.LSTMCell(3), layers.GRUCell(2)]

    _, *states = layers.RNN(cells(), **STATE)(source)
    y = layers.RNN(cells(), **SEQUENCES)(target, initial_state=states)
    return keras.Model([source, target], y)


def states_alone(keras):
    """Only states are used, in another order, and one of them twice."""
    layers = keras.layers
    x = keras.Input((5, 3), name="x")
    _, h, c = layers.LSTM(4, **SEQUENCES, **STATE)(x)
    y = layers.Dense(2)(c)
    return keras.Model(x, [c, y, layers.Add()([h, c])])


def states_in_a_list(keras):
    layers = keras.layers
    x = keras.Input((5, 3), name="x")
    h = keras.Input((4,), name="h")
    c = keras.Input((4,), name="c")
    return keras.Model([h, c, x], layers.LSTM(4, **SEQUENCES)([x, h, c]))
