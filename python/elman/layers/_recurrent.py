"""What the recurrent layers have in common: a cell, sizes of states, and masks."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from ._inner_cell import InnerCell, inner_cell
from ._layer import Layer
from ._states import arrays_and_states
from .cells import Cell, as_list


class Recurrent(Layer):
    """A layer that runs a cell over a sequence."""

    _expects = {"ndim": 3}
    _arrays = arrays_and_states
    # The cell's class and its name within the layer, where Keras makes the cell.
    _cell: tuple[type[Cell], str] | None = None
    _cell_made: weakref.ref[InnerCell] | None = None

    @property
    def cell(self) -> Cell:
        """The cell, which has the weights."""
        # The cell holds the layer, which therefore must not hold it.
        cell = None if self._cell_made is None else self._cell_made()
        if cell is None:
            cell = inner_cell(self, *self._cell)  # type: ignore[misc]
            self._cell_made = weakref.ref(cell)
        return cell

    def _parts(self) -> Sequence[Layer]:
        return [self.cell]

    def _weight_owner(self) -> Layer | None:
        return self.cell

    @property
    def state_size(self) -> list[Any]:
        """The sizes of the states."""
        return as_list(self.cell.state_size)

    def get_initial_state(
        self, batch_size: Any = None, *, inputs: Any = None, dtype: Any = None
    ) -> list[Any]:
        """The states with which a sequence begins: zeros for a batch.

        Parameters
        ----------
        batch_size : int, or array
            The number of rows, or inputs of that many, as Keras 2 has it.
        inputs : array, optional
            A batch.
        dtype : optional
            Accepted as Keras 2 accepts it; states are float32.
        """
        return self.cell.get_initial_state(batch_size, inputs=inputs, dtype=dtype)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> Any:
        """The shape of the output; with ``return_state`` those of the states, too."""
        output = super().compute_output_shape(input_shape)
        if not self.return_state:
            return output
        return (output, *self._state_shapes(output))

    def _state_shapes(self, output: tuple[int | None, ...]) -> list[Any]:
        """The shapes of the states beside an output of a shape."""
        return _shapes(output[0], self.state_size)

    def compute_mask(self, inputs: Any, mask: npt.ArrayLike | None = None) -> Any:
        """The mask of the output; with ``return_state`` a list, None for each state."""
        of_output = mask if self.return_sequences else None
        if not self.return_state:
            return of_output
        return [of_output, *[None for _ in self.state_size]]


def _shapes(batch: int | None, sizes: list[Any]) -> list[Any]:
    return [
        _shapes(batch, size) if isinstance(size, list) else (batch, size)
        for size in sizes
    ]
