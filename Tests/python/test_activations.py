"""Functions of elman.activations, with every argument that Keras gives them."""

import functools
import math

import elman
import numpy as np
import pytest
from elman import activations
from elman.layers import Activation, ReLU, Softmax

X = np.concatenate([np.arange(-12, 13) / 4, [-50, 50]]).astype(np.float32)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x, axis):
    powers = np.exp(x - x.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def gelu(x, approximate):
    if approximate:
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
        return 0.5 * x * (1 + np.tanh(inner))
    return np.array([v * 0.5 * (1 + math.erf(v / math.sqrt(2))) for v in x])


def clip_relu(x, slope, largest, threshold):
    kept = x if largest is None else np.clip(x, 0, largest)
    return np.where(x > threshold, kept, slope * (x - threshold))


# Function, positional arguments, keywords, what Keras gives for float64 x.
CASES = [
    ("relu", (), {}, lambda x: np.maximum(x, 0)),
    ("relu", (0.5,), {}, lambda x: clip_relu(x, 0.5, None, 0)),
    ("relu", (), {"alpha": 0.5}, lambda x: clip_relu(x, 0.5, None, 0)),
    ("relu", (0.5, 2.0), {}, lambda x: clip_relu(x, 0.5, 2, 0)),
    ("relu", (0.5, 2.0, 1.0), {}, lambda x: clip_relu(x, 0.5, 2, 1)),
    ("relu", (), {"threshold": 1}, lambda x: clip_relu(x, 0, None, 1)),
    ("relu", (), {"threshold": -1}, lambda x: clip_relu(x, 0, None, -1)),
    ("relu", (), {"threshold": -1, "max_value": 1}, lambda x: clip_relu(x, 0, 1, -1)),
    ("relu", (-2.0,), {"max_value": 1}, lambda x: clip_relu(x, -2, 1, 0)),
    ("relu", (), {"max_value": 0}, lambda x: 0 * x),
    ("relu", (), {"max_value": -1}, lambda x: 0 * x),
    ("leaky_relu", (), {}, lambda x: np.where(x > 0, x, 0.2 * x)),
    ("leaky_relu", (0.1,), {}, lambda x: np.where(x > 0, x, 0.1 * x)),
    ("elu", (), {}, lambda x: np.where(x > 0, x, np.expm1(x))),
    ("elu", (1.5,), {}, lambda x: np.where(x > 0, x, 1.5 * np.expm1(x))),
    ("celu", (), {}, lambda x: np.where(x > 0, x, np.expm1(x))),
    ("celu", (), {"alpha": 2}, lambda x: np.where(x > 0, x, 2 * np.expm1(x / 2))),
    ("gelu", (), {}, lambda x: gelu(x, False)),
    ("gelu", (False,), {}, lambda x: gelu(x, False)),
    ("gelu", (True,), {}, lambda x: gelu(x, True)),
    ("gelu", (), {"approximate": 1}, lambda x: gelu(x, True)),
    ("hard_shrink", (), {}, lambda x: np.where(abs(x) > 0.5, x, 0)),
    ("hard_shrink", (1.0,), {}, lambda x: np.where(abs(x) > 1, x, 0)),
    ("soft_shrink", (), {}, lambda x: np.sign(x) * np.maximum(abs(x) - 0.5, 0)),
    ("soft_shrink", (1.0,), {}, lambda x: np.sign(x) * np.maximum(abs(x) - 1, 0)),
    ("threshold", (0.5, 9.0), {}, lambda x: np.where(x > 0.5, x, 9)),
    ("squareplus", (), {}, lambda x: (x + np.sqrt(x * x + 4)) / 2),
    ("squareplus", (), {"b": 1}, lambda x: (x + np.sqrt(x * x + 1)) / 2),
    ("relu6", (), {}, lambda x: np.clip(x, 0, 6)),
    ("hard_sigmoid", (), {}, lambda x: np.clip(x / 6 + 0.5, 0, 1)),
    ("hard_sigmoid_keras2", (), {}, lambda x: np.clip(0.2 * x + 0.5, 0, 1)),
    ("sigmoid", (), {}, sigmoid),
    ("linear", (), {}, lambda x: x),
]


@pytest.mark.parametrize(("name", "arguments", "keywords", "expected"), CASES)
def test_every_argument(name, arguments, keywords, expected):
    function = getattr(activations, name)
    result = function(X, *arguments, **keywords)
    assert result.dtype == np.float32
    np.testing.assert_allclose(
        result, expected(X.astype(np.float64)), rtol=1e-5, atol=1e-6
    )
    assert np.isnan(function(np.float32(np.nan), *arguments, **keywords))


AXES = [-1, 0, 1, 2, -3, (1, 2), (0, 2), [0, -1], (0, 1, 2), np.int64(1), np.array([1])]


@pytest.mark.parametrize("axis", AXES, ids=repr)
def test_axes(axis, rng):
    x = rng.standard_normal((3, 4, 5)).astype(np.float32)
    numpys = tuple(np.ravel(axis).tolist())
    expected = softmax(x.astype(np.float64), numpys)
    for function in (activations.softmax, Softmax(axis)):
        np.testing.assert_allclose(
            function(x, axis) if function is activations.softmax else function(x),
            expected,
            atol=1e-6,
        )
    np.testing.assert_allclose(
        activations.log_softmax(x, axis), np.log(expected), atol=1e-5
    )
    nearest = activations.sparsemax(x, axis)
    np.testing.assert_allclose(nearest.sum(numpys), 1, atol=1e-5)
    layer = Activation(functools.partial(activations.sparsemax, axis=axis))
    np.testing.assert_array_equal(layer(x), nearest)
    again = Activation.from_config(layer.get_config())
    np.testing.assert_array_equal(again(x), nearest)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, np.int64(1)])
