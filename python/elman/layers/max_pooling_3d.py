"""MaxPooling3D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class MaxPooling3D(Layer):
    """The largest value of each window over volumes.

    Parameters
    ----------
    pool_size : int or three int
        Planes, rows and columns that a window sees.
    strides : int or three int, optional
        Planes, rows and columns from one window to the next; ``pool_size`` where not
        given.
    padding : {"valid", "same"}
        Whole windows only, or also those that reach out of the input.
    data_format : {"channels_last", "channels_first"}, optional
        Where the channels lie: last, or right after the batch.

    Notes
    -----
    Input (batch, planes, rows, columns, channels); output (batch, new planes, new
    rows, new columns, channels).

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.MaxPooling3D()(np.zeros((2, 4, 6, 5, 3))).shape
    (2, 2, 3, 2, 3)
    """

    _expects = {"ndim": 5}

    def __init__(
        self,
        pool_size: Any = (2, 2, 2),
        strides: Any = None,
        padding: str = "valid",
        data_format: Any = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
