"""Dropout."""

from __future__ import annotations

from typing import Any

from ._layer import Layer


class Dropout(Layer):
    """Zeros for a part of the inputs while training; at inference, nothing.

    Parameters
    ----------
    rate : float
        The part, 0 to 1.

    Examples
    --------
    >>> import elman
    >>> elman.layers.Dropout(0.5)([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            {"rate": rate, "noise_shape": noise_shape, "seed": seed}, kwargs
        )
