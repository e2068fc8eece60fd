"""Masks: of any rank, in TimeDistributed, as numbers, and through layers.

The expected numbers are those of tf_keras 2.21: ``Sequential([Input(x.shape[1:]),
*layers])`` with the weights of ``weighed``, ``predict(x)`` rounded to 5 digits.
"""

import copy

import elman
import numpy as np
import pytest
from elman.layers import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    Conv1D,
    Conv1DTranspose,
    Cropping1D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling1D,
    GRUCell,
    Lambda,
    LSTMCell,
    Masking,
    Permute,
    Rescaling,
    Reshape,
    SimpleRNN,
    Softmax,
    TimeDistributed,
    UpSampling1D,
    ZeroPadding1D,
)

# Two samples of three sentences of three words; 0 stands where none is.
WORDS = np.array([[[1, 2, 0], [3, 0, 0], [0, 0, 0]], [[0, 0, 0], [2, 0, 1], [4, 0, 1]]])
VECTORS = np.linspace(-1, 1, 36).reshape(2, 3, 3, 2)
VECTORS[WORDS == 0] = 0


def weighed(*layers, shape):
    """A model whose weights are the sine of their positions."""
    model = elman.Sequential(layers)
    model.build(shape)
    weights, start = [], 0
    for weight in model.get_weights():
        positions = np.arange(start, start + weight.size)
        weights.append(np.sin(positions).reshape(weight.shape))
        start += weight.size
    model.set_weights(weights)
    return model


def embedding():
    return Embedding(5, 2, mask_zero=True)


DEEP = {
    "words and sentences": (
        lambda: [embedding(), TimeDistributed(LSTM(2)), LSTM(2)],
        WORDS,
        [[-0.39389, -0.49906], [-0.40341, -0.50404]],
    ),
    "sequences of words": (
        lambda: [
            embedding(),
            TimeDistributed(LSTM(2, return_sequences=True)),
            TimeDistributed(GRU(2)),
            SimpleRNN(2),
        ],
        WORDS,
        [[-0.83083, 0.15011], [-0.85187, -0.1309]],
    ),
    "averages of words": (
        lambda: [embedding(), TimeDistributed(GlobalAveragePooling1D()), LSTM(2)],
        WORDS,
        [[0.06562, -0.04157], [0.06241, 0.02495]],
    ),
    "a Dense between": (
        lambda: [embedding(), Dense(2), TimeDistributed(LSTM(2)), LSTM(2)],
        WORDS,
        [[-0.30031, -0.50498], [-0.30527, -0.54532]],
    ),
    "an Embedding within": (
        lambda: [TimeDistributed(embedding()), TimeDistributed(LSTM(2)), LSTM(2)],
        WORDS,
        [[-0.39389, -0.49906], [-0.40341, -0.50404]],
    ),
    "a Masking within": (
        lambda: [TimeDistributed(Masking()), TimeDistributed(LSTM(2)), LSTM(2)],
        VECTORS,
        [[0.16775, 0.15061], [-0.04935, 0.05855]],
    ),
    "a Masking of rank 4": (
        lambda: [Masking(), TimeDistributed(LSTM(2)), LSTM(2)],
        VECTORS,
        [[0.16775, 0.15061], [-0.04935, 0.05855]],
    ),
    "both directions": (
        lambda: [
            embedding(),
            TimeDistributed(Bidirectional(LSTM(2))),
            Bidirectional(GRU(2)),
        ],
        WORDS,
        [
            [-0.48914, -0.39041, 0.89187, 0.36712],
            [-0.22242, -0.43419, 0.90627, 0.31095],
        ],
    ),
    "documents": (
        lambda: [
            embedding(),
            TimeDistributed(TimeDistributed(LSTM(2))),
            TimeDistributed(LSTM(2)),
            LSTM(2),
        ],
        WORDS[None],
        [[-0.07708, 0.13871]],
    ),
}


