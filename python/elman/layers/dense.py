"""Dense."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class Dense(Layer):
    """A fully connected layer over the last axis.

    ``y = activation(x @ kernel + bias)``

    Parameters
    ----------
    units : int
        The size of the output's last axis.
    activation : str, optional
        Any of Keras's activations; linear where it is not given.

    Notes
    -----
    Input (batch, ..., features); output (batch, ..., units). Weights: kernel
    (features, units), bias (units,).

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.Dense(2)(np.zeros((8, 5, 3))).shape
    (8, 5, 2)
    """

    _expects = {"min_ndim": 2}
    _fixes_features = True

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
