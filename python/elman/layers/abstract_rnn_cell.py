"""AbstractRNNCell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import initializers
from .._run import FloatArray


class AbstractRNNCell:
    """The base of a cell of your own, which RNN runs.

    A subclass has ``state_size`` and ``call(inputs, states)``, which takes NumPy
    arrays; it may have ``build(input_shape)``, which makes weights, and
    ``output_size``.

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

    built = False

    def __init__(self, name: str | None = None, trainable: bool = True):
        self.name = name
        self.trainable = trainable

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

    def call(self, inputs: FloatArray, states: Any) -> Any:
        """One step: the output and the list of the next states."""
        raise NotImplementedError(
            f"{type(self).__name__} must have `call(inputs, states)`."
        )

    def __call__(self, inputs: FloatArray, states: Any) -> Any:
        """One step, after ``build`` at the first one."""
        if not self.built:
            self.build(np.shape(inputs))
            self.built = True
        return self.call(inputs, states)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights, for inputs of a shape."""
        self.built = True

    def add_weight(
        self,
        name: str | None = None,
        shape: Sequence[int] = (),
        dtype: Any = None,
        initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ) -> FloatArray:
        """First values for a weight, which the cell keeps; for ``build``.

        Keyword arguments of Keras that concern training are taken, without effect.
        """
        return initializers.get(initializer)(shape)  # type: ignore[no-any-return]

    def get_initial_state(
        self, inputs: Any = None, batch_size: int | None = None, dtype: Any = None
    ) -> Any:
        """Zeros for a batch, or for the batch of ``inputs``."""
        rows = batch_size if inputs is None else len(inputs)
        size = self.state_size
        if isinstance(size, (list, tuple)):
            return [np.zeros((rows or 1, one), np.float32) for one in size]
        return np.zeros((rows or 1, size), np.float32)

    def get_config(self) -> dict[str, Any]:
        """The arguments of every cell."""
        return {"name": self.name, "trainable": self.trainable}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> AbstractRNNCell:
        """A cell from what ``get_config`` gives."""
        return cls(**config)
