"""SimpleRNN."""

from __future__ import annotations

from typing import Any

from ._inputs import InputSpec
from ._layer import arguments
from ._recurrent import Recurrent
from .cells import SimpleRNNCell


class SimpleRNN(Recurrent):
    """A fully connected recurrent layer, the Elman network.

    ``h_t = activation(x_t @ kernel + h_(t-1) @ recurrent_kernel + bias)``

    Parameters
    ----------
    units : int
        The size of the hidden state.
    activation : str
        The function of the hidden state.
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
    timesteps, units) with ``return_sequences``. Weights: kernel (features,
    units), recurrent_kernel (units, units), bias (units,).

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.SimpleRNN(3)(np.zeros((8, 2, 10))).shape
    (8, 3)
    """

    _cell = SimpleRNNCell, "simple_rnn_cell"

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
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
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)

    @property
    def input_spec(self) -> list[InputSpec]:
        """What inputs must be like: a list of one, as Keras has it here alone."""
        return [InputSpec(**self._expects)]
