"""GaussianNoise."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class GaussianNoise(Layer):
    """Noise added to the inputs while training; at inference, nothing.

    Parameters
    ----------
    stddev : float
        The deviation of the noise.

    Notes
    -----
    Input and output of any shape.

    Examples
    --------
    >>> import elman
    >>> elman.layers.GaussianNoise(0.5)([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    def __init__(
        self,
        stddev: float,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
