"""Functions of the user that the library calls: cells and lambdas written in Python.

The library knows a function by a number, its context. The trampolines below live
as long as the process, so that none is ever called after it is gone.
"""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable
from ctypes import POINTER, c_float, c_int32, c_int64, c_size_t, c_void_p
from typing import Any

import numpy as np
import numpy.typing as npt

from ._arrays import float32
from ._errors import keep
from ._library import dimensions
from ._prototypes import MAX_RANK, Array, Output

FLOATS = POINTER(c_float)
_functions: dict[int, Any] = {}
_numbers = itertools.count(1)


class CellStep(ctypes.Structure):
    """``elman_cell_step``."""

    _fields_ = [
        ("batch", c_size_t),
        ("features", c_size_t),
        ("input", FLOATS),
        ("states", POINTER(FLOATS)),
        ("output", FLOATS),
        ("next_states", POINTER(FLOATS)),
        ("training", c_int32),
        ("reserved", c_int32),
        ("weights", POINTER(Array)),
        ("weight_count", c_size_t),
    ]


_CellCall = ctypes.CFUNCTYPE(c_int32, c_void_p, POINTER(CellStep))
_CellBuild = ctypes.CFUNCTYPE(c_int32, c_void_p, c_size_t)
_CellStates = ctypes.CFUNCTYPE(c_int32, c_void_p, c_size_t, POINTER(FLOATS))
_LambdaShape = ctypes.CFUNCTYPE(
    c_int32, c_void_p, POINTER(c_int64), c_size_t, POINTER(c_int64), POINTER(c_size_t)
)
_LambdaCall = ctypes.CFUNCTYPE(c_int32, c_void_p, POINTER(Array), POINTER(Output))
Release = ctypes.CFUNCTYPE(None, c_void_p)
CONFIG = ctypes.CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t, POINTER(c_size_t))


class CellOptions(ctypes.Structure):
    """``elman_cell_options``."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("name", ctypes.c_char_p),
        ("units", c_int64),
        ("state_sizes", POINTER(c_int64)),
        ("state_count", c_size_t),
        ("context", c_void_p),
        ("call", _CellCall),
        ("release", Release),
        ("build", _CellBuild),
        ("initial_states", _CellStates),
        ("class_name", ctypes.c_char_p),
        ("config", CONFIG),
    ]


class LambdaOptions(ctypes.Structure):
    """``elman_lambda_options``."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("name", ctypes.c_char_p),
        ("batch_input_shape", c_int64 * MAX_RANK),
        ("batch_input_rank", c_size_t),
        ("context", c_void_p),
        ("shape", _LambdaShape),
        ("call", _LambdaCall),
        ("release", Release),
        ("frozen", c_int32),
        ("reserved", c_int32),
    ]


def register(function: Any) -> int:
    """The number by which the library knows a function, until it is released."""
    number = next(_numbers)
    _functions[number] = function
    return number


def release(number: int) -> None:
    """Forget a function."""
    _functions.pop(number, None)


def registered(number: int | None) -> Any:
    """What a number stands for; None where it was released, or is none."""
    return _functions.get(number)  # type: ignore[arg-type]


def guarded(body: Callable[[], None]) -> int:
    """0, or the number of the exception for the call that brought us here."""
    try:
        body()
    except BaseException as error:  # none may pass through C
        return keep(error)
    return 0


def read(pointer: Any, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    if 0 in shape:
        return np.zeros(shape, np.float32)
    return np.ctypeslib.as_array(pointer, shape).copy()


def write(pointer: Any, shape: tuple[int, ...], values: Any, what: str) -> None:
    array = float32(values, what)
    if array.shape != shape:
        raise ValueError(
            f"The {what} must have shape {shape}. Received: shape {array.shape}"
        )
    if array.size:
        np.ctypeslib.as_array(pointer, shape)[...] = array


@_CellCall
def cell_call(context: int, step: Any) -> int:
    """Run one step of the cell of a context."""

    def body() -> None:
        cell = _functions[context]
        told = step.contents
        batch = told.batch
        states = [
            read(told.states[i], (batch, size)) for i, size in enumerate(cell.sizes)
        ]
        inputs = read(told.input, (batch, told.features))
        output, following = cell.step(inputs, states, bool(told.training))
        write(told.output, (batch, cell.units), output, "output of a cell")
        _write_states(told.next_states, batch, cell.sizes, following, "next")

    return guarded(body)


def _write_states(
    pointers: Any, batch: int, sizes: list[int], states: Any, which: str
) -> None:
    if not isinstance(states, (list, tuple)):
        states = [states]
    if len(states) != len(sizes):
        raise ValueError(
            f"The cell has {len(sizes)} states. It returned {len(states)}."
        )
    for i, (size, state) in enumerate(zip(sizes, states)):
        write(pointers[i], (batch, size), state, f"{which} state {i} of a cell")


@_CellBuild
def cell_build(context: int, features: int) -> int:
    """Build the cell of a context."""
    return guarded(lambda: _functions[context].build(features))


@_CellStates
def cell_initial_states(context: int, batch: int, states: Any) -> int:
    """Write the states with which the cell of a context begins."""

    def body() -> None:
        cell = _functions[context]
        given = cell.initial_states(batch)
        _write_states(states, batch, cell.sizes, given, "initial")

    return guarded(body)


@_LambdaShape
def lambda_shape(
    context: int, shape: Any, rank: int, output_shape: Any, output_rank: Any
) -> int:
    """Tell the output's shape of the lambda of a context."""

    def body() -> None:
        _, tell = _functions[context]
        told = tell(tuple(None if d < 0 else d for d in shape[:rank]))
        sizes = dimensions(told)
        if len(sizes) > MAX_RANK:
            raise ValueError(f"At most {MAX_RANK} dimensions. Received: {told}")
        for axis, size in enumerate(sizes):
            output_shape[axis] = size
        output_rank[0] = len(sizes)

    return guarded(body)


@_LambdaCall
def lambda_call(context: int, given: Any, output: Any) -> int:
    """Run the lambda of a context."""

    def body() -> None:
        function, _ = _functions[context]
        x, y = given.contents, output.contents
        data = ctypes.cast(x.data, FLOATS)
        result = function(read(data, tuple(x.shape[: x.rank])))
        write(y.data, tuple(y.shape[: y.rank]), result, "output of a Lambda")

    return guarded(body)


@Release
def released(context: int) -> None:
    """Forget the function of a context."""
    release(context)
