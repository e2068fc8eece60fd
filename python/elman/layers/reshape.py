"""Reshape."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class Reshape(Layer):
    """The same elements in another shape.

    Parameters
    ----------
    target_shape : tuple of int
        The shape without the batch; one size may be -1.

    Notes
    -----
    Input (batch, ...); output (batch, *target_shape).

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.Reshape((2, -1))(np.zeros((3, 8))).shape
    (3, 2, 4)
    """

    def __init__(
        self,
        target_shape: Any,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
