"""SpatialDropout2D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class SpatialDropout2D(Layer):
    """Zeros for whole channels while training; at inference, nothing.

    Parameters
    ----------
    rate : float
        The part of the channels, 0 to 1.
    data_format : {"channels_last", "channels_first"}, optional
        Where the channels lie: last, or right after the batch.

    Notes
    -----
    Input and output (batch, rows, columns, channels).

    Examples
    --------
    >>> import elman
    >>> elman.layers.SpatialDropout2D(0.5)([[[[1.0, 2.0]]]]).tolist()
    [[[[1.0, 2.0]]]]
    """

    _expects = {"ndim": 4}

    def __init__(
        self,
        rate: float,
        data_format: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
