"""DepthwiseConv1D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class DepthwiseConv1D(Layer):
    """Each feature convolved along time by itself.

    Parameters
    ----------
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
    Input (batch, timesteps, features); output (batch, new timesteps, features *
    depth_multiplier). Weights: depthwise_kernel (kernel_size, features,
    depth_multiplier), bias (features * depth_multiplier,).

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.DepthwiseConv1D(3)(np.zeros((2, 10, 4))).shape
    (2, 8, 4)
    """

    _expects = {"min_ndim": 3}
    _fixes_features = True
    # The name that Keras 3 has for it.
    _weight_attributes = {"kernel": "depthwise_kernel"}

    def __init__(
        self,
        kernel_size: int,
        strides: int = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: Any = None,
        dilation_rate: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
