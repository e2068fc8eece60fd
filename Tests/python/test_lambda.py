"""How often the function of a Lambda runs, and on what."""

import elman
import numpy as np
import pytest
from elman.layers import LSTM, Dense, Lambda, TimeDistributed


class Counted:
    """A function that keeps what it was called with."""

    def __init__(self, function=lambda x: x[:, ::2] * 2):
        self.function = function
        self.inputs = []

    def __call__(self, x):
        self.inputs.append(x.copy())
        return self.function(x)


X = np.linspace(1, 2, 24, dtype=np.float32).reshape(2, 4, 3)

AROUND = {
    "alone": lambda layer: layer,
    "model": lambda layer: elman.Sequential([layer]),
    "known": lambda layer: elman.Sequential([elman.layers.Input((4, 3)), layer]),
    "deep": lambda layer: elman.Sequential([layer, LSTM(2), Dense(1)]),
}
around = pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)


@around
def test_the_function_runs_once_a_call_on_the_data(around):
    function = Counted()
    runs = around(Lambda(function))
    runs(X)
    for factor in (2, 3):
        function.inputs.clear()
        runs(X * factor)
        assert len(function.inputs) == 1
        np.testing.assert_array_equal(function.inputs[0], X * factor)


@around
def test_a_known_output_shape_is_not_asked_for(around):
    function = Counted()
    runs = around(Lambda(function, output_shape=(2, 3)))
    for x in (X, X[:1], X[:1], X):
        runs(x)
    assert [len(x) for x in function.inputs] == [2, 1, 1, 2]
    assert all(x.all() for x in function.inputs)


@around
def test_an_output_shape_is_asked_for_once(around):
    function = Counted()
    runs = around(Lambda(function))
    for x in (X, X, X[:1], X, X[:1]):
        runs(x)
    zeros = [x.shape for x in function.inputs if not x.any()]
    assert len(zeros) == len(set(zeros))
    assert zeros.count((1, 4, 3)) <= 1
    assert len(function.inputs) - len(zeros) == 5


def test_predict_runs_the_function_once_a_batch():
    function = Counted()
    model = elman.Sequential([Lambda(function), LSTM(2)])
    x = np.ones((70, 4, 3))
    model.predict(x, verbose=0)
    data = [len(x) for x in function.inputs if x.any()]
    assert data == [32, 32, 6]
    function.inputs.clear()
    model.predict(x, verbose=0)
    assert [len(x) for x in function.inputs] == data


def test_a_shape_with_none_is_asked_for_once():
    function = Counted()
    layer = Lambda(function)
    for _ in range(3):
        assert layer.compute_output_shape((None, 4, 3)) == (None, 2, 3)
    assert len(function.inputs) == 2


def test_a_function_within_time_distributed_runs_once_a_call():
    function = Counted(lambda x: x * 2)
    layer = TimeDistributed(Lambda(function))
    layer(X)
    function.inputs.clear()
    np.testing.assert_array_equal(layer(X), X * 2)
    assert [x.shape for x in function.inputs] == [(8, 3)]


def test_a_function_that_fails_once_is_asked_again():
    failing = [True]

    def function(x):
        if failing:
            failing.pop()
            raise ZeroDivisionError("once")
        return x

    layer = Lambda(function)
    with pytest.raises(ZeroDivisionError, match="once"):
        layer(X)
    np.testing.assert_array_equal(layer(X), X)


def test_many_shapes():
    layer = Lambda(lambda x: x[:, ::2])
    for steps in range(1, 600):
        assert layer(np.ones((1, steps))).shape == (1, (steps + 1) // 2)
    assert layer(np.ones((1, 1))).shape == (1, 1)
