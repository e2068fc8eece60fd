"""Layers over pictures, and over pictures in time."""

import elman
import numpy as np
import pytest
from elman.layers import (
    LSTM,
    AveragePooling3D,
    Conv2D,
    ConvLSTM2D,
    Cropping2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    SpatialDropout2D,
    TimeDistributed,
    UpSampling2D,
    ZeroPadding2D,
)

LAYERS = {
    "strips": lambda: Conv2D(7, 3, padding="same", activation="relu"),
    "dilated": lambda: Conv2D(5, (2, 3), dilation_rate=(1, 4), padding="same"),
    "groups": lambda: Conv2D(6, 3, groups=3, strides=2, activation="softmax"),
    "pointwise": lambda: Conv2D(9, 1),
    "channels first": lambda: Conv2D(5, (3, 2), data_format="channels_first"),
    "recurrent": lambda: TimeDistributed(Conv2D(4, 3)),
    "ConvLSTM2D": lambda: ConvLSTM2D(4, 3, padding="same", return_sequences=True),
    "pooling": lambda: MaxPooling2D(3, strides=2, padding="same"),
}


def built(make, shape, rng):
    layer = make()
    layer.build(shape)
    layer.set_weights([rng.uniform(-1, 1, w.shape) for w in layer.get_weights()])
    return layer


# Those of an input with timesteps.
IN_TIME = [LAYERS["recurrent"], LAYERS["ConvLSTM2D"]]


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_the_bits_follow_neither_batch_nor_threads(make, rng):
    x = rng.normal(size=(5, 4, 31, 33, 6)).astype(np.float32)
    if make not in IN_TIME:
        x = x[:, 0].copy()
    layer = built(make, x.shape, rng)
    whole = layer(x)
    for row in range(len(x)):
        np.testing.assert_array_equal(layer(x[row : row + 1])[0], whole[row])
    for count in (1, 2, 3, 8):
        elman.set_num_threads(count)
        np.testing.assert_array_equal(layer(x), whole)


def test_channels_first_is_channels_last_with_its_axes_moved(rng):
    x = rng.normal(size=(2, 9, 8, 4)).astype(np.float32)
    for make in [
        lambda **kw: Conv2D(6, 3, strides=2, groups=2, activation="relu", **kw),
        lambda **kw: Conv2D(6, (2, 3), dilation_rate=2, padding="same", **kw),
        lambda **kw: MaxPooling2D((2, 3), padding="same", **kw),
        lambda **kw: UpSampling2D((2, 3), interpolation="bilinear", **kw),
    ]:
        last = built(make, x.shape, rng)
        first = make(data_format="channels_first")
        moved = np.moveaxis(x, -1, 1)
        first.build(moved.shape)
        first.set_weights(last.get_weights())
        np.testing.assert_array_equal(np.moveaxis(first(moved), 1, -1), last(x))


def test_pictures_stream_through_time(rng):
    model = elman.Sequential(
        [
            TimeDistributed(Conv2D(4, 3, activation="relu")),
            TimeDistributed(MaxPooling2D()),
            ConvLSTM2D(3, 2, return_sequences=True),
            TimeDistributed(GlobalAveragePooling2D()),
            LSTM(5),
            Dense(2),
        ]
    )
    model.build((None, None, 9, 8, 2))
    model.set_weights([rng.uniform(-1, 1, w.shape) for w in model.get_weights()])
    x = rng.normal(size=(2, 6, 9, 8, 2)).astype(np.float32)
    stream = model.stream(2)
    for t in range(x.shape[1]):
        np.testing.assert_array_equal(stream.step(x[:, t]), model(x[:, : t + 1]))


def test_pooling_keeps_nan():
    x = np.ones((1, 4, 4, 1), np.float32)
    x[0, 1, 1] = np.nan
    for pool in [MaxPooling2D(), elman.layers.AveragePooling2D()]:
        assert np.isnan(pool(x)).tolist() == [[[[True], [False]], [[False], [False]]]]


def test_a_mask_passes_in_time_through_layers_of_pictures(rng):
    x = rng.normal(size=(2, 5, 6, 6, 2)).astype(np.float32)
    mask = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 1, 1]], bool)
    layers = [TimeDistributed(Conv2D(3, 3)), TimeDistributed(Flatten()), LSTM(4)]
    model = elman.Sequential(layers)
    y = model(x, mask=mask)
    np.testing.assert_array_equal(y[:1], model(x[:1, :3]))
    np.testing.assert_array_equal(y[1:], model(x[1:, 1:]))