@pytest.mark.parametrize(("layers", "x", "expected"), DEEP.values(), ids=DEEP)
def test_inner_and_outer_masks_both_act(layers, x, expected):
    model = weighed(*layers(), shape=(None, *x.shape[1:]))
    np.testing.assert_allclose(model(x), expected, atol=1e-5)
    # The same bits for each sample alone, and from a copy.
    for i, row in enumerate(model(x)):
        np.testing.assert_array_equal(model(x[i : i + 1])[0], row)
    np.testing.assert_array_equal(copy.deepcopy(model)(x), model(x))


def test_a_layer_within_that_knows_no_masks_leaves_whether_anything_counts(rng):
    x = rng.normal(size=WORDS.shape)
    within = TimeDistributed(Flatten())
    model = elman.Sequential([embedding(), within, LSTM(2)])
    plain = elman.Sequential([model.layers[0], Lambda(lambda x: x), within])
    plain(WORDS)
    sentences = (WORDS != 0).any(axis=2)
    expected = model.layers[2](plain(WORDS), mask=sentences)
    np.testing.assert_array_equal(model(WORDS), expected)
    assert x.shape == (2, 3, 3)


def test_a_given_mask_of_three_dimensions(rng):
    x = rng.normal(size=(2, 3, 4, 2)).astype(np.float32)
    mask = rng.random((2, 3, 4)) < 0.5
    mask[0, 1] = False
    layer = LSTM(3)
    output = TimeDistributed(layer)(x, mask=mask)
    for sample in range(2):
        for step in range(3):
            alone = layer(x[sample, step : step + 1], mask=mask[sample, step][None])
            np.testing.assert_array_equal(output[sample, step], alone[0])
    # A mask of timesteps says nothing of what is in them.
    np.testing.assert_array_equal(
        TimeDistributed(layer)(x, mask=mask[:, :, 0]), TimeDistributed(layer)(x)
    )


@pytest.mark.parametrize("shape", [(3, 2), (3, 4, 2), (3, 2, 4, 2), (2, 1, 3, 2, 2)])
@pytest.mark.parametrize("value", [0.0, 1.5])
def test_masking_takes_any_rank(shape, value, rng):
    x = rng.normal(size=shape)
    hidden = rng.random(shape[:-1]) < 0.5
    x[hidden] = value
    x[..., 0][~hidden] = value
    expected = np.where(hidden[..., None], 0, x).astype(np.float32)
    np.testing.assert_array_equal(Masking(mask_value=value)(x), expected)


X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(2, 4, 3)
MASK = np.array([[True, True, False, False], [False, True, True, False]])
TAKING = {
    "SimpleRNN": lambda: SimpleRNN(3),
    "LSTM": lambda: LSTM(3, return_sequences=True),
    "RNN": lambda: RNN([GRUCell(2), LSTMCell(3)]),
    "Bidirectional": lambda: Bidirectional(GRU(3)),
    "average": lambda: GlobalAveragePooling1D(),
    "TimeDistributed": lambda: TimeDistributed(Dense(2)),
}
taking = pytest.mark.parametrize("make", TAKING.values(), ids=TAKING)


@taking
@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "int64", "uint8"])
def test_masks_of_numbers(make, dtype):
    layer = make()
    expected = layer(X, mask=MASK)
    np.testing.assert_array_equal(layer(X, mask=MASK.astype(dtype) * 3), expected)
    model = elman.Sequential([layer])
    np.testing.assert_array_equal(model(X, mask=MASK.astype(dtype)), expected)
    np.testing.assert_array_equal(model(X, mask=MASK.tolist()), expected)


@taking
def test_masks_whose_last_axis_is_1(make):
    layer = make()
    expected = layer(X, mask=MASK)
    for mask in (MASK[..., None], MASK.astype("f")[..., None]):
        np.testing.assert_array_equal(layer(X, mask=mask), expected)
    narrow = make()
    x = X[..., :1]
    expected = narrow(x, mask=MASK)
    np.testing.assert_array_equal(narrow(x, mask=MASK[..., None]), expected)


