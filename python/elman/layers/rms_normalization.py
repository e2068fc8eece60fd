"""RMSNormalization."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class RMSNormalization(Layer):
    """Each row with a mean square of 1 (Keras 3).

    ``y = x / sqrt(mean(x**2) + epsilon) * scale``

    Parameters
    ----------
    axis : int or list of int
        The axis of a row, or its axes.
    epsilon : float
        Added to the mean square.

    Notes
    -----
    Input and output of any shape. Weights: scale, of the axes' sizes.

    Examples
    --------
    >>> import elman
    >>> elman.layers.RMSNormalization(epsilon=0.0)([[3.0, -3.0]]).tolist()
    [[1.0, -1.0]]
    """

    _weight_attributes = {"scale": "scale"}

    def __init__(
        self,
        axis: int | list[int] = -1,
        epsilon: float = 1e-6,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
