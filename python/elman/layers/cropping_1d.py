"""Cropping1D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class Cropping1D(Layer):
    """Without some timesteps at both ends.

    Parameters
    ----------
    cropping : int or two int
        Timesteps to leave out before and after.

    Notes
    -----
    Input and output (batch, timesteps, features).

    Examples
    --------
    >>> import elman
    >>> elman.layers.Cropping1D((0, 1))([[[5.0], [6.0]]]).tolist()
    [[[5.0]]]
    """

    _expects = {"ndim": 3}

    def __init__(
        self,
        cropping: Any = 1,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
