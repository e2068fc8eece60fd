"""Flatten."""

from __future__ import annotations

from typing import Any

from ._layer import Layer


class Flatten(Layer):
    """All axes but the batch as one: (batch, a, b) to (batch, a * b).

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.Flatten()(np.zeros((8, 2, 3))).shape
    (8, 6)
    """

    _expects = {"min_ndim": 1}

    def __init__(self, data_format: str | None = None, **kwargs: Any):
        super().__init__({"data_format": data_format}, kwargs)
