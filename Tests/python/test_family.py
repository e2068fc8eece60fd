"""The recurrent family: streams, states, cells, masks, lambdas."""

import copy
import pickle
import threading

import elman
import numpy as np
import pytest
from elman.layers import (
    GRU,
    LSTM,
    RNN,
    BatchNormalization,
    Bidirectional,
    Conv1D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GRUCell,
    Lambda,
    LayerNormalization,
    LSTMCell,
    Masking,
    SimpleRNN,
    SimpleRNNCell,
    StackedRNNCells,
    TimeDistributed,
)

RECURRENT = {
    "SimpleRNN": SimpleRNN,
    "LSTM": LSTM,
    "GRU": GRU,
    "GRU before": lambda units, **config: GRU(units, reset_after=False, **config),
    "softmax": lambda units, **config: LSTM(units, activation="softmax", **config),
    "RNN": lambda units, **config: RNN([LSTMCell(5), GRUCell(units)], **config),
}
every_kind = pytest.mark.parametrize("make", RECURRENT.values(), ids=RECURRENT)


def randomized(layer, rng):
    """Weights of all signs, biases too."""
    layer.set_weights([rng.uniform(-0.6, 0.6, w.shape) for w in layer.get_weights()])
    return layer


# -- the same bits ----------------------------------------------------------


@every_kind
@pytest.mark.parametrize("units", [1, 8, 33, 70])
def test_a_row_has_the_same_bits_in_every_batch_and_on_two_threads(make, units, rng):
    layer = make(units, return_sequences=True)
    x = rng.normal(size=(9, 6, 5)).astype(np.float32)
    layer.build(x.shape)
    randomized(layer, rng)
    whole = layer(x)
    for row in range(len(x)):
        np.testing.assert_array_equal(layer(x[row : row + 1])[0], whole[row])
    for threads in (1, 2, 3):
        elman.set_num_threads(threads)
        np.testing.assert_array_equal(layer(x), whole)


@every_kind
def test_a_stateful_layer_in_two_halves_is_one_call(make, rng):
    x = rng.normal(size=(3, 8, 4)).astype(np.float32)
    layer = make(
        6, return_sequences=True, stateful=True, batch_input_shape=(3, None, 4)
    )
    layer.build((3, None, 4))
    randomized(layer, rng)
    whole = layer(x)
    layer.reset_states()
    halves = [layer(x[:, :3]), layer(x[:, 3:])]
    np.testing.assert_array_equal(np.concatenate(halves, axis=1), whole)


STREAMED = {
    "LSTM": [lambda: LSTM(7)],
    "sequences": [lambda: GRU(7, return_sequences=True), lambda: SimpleRNN(4)],
    "before": [lambda: GRU(5, reset_after=False, return_sequences=True)],
    "masked": [lambda: Masking(), lambda: LSTM(4, return_sequences=True)],
    "masked last": [lambda: Masking(), lambda: GRU(4), lambda: Dense(2)],
    "deep": [
        lambda: Conv1D(6, 3, padding="causal", dilation_rate=2, activation="relu"),
        lambda: BatchNormalization(),
        lambda: Dropout(0.5),
        lambda: RNN([LSTMCell(5), GRUCell(4)], return_sequences=True),
        lambda: LayerNormalization(),
        lambda: TimeDistributed(Dense(3)),
    ],
}


@pytest.mark.parametrize("layers", STREAMED.values(), ids=STREAMED)
@pytest.mark.parametrize("batch", [1, 3])
def test_a_stream_has_the_bits_of_the_whole(layers, batch, rng):
    model = elman.Sequential([make() for make in layers])
    model.build((None, None, 4))
    model.set_weights([rng.uniform(0, 0.6, w.shape) for w in model.get_weights()])
    x = rng.normal(size=(batch, 9, 4)).astype(np.float32)
    x[:, [0, 4, 5]] = 0
    stream = model.stream(batch)
    for t in range(x.shape[1]):
        whole = model(x[:, : t + 1])
        expected = whole[:, -1] if whole.ndim == 3 else whole
        np.testing.assert_array_equal(stream.step(x[:, t]), expected)


