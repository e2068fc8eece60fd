"""UpSampling1D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class UpSampling1D(Layer):
    """Each timestep several times.

    Parameters
    ----------
    size : int
        How often.

    Notes
    -----
    Input and output (batch, timesteps, features).

    Examples
    --------
    >>> import elman
    >>> elman.layers.UpSampling1D(2)([[[5.0]]]).tolist()
    [[[5.0], [5.0]]]
    """

    _expects = {"ndim": 3}

    def __init__(
        self,
        size: int = 2,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