def test_a_mask_of_sentences_whose_last_axis_is_1(rng):
    layer = TimeDistributed(LSTM(2))
    x, mask = rng.normal(size=(2, 3, 4, 5)), rng.random((2, 3, 4)) < 0.5
    np.testing.assert_array_equal(layer(x, mask=mask[..., None]), layer(x, mask=mask))


@pytest.mark.parametrize(
    "mask",
    [
        np.ones((2, 3)),
        np.ones((2, 4, 2)),
        np.ones((2, 4, 1, 1)),
        np.ones(2),
        np.ones((2, 4), complex),
        np.full((2, 4), "a"),
        1,
        np.ones((2, 4, 3)),
    ],
)
def test_masks_that_do_not_fit(mask):
    with pytest.raises(ValueError, match=r"mask of.*\(2, 4"):
        LSTM(3)(X, mask=mask)


def test_a_mask_of_the_inputs_own_shape():
    x = X[:, 0]
    mask = np.array([[1, 1, 0], [0, 0, 0]])
    output = Softmax()(x, mask=mask)
    np.testing.assert_allclose(output.sum(axis=1), 1, rtol=1e-6)
    assert output[0, 2] == 0
    with pytest.raises(NotImplementedError, match=r"Softmax.*\(2, 4, 3\)"):
        Softmax()(X, mask=MASK)
    # Dense gives it another shape.
    for units in (2, 4):
        model = elman.Sequential([Dense(units), Softmax()])
        with pytest.raises(NotImplementedError, match="Softmax"):
            model(x, mask=mask)


# -- zeros for masked steps ---------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda **given: RNN(GRUCell(3), **given),
        lambda **given: RNN([LSTMCell(2), GRUCell(3)], **given),
        lambda **given: LSTM(3, **given),
        lambda **given: GRU(3, activation="softmax", **given),
    ],
)
def test_zeros_where_the_last_step_is_masked(make):
    given = {"zero_output_for_mask": True, "return_state": True}
    for backwards, zeros in ((False, [True, True]), (True, [False, True])):
        layer = make(go_backwards=backwards, **given)
        mask = MASK if not backwards else [[True] * 4, [False, True, True, True]]
        output, *states = layer(X, mask=mask)
        assert [not row.any() for row in output] == zeros
        # The states stay what they were.
        assert all(state.all(axis=1).all() for state in states[-1:])
    layer = make(return_sequences=True, **given)
    output = layer(X, mask=MASK)[0]
    assert not output[~MASK].any() and output[MASK].any(axis=1).all()


def test_zeros_at_the_end_are_none_in_both_directions():
    # Both Kerases: Bidirectional decides by return_sequences alone.
    plain, zeroing = (
        Bidirectional(RNN(GRUCell(3), zero_output_for_mask=zero))
        for zero in (False, True)
    )
    for layer in (plain, zeroing):
        layer.build(X.shape)
    zeroing.set_weights(plain.get_weights())
    np.testing.assert_array_equal(zeroing(X, mask=MASK), plain(X, mask=MASK))
    assert plain(X, mask=MASK).all()


def test_zeros_in_a_stream():
    rnn = RNN(GRUCell(3), zero_output_for_mask=True)
    model = elman.Sequential([Masking(), rnn, Dense(2)])
    x = X.copy()
    x[:, 2] = x[0, 0] = 0
    model(x)
    stream = model.stream(2)
    for t in range(4):
        np.testing.assert_array_equal(stream.step(x[:, t]), model(x[:, : t + 1]))


# -- supports_masking ---------------------------------------------------------

DROPPING = {
    "Conv1D": lambda: Conv1D(3, 2, padding="causal"),
    "Conv1DTranspose": lambda: Conv1DTranspose(3, 1),
    "Reshape": lambda: Reshape((4, 3)),
    "Permute": lambda: Permute((1, 2)),
    "UpSampling1D": lambda: UpSampling1D(1),
    "ZeroPadding1D": lambda: ZeroPadding1D(0),
    "Cropping1D": lambda: Cropping1D((0, 0)),
    "RMSNormalization": elman.layers.RMSNormalization,
}


