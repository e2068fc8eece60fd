"""Running a model of the library once."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._library import check, lib
from ._prototypes import Mask, Output, RunOptions

FloatArray = npt.NDArray[np.float32]


class BoundCall:
    """A forward call whose arrays for one small shape are kept.

    Asking an array for its address costs more than a tiny model: the input is
    copied into an array whose address is known, and the output out of one.
    One thread at a time may use the arrays: it takes the token, and another
    that finds none makes a call of its own. (Taking an element off a list is
    atomic, and half the price of a lock.)
    """

    LARGEST = 16_384

    def __init__(self, handle: int, shape: tuple[int, ...], output: FloatArray):
        self.shape = shape
        self._input = np.empty(shape, np.float32)
        self._output = np.empty(output.shape, np.float32)
        dimensions = (ctypes.c_int64 * len(shape))(*shape)
        self._keep = dimensions
        self._token = [None]
        self._forward: Callable[..., int] = lib().elman_model_forward
        # C objects made beforehand: to make them of Python's costs 60 ns each.
        self._arguments = (
            ctypes.c_uint64(handle),
            ctypes.c_void_p(self._input.ctypes.data),
            ctypes.c_void_p(ctypes.addressof(dimensions)),
            ctypes.c_size_t(len(shape)),
            ctypes.c_void_p(self._output.ctypes.data),
            ctypes.c_size_t(self._output.size),
        )

    def __call__(self, x: npt.NDArray[Any]) -> FloatArray | None:
        """The output for ``x``, or None where another thread is at it."""
        token = self._token
        try:
            token.pop()
        except IndexError:
            return None
        try:
            self._input[...] = x
            status = self._forward(*self._arguments)
            if status:
                check(status)
            return self._output.copy()
        finally:
            token.append(None)


def run(
    handle: int,
    inputs: Sequence[FloatArray],
    initial_state: Sequence[npt.ArrayLike] | None = None,
    masks: Sequence[npt.ArrayLike | None] | None = None,
    training: bool = False,
) -> list[FloatArray]:
    """All outputs of a model: those of its last layer, then returned states."""
    if not isinstance(training, (bool, int, np.bool_, type(None))):
        raise TypeError(f"training must be True or False. Received: {type(training)}")
    function = lib().elman_model_run
    states = [_arrays.float32(state, "state") for state in initial_state or []]
    given = _masks(masks, inputs)
    options = RunOptions(
        ctypes.sizeof(RunOptions),
        int(bool(training)),
        0,
        _arrays.describe_all(states),
        len(states),
        (Mask * max(1, len(given)))(*map(_described_mask, given)),
        len(given),
    )
    arrays = _arrays.describe_all(inputs)
    count = ctypes.c_size_t()

    def call(outputs: Any, capacity: int) -> None:
        check(
            function(
                handle,
                arrays,
                len(inputs),
                options,
                outputs,
                capacity,
                ctypes.byref(count),
            )
        )

    call(None, 0)
    slots = (Output * count.value)()
    call(slots, len(slots))
    results = []
    for slot in slots:
        result = np.empty(tuple(slot.shape[: slot.rank]), np.float32)
        slot.count = result.size
        # An empty array still needs an address that is not NULL.
        slot.data = ctypes.cast(result.ctypes.data, ctypes.POINTER(ctypes.c_float))
        results.append(result)
    call(slots, len(slots))
    return results


def _masks(
    masks: Sequence[npt.ArrayLike | None] | None, inputs: Sequence[FloatArray]
) -> list[npt.NDArray[np.uint8] | None]:
    """The masks of the inputs; none where no input has one."""
    if masks is None or all(mask is None for mask in masks):
        return []
    if len(masks) != len(inputs):
        raise ValueError(
            f"A mask is expected for each of {len(inputs)} inputs, None where one has "
            f"none. Received: {len(masks)}"
        )
    return [None if mask is None else _mask(mask, x) for mask, x in zip(masks, inputs)]


def _described_mask(mask: npt.NDArray[np.uint8] | None) -> Mask:
    """An ``elman_mask`` of an array, which must stay alive meanwhile."""
    if mask is None:
        return Mask()
    return Mask(mask.ctypes.data, _arrays.sizes(mask), mask.ndim)


def _mask(mask: npt.ArrayLike, x: FloatArray) -> npt.NDArray[np.uint8]:
    array = np.asarray(mask)
    if array.ndim and array.shape[-1] == 1 and array.shape != x.shape[: array.ndim]:
        array = array[..., 0]
    if array.dtype.kind not in "biuf" or array.shape != x.shape[: array.ndim or 1]:
        raise ValueError(
            f"The mask of an input of shape {x.shape} must be booleans or numbers of "
            f"its first dimensions, such as {x.shape[:2]}. "
            f"Received: dtype={array.dtype}, shape={array.shape}"
        )
    return np.ascontiguousarray(array != 0, dtype=np.uint8)
