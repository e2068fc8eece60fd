"""What models and arguments take: dtypes, batches, lists, arrays and numbers."""

import json

import elman
import numpy as np
import pytest
from elman import initializers
from elman.layers import (
    GRU,
    LSTM,
    Conv1D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Input,
    InputLayer,
    Masking,
    Permute,
    PReLU,
    RepeatVector,
    Rescaling,
    Reshape,
    SimpleRNN,
)

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
OTHERS = ["bool", "float16", "float32", "float64"]


# -- dtypes of inputs -----------------------------------------------------


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_before_an_embedding(dtype, rng):
    tokens = rng.integers(0, 5, (2, 3))
    embedding = Embedding(5, 4)
    expected = elman.Sequential([embedding])(tokens)
    for given in (dtype, np.dtype(dtype), np.dtype(dtype).type):
        model = elman.Sequential([Input((3,), dtype=given), Embedding(5, 4)])
        model.set_weights(embedding.get_weights())
        np.testing.assert_array_equal(model(tokens.astype(dtype)), expected)
        np.testing.assert_array_equal(
            model.predict(tokens.astype(dtype), verbose=0), expected
        )
        for again in (
            elman.Sequential.from_config(model.get_config()),
            elman.models.model_from_json(model.to_json()),
        ):
            first = again.get_config()["layers"][0]
            assert first["class_name"] == "InputLayer"
            assert first["config"]["dtype"] == dtype
    own = Embedding(5, 4, dtype=dtype)
    assert own.dtype == dtype
    own.build((None, 3))
    own.set_weights(embedding.get_weights())
    np.testing.assert_array_equal(own(tokens.astype(dtype)), expected)


@pytest.mark.parametrize("dtype", INTEGERS + OTHERS)
def test_an_input_of_any_dtype_becomes_float32(dtype):
    x = np.array([[0, 1, 1]]).astype(dtype)
    model = elman.Sequential([Input((3,), dtype=dtype), Rescaling(2.0)])
    result = model(x)
    assert result.dtype == np.float32
    assert result.tolist() == [[0, 2, 2]]
    for key in ("batch_shape", "batch_input_shape"):
        config = {key: [None, 3], "dtype": dtype, "sparse": False, "ragged": False}
        assert InputLayer.from_config(config).dtype == dtype


@pytest.mark.parametrize("dtype", ["string", "complex64", "int33", "int"])
def test_dtypes_that_no_input_has(dtype):
    with pytest.raises(NotImplementedError, match="float32"):
        Input((3,), dtype=dtype)


def test_other_layers_compute_in_float32():
    for dtype in ("int32", "float64", "float16"):
        with pytest.raises(NotImplementedError, match="float32"):
            Dense(2, dtype=dtype)
    with pytest.raises(NotImplementedError, match="float32"):
        Embedding(3, 2, dtype="float64")
    assert Dense(2, dtype=np.float32).dtype == "float32"


# -- a list of one array --------------------------------------------------


@pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: (x,)])
def test_a_list_of_one_array_is_that_array(wrap, rng):
    x = rng.standard_normal((5, 3, 2)).astype(np.float32)
    model = elman.Sequential([LSTM(2)])
    # Unbuilt, then built.
    first = model(wrap(x))
    assert first.shape == (5, 2)
    np.testing.assert_array_equal(model(wrap(x)), model(x))
    np.testing.assert_array_equal(model.predict(wrap(x), verbose=0), model(x))
    np.testing.assert_array_equal(model.predict_on_batch(wrap(x)), model(x))
    assert model(wrap(x.astype(np.float64))).shape == (5, 2)


def test_a_list_of_one_row_is_a_batch_of_one(rng):
    row = rng.standard_normal((3, 2)).astype(np.float32)
    model = elman.Sequential([LSTM(2, input_shape=(3, 2))])
    np.testing.assert_array_equal(model([row]), model(row[None]))
    np.testing.assert_array_equal(model([row.tolist()]), model(row[None]))
    tokens = elman.Sequential([Embedding(5, 2, input_length=3)])
    ids = np.array([1, 2, 3])
    np.testing.assert_array_equal(tokens([ids]), tokens(ids[None]))
    np.testing.assert_array_equal(tokens([ids[None]]), tokens(ids[None]))


def test_a_list_of_two_arrays_does_not_fit(rng):
    x = rng.standard_normal((5, 3, 2)).astype(np.float32)
    with pytest.raises(ValueError, match="ndim=3"):
        elman.Sequential([LSTM(2)])([x, x])


# -- a fixed batch --------------------------------------------------------


