"""GaussianDropout."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class GaussianDropout(Layer):
    """Factors around 1 while training; at inference, nothing.

    Parameters
    ----------
    rate : float
        The rate of a dropout of the same variance, 0 to 1.

    Notes
    -----
    Input and output of any shape.

    Examples
    --------
    >>> import elman
    >>> elman.layers.GaussianDropout(0.5)([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
