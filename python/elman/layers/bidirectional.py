"""Bidirectional."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy.typing as npt

from .._custom_objects import custom_object_scope
from ._custom import custom_classes
from ._layer import Layer
from ._states import arrays_and_states


def _runs_own_cell(layer: Layer) -> bool:
    """Whether a layer runs a cell of the user's class, which has weights."""
    return hasattr(layer, "go_backwards") and bool(custom_classes(layer))


def _from_the_other_end(layer: Layer) -> Layer:
    """A copy of a layer with weights of its own, and the other `go_backwards`."""
    config = {**layer.get_config(), "go_backwards": not layer.go_backwards}
    with custom_object_scope(custom_classes(layer)):
        return type(layer).from_config(config)


class Bidirectional(Layer):
    """A recurrent layer and its copy that reads the sequence from the other end.

    Parameters
    ----------
    layer : Layer
        A recurrent layer.
    merge_mode : {"concat", "sum", "mul", "ave", None}
        How the two outputs become one; None returns both.
    backward_layer : Layer, optional
        The layer for the other direction, with the other ``go_backwards``; otherwise
        a copy of ``layer``.

    Notes
    -----
    Input (batch, timesteps, features); output as ``layer``'s, with twice the
    units at "concat". Both directions' outputs stand in the order of the
    input. Weights: those of the forward layer, then the backward layer's.

    Examples
    --------
    >>> import numpy as np, elman
    >>> from elman.layers import Bidirectional, SimpleRNN
    >>> Bidirectional(SimpleRNN(8))(np.zeros((1, 10, 4))).shape
    (1, 16)
    """

    _expects = {"ndim": 3}
    _arrays = arrays_and_states

    def __init__(
        self,
        layer: Layer,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Layer | None = None,
        **kwargs: Any,
    ):
        inner = [layer] if backward_layer is None else [layer, backward_layer]
        for given in inner:
            if not isinstance(given, Layer):
                raise ValueError(
                    "Please initialize `Bidirectional` layer with an elman "
                    f"layer instance. Received: {given}"
                )
        if backward_layer is None and _runs_own_cell(layer):
            inner.append(_from_the_other_end(layer))
        self._create_around(
            inner, {"merge_mode": merge_mode, "weights": weights, **kwargs}
        )

    @cached_property
    def _state_structure(self) -> list[Any] | None:
        layers = self._inner or [self.forward_layer, self.backward_layer]
        structures = [layer._state_structure for layer in layers]
        if None in structures:
            return None
        return structures[0] + structures[-1]

    @property
    def layer(self) -> Layer:
        """The layer that was wrapped, as it runs: ``forward_layer``."""
        return self.forward_layer

    @property
    def return_sequences(self) -> bool:
        """Whether every output is returned rather than the last one."""
        return bool(self.forward_layer.return_sequences)

    @property
    def return_state(self) -> bool:
        """Whether the last states are returned beside the output."""
        return bool(self.forward_layer.return_state)

    @property
    def go_backwards(self) -> bool:
        """Whether ``forward_layer`` reads the last timestep first."""
        return bool(self.forward_layer.go_backwards)

    @property
    def stateful(self) -> bool:
        """Whether each call begins with the states that the last one left."""
        return bool(self.forward_layer.stateful)

    @property
    def forward_layer(self) -> Layer:
        """The layer that reads the sequence as it stands."""
        return self._child("forward_layer")

    @property
    def backward_layer(self) -> Layer:
        """The layer that reads the sequence from its end."""
        return self._child("backward_layer")

    def _parts(self) -> Sequence[Layer]:
        return [self.forward_layer, self.backward_layer]

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> Any:
        """The shape of the output; a tuple of shapes where there are several."""
        output = super().compute_output_shape(input_shape)
        outputs = (output, output) if self.merge_mode is None else (output,)
        if self.return_state:
            _, *states = self.forward_layer.compute_output_shape(input_shape)
            outputs = (*outputs, *states, *states)
        return outputs if len(outputs) > 1 else output

    def compute_mask(self, inputs: Any, mask: npt.ArrayLike | None = None) -> Any:
        """The mask of the output; a list where there are several outputs."""
        of_output = mask if self.return_sequences else None
        masks = [of_output, of_output] if self.merge_mode is None else [of_output]
        if self.return_state:
            masks += [None for _ in 2 * self.forward_layer.state_size]
        return masks if len(masks) > 1 else of_output
