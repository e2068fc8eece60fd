"""UnitNormalization."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class UnitNormalization(Layer):
    """Each row divided by its Euclidean length.

    Parameters
    ----------
    axis : int or list of int
        The axis of a row, or its axes.

    Notes
    -----
    Input and output of any shape.

    Examples
    --------
    >>> import elman
    >>> elman.layers.UnitNormalization()([[0.0, 5.0]]).tolist()
    [[0.0, 1.0]]
    """

    def __init__(
        self,
        axis: int | list[int] = -1,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
