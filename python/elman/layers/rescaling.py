"""Rescaling."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class Rescaling(Layer):
    """Values times a factor, plus an offset.

    ``y = x * scale + offset``

    Parameters
    ----------
    scale, offset : float
        The factor, and what is added.

    Notes
    -----
    Input and output of any shape.

    Examples
    --------
    >>> import elman
    >>> elman.layers.Rescaling(0.5, 1.0)([[2.0, 4.0]]).tolist()
    [[2.0, 3.0]]
    """

    def __init__(
        self,
        scale: float,
        offset: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
