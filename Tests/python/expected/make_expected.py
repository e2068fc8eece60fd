"""Makes the expected outputs of layers, from Keras.

Run where `pip install tensorflow-cpu tf_keras keras torch numpy` was done (made
with tensorflow 2.21, tf_keras 2.21, Keras 3.15, torch 2.15):

    python make_expected.py family pictures
    KERAS_BACKEND=torch python make_expected.py pictures_keras_3

TensorFlow runs no channels_first on a CPU, and one process cannot hold both.

A case is a list of layers as Keras serializes them, an input shape and a seed.
Inputs and weights are not stored: `values` below makes them again. Of large
outputs every n-th value is stored. Beside tf_keras's float32 outputs stand
those of the same model in float64, the truth that both are measured by.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
from pathlib import Path

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

HERE = Path(__file__).resolve().parent
STORED = 400


def values(shape, seed, scale=1.0):
    """The same numbers wherever they are made: uniform on +-scale, float32."""
    generator = np.random.Generator(np.random.Philox(seed))
    return ((2 * generator.random(shape) - 1) * scale).astype(np.float32)


def weights_for(shapes, seed):
    """Weights whose products stay around 1."""
    return [
        values(shape, 1000 * seed + index, 1.5 / max(1, shape[0]) ** 0.5)
        for index, shape in enumerate(shapes)
    ]


def sample(array):
    """At most STORED values of an array, evenly spread."""
    flat = np.asarray(array).reshape(-1)
    return flat[:: max(1, -(-flat.size // STORED))]


def inputs_for(case, number):
    """The input of a call: values, or indices below case["indices"]."""
    seed = case["seed"] + 17 * number
    x = values(case["input_shape"], seed)
    if "indices" in case:
        return ((x + 1) * 0.4999 * case["indices"]).astype(np.int32)
    if "padded" in case:
        # Whole timesteps of the value that Masking looks for.
        x[~mask_for(case)] = case["padded"]
    return x


def mask_for(case):
    """Rows that are padded at the right, at the left, in between, and all through."""
    batch, timesteps = case["input_shape"][:2]
    mask = np.ones((batch, timesteps), bool)
    for row in range(batch):
        if row % 5 == 1:
            mask[row, timesteps // 2 :] = False
        elif row % 5 == 2:
            mask[row, : timesteps // 3 + 1] = False
        elif row % 5 == 3:
            mask[row, 1::2] = False
        elif row % 5 == 4:
            mask[row] = False
    return mask


def states_for(case):
    """Initial states of the sizes in case["states"]."""
    batch = case["input_shape"][0]
    return [
        values((batch, size), 100 * case["seed"] + index)
        for index, size in enumerate(case["states"])
    ]


def layer(class_name, **config):
    return {"class_name": class_name, "config": config}


def rnn(units, **config):
    return layer("SimpleRNN", units=units, **config)


def bidirectional(inner, **config):
    return layer("Bidirectional", layer=inner, **config)


SHAPES = [
    ((1, 1, 1), 1),
    ((2, 3, 4), 5),
    ((1, 10, 4), 8),
    ((5, 7, 3), 16),
    ((8, 2, 10), 3),
    ((3, 33, 17), 31),
    ((7, 12, 20), 64),
    ((4, 9, 65), 66),
    ((33, 50, 70), 129),
]
OPTIONS = [
    {},
    {"return_sequences": True},
    {"return_state": True},
    {"return_sequences": True, "return_state": True},
    {"go_backwards": True},
    {"go_backwards": True, "return_sequences": True},
    {"use_bias": False},
    {"unroll": True, "return_sequences": True},
]
RECURRENT_ACTIVATIONS = ["linear", "relu", "sigmoid", "softmax", "elu", "softsign"]
ACTIVATIONS = [
    "elu", "exponential", "gelu", "linear", "mish", "relu", "selu", "sigmoid",
    "softmax", "softplus", "softsign", "swish", "tanh",
]  # fmt: skip
MERGES = ["concat", "sum", "mul", "ave", None]


def all_cases():
    """(layers, input shape, calls)."""
    for (shape, units), options in itertools.product(SHAPES, OPTIONS):
        if options.get("unroll") and shape[1] > 12:
            continue
        yield [rnn(units, **options)], shape, 1
    for activation in RECURRENT_ACTIVATIONS:
        yield [rnn(9, activation=activation, return_sequences=True)], (3, 6, 5), 1
    for shape, units in SHAPES[1:8:2]:
        yield [rnn(units, stateful=True, return_sequences=True)], shape, 3
    for (shape, units), merge in itertools.product(SHAPES[:8], MERGES):
        inner = rnn(units, return_sequences=merge != "sum")
        yield [bidirectional(inner, merge_mode=merge)], shape, 1
    for merge in MERGES:
        inner = rnn(6, return_state=True, return_sequences=True)
        yield [bidirectional(inner, merge_mode=merge)], (2, 5, 3), 1
    yield (
        [bidirectional(rnn(4, go_backwards=True, return_sequences=True))],
        (2, 5, 3),
        1,
    )
    backward = rnn(7, go_backwards=True, return_sequences=True)
    yield (
        [bidirectional(rnn(4, return_sequences=True), backward_layer=backward)],
        (2, 5, 3),
        1,
    )
    yield [bidirectional(rnn(4, stateful=True, return_sequences=True))], (2, 5, 3), 2
    for activation in ACTIVATIONS:
        yield [layer("Activation", activation=activation)], (3, 7), 1
        yield [layer("Dense", units=5, activation=activation)], (2, 4, 3), 1
    for shape in [(1, 1), (3, 20), (2, 5, 33), (2, 3, 4, 70)]:
        for units in (1, 8, 67):
            yield [layer("Dense", units=units)], shape, 1
        yield [layer("Dense", units=4, use_bias=False)], shape, 1
        yield [layer("Flatten"), layer("Dense", units=2)], shape, 1
    yield [layer("Dropout", rate=0.5)], (3, 4, 5), 1
    deep = [rnn(8, return_sequences=True), rnn(8, return_sequences=True)]
    yield deep, (3, 20, 4), 1
    yield [bidirectional(rnn(8, return_sequences=True))] * 4, (2, 10, 4), 1
    yield (
        [
            bidirectional(rnn(12, return_sequences=True), merge_mode="ave"),
            layer("Dropout", rate=0.3),
            rnn(7),
            layer("Dense", units=3, activation="softmax"),
        ],
        (5, 9, 6),
        1,
    )


def case(layers, shape, calls=1, keras=2, **more):
    return {
        "layers": layers,
        "input_shape": shape,
        "calls": calls,
        "keras": keras,
        **more,
    }


SEQUENCES = {"return_sequences": True}


def recurrent_cases():
    """LSTM, GRU, cells, wrappers, masks and states."""
    kinds = [
        ("SimpleRNN", {}, 1),
        ("LSTM", {}, 2),
        ("GRU", {}, 1),
        ("GRU", {"reset_after": False}, 1),
    ]
    for kind, given, states in kinds:

        def make(units, kind=kind, given=given, **config):
            return layer(kind, units=units, **given, **config)

        if kind != "SimpleRNN":
            for shape, units in SHAPES:
                yield case([make(units, return_sequences=True)], shape)
            for options in OPTIONS:
                yield case([make(6, **options)], (3, 7, 5))
            for gate in ["hard_sigmoid", "softmax", "relu", "tanh"]:
                for version in (2, 3):
                    yield case(
                        [make(9, recurrent_activation=gate, return_sequences=True)],
                        (3, 6, 5),
                        keras=version,
                    )
            for activation in ["relu", "softmax", "softsign", "linear"]:
                yield case(
                    [make(9, activation=activation, return_sequences=True)], (3, 6, 5)
                )
        for backwards, sequences in itertools.product([False, True], repeat=2):
            options = {"go_backwards": backwards, "return_sequences": sequences}
            yield case([make(5, **options)], (5, 6, 3), mask=True)
            yield case([make(5, return_state=True, **options)], (5, 6, 3), mask=True)
            yield case(
                [make(5, return_state=True, **options)], (2, 4, 3), states=[5] * states
            )
        yield case(
            [make(4, stateful=True, return_sequences=True)], (5, 4, 3), 3, mask=True
        )
        yield case(
            [make(5, zero_output_for_mask=True, **SEQUENCES)], (5, 6, 3), mask=True
        )
        yield case([make(4, activation="softmax")], (5, 4, 3), mask=True)
        for merge, sequences in itertools.product(MERGES, [False, True]):
            inner = make(4, return_sequences=sequences)
            yield case([bidirectional(inner, merge_mode=merge)], (5, 6, 3), mask=True)
        inner = make(4, return_state=True, return_sequences=True)
        yield case([bidirectional(inner)], (2, 5, 3), states=[4] * (2 * states))
        yield case([bidirectional(inner)], (5, 5, 3), mask=True)
        yield case([bidirectional(make(3, stateful=True))], (2, 5, 3), 2)
        cell = layer(f"{kind}Cell", units=4, **given)
        other = layer("LSTMCell", units=3)
        for config in [{}, SEQUENCES, {"go_backwards": True, **SEQUENCES}]:
            yield case([layer("RNN", cell=cell, **config)], (5, 6, 3), mask=True)
            stack = layer("StackedRNNCells", cells=[cell, other])
            yield case([layer("RNN", cell=stack, **config)], (5, 6, 3), mask=True)
        stack = layer("StackedRNNCells", cells=[other, cell])
        yield case([layer("RNN", cell=stack, return_state=True)], (2, 4, 3))
        yield case([bidirectional(layer("RNN", cell=stack, **SEQUENCES))], (2, 4, 3))
        yield case(
            [layer("RNN", cell=cell, zero_output_for_mask=True, **SEQUENCES)],
            (5, 6, 3),
            mask=True,
        )
        yield case([layer("RNN", cell=cell, stateful=True)], (2, 3, 3), 2)
        embedding = layer("Embedding", input_dim=7, output_dim=3, mask_zero=True)
        yield case(
            [
                embedding,
                layer("Dropout", rate=0.2),
                make(5, return_sequences=True),
                layer("TimeDistributed", layer=layer("Dense", units=2)),
            ],
            (6, 8),
            indices=7,
        )
        yield case(
            [
                layer("Masking", mask_value=0.25),
                bidirectional(make(4)),
                layer("Dense", units=2),
            ],
            (5, 6, 3),
            padded=0.25,
        )


def other_cases():
    """The layers around them."""
    yield case([layer("Embedding", input_dim=9, output_dim=4)], (3, 5), indices=9)
    yield case([layer("Embedding", input_dim=2, output_dim=1)], (3,), indices=2)
    for rank in [(4, 3), (2, 5, 3), (2, 3, 4, 5)]:
        yield case([layer("LayerNormalization")], rank)
        yield case([layer("BatchNormalization")], rank)
        yield case([layer("UnitNormalization")], rank)
        yield case([layer("RMSNormalization")], rank, keras=3)
        yield case([layer("Rescaling", scale=0.5, offset=1.0)], rank)
        yield case(
            [layer("ReLU", max_value=0.8, negative_slope=0.1, threshold=0.2)], rank
        )
        yield case([layer("LeakyReLU", negative_slope=0.1)], rank, keras=3)
        yield case([layer("LeakyReLU", alpha=0.15)], rank)
        yield case([layer("ELU", alpha=0.7)], rank)
        yield case([layer("ThresholdedReLU", theta=0.3)], rank)
        yield case([layer("PReLU")], rank)
        yield case([layer("Softmax")], rank)
        for noise in [
            layer("GaussianNoise", stddev=0.1),
            layer("GaussianDropout", rate=0.1),
            layer("AlphaDropout", rate=0.1),
            layer("ActivityRegularization", l1=0.1, l2=0.2),
        ]:
            yield case([noise], rank)
    yield case([layer("SpatialDropout1D", rate=0.1)], (2, 5, 3))
    yield case([layer("LayerNormalization", epsilon=0.1, center=False)], (2, 5, 3))
    yield case([layer("LayerNormalization", scale=False)], (2, 5, 3))
    yield case([layer("LayerNormalization", axis=1)], (2, 5, 3))
    yield case([layer("LayerNormalization", axis=[1, 2])], (2, 5, 3))
    yield case([layer("BatchNormalization", center=False, epsilon=0.01)], (2, 5, 3))
    yield case([layer("BatchNormalization", scale=False)], (2, 5, 3))
    yield case([layer("BatchNormalization", axis=1)], (2, 5, 3))
    yield case([layer("UnitNormalization", axis=1)], (2, 5, 3))
    yield case([layer("UnitNormalization", axis=[1, 2])], (2, 5, 3))
    for groups in [1, 2, 6, -1]:
        yield case([layer("GroupNormalization", groups=groups)], (2, 5, 6))
    yield case([layer("GroupNormalization", groups=2, scale=False)], (3, 6))
    yield case(
        [layer("Normalization", mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0])], (4, 3)
    )
    yield case([layer("Normalization", mean=0.5, variance=4.0, axis=None)], (4, 3))
    yield case(
        [layer("Normalization", mean=0.5, variance=4.0, axis=None, invert=True)], (4, 3)
    )
    yield case([layer("Softmax", axis=1)], (2, 5, 3))
    yield case([layer("PReLU", shared_axes=[1])], (2, 5, 3))
    for padding, strides, dilation in [
        ("valid", 1, 1),
        ("same", 1, 1),
        ("causal", 1, 1),
        ("valid", 2, 1),
        ("same", 2, 1),
        ("same", 3, 1),
        ("causal", 2, 1),
        ("valid", 1, 2),
        ("same", 1, 2),
        ("causal", 1, 3),
    ]:
        given = {"padding": padding, "strides": strides, "dilation_rate": dilation}
        for kernel in (1, 2, 3, 4):
            if (kernel - 1) * dilation >= 9:
                continue
            yield case(
                [
                    layer(
                        "Conv1D",
                        filters=5,
                        kernel_size=kernel,
                        activation="relu",
                        **given,
                    )
                ],
                (2, 9, 4),
            )
        if padding != "causal" and (strides == 1 or dilation == 1):
            yield case(
                [layer("DepthwiseConv1D", kernel_size=3, depth_multiplier=2, **given)],
                (2, 9, 4),
            )
        if strides == 1 or dilation == 1:
            yield case(
                [
                    layer(
                        "SeparableConv1D",
                        filters=5,
                        kernel_size=3,
                        depth_multiplier=2,
                        **given,
                    )
                ],
                (2, 9, 4),
            )
    yield case(
        [layer("Conv1D", filters=6, kernel_size=3, groups=2, use_bias=False)], (2, 9, 4)
    )
    yield case(
        [layer("Conv1D", filters=70, kernel_size=5, padding="same")], (3, 40, 33)
    )
    for padding, strides, kernel in itertools.product(
        ["valid", "same"], [1, 2, 3], [1, 2, 3, 4]
    ):
        yield case(
            [
                layer(
                    "Conv1DTranspose",
                    filters=3,
                    kernel_size=kernel,
                    strides=strides,
                    padding=padding,
                )
            ],
            (2, 5, 4),
        )
    for name in ["MaxPooling1D", "AveragePooling1D"]:
        for padding, strides, size in itertools.product(
            ["valid", "same"], [None, 1, 3], [2, 3]
        ):
            yield case(
                [layer(name, pool_size=size, strides=strides, padding=padding)],
                (2, 7, 3),
            )
    for name in ["GlobalMaxPooling1D", "GlobalAveragePooling1D"]:
        for keep in [False, True]:
            yield case([layer(name, keepdims=keep)], (2, 7, 3))
    yield case(
        [layer("Masking", mask_value=0.5), layer("GlobalAveragePooling1D")],
        (4, 7, 3),
        padded=0.5,
    )
    yield case([layer("Reshape", target_shape=[3, 4])], (2, 12))
    yield case([layer("Reshape", target_shape=[2, -1])], (2, 4, 5))
    yield case([layer("Permute", dims=[2, 1])], (2, 4, 5))
    yield case([layer("Permute", dims=[3, 1, 2])], (2, 3, 4, 5))
    yield case([layer("RepeatVector", n=3)], (2, 5))
    yield case([layer("ZeroPadding1D", padding=[1, 2])], (2, 5, 3))
    yield case([layer("ZeroPadding1D", padding=2)], (2, 5, 3))
    yield case([layer("Cropping1D", cropping=[1, 2])], (2, 5, 3))
    yield case([layer("UpSampling1D", size=3)], (2, 5, 3))
    yield case(
        [layer("TimeDistributed", layer=layer("Dense", units=4, activation="tanh"))],
        (2, 5, 3),
    )
    yield case([layer("TimeDistributed", layer=layer("LSTM", units=4))], (2, 3, 5, 3))
    yield case(
        [layer("TimeDistributed", layer=layer("Conv1D", filters=2, kernel_size=2))],
        (2, 3, 5, 3),
    )
    yield case(
        [
            layer("Embedding", input_dim=20, output_dim=8),
            layer("LSTM", units=16, return_sequences=True),
            layer("LSTM", units=16),
            layer("Dense", units=1, activation="sigmoid"),
        ],
        (4, 12),
        indices=20,
    )
    yield case(
        [
            layer(
                "Conv1D", filters=8, kernel_size=3, padding="causal", activation="relu"
            ),
            layer("MaxPooling1D", pool_size=2),
            layer("BatchNormalization"),
            bidirectional(layer("GRU", units=6, return_sequences=True)),
            layer("LayerNormalization"),
            layer("GlobalMaxPooling1D"),
            layer("RepeatVector", n=4),
            layer("GRU", units=5, return_sequences=True, reset_after=False),
            layer("Flatten"),
            layer("Dense", units=3, activation="softmax"),
        ],
        (3, 20, 5),
    )


def conv_lstm_cases():
    for config in [
        {},
        {"return_sequences": True, "padding": "same"},
        {"strides": 2, "return_state": True, "recurrent_activation": "hard_sigmoid"},
        {"dilation_rate": 2, "go_backwards": True, "return_sequences": True},
        {"activation": "relu", "use_bias": False, "unit_forget_bias": False},
    ]:
        one = layer("ConvLSTM1D", filters=5, kernel_size=3, **config)
        yield case([one], (2, 4, 9, 3), keras=3)
        one["config"].setdefault("recurrent_activation", "tanh")
        yield case([one], (2, 4, 9, 3))
        yield case([one], (5, 4, 9, 3), mask=True)
    stateful = layer("ConvLSTM1D", filters=2, kernel_size=2, stateful=True)
    stateful["config"]["recurrent_activation"] = "sigmoid"
    yield case([stateful], (2, 3, 6, 2), 2)


PICTURES = [(1, 5, 7, 1), (2, 6, 5, 3), (3, 9, 11, 4)]
FIRST = {"data_format": "channels_first"}


def picture_cases():
    """Layers over pictures, and pictures in time."""
    yield from convolution_cases()
    yield from pooling_cases()
    yield from space_cases()
    yield from normalization_cases()
    yield from conv_lstm_2d_cases()
    yield from picture_model_cases()


def conv2d(filters=5, kernel_size=3, **config):
    return layer("Conv2D", filters=filters, kernel_size=kernel_size, **config)


def convolution_cases():
    for shape, padding, kernel in itertools.product(
        PICTURES, ["valid", "same"], [1, 2, 3, [1, 4], [4, 1], [2, 3]]
    ):
        yield case([conv2d(kernel_size=kernel, padding=padding)], shape)
    for padding, strides, dilation in [
        ("valid", 2, 1),
        ("same", 2, 1),
        ("valid", [1, 3], 1),
        ("same", [3, 1], 1),
        ("same", 4, 1),
        ("valid", 1, 2),
        ("same", 1, 2),
        ("valid", 1, [1, 3]),
        ("same", 1, [3, 1]),
        ("same", 1, [2, 5]),
    ]:
        given = {"padding": padding, "strides": strides, "dilation_rate": dilation}
        for kernel in [3, 2, [2, 3]]:
            yield case([conv2d(kernel_size=kernel, **given)], (2, 9, 11, 4))
            yield case(
                [conv2d(kernel_size=kernel, **given, **FIRST)], (2, 4, 9, 11), keras=3
            )
        yield case([conv2d(6, groups=2, **given)], (2, 9, 11, 4), keras=3)
        yield case([conv2d(6, groups=2, **given, **FIRST)], (2, 4, 9, 11), keras=3)
        yield case([conv2d(6, kernel_size=1, **given)], (2, 8, 12, 4))
    for activation in ["relu", "softmax", "tanh", "gelu"]:
        for use_bias in [True, False]:
            given = {"activation": activation, "use_bias": use_bias}
            yield case([conv2d(**given)], (2, 6, 5, 3), keras=3)
            yield case([conv2d(**given, **FIRST)], (2, 3, 6, 5), keras=3)
    yield case([conv2d(8, groups=4, kernel_size=[3, 2])], (2, 6, 5, 8), keras=3)
    for padding, strides, dilation in [
        ("valid", 2, 1),
        ("same", 1, 2),
        ("causal", 1, 3),
    ]:
        given = {"padding": padding, "strides": strides, "dilation_rate": dilation}
        one = layer("Conv1D", filters=6, kernel_size=3, groups=2, **given, **FIRST)
        yield case([one], (2, 4, 11), keras=3)
    # Several strips, and more filters than a panel has columns.
    yield case([conv2d(70, padding="same")], (3, 33, 31, 17))
    yield case([conv2d(33, kernel_size=5, strides=2)], (2, 41, 67, 20))
    yield case([conv2d(130, kernel_size=1)], (2, 30, 29, 65))
    yield case([conv2d(4, kernel_size=[9, 11])], (2, 9, 11, 3))
    yield case([conv2d(4, kernel_size=[12, 15], padding="same")], (2, 9, 11, 3))


def pooling_cases():
    for kind, padding, strides, size in itertools.product(
        ["Max", "Average"],
        ["valid", "same"],
        [None, 1, [3, 2]],
        [2, 3, [1, 4], [5, 2]],
    ):
        given = {"pool_size": size, "strides": strides, "padding": padding}
        yield case([layer(f"{kind}Pooling2D", **given)], (2, 9, 7, 3))
    for kind, padding, strides, size in itertools.product(
        ["Max", "Average"], ["valid", "same"], [None, 1, [2, 1, 3]], [2, [1, 3, 2]]
    ):
        given = {"pool_size": size, "strides": strides, "padding": padding}
        one = [layer(f"{kind}Pooling3D", **given)]
        yield case(one, (2, 5, 6, 7, 3), only_single=True)
    for kind in ["Max", "Average"]:
        given = {"pool_size": 3, "strides": 2, "padding": "same", **FIRST}
        yield case([layer(f"{kind}Pooling1D", **given)], (2, 4, 9), keras=3)
        yield case([layer(f"{kind}Pooling2D", **given)], (2, 4, 9, 7), keras=3)
        given["padding"] = "valid"
        yield case([layer(f"{kind}Pooling3D", **given)], (2, 4, 5, 6, 7), keras=3)
        for keep in [False, True]:
            pooling = layer(f"Global{kind}Pooling2D", keepdims=keep)
            yield case([pooling], (2, 7, 5, 3))
            pooling["config"] |= FIRST
            yield case([pooling], (2, 3, 7, 5))
            yield case([layer(f"Global{kind}Pooling1D", **FIRST)], (2, 3, 7))


def space_cases():
    for config in [{}, FIRST]:
        yield case([layer("SpatialDropout2D", rate=0.3, **config)], (2, 5, 4, 3))
        for ends in [2, [1, 2], [[1, 2], [0, 3]]]:
            padding = layer("ZeroPadding2D", padding=ends, **config)
            yield case([padding], (2, 5, 4, 3))
            cropping = layer("Cropping2D", cropping=ends, **config)
            yield case([cropping], (2, 7, 8, 9))
        for size, interpolation in itertools.product(
            [1, 2, 3, [3, 2], [1, 7]], ["nearest", "bilinear"]
        ):
            given = {"size": size, "interpolation": interpolation, **config}
            yield case([layer("UpSampling2D", **given)], (2, 5, 4, 3))
            yield case([layer("UpSampling2D", **given)], (2, 3, 6, 5), keras=3)
    yield case([layer("Cropping2D")], (2, 7, 6, 3))
    yield case([layer("Flatten", **FIRST)], (2, 3, 4, 5))
    yield case([layer("Flatten", **FIRST)], (2, 3))


def normalization_cases():
    for rank, axes in [
        ((3, 4), [1, -1]),
        ((2, 5, 3), [1, 2]),
        ((2, 5, 3, 4), [1, 2, 3, -2]),
        ((2, 3, 4, 5, 2), [1, 2, 3, -1]),
    ]:
        for axis in axes:
            yield case([layer("BatchNormalization", axis=axis)], rank)
            given = {"axis": axis, "scale": False, "epsilon": 0.01}
            yield case([layer("BatchNormalization", **given)], rank, keras=3)


def conv_lstm_2d_cases():
    for config in [
        {},
        {"return_sequences": True, "padding": "same", "kernel_size": [3, 2]},
        {"strides": [2, 1], "return_state": True},
        {"dilation_rate": [1, 2], "go_backwards": True, "return_sequences": True},
        {"activation": "relu", "use_bias": False, "unit_forget_bias": False},
        {"recurrent_activation": "hard_sigmoid", "strides": 2, "padding": "same"},
    ]:
        config = {"filters": 5, "kernel_size": 3, **config}
        one = layer("ConvLSTM2D", **config)
        yield case([one], (2, 4, 7, 9, 3), keras=3)
        one["config"].setdefault("recurrent_activation", "tanh")
        yield case([one], (2, 4, 7, 9, 3))
        yield case([one], (5, 4, 7, 9, 3), mask=True)
    stateful = layer("ConvLSTM2D", filters=2, kernel_size=2, stateful=True)
    stateful["config"]["recurrent_activation"] = "sigmoid"
    yield case([stateful], (2, 3, 6, 5, 2), 2)
    large = layer("ConvLSTM2D", filters=9, kernel_size=3, padding="same")
    yield case([large], (2, 3, 17, 19, 8), keras=3)


def distributed(inner):
    return layer("TimeDistributed", layer=inner)


def picture_model_cases():
    for config in [{}, FIRST]:
        for inner in [
            conv2d(activation="relu"),
            layer("MaxPooling2D"),
            layer("AveragePooling2D", pool_size=2, padding="same"),
            layer("GlobalAveragePooling2D"),
            layer("GlobalMaxPooling2D"),
            layer("ZeroPadding2D"),
            layer("UpSampling2D", interpolation="bilinear"),
            layer("SpatialDropout2D", rate=0.2),
        ]:
            inner["config"] |= config
            yield case([distributed(inner)], (2, 3, 6, 5, 4), keras=3)
    flatten = distributed(layer("Flatten"))
    yield case(
        [
            distributed(conv2d(4, activation="relu", padding="same")),
            distributed(layer("MaxPooling2D")),
            distributed(layer("BatchNormalization")),
            distributed(conv2d(6, kernel_size=2)),
            distributed(layer("AveragePooling2D", pool_size=[1, 2])),
            flatten,
            layer("LSTM", units=7),
            layer("Dense", units=3, activation="softmax"),
        ],
        (2, 5, 9, 10, 3),
    )
    # A mask passes along time, as through every TimeDistributed.
    yield case(
        [distributed(conv2d(3)), flatten, layer("GRU", units=4)],
        (5, 6, 5, 4, 2),
        keras=3,
        mask=True,
    )
    yield case(
        [
            layer("Conv2D", filters=6, kernel_size=3, activation="relu"),
            layer("MaxPooling2D", pool_size=[2, 1]),
            layer("SpatialDropout2D", rate=0.2),
            layer("Reshape", target_shape=[12, -1]),
            bidirectional(layer("GRU", units=6, return_sequences=True)),
            layer("Flatten"),
            layer("Dense", units=3),
        ],
        (3, 8, 14, 2),
    )
    yield case(
        [
            layer("Reshape", target_shape=[4, 5, 6]),
            conv2d(3, **FIRST),
            layer("Flatten", **FIRST),
            layer("Dense", units=3),
        ],
        (3, 120),
        keras=3,
    )
    yield case(
        [
            layer("ConvLSTM2D", filters=4, kernel_size=3, return_sequences=True),
            layer("BatchNormalization"),
            layer("ConvLSTM2D", filters=3, kernel_size=2),
            layer("MaxPooling2D"),
            layer("Flatten"),
            layer("Dense", units=2),
        ],
        (2, 4, 8, 9, 3),
        keras=3,
    )


def family_cases():
    yield from recurrent_cases()
    yield from other_cases()
    yield from conv_lstm_cases()


def make_layers(keras, layers, shape, dtype):
    """The layers of a case, named by their place."""
    if hasattr(keras.backend, "set_floatx"):
        keras.backend.clear_session()
        keras.backend.set_floatx(dtype)
    made = []
    for index, serialized in enumerate(layers):
        text = json.dumps(serialized)
        if keras.__name__ == "keras":
            text = text.replace(
                '"class_name"', '"module": "keras.layers", "class_name"'
            )
        config = json.loads(text)
        if index == 0 and keras.__name__ == "tf_keras":
            config["config"]["batch_input_shape"] = list(shape)
        config["config"]["name"] = f"layer_{index}"
        made.append(keras.layers.deserialize(config))
    return made


def set_weights(made, shapes, seed, dtype):
    rest = weights_for(shapes, seed)
    for one in made:
        count = len(one.weights)
        one.set_weights([positive_variance(w, v) for w, v in zip(one.weights, rest)])
        rest = rest[count:]


def positive_variance(variable, value):
    return np.abs(value) if "variance" in variable.name else value


def run(case, dtype):
    """The outputs of the last call, and the shapes of the weights."""
    if case["keras"] == 3:
        os.environ.setdefault("KERAS_BACKEND", "tensorflow")
        import keras
        from keras.ops import convert_to_numpy as array
        from keras.ops import convert_to_tensor as tensor
    else:
        import tf_keras as keras
        from numpy import asarray as array
        from tensorflow import constant as tensor

    made = make_layers(keras, case["layers"], case["input_shape"], dtype)

    def call(number):
        y = inputs_for(case, number)
        y = tensor(y.astype(dtype if y.dtype == np.float32 else y.dtype))
        options = {}
        if case.get("mask"):
            options["mask"] = tensor(mask_for(case))
        if case.get("states"):
            options["initial_state"] = [
                tensor(s.astype(dtype)) for s in states_for(case)
            ]
        for index, one in enumerate(made):
            y = one(y, **(options if index == 0 else {}))
        return y

    call(0)
    for one in made:
        if getattr(one, "stateful", False):
            one.reset_states() if hasattr(one, "reset_states") else one.reset_state()
    shapes = [tuple(w.shape) for one in made for w in one.weights]
    set_weights(made, shapes, case["seed"], dtype)
    for number in range(case["calls"]):
        y = call(number)
    flat = y if isinstance(y, (list, tuple)) else [y]
    flat = [
        o for one in flat for o in (one if isinstance(one, (list, tuple)) else [one])
    ]
    return [array(o) for o in flat], shapes


# The files of each set of cases.
SETS = {
    "family": ("cases.json", "expected.npz"),
    "pictures": ("pictures.json", "pictures.npz"),
    "pictures_keras_3": ("pictures_keras_3.json", "pictures_keras_3.npz"),
}


def listed(name):
    """The cases of a set."""
    if name == "family":
        return [case(*one) for one in all_cases()] + list(family_cases())
    version = 3 if name == "pictures_keras_3" else 2
    return [case for case in picture_cases() if case["keras"] == version]


def make(name):
    """Run the cases of a set, and store what comes out."""
    cases, arrays = [], {}
    for seed, case in enumerate(listed(name), start=1):
        case["seed"] = seed
        try:
            single, shapes = run(case, "float32")
            # TensorFlow has no 3D pooling of doubles.
            double = single if "only_single" in case else run(case, "float64")[0]
        except Exception as error:
            print("FAILED", case, str(error)[:300])
            continue
        case |= {
            "weight_shapes": shapes,
            "output_shapes": [o.shape for o in single],
            "error": [
                float(np.abs(s.astype(np.float64) - d).max())
                for s, d in zip(single, double)
            ],
        }
        cases.append(case)
        for index, (s, d) in enumerate(zip(single, double)):
            arrays[f"{seed}_{index}_float32"] = sample(s).astype(np.float32)
            arrays[f"{seed}_{index}_float64"] = sample(d)
    described, values_of = SETS[name]
    np.savez_compressed(HERE / values_of, **arrays)
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / described).write_text(f"[\n{lines}\n]\n")
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        make(name)
