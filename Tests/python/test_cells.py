"""Cells and wrappers: given weights, own cells, shared layers, states of stacks."""

import copy
import pickle

import elman
import numpy as np
import pytest
from elman.layers import (
    LSTM,
    RNN,
    Bidirectional,
    Dense,
    Embedding,
    GRUCell,
    LSTMCell,
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
        with pytest.raises(ValueError, match=r"shape|expecting 6 weights"):
            run()
    assert not layer.built
    model = elman.Sequential([elman.layers.Input((4, 3))])
    with pytest.raises(ValueError, match=r"shape|expecting 6 weights"):
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


# -- cells that users write ---------------------------------------------------


class Halving:
    """``h = 0.5 h + x``, as a plain object; what else it has is set on it."""

    def __init__(self, size=1):
        self.state_size = size

    def call(self, inputs, states):
        h = 0.5 * states[0] + inputs.sum(axis=1, keepdims=True)
        return h, [h]


class AsKeras2(Halving):
    """Begins with 8, as Keras 2 asks it."""

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        assert inputs is None
        return np.full((batch_size, self.state_size), 8, dtype)


class AsKeras3(Halving):
    """Begins with 8, as Keras 3 asks it."""

    def get_initial_state(self, batch_size=None):
        return [np.full((batch_size, self.state_size), 8)]


class ByPosition(Halving):
    """Begins with 8, under no name of Keras's."""

    def get_initial_state(self, rows):
        return np.full((rows, self.state_size), 8.0)


class ByKeywords(Halving):
    """Begins with 8, and takes whatever comes."""

    def get_initial_state(self, **given):
        assert sorted(given) == ["batch_size", "dtype", "inputs"]
        return np.full((given["batch_size"], self.state_size), 8.0)


BEGIN_WITH_8 = [AsKeras2, AsKeras3, ByPosition, ByKeywords]
begins = pytest.mark.parametrize("cell", BEGIN_WITH_8)
ZEROS = np.zeros((2, 2, 1), np.float32)


@begins
def test_a_cell_begins_with_its_initial_state(cell):
    np.testing.assert_array_equal(RNN(cell())(ZEROS), [[2], [2]])
    stacked = RNN([cell(), cell()])
    # 8, 4, 2 below; above 8, 4 + 4, 4 + 2.
    np.testing.assert_array_equal(stacked(ZEROS), [[6], [6]])
    both = Bidirectional(RNN(cell()))
    np.testing.assert_array_equal(both(ZEROS), [[2, 2], [2, 2]])
    assert RNN([cell()]).cell.get_initial_state(batch_size=3)[0].shape == (3, 1)


@begins
def test_a_given_initial_state_goes_before_the_cells(cell):
    output = RNN(cell())(ZEROS, initial_state=[np.full((2, 1), 4)])
    np.testing.assert_array_equal(output, [[1], [1]])


@begins
def test_a_stateful_layer_begins_with_the_cells_state_once(cell):
    # As both Kerases: 8 at the first call, zeros after reset_states.
    layer = RNN(cell(), stateful=True)
    assert [layer(ZEROS)[0, 0] for _ in range(2)] == [2, 0.5]
    layer.reset_states()
    assert layer(ZEROS)[0, 0] == 0


@begins
def test_a_stream_begins_with_the_cells_state(cell):
    model = elman.Sequential([RNN(cell()), Dense(1, weights=[[[1]], [0]])])
    whole = model(ZEROS)
    stream = model.stream(2)
    for _ in range(2):
        stream.step(ZEROS[:, 0])
        np.testing.assert_array_equal(stream.step(ZEROS[:, 1]), whole)
        stream.reset()


@pytest.mark.parametrize(
    ("state", "error", "match"),
    [
        (lambda batch_size: np.zeros((batch_size, 2)), ValueError, r"initial state 0"),
        (lambda batch_size: [np.zeros((batch_size, 1))] * 2, ValueError, "1 states"),
        (lambda batch_size: "8", TypeError, r"initial state.*real numbers"),
        (lambda batch_size: 1 / 0, ZeroDivisionError, "division"),
    ],
)
def test_initial_states_that_are_none(state, error, match):
    cell = Halving()
    cell.get_initial_state = state
    for layer in (RNN(cell), RNN(cell, stateful=True), RNN([cell, GRUCell(2)])):
        with pytest.raises(error, match=match):
            layer(ZEROS)
    with pytest.raises(error, match=match):
        model = elman.Sequential([RNN(cell)])
        model.build((None, 2, 1))
        model.stream()


class Told(Halving):
    """Keeps what it is told of training."""

    def __init__(self):
        super().__init__()
        self.told = []

    def call(self, inputs, states, training=None):
        self.told.append(training)
        return super().call(inputs, states)


class ToldByKeyword(Told):
    """The same, where the argument cannot stand at a place."""

    def call(self, inputs, states, *, training):
        return super().call(inputs, states, training)


@pytest.mark.parametrize("cell", [Told, ToldByKeyword])
@pytest.mark.parametrize(
    "around",
    [
        lambda cell: RNN(cell),
        lambda cell: RNN([LSTMCell(2), cell]),
        lambda cell: Bidirectional(RNN(cell)),
        lambda cell: TimeDistributed(RNN(cell)),
    ],
)
@pytest.mark.parametrize("training", [False, True])
def test_a_cell_is_told_of_training_where_it_takes_it(cell, around, training):
    cell = cell()
    layer = around(cell)
    x = ZEROS[None] if isinstance(layer, TimeDistributed) else ZEROS
    for run in (layer, elman.Sequential([around(cell)])):
        run(x, training=training)
        assert set(cell.told) == {training}
        cell.told.clear()


class Building(Halving):
    """Counts how often it is built, and needs it before its initial state."""

    def __init__(self):
        super().__init__()
        self.shapes = []

    def build(self, input_shape):
        self.shapes.append(input_shape)
        self.size = 1

    def get_initial_state(self, batch_size):
        return np.zeros((batch_size, self.size))


def test_a_cell_is_built_with_its_layer_once():
    cell = Building()
    model = elman.Sequential([RNN([cell, cell], input_shape=(None, 5))])
    assert cell.shapes == [(None, 5)]
    for batch in (2, 3):
        model(np.zeros((batch, 4, 5)))
    RNN(cell)(ZEROS)
    assert cell.shapes == [(None, 5)]
    built = Building()
    built.built, built.size = True, 1
    RNN(built)(ZEROS)
    assert built.shapes == []


def _overriding(base, name):
    return lambda: type("Mine", (base,), {name: lambda self, *given: None})


@pytest.mark.parametrize(
    "make",
    [
        _overriding(LSTMCell, "get_initial_state"),
        _overriding(LSTM, "get_initial_state"),
        _overriding(StackedRNNCells, "call"),
        _overriding(LSTM, "compute_mask"),
        _overriding(Dense, "compute_output_shape"),
        _overriding(RNN, "reset_states"),
        _overriding(GRUCell, "state_size"),
        _overriding(elman.Sequential, "call"),
        _overriding(elman.Sequential, "compute_mask"),
    ],
)
def test_methods_that_would_not_be_called_are_refused(make):
    with pytest.raises(
        TypeError, match=r"would not call it.*(get_initial_state|functional form)"
    ):
        make()


# -- states of stacks ---------------------------------------------------------


def shapes(states):
    """The shapes of nested states, as nested."""
    if isinstance(states, (list, tuple)):
        return [shapes(state) for state in states]
    return states.shape


LSTM_GRU = [[(2, 4), (2, 4)], (2, 3)]
# What a stack is made of, and the shapes of its states, as tf_keras nests them.
STACKS = {
    "LSTM and GRU": (lambda: [LSTMCell(4), GRUCell(3)], LSTM_GRU),
    "one LSTM": (lambda: [LSTMCell(4)], [[(2, 4), (2, 4)]]),
    "one GRU": (lambda: [GRUCell(4)], [(2, 4)]),
    "no stack": (lambda: LSTMCell(4), [(2, 4), (2, 4)]),
    "stacks in a stack": (
        lambda: [StackedRNNCells([LSTMCell(4), GRUCell(3)]), GRUCell(2)],
        [LSTM_GRU, (2, 2)],
    ),
    "own": (lambda: [LSTMCell(4), Halving()], [[(2, 4), (2, 4)], (2, 1)]),
}
stacks = pytest.mark.parametrize(("cells", "expected"), STACKS.values(), ids=STACKS)


@stacks
def test_states_have_an_entry_for_each_cell(cells, expected):
    layer = RNN(cells(), return_state=True, stateful=True)
    output, *states = layer(X)
    assert shapes(states) == expected
    assert shapes(layer.states) == expected
    assert shapes(layer.cell.get_initial_state(batch_size=2)) == expected
    step, following = layer.cell(X[:, 0], states)
    assert step.shape == output.shape and shapes(following) == expected
    both = Bidirectional(RNN(cells(), return_state=True, stateful=True))
    output, *states = both(X)
    assert shapes(states) == expected + expected
    assert shapes(both.states) == expected + expected


@stacks
def test_nested_states_go_back_in(cells, expected):
    layer = RNN(cells(), return_state=True)
    stateful = RNN(layer.cell, stateful=True, return_state=True)
    _, *first = stateful(X)
    again = stateful(X)
    given = layer(X, initial_state=first)
    assert shapes(given[1:]) == expected
    np.testing.assert_array_equal(given[0], again[0])
    stateful.reset_states(first)
    assert shapes(stateful.states) == expected
    np.testing.assert_array_equal(stateful(X)[0], again[0])


def test_states_keep_their_nesting_without_return_state():
    for layer in (RNN([LSTMCell(4), GRUCell(3)]), Bidirectional(RNN([LSTMCell(4)]))):
        assert isinstance(layer(X), np.ndarray)
    both = Bidirectional(RNN([LSTMCell(4)], return_state=True), merge_mode=None)
    assert shapes(both(X)) == [(2, 4), (2, 4), *[[(2, 4), (2, 4)]] * 2]
    plain = Bidirectional(RNN([LSTMCell(4)]), merge_mode=None)
    assert shapes(plain(X)) == [(2, 4), (2, 4)]
    copied = RNN.from_config(
        RNN([LSTMCell(4), GRUCell(3)], return_state=True).get_config()
    )
    assert shapes(copied(X)) == [(2, 3), *LSTM_GRU]


def test_more_than_eight_outputs():
    layer = RNN([LSTMCell(2) for _ in range(20)], return_state=True)
    output, *states = layer(X)
    assert shapes(states) == [[(2, 2), (2, 2)]] * 20
    np.testing.assert_array_equal(output, states[-1][0])
    both = Bidirectional(RNN([GRUCell(2) for _ in range(9)], return_state=True))
    assert shapes(both(X)) == [(2, 4), *[(2, 2)] * 18]


# -- one layer in several places ------------------------------------------------


def in_two_wrappers():
    layer = Dense(3)
    return layer, [TimeDistributed(layer), TimeDistributed(layer)]


def in_a_wrapper_and_in_the_model():
    layer = Dense(3)
    return layer, [layer, TimeDistributed(layer)]


def cell_twice_in_a_stack():
    cell = GRUCell(3)
    return cell, [RNN([cell, cell], return_sequences=True)]


def cell_in_two_layers():
    cell = LSTMCell(3)
    return cell, [RNN(cell, return_sequences=True), RNN([cell])]


def stack_in_two_layers():
    stack = StackedRNNCells([SimpleRNNCell(3), GRUCell(3)])
    return stack, [RNN(stack, return_sequences=True), RNN(stack)]


SHARED = [
    in_two_wrappers,
    in_a_wrapper_and_in_the_model,
    cell_twice_in_a_stack,
    cell_in_two_layers,
    stack_in_two_layers,
]
shared = pytest.mark.parametrize("make", SHARED)


@shared
def test_a_layer_in_several_places_is_one_set_of_weights(make):
    layer, layers = make()
    model = elman.Sequential(layers)
    output = model(X)
    count = layer.count_params()
    assert model.count_params() == count
    assert len(model.weight_names) == len(layer.weight_names)
    assert_weights(model, layer.get_weights())
    for outer in layers:
        assert outer.count_params() == count
        assert_weights(outer, layer.get_weights())
    lines = []
    model.summary(print_fn=lines.append)
    assert f"Total params: {count}" in lines
    assert f"Trainable params: {count}" in lines
    # Set once, it is another everywhere.
    model.set_weights([w * 0.5 for w in model.get_weights()])
    assert np.abs(model(X) - output).max() > 1e-6
    with pytest.raises(ValueError, match="expecting"):
        model.set_weights(layer.get_weights() * 2)
    y = X
    for outer in layers:
        y = outer(y)
    np.testing.assert_array_equal(y, model(X))


@shared
@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_a_copy_has_the_layer_in_the_same_places(make, copied):
    layer, layers = make()
    model = elman.Sequential(layers, name="mine")
    output = model(X)
    other = copied(model)
    assert other.name == "mine" and other.input_shape == model.input_shape
    np.testing.assert_array_equal(other(X), output)
    assert other.count_params() == layer.count_params()
    other.set_weights([w * 0.5 for w in other.get_weights()])
    assert np.abs(other(X) - output).max() > 1e-6
    np.testing.assert_array_equal(model(X), output)


@shared
def test_a_shared_layer_takes_its_weights_once(make):
    layer, layers = make()
    elman.Sequential(layers)(X)
    weights = drawn_like(layer)
    other, layers = make()
    other._begin_with(weights)
    model = elman.Sequential(layers)
    model(X)
    assert_weights(model, weights)


def drawn_like(layer):
    rng = np.random.default_rng(5)
    return [rng.uniform(-1, 1, w.shape).astype("f") for w in layer.get_weights()]


@shared
def test_a_shared_layer_is_quantized_once(make):
    layer, layers = make()
    model = elman.Sequential(layers)
    model(X)
    alone = copy.deepcopy(layer)
    assert model.quantize("float16") == alone.quantize("float16") > 0
    assert_weights(model, alone.get_weights())


def test_given_weights_of_a_stack_of_one_cell():
    cell = SimpleRNNCell(3)
    layer = RNN([cell, cell], weights=SIMPLE)
    layer(X)
    assert_weights(layer, SIMPLE)


def test_a_frozen_shared_layer():
    layer, layers = in_two_wrappers()
    model = elman.Sequential(layers)
    model(X)
    layers[1].trainable = False
    assert model._params() == (12, 0) and not layer.trainable


def test_a_cell_that_does_not_fit_its_second_place():
    cell = GRUCell(4)
    with pytest.raises(ValueError, match="expected shape"):
        RNN([cell, cell])(X)
