"""Masking."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .._arrays import float32
from ._layer import Layer, arguments


class Masking(Layer):
    """Masks the timesteps whose features all equal a value.

    Parameters
    ----------
    mask_value : float, or list of float
        The value, or one for each feature; such timesteps become 0, and recurrent
        layers skip them.

    Notes
    -----
    Input and output (batch, timesteps, features).

    Examples
    --------
    >>> import elman
    >>> elman.layers.Masking(-1.0)([[[1.0], [-1.0]]]).tolist()
    [[[1.0], [0.0]]]
    """

    def __init__(
        self,
        mask_value: npt.ArrayLike = 0.0,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)

    def compute_mask(
        self, inputs: npt.ArrayLike, mask: npt.ArrayLike | None = None
    ) -> npt.NDArray[np.bool_]:
        """The mask: where any feature differs from the value."""
        differs = float32(inputs) != np.asarray(self.mask_value, np.float32)
        return np.asarray(differs.any(axis=-1))
