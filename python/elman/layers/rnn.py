"""RNN."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ._layer import Layer, arguments, leaves
from ._recurrent import Recurrent
from .cells import Cell, as_cell


class RNN(Recurrent):
    """Any cell over a sequence.

    Parameters
    ----------
    cell : cell, or list of cells
        ``SimpleRNNCell``, ``LSTMCell``, ``GRUCell``, ``StackedRNNCells``, a list
        of these, or an object with ``state_size`` and ``call(inputs, states)``.
    return_sequences : bool
        Return every output rather than the last one.
    return_state : bool
        Return the last states beside the output.
    go_backwards : bool
        Read the last timestep first.
    stateful : bool
        Begin each call with the states that the last one left.
    zero_output_for_mask : bool
        Zeros as the output of masked steps, rather than the output before.

    Notes
    -----
    Input (batch, timesteps, features); output (batch, units), or (batch,
    timesteps, units) with ``return_sequences``. Weights: the cell's. The ``call`` of
    a cell in Python may read the model that is running it, not change it: see
    ``elman.layers.cells.PythonCell``.

    Examples
    --------
    >>> import numpy as np, elman
    >>> from elman.layers import RNN, GRUCell
    >>> RNN([GRUCell(8), GRUCell(3)])(np.zeros((2, 5, 1))).shape
    (2, 3)
    """

    _shared = "cell"
    # Keras has none: a cell of the user's may take inputs of any rank.
    _expects = {}

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ):
        config = arguments(locals())
        self._create_around([as_cell(config.pop("cell"))], {**config, **kwargs})

    @cached_property
    def _state_structure(self) -> list[Any] | None:
        structure = self.cell._state_structure
        is_flat = structure is None or structure == leaves(structure)
        return None if is_flat else structure

    @property
    def cell(self) -> Cell:
        """The cell, which has the weights."""
        cell = self._child("cell") if self._inner is None else self._inner[0]
        return cell  # type: ignore[return-value]

    def _weight_owner(self) -> Layer | None:
        return None
