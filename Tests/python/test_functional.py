"""The functional API: tensors, layers called on them, and models of them."""

import copy
import json
import pickle
import warnings

import elman
import numpy as np
import pytest
from elman import layers
from elman.layers import (
    GRU,
    LSTM,
    Bidirectional,
    Conv1D,
    Dense,
    Embedding,
    Flatten,
    InputLayer,
    Lambda,
    Masking,
    TimeDistributed,
)
from elman.models import clone_model


def ones(*shape):
    return np.ones(shape, np.float32)


def shared_graph():
    """Two inputs through one layer, joined by an operator; two outputs in a dict."""
    a, b = elman.Input((4,), name="a"), elman.Input((4,), name="b")
    shared = Dense(3, name="shared")
    sum_ = shared(a) + shared(b)
    return elman.Model([a, b], {"sum": sum_, "head": Dense(2, name="head")(sum_)})


def encoder_decoder():
    source = elman.Input((None, 8), name="source")
    target = elman.Input((None, 5), name="target")
    _, h, c = LSTM(4, return_state=True, name="encoder")(source)
    decoded = LSTM(4, return_sequences=True, name="decoder")(target, [h, c])
    return elman.Model([source, target], Dense(5, activation="softmax")(decoded))


# -- tensors ----------------------------------------------------------------


def test_an_input_is_a_tensor():
    x = elman.Input((None, 3), name="x")
    assert isinstance(x, elman.KerasTensor)
    assert (x.shape, x.ndim, x.dtype, x.name) == ((None, None, 3), 3, "float32", "x")
    assert (
        repr(x)
        == "<KerasTensor shape=(None, None, 3), dtype=float32, sparse=False, name=x>"
    )
    assert elman.Input(batch_shape=(2, 3), dtype="int32").dtype == "int32"
    assert elman.Input((3,), batch_size=5).shape == (5, 3)
    assert isinstance(x._keras_history.layer, InputLayer)
    assert x._keras_history[1:] == (0, 0)


def test_a_tensor_has_no_values():
    x = elman.Input((3,))
    with pytest.raises(TypeError, match="cannot be used as a boolean"):
        bool(x)
    with pytest.raises(NotImplementedError, match="Iterating over a symbolic"):
        iter(x)
    for convert in (np.asarray, int, float):
        with pytest.raises(ValueError, match="A KerasTensor is symbolic"):
            convert(x)
    with pytest.raises(TypeError, match="no length"):
        len(x)
    with pytest.raises(TypeError, match="pickle or clone the model"):
        copy.copy(x)
    with pytest.raises(TypeError, match=r"elman\.Input"):
        elman.KerasTensor((3,))
    assert len({x, elman.Input((3,))}) == 2


OPERATORS = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "equal": lambda x, y: x == y,
    "not_equal": lambda x, y: x != y,
    "less": lambda x, y: x < y,
    "less_equal": lambda x, y: x <= y,
    "greater": lambda x, y: x > y,
    "greater_equal": lambda x, y: x >= y,
}


@pytest.mark.parametrize("name", OPERATORS)
def test_operators(name, rng):
    operate = OPERATORS[name]
    x, y = rng.integers(1, 4, (2, 6, 3)).astype(np.float32)
    a, b = elman.Input((3,)), elman.Input((3,))
    pairs = elman.Model([a, b], operate(a, b))
    np.testing.assert_allclose(pairs([x, y]), operate(x, y), rtol=1e-6)
    right = elman.Model(a, operate(a, 2))
    np.testing.assert_allclose(right(x), operate(x, np.float32(2)), rtol=1e-6)
    left = elman.Model(a, operate(np.float32(2), a))
    np.testing.assert_allclose(left(x), operate(np.float32(2), x), rtol=1e-6)


