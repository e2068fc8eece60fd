"""Operators on tensors: each Keras has its own names for them in configs."""

from .support import embedded, sequence, vector, words


def models(keras):
    x, y = sequence(keras), sequence(keras, "y")
    with_one = {
        "x + 1.5": x + 1.5,
        "1.5 + x": 1.5 + x,
        "x - 1": x - 1,
        "2 - x": 2 - x,
        "x * 2": x * 2,
        "2 * x": 2 * x,
        "x / 2": x / 2,
        "1 divided by x": 1 / (x + 3),
        "-x": -x,
        "x ** 2": x**2,
        "2 ** x": 2**x,
        "abs(x)": abs(x),
    }
    with_two = {
        "x + y": x + y,
        "x - y": x - y,
        "x * y": x * y,
        "x divided by y": x / (y * y + 1),
        "x times itself": x * x,
    }
    slices = {
        "x[:, -1]": x[:, -1],
        "x[:, 1]": x[:, 1],
        "x[:, :, 0:2]": x[:, :, 0:2],
        "x[:, 1:]": x[:, 1:],
        "x[:, :-1]": x[:, :-1],
        "x[:, ::2]": x[:, ::2],
        "x[..., -1]": x[..., -1],
        "x[:, 1:4, 1]": x[:, 1:4, 1],
        "x[..., None]": x[..., None],
    }
    for name, result in {**with_one, **slices}.items():
        yield name, keras.Model(x, result)
    for name, result in with_two.items():
        yield name, keras.Model([x, y], result)
    v = vector(keras, "v")
    yield "sequence + vector", keras.Model([x, v], x + v[:, None])
    yield "operators in a row", keras.Model([x, y], -(x + y) * 0.5 + x**2 - 1)
    yield "highway", highway(keras)
    yield "last step of a sequence", last_step(keras)
    yield "halves of the features", halves(keras)
    yield "operator on a mask", on_a_mask(keras)


def highway(keras):
    layers = keras.layers
    x = vector(keras)
    gate = layers.Dense(3, activation="sigmoid")(x)
    y = layers.Dense(3, activation="tanh")(x)
    return keras.Model(x, gate * y + (1 - gate) * x)


def last_step(keras):
    layers = keras.layers
    x = sequence(keras)
    y = layers.LSTM(4, return_sequences=True)(x)
    return keras.Model(x, layers.Dense(2)(y[:, -1, :]))


def halves(keras):
    layers = keras.layers
    x = sequence(keras, features=4)
    y = layers.Multiply()([x[:, :, :2], layers.Activation("sigmoid")(x[:, :, 2:])])
    return keras.Model(x, layers.GRU(2)(y))


def on_a_mask(keras):
    """Whether the mask goes on through `* 2` is for each Keras to say."""
    x = words(keras)
    return keras.Model(x, keras.layers.LSTM(3)(embedded(keras, x) * 2))
