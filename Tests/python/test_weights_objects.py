"""Weights as objects: layer.weights, layer.kernel, model.weights and their like."""

import copy
import gc
import json
import operator
import pickle
import weakref
from pathlib import Path

import elman
import numpy as np
import pytest
import registry
from elman import Variable
from elman.layers import (
    GRU,
    LSTM,
    RNN,
    BatchNormalization,
    Bidirectional,
    Dense,
    GRUCell,
    LSTMCell,
    StackedRNNCells,
    TimeDistributed,
)

EXPECTED = json.loads(
    (Path(__file__).parent / "expected" / "keras_attributes.json").read_text()
)
# Where a name is Keras 2's, since each Keras has one of its own.
OF_KERAS_2 = {"depthwise_conv1d/kernel": "depthwise_conv1d/depthwise_kernel"}


def expected(*versions):
    """The classes that a Keras has too, with what it has of them."""
    return [
        pytest.param(name, EXPECTED[version][name], id=f"{name}-{version}")
        for version in versions
        for name in registry.NAMES
        if name in EXPECTED[version]
    ]


def positions(some, weights):
    """Where weights stand among others, by identity."""
    ids = [id(weight) for weight in weights]
    return [ids.index(id(weight)) for weight in some]


def at(layer, path):
    return operator.attrgetter(path)(layer)


# -- beside Keras ---------------------------------------------------------


@pytest.mark.parametrize(("name", "keras"), expected("2", "3"))
def test_weights_are_those_of_keras(name, keras):
    layer = registry.make(name)
    assert layer.weights == []
    layer.build(registry.input_shape(name))
    weights = layer.weights
    assert all(type(weight) is Variable for weight in weights)
    assert [list(w.shape) for w in weights] == [w["shape"] for w in keras["weights"]]
    for which in ("weights", "variables"):
        for kind in ("trainable", "non_trainable"):
            some = getattr(layer, f"{kind}_{which}")
            assert positions(some, weights) == keras[f"{kind}_{which}"]
    assert positions(layer.variables, weights) == list(range(len(weights)))
    assert layer.count_params() == sum(np.size(w) for w in weights)
    assert layer.count_params() == keras.get("count_params", 0)
    layer.trainable = False
    for kind in ("trainable", "non_trainable"):
        some = getattr(layer, f"{kind}_weights")
        assert positions(some, weights) == keras[f"frozen_{kind}_weights"]
    assert not any(weight.trainable for weight in weights)
    layer.trainable = True
    assert positions(layer.trainable_weights, weights) == keras["trainable_weights"]


@pytest.mark.parametrize(("name", "keras"), expected("3"))
def test_paths_and_names_are_those_of_keras_3(name, keras):
    paths = [weight["name"] for weight in keras["weights"]]
    paths = [OF_KERAS_2.get(path, path) for path in paths]
    weights = registry.built(name).weights
    assert [weight.path for weight in weights] == paths
    assert [w.name for w in weights] == [path.rpartition("/")[2] for path in paths]


@pytest.mark.parametrize(("name", "keras"), expected("2"))
def test_names_end_as_those_of_keras_2(name, keras):
    names = [w["name"].rpartition("/")[2].partition(":")[0] for w in keras["weights"]]
    assert [weight.name for weight in registry.built(name).weights] == names


@pytest.mark.parametrize(("name", "keras"), expected("2", "3"))
def test_attributes_are_the_weights_that_keras_has_there(name, keras):
    layer = registry.make(name)
    for path in keras["attributes"]:
        with pytest.raises(AttributeError, match=r"must build|not yet been built"):
            at(layer, path)
    layer.build(registry.input_shape(name))
    weights = layer.weights
    for path, index in keras["attributes"].items():
        assert at(layer, path) is weights[index], path


@pytest.mark.parametrize("name", registry.NAMES)
def test_weights_are_what_get_weights_gives(name):
    layer = registry.built(name)
    values = layer.get_weights()
    assert len(layer.weights) == len(values)
    for weight, value in zip(layer.weights, values, strict=True):
        np.testing.assert_array_equal(weight.numpy(), value)
        assert weight.shape == value.shape and weight.ndim == value.ndim
    doubled = [2 * value + 1 for value in values]
    for weight, value in zip(layer.weights, doubled, strict=True):
        assert weight.assign(value) is weight
    for value, wanted in zip(layer.get_weights(), doubled, strict=True):
        np.testing.assert_array_equal(value, wanted)