def test_a_stream_of_indices(rng):
    model = elman.Sequential([Embedding(9, 4, mask_zero=True), LSTM(5), Dense(1)])
    x = np.array([[3, 0, 8, 1, 0]])
    model(x)
    stream = model.stream()
    for t in range(x.shape[1]):
        np.testing.assert_array_equal(stream.step(x[:, t]), model(x[:, : t + 1]))
    with pytest.raises(ValueError, match=r"indices\[0, 0\] = 9"):
        stream.step([9])


def test_a_streams_state_can_be_kept(rng):
    model = elman.Sequential([LSTM(5, input_shape=(None, 3)), Dense(2)])
    x = rng.normal(size=(8, 3))
    stream = model.stream()
    for step in x[:4]:
        stream.step(step)
    kept = pickle.loads(pickle.dumps(stream.state))
    expected = [stream.step(step) for step in x[4:]]
    other = model.stream()
    other.state = kept
    np.testing.assert_array_equal([other.step(step) for step in x[4:]], expected)
    stream.reset()
    assert not any(state.any() for state in stream.state)
    with pytest.raises(ValueError, match=r"\(1, 5\)"):
        other.state = [np.zeros((2, 5))] * 2
    with pytest.raises(ValueError, match="shape"):
        stream.step(np.zeros(4))
    with pytest.raises(TypeError, match="numbers"):
        stream.step(np.array(["a", "b", "c"]))


def test_a_stream_has_what_streams_have():
    model = elman.Sequential([LSTM(5, input_shape=(None, 3))])
    stream = model.stream()
    for name in ("get_weights", "quantize", "built", "name", "get_config", "build"):
        assert not hasattr(stream, name)
    stream.step(np.ones(3))
    stream.reset_states()
    assert not any(state.any() for state in stream.state)
    for copied in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="Keep its `state`"):
            copied(stream)


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        ([Bidirectional(LSTM(3))], "backward"),
        ([LSTM(3, go_backwards=True)], "go_backwards"),
        ([Conv1D(3, 2)], "causal"),
        ([elman.layers.GlobalMaxPooling1D()], "pools over time"),
        ([Flatten()], "whole sequences"),
    ],
)
def test_what_looks_ahead_cannot_stream(layers, reason):
    model = elman.Sequential(copy.deepcopy(layers))
    model.build((None, 6, 4))
    with pytest.raises(NotImplementedError, match=reason):
        model.stream()


