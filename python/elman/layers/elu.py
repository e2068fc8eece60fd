"""ELU."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class ELU(Layer):
    """``x``, or ``alpha * (exp(x) - 1)`` below 0.

    Parameters
    ----------
    alpha : float
        The depth below 0.

    Notes
    -----
    Input and output of any shape.

    Examples
    --------
    >>> import elman
    >>> elman.layers.ELU()([[1.0, 0.0]]).tolist()
    [[1.0, 0.0]]
    """

    def __init__(
        self,
        alpha: float = 1.0,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
