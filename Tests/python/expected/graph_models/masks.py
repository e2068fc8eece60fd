"""Masks on their way through branches and merges."""

from .support import embedded, is_legacy, sequence, words


def models(keras):
    layers = keras.layers
    for name in ["Add", "Multiply", "Average", "Maximum", "Concatenate"]:
        yield f"{name} of two masks", merged(keras, getattr(layers, name)())
        if name == "Concatenate" and is_legacy(keras):
            # tf_keras joins (batch, timesteps, 1) and (batch, timesteps, features).
            continue
        yield f"{name} of one mask", merged(keras, getattr(layers, name)(), False)
    yield "Concatenate of two masks, axis 1", merged(keras, layers.Concatenate(axis=1))
    if not is_legacy(keras):
        one = merged(keras, layers.Concatenate(axis=1), False)
        yield "Concatenate of one mask, axis 1", one
    yield "Masking, then merged", masking(keras)
    yield "one embedding, three branches", branches(keras)
    yield "poolings with masks", poolings(keras)
    yield "mask through layers that pass it", passed_on(keras)
    yield "mask as an argument", argument(keras)
    yield "mask of the only input", of_one(keras), ["x"]
    yield "masks of both inputs", of_two(keras), ["a", "b"]
    yield "mask of one of two inputs", of_two(keras), ["b"]
    yield "mask that ends at Flatten", ended(keras)
    yield "bidirectional over a mask", bidirectional(keras)
    yield "mask into a model", into_a_model(keras)
    yield "mask out of a model", out_of_a_model(keras)


def merged(keras, layer, both=True):
    """An LSTM sees the mask that comes out of a merge."""
    a, b = words(keras, "a"), words(keras, "b")
    y = layer([embedded(keras, a), keras.layers.Embedding(7, 4, mask_zero=both)(b)])
    return keras.Model([a, b], [y, keras.layers.LSTM(3)(y)])


def masking(keras):
    layers = keras.layers
    a, b = sequence(keras, "padded_a"), sequence(keras, "padded_b")
    y = layers.Add()([layers.Masking()(a), layers.Masking()(b)])
    return keras.Model([a, b], layers.GRU(3, return_sequences=True)(y))


def branches(keras):
    layers = keras.layers
    x = words(keras)
    y = embedded(keras, x)
    parts = [
        layers.LSTM(3)(y),
        layers.Bidirectional(layers.GRU(2))(y),
        layers.GlobalAveragePooling1D()(y),
    ]
    return keras.Model(x, layers.Concatenate()(parts))


def poolings(keras):
    layers = keras.layers
    x = words(keras)
    y = embedded(keras, x)
    outputs = [layers.GlobalAveragePooling1D()(y), layers.GlobalMaxPooling1D()(y)]
    return keras.Model(x, outputs)


def passed_on(keras):
    layers = keras.layers
    x = words(keras)
    y = layers.Dropout(0.3)(embedded(keras, x))
    y = layers.Activation("tanh")(y)
    y = layers.Dense(3)(y)
    y = layers.LayerNormalization()(y)
    y = layers.TimeDistributed(layers.Dense(4))(y)
    y = layers.SimpleRNN(3, return_sequences=True)(y)
    return keras.Model(x, layers.GRU(2)(y))


def argument(keras):
    x = sequence(keras)
    mask = keras.Input((5,), dtype="bool", name="mask")
    y = keras.layers.LSTM(3, return_sequences=True)(x, mask=mask)
    return keras.Model([x, mask], y)


def of_one(keras):
    x = sequence(keras)
    y = keras.layers.Dense(2)(x)
    return keras.Model(x, keras.layers.GRU(3, return_sequences=True)(y))


def of_two(keras):
    layers = keras.layers
    a, b = sequence(keras, "a"), sequence(keras, "b", features=2)
    return keras.Model([a, b], layers.Add()([layers.LSTM(3)(a), layers.GRU(3)(b)]))


def ended(keras):
    layers = keras.layers
    x = words(keras)
    y = embedded(keras, x)
    flat = layers.Dense(3)(layers.Flatten()(y))
    return keras.Model(x, layers.Add()([flat, layers.GRU(3)(y)]))


def bidirectional(keras):
    layers = keras.layers
    x = words(keras)
    y = embedded(keras, x)
    y = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(y)
    y = layers.Bidirectional(layers.GRU(2), merge_mode="mul")(y)
    return keras.Model(x, y)


def into_a_model(keras):
    layers = keras.layers
    inner = keras.Input((5, 4), name="inner")
    model = keras.Model(inner, layers.LSTM(3)(inner))
    x = words(keras)
    return keras.Model(x, model(embedded(keras, x)))


def out_of_a_model(keras):
    inner = words(keras, "inner")
    model = keras.Model(inner, embedded(keras, inner))
    x = words(keras)
    return keras.Model(x, keras.layers.GRU(3)(model(x)))
