"""UpSampling2D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class UpSampling2D(Layer):
    """Each place of a picture several times, or values between the places.

    Parameters
    ----------
    size : int or two int
        How often along rows and along columns.
    data_format : {"channels_last", "channels_first"}, optional
        Where the channels lie: last, or right after the batch.
    interpolation : {"nearest", "bilinear"}
        The nearest place, or the mean of four weighted by how near they are. Keras's
        others are refused.

    Notes
    -----
    Input (batch, rows, columns, channels); output with more rows and columns.

    Examples
    --------
    >>> import elman
    >>> elman.layers.UpSampling2D((1, 2))([[[[5.0], [6.0]]]]).tolist()
    [[[[5.0], [5.0], [6.0], [6.0]]]]
    """

    _expects = {"ndim": 4}

    def __init__(
        self,
        size: Any = (2, 2),
        data_format: Any = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