def test_glu(axis, rng):
    x = rng.standard_normal((2, 4, 6)).astype(np.float32)
    values, gates = np.split(x.astype(np.float64), 2, axis)
    result = activations.glu(x, axis)
    np.testing.assert_allclose(result, values * sigmoid(gates), atol=1e-6)


def test_glu_of_an_odd_axis():
    with pytest.raises(ValueError, match=r"divisible by 2.*axis=-1"):
        activations.glu(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="does not fit"):
        activations.glu(np.zeros((2, 4)), axis=2)


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda x: activations.softmax(x, axis=2), ValueError, "does not fit"),
        (lambda x: activations.softmax(x, axis=(0, 0)), ValueError, "does not fit"),
        (lambda x: activations.softmax(x, axis="a"), TypeError, "axis"),
        (lambda x: activations.softmax(x, axis=[]), TypeError, "axis"),
        (lambda x: activations.softmax(3.0), ValueError, "does not fit"),
        (lambda x: activations.relu(x, threshold="1"), TypeError, "threshold"),
        (lambda x: activations.elu(x, alpha=[1]), TypeError, "alpha"),
        (lambda x: activations.elu(x, alpha=object()), TypeError, "object"),
        (lambda x: activations.gelu(x, approximate=2), TypeError, "approximate"),
        (lambda x: activations.tanh("a"), TypeError, "real numbers"),
        (lambda x: activations.tanh([[1], [1, 2]]), ValueError, "not an array"),
        (lambda x: activations.threshold(x), TypeError, "threshold"),
    ],
)
def test_arguments_that_are_not(function, error, message):
    with pytest.raises(error, match=message):
        function(np.zeros((2, 2)))


def test_arrays_of_every_shape_and_dtype(rng):
    for shape in ((), (1,), (7,), (0,), (0, 3), (3, 0), (2, 1, 3, 1, 2, 1, 2, 1)):
        x = rng.standard_normal(shape).astype(np.float32)
        before = x.copy()
        result = activations.relu(x)
        assert result.shape == shape
        np.testing.assert_array_equal(result, np.maximum(x, 0))
        np.testing.assert_array_equal(x, before)
    for x in ([1, -2], (1.5, -2), np.arange(-3, 3), np.array([True, False]), 3, -1.5):
        np.testing.assert_array_equal(activations.relu(x), np.maximum(np.array(x), 0))
    turned = rng.standard_normal((4, 5)).T[::-1]
    np.testing.assert_array_equal(
        activations.relu(turned), np.maximum(turned.astype(np.float32), 0)
    )
    frozen = np.ones(3, np.float32)
    frozen.flags.writeable = False
    np.testing.assert_array_equal(
        activations.tanh(frozen), activations.tanh(np.ones(3))
    )
    assert activations.softmax(np.zeros((0, 3))).shape == (0, 3)
    assert activations.softmax(np.zeros((3, 0))).shape == (3, 0)
    assert activations.glu(np.zeros((0, 4))).shape == (0, 2)


