"""Softmax."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class Softmax(Layer):
    """``exp(x) / sum(exp(x))`` along an axis.

    Parameters
    ----------
    axis : int or list of int
        The axis, or the axes together.

    Notes
    -----
    Input and output of any shape. A mask of the input's shape gives 0 where it
    is False.

    Examples
    --------
    >>> import elman
    >>> elman.layers.Softmax()([[0.0, 0.0]]).tolist()
    [[0.5, 0.5]]
    """

    def __init__(
        self,
        axis: int | list[int] = -1,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
