"""ZeroPadding2D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class ZeroPadding2D(Layer):
    """Rows and columns of zeros around a picture.

    Parameters
    ----------
    padding : int, two int or two pairs of int
        For all borders; for rows and for columns; or ((top, bottom), (left, right)).
    data_format : {"channels_last", "channels_first"}, optional
        Where the channels lie: last, or right after the batch.

    Notes
    -----
    Input (batch, rows, columns, channels); output with more rows and columns.

    Examples
    --------
    >>> import elman
    >>> elman.layers.ZeroPadding2D(((0, 1), (1, 0)))([[[[5.0]]]]).tolist()
    [[[[0.0], [5.0]], [[0.0], [0.0]]]]
    """

    _expects = {"ndim": 4}

    def __init__(
        self,
        padding: Any = (1, 1),
        data_format: Any = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