def test_operators_of_one_and_logic(rng):
    x = rng.standard_normal((4, 3)).astype(np.float32)
    a = elman.Input((3,))
    for tensor, expected in (
        (-a, -x),
        (+a, x),
        (abs(a), abs(x)),
        (abs(a) ** 2, x**2),
        (2**a, 2.0**x),
        ((a > 0) & (a < 1), (x > 0) & (x < 1)),
        ((a < 0) | (a > 1), (x < 0) | (x > 1)),
        (~(a > 0), ~(x > 0)),
        (1 - a / 2, 1 - x / 2),
    ):
        np.testing.assert_allclose(elman.Model(a, tensor)(x), expected, rtol=1e-5)


def test_what_operators_do_not_take():
    a = elman.Input((3,))
    for wrong in (lambda: a + ones(3), lambda: ones(3) * a, lambda: a - [1, 2, 3]):
        with pytest.raises(TypeError, match="a Lambda holds an array"):
            wrong()
    for wrong in (lambda: a + "1", lambda: None * a, lambda: a @ a, lambda: a + 1j):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(ValueError, match="broadcast"):
        a + elman.Input((4,))


KEYS = [
    np.s_[:, -1],
    np.s_[:, 1:],
    np.s_[:, ::2],
    np.s_[:, ::-1, 0],
    np.s_[..., 1],
    np.s_[:, None],
    np.s_[:, 1:3, -2:],
    np.s_[:],
    np.s_[:, np.int64(2)],
]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_slices(key, rng):
    x = rng.standard_normal((2, 5, 3)).astype(np.float32)
    a = elman.Input((5, 3))
    model = elman.Model(a, a[key])
    np.testing.assert_array_equal(model(x), x[key])
    assert model.output_shape == (None, *x[key].shape[1:])


def test_what_is_no_slice():
    a = elman.Input((5, 3))
    for key in (True, "x", 1.5, a, [0, 1]):
        with pytest.raises(TypeError, match="takes integers, slices"):
            a[:, key]
    for key, message in (
        (np.s_[:, 5], "index 5 is out of range for axis 1"),
        (np.s_[..., ...], "single"),
        (np.s_[:, :, :, 0], "too many indices"),
    ):
        with pytest.raises(ValueError, match=message):
            _ = a[key]


# -- calls ------------------------------------------------------------------


def test_layers_give_tensors_or_lists():
    x = elman.Input((5, 3))
    assert Dense(4)(x).shape == (None, 5, 4)
    assert [t.shape for t in LSTM(4, return_state=True)(x)] == [(None, 4)] * 3
    assert [t.shape for t in Bidirectional(GRU(2), merge_mode=None)(x)] == [
        (None, 2)
    ] * 2
    cells = layers.RNN([layers.LSTMCell(2), layers.GRUCell(3)], return_state=True)
    output, (h, c), g = cells(x)
    assert [t.shape for t in (output, h, c, g)] == [
        (None, 3),
        (None, 2),
        (None, 2),
        (None, 3),
    ]
    assert cells(x, initial_state=[(h, c), g])[0].shape == (None, 3)


def test_initial_states_in_a_list_of_inputs(rng):
    x, h, c = (elman.Input(shape) for shape in ((5, 3), (4,), (4,)))
    lstm = LSTM(4)
    by_list = elman.Model([x, h, c], lstm([x, h, c]))
    by_name = elman.Model([x, h, c], lstm(x, initial_state=[h, c]))
    arrays = [
        rng.random(shape).astype(np.float32) for shape in ((2, 5, 3), (2, 4), (2, 4))
    ]
    expected = lstm(arrays[0], initial_state=arrays[1:])
    for outputs in (by_list(arrays), by_name(arrays), lstm(arrays)):
        np.testing.assert_array_equal(outputs, expected)


def test_masks_in_a_graph(rng):
    x, mask = elman.Input((5, 3)), elman.Input((5,), dtype="bool")
    gru = GRU(2)
    model = elman.Model([x, mask], gru(x, mask=mask))
    values, steps = rng.random((4, 5, 3)), rng.random((4, 5)) < 0.5
    np.testing.assert_array_equal(model([values, steps]), gru(values, mask=steps))
    masked = elman.Model(x, gru(Masking()(x), training=True))
    values[:, 3:] = 0
    np.testing.assert_array_equal(masked(values), gru(values[:, :3]))


