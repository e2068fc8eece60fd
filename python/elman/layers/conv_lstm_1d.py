"""ConvLSTM1D."""

from __future__ import annotations

from typing import Any

from ._inner_cell import ConvLSTMCell
from ._layer import arguments
from ._recurrent import Recurrent


class ConvLSTM1D(Recurrent):
    """An LSTM whose products are convolutions over a row of features.

    ``i, f, o = recurrent_activation(x_t * W + h * U + b)``, each with its own
    filters, where ``*`` is a convolution; ``c = f * c + i * activation(x_t * W_c
    + h * U_c + b_c)``; ``h = o * activation(c)``

    Parameters
    ----------
    filters : int
        The size of the output's last axis.
    kernel_size : int
        Rows that a window sees.
    strides : int
        Rows from one window over the input to the next.
    padding : {"valid", "same"}
        No padding of the input, or zeros at both ends.
    dilation_rate : int
        Rows from one tap of the input's kernel to the next.
    activation : str
        The function of the candidate and the output.
    recurrent_activation : str
        The function of the gates, as in Keras 3; Keras 2 begins with
        "hard_sigmoid", which is "hard_sigmoid_keras2" here.
    return_sequences : bool
        Return every output rather than the last one.
    return_state : bool
        Return the last states h and c beside the output.

    Notes
    -----
    Input (batch, timesteps, rows, channels); output (batch, new rows, filters),
    or (batch, timesteps, new rows, filters) with ``return_sequences``. Weights:
    kernel (kernel_size, channels, 4 * filters), recurrent_kernel (kernel_size,
    filters, 4 * filters), bias (4 * filters,), gates in the order i, f, c, o.

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.ConvLSTM1D(6, 3)(np.zeros((2, 5, 10, 4))).shape
    (2, 8, 6)
    """

    _expects = {"ndim": 4}
    _cell = ConvLSTMCell, "conv_lstm_cell"

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: int = 1,
        padding: str = "valid",
        data_format: Any = None,
        dilation_rate: int = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
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
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)

    def _state_shapes(self, output: tuple[int | None, ...]) -> list[Any]:
        return self.cell._state_shapes(output)  # type: ignore[attr-defined,no-any-return]