def test_a_call_uses_what_was_assigned():
    model = elman.Sequential([Dense(1, input_shape=(2,))])
    x = np.ones((1, 2))
    model(x)
    model.layers[0].kernel.assign([[1], [2]])
    assert model(x).tolist() == [[3]]
    model.weights[1].assign_add([4])
    assert model(x).tolist() == [[7]]
    model.weights[1].assign_sub(np.float64(1) * np.ones(1))
    assert model(x).tolist() == [[6]]


# -- identity -------------------------------------------------------------


@pytest.mark.parametrize("name", registry.NAMES)
def test_the_same_weight_is_the_same_object(name):
    layer = registry.built(name)
    weights = layer.weights
    assert positions(layer.weights, weights) == list(range(len(weights)))
    assert len({*weights}) == len(weights)
    if isinstance(layer, elman.layers.cells.Cell):
        return
    model = elman.Sequential([layer])
    assert positions(model.weights, weights) == list(range(len(weights)))
    assert len(model.variables) == len(weights)


def test_layers_inside_and_around_share_weights():
    cells = [GRUCell(2), LSTMCell(3)]
    layer = TimeDistributed(RNN(StackedRNNCells(cells)))
    layer.build((None, 5, 4, 2))
    inside = [weight for cell in cells for weight in cell.weights]
    assert positions(layer.weights, inside) == list(range(6))
    assert positions(layer.layer.cell.weights, inside) == list(range(6))
    path = "time_distributed/rnn/stacked_rnn_cells/lstm_cell/bias"
    assert inside[-1].path == path
    both = Bidirectional(LSTM(2))
    both.build((None, 4, 2))
    assert both.forward_layer.kernel is both.forward_layer.cell.kernel
    assert both.weights[3] is both.backward_layer.kernel


def test_a_layer_in_two_places_has_its_weights_once():
    cell, dense = GRUCell(2), Dense(2)
    layer = RNN([cell, cell])
    layer.build((None, 4, 2))
    assert positions(layer.weights, cell.weights) == [0, 1, 2]
    assert len(layer.weights) == len(layer.get_weights()) == 3
    dense.build((None, 2))
    model = elman.Sequential([TimeDistributed(dense, input_shape=(3, 2))])
    model.add(TimeDistributed(dense))
    assert positions(model.weights, dense.weights) == [0, 1]


def test_a_loaded_models_layers_have_the_models_weights():
    model = elman.Sequential([LSTM(2, input_shape=(4, 3)), Dense(1)])
    again = elman.models.model_from_json(model.to_json())
    weights = again.weights
    assert [weight.path for weight in weights] == [w.path for w in model.weights]
    assert again.layers[1].kernel is weights[3]
    assert again.get_layer("lstm").cell.bias is weights[2]


def test_weights_do_not_keep_a_layer_that_nobody_has():
    gc.disable()
    try:
        layer = LSTM(2)
        layer.build((None, 4, 2))
        kept, alive = layer.kernel, weakref.ref(layer)
        del layer
        assert alive() is not None and kept.shape == (2, 8)
        del kept
        assert alive() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_a_copied_weight_is_that_of_a_copied_layer(copied):
    layer = Dense(2)
    layer.build((None, 3))
    layer_again, weight = copied((layer, layer.kernel))
    assert weight is layer_again.kernel
    np.testing.assert_array_equal(weight, layer.kernel)
    weight.assign(np.zeros((3, 2)))
    assert layer.kernel.numpy().any()


# -- as arrays ------------------------------------------------------------


@pytest.fixture
def kernel():
    layer = Dense(2, kernel_initializer=[[1, -2], [3, 4], [5, 6]])
    layer.build((None, 3))
    return layer.kernel


VALUES = np.array([[1, -2], [3, 4], [5, 6]], np.float32)


@pytest.mark.parametrize(
    "function",
    [
        lambda w: w + 1,
        lambda w: 1 - w,
        lambda w: w * w,
        lambda w: w @ np.ones((2, 1)),
        lambda w: np.ones((1, 3)) @ w,
        lambda w: -w,
        lambda w: abs(w),
        lambda w: w**2,
        lambda w: w / 2,
        lambda w: w > 1,
        lambda w: w == w,
        lambda w: w != 1,
        lambda w: w[0],
        lambda w: w[1:, 0],
        lambda w: w[..., -1],
        lambda w: list(w)[2],
        lambda w: np.sum(w, axis=0),
        lambda w: np.maximum(w, 0),
        lambda w: np.add.reduce(w, axis=1),
        lambda w: np.concatenate([w, w]),
        lambda w: np.dot(w, w[:2]),
        lambda w: np.asarray(w, np.float64),
        lambda w: np.array(w),
        lambda w: np.linalg.norm(w),
        len,
        np.shape,
        np.ndim,
        np.isfinite,
    ],
)
def test_numpy_takes_a_weight_for_an_array(kernel, function):
    result, wanted = function(kernel), function(VALUES)
    np.testing.assert_array_equal(result, wanted)
    assert np.asarray(result).dtype == np.asarray(wanted).dtype
    assert not isinstance(result, Variable)


