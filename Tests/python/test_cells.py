"""Cells and wrappers: given weights, own cells, shared layers, states of stacks."""

import elman
import numpy as np
import pytest
from elman.layers import (
    LSTM,
    RNN,
    Bidirectional,
    Dense,
    Embedding,
    SimpleRNN,
    SimpleRNNCell,
    StackedRNNCells,
    TimeDistributed,
)

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(2, 4, 3)


def drawn(layer, seed=0):
    """Random weights for a layer that takes inputs like X."""
    layer.build((None, None, 3) if not isinstance(layer, SimpleRNNCell) else (None, 3))
    rng = np.random.default_rng(seed)
    return [rng.uniform(-0.6, 0.6, w.shape).astype("f") for w in layer.get_weights()]


# -- weights given with a layer ----------------------------------------------

SIMPLE = drawn(SimpleRNN(3), 1)
DENSE = drawn(Dense(3), 2)

# What is made, and the weights that it must have.
GIVEN = {
    "layer": (lambda: SimpleRNN(3, weights=SIMPLE), SIMPLE),
    "cell": (lambda: RNN(SimpleRNNCell(3, weights=SIMPLE)), SIMPLE),
    "RNN": (lambda: RNN(SimpleRNNCell(3), weights=SIMPLE), SIMPLE),
    "cells of a list": (
        lambda: RNN([SimpleRNNCell(3, weights=SIMPLE) for _ in range(2)]),
        SIMPLE + SIMPLE,
    ),
    "stack": (
        lambda: RNN(
            StackedRNNCells(
                [SimpleRNNCell(3), SimpleRNNCell(3)], weights=SIMPLE + SIMPLE
            )
        ),
        SIMPLE + SIMPLE,
    ),
    "both directions": (
        lambda: Bidirectional(
            SimpleRNN(3, weights=SIMPLE),
            backward_layer=SimpleRNN(3, weights=SIMPLE, go_backwards=True),
        ),
        SIMPLE + SIMPLE,
    ),
    "a direction and its copy": (
        lambda: Bidirectional(SimpleRNN(3, weights=SIMPLE)),
        SIMPLE + SIMPLE,
    ),
    "Bidirectional": (
        lambda: Bidirectional(SimpleRNN(3), weights=SIMPLE + SIMPLE),
        SIMPLE + SIMPLE,
    ),
    "cell in a direction": (
        lambda: Bidirectional(RNN(SimpleRNNCell(3, weights=SIMPLE))),
        SIMPLE + SIMPLE,
    ),
    "TimeDistributed": (lambda: TimeDistributed(Dense(3), weights=DENSE), DENSE),
    "in TimeDistributed": (lambda: TimeDistributed(Dense(3, weights=DENSE)), DENSE),
}
given = pytest.mark.parametrize(("make", "weights"), GIVEN.values(), ids=GIVEN)


def assert_weights(layer, weights):
    found = layer.get_weights()
    assert len(found) == len(weights)
    for one, other in zip(found, weights):
        np.testing.assert_array_equal(one, other)


@given
def test_given_weights_reach_a_layer_that_is_built_alone(make, weights):
    layer = make()
    layer.build((None, 4, 3))
    assert_weights(layer, weights)


@given
def test_given_weights_reach_a_layer_that_is_called_alone(make, weights):
    layer = make()
    output = layer(X)
    assert_weights(layer, weights)
    np.testing.assert_array_equal(layer(X), output)


@given
def test_given_weights_reach_a_layer_of_a_model(make, weights):
    called, built = elman.Sequential([make()]), elman.Sequential([make()])
    output = called(X)
    built.build((None, 4, 3))
    known = elman.Sequential([elman.layers.Input((4, 3)), make()])
    for model in (called, built, known):
        assert_weights(model, weights)
        np.testing.assert_array_equal(model(X), output)


def test_what_is_around_a_layer_has_the_last_word():
    layer = TimeDistributed(Dense(3, weights=[DENSE[0] + 1, DENSE[1]]), weights=DENSE)
    layer(X)
    assert_weights(layer, DENSE)


def test_weights_given_later_than_built():
    dense = Dense(3)
    dense.build((None, 3))
    layer = TimeDistributed(dense, weights=DENSE)
    layer(X)
    assert_weights(dense, DENSE)


@pytest.mark.parametrize(
    "around",
    [
        lambda weights: SimpleRNN(3, weights=weights),
        lambda weights: RNN(SimpleRNNCell(3, weights=weights)),
        lambda weights: RNN([SimpleRNNCell(3), SimpleRNNCell(3)], weights=weights),
        lambda weights: Bidirectional(SimpleRNN(3, weights=weights)),
    ],
)
def test_given_weights_that_do_not_fit(around):
    layer = around([*SIMPLE[:2], np.zeros(4)])
    for run in (lambda: layer.build((None, 4, 3)), lambda: layer(X)):
        with pytest.raises(ValueError, match="shape|expecting 6 weights"):
            run()
    assert not layer.built
    model = elman.Sequential([elman.layers.Input((4, 3))])
    with pytest.raises(ValueError, match="shape|expecting 6 weights"):
        model.add(layer)
    assert model.layers == []
    with pytest.raises(TypeError, match="list of arrays"):
        around(3)
    with pytest.raises(TypeError, match="real numbers"):
        around(["a"])


def test_a_stateful_model_moves_its_states_once_at_its_first_call():
    layers = [
        LSTM(3, stateful=True, return_sequences=True, weights=drawn(LSTM(3))),
        TimeDistributed(Dense(3, weights=DENSE)),
    ]
    model = elman.Sequential(layers)
    first = model(X)
    model.reset_states()
    np.testing.assert_array_equal(model(X), first)
    alone = LSTM(3, stateful=True, weights=drawn(LSTM(3)))
    first = alone(X)
    alone.reset_states()
    np.testing.assert_array_equal(alone(X), first)


def test_given_weights_of_an_embedding_and_of_a_quantized_layer():
    table = np.arange(6.0).reshape(3, 2) / 7
    layer = Embedding(3, 2, weights=[table])
    np.testing.assert_array_equal(layer([[2, 0]]), table[[[2, 0]]].astype("f"))
    dense = Dense(3, weights=DENSE, quantization="float16")
    dense.build((None, 3))
    rounded = DENSE[0].astype(np.float16).astype("f")
    np.testing.assert_array_equal(dense.get_weights()[0], rounded)
