"""RepeatVector."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class RepeatVector(Layer):
    """A vector as every timestep of a sequence.

    Parameters
    ----------
    n : int
        Timesteps.

    Notes
    -----
    Input (batch, features); output (batch, n, features).

    Examples
    --------
    >>> import numpy as np, elman
    >>> elman.layers.RepeatVector(3)(np.zeros((2, 4))).shape
    (2, 3, 4)
    """

    _expects = {"ndim": 2}

    def __init__(
        self,
        n: int,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