def test_arrays_and_tensors_do_not_mix():
    x, h = elman.Input((5, 3)), ones(2, 4)
    with pytest.raises(ValueError, match="arrays or with KerasTensors, not with both"):
        GRU(4)(x, initial_state=h)
    with pytest.raises(ValueError, match="not with both"):
        GRU(4)(ones(2, 5, 3), initial_state=elman.Input((4,)))
    with pytest.raises(ValueError, match="not with both"):
        shared_graph()([elman.Input((4,)), ones(2, 4)])
    with pytest.raises(ValueError, match="predict takes arrays"):
        elman.Model(x, GRU(4)(x)).predict(x)


def test_wrong_calls():
    x = elman.Input((5, 3))
    with pytest.raises(ValueError, match="expected ndim=3, found ndim=2"):
        GRU(2)(elman.Input((3,)))
    with pytest.raises(ValueError, match="expects 1 input"):
        Dense(2)([x, x])
    with pytest.raises(ValueError, match=r"2 states|states"):
        LSTM(4)(x, [elman.Input((4,))])
    with pytest.raises(ValueError, match="shapes"):
        GRU(4)(x, [elman.Input((5,))])
    with pytest.raises(
        TypeError, match=r"Dense.*unexpected keyword argument 'use_causal_mask'"
    ):
        Dense(2)(x, use_causal_mask=True)


def test_shared_layers_share_weights():
    model = shared_graph()
    assert len(model.weights) == 4
    assert len([layer for layer in model.layers if layer.name == "shared"]) == 1
    shared = model.get_layer("shared")
    outputs = model([ones(2, 4), 2 * ones(2, 4)])
    np.testing.assert_allclose(
        outputs["sum"], shared(ones(2, 4)) + shared(2 * ones(2, 4)), rtol=1e-6
    )


def test_inputs_and_outputs_of_layers():
    a, b = elman.Input((4,)), elman.Input((4,))
    dense = Dense(3)
    for name in ("input", "output"):
        with pytest.raises(
            AttributeError, match=f"has never been called.*defined {name}"
        ):
            getattr(dense, name)
        assert not hasattr(dense, name)
    first, second = dense(a), dense(b)
    assert dense.input is a and dense.output is first
    assert dense.get_input_at(1) is b and dense.get_output_at(1) is second
    assert dense.get_input_shape_at(0) == (None, 4)
    assert dense.get_output_shape_at(1) == (None, 3)
    assert second._keras_history == (dense, 1, 0)
    with pytest.raises(ValueError, match="at node 2, but the operation has only 2"):
        dense.get_output_at(2)
    assert dense.input_shape == (None, 4) and dense.output_shape == (None, 3)
    layer = InputLayer((3,), name="first")
    assert layer.output is layer.output and layer.output.name == "first"


# -- models -----------------------------------------------------------------


def test_a_model_of_one_input(rng):
    x = elman.Input((5, 3), name="x")
    gru = GRU(4)
    model = elman.Model(x, gru(x), name="one")
    assert isinstance(model, elman.Model) and model.name == "one" and model.built
    assert model.layers == [x._keras_history.layer, gru]
    assert model.inputs == [x] or model.inputs[0] is x
    assert model.input is x and model.output is gru.output
    assert (model.input_shape, model.output_shape) == ((None, 5, 3), (None, 4))
    assert (model.input_names, model.output_names) == (["x"], [gru.name])
    assert model.get_layer("x") is x._keras_history.layer
    assert model.weights == gru.weights and model.count_params() == gru.count_params()
    values = rng.random((7, 5, 3)).astype(np.float32)
    for given in (values, [values], {"x": values}, values.tolist()):
        np.testing.assert_array_equal(model(given), gru(values))
    np.testing.assert_array_equal(
        model.predict(values, batch_size=2, verbose=0), gru(values)
    )
    np.testing.assert_array_equal(model.predict_on_batch(values), gru(values))


def test_sequential_is_a_model():
    assert isinstance(elman.Sequential(), elman.Model)
    assert issubclass(elman.models.Sequential, elman.models.Model)
    assert elman.models.Functional is elman.Model


