"""What a model of several inputs is called with, in the order of its inputs."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from .._run import FloatArray
from .._structure import flat, is_flat

if TYPE_CHECKING:
    from .model import Model


def in_order(model: Model, given: Any) -> list[Any]:
    """The inputs, given in a list, by name or in the structure of the model."""
    expected = model._input_structure
    count = len(model._inputs)
    if isinstance(given, dict):
        return _by_name(model, given)
    if count == 1:
        return [given]
    parts = list(given) if isinstance(given, (list, tuple)) else [given]
    if not is_flat(expected) and len(parts) != count:
        parts = _matched(expected, given)
    if len(parts) != count:
        raise ValueError(
            f'Layer "{model.name}" expects {count} input(s), but it received '
            f"{len(parts)} input tensors. Inputs received: "
            f"{[np.shape(part) if _is_array(part) else part for part in parts]}"
        )
    return parts


def _is_array(part: Any) -> bool:
    return isinstance(part, (np.ndarray, list, tuple))


def _by_name(model: Model, given: dict[str, Any]) -> list[Any]:
    """The inputs by the keys of a model's dict, or by the names of its inputs."""
    expected = model._input_structure
    names = model.input_names
    if isinstance(expected, dict):
        names = sorted(expected)
        if not names or any(name not in given for name in names):
            names = names if {*names} & {*given} else model.input_names
    missing = [name for name in names if name not in given]
    if missing:
        raise ValueError(
            f'Missing data for input "{missing[0]}". You passed a data dictionary with '
            f"keys {list(given)}. Expected the following keys: {names}"
        )
    others = [name for name in given if name not in names]
    if others:
        warnings.warn(
            f"Input dict contained keys {others} which did not match any model input. "
            "They will be ignored by the model.",
            stacklevel=5,
        )
    if isinstance(expected, dict) and names == sorted(expected):
        return _matched(expected, {name: given[name] for name in names})
    return [given[name] for name in names]


def _matched(expected: Any, given: Any) -> list[Any]:
    """What stands where a structure has numbers."""
    if isinstance(expected, dict):
        if isinstance(given, dict) and given.keys() == expected.keys():
            return [
                x for k in sorted(expected) for x in _matched(expected[k], given[k])
            ]
    elif isinstance(expected, (list, tuple)):
        is_list = isinstance(given, (list, tuple)) and len(given) == len(expected)
        if is_list:
            return [x for e, g in zip(expected, given) for x in _matched(e, g)]
    else:
        return [given]
    raise ValueError(
        "The structure of `inputs` doesn't match the expected structure. Expected "
        f"structure: {expected!r} (the numbers of the inputs). Received: {given!r}"
    )


def arrays_in_order(model: Model, given: Any) -> list[FloatArray]:
    """The same as arrays of the ranks of the inputs."""
    arrays = [model._as_batch(part) for part in in_order(model, given)]
    return [_ranked(x, t.shape) for x, t in zip(arrays, model._inputs)]


def _ranked(x: FloatArray, shape: tuple[int | None, ...]) -> FloatArray:
    """An array with a last axis of 1 put or taken where the input has one or none."""
    if x.ndim == len(shape) - 1 and shape[-1] == 1:
        return x[..., np.newaxis]
    if x.ndim == len(shape) + 1 and x.shape[-1] == 1:
        return x[..., 0]
    return x


def masks_in_order(model: Model, mask: Any) -> list[Any]:
    """The masks of the inputs, None where one has none."""
    if isinstance(mask, dict):
        return [mask.get(name) for name in model.input_names]
    if len(model._inputs) == 1:
        return [mask]
    return flat(mask)
