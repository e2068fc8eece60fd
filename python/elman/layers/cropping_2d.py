"""Cropping2D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class Cropping2D(Layer):
    """A picture without some rows and columns at its borders.

    Parameters
    ----------
    cropping : int, two int or two pairs of int
        For all borders; for rows and for columns; or ((top, bottom), (left, right)).
    data_format : {"channels_last", "channels_first"}, optional
        Where the channels lie: last, or right after the batch.

    Notes
    -----
    Input (batch, rows, columns, channels); output with fewer rows and columns.

    Examples
    --------
    >>> import elman
    >>> elman.layers.Cropping2D(((0, 0), (0, 1)))([[[[5.0], [6.0]]]]).tolist()
    [[[[5.0]]]]
    """

    _expects = {"ndim": 4}

    def __init__(
        self,
        cropping: Any = ((0, 0), (0, 0)),
        data_format: Any = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
