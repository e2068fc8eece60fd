"""Add and its like, Concatenate and Dot."""

from .support import sequence, vector

MERGES = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]


def models(keras):
    layers = keras.layers
    for name in MERGES:
        yield name, of_two(keras, getattr(layers, name)())
        if name != "Subtract":
            yield f"{name} of three", of_three(keras, getattr(layers, name)())
    yield from broadcasts(keras)
    yield from concatenations(keras)
    yield from dots(keras)


def of_two(keras, layer):
    a, b = sequence(keras, "a"), sequence(keras, "b")
    return keras.Model([a, b], layer([a, b]))


def of_three(keras, layer):
    inputs = [vector(keras, name) for name in "abc"]
    return keras.Model(inputs, layer([*inputs[::-1]]))


def broadcasts(keras):
    """Sizes of one are repeated; vectors get the dimensions of sequences."""
    layers = keras.layers
    shapes = {
        "one timestep": [(5, 3), (1, 3)],
        "one feature": [(5, 1), (5, 3)],
        "one of each": [(5, 1), (1, 3)],
        "a vector": [(5, 3), (3,)],
        "a number": [(1,), (5, 3)],
        "three ranks": [(3,), (5, 3), (2, 5, 3)],
    }
    for name, given in shapes.items():
        inputs = [keras.Input(s, name=f"x{i}") for i, s in enumerate(given)]
        yield f"Add with {name}", keras.Model(inputs, layers.Add()(inputs))
    a, b = keras.Input((5, 3), name="a"), keras.Input((5, 1), name="b")
    yield "Multiply with a gate", keras.Model([a, b], layers.Multiply()([a, b]))
    yield "Subtract with one feature", keras.Model([b, a], layers.Subtract()([b, a]))


def concatenations(keras):
    layers = keras.layers
    for axis, shapes in {
        -1: [(5, 3), (5, 2), (5, 1)],
        1: [(4, 3), (2, 3)],
        2: [(5, 2), (5, 3)],
        -2: [(1, 3), (4, 3), (2, 3)],
    }.items():
        inputs = [keras.Input(s, name=f"x{i}") for i, s in enumerate(shapes)]
        y = layers.Concatenate(axis=axis)(inputs)
        yield f"Concatenate, axis {axis}", keras.Model(inputs, y)
    x = vector(keras)
    y = layers.Concatenate()([x, x, layers.Dense(2)(x)])
    yield "Concatenate with itself", keras.Model(x, y)


def dots(keras):
    layers = keras.layers
    vectors = [(4,), (4,)]
    cases = {
        "Dot of vectors": (vectors, {"axes": 1}),
        "Dot of vectors, axis -1": (vectors, {"axes": -1}),
        "cosine of vectors": (vectors, {"axes": 1, "normalize": True}),
        "Dot over features": ([(5, 3), (4, 3)], {"axes": 2}),
        "Dot over timesteps": ([(5, 3), (5, 2)], {"axes": 1}),
        "Dot over both": ([(5, 3), (3, 5)], {"axes": [2, 1]}),
        "Dot, other axes": ([(5, 3), (3, 5)], {"axes": [1, 2]}),
        "cosine of sequences": ([(5, 3), (4, 3)], {"axes": -1, "normalize": True}),
        "Dot with a vector": ([(5, 3), (3,)], {"axes": [2, 1]}),
        "Dot of a vector": ([(3,), (5, 3)], {"axes": [1, 2]}),
        "Dot of rank four": ([(2, 5, 3), (3, 4)], {"axes": [3, 1]}),
    }
    for name, (shapes, config) in cases.items():
        inputs = [keras.Input(s, name=f"x{i}") for i, s in enumerate(shapes)]
        yield name, keras.Model(inputs, layers.Dot(**config)(inputs))