def test_encoder_and_decoder(rng):
    model = encoder_decoder()
    x, y = rng.random((3, 6, 8)), rng.random((3, 4, 5))
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    _, *states = encoder(x)
    expected = model.layers[-1](decoder(y, initial_state=states))
    np.testing.assert_array_equal(model([x, y]), expected)
    np.testing.assert_array_equal(model({"target": y, "source": x}), expected)
    np.testing.assert_array_equal(
        model.predict((x, y), batch_size=2, verbose=0), expected
    )
    assert model.input_shape == [(None, None, 8), (None, None, 5)]
    assert model.memory(2, timesteps=5) > 0


def test_outputs_come_in_their_structure():
    x = elman.Input((3,))
    y, z = Dense(2)(x), Dense(4)(x)
    for structure in (
        [y, z],
        (y, z),
        {"z": z, "y": y},
        [y, {"a": (z, y)}],
        {"y": y},
        [y],
        y,
    ):
        model = elman.Model(x, structure)
        outputs = model(ones(5, 3))
        if structure is y or structure == [y]:
            assert outputs.shape == (5, 2)
            continue
        assert type(outputs) is type(structure)
        shapes = elman._structure.mapped(outputs, np.shape)
        assert shapes == elman._structure.mapped(structure, lambda t: (5, *t.shape[1:]))
        predicted = model.predict(ones(5, 3), batch_size=2, verbose=0)
        assert elman._structure.mapped(predicted, np.shape) == shapes
        assert (
            elman._structure.mapped(model.output, lambda t: t.shape)
            == model.output_shape
        )


def test_inputs_in_their_structure(rng):
    a, b, c = (elman.Input((3,), name=name) for name in "abc")
    arrays = dict(zip("abc", rng.random((3, 2, 3)).astype(np.float32)))
    x, y, z = (arrays[name] for name in "abc")
    expected = x + 2 * y + 4 * z
    total = a + 2 * b + 4 * c
    nested = elman.Model({"pair": [a, b], "one": c}, total)
    given = ({"one": z, "pair": [x, y]}, arrays, [z, x, y])
    for inputs in given:
        np.testing.assert_allclose(nested(inputs), expected, rtol=1e-5)
    by_key = elman.Model({"k1": b, "k2": a, "k3": c}, total)
    np.testing.assert_allclose(by_key({"k1": y, "k2": x, "k3": z}), expected, rtol=1e-5)
    flat = elman.Model((a, b, c), total)
    for inputs in ((x, y, z), [x, y, z], arrays):
        np.testing.assert_allclose(flat(inputs), expected, rtol=1e-5)


def test_wrong_inputs():
    model = shared_graph()
    x = ones(2, 4)
    for given in (x[None], [x], [x, x, x]):
        with pytest.raises(
            ValueError, match=r"expects 2 input\(s\), but it received [13]"
        ):
            model(given)
    with pytest.raises(
        ValueError,
        match=r'Missing data for input "b".*keys \[\'a\'\].*\[\'a\', \'b\'\]',
    ):
        model({"a": x})
    with pytest.warns(UserWarning, match=r"contained keys \['c'\] which did not match"):
        model({"a": x, "b": x, "c": x})
    with pytest.raises(
        ValueError, match=r"expected shape=\(None, 4\), found shape=\(2, 5\)"
    ):
        model([x, ones(2, 5)])
    with pytest.raises(ValueError, match=r"ambiguous.*'x' sizes: 2, 3"):
        model.predict([x, ones(3, 4)], verbose=0)
    with pytest.raises(ValueError, match="at least one sample"):
        model.predict([ones(0, 4), ones(0, 4)], verbose=0)
    with pytest.raises(ValueError, match="structure of `inputs`"):
        a, b = elman.Input((1,)), elman.Input((1,))
        elman.Model({"k": [a, b], "l": elman.Input((1,))}, a + b)({"k": 1, "l": 2})


def test_an_axis_of_one_may_be_missing():
    x = elman.Input((1,))
    model = elman.Model(x, 2 * x)
    assert model(ones(3)).shape == (3, 1)
    y = elman.Input((4,))
    assert elman.Model(y, 2 * y)(ones(3, 4, 1)).shape == (3, 4)


