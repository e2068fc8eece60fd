"""An exception of a function that the library calls comes out where it belongs."""

import threading

import elman
import numpy as np
import pytest
from elman.layers import RNN, Bidirectional, Dense, Lambda


class Cell:
    state_size = 2

    def __init__(self, fail):
        self.fail = fail

    def call(self, inputs, states):
        self.fail(inputs)
        return states[0], states


def raise_mine(x):
    raise KeyError(float(np.max(x)))


MODELS = {
    "lambda": lambda: Lambda(raise_mine, output_shape=(3, 1), input_shape=(3, 1)),
    "cell": lambda: RNN(Cell(raise_mine), input_shape=(3, 1)),
    # Its directions may run on two threads, and both fail.
    "directions": lambda: Bidirectional(RNN(Cell(raise_mine)), input_shape=(3, 1)),
}


@pytest.mark.parametrize("kind", MODELS)
def test_the_exception_itself_comes_out(kind):
    model = elman.Sequential([MODELS[kind]()])
    for value in (1.0, 2.0):
        with pytest.raises(KeyError) as error:
            model(np.full((1, 3, 1), value))
        assert error.value.args == (value,)


@pytest.mark.parametrize("kind", MODELS)
def test_each_thread_gets_its_own_exception(kind):
    elman.set_num_threads(2)
    model = elman.Sequential([MODELS[kind]()])
    others, unlike = elman.Sequential([Dense(1, input_shape=(2,))]), []

    def call(number):
        for turn in range(150):
            value = float(1000 * number + turn)
            try:
                model(np.full((1, 3, 1), value))
            except KeyError as error:
                if error.args != (value,):
                    unlike.append((value, error))
            try:
                others(np.zeros((1, 3)))
            except ValueError as error:
                if "expected shape=(None, 2)" not in str(error):
                    unlike.append(error)

    threads = [threading.Thread(target=call, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not unlike


def test_exceptions_that_nobody_takes_are_not_kept_for_ever():
    model = elman.Sequential([MODELS["directions"]()])
    for _ in range(3000):
        with pytest.raises(KeyError):
            model(np.zeros((1, 3, 1)))
    assert len(elman._errors._pending) <= 1024


def test_a_keyboard_interrupt_comes_out():
    def interrupt(x):
        raise KeyboardInterrupt

    model = elman.Sequential([RNN(Cell(interrupt), input_shape=(3, 1))])
    with pytest.raises(KeyboardInterrupt):
        model(np.zeros((1, 3, 1)))
