"""MaxPooling2D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class MaxPooling2D(Layer):
    """The largest value of each window over pictures.

    Parameters
    ----------
    pool_size : int or two int
        Rows and columns that a window sees.
    strides : int or two int, optional
        Rows and columns from one window to the next; ``pool_size`` where not given.
    padding : {"valid", "same"}
        Whole windows only, or also those that reach out of the input.
    data_format : {"channels_last", "channels_first"}, optional
        Where the channels lie: last, or right after the batch.

    Notes
    -----
    Input (batch, rows, columns, channels); output (batch, new rows, new columns,
    channels).

    Examples
    --------
    >>> import elman
    >>> elman.layers.MaxPooling2D()([[[[1.0], [2.0]], [[3.0], [4.0]]]]).tolist()
    [[[[4.0]]]]
    """

    _expects = {"ndim": 4}

    def __init__(
        self,
        pool_size: Any = (2, 2),
        strides: Any = None,
        padding: str = "valid",
        data_format: Any = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