def test_wrong_models():
    x = elman.Input((3,), name="x")
    y = Dense(2)(x)
    for inputs, outputs, what in (
        (ones(3), y, "inputs"),
        (x, [y, None], "outputs"),
        (x, Dense(2), "outputs"),
    ):
        with pytest.raises(
            ValueError, match=f"All `{what}` values must be KerasTensors"
        ):
            elman.Model(inputs, outputs)
    with pytest.raises(ValueError, match="Graph disconnected"):
        elman.Model(elman.Input((3,)), y)
    with pytest.raises(ValueError, match="same input multiple times"):
        elman.Model([x, x], y)
    with pytest.raises(ValueError, match=r'name "twice" is used 2 times'):
        elman.Model(x, Dense(2, name="twice")(Dense(2, name="twice")(x)))
    with pytest.raises(ValueError, match="at least one"):
        elman.Model([], y)
    with pytest.raises(TypeError, match="needs `inputs` and `outputs`"):
        elman.Model(x)
    with pytest.raises(TypeError, match="unexpected keyword argument 'extra'"):
        elman.Model(x, y, extra=1)
    with pytest.raises(AttributeError, match=r"Model.layers` attribute is reserved"):
        elman.Model(x, y).layers = []


def test_names_of_keras_1():
    x = elman.Input((3,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert elman.Model(input=x, output=Dense(2)(x)).output_shape == (None, 2)


def test_subclasses():
    with pytest.raises(
        TypeError, match=r"cannot have a 'call' of its own.*functional form"
    ):
        type("Mine", (elman.Model,), {"call": lambda self, x: x})

    class Mine(elman.Model):
        def __init__(self, units):
            x = elman.Input((3,))
            super().__init__(x, Dense(units)(x), name="mine")

    assert Mine(2)(ones(1, 3)).shape == (1, 2)
    with pytest.raises(TypeError, match="runs no `call`"):
        elman.Model()


def test_parts_of_a_model(rng):
    model = encoder_decoder()
    x = rng.random((2, 3, 8))
    encoder = elman.Model(model.input[0], model.get_layer("encoder").output)
    assert encoder.layers[1] is model.get_layer("encoder")
    for got, right in zip(encoder(x), model.get_layer("encoder")(x)):
        np.testing.assert_array_equal(got, right)
    # From what a layer gives.
    h, c = model.get_layer("encoder").output[1:]
    decoder = elman.Model([model.input[1], h, c], model.output)
    y, *states = rng.random((2, 4, 5)), *rng.random((2, 2, 4))
    expected = model.layers[-1](model.get_layer("decoder")(y, initial_state=states))
    np.testing.assert_array_equal(decoder([y, *states]), expected)


def test_parts_of_a_sequential(rng):
    model = elman.Sequential(
        [elman.Input((5, 3)), GRU(4, return_sequences=True, name="gru")]
    )
    model.add(Dense(2, name="dense"))
    x = rng.random((2, 5, 3)).astype(np.float32)
    part = elman.Model(model.input, model.get_layer("gru").output)
    np.testing.assert_array_equal(part(x), model.layers[0](x))
    whole = elman.Model(model.inputs, model.outputs)
    np.testing.assert_array_equal(whole(x), model(x))
    model.add(Flatten())
    assert model.output.shape == (None, 10) and len(model.layers[0]._inbound_nodes) == 1
    model.pop()
    assert model.output is model.get_layer("dense").output
    unbuilt = elman.Sequential([Dense(2)])
    for name in ("input", "output", "inputs", "outputs"):
        with pytest.raises(
            AttributeError,
            match=f"Sequential model '{unbuilt.name}' has no defined {name}"[:45],
        ):
            getattr(unbuilt, name)
    unbuilt(ones(3, 4))
    assert unbuilt.output.shape == (None, 2) or unbuilt.output.shape == (3, 2)


# -- models in models -------------------------------------------------------


def inner_model():
    x = elman.Input((4,), name="inner_input")
    return elman.Model(x, Dense(3, name="inner_dense")(x), name="inner")


def test_a_model_in_a_graph(rng):
    inner = inner_model()
    x = elman.Input((4,))
    outer = elman.Model(x, inner(x) + inner(2 * x))
    assert outer.get_layer("inner") is inner
    assert outer.count_params() == inner.count_params() and len(outer.weights) == 2
    values = rng.random((3, 4)).astype(np.float32)
    np.testing.assert_allclose(
        outer(values), inner(values) + inner(2 * values), rtol=1e-6
    )
    inner.set_weights([ones(4, 3), ones(3)])
    np.testing.assert_allclose(outer(ones(1, 4)), [[5 + 9] * 3])
    assert inner.get_output_at(1).shape == (None, 3)


def test_a_model_in_a_sequential_and_over_time(rng):
    inner = inner_model()
    model = elman.Sequential([inner, Dense(2)])
    assert model.layers[0] is inner
    values = rng.random((3, 4)).astype(np.float32)
    np.testing.assert_array_equal(model(values), model.layers[1](inner(values)))
    over = TimeDistributed(inner)
    assert over.layer is inner
    steps = rng.random((2, 5, 4)).astype(np.float32)
    np.testing.assert_allclose(
        over(steps), inner(steps.reshape(10, 4)).reshape(2, 5, 3), rtol=1e-6
    )
    x = elman.Input((5, 4))
    np.testing.assert_array_equal(elman.Model(x, over(x))(steps), over(steps))
    chain = elman.Sequential([elman.Input((4,)), Dense(4)])
    y = elman.Input((4,))
    np.testing.assert_array_equal(elman.Model(y, chain(y))(values), chain(values))
    with pytest.raises(ValueError, match="layers can be added or removed only before"):
        chain.add(Dense(2))


def test_a_nested_model_of_several_inputs():
    inner = shared_graph()
    a, b = elman.Input((4,)), elman.Input((4,))
    for given in ([a, b], {"b": b, "a": a}):
        outputs = inner(given)
        assert set(outputs) == {"sum", "head"} and outputs["head"].shape == (None, 2)
        outer = elman.Model([a, b], outputs["head"] * 2)
        x, y = ones(2, 4), 3 * ones(2, 4)
        np.testing.assert_allclose(outer([x, y]), 2 * inner([x, y])["head"], rtol=1e-6)
    with pytest.raises(ValueError, match="expects 2 input"):
        inner(a)


def test_models_may_not_nest_too_deep():
    model = inner_model()
    with pytest.raises(ValueError, match="64 deep"):
        for _ in range(70):
            x = elman.Input((model.input_shape[-1],))
            model = elman.Model(
                x, model(x[:, :4]) if model.input_shape[-1] != 4 else model(x)
            )


# -- how large they may be --------------------------------------------------


def test_a_chain_of_ten_thousand_layers():
    x = tensor = elman.Input((2,))
    for _ in range(10_000):
        tensor = tensor + 1
    model = elman.Model(x, tensor)
    np.testing.assert_array_equal(model(np.zeros((1, 2))), [[10_000, 10_000]])
    assert len(model.layers) == 10_001
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again(np.zeros((1, 2))), [[10_000, 10_000]])
    del model, again, x, tensor


# -- copies and configs -----------------------------------------------------


@pytest.mark.parametrize("make", [shared_graph, encoder_decoder])
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_copies(make, copied, rng):
    model = make()
    again = copied(model)
    x = [rng.random((2, *(s or 3 for s in shape[1:]))) for shape in model.input_shape]
    got, right = again(x), model(x)
    for one, other in zip(elman._structure.flat(got), elman._structure.flat(right)):
        np.testing.assert_array_equal(one, other)
    assert again.name == model.name
    assert (again.layers[0] is model.layers[0]) == (copied is copy.copy)
    assert [one.name for one in again.layers] == [one.name for one in model.layers]


def test_clones(rng):
    model = shared_graph()
    clone = clone_model(model)
    assert [one.name for one in clone.layers] == [one.name for one in model.layers]
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])
    clone.set_weights(model.get_weights())
    x = list(rng.random((2, 3, 4)))
    np.testing.assert_array_equal(clone(x)["head"], model(x)["head"])
    seen = []

    def one(layer):
        seen.append(layer.name)
        return type(layer).from_config(layer.get_config())

    tensors = [elman.Input((4,), name="p"), elman.Input((4,), name="q")]
    on_others = clone_model(model, input_tensors=tensors, clone_function=one)
    assert on_others.inputs[0] is tensors[0] and on_others.input_names == ["p", "q"]
    assert "shared" in seen and "a" not in seen
    with pytest.raises(ValueError, match="Expected `model` argument"):
        clone_model(Dense(2))
    nested = elman.Model(tensors, model(tensors)["head"])
    assert clone_model(nested).count_params() == nested.count_params()