def masked_model(layer):
    x = X.copy()
    x[0, 2:] = x[1, 0] = 0
    model = elman.Sequential([Masking(), layer, LSTM(2)])
    before = layer(x)
    passed = model.layers[2](before, mask=x.any(axis=2))
    return model, x, passed, model.layers[2](before)


@pytest.mark.parametrize("make", DROPPING.values(), ids=DROPPING)
def test_a_layer_that_is_told_to_support_masking_passes_a_mask(make):
    layer = make()
    assert layer.supports_masking is False
    model, x, passed, dropped = masked_model(layer)
    assert np.abs(passed - dropped).max() > 1e-4
    np.testing.assert_array_equal(model(x), dropped)
    # The model's plan is made by now.
    layer.supports_masking = True
    assert layer.supports_masking is True
    np.testing.assert_array_equal(model(x), passed)
    for other in (
        copy.deepcopy(model),
        elman.Sequential.from_config(model.get_config()),
    ):
        assert other.layers[1].supports_masking is True
    layer.supports_masking = False
    np.testing.assert_array_equal(model(x), dropped)


@pytest.mark.parametrize("make", [lambda: Dense(3), lambda: Dropout(0.5)])
def test_a_layer_that_is_told_not_to_support_masking_drops_it(make):
    layer = make()
    assert layer.supports_masking is True
    model, x, passed, dropped = masked_model(layer)
    np.testing.assert_array_equal(model(x), passed)
    layer.supports_masking = False
    np.testing.assert_array_equal(model(x), dropped)


def test_a_layer_that_makes_masks_is_told_not_to():
    layer = Embedding(5, 3, mask_zero=True)
    lstm = LSTM(2)
    model = elman.Sequential([layer, lstm])
    x = np.array([[1, 2, 0, 0]])
    masked = model(x)
    layer.supports_masking = False
    np.testing.assert_array_equal(model(x), lstm(layer(x)))
    layer.supports_masking = True
    np.testing.assert_array_equal(model(x), masked)


def test_what_supports_masking_cannot_change():
    # A Lambda passes none on in either Keras; without sequences there is no mask.
    for layer in (Lambda(lambda x: x * 1), Rescaling(2.0)):
        assert layer.supports_masking is isinstance(layer, Lambda)
    layer = Lambda(lambda x: x * 1)
    model, x, _, dropped = masked_model(layer)
    layer.supports_masking = True
    np.testing.assert_array_equal(model(x), dropped)


def test_a_mask_that_fits_no_more():
    layer = Conv1D(3, 2)
    layer.supports_masking = True
    model = elman.Sequential([Masking(), layer, LSTM(2)])
    with pytest.raises(ValueError, match=r"mask of shape=\(2, 3\), found.*\(2, 4\)"):
        model(X)
    # What is not looked at, or reduced, has to fit too.
    layer = Reshape((2, 9, 1))
    layer.supports_masking = True
    for within in (Flatten(), Dense(2), SimpleRNN(2)):
        model = elman.Sequential([Masking(), layer, TimeDistributed(within)])
        with pytest.raises(ValueError, match=r"mask of shape=\(2, 2\), found.*\(2, 3,"):
            model(VECTORS)


def test_supports_masking_within_time_distributed_and_streams(rng):
    within = Dense(2)
    model = elman.Sequential(
        [embedding(), TimeDistributed(within), TimeDistributed(LSTM(2)), LSTM(2)]
    )
    both = model(WORDS)
    within.supports_masking = False
    assert np.abs(model(WORDS) - both).max() > 1e-5
    within.supports_masking = True
    np.testing.assert_array_equal(model(WORDS), both)
    stream = model.stream(2)
    for t in range(3):
        np.testing.assert_array_equal(
            stream.step(WORDS[:, t]), model(WORDS[:, : t + 1])
        )


def test_a_stream_reduces_masks():
    model = elman.Sequential([embedding(), TimeDistributed(LSTM(2)), GRU(2)])
    model(WORDS)
    stream = model.stream(2)
    for t in range(3):
        np.testing.assert_array_equal(
            stream.step(WORDS[:, t]), model(WORDS[:, : t + 1])
        )
