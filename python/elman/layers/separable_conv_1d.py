"""SeparableConv1D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class SeparableConv1D(Layer):
    """Each feature convolved along time by itself, then all of them mixed.

    Parameters
    ----------
    filters : int
        The size of the output's last axis.
    kernel_size : int
        Timesteps that a window sees.
    depth_multiplier : int
        Kernels for each feature.
    strides : int
        Timesteps from one window to the next.
    padding : {"valid", "same", "causal"}
        No padding; zeros at both ends, so that the length stays with strides of 1;
        zeros before the first timestep, so that no output sees a later input.
    dilation_rate : int
        Timesteps from one tap of the kernel to the next.
    activation : str, optional
        Linear where it is not given.

    Notes
    -----
    Input (batch, timesteps, features); output (batch, new timesteps, filters).
    Weights: depthwise_kernel (kernel_size, features, depth_multiplier),
    pointwise_kernel (1, features * depth_multiplier, filters), bias (filters,).

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.SeparableConv1D(8, 3)(np.zeros((2, 10, 4))).shape
    (2, 8, 8)
    """

    _expects = {"min_ndim": 3}
    _fixes_features = True

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: int = 1,
        padding: str = "valid",
        data_format: Any = None,
        dilation_rate: int = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
