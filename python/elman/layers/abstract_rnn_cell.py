"""AbstractRNNCell."""

from __future__ import annotations

from typing import Any

from .._run import FloatArray
from ._custom import CustomLayer


class AbstractRNNCell(CustomLayer):
    """The base of a cell of your own, which RNN runs.

    A subclass has ``state_size`` and ``call(inputs, states)``, which takes NumPy
    arrays; it may have ``build(input_shape)``, which declares weights by
    ``add_weight``, and ``output_size``.

    Examples
    --------
    >>> import numpy as np, elman
    >>> class Sum(elman.layers.AbstractRNNCell):
    ...     state_size = 3
    ...     def call(self, inputs, states):
    ...         return states[0] + inputs, [states[0] + inputs]
    >>> elman.layers.RNN(Sum())(np.ones((1, 4, 3))).tolist()
    [[4.0, 4.0, 4.0]]
    """

    @property
    def state_size(self) -> Any:
        """The size of the state, or the list of their sizes."""
        raise NotImplementedError(
            f"{type(self).__name__} must have `state_size`: an integer, or a list of "
            "them."
        )

    @property
    def output_size(self) -> int | None:
        """The size of the output; None where it is that of the first state."""
        return None

    def call(self, inputs: FloatArray, states: Any) -> Any:  # type: ignore[override]
        """One step: the output and the list of the next states."""
        raise NotImplementedError(
            f"{type(self).__name__} must have `call(inputs, states)`."
        )
