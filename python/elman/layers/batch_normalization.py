"""BatchNormalization."""

from __future__ import annotations

from typing import Any

from ._inputs import axis_and_rank
from ._layer import Layer, arguments


class BatchNormalization(Layer):
    """Each feature with the mean and the variance that training found.

    ``y = (x - moving_mean) / sqrt(moving_variance + epsilon) * gamma + beta``

    Parameters
    ----------
    axis : int
        The axis of the features.
    momentum : float
        How slowly the moving mean and variance change in training.
    epsilon : float
        Added to the variance.
    center, scale : bool
        Whether there are a beta and a gamma.

    Notes
    -----
    Input and output of any shape. Weights: gamma, beta, moving_mean,
    moving_variance (features,); the last two are not trainable.

    Examples
    --------
    >>> import elman
    >>> elman.layers.BatchNormalization(epsilon=0.0)([[1.0, 3.0]]).tolist()
    [[1.0, 3.0]]
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)

    def _expected(self) -> dict[str, Any]:
        return axis_and_rank(self) if self.built else {}
