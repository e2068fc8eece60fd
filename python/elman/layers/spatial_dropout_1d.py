"""SpatialDropout1D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class SpatialDropout1D(Layer):
    """Zeros for whole features while training; at inference, nothing.

    Parameters
    ----------
    rate : float
        The part of the features, 0 to 1.

    Notes
    -----
    Input and output (batch, timesteps, features).

    Examples
    --------
    >>> import elman
    >>> elman.layers.SpatialDropout1D(0.5)([[[1.0, 2.0]]]).tolist()
    [[[1.0, 2.0]]]
    """

    _expects = {"ndim": 3}

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