def test_a_lambda_is_copied_with_its_graph():
    x = elman.Input((3,))
    double = Lambda(np.negative)
    model = elman.Model(x, double(x))
    np.testing.assert_array_equal(
        clone_model(model, clone_function=lambda layer: layer)(ones(1, 3)), -ones(1, 3)
    )


def test_config_round_trip(rng):
    for make in (shared_graph, encoder_decoder):
        model = make()
        config = json.loads(model.to_json())
        assert config["class_name"] == "Functional"
        for again in (
            elman.models.model_from_json(model.to_json()),
            elman.Model.from_config(model.get_config()),
        ):
            assert type(again) is elman.Model and again.input_names == model.input_names
            again.set_weights(model.get_weights())
            x = [
                rng.random((2, *(s or 3 for s in shape[1:])))
                for shape in model.input_shape
            ]
            got, right = again(x), model(x)
            assert elman._structure.mapped(got, np.shape) == elman._structure.mapped(
                right, np.shape
            )
            for one, other in zip(
                elman._structure.flat(got), elman._structure.flat(right)
            ):
                np.testing.assert_array_equal(one, other)
            part = elman.Model(again.input, again.layers[-1].output)
            assert part.layers[-1] is again.layers[-1]
            copied = pickle.loads(pickle.dumps(again))
            np.testing.assert_array_equal(
                elman._structure.flat(copied(x))[0], elman._structure.flat(right)[0]
            )
            assert clone_model(again).count_params() == again.count_params()
    with pytest.raises(ValueError, match="config of a Sequential"):
        elman.Sequential.from_config(config)


