"""Streams: blocks of timesteps, rows that begin anew, threads of their own."""

import elman
import numpy as np
import pytest
from elman.layers import GRU, LSTM, Conv1D, Dense, Embedding


@pytest.fixture
def model():
    causal = Conv1D(5, 3, padding="causal", input_shape=(None, 4))
    return elman.Sequential([causal, LSTM(6, return_sequences=True), GRU(3), Dense(2)])


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("steps", [0, 1, 64, 100])
def test_a_run_has_the_bits_of_its_steps(model, rng, rows, steps):
    x = rng.normal(size=(rows, steps, 4)).astype(np.float32)
    one, other = model.stream(rows), model.stream(rows)
    result = one.run(x)
    assert result.shape == (rows, steps, 2) and result.dtype == np.float32
    for step in range(steps):
        np.testing.assert_array_equal(other.step(x[:, step]), result[:, step])
    for left, right in zip(one.state, other.state):
        np.testing.assert_array_equal(left, right)


def test_a_run_goes_on_where_the_last_one_ended(model, rng):
    x = rng.normal(size=(1, 90, 4))
    one, other = model.stream(), model.stream()
    parts = [one.run(x[:, :7]), one.step(x[:, 7])[:, np.newaxis], one.run(x[:, 8:])]
    np.testing.assert_array_equal(np.concatenate(parts, 1), other.run(x))
    np.testing.assert_array_equal(other.run(x[0])[-1], one.run(x)[0, -1])


def test_a_run_of_indices():
    model = elman.Sequential([Embedding(9, 3, input_length=5), LSTM(2)])
    stream, other = model.stream(), model.stream()
    assert stream.run([1, 2, 3]).shape == (3, 2)
    np.testing.assert_array_equal(stream.run([[4]]), [other.run([1, 2, 3, 4])[3:]])
    with pytest.raises(ValueError, match="0 to 8"):
        stream.run([9])


@pytest.mark.parametrize("shape", [(4,), (2, 3, 4), (1, 3, 5), (3, 5), (1, 1, 3, 4)])
def test_a_run_that_does_not_fit(model, shape):
    with pytest.raises(ValueError, match=r"\(1, None, 4\) or \(None, 4\)"):
        model.stream().run(np.zeros(shape))
    with pytest.raises(ValueError, match=r"\(2, None, 4\)\. Received"):
        model.stream(2).run(np.zeros((2, 4)))


def test_rows_begin_anew(model, rng):
    x = rng.normal(size=(3, 8, 4))
    stream, fresh = model.stream(3), model.stream(3)
    stream.run(x)
    whole = model.stream(3)
    whole.run(x)
    stream.reset_rows([2, 0])
    begun, new, kept = stream.step(x[:, 0]), fresh.step(x[:, 0]), whole.step(x[:, 0])
    np.testing.assert_array_equal(begun[[0, 2]], new[[0, 2]])
    np.testing.assert_array_equal(begun[1], kept[1])
    stream.reset_rows(np.int64(1))
    stream.reset_rows([])
    for rows in ([3], [-1], [0.5], ["0"], 3):
        with pytest.raises(ValueError, match="0 to 2"):
            stream.reset_rows(rows)


class Counting:
    """A cell whose state counts from eight."""

    state_size = 1

    def get_initial_state(self, batch_size):
        return np.full((batch_size, 1), 8.0)

    def call(self, inputs, states):
        return states[0] + 1, [states[0] + 1]


def test_rows_begin_with_a_cells_own_states():
    model = elman.Sequential([elman.layers.RNN(Counting(), input_shape=(None, 1))])
    stream = model.stream(2)
    assert stream.run(np.zeros((2, 3, 1)))[:, :, 0].tolist() == [[9, 10, 11]] * 2
    stream.reset_rows([1])
    assert stream.step(np.zeros((2, 1)))[:, 0].tolist() == [12, 9]


def test_threads_of_a_model_and_of_a_stream(model, rng):
    x = rng.normal(size=(40, 70, 4))
    expected = model(x)
    for threads in (1, 3, 0):
        model.set_num_threads(threads)
        np.testing.assert_array_equal(model(x), expected)
        stream = model.stream(40)
        stream.set_num_threads(threads)
        np.testing.assert_array_equal(stream.run(x)[:, -1], expected)
    for owner in (model, model.stream()):
        for threads in (-1, 1025):
            with pytest.raises(ValueError, match="1024"):
                owner.set_num_threads(threads)
        with pytest.raises(TypeError):
            owner.set_num_threads("2")
