"""ZeroPadding1D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class ZeroPadding1D(Layer):
    """Timesteps of zeros at both ends.

    Parameters
    ----------
    padding : int or two int
        Timesteps before and after.

    Notes
    -----
    Input and output (batch, timesteps, features).

    Examples
    --------
    >>> import elman
    >>> elman.layers.ZeroPadding1D((0, 1))([[[5.0]]]).tolist()
    [[[5.0], [0.0]]]
    """

    _expects = {"ndim": 3}

    def __init__(
        self,
        padding: Any = 1,
        data_format: Any = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