PICTURE = np.zeros((2, 5, 6, 4), np.float32)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: Conv2D(3, 2)(PICTURE[0]), ValueError, "expected ndim=4, found ndim=3"),
        (lambda: ConvLSTM2D(3, 2)(PICTURE), ValueError, "expected ndim=5"),
        (lambda: AveragePooling3D()(PICTURE), ValueError, "expected ndim=5"),
        (lambda: SpatialDropout2D(0.5)([[1.0]]), ValueError, "expected ndim=4"),
        (lambda: ZeroPadding2D()([[1.0]]), ValueError, "expected ndim=4"),
        (lambda: GlobalAveragePooling2D()([[1.0]]), ValueError, "expected ndim=4"),
        (lambda: Conv2D(3, (6, 2))(PICTURE), ValueError, "zero or negative"),
        (
            lambda: Conv2D(3, 3, dilation_rate=3)(PICTURE),
            ValueError,
            "zero or negative",
        ),
        (lambda: MaxPooling2D((2, 7))(PICTURE), ValueError, "zero or negative"),
        (
            lambda: AveragePooling3D(2)(PICTURE[None, :1]),
            ValueError,
            "zero or negative",
        ),
        (lambda: ConvLSTM2D(3, 7)(PICTURE[None]), ValueError, "zero or negative"),
        (
            lambda: Conv2D(3, 2, strides=(1, 2), dilation_rate=2),
            ValueError,
            r"`strides > 1` not supported .* strides=\(1, 2\) and dilation_rate=\(2, 2",
        ),
        (
            lambda: Conv2D(3, 2, groups=2),
            ValueError,
            "number of filters must be evenly",
        ),
        (lambda: Conv2D(3, 2, groups=3)(PICTURE), ValueError, "input channels must be"),
        (lambda: Conv2D(3, 0), ValueError, "`kernel_size` argument"),
        (lambda: Conv2D(3, (2, -1)), ValueError, "tuple of 2 positive integers"),
        (lambda: Conv2D(3, (1, 2, 3)), ValueError, "tuple of 2 positive integers"),
        (lambda: Conv2D(3, (2,)), ValueError, "tuple of 2 positive integers"),
        (lambda: Conv2D(3, 2, padding="causal"), ValueError, "`padding` argument"),
        (lambda: Conv2D(3, 2, data_format="first"), ValueError, "`data_format`"),
        (lambda: MaxPooling2D(-2), ValueError, "`pool_size` argument"),
        (lambda: MaxPooling2D(2, strides=(0, 1)), ValueError, "`strides` argument"),
        (lambda: ZeroPadding2D(-1), ValueError, "`padding` argument"),
        (lambda: ZeroPadding2D((1, 2, 3)), ValueError, "`padding` argument"),
        (lambda: ZeroPadding2D(((1, 2), (3, -4))), ValueError, "`padding` argument"),
        (lambda: Cropping2D(((1, 2), (3, 3)))(PICTURE), ValueError, "smaller than the"),
        (lambda: UpSampling2D(0), ValueError, "`size` argument"),
        (lambda: UpSampling2D(interpolation="cubic"), ValueError, "`interpolation`"),
        (
            lambda: UpSampling2D(interpolation="bicubic"),
            NotImplementedError,
            '"nearest" or "bilinear"',
        ),
        (
            lambda: ConvLSTM2D(2, 2, data_format="channels_first"),
            NotImplementedError,
            "channels_last",
        ),
        (
            lambda: ConvLSTM2D(2, 2).build((None, 3, None, 4, 2)),
            ValueError,
            "axis 2 must be known",
        ),
        (
            lambda: elman.Sequential([Conv2D(2, 2)]).build((2, 4, 5, None)),
            ValueError,
            "should be defined",
        ),
    ],
)
def test_bad_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_other_channels_than_it_was_built_for():
    for layer, other in [
        (Conv2D(3, 2), PICTURE[..., :3]),
        (Conv2D(3, 2, data_format="channels_first"), PICTURE[:, :3]),
    ]:
        layer(PICTURE)
        with pytest.raises(ValueError, match="incompatible"):
            layer(other)
