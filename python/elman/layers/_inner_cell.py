"""The cell of a layer that is made with its cell, such as ``LSTM(2).cell``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._run import FloatArray
from ._layer import _restore
from .cells import Cell

if TYPE_CHECKING:
    from ._layer import Layer

# The arguments of a recurrent layer that are none of its cell.
_OF_THE_LAYER = {
    "activity_regularizer",
    "batch_input_shape",
    "go_backwards",
    "quantization",
    "return_sequences",
    "return_state",
    "stateful",
    "supports_masking",
    "unroll",
    "zero_output_for_mask",
}


class InnerCell(Cell):
    """A view of a layer as the cell in it: the weights are the layer's."""

    # The class of the same cell outside a layer.
    _outside: type[Cell]

    def __init__(self, layer: Layer, name: str):
        self._layer = layer
        self._name_inside = name
        self._forget()
        self._stand_in(layer.path)

    @property
    def _handle(self) -> int:
        return self._layer._handle

    @property
    def _is_closed(self) -> bool:
        return self._layer._is_closed

    @property  # type: ignore[misc]  # fixed, as is a layer's
    def name(self) -> str:
        """The name within the layer."""
        return self._name_inside

    @property
    def path(self) -> str:
        """The name, after those of the layers around it."""
        return f"{self._layer.path}/{self._name_inside}"

    def get_config(self) -> dict[str, Any]:
        """The arguments, as the cell's own ``get_config`` gives them."""
        config = self._layer.get_config()
        kept = {name: config[name] for name in config if name not in _OF_THE_LAYER}
        return {**kept, "name": self.name}

    def _written_name(self) -> str:
        return self._outside.__name__

    def _alone(self) -> Cell:
        """The same cell outside the layer, not built."""
        return self._outside.from_config(self.get_config())  # type: ignore[return-value]

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights of the layer for inputs of a step."""
        batch, *features = input_shape
        self._layer.build((batch, None, *features))

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """The shape of a step's inputs."""
        batch, _, *features = self._layer.input_shape
        return (batch, *features)

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """The shape of a step's output."""
        return self.compute_output_shape(self.input_shape)

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """The shape of a step's output for inputs of a shape."""
        return self._alone().compute_output_shape(input_shape)

    @property  # type: ignore[misc]  # the layer's can be set
    def supports_masking(self) -> bool:
        """Whether a cell knows of masks: its layer does."""
        return False

    def __call__(  # type: ignore[override]  # a cell's own arguments
        self, inputs: npt.ArrayLike, states: Any, training: bool = False
    ) -> tuple[FloatArray, list[FloatArray]]:
        """One step, with the weights that the layer has now."""
        if not self.built:
            self.build((None, *np.shape(inputs)[1:]))
        return self._copied()(inputs, states, training)

    def _copied(self) -> Cell:
        cell = self._alone()
        if self.built:
            cell.build(self.input_shape)
            cell.set_weights(self.get_weights())
        return cell

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle as a cell outside the layer, with these weights."""
        shape = self.input_shape if self.built else None
        return _restore, (self._outside, self.get_config(), shape, self.get_weights())


class ConvLSTMCell(Cell):
    """The cell of a ConvLSTM, which Keras has inside the layer alone."""

    @property
    def state_size(self) -> list[Any]:
        """The number of filters, for each state."""
        return [self.filters, self.filters]

    @property
    def output_size(self) -> int:
        """The number of filters."""
        return int(self.filters)

    def _state_shapes(self, output: Sequence[int | None]) -> list[Any]:
        """The shapes of the states beside an output of the layer."""
        # A sequence has the batch and the timesteps before its space.
        axes = self._layer._expects["ndim"] - 2
        return [(output[0], *output[-axes:]) for _ in self.state_size]

    def _initial_states(self, batch: int) -> list[Any]:
        output = (batch, *self._layer.output_shape[1:])
        return [np.zeros(shape, np.float32) for shape in self._state_shapes(output)]

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Layer:
        """Refuse to make one outside a layer."""
        raise NotImplementedError("elman has ConvLSTMCell inside a ConvLSTM alone.")


_classes: dict[type[Cell], type[InnerCell]] = {}


def inner_cell(layer: Layer, cls: type[Cell], name: str) -> InnerCell:
    """The cell of a class and a name inside a layer."""
    if cls not in _classes:
        namespace = {"_outside": cls, "__module__": __name__, "__doc__": cls.__doc__}
        _classes[cls] = type(cls.__name__, (InnerCell, cls), namespace)
    return _classes[cls](layer, name)