def test_nested_models_in_configs():
    inner = inner_model()
    x = elman.Input((4,))
    outer = elman.Model(x, inner(x) * inner(x))
    again = elman.models.model_from_json(outer.to_json())
    nested = again.get_layer("inner")
    assert isinstance(nested, elman.Model) and again.get_layer("inner") is nested
    again.set_weights(outer.get_weights())
    np.testing.assert_array_equal(again(ones(2, 4)), outer(ones(2, 4)))
    np.testing.assert_array_equal(nested(ones(2, 4)), inner(ones(2, 4)))


# -- what models have beside ------------------------------------------------


def test_summary_and_table(capsys):
    model = encoder_decoder()
    model.summary()
    out = capsys.readouterr().out
    for name in ("source", "encoder", "decoder"):
        assert name in out
    assert "Total params: 393" in out
    assert "<caption>Model: " in model._repr_html_() and "393" in model._repr_html_()


def test_quantize_and_trainable():
    model = shared_graph()
    assert 0 < model.quantize("bfloat16") < 0.01
    assert model.trainable
    model.trainable = False
    assert not model.trainable and not model.trainable_weights
    with pytest.raises(AttributeError, match="training comes next"):
        _ = model.fit


def test_a_stream_of_a_graph(rng):
    x = elman.Input((None, 3))
    y = GRU(4, return_sequences=True)(x)
    model = elman.Model(x, Dense(2)(y) + 1)
    values = rng.random((1, 6, 3)).astype(np.float32)
    stream = model.stream()
    steps = [stream.step(step) for step in values[0]]
    np.testing.assert_array_equal(steps, model(values)[0])


