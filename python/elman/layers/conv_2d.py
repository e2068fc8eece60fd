"""Conv2D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class Conv2D(Layer):
    """A convolution of pictures.

    Parameters
    ----------
    filters : int
        The channels of the output.
    kernel_size : int or two int
        Rows and columns that a window sees.
    strides : int or two int
        Rows and columns from one window to the next.
    padding : {"valid", "same"}
        No padding, or zeros at all borders, so that the size stays with strides of 1.
    data_format : {"channels_last", "channels_first"}, optional
        Where the channels lie: last, or right after the batch.
    dilation_rate : int or two int
        Rows and columns from one tap of the kernel to the next.
    groups : int
        Groups of channels that are convolved by themselves.
    activation : str, optional
        Linear where it is not given.

    Notes
    -----
    Input (batch, rows, columns, channels); output (batch, new rows, new columns,
    filters). Weights: kernel (rows, columns, channels / groups, filters), bias
    (filters,).

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.Conv2D(8, 3, strides=2)(np.zeros((2, 9, 9, 3))).shape
    (2, 4, 4, 8)
    """

    _expects = {"min_ndim": 4}
    _fixes_features = True

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: Any = None,
        dilation_rate: Any = (1, 1),
        groups: int = 1,
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