@pytest.mark.parametrize("number", [np.float32, np.float64, np.int64, np.array, int])
def test_arguments_are_numbers_of_any_kind(number):
    expected = activations.relu(X, 2.0, 6.0, 1.0)
    result = activations.relu(X, number(2), number(6), number(1))
    np.testing.assert_array_equal(result, expected)
    np.testing.assert_array_equal(
        activations.gelu(X, approximate=np.bool_(True)), activations.gelu(X, True)
    )


def test_relu_at_its_threshold_is_zero():
    """As a function, in a layer, and at the end of a kernel."""
    x = np.array([[-1, 0.5, 1, 1.5, 6, 7]], np.float32)
    expected = [[0, 0, 0, 1.5, 6, 7]]
    assert activations.relu(x, threshold=1).tolist() == expected
    assert ReLU(threshold=1)(x).tolist() == expected
    assert ReLU(threshold=1, max_value=6)(x).tolist() == [[0, 0, 0, 1.5, 6, 6]]
    assert ReLU(threshold=1, negative_slope=2)(x)[0, :3].tolist() == [-4, -1, 0]
    dense = elman.layers.Dense(
        6, ReLU(threshold=1), kernel_initializer="identity", use_bias=False
    )
    assert dense(x).tolist() == expected
    result = ReLU(threshold=1)(np.array([[np.nan, 2]], np.float32))[0]
    assert np.isnan(result[0])
    assert result[1] == 2


# -- names and configs ----------------------------------------------------


def test_get():
    assert activations.get("gelu") is activations.gelu
    assert activations.get(None) is activations.linear
    assert activations.get(activations.relu) is activations.relu
    function = {"class_name": "function", "config": "gelu"}
    assert activations.get(function) is activations.gelu
    assert activations.deserialize({"class_name": "gelu"}) is activations.gelu
    about = activations.get({"class_name": "gelu", "config": {"approximate": True}})
    np.testing.assert_array_equal(about(X), activations.gelu(X, True))
    for unknown in ("gleu", {"class_name": "x"}, {}, {"class_name": 3}, 3):
        with pytest.raises(ValueError, match="Could not interpret activation"):
            activations.get(unknown)


def test_serialize():
    assert activations.serialize(activations.relu) == "relu"
    about = functools.partial(activations.gelu, approximate=True)
    written = activations.serialize(about)
    assert written == {"class_name": "gelu", "config": {"approximate": True}}
    again = activations.deserialize(written)
    np.testing.assert_array_equal(again(X), about(X))


def test_every_function_is_an_activation_of_layers_by_its_name(rng):
    x = rng.standard_normal((2, 6)).astype(np.float32)
    for name in set(activations.__all__) - {"get", "serialize", "deserialize", "glu"}:
        function = getattr(activations, name)
        needed = (0, 0) if name == "threshold" else ()
        np.testing.assert_array_equal(Activation(name)(x), function(x, *needed))
        np.testing.assert_array_equal(Activation(function)(x), function(x, *needed))


def test_partial_functions_are_activations_of_layers(rng):
    about = functools.partial(activations.gelu, approximate=True)
    x = rng.standard_normal((2, 3)).astype(np.float32)
    dense = elman.layers.Dense(4, activation=about)
    model = elman.Sequential([dense])
    result = model(x)
    kernel, bias = dense.get_weights()
    np.testing.assert_allclose(result, about(x @ kernel + bias), atol=1e-5)
    again = elman.Sequential.from_config(model.get_config())
    again.build((None, 3))
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again(x), result)
    with pytest.raises(TypeError, match="could not call it"):
        elman.layers.Dense(4, activation=functools.partial(activations.gelu, 3))


@pytest.mark.parametrize("axis", [1, -2, (1, 2)])
def test_functions_along_time_have_no_stream(axis):
    about = functools.partial(activations.softmax, axis=axis)
    for layer in (Activation(about), Softmax(axis)):
        model = elman.Sequential(
            [
                elman.layers.SimpleRNN(3, return_sequences=True, input_shape=(5, 2)),
                layer,
            ]
        )
        with pytest.raises(NotImplementedError, match="several timesteps"):
            model.stream()


def test_functions_use_up_no_names_and_keep_nothing():
    for _ in range(3):
        activations.softmax(np.zeros((2, 3)), axis=0)
        activations.relu(X)
    assert ReLU().name == "re_lu"
    assert Activation("relu").name == "activation"
