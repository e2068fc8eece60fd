"""Average."""

from __future__ import annotations

from typing import Any

from ._layer import Layer


class Average(Layer):
    """The mean of arrays.

    ``y = (a + b + ...) / n``

    Notes
    -----
    A list of inputs of one shape; those with one element along an axis, or
    fewer axes, repeat. The output has a mask where all inputs have one: a timestep
    counts where it does in any of them.

    Examples
    --------
    >>> import elman
    >>> a, b = elman.Input((3,)), elman.Input((3,))
    >>> elman.layers.Average()([a, b]).shape
    (None, 3)
    """

    _takes_several = True

    def __init__(self, **kwargs: Any):
        super().__init__({}, kwargs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """``Average(**kwargs)(inputs)``."""
    return Average(**kwargs)(inputs)
