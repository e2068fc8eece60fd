"""Makes the tables of docs/keras-compatibility.md.

Run where `pip install tensorflow-cpu tf_keras keras` was done, with elman on the
path: `python scripts/make_compatibility.py`. Arguments are read from the
signatures of both Kerases; whether elman takes one, the engine's lists say.
"""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

PAGE = Path(__file__).resolve().parent.parent / "docs" / "keras-compatibility.md"
MARK = "<!-- made by scripts/make_compatibility.py -->"

TRAINING = "acts in training, which elman does not have yet; kept in the config"
IGNORED = "taken, without effect: elman has one way to compute"
# What an argument does otherwise than in Keras, by name or by (layer, name).
NOTES = {
    "dropout": TRAINING,
    "recurrent_dropout": TRAINING,
    "rate": TRAINING,
    "stddev": TRAINING,
    "seed": TRAINING,
    "noise_shape": TRAINING,
    "momentum": TRAINING,
    "l1": TRAINING,
    "l2": TRAINING,
    "unroll": "taken; it changes nothing but the config",
    "implementation": IGNORED,
    "use_cudnn": IGNORED,
    "data_format": 'differs: "channels_last" only',
    "time_major": "differs: True is refused",
    "lora_rank": "taken, without effect: it concerns training",
    "lora_alpha": "taken, without effect: it concerns training",
    "quantization_config": "taken, without effect",
    "dtype": "differs: float32 only",
    "synchronized": TRAINING,
    ("Embedding", "input_dim"): "differs: at most 2^24, since indices are float32",
    ("Masking", "mask_value"): "same; a number, or one for each feature",
    ("Embedding", "sparse"): "taken, without effect: it concerns training",
    ("LeakyReLU", "negative_slope"): "same; Keras 2 calls it alpha",
    ("LeakyReLU", "alpha"): "same; Keras 3 calls it negative_slope",
    ("Lambda", "mask"): "not there",
    ("Lambda", "function"): "same; a function runs on NumPy arrays",
    ("RNN", "cell"): "same; a cell in Python runs on NumPy arrays",
    ("BatchNormalization", "axis"): "differs: one axis",
    ("Softmax", "axis"): "same",
    "attention_axes": "differs: the timesteps",
    "flash_attention": IGNORED,
    "softmax_robust_masking": "differs: False only",
    ("Concatenate", "axis"): "differs: not the batch",
    ("UpSampling2D", "interpolation"): 'differs: "nearest" and "bilinear" only',
}
REGULARIZING = ("_regularizer", "_constraint")
# Taken by every layer, and in no list.
OF_EVERY_LAYER = {"name", "dtype", "trainable", "input_shape", "batch_size", "weights"}


def signature(cls):
    """The arguments of a class, with those it inherits where it says `**kwargs`."""
    names = [
        name
        for name, parameter in inspect.signature(cls.__init__).parameters.items()
        if name != "self" and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    return names


def taken(name):
    """The arguments that elman takes: those of the engine's list."""
    from elman import layers
    from elman._library import lib, text

    if name not in json.loads(text(lib().elman_layer_class_names)):
        return set(signature(getattr(layers, name)))
    listed = json.loads(text(lib().elman_layer_arguments, name.encode()))
    return OF_EVERY_LAYER | {one["name"] for one in listed}


def status(name, argument, names):
    """What elman does with an argument of a layer, given the names that it takes."""
    note = NOTES.get((name, argument), NOTES.get(argument))
    if argument.endswith(REGULARIZING):
        note = TRAINING
    return note or ("same" if argument in names else "not there")


def table(name, keras2, keras3):
    """The table of a layer's arguments."""
    columns = {}
    for version, library in (("2", keras2), ("3", keras3)):
        cls = getattr(library.layers, name, None)
        if cls is None:
            continue
        for argument in signature(cls):
            columns.setdefault(argument, []).append(version)
    if not columns:
        return f"### {name}\n\nNo arguments of its own."
    lines = [f"### {name}", "", "| Argument | Keras | elman |", "|---|---|---|"]
    names = taken(name)
    for argument, versions in columns.items():
        what = status(name, argument, names)
        lines.append(f"| `{argument}` | {' and '.join(versions)} | {what} |")
    return "\n".join(lines)


def main():
    """Write the tables below the mark of the page."""
    import elman
    import keras
    import tf_keras

    names = [
        name
        for name in elman.layers.__all__
        if name[0].isupper()
        and name == getattr(elman.layers, name).__name__
        and name not in ("AbstractRNNCell", "Input", "InputLayer", "Layer")
        and (hasattr(tf_keras.layers, name) or hasattr(keras.layers, name))
    ]
    tables = [table(name, tf_keras, keras) for name in sorted(names)]
    head = PAGE.read_text().split(MARK)[0]
    PAGE.write_text(f"{head}{MARK}\n\n" + "\n\n".join(tables) + "\n")
    print(f"{len(tables)} tables")


if __name__ == "__main__":
    main()
