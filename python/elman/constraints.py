"""Keras's constraints: what weights are brought back to after each step of training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ._arrays import float32, sizes
from ._described import Described, find
from ._library import check, lib


class Constraint(Described):
    """The base of all: called with weights, the nearest that are allowed."""

    def __call__(self, w: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Weights as the constraint allows them."""
        if self._class_name == "Constraint":
            raise NotImplementedError
        result = float32(w).copy()
        data = result.ctypes.data
        shape = sizes(result)
        apply = lib().elman_constraint_apply
        check(apply(self._json(), data, shape, result.ndim, data, result.size))
        return result


class MaxNorm(Constraint):
    """Lengths along an axis of at most ``max_value``."""

    def __init__(self, max_value: float = 2, axis: Any = 0):
        super().__init__(max_value=max_value, axis=axis)


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


class NonNeg(Constraint):
    """No value below 0."""

    def __init__(self) -> None:
        super().__init__()


class UnitNorm(Constraint):
    """Lengths of 1 along an axis."""

    def __init__(self, axis: Any = 0):
        super().__init__(axis=axis)


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
