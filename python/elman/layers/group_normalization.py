"""GroupNormalization."""

from __future__ import annotations

from typing import Any

from ._inputs import axis_and_rank
from ._layer import Layer, arguments


class GroupNormalization(Layer):
    """Each group of features of a sample with mean 0 and variance 1.

    ``y = (x - mean) / sqrt(variance + epsilon) * gamma + beta``

    Parameters
    ----------
    groups : int
        The number of groups, which divides the features; -1: one for each.
    axis : int
        The axis of the features.
    epsilon : float
        Added to the variance.
    center, scale : bool
        Whether there are a beta and a gamma.

    Notes
    -----
    Input and output (batch, ..., features). Weights: gamma, beta (features,).

    Examples
    --------
    >>> import elman
    >>> elman.layers.GroupNormalization(1, epsilon=0.0)([[1.0, 3.0]]).tolist()
    [[-1.0, 1.0]]
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
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

    def _expected(self) -> dict[str, Any]:
        return axis_and_rank(self) if self.built else {}
