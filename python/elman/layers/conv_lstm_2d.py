"""ConvLSTM2D."""

from __future__ import annotations

from typing import Any

from ._inner_cell import ConvLSTMCell
from ._layer import arguments
from ._recurrent import Recurrent


class ConvLSTM2D(Recurrent):
    """An LSTM whose products are convolutions over pictures.

    Parameters
    ----------
    filters : int
        The channels of the output.
    kernel_size : int or two int
        Rows and columns that a window sees.
    strides : int or two int
        Rows and columns from one window over the input to the next.
    padding : {"valid", "same"}
        No padding of the input, or zeros at all borders.
    dilation_rate : int or two int
        Rows and columns from one tap of the input's kernel to the next.
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
    Input (batch, timesteps, rows, columns, channels); output (batch, new rows, new
    columns, filters), or with timesteps behind the batch with ``return_sequences``.
    Weights: kernel (rows, columns, channels, 4 * filters), recurrent_kernel (rows,
    columns, filters, 4 * filters), bias (4 * filters,), gates in the order i, f, c, o.
    The arithmetic is that of ConvLSTM1D.

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.ConvLSTM2D(6, 3)(np.zeros((2, 5, 10, 9, 4))).shape
    (2, 8, 7, 6)
    """

    _expects = {"ndim": 5}
    _cell = ConvLSTMCell, "conv_lstm_cell"

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: Any = None,
        dilation_rate: Any = 1,
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
