"""Subtract."""

from __future__ import annotations

from typing import Any

from ._layer import Layer


class Subtract(Layer):
    """The first of two arrays less the second.

    ``y = a - b``

    Notes
    -----
    Two inputs of one shape; those with one element along an axis, or
    fewer axes, repeat. The output has a mask where all inputs have one: a timestep
    counts where it does in any of them.

    Examples
    --------
    >>> import elman
    >>> a, b = elman.Input((3,)), elman.Input((3,))
    >>> elman.layers.Subtract()([a, b]).shape
    (None, 3)
    """

    _takes_several = True

    def __init__(self, **kwargs: Any):
        super().__init__({}, kwargs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """``Subtract(**kwargs)(inputs)``."""
    return Subtract(**kwargs)(inputs)
