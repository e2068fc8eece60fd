"""What inputs and outputs look like: one, lists, tuples, dicts, nothing to do."""

from .support import is_legacy, sequence, vector


def models(keras):
    yield from inputs_and_outputs(keras)
    yield from short_circuits(keras)


def inputs_and_outputs(keras):
    a, b = vector(keras, "a"), vector(keras, "b", 2)
    dense, other = keras.layers.Dense(2), keras.layers.Dense(4)
    merged = keras.layers.Add()([dense(a), keras.layers.Dense(2)(b)])
    first, second = merged, other(b)
    inputs = {
        "a list": [a, b],
        "a tuple": (a, b),
        "a dict": {"a": a, "b": b},
        "a dict of other names": {"z": a, "y": b},
    }
    outputs = {
        "a list": [first, second],
        "a tuple": (first, second),
        "a dict": {"second": second, "first": first},
        "one": first,
    }
    for name, given in inputs.items():
        yield f"inputs as {name}", keras.Model(given, first)
    for name, result in outputs.items():
        yield f"outputs as {name}", keras.Model([a, b], result)
    yield "dicts in and out", keras.Model(inputs["a dict"], outputs["a dict"])
    yield "dict in, list out", keras.Model(inputs["a dict"], outputs["a list"])
    yield "tuples in and out", keras.Model(inputs["a tuple"], outputs["a tuple"])
    yield "one input in a list", keras.Model([a], [keras.layers.Dense(3)(a)])
    yield "one output in a dict", keras.Model({"a": a}, {"y": keras.layers.Dense(3)(a)})
    if not is_legacy(keras):
        nested = {"pair": [first, second], "one": other(b)}
        yield "lists in a dict", keras.Model({"both": [a, b]}, nested)


def short_circuits(keras):
    layers = keras.layers
    x, other = vector(keras), vector(keras, "other", 2)
    dense = layers.Dense(3, activation="tanh")(x)
    yield "output listed twice", keras.Model(x, [dense, dense])
    yield "input that is an output", keras.Model(x, [x, dense])
    yield "output that feeds a layer", keras.Model(x, [dense, layers.Dense(2)(dense)])
    yield "nothing but an input", keras.Model(x, x)
    yield "inputs in another order", keras.Model([x, other], [other, x])
    yield "dropout of an input", keras.Model(x, layers.Dropout(0.5)(x))
    linear = layers.Activation("linear")
    identities = [layers.Dropout(0.5)(dense), linear(dense), linear(x)]
    yield "identities in branches", keras.Model(x, layers.Concatenate()(identities))
    yield "identities as outputs", keras.Model(x, [*identities, dense])
    yield (
        "identity then merge with its input",
        keras.Model(x, layers.Subtract()([linear(dense), dense])),
    )
    yield (
        "input in many places",
        keras.Model(x, layers.Add()([x, dense, x, layers.Multiply()([x, x])])),
    )
    y = sequence(keras, "y")
    flat = layers.Flatten()(y)
    yield (
        "Flatten as an output and an input",
        keras.Model(y, [flat, layers.Dense(2)(flat), layers.Reshape((3, 5))(flat)]),
    )
