"""GRU."""

from __future__ import annotations

from typing import Any

from ._layer import arguments
from ._recurrent import Recurrent
from .cells import GRUCell


class GRU(Recurrent):
    """The gated recurrent unit, with Keras's gates.

    ``z, r = recurrent_activation(x_t @ W + h @ U + b)``, each with its own
    columns; ``h = z * h + (1 - z) * activation(x_t @ W_h + b_h + r * (h @ U_h +
    b_rh))``, or ``(r * h) @ U_h`` where ``reset_after`` is False

    Parameters
    ----------
    units : int
        The size of the hidden state.
    activation : str
        The function of the candidate and the output.
    recurrent_activation : str
        The function of the gates; "hard_sigmoid" is Keras 3's and
        "hard_sigmoid_keras2" that of Keras 2.
    reset_after : bool
        Apply the reset gate after the recurrent product (the default) or
        before it.
    return_sequences : bool
        Return every hidden state rather than the last one.
    return_state : bool
        Return the last state beside the output.
    go_backwards : bool
        Read the last timestep first.
    stateful : bool
        Begin each call with the states that the last one left; the batch
        size must be fixed.

    Notes
    -----
    Input (batch, timesteps, features); output (batch, units), or (batch,
    timesteps, units) with ``return_sequences``. Weights: kernel (features, 3 *
    units), recurrent_kernel (units, 3 * units), bias (2, 3 * units), or (3 *
    units,) where ``reset_after`` is False; gates in the order z, r, h.

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.GRU(3)(np.zeros((8, 2, 10))).shape
    (8, 3)
    """

    _cell = GRUCell, "gru_cell"

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
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
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
