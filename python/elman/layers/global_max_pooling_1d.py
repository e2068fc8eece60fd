"""GlobalMaxPooling1D."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from ._layer import Layer, arguments


class GlobalMaxPooling1D(Layer):
    """The largest value of all timesteps.

    Parameters
    ----------
    keepdims : bool
        Keep the axis of time, with one timestep.

    Notes
    -----
    Input (batch, timesteps, features); output (batch, features). A mask is not
    looked at, as in Keras.

    Examples
    --------
    >>> import elman
    >>> elman.layers.GlobalMaxPooling1D()([[[1.0], [4.0]]]).tolist()
    [[4.0]]
    """

    _expects = {"ndim": 3}

    def __init__(
        self,
        data_format: Any = None,
        keepdims: bool = False,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)

    def compute_mask(self, inputs: Any, mask: npt.ArrayLike | None = None) -> None:
        """None: the output has no timesteps."""