def test_streams_run_on_threads_of_their_own(rng):
    model = elman.Sequential([GRU(16, input_shape=(None, 4))])
    x = rng.normal(size=(50, 4)).astype(np.float32)
    results = {}

    def run(number):
        stream = model.stream()
        results[number] = [stream.step(step) for step in x][-1]

    threads = [threading.Thread(target=run, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results.values():
        np.testing.assert_array_equal(result, model(x[None])[0])


# -- states -----------------------------------------------------------------


def test_states_are_seen_and_set(rng):
    layer = LSTM(4, stateful=True, batch_input_shape=(2, 3, 5))
    x = rng.normal(size=(2, 3, 5))
    first = layer(x)
    hidden, cell = layer.states
    np.testing.assert_array_equal(hidden, first)
    second = layer(x)
    layer.reset_states([hidden, cell])
    np.testing.assert_array_equal(layer(x), second)
    layer.reset_state()
    np.testing.assert_array_equal(layer(x), first)
    with pytest.raises(ValueError, match="expects 2 states, but it received 1"):
        layer.reset_states([hidden])
    with pytest.raises(ValueError, match=r"expected shape=\(2, 4\), found"):
        layer.reset_states([hidden, cell[:, :3]])
    with pytest.raises(ValueError, match="stateful"):
        LSTM(4).reset_states([hidden, cell])


def test_states_of_both_directions(rng):
    layer = Bidirectional(LSTM(4, stateful=True), batch_input_shape=(2, 3, 5))
    x = rng.normal(size=(2, 3, 5))
    layer(x)
    states = layer.states
    second = layer(x)
    layer.reset_states(states)
    np.testing.assert_array_equal(layer(x), second)


def test_nested_initial_states(rng):
    x = rng.normal(size=(2, 3, 5))
    layer = RNN([LSTMCell(4), GRUCell(3)], return_state=True)
    states = [[np.ones((2, 4)), np.zeros((2, 4))], np.ones((2, 3))]
    output, [h, c], last = layer(x, initial_state=states)
    assert h.shape == c.shape == (2, 4) and last.shape == (2, 3)
    assert np.abs(output - layer(x)[0]).max() > 0
    with pytest.raises(ValueError, match="3 states"):
        layer(x, initial_state=states[0])
    with pytest.raises(ValueError, match=r"\(2, 4\), \(2, 4\), \(2, 3\)"):
        layer(x, initial_state=[*states[0], np.zeros((2, 4))])


@pytest.mark.parametrize("shape", [(2, 4), (3, 3), (2, 3, 2), (2,)])
def test_masks_of_a_wrong_shape(shape, rng):
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        LSTM(4)(rng.normal(size=(2, 3, 5)), mask=np.ones(shape, bool))


def test_a_row_that_is_masked_all_through(rng):
    x = rng.normal(size=(2, 3, 5))
    mask = [[False] * 3, [True] * 3]
    assert not LSTM(4)(x, mask=mask)[0].any()
    model = elman.Sequential([Masking(), elman.layers.GlobalAveragePooling1D()])
    assert not model(np.zeros((1, 3, 5))).any()


# -- cells ------------------------------------------------------------------


@pytest.mark.parametrize("cell", [SimpleRNNCell(4), LSTMCell(4), GRUCell(4)])
def test_a_cell_is_a_step_of_its_layer(cell, rng):
    cell = copy.deepcopy(cell)
    x = rng.normal(size=(2, 6, 5)).astype(np.float32)
    layer = RNN(cell, return_state=True)
    expected, *last = layer(x)
    states = cell.get_initial_state(batch_size=2)
    for t in range(6):
        output, states = cell(x[:, t], states)
    np.testing.assert_array_equal(output, expected)
    for state, other in zip(states, last):
        np.testing.assert_array_equal(state, other)
    assert layer.cell is cell


class Minimal:
    """The cell of Keras's documentation, in NumPy."""

    def __init__(self, units):
        self.units = self.state_size = units

    def build(self, input_shape):
        rng = np.random.default_rng(4)
        self.kernel = rng.normal(size=(input_shape[-1], self.units))
        self.recurrent_kernel = rng.normal(size=(self.units, self.units))

    def call(self, inputs, states):
        output = inputs @ self.kernel + states[0] @ self.recurrent_kernel
        return output, [output]


def test_a_cell_in_python_is_one_of_elmans(rng):
    x = rng.normal(size=(3, 5, 4)).astype(np.float32)
    mine = Minimal(6)
    layer = RNN(mine, return_sequences=True)
    output = layer(x)
    same = SimpleRNN(6, activation="linear", use_bias=False, return_sequences=True)
    same.build(x.shape)
    same.set_weights([mine.kernel, mine.recurrent_kernel])
    np.testing.assert_allclose(output, same(x), rtol=1e-4)
    mask = rng.random((3, 5)) < 0.6
    np.testing.assert_allclose(layer(x, mask=mask), same(x, mask=mask), rtol=1e-4)


def test_a_cell_in_python_goes_wherever_cells_go(rng):
    x = rng.normal(size=(3, 5, 4)).astype(np.float32)
    stacked = RNN(StackedRNNCells([GRUCell(3), Minimal(2)]))
    assert stacked(x).shape == (3, 2)
    both = Bidirectional(RNN(Minimal(3), return_sequences=True))
    forward, backward = RNN(Minimal(3)), RNN(Minimal(3), go_backwards=True)
    np.testing.assert_array_equal(both(x)[:, -1, :3], forward(x))
    np.testing.assert_array_equal(both(x)[:, 0, 3:], backward(x))
    model = elman.Sequential([RNN(Minimal(3)), Dense(2)])
    stream_of = model(x)
    stream = model.stream(3)
    for t in range(5):
        y = stream.step(x[:, t])
    np.testing.assert_array_equal(y, stream_of)
    with pytest.raises(NotImplementedError, match="function"):
        copy.deepcopy(stacked)


def test_a_cell_in_python_outlives_what_it_was_given_to():
    both = Bidirectional(RNN(Minimal(3)))
    both(np.zeros((2, 5, 4)))
    cell = both.forward_layer.cell
    del both
    output, states = cell(np.ones((2, 4)), [np.zeros((2, 3))])
    assert output.shape == states[0].shape == (2, 3)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda inputs, states: 1 / 0, ZeroDivisionError, "division"),
        (lambda inputs, states: (inputs, [states[0]]), ValueError, r"\(3, 2\)"),
        (lambda inputs, states: (states[0], []), ValueError, "1 states"),
        (lambda inputs, states: (states[0], [inputs]), ValueError, "state 0"),
        (lambda inputs, states: 3, TypeError, "unpack"),
    ],
)
def test_errors_of_a_cell_in_python_come_through(call, error, match):
    cell = Minimal(2)
    cell.build = lambda shape: None
    cell.call = call
    with pytest.raises(error, match=match):
        RNN(cell)(np.zeros((3, 5, 4)))


