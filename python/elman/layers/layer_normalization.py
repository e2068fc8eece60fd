"""LayerNormalization."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class LayerNormalization(Layer):
    """Each row with mean 0 and variance 1.

    ``y = (x - mean) / sqrt(variance + epsilon) * gamma + beta``

    Parameters
    ----------
    axis : int or list of int
        The axis of a row, or its axes.
    epsilon : float
        Added to the variance.
    center, scale : bool
        Whether there are a beta and a gamma.

    Notes
    -----
    Input and output of any shape. Weights: gamma, beta, of the axes' sizes.

    Examples
    --------
    >>> import elman
    >>> elman.layers.LayerNormalization(epsilon=0.0)([[1.0, 3.0]]).tolist()
    [[-1.0, 1.0]]
    """

    def __init__(
        self,
        axis: int | list[int] = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
