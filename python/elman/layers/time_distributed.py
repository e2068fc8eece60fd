"""TimeDistributed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .._connected import Connected
from ._layer import Layer


class TimeDistributed(Layer):
    """A layer applied to each timestep.

    Parameters
    ----------
    layer : Layer
        The layer; it sees (batch * timesteps, ...).

    Notes
    -----
    Input (batch, timesteps, ...); output (batch, timesteps, ...). Weights: the
    layer's.

    Examples
    --------
    >>> import numpy as np, elman
    >>> from elman.layers import Dense, TimeDistributed
    >>> TimeDistributed(Dense(4))(np.zeros((2, 5, 3))).shape
    (2, 5, 4)
    """

    _shared = "layer"

    def _parts(self) -> Sequence[Layer]:
        return [self.layer]

    def __init__(
        self,
        layer: Layer,
        **kwargs: Any,
    ):
        if not isinstance(layer, Connected):
            raise ValueError(
                "Please initialize `TimeDistributed` layer with an elman layer "
                f"instance. Received: {layer!r}"
            )
        self._create_around([layer], kwargs)

    @property
    def layer(self) -> Layer:
        """The layer."""
        return self._child("layer") if self._inner is None else self._inner[0]

    def compute_mask(self, inputs: npt.ArrayLike, mask: Any = None) -> Any:
        """The mask of the output: the layer's for each timestep, or the timesteps'."""
        x = np.asarray(inputs)
        given = None if mask is None else np.asarray(mask)
        of_steps = None if given is None or given.ndim < 3 else given
        inner = self.layer.compute_mask(
            x.reshape(-1, *x.shape[2:]),
            None if of_steps is None else of_steps.reshape(-1, *of_steps.shape[2:]),
        )
        if inner is not None:
            return inner.reshape(*x.shape[:2], *inner.shape[1:])
        if of_steps is None:
            return mask
        return (of_steps != 0).any(axis=tuple(range(2, of_steps.ndim)))
