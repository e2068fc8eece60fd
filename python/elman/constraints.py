"""Keras's constraints: what weights are brought back to after each step of training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ._described import Described, find

_EPSILON = 1e-7


class Constraint(Described):
    """The base of all: called with weights, the nearest that are allowed."""

    def __call__(self, w: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Weights as the constraint allows them."""
        raise NotImplementedError


def _lengths(w: npt.NDArray[Any], axis: Any) -> npt.NDArray[Any]:
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    return np.asarray(np.sqrt(np.square(w).sum(axis=axes, keepdims=True)))


class MaxNorm(Constraint):
    """Lengths along an axis of at most ``max_value``."""

    def __init__(self, max_value: float = 2, axis: Any = 0):
        super().__init__(max_value=max_value, axis=axis)

    def __call__(self, w: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Weights as the constraint allows them."""
        array = np.asarray(w, np.float32)
        lengths = _lengths(array, self._config["axis"])
        wanted = np.clip(lengths, 0, self._config["max_value"])
        return np.asarray(array * (wanted / (_EPSILON + lengths)), np.float32)


class MinMaxNorm(Constraint):
    """Lengths along an axis brought between two values, at a rate."""

    def __init__(
        self,
        min_value: float = 0.0,
        max_value: float = 1.0,
        rate: float = 1.0,
        axis: Any = 0,
    ):
        super().__init__(min_value=min_value, max_value=max_value, rate=rate, axis=axis)

    def __call__(self, w: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Weights as the constraint allows them."""
        array = np.asarray(w, np.float32)
        config = self._config
        lengths = _lengths(array, config["axis"])
        clipped = np.clip(lengths, config["min_value"], config["max_value"])
        wanted = config["rate"] * clipped + (1 - config["rate"]) * lengths
        return np.asarray(array * (wanted / (_EPSILON + lengths)), np.float32)


class NonNeg(Constraint):
    """No value below 0."""

    def __init__(self) -> None:
        super().__init__()

    def __call__(self, w: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Weights as the constraint allows them."""
        array = np.asarray(w, np.float32)
        return np.asarray(array * (array >= 0), np.float32)


class UnitNorm(Constraint):
    """Lengths of 1 along an axis."""

    def __init__(self, axis: Any = 0):
        super().__init__(axis=axis)

    def __call__(self, w: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Weights as the constraint allows them."""
        array = np.asarray(w, np.float32)
        lengths = _lengths(array, self._config["axis"])
        return np.asarray(array / (_EPSILON + lengths), np.float32)


_CLASSES = {
    "MaxNorm": MaxNorm,
    "MinMaxNorm": MinMaxNorm,
    "NonNeg": NonNeg,
    "UnitNorm": UnitNorm,
    "max_norm": MaxNorm,
    "min_max_norm": MinMaxNorm,
    "non_neg": NonNeg,
    "unit_norm": UnitNorm,
}
max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm


def get(identifier: Any) -> Any:
    """A constraint from its name, its config, or itself; None stays None.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    return find(identifier, _CLASSES, "constraint")


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """A constraint from what ``serialize`` gives, or a name.

    Parameters
    ----------
    config : dict or str
        ``{"class_name": ..., "config": ...}``, as Keras writes it.
    custom_objects : dict, optional
        Classes and functions of your own, by name.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    return find(config, _CLASSES, "constraint", custom_objects)


def serialize(constraint: Constraint) -> dict[str, Any]:
    """``{"class_name": ..., "config": ...}``."""
    return constraint.serialized("keras.constraints")
