"""Permute."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class Permute(Layer):
    """The axes in another order.

    Parameters
    ----------
    dims : tuple of int
        The axes past the batch, counted from 1.

    Notes
    -----
    Input (batch, ...); output (batch, ...).

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.Permute((2, 1))(np.zeros((3, 8, 5))).shape
    (3, 5, 8)
    """

    def __init__(
        self,
        dims: Any,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)

    def _expected(self) -> dict[str, Any]:
        return {"ndim": len(self.dims) + 1}
