"""Arrays on their way into the library."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._prototypes import INT64_P, MAX_RANK, Array

FloatArray = npt.NDArray[np.float32]


def float32(values: Any, what: str = "input") -> FloatArray:
    """``values`` as a dense float32 array.

    Raises
    ------
    TypeError
        If it holds no real numbers.
    ValueError
        If it is no array, or has too many dimensions.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"The {what} is not an array: {error}") from None
    if array.dtype.kind not in "fiub":
        received = f"dtype={array.dtype}" if array.ndim else repr(values)
        raise TypeError(f"The {what} must hold real numbers. Received: {received}")
    if array.ndim > MAX_RANK:
        raise ValueError(
            f"The {what} may have at most {MAX_RANK} dimensions. Received: {array.ndim}"
        )
    return np.ascontiguousarray(array, dtype=np.float32).reshape(array.shape)


def number(value: Any) -> Any:
    """A number or numbers of NumPy as JSON knows them.

    Raises
    ------
    TypeError
        If it is something else.
    """
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"A number is expected. Received: {value!r}")


def sizes(array: npt.NDArray[Any]) -> Any:
    """The address of an array's shape; a structure that holds it keeps it alive."""
    shape = (ctypes.c_int64 * max(1, array.ndim))(*array.shape)
    return ctypes.cast(shape, INT64_P)


def describe(array: FloatArray) -> Array:
    """An ``elman_array`` of an array, which must stay alive meanwhile."""
    return Array(array.ctypes.data, sizes(array), array.ndim)


def describe_all(arrays: Sequence[FloatArray]) -> Any:
    """A C array of ``elman_array``."""
    return (Array * max(1, len(arrays)))(*map(describe, arrays))
