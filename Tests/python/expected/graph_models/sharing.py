"""Layers and models that are called more than once."""

from .support import embedded, sequence, vector, words


def models(keras):
    yield "siamese", siamese(keras)
    yield "siamese Sequential", siamese_sequential(keras)
    yield "layer called twice in a row", in_a_row(keras)
    yield "layer called on its output and its input", on_both(keras)
    yield "recurrent layer called three times", three_times(keras)
    yield "shared embedding", shared_embedding(keras)
    yield "shared bidirectional", shared_bidirectional(keras)
    yield "shared model", shared_model(keras)
    yield "shared model with two outputs", two_outputs(keras)
    yield "second call first", second_first(keras)
    yield "one call of two", one_of_two(keras)
    yield "shared among shapes", among_shapes(keras)


def siamese(keras):
    layers = keras.layers
    a, b = words(keras, "left"), words(keras, "right")
    embedding = layers.Embedding(7, 4, mask_zero=True)
    encoder = layers.LSTM(3)
    left, right = encoder(embedding(a)), encoder(embedding(b))
    y = layers.Dot(axes=1, normalize=True)([left, right])
    return keras.Model([a, b], layers.Dense(1, activation="sigmoid")(y))


def siamese_sequential(keras):
    layers = keras.layers
    tower = keras.Sequential(
        [keras.Input((5, 3)), layers.GRU(4), layers.Dense(2, activation="tanh")]
    )
    a, b = sequence(keras, "left"), sequence(keras, "right")
    y = layers.Subtract()([tower(a), tower(b)])
    return keras.Model([a, b], layers.Dense(1)(y))


def in_a_row(keras):
    x = vector(keras)
    dense = keras.layers.Dense(3, activation="tanh")
    return keras.Model(x, dense(dense(dense(x))))


def on_both(keras):
    x = vector(keras)
    dense = keras.layers.Dense(3, activation="tanh")
    once = dense(x)
    return keras.Model(x, [dense(once), once])


def three_times(keras):
    inputs = [
        sequence(keras, name, timesteps)
        for name, timesteps in [("a", 5), ("b", 3), ("c", 1)]
    ]
    layer = keras.layers.GRU(4)
    y = keras.layers.Concatenate()([layer(x) for x in inputs])
    return keras.Model(inputs, y)


def shared_embedding(keras):
    layers = keras.layers
    a, b = words(keras, "a", 4), words(keras, "b", 6)
    embedding = layers.Embedding(7, 3)
    y = layers.Concatenate(axis=1)([embedding(a), embedding(b)])
    return keras.Model([a, b], layers.SimpleRNN(2)(y))


def shared_bidirectional(keras):
    layers = keras.layers
    a, b = sequence(keras, "a"), sequence(keras, "b")
    layer = layers.Bidirectional(layers.LSTM(2), merge_mode="ave")
    return keras.Model([a, b], layers.Maximum()([layer(a), layer(b)]))


def shared_model(keras):
    layers = keras.layers
    inner = sequence(keras, "inner")
    model = keras.Model(inner, layers.Dense(2)(layers.LSTM(3)(inner)))
    a, b = sequence(keras, "a"), sequence(keras, "b")
    return keras.Model([a, b], layers.Concatenate()([model(b), model(a)]))


def two_outputs(keras):
    layers = keras.layers
    inner = sequence(keras, "inner")
    y, state = layers.GRU(3, return_sequences=True, return_state=True)(inner)
    model = keras.Model(inner, [y, state])
    x = sequence(keras)
    y, first = model(x)
    _, second = model(y)
    return keras.Model(x, [layers.Add()([first, second]), y])


def second_first(keras):
    """The outputs are listed in another order than the calls."""
    a, b = vector(keras, "a"), vector(keras, "b")
    dense = keras.layers.Dense(2)
    first, second = dense(a), dense(b)
    return keras.Model([b, a], [second, first])


def one_of_two(keras):
    """The layer's first call is of another model."""
    x, other = vector(keras, "x"), vector(keras, "other")
    dense = keras.layers.Dense(2)
    dense(other)
    return keras.Model(x, keras.layers.Dense(4)(dense(x)))


def among_shapes(keras):
    """One Dense on vectors and on sequences, one Dropout on anything."""
    layers = keras.layers
    x, v = words(keras), vector(keras, "v", 4)
    dense, dropout = layers.Dense(3), layers.Dropout(0.5)
    y = layers.GRU(3)(dropout(dense(embedded(keras, x))))
    return keras.Model([x, v], layers.Add()([y, dropout(dense(v))]))
