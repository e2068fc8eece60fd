"""CuDNNLSTM and CuDNNGRU, which Keras 2 had for GPUs."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments
from .gru import GRU
from .lstm import LSTM


class CuDNNLSTM(LSTM):
    """LSTM with the activations of cuDNN, tanh and sigmoid: an LSTM, on any machine.

    Its config and what is written of it are those of an LSTM, and so are its
    weights: cuDNN's two biases are one.

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.CuDNNLSTM(3)(np.zeros((8, 2, 10))).shape
    (8, 3)
    """

    def __init__(
        self,
        units: int,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ):
        Layer.__init__(self, arguments(locals()), kwargs)


class CuDNNGRU(GRU):
    """GRU with ``reset_after``, tanh and sigmoid, as cuDNN has it: on any machine.

    Its config and what is written of it are those of a GRU, and so are its weights.

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.CuDNNGRU(3)(np.zeros((8, 2, 10))).shape
    (8, 3)
    """

    def __init__(
        self,
        units: int,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ):
        Layer.__init__(self, arguments(locals()), kwargs)