class Meddling:
    """A cell that does something to whatever is running it, at its first step."""

    def __init__(self, size, meddle):
        self.state_size = size
        self.meddle = meddle
        self.has_meddled = False

    def call(self, inputs, states):
        if not self.has_meddled:
            self.has_meddled = True
            self.meddle()
        return states[0] + 1, [states[0] + 1]


AROUND = [
    lambda cell: RNN(cell),
    lambda cell: RNN(cell, stateful=True, batch_input_shape=(1, None, 4)),
    lambda cell: RNN([LSTMCell(2), cell]),
    lambda cell: RNN([cell, LSTMCell(2)]),
    # One row on two threads: each direction has its own.
    lambda cell: Bidirectional(RNN(cell)),
]
CHANGES = [
    lambda model: model.set_weights(model.get_weights()),
    lambda model: model.add(Dense(1)),
    lambda model: model.pop(),
    lambda model: model.quantize("int8"),
    lambda model: model.reset_states(),
    lambda model: model(np.zeros((1, 999, 4))),
]


def _finished(call):
    """What a call gives or raises; it may not take for ever."""
    results = []

    def run():
        try:
            results.append(call())
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(60)
    assert results, "the call waits for itself"
    return results[0]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("change", CHANGES)
def test_a_cell_cannot_change_what_is_running_it(change, around):
    elman.set_num_threads(2)
    x = np.zeros((1, 1000, 4))
    cell = Meddling(32, lambda: change(model))
    model = elman.Sequential([around(cell), Dense(2)])
    error = _finished(lambda: model(x))
    assert isinstance(error, ValueError)
    assert "called from inside its own run" in str(error)
    assert len(model.layers) == 2 and _finished(lambda: model(x)).shape == (1, 2)
    change(model)


@pytest.mark.parametrize("around", AROUND)
def test_a_cell_may_read_what_is_running_it(around):
    cell = Meddling(32, lambda: (model.get_weights(), model.get_config()))
    model = elman.Sequential([around(cell), Dense(2)])
    assert _finished(lambda: model(np.zeros((1, 1000, 4)))).shape == (1, 2)
    # The lock was given back as often as it was taken.
    _finished(lambda: model.set_weights(model.get_weights()))


def test_a_cell_may_change_another_layer_of_its_model():
    cell = Meddling(2, lambda: model.layers[1].set_weights([np.ones((2, 1)), [5]]))
    model = elman.Sequential([RNN(cell), Dense(1)])
    model.build((None, 3, 4))
    assert _finished(lambda: model(np.zeros((1, 3, 4))))[0, 0] == 3 + 3 + 5


@pytest.mark.parametrize("cell", [3, object(), Dense(2), None])
def test_what_is_no_cell(cell):
    with pytest.raises(ValueError, match=r"call|state_size"):
        RNN(cell)


@pytest.mark.parametrize("size", [0, -1, [], "a", 1.5, [1] * 17, None, 2**64 + 3])
def test_cells_of_impossible_states(size):
    cell = Minimal(2)
    cell.state_size = size
    with pytest.raises(ValueError, match="state"):
        RNN(cell)
    cell.state_size = 2
    cell.output_size = 2**64 + 3
    with pytest.raises(ValueError, match=r"output_size.*at most 2147483647"):
        RNN(cell)


# -- lambdas ----------------------------------------------------------------


