"""Networks whose branches meet again."""

from .support import sequence, vector, words

MERGE_MODES = ["concat", "sum", "mul", "ave"]


def models(keras):
    yield "skip connection", skip(keras)
    yield "dense connections", dense_connections(keras)
    yield "residual recurrent layers", residual(keras)
    yield "convolutions of several widths", convolutions(keras)
    yield "convolutions and an LSTM", convolutions_and_lstm(keras)
    yield "sequence and features", sequence_and_features(keras)
    yield "TimeDistributed Dense on a merge", distributed_merge(keras)
    yield "RepeatVector beside a sequence", repeated(keras)
    yield "Permute and Reshape", permuted(keras)
    yield "attention by hand", attention_by_hand(keras)
    yield "forward and backward by hand", by_hand(keras)
    yield "two heads", two_heads(keras)
    yield "branches of other depths", depths(keras)
    yield "normalized branches", normalized(keras)
    for mode in MERGE_MODES:
        yield f"bidirectional {mode} in a branch", bidirectional(keras, mode)
    yield "bidirectional, not merged", not_merged(keras)
    yield "bidirectional with states", with_states(keras)


def skip(keras):
    layers = keras.layers
    x = vector(keras)
    y = layers.Dense(4, activation="relu")(x)
    y = layers.Dense(3)(y)
    return keras.Model(x, layers.Activation("relu")(layers.Add()([x, y])))


def dense_connections(keras):
    layers = keras.layers
    x = y = vector(keras)
    for units in (2, 3, 4):
        y = layers.Concatenate()([y, layers.Dense(units, activation="tanh")(y)])
    return keras.Model(x, y)


def residual(keras):
    layers = keras.layers
    x = sequence(keras, features=4)
    y = layers.LSTM(4, return_sequences=True)(x)
    x_1 = layers.Add()([x, y])
    y = layers.GRU(4, return_sequences=True)(x_1)
    return keras.Model(x, layers.Add()([x, x_1, y]))


def convolutions(keras):
    layers = keras.layers
    x = words(keras, timesteps=7)
    y = layers.Embedding(7, 3)(x)
    pooled = [
        layers.GlobalMaxPooling1D()(layers.Conv1D(units, width, activation="relu")(y))
        for units, width in [(2, 2), (3, 3), (4, 4)]
    ]
    return keras.Model(x, layers.Dense(2)(layers.Concatenate()(pooled)))


def convolutions_and_lstm(keras):
    layers = keras.layers
    x = sequence(keras, timesteps=8)
    y = layers.Conv1D(4, 3, padding="causal", dilation_rate=2)(x)
    y = layers.MaxPooling1D(2)(y)
    z = layers.AveragePooling1D(2)(layers.Conv1D(4, 3, padding="same")(x))
    y = layers.LSTM(3)(layers.Concatenate()([y, z]))
    return keras.Model(x, layers.Concatenate()([y, layers.LSTM(2)(x)]))


def sequence_and_features(keras):
    layers = keras.layers
    x, v = sequence(keras), vector(keras, "v", 4)
    y = layers.Concatenate()([layers.LSTM(3)(x), layers.Dense(2)(v)])
    return keras.Model([v, x], layers.Dense(1, activation="sigmoid")(y))


def distributed_merge(keras):
    layers = keras.layers
    a, b = sequence(keras, "a"), sequence(keras, "b")
    y = layers.Concatenate()([layers.GRU(2, return_sequences=True)(a), b])
    return keras.Model([a, b], layers.TimeDistributed(layers.Dense(3))(y))


def repeated(keras):
    layers = keras.layers
    x, v = sequence(keras), vector(keras, "v", 2)
    y = layers.Concatenate()([x, layers.RepeatVector(5)(v)])
    return keras.Model([x, v], layers.LSTM(3)(y))


def permuted(keras):
    layers = keras.layers
    x = sequence(keras, timesteps=4, features=6)
    a = layers.Permute((2, 1))(x)
    b = layers.Reshape((6, 4))(x)
    y = layers.Subtract()([a, b])
    return keras.Model(x, [layers.Reshape((-1, 3))(y), layers.Flatten()(a)])


def attention_by_hand(keras):
    """The attention of Keras 2's time: softmax over timesteps, permuted back."""
    layers = keras.layers
    x = sequence(keras)
    y = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(x)
    scores = layers.Flatten()(layers.Dense(1, activation="tanh")(y))
    weights = layers.Activation("softmax")(scores)
    weights = layers.Permute((2, 1))(layers.RepeatVector(4)(weights))
    context = layers.GlobalAveragePooling1D()(layers.Multiply()([y, weights]))
    return keras.Model(x, layers.Dense(2)(context))


def by_hand(keras):
    layers = keras.layers
    x = sequence(keras)
    forward = layers.GRU(3)(x)
    backward = layers.GRU(3, go_backwards=True)(x)
    return keras.Model(x, layers.Concatenate()([forward, backward]))


def two_heads(keras):
    layers = keras.layers
    x = sequence(keras)
    y = layers.LSTM(4)(x)
    heads = [
        layers.Dense(3, activation="softmax", name="kind")(y),
        layers.Dense(1, name="amount")(y),
    ]
    return keras.Model(x, heads)


def depths(keras):
    """Keras lists layers by depth, not as they were made."""
    layers = keras.layers
    a, b = vector(keras, "a"), vector(keras, "b", 4)
    late = layers.Dense(2, name="late")
    early = layers.Dense(2, name="early")
    long = layers.Dense(2)(layers.Dense(3)(early(a)))
    return keras.Model([b, a], layers.Multiply()([late(b), long]))


def normalized(keras):
    layers = keras.layers
    x = sequence(keras)
    a = layers.BatchNormalization()(layers.Conv1D(4, 2, padding="same")(x))
    b = layers.LayerNormalization()(layers.Dense(4)(x))
    y = layers.Average()([layers.ReLU()(a), layers.LeakyReLU()(b)])
    return keras.Model(x, layers.BatchNormalization(scale=False)(y))


def bidirectional(keras, mode):
    layers = keras.layers
    x = sequence(keras)
    y = layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode=mode)(x)
    return keras.Model(x, layers.Concatenate()([x, y]))


def not_merged(keras):
    layers = keras.layers
    x = sequence(keras)
    forward, backward = layers.Bidirectional(layers.GRU(3), merge_mode=None)(x)
    return keras.Model(x, [layers.Subtract()([forward, backward]), backward])


def with_states(keras):
    layers = keras.layers
    x = sequence(keras)
    layer = layers.LSTM(2, return_sequences=True, return_state=True)
    y, *states = layers.Bidirectional(layer)(x)
    return keras.Model(x, [y, layers.Average()(states)])
