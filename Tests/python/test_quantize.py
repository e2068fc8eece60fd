"""Weights of fewer bits."""

import elman
import numpy as np
import pytest
from elman.layers import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    Dense,
    Embedding,
    LSTMCell,
    SimpleRNN,
    TimeDistributed,
)

MODES = ["float16", "bfloat16", "int8"]
LARGEST_ERROR = {"float16": 5e-4, "bfloat16": 4e-3, "int8": 2e-2}


def model(layer, features=9, timesteps=6):
    net = elman.Sequential([layer, Dense(3)])
    net.build((None, timesteps, features))
    rng = np.random.default_rng(3)
    net.set_weights(
        [rng.standard_normal(w.shape).astype("f") * 0.4 for w in net.get_weights()]
    )
    return net


LAYERS = [
    lambda: SimpleRNN(33, return_sequences=True),
    lambda: LSTM(17, return_sequences=True),
    lambda: GRU(20),
    lambda: GRU(20, reset_after=False),
    lambda: Bidirectional(LSTM(8)),
    lambda: RNN(LSTMCell(8)),
    lambda: TimeDistributed(Dense(70)),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("make", LAYERS)
def test_gives_what_the_rounded_weights_give(make, mode):
    quantized = model(make())
    before = quantized.get_weights()
    x = np.random.default_rng(4).standard_normal((3, 6, 9)).astype("f")
    error = quantized.quantize(mode)
    plain = model(make())
    plain.set_weights(quantized.get_weights())
    if mode == "int8":
        np.testing.assert_allclose(quantized(x), plain(x), rtol=2e-4, atol=2e-6)
    else:
        assert quantized(x).tobytes() == plain(x).tobytes()
    matrices = [
        (b.astype(float), q.astype(float))
        for b, q in zip(before, quantized.get_weights())
        if (b != q).any()
    ]
    assert len(matrices) >= 2
    expected = np.sqrt(
        sum(((b - q) ** 2).sum() for b, q in matrices)
        / sum((b**2).sum() for b, _ in matrices)
    )
    assert 0 < error <= LARGEST_ERROR[mode]
    np.testing.assert_allclose(error, expected, rtol=1e-9)


@pytest.mark.parametrize("mode", MODES)
def test_rounds_as_the_format_does(mode):
    layer = Dense(4)
    layer.build((None, 50))
    kernel = np.random.default_rng(0).standard_normal((50, 4)).astype("f")
    layer.set_weights([kernel, np.zeros(4)])
    layer.quantize(mode)
    rounded = layer.get_weights()[0]
    if mode == "float16":
        assert (rounded == kernel.astype(np.float16).astype("f")).all()
    elif mode == "bfloat16":
        bits = kernel.view(np.uint32)
        nearest = ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).view("f")
        assert (rounded == nearest).all()
    else:
        scale = np.abs(kernel).max(0) / 127
        assert (np.abs(rounded - kernel) <= scale * 0.5001).all()
        assert all(len(np.unique(column)) <= 255 for column in rounded.T)


@pytest.mark.parametrize("mode", MODES)
def test_config_and_weights_give_the_same_bits_again(mode):
    first = model(Bidirectional(GRU(11, return_sequences=True)))
    first.quantize(mode)
    second = elman.Sequential.from_config(first.get_config())
    second.build((None, 6, 9))
    second.set_weights(first.get_weights())
    x = np.random.default_rng(4).standard_normal((2, 6, 9)).astype("f")
    assert first(x).tobytes() == second(x).tobytes()
    assert second.layers[-1].get_config()["quantization"] == mode
    assert second.quantize(mode) == 0


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("layer", [SimpleRNN, LSTM, GRU])
def test_bits_do_not_depend_on_batch_stream_or_threads(layer, mode):
    net = elman.Sequential([layer(70, return_sequences=True, input_shape=(None, 5))])
    net.quantize(mode)
    x = np.random.default_rng(4).standard_normal((9, 7, 5)).astype("f")
    whole = net(x)
    for row in range(9):
        assert net(x[row : row + 1]).tobytes() == whole[row].tobytes()
    stream = net.stream()
    steps = np.stack([stream.step(step) for step in x[0]])
    assert steps.tobytes() == whole[0].tobytes()


def test_a_stream_takes_the_new_weights():
    net = model(LSTM(8, return_sequences=True))
    stream = net.stream()
    other = net.stream()
    x = np.ones(9, "f")
    before = stream.step(x)
    net.quantize("int8")
    assert (other.step(x) != before).any()


def test_zeros_and_large_numbers_stay():
    layer = Dense(2)
    layer.build((None, 3))
    layer.set_weights([[[0, 1e6], [0, -1e6], [0, 2e-8]], [0, 0]])
    layer.quantize("float16")
    expected = [[0, 65504], [0, -65504], [0, 0]]
    np.testing.assert_array_equal(layer.get_weights()[0], expected)
    layer.quantize("int8")
    np.testing.assert_allclose(layer.get_weights()[0], expected, rtol=1e-4)
    assert layer(np.ones((1, 3)))[0, 0] == 0


def test_layers_without_products_stay_as_they_are():
    net = elman.Sequential([Embedding(5, 4, input_length=3), LSTM(2)])
    table = net.get_weights()[0]
    net.quantize("int8")
    np.testing.assert_array_equal(net.get_weights()[0], table)
    assert "quantization" not in net.layers[0].get_config()


def test_another_mode_is_refused():
    with pytest.raises(ValueError, match=r"Invalid quantization mode.*mode=int4"):
        model(LSTM(2)).quantize("int4")
    with pytest.raises(ValueError, match="not yet been built"):
        elman.Sequential([LSTM(2)]).quantize("int8")
    for mode in (8, None):
        with pytest.raises(TypeError, match=f"'int8' or 'float32'.*mode={mode}"):
            model(LSTM(2)).quantize(mode)


def test_weights_that_are_not_finite_are_refused():
    layer = Dense(2)
    layer.build((None, 2))
    layer.set_weights([[[1, np.inf], [1, 1]], [0, 0]])
    with pytest.raises(ValueError, match="must be finite to be stored as int8"):
        layer.quantize("int8")
    assert "quantization" not in layer.get_config()
