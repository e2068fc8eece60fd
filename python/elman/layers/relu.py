"""ReLU."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class ReLU(Layer):
    """``max(x, 0)``, with a largest value, a slope and a threshold.

    Parameters
    ----------
    max_value : float, optional
        The largest output.
    negative_slope : float
        The slope up to the threshold.
    threshold : float
        The function is x above it.

    Notes
    -----
    Input and output of any shape.

    Examples
    --------
    >>> import elman
    >>> elman.layers.ReLU(max_value=2.0)([[-1.0, 1.0, 3.0]]).tolist()
    [[0.0, 1.0, 2.0]]
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