@pytest.mark.parametrize(
    "layers",
    [
        lambda: [SimpleRNN(3, batch_input_shape=(32, 4, 2))],
        lambda: [LSTM(3, batch_size=32, input_shape=(4, 2)), Dense(1)],
        lambda: [Input((4, 2), batch_size=32), Conv1D(2, 2), Flatten(), Dense(1)],
        lambda: [Input(batch_shape=(32, 4, 2)), PReLU(), GRU(2)],
    ],
)
@pytest.mark.parametrize("rows", [1, 7, 32, 40])
def test_a_fixed_batch_that_is_not_stateful_takes_any(layers, rows, rng):
    model = elman.Sequential(layers())
    x = rng.standard_normal((rows, 4, 2)).astype(np.float32)
    result = model(x)
    assert result.shape[0] == rows
    assert model.input_shape == (32, 4, 2)
    assert model.output_shape[0] == 32
    assert model.compute_output_shape((rows, 4, 2)) == result.shape
    np.testing.assert_array_equal(model.predict(x, verbose=0), result)
    np.testing.assert_array_equal(model.predict(x, batch_size=3, verbose=0), result)


def test_what_else_is_fixed_stays_so():
    model = elman.Sequential([SimpleRNN(3, batch_input_shape=(32, 4, 2))])
    for shape in ((32, 5, 2), (7, 4, 3), (7, 4)):
        with pytest.raises(ValueError, match=r"expected|ndim"):
            model(np.zeros(shape))


def test_a_stateful_batch_is_fixed():
    for layers in (
        [SimpleRNN(3, stateful=True, batch_input_shape=(8, 4, 2))],
        [Input((4, 2), batch_size=8), Dense(2), GRU(3, stateful=True)],
    ):
        model = elman.Sequential(layers)
        assert model(np.zeros((8, 4, 2))).shape == (8, 3)
        for rows in (7, 9):
            with pytest.raises(ValueError, match=r"expected shape=\(8, 4, 2\)"):
                model(np.zeros((rows, 4, 2)))
        with pytest.raises(ValueError, match=r"expected shape=\(8, 4, 2\)"):
            model.predict(np.zeros((20, 4, 2)), batch_size=8, verbose=0)


# -- values of arrays as initializers -------------------------------------


BROADCAST = [
    (2.5, (2, 3), np.full((2, 3), 2.5)),
    ([1, 2, 3], (2, 3), [[1, 2, 3]] * 2),
    ([[1], [2]], (2, 3), [[1] * 3, [2] * 3]),
    ([[1, 2, 3], [4, 5, 6]], (2, 3), [[1, 2, 3], [4, 5, 6]]),
    # As tf_keras fills, which Keras 3 refuses.
    ([1, 2, 3, 4, 5, 6], (2, 3), [[1, 2, 3], [4, 5, 6]]),
    ([[5]], (4, 2), np.full((4, 2), 5)),
    ([7], (3,), [7, 7, 7]),
    ([[[1], [2]]], (3, 2, 2), [[[1, 1], [2, 2]]] * 3),
]


@pytest.mark.parametrize(("value", "shape", "expected"), BROADCAST)
def test_constants_of_arrays(value, shape, expected):
    keras_3 = {
        "class_name": "__numpy__",
        "config": {"value": value, "dtype": "float64"},
    }
    for given in (value, np.array(value), np.array(value, np.float32)):
        made = initializers.Constant(given)
        np.testing.assert_array_equal(made(shape), expected)
        again = initializers.get(
            json.loads(
                json.dumps(
                    {
                        "class_name": "Constant",
                        "config": {"value": np.asarray(given).tolist()},
                    }
                )
            )
        )
        np.testing.assert_array_equal(again(shape), expected)
    if isinstance(value, list):
        layer = PReLU(
            alpha_initializer={"class_name": "Constant", "config": {"value": keras_3}}
        )
        layer.build((None, *shape))
        np.testing.assert_array_equal(layer.get_weights()[0], expected)


