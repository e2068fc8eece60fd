"""Makes expected.npz and cases.json from tf_keras.

Run where `pip install tensorflow-cpu tf_keras numpy` was done (made with
tensorflow 2.21, tf_keras 2.21): `python make_expected.py`.

A case is a list of layers as Keras serializes them, an input shape and a seed.
Inputs and weights are not stored: `values` below makes them again. Of large
outputs every n-th value is stored. Beside tf_keras's float32 outputs stand
those of the same model in float64, the truth that both are measured by.
"""

from __future__ import annotations

import itertools
import json
import os
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


def make_model(layers, shape, dtype):
    import tf_keras

    tf_keras.backend.clear_session()
    tf_keras.backend.set_floatx(dtype)
    made = []
    for index, serialized in enumerate(layers):
        config = json.loads(json.dumps(serialized))
        if index == 0:
            config["config"]["batch_input_shape"] = list(shape)
        config["config"]["name"] = f"layer_{index}"
        made.append(tf_keras.layers.deserialize(config))
    return made


def run(layers, shape, calls, seed, dtype):
    """The outputs of the last call, the weights' shapes, and the parameters."""
    made = make_model(layers, shape, dtype)
    outputs = []
    weights = None
    for call in range(calls):
        y = values(shape, seed + 17 * call).astype(dtype)
        if weights is None:
            z = y
            for one in made:
                z = one(z)
            for one in made:
                one.reset_states() if hasattr(one, "reset_states") and getattr(
                    one, "stateful", False
                ) else None
            shapes = [tuple(w.shape) for one in made for w in one.weights]
            weights = weights_for(shapes, seed)
            rest = list(weights)
            for one in made:
                count = len(one.weights)
                one.set_weights([w.astype(dtype) for w in rest[:count]])
                rest = rest[count:]
        for one in made:
            y = one(y)
        outputs = y if isinstance(y, (list, tuple)) else [y]
    return [np.asarray(o) for o in outputs], shapes


def main():
    cases, arrays = [], {}
    for seed, (layers, shape, calls) in enumerate(all_cases(), start=1):
        single, shapes = run(layers, shape, calls, seed, "float32")
        double, _ = run(layers, shape, calls, seed, "float64")
        case = {
            "layers": layers,
            "input_shape": shape,
            "calls": calls,
            "seed": seed,
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
    np.savez_compressed(HERE / "expected.npz", **arrays)
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / "cases.json").write_text(f"[\n{lines}\n]\n")
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
