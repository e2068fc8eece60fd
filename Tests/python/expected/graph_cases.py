"""Reads graphs.json and graphs.npz; makes the inputs and weights of their cases.

Inputs and weights are not stored: the name of a case is their seed. An input's
dtype and name say what it holds: int32 is for indices, zero where `mask_for` has no
timestep; bool is for masks; a float input whose name begins with `padded` has zeros
there; the others are plain values.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
from make_expected import mask_for, values, weights_for

HERE = Path(__file__).resolve().parent
INDICES = 7


def read_cases():
    """All cases, with their configs as texts and their outputs as arrays."""
    cases = json.loads((HERE / "graphs.json").read_text())
    arrays = np.load(HERE / "graphs.npz")
    configs = json.loads(arrays["configs"].tobytes())
    stored = iter(arrays["outputs"])

    def take(leaf):
        count = int(np.prod(leaf["shape"]))
        return np.fromiter(stored, np.float32, count).reshape(leaf["shape"])

    return [
        {**case, "config": config, "outputs": with_leaves(case["outputs"], take)}
        for case, config in zip(cases, configs)
    ]


def write_cases(cases):
    """What read_cases reads."""
    described = [
        {
            **{key: value for key, value in case.items() if key != "config"},
            "outputs": with_leaves(case["outputs"], lambda a: {"shape": list(a.shape)}),
        }
        for case in cases
    ]
    lines = ",\n".join(json.dumps(case) for case in described)
    (HERE / "graphs.json").write_text(f"[\n{lines}\n]\n")
    configs = json.dumps([case["config"] for case in cases]).encode()
    outputs = [leaf.ravel() for case in cases for leaf in leaves(case["outputs"])]
    np.savez_compressed(
        HERE / "graphs.npz",
        configs=np.frombuffer(configs, np.uint8),
        outputs=np.concatenate(outputs).astype(np.float32),
    )


def with_leaves(structure, function):
    """A structure of lists and dicts with other leaves, made in the order of keys."""
    if isinstance(structure, dict) and set(structure) != {"shape"}:
        return {key: with_leaves(structure[key], function) for key in sorted(structure)}
    if isinstance(structure, (list, tuple)):
        return [with_leaves(item, function) for item in structure]
    return function(structure)


def leaves(structure):
    """The leaves of lists and dicts in that order."""
    found = []
    with_leaves(structure, found.append)
    return found


def seed_of(case):
    return zlib.crc32(case["name"].encode())


def inputs_for(case):
    """The input arrays of a case, by name."""
    return {
        given["name"]: _input(given, 100 * seed_of(case) + number)
        for number, given in enumerate(case["inputs"])
    }


def masks_for(case):
    """The masks that the model itself is called with, None where it gets none."""
    return [
        _mask(given["shape"][:2], number) if given["name"] in case["masked"] else None
        for number, given in enumerate(case["inputs"])
    ]


def weights_of(case):
    """The weights of a case, in the order of `get_weights()`."""
    shapes = [shape or [1] for shape in case["weights"]]
    weights = weights_for(shapes, seed_of(case))
    for index in case.get("variances", []):
        weights[index] = np.abs(weights[index])
    return [w.reshape(shape) for w, shape in zip(weights, case["weights"])]


def _input(given, seed):
    x = values(given["shape"], seed)
    if given["dtype"] == "int32":
        x = 1 + ((x + 1) * 0.4999 * (INDICES - 1)).astype(np.int32)
    elif given["dtype"] == "bool":
        x = x > -2 if x.ndim == 2 else x > -0.4
    elif not given["name"].startswith("padded"):
        return x
    return x * _mask(given["shape"], seed)


def _mask(shape, seed):
    """Rows of every kind of padding, for each seed in another order."""
    mask = np.roll(mask_for({"input_shape": shape}), seed % 3, axis=0)
    return mask.reshape(mask.shape + (1,) * (len(shape) - 2))
