"""Keras's regularizers: penalties on weights and outputs, which act in training."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from ._arrays import float32, sizes
from ._described import Described, find
from ._library import check, lib


class Regularizer(Described):
    """The base of all: called with an array, the penalty."""

    def __call__(self, x: npt.ArrayLike) -> float:
        """The penalty of an array."""
        if self._class_name == "Regularizer":
            raise NotImplementedError
        array = float32(x)
        penalty = ctypes.c_double()
        apply = lib().elman_regularizer_apply
        shape = sizes(array)
        data = array.ctypes.data
        check(apply(self._json(), data, shape, array.ndim, ctypes.byref(penalty)))
        return penalty.value


class L1L2(Regularizer):
    """``l1 * sum(abs(x)) + l2 * sum(x**2)``."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0):
        super().__init__(
            l1=not_negative("l1", l1 or 0.0), l2=not_negative("l2", l2 or 0.0)
        )


class L1(L1L2):
    """``l1 * sum(abs(x))``."""

    def __init__(self, l1: float = 0.01):
        Described.__init__(self, l1=not_negative("l1", l1))


class L2(L1L2):
    """``l2 * sum(x**2)``."""

    def __init__(self, l2: float = 0.01):
        Described.__init__(self, l2=not_negative("l2", l2))


class OrthogonalRegularizer(Regularizer):
    """How far rows, or columns, of a matrix are from being orthogonal."""

    def __init__(self, factor: float = 0.01, mode: str = "rows"):
        if mode not in ("rows", "columns"):
            raise ValueError(f"mode must be 'rows' or 'columns'. Received: mode={mode}")
        super().__init__(factor=not_negative("factor", factor), mode=mode)


def not_negative(name: str, value: Any) -> float:
    """A number of at least 0, or an error."""
    number = float(value)
    if not (number >= 0 and math.isfinite(number)):
        raise ValueError(f"{name} must be a number >= 0. Received: {name}={value}")
    return number


_CLASSES = {
    "L1": L1,
    "L2": L2,
    "L1L2": L1L2,
    "OrthogonalRegularizer": OrthogonalRegularizer,
    "l1": L1,
    "l2": L2,
    "l1_l2": L1L2,
    "orthogonal_regularizer": OrthogonalRegularizer,
}
l1, l2, l1_l2 = L1, L2, L1L2
orthogonal_regularizer = OrthogonalRegularizer


def get(identifier: Any) -> Any:
    """A regularizer from its name, its config, or itself; None stays None.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    return find(identifier, _CLASSES, "regularizer")


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """A regularizer from what ``serialize`` gives, or a name.

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
    return find(config, _CLASSES, "regularizer", custom_objects)


def serialize(regularizer: Regularizer) -> dict[str, Any]:
    """``{"class_name": ..., "config": ...}``."""
    return regularizer.serialized("keras.regularizers")
