"""AlphaDropout."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class AlphaDropout(Layer):
    """SELU's lowest value for some inputs while training; at inference, nothing.

    Parameters
    ----------
    rate : float
        The part, 0 to 1.

    Notes
    -----
    Input and output of any shape.

    Examples
    --------
    >>> import elman
    >>> elman.layers.AlphaDropout(0.5)([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
