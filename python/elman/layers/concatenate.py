"""Concatenate."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class Concatenate(Layer):
    """Arrays one behind the other along an axis.

    Parameters
    ----------
    axis : int
        Any but the batch.

    Notes
    -----
    A list of inputs whose shapes differ along the axis alone. Along time the masks
    are concatenated too; along features a timestep counts where it does in any input.

    Examples
    --------
    >>> import elman
    >>> a, b = elman.Input((5, 2)), elman.Input((5, 3))
    >>> elman.layers.Concatenate()([a, b]).shape
    (None, 5, 5)
    """

    _takes_several = True

    def __init__(self, axis: int = -1, **kwargs: Any):
        super().__init__(arguments(locals()), kwargs)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """``Concatenate(axis, **kwargs)(inputs)``."""
    return Concatenate(axis=axis, **kwargs)(inputs)