@pytest.mark.parametrize(
    "bias",
    [
        [1, 2, 3],
        np.array([1, 2, 3]),
        np.array([1, 2, 3], np.float32),
        initializers.Constant([1, 2, 3]),
        initializers.Constant(np.array([1.0, 2.0, 3.0])),
        {"class_name": "Constant", "config": {"value": [1, 2, 3]}},
    ],
)
def test_arrays_take_the_place_of_an_initializer(bias):
    dense = Dense(3, kernel_initializer=np.ones((2, 3)), bias_initializer=bias)
    assert dense([[1, 1]]).tolist() == [[3, 4, 5]]
    assert dense.bias_initializer.value == [1, 2, 3]
    model = elman.Sequential([dense])
    for again in (
        elman.Sequential.from_config(model.get_config()),
        elman.models.model_from_json(model.to_json()),
        elman.Sequential([Dense.from_config(dense.get_config())]),
    ):
        assert again([[1, 1]]).tolist() == [[3, 4, 5]]
    assert initializers.get([1, 2, 3])((3,)).tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ([1, 2], ValueError, r"shape \(2,\).*shape=\(3,\)"),
        ([], TypeError, "array of numbers"),
        ([[1, 2, 3], [4, 5, 6]], ValueError, r"shape \(2, 3\)"),
        ([[1], [2, 3]], TypeError, "array of numbers"),
        (["a"], TypeError, "array of numbers"),
        ("1", TypeError, "array of numbers"),
        (None, None, None),
    ],
)
def test_constants_that_do_not_fit(value, error, message):
    constant = {"class_name": "Constant", "config": {"value": value}}
    if error is None:
        assert Dense(3, bias_initializer=constant)([[1]]).shape == (1, 3)
        return
    with pytest.raises(error, match=message):
        Dense(3, bias_initializer=constant)([[1]])


# -- Masking by a vector --------------------------------------------------


@pytest.mark.parametrize("value", [[1, 2], (1, 2), np.array([1, 2], np.float32)])
def test_masking_by_a_vector(value):
    x = np.array([[[1, 2], [1, 1], [2, 2], [2, 1], [1, 2]]], np.float32)
    masking = Masking(value)
    assert masking(x).tolist() == [[[0, 0], [1, 1], [2, 2], [2, 1], [0, 0]]]
    rnn = SimpleRNN(3)
    model = elman.Sequential([masking, rnn])
    result = model(x)
    np.testing.assert_array_equal(result, rnn(x[:, 1:4]))
    again = elman.models.model_from_json(model.to_json())
    assert again.layers[0].mask_value == (1, 2)
    again.build(x.shape)
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again(x), result)


def test_masking_by_a_list_of_one_is_by_a_number():
    x = [[[3, 3], [3, 1]]]
    assert Masking([3])(x).tolist() == Masking(3)(x).tolist() == [[[0, 0], [3, 1]]]


def test_masking_by_what_does_not_fit():
    with pytest.raises(ValueError, match="2 numbers"):
        Masking([1, 2])(np.zeros((1, 4, 3)))
    for value, error in (([[1, 2]], ValueError), ([], ValueError), ("1", TypeError)):
        with pytest.raises(error, match="mask_value"):
            Masking(value)


# -- numbers --------------------------------------------------------------


@pytest.mark.parametrize("integer", [np.int64, np.int8, np.uint16, np.array, float])
def test_integers_of_any_kind(integer):
    assert Dense(integer(3)).units == 3
    assert LSTM(integer(3)).units == 3
    assert RepeatVector(integer(2))([[1]]).shape == (1, 2, 1)
    convolution = Conv1D(integer(2), integer(2), strides=integer(1))
    assert convolution(np.zeros((1, 4, 3))).shape == (1, 3, 2)
    assert Embedding(integer(5), integer(2)).output_dim == 2
    assert Dense(2, input_shape=(integer(3),)).batch_input_shape == (None, 3)


@pytest.mark.parametrize("number", [np.float32, np.float64, np.array, np.float16])
def test_floats_of_any_kind(number):
    assert Dropout(number(0.5)).rate == 0.5
    assert Masking(number(-1)).mask_value == -1
    assert initializers.Constant(number(2))((2,)).tolist() == [2, 2]
    assert Rescaling(number(2))([[1]]).tolist() == [[2]]
    assert Dense(1, bias_initializer=initializers.RandomNormal(number(1), number(0)))(
        [[0]]
    ).tolist() == [[1]]


@pytest.mark.parametrize("kind", [bool, np.bool_, int, np.int64, np.array, float])
def test_flags_of_any_kind(kind):
    for value in (True, False):
        layer = SimpleRNN(2, return_sequences=kind(value), use_bias=kind(value))
        assert layer.return_sequences is layer.use_bias is value


def test_flags_that_are_none():
    for flag in (2, "yes", [True], 0.5):
        with pytest.raises(TypeError, match="return_sequences"):
            SimpleRNN(2, return_sequences=flag)


def test_shapes_may_be_arrays():
    assert Reshape(np.array([3, 2]))(np.zeros((1, 6))).shape == (1, 3, 2)
    assert Permute(np.array([2, 1]))(np.zeros((1, 3, 2))).shape == (1, 2, 3)
    assert Dense(1, input_shape=np.array([4])).batch_input_shape == (None, 4)


def test_numbers_that_are_none():
    for units in (3.5, "3", np.array([3, 4]), np.nan, None, True):
        with pytest.raises(TypeError, match="units"):
            Dense(units)