def test_lambdas(rng):
    x = rng.normal(size=(3, 5, 4)).astype(np.float32)
    model = elman.Sequential(
        [Lambda(lambda x, by: x[..., ::2] * by, arguments={"by": 3.0}), SimpleRNN(2)]
    )
    model(x)
    assert model.layers[0].output_shape == (3, 5, 2)
    np.testing.assert_allclose(model.layers[0](x), x[..., ::2] * np.float32(3))
    assert Lambda(np.abs).compute_output_shape((None, None, 4)) == (None, None, 4)
    with pytest.raises(ZeroDivisionError):
        Lambda(lambda x: 1 / 0)(x)
    with pytest.raises(NotImplementedError, match="function"):
        pickle.dumps(pickle.loads(pickle.dumps(Lambda(np.abs))))
    with pytest.raises(TypeError, match="function"):
        Lambda(3)


@pytest.mark.parametrize(
    ("function", "received"),
    [
        (lambda x: None, "None"),
        (lambda x: x * 1j, "complex64"),
        (lambda x: x.astype(str), "dtype=<U"),
    ],
)
@pytest.mark.parametrize("shape", [None, (3,)])
def test_lambdas_give_real_numbers(function, received, shape):
    with pytest.raises(TypeError, match=f"output of a Lambda.*real.*{received}"):
        Lambda(function, output_shape=shape)(np.zeros((2, 3)))


# -- arguments --------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: LSTM(0), ValueError, "units"),
        (lambda: GRU(3, recurrent_activation="tanhh"), ValueError, "tanh"),
        (lambda: LSTM(3, unit_forget_bia=True), TypeError, "unit_forget_bias"),
        (lambda: GRU(3, time_major=True), NotImplementedError, "time_major"),
        (lambda: LSTM(3, kernel_regularizer="l3"), ValueError, "Unknown regularizer"),
        (lambda: LSTM(3, bias_constraint="max_nrm"), ValueError, "max_norm"),
        (lambda: LSTM(3, stateful=True).build((None, 2, 3)), ValueError, "batch"),
        (lambda: StackedRNNCells([]), ValueError, "at least one"),
        (lambda: Bidirectional(Dense(3)), ValueError, "recurrent"),
        (lambda: TimeDistributed(3), ValueError, "instance"),
        (lambda: Conv1D(4, 0), ValueError, "kernel_size"),
        (lambda: Conv1D(4, 3, strides=2, dilation_rate=2), ValueError, "strides > 1"),
        (lambda: Conv1D(4, 3, padding="full"), ValueError, "padding"),
        (lambda: Conv1D(4, 9)(np.zeros((1, 5, 2))), ValueError, "at least 9"),
        (lambda: Embedding(4, 2)([[1.5]]), ValueError, r"indices\[0, 0\] = 1.5"),
        (lambda: Embedding(4, 2)([[0, 4]]), ValueError, r"indices\[0, 1\] = 4$"),
        (lambda: Embedding(4, 2)([[-1]]), ValueError, "-1"),
        (lambda: Embedding(4, 2)([[np.nan]]), ValueError, "nan"),
        (lambda: elman.layers.Reshape((3, 5))(np.zeros((1, 4))), ValueError, "total"),
        (lambda: elman.layers.Permute((1, 3)), ValueError, "consecutive"),
        (lambda: elman.layers.LayerNormalization(axis=5)([[1]]), ValueError, "axis"),
        (lambda: elman.layers.GroupNormalization(3)([[1, 2]]), ValueError, "groups"),
        (lambda: elman.layers.ReLU(max_value=-1), ValueError, "negative"),
        (lambda: elman.layers.Normalization(mean=3.0), ValueError, "variance"),
    ],
)
def test_bad_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_normalization_adapts(rng):
    data = rng.normal(3, 2, size=(50, 4)).astype(np.float32)
    layer = elman.layers.Normalization()
    layer.adapt(data)
    np.testing.assert_allclose(layer(data).mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(layer(data).std(0), 1, rtol=1e-5)
    whole = elman.layers.Normalization(axis=None)
    whole.adapt(data)
    assert whole.get_weights()[0].shape == ()
    np.testing.assert_allclose(whole(data).std(), 1, rtol=1e-5)
