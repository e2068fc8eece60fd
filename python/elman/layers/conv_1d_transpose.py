"""Conv1DTranspose."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class Conv1DTranspose(Layer):
    """Each timestep spread over several: the transpose of a convolution.

    Parameters
    ----------
    filters : int
        The size of the output's last axis.
    kernel_size : int
        Timesteps over which one is spread.
    strides : int
        Timesteps of the output for one of the input.
    padding : {"valid", "same"}
        Keep all of the output, or ``strides`` timesteps for each of the input.
    output_padding : int, optional
        Timesteps added at the end.
    dilation_rate : int
        Timesteps from one tap of the kernel to the next.
    activation : str, optional
        Linear where it is not given.

    Notes
    -----
    Input (batch, timesteps, features); output (batch, new timesteps, filters).
    Weights: kernel (kernel_size, filters, features), bias (filters,).

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.Conv1DTranspose(8, 3, strides=2)(np.zeros((2, 5, 4))).shape
    (2, 11, 8)
    """

    _expects = {"min_ndim": 3}
    _fixes_features = True

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: int = 1,
        padding: str = "valid",
        output_padding: int | None = None,
        data_format: Any = None,
        dilation_rate: int = 1,
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
