"""Dot."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class Dot(Layer):
    """The products of the vectors along an axis of each of two arrays.

    Parameters
    ----------
    axes : int or list of two
        The axis of both inputs, or of each.
    normalize : bool
        Whether vectors are divided by their lengths: cosine similarities.

    Notes
    -----
    Inputs (batch, M..., depth) and (batch, N..., depth), wherever the axes stand;
    output (batch, M..., N...), or (batch, 1) of two vectors. Masks stop here.

    Examples
    --------
    >>> import elman
    >>> a, b = elman.Input((5, 4)), elman.Input((7, 4))
    >>> elman.layers.Dot(axes=2)([a, b]).shape
    (None, 5, 7)
    """

    _takes_several = True

    def __init__(
        self,
        axes: int | list[int] | tuple[int, int],
        normalize: bool = False,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """``Dot(axes, **kwargs)(inputs)``."""
    return Dot(axes=axes, **kwargs)(inputs)