def test_a_weight_of_one_number_is_a_number():
    layer = Dense(1, use_bias=False, kernel_initializer=[[2.5]])
    layer.build((None, 1))
    assert float(layer.kernel[0, 0]) == 2.5
    count = registry.built("Normalization").count.assign(3)
    assert (float(count), int(count), bool(count)) == (3.0, 3, True)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(registry.built("Dense").kernel)


def test_values_are_copies(kernel):
    for values in (kernel.numpy(), kernel.value, np.asarray(kernel), kernel[:]):
        values[...] = 7
    np.testing.assert_array_equal(kernel, VALUES)
    with pytest.raises(ValueError, match="copied"):
        kernel.__array__(copy=False)


def test_what_it_is(kernel):
    assert kernel.dtype == "float32" and kernel.dtype == np.float32
    assert kernel.shape == (3, 2) and isinstance(kernel.shape, tuple)
    assert (kernel.ndim, kernel.name, kernel.path) == (2, "kernel", "dense/kernel")
    assert kernel.trainable is True
    assert repr(kernel) == (
        f"<Variable path=dense/kernel, shape=(3, 2), dtype=float32, value={VALUES}>"
    )
    assert {kernel: 1}[kernel] == 1 and kernel in {kernel} and kernel in [kernel]


def test_set_weights_takes_weights(kernel):
    other = Dense(2)
    other.build((None, 3))
    other.set_weights([kernel, np.ones(2)])
    np.testing.assert_array_equal(other.kernel, VALUES)


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (lambda w: w.assign(1), ValueError, r"must match. variable.shape=\(3, 2\)"),
        (lambda w: w.assign(np.ones((2, 3))), ValueError, r"value.shape=\(2, 3\)"),
        (lambda w: w.assign(np.ones((1, 3, 2))), ValueError, "must match"),
        (lambda w: w.assign("x"), TypeError, "real numbers"),
        (lambda w: w.assign(None), TypeError, "real numbers"),
        (lambda w: w.assign(np.ones((3, 2)) * 1j), TypeError, "real numbers"),
        (lambda w: w.assign_add(np.ones((3, 3, 2))), ValueError, "must match"),
        (lambda w: w.assign_sub(np.ones((4, 2))), ValueError, "broadcast"),
        (lambda w: operator.setitem(w, 0, 1), TypeError, "assign"),
        (lambda w: operator.iadd(w, 1), TypeError, "assign_add"),
        (lambda w: np.add(w, 1, out=w), TypeError, "assign_add"),
        (lambda w: setattr(w, "trainable", False), AttributeError, "trainable"),
        (lambda w: setattr(w, "name", "x"), AttributeError, "name"),
        (lambda w: Variable(np.ones(3), 0), TypeError, "a weight of a layer"),
        (lambda w: w[3], IndexError, "out of bounds"),
    ],
)
def test_what_is_refused_changes_nothing(kernel, change, kind, words):
    with pytest.raises(kind, match=words):
        change(kernel)
    np.testing.assert_array_equal(kernel, VALUES)


@pytest.mark.parametrize("name", registry.NAMES)
def test_the_weights_of_a_closed_layer(name):
    layer = registry.built(name)
    weights = layer.weights
    for inside in ("layer", "forward_layer", "backward_layer", "cell"):
        if hasattr(layer, inside):
            getattr(layer, inside).close()
    for cell in getattr(layer, "cells", []):
        cell.close()
    layer.close()
    for weight in weights:
        for use in (
            lambda w: w.numpy(),
            lambda w: w.shape,
            lambda w: w.path,
            lambda w: w.trainable,
            lambda w: w + 1,
            lambda w: w.assign(1),
            lambda w: w.regularizer,
        ):
            with pytest.raises(RuntimeError, match="was closed"):
                use(weight)
        assert repr(weight) == f"<Variable name={weight.name}, closed>"
    with pytest.raises(RuntimeError, match="was closed"):
        _ = layer.weights


# -- arguments about weights ----------------------------------------------


