"""LSTM."""

from __future__ import annotations

from typing import Any

from ._layer import arguments
from ._recurrent import Recurrent
from .cells import LSTMCell


class LSTM(Recurrent):
    """Long short-term memory, with Keras's gates.

    ``i, f, o = recurrent_activation(x_t @ W + h @ U + b)``, each with its own
    columns; ``c = f * c + i * activation(x_t @ W_c + h @ U_c + b_c)``;
    ``h = o * activation(c)``

    Parameters
    ----------
    units : int
        The size of the hidden state.
    activation : str
        The function of the candidate and the output.
    recurrent_activation : str
        The function of the gates; "hard_sigmoid" is Keras 3's and
        "hard_sigmoid_keras2" that of Keras 2.
    unit_forget_bias : bool
        Begin with a bias of 1 for the forget gate.
    return_sequences : bool
        Return every hidden state rather than the last one.
    return_state : bool
        Return the last states h and c beside the output.
    go_backwards : bool
        Read the last timestep first.
    stateful : bool
        Begin each call with the states that the last one left; the batch
        size must be fixed.

    Notes
    -----
    Input (batch, timesteps, features); output (batch, units), or (batch,
    timesteps, units) with ``return_sequences``. Weights: kernel (features, 4 *
    units), recurrent_kernel (units, 4 * units), bias (4 * units,), gates in the
    order i, f, c, o.

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.LSTM(3)(np.zeros((8, 2, 10))).shape
    (8, 3)
    """

    _cell = LSTMCell, "lstm_cell"

    def __init__(
        self,
        units: int,
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
        unroll: bool = False,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