def test_closed_models():
    model = shared_graph()
    model.close()
    with pytest.raises(RuntimeError, match="was closed"):
        model([ones(1, 4), ones(1, 4)])
    assert repr(model) == "<Model closed>"


def test_layers_of_several_inputs_on_arrays(rng):
    x, y = rng.random((2, 3, 4)).astype(np.float32)
    add = layers.OPERATIONS["Operation"]("add")
    for _ in range(2):
        np.testing.assert_array_equal(add([x, y]), x + y)
    np.testing.assert_array_equal(add([x[:1], y[:1]]), x[:1] + y[:1])
    assert add.input_shape == [(None, 4), (None, 4)]
    assert add.compute_output_shape([(None, 4), (None, 1)]) == (None, 4)


def test_indices_and_convolutions_in_a_graph(rng):
    words = elman.Input((6,), dtype="int32")
    embedded = Embedding(9, 4)(words)
    model = elman.Model(words, Flatten()(Conv1D(2, 3)(embedded)))
    assert model(rng.integers(0, 9, (2, 6))).shape == (2, 8)


# -- merging layers and attention -------------------------------------------


def test_merging_layers_on_tensors_and_arrays(rng):
    x, y = rng.random((2, 3, 4)).astype(np.float32)
    a, b = elman.Input((4,)), elman.Input((4,))
    for layer, expected in (
        (layers.Add(), x + y),
        (layers.Subtract(), x - y),
        (layers.Concatenate(), np.concatenate([x, y], -1)),
        (layers.Dot(1), (x * y).sum(-1, keepdims=True)),
    ):
        model = elman.Model([a, b], layer([a, b]))
        np.testing.assert_allclose(model([x, y]), expected, rtol=1e-6)
        np.testing.assert_array_equal(layer([x, y]), model([x, y]))
    np.testing.assert_array_equal(
        elman.Model([a, b], layers.add([a, b]))([x, y]), x + y
    )
    with pytest.raises(ValueError):
        layers.Add()([a, elman.Input((5,))])


def test_attention(rng):
    x, y = (
        rng.random((2, 5, 4)).astype(np.float32),
        rng.random((2, 3, 4)).astype(np.float32),
    )
    q, v = elman.Input((5, 4)), elman.Input((3, 4))
    attention = layers.Attention()
    outputs = attention([q, v], return_attention_scores=True)
    assert [t.shape for t in outputs] == [(None, 5, 4), (None, 5, 3)]
    model = elman.Model([q, v], outputs)
    for got, right in zip(
        model([x, y]), attention([x, y], return_attention_scores=True)
    ):
        np.testing.assert_array_equal(got, right)
    mask = np.array([[1, 1, 0]] * 2)
    masked = attention([x, y], mask=[None, mask])
    np.testing.assert_allclose(masked, attention([x, y[:, :2]]), rtol=1e-5)
    causal = attention([x, x], use_causal_mask=True)
    np.testing.assert_allclose(causal[:, 0], x[:, 0], rtol=1e-6)


def test_multi_head_attention(rng):
    x, y = (
        rng.random((2, 5, 4)).astype(np.float32),
        rng.random((2, 3, 4)).astype(np.float32),
    )
    q, v = elman.Input((5, 4)), elman.Input((3, 4))
    heads = layers.MultiHeadAttention(2, 3)
    output, scores = heads(q, v, return_attention_scores=True)
    assert (output.shape, scores.shape) == ((None, 5, 4), (None, 2, 5, 3))
    model = elman.Model([q, v], output)
    np.testing.assert_array_equal(model([x, y]), heads(x, y))
    np.testing.assert_array_equal(heads(query=x, value=y, key=y), heads(x, y))
    mask = np.broadcast_to([1, 1, 0], (2, 5, 3)).astype(np.float32)
    np.testing.assert_allclose(
        heads(x, y, attention_mask=mask), heads(x, y[:, :2]), rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(
        heads(x, y, value_mask=mask[:, 0]), heads(x, y[:, :2]), rtol=1e-5, atol=1e-6
    )
    again = pickle.loads(pickle.dumps(heads))
    np.testing.assert_array_equal(again(x, y), heads(x, y))
