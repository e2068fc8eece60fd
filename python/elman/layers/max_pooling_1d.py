"""MaxPooling1D."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class MaxPooling1D(Layer):
    """The largest value of each window along time.

    Parameters
    ----------
    pool_size : int
        Timesteps that a window sees.
    strides : int, optional
        Timesteps from one window to the next; ``pool_size`` where not given.
    padding : {"valid", "same"}
        Whole windows only, or also those that reach out of the sequence.

    Notes
    -----
    Input (batch, timesteps, features); output (batch, new timesteps, features).

    Examples
    --------
    >>> import elman
    >>> elman.layers.MaxPooling1D()([[[1.0], [2.0], [3.0], [4.0]]]).tolist()
    [[[2.0], [4.0]]]
    """

    _expects = {"ndim": 3}

    def __init__(
        self,
        pool_size: int = 2,
        strides: int | None = None,
        padding: str = "valid",
        data_format: Any = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
