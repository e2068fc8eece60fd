"""Arguments that cannot be: errors of Keras's types, over every layer."""

import inspect

import elman
import numpy as np
import pytest
import registry
from elman import layers

# Values by what they should be, which both Kerases refuse: Keras 3 with ValueErrors
# at the latest when the layer is called, Keras 2 with TypeErrors where the type is
# the fault.
COUNT = [-1, 0, 2.5, "a", [], {}, float("nan"), float("inf"), 2**70]
SIZE = [*COUNT, (0,), (1, 2, 3), -(2**70)]
RATE = [2, -1, 2.5, "a", [], {}, float("nan"), float("inf")]
NAME = ["nope", 2.5, [], (2, 2), object()]
BAD = {
    **dict.fromkeys(("units", "filters", "output_dim", "input_dim", "n"), COUNT),
    **dict.fromkeys(
        ("kernel_size", "strides", "dilation_rate", "pool_size", "size", "groups"), SIZE
    ),
    "depth_multiplier": SIZE,
    **dict.fromkeys(("rate", "dropout", "recurrent_dropout"), RATE),
    **dict.fromkeys(("activation", "recurrent_activation"), NAME),
    **dict.fromkeys(("padding", "data_format", "merge_mode"), NAME[:-1]),
    "layer": [2, "lstm", object(), {}],
    "backward_layer": [2, "lstm", object(), {}],
    "seed": [2.5, "a", [], 2**70],
    "stddev": [-1, "a", [], float("nan")],
    "epsilon": ["a", [], {}],
    "name": [2.5, 0, [], {}, ""],
    "input_shape": [(0,), (-2,), "ab", 2.5, ("a",), (2.5,), (2,) * 20],
    "batch_size": [-1, 0, 2.5, "a", []],
    "no_such_argument": [1, None],
    "trainable": ["a", 2.5, []],
    "dtype": ["nope", 2.5],
}
# (2, 2) may be the values of a weight.
KINDS = {
    "initializer": [value for value in NAME if value != (2, 2)],
    "regularizer": NAME,
    "constraint": NAME,
}
# Other things are padded by numbers.
PADDING = [-1, 2.5, "a", (1, 2, 3), (-1, 1)]
OTHERS = {
    ("ZeroPadding1D", "padding"): PADDING,
    ("ZeroPadding2D", "padding"): [*PADDING, ((1, 2), (3, -1)), ((1, 2, 3), 1)],
    ("Cropping2D", "cropping"): [*PADDING, ((1, 2), (3, -1)), ((1, 2, 3), 1)],
}
# A layer's own arguments take the place of those of every layer.
OF_EVERY_LAYER = ("name", "input_shape", "batch_size", "no_such_argument", "trainable")


def cases():
    for name in registry.NAMES:
        parameters = inspect.signature(getattr(layers, name)).parameters
        for argument in dict.fromkeys((*parameters, *OF_EVERY_LAYER)):
            kind = argument.rpartition("_")[2]
            values = OTHERS.get((name, argument), BAD.get(argument, KINDS.get(kind)))
            if values:
                yield name, argument, values


def is_taken(name, argument, value):
    """What elman takes, or does not know of, otherwise than Keras."""
    return (
        # -1 is one group a channel.
        ((name, argument) == ("GroupNormalization", "groups") and value == -1)
        # A size for each axis.
        or (name[-2:], value) == ("3D", (1, 2, 3))
        # A Lambda takes what Python takes for true or false.
        or (name, argument) == ("Lambda", "trainable")
    )


def make(name, argument, value):
    """A layer with one argument put in the place of what it would have."""
    cls = getattr(layers, name)
    given = registry.arguments(name)
    names = list(inspect.signature(cls).parameters)
    keywords = {**dict(zip(names, given)), argument: value}
    return cls(**keywords)


@pytest.mark.parametrize(("name", "argument", "values"), [*cases()])
def test_values_that_cannot_be(name, argument, values):
    for value in values:
        if is_taken(name, argument, value):
            continue
        kinds = (ValueError, NotImplementedError) if argument == "dtype" else ValueError
        with pytest.raises(kinds) as error:
            make(name, argument, value)(registry.inputs(name))
        assert len(str(error.value)) > 15, value


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: layers.Dense("3"),
        lambda: layers.Dense(2.5),
        lambda: layers.Dense(3, activation=object()),
        lambda: layers.Dense(3, no_such_argument=1),
        lambda: layers.LSTM(3, return_sequences="yes"),
        lambda: layers.Dropout("a"),
        lambda: layers.Dense(3).build("ab"),
        lambda: layers.Dense(3).build((2.5, 3)),
        lambda: elman.Sequential([3]),
        lambda: elman.Sequential(name=3),
    ],
)
def test_a_wrong_type_is_an_error_of_both_kerases(wrong):
    for kind in (TypeError, ValueError):
        with pytest.raises(kind):
            wrong()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: layers.Dense(-1), "Received an invalid value for"),
        (lambda: layers.Dense(-1), "expected a positive integer. Received: units=-1"),
        (lambda: layers.Dropout(2), "Expected a float value between 0 and 1"),
        (lambda: layers.Conv1D(2, 0), "The `kernel_size` argument"),
        (lambda: layers.Conv1D(2, 2, padding="a"), "The `padding` argument"),
        (lambda: layers.Bidirectional(3), "Please initialize `Bidirectional` layer"),
        (lambda: layers.TimeDistributed(3), "Please initialize `TimeDistributed`"),
        (lambda: layers.RNN(3), "Argument `cell` should have a `call` method"),
        (
            lambda: layers.Bidirectional(layers.LSTM(2), merge_mode="a"),
            "Invalid merge mode. Received: a",
        ),
        (lambda: elman.Sequential().add(3), "The added layer must be an instance"),
    ],
)
def test_errors_have_keras_words(wrong, words):
    with pytest.raises(ValueError) as error:
        wrong()
    assert words in str(error.value)


def test_a_numpy_number_is_a_number():
    assert layers.Dense(np.int64(3)).units == 3
    assert layers.Dropout(np.float32(0.5)).rate == 0.5
    assert layers.LSTM(3, return_sequences=np.bool_(True)).return_sequences is True
    assert layers.Dense(3.0).units == 3
