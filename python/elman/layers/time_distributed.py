"""TimeDistributed."""

from __future__ import annotations

from typing import Any

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

    def __init__(
        self,
        layer: Layer,
        **kwargs: Any,
    ):
        if not isinstance(layer, Layer):
            raise ValueError(
                "Please initialize `TimeDistributed` layer with an elman layer "
                f"instance. Received: {layer!r}"
            )
        self._create_around([layer], kwargs)

    @property
    def layer(self) -> Layer:
        """The layer."""
        return self._child("layer") if self._inner is None else self._inner[0]
