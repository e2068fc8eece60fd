"""LeakyReLU."""

from __future__ import annotations

from typing import Any

from ._layer import Layer


class LeakyReLU(Layer):
    """``x``, or ``negative_slope * x`` below 0.

    Parameters
    ----------
    negative_slope : float, optional
        The slope below 0, 0.3 where it is not given. Keras 2 calls it ``alpha``,
        which is read too.

    Notes
    -----
    Input and output of any shape.

    Examples
    --------
    >>> import elman
    >>> elman.layers.LeakyReLU(0.5)([[-1.0, 1.0]]).tolist()
    [[-0.5, 1.0]]
    """

    def __init__(self, negative_slope: float | None = None, **kwargs: Any):
        given = negative_slope is not None
        super().__init__({"negative_slope": negative_slope} if given else {}, kwargs)