@pytest.mark.parametrize("name", registry.NAMES)
def test_each_weight_has_its_initializer_regularizer_and_constraint(name):
    keywords = {
        f"{argument[: -len('initializer')]}{kind}": value
        for argument in registry.make(name).get_config()
        if argument.endswith("_initializer") and not argument.startswith("moving")
        for kind, value in (("regularizer", "l2"), ("constraint", "non_neg"))
    }
    layer = registry.built(name, **keywords)
    described = [w for w in layer.weights if w.regularizer is not None]
    assert bool(described) == bool(keywords)
    for weight in described:
        assert isinstance(weight.initializer, elman.initializers.Initializer)
        assert isinstance(weight.regularizer, elman.regularizers.L2)
        assert isinstance(weight.constraint, elman.constraints.NonNeg)
    losses = [0.01 * np.square(w.numpy(), dtype=np.float64).sum() for w in described]
    np.testing.assert_allclose(layer.losses, losses, rtol=1e-6)
    layer.trainable = False
    assert layer.losses == []


def test_losses_of_a_model():
    model = elman.Sequential(
        [
            LSTM(
                2, recurrent_regularizer=elman.regularizers.L1(0.5), input_shape=(4, 3)
            ),
            Dense(1, kernel_regularizer="l2", bias_regularizer="l1_l2"),
            Dense(2, kernel_initializer="ones", kernel_regularizer="l1"),
        ]
    )
    first = 0.5 * np.abs(model.layers[0].recurrent_kernel).sum()
    assert len(model.losses) == 4
    assert model.losses[0] == pytest.approx(first) and model.losses[2:] == [0, 0.02]
    model.layers[2].kernel.assign([[3, -4]])
    assert model.losses[3] == pytest.approx(0.07)


def test_a_weight_that_arguments_leave_out_is_none():
    dense = Dense(2, use_bias=False)
    dense.build((None, 3))
    assert dense.bias is None
    normalization = BatchNormalization(center=False, scale=False)
    normalization.build((None, 3))
    assert normalization.gamma is None and normalization.beta is None
    layer = GRU(2, use_bias=False)
    layer.build((None, 4, 3))
    assert layer.bias is None and layer.cell.bias is None


@pytest.mark.parametrize("name", ["RNN", "TimeDistributed", "Bidirectional"])
def test_layers_around_others_have_no_kernel_of_their_own(name):
    assert not hasattr(registry.built(name), "kernel")


def test_a_models_trainable_moves_its_weights():
    model = elman.Sequential([Dense(2, input_shape=(3,)), BatchNormalization()])
    assert len(model.trainable_weights) == 4 and len(model.non_trainable_weights) == 2
    model.layers[0].trainable = False
    assert [w.name for w in model.trainable_variables] == ["gamma", "beta"]
    model.trainable = False
    assert model.trainable_weights == []
    assert positions(model.non_trainable_variables, model.weights) == list(range(6))
    assert elman.Sequential().weights == []


# -- cells inside layers --------------------------------------------------


@pytest.mark.parametrize("cls", [elman.layers.SimpleRNN, LSTM, GRU])
def test_the_cell_of_a_layer(cls, rng):
    layer = cls(3, dropout=0.5, kernel_initializer="he_normal")
    cell = layer.cell
    assert cell is layer.cell and isinstance(cell, elman.layers.cells.Cell)
    assert type(cell).__name__ == f"{cls.__name__}Cell" and cell.units == 3
    assert isinstance(cell, getattr(elman.layers, type(cell).__name__))
    config = type(registry.make(f"{cls.__name__}Cell"))(3, dropout=0.5).get_config()
    assert cell.get_config().keys() == config.keys()
    x = rng.standard_normal((2, 1, 4)).astype(np.float32)
    assert not cell.built and cell.get_weights() == []
    output, states = cell(x[:, 0], cell.get_initial_state(batch_size=2))
    assert layer.built and cell.input_shape == (None, 4)
    assert cell.output_shape == (None, 3)
    np.testing.assert_allclose(output, layer(x), atol=1e-6)
    assert len(states) == len(layer.state_size)
    cell.kernel.assign(np.zeros(cell.kernel.shape))
    assert not layer.get_weights()[0].any()
    alone = elman.layers.deserialize(elman.layers.serialize(cell))
    assert type(alone).__name__ == type(cell).__name__ and alone.units == 3
    again = pickle.loads(pickle.dumps(cell))
    np.testing.assert_array_equal(again.bias, cell.bias)
    cell.close()
    assert layer.kernel is not None


def test_the_cell_of_a_convolution():
    layer = elman.layers.ConvLSTM1D(2, 2)
    layer.build((None, 4, 3, 2))
    assert repr(layer.cell) == "<ConvLSTMCell name=conv_lstm_cell, built=True>"
    assert layer.cell.kernel.path == "conv_lstm1d/conv_lstm_cell/kernel"
    with pytest.raises(NotImplementedError, match="inside a ConvLSTM"):
        layer.cell(np.ones((1, 3, 2)), layer.get_initial_state(1))
