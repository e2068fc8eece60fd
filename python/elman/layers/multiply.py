"""Multiply."""

from __future__ import annotations

from typing import Any

from ._layer import Layer


class Multiply(Layer):
    """The product of arrays, element by element.

    ``y = a * b * ...``

    Notes
    -----
    A list of inputs of one shape; those with one element along an axis, or fewer
    axes, repeat. The output has a mask where all inputs have one: a timestep counts
    where it does in any of them. A masked value counts as 1 (0 where all inputs are
    masked), as in Keras 3.

    Examples
    --------
    >>> import elman
    >>> a, b = elman.Input((3,)), elman.Input((3,))
    >>> elman.layers.Multiply()([a, b]).shape
    (None, 3)
    """

    _takes_several = True

    def __init__(self, **kwargs: Any):
        super().__init__({}, kwargs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """``Multiply(**kwargs)(inputs)``."""
    return Multiply(**kwargs)(inputs)
