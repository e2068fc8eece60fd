"""GlobalAveragePooling2D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class GlobalAveragePooling2D(Layer):
    """The mean value of each channel of a picture.

    Parameters
    ----------
    data_format : {"channels_last", "channels_first"}, optional
        Where the channels lie: last, or right after the batch.
    keepdims : bool
        Keep the axes of rows and columns, with one place.

    Notes
    -----
    Input (batch, rows, columns, channels); output (batch, channels).

    Examples
    --------
    >>> import elman
    >>> elman.layers.GlobalAveragePooling2D()([[[[1.0], [4.0]]]]).tolist()
    [[2.5]]
    """

    _expects = {"ndim": 4}

    def __init__(
        self,
        data_format: Any = None,
        keepdims: bool = False,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
