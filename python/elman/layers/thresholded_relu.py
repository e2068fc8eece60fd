"""ThresholdedReLU."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class ThresholdedReLU(Layer):
    """``x`` where it is greater than theta, otherwise 0 (Keras 2).

    Parameters
    ----------
    theta : float
        The threshold, at least 0.

    Notes
    -----
    Input and output of any shape.

    Examples
    --------
    >>> import elman
    >>> elman.layers.ThresholdedReLU(0.5)([[0.25, 1.0]]).tolist()
    [[0.0, 1.0]]
    """

    def __init__(
        self,
        theta: float = 1.0,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
