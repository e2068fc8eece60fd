"""The states that recurrent layers carry, and their places in nested lists."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from .. import _arrays
from .._errors import NotStatefulError
from .._library import check
from .._network import Network, as_batch
from .._run import FloatArray


class Stateful(Network):
    """What carries states from call to call, where it is stateful."""

    def reset_states(self, states: Any = None) -> None:
        """Put a stateful layer's states back to zero, or to given ones.

        Parameters
        ----------
        states : array or list of arrays, optional
            (batch, size) each, as ``states`` gives them.

        Raises
        ------
        ValueError
            If states are given and the layer is not stateful, or they do not fit.
        """
        if states is None:
            super().reset_states()
            return
        given = [_arrays.float32(state, "state") for state in flattened(states)]
        described = _arrays.describe_all(given)
        check(self._function("set_states")(self._handle, described, len(given)))

    reset_state = reset_states

    @property
    def states(self) -> list[Any]:
        """Copies of the states that a stateful layer carries.

        Of stacked cells one entry a cell, a list where the cell has several.
        """
        try:
            states = self._copies("state")
        except ValueError as error:
            raise NotStatefulError(str(error)) from None
        structure = self._state_structure
        return states if structure is None else nested(states, structure)

    @cached_property
    def _state_structure(self) -> list[Any] | None:
        """The sizes of nested states; None where the list of states is flat."""
        return None

    def _with_nested_states(self, outputs: list[FloatArray]) -> list[Any]:
        structure = self._state_structure
        if structure is None:
            return outputs
        first = len(outputs) - len(leaves(structure))
        if first < 1:  # no states were returned
            return outputs
        return outputs[:first] + nested(outputs[first:], structure)


def arrays_and_states(layer: Any, inputs: Any) -> tuple[list[FloatArray], list[Any]]:
    """The input of a recurrent layer and, of a list of arrays, its first states.

    A list of the rows of a batch is that batch.
    """
    first, *states = inputs if isinstance(inputs, (list, tuple)) and inputs else [None]
    is_batch = hasattr(first, "__array__") and np.ndim(first) == layer._expects["ndim"]
    if states and is_batch:
        return [as_batch(first)], flattened(states)
    return [as_batch(inputs)], []


def flattened(states: Any) -> list[Any]:
    """The arrays in nested lists and tuples of states, in order."""
    if isinstance(states, (list, tuple)) and not _is_array(states):
        return [array for state in states for array in flattened(state)]
    return [states]


def leaves(structure: Any) -> list[Any]:
    """What nested lists hold, in order."""
    if not isinstance(structure, list):
        return [structure]
    return [leaf for part in structure for leaf in leaves(part)]


def nested(flat: Sequence[Any], structure: list[Any]) -> list[Any]:
    """The elements of a list in the places of the leaves of nested lists."""
    rest = iter(flat)

    def placed(part: Any) -> Any:
        return [placed(one) for one in part] if isinstance(part, list) else next(rest)

    return [placed(part) for part in structure]


def _is_array(states: Any) -> bool:
    """Whether nested lists hold numbers rather than arrays."""
    while isinstance(states, (list, tuple)) and states:
        states = states[0]
    return isinstance(states, (int, float))
