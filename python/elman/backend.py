"""Keras's ``backend``: what notebooks use of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from ._library import check, lib
from ._variable import Variable


def backend() -> str:
    """What computes."""
    return "elman"


def clear_session() -> None:
    """Start the counting of names again: the next SimpleRNN is ``simple_rnn``."""
    check(lib().elman_reset_names())


def epsilon() -> float:
    """Keras's small number for denominators."""
    return 1e-7


def floatx() -> str:
    """The type of weights and outputs."""
    return "float32"


def set_floatx(value: str) -> None:
    """Accept "float32", the one type that elman computes in.

    Raises
    ------
    ValueError
        If it is another.
    """
    if value != "float32":
        raise ValueError(f"elman computes in float32. Received: floatx={value!r}")


def image_data_format() -> str:
    """The order of the axes: features last."""
    return "channels_last"


def set_image_data_format(data_format: str) -> None:
    """Accept "channels_last", the one order that elman has.

    Raises
    ------
    ValueError
        If it is another.
    """
    if data_format != "channels_last":
        raise ValueError(
            "elman works with data_format='channels_last'. "
            f"Received: data_format={data_format!r}"
        )


def get_value(x: Any) -> npt.NDArray[Any]:
    """A copy of the values of a weight."""
    return np.array(x)


def set_value(x: Variable, value: npt.ArrayLike) -> None:
    """Set the values of a weight; see ``Variable.assign``."""
    x.assign(value)


def batch_get_value(tensors: Iterable[Any]) -> list[npt.NDArray[Any]]:
    """Copies of the values of weights."""
    return [get_value(x) for x in tensors]


def batch_set_value(tuples: Iterable[tuple[Variable, npt.ArrayLike]]) -> None:
    """Set the values of weights, each beside its new ones."""
    for x, value in tuples:
        set_value(x, value)


def int_shape(x: Any) -> tuple[int, ...]:
    """The shape of a weight or an array."""
    return tuple(np.shape(x))


def count_params(x: Any) -> int:
    """The number of values of a weight or an array."""
    return int(np.size(x))
