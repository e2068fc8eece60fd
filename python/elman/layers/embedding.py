"""Embedding."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ._layer import Layer, arguments


class Embedding(Layer):
    """Rows of a table, by index.

    Parameters
    ----------
    input_dim : int
        The number of rows: indices are 0 to ``input_dim - 1``.
    output_dim : int
        The size of a row.
    mask_zero : bool
        Mask the timesteps whose index is 0 for the layers that follow.

    Notes
    -----
    Input (batch, ...) of whole numbers; output (batch, ..., output_dim).
    Weights: embeddings (input_dim, output_dim). An index out of range is a
    ValueError that tells where it stands.

    Examples
    --------
    >>> import elman
    >>> elman.layers.Embedding(10, 4)([[1, 2, 3]]).shape
    (1, 3, 4)
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)

    def compute_mask(
        self, inputs: npt.ArrayLike, mask: npt.ArrayLike | None = None
    ) -> npt.NDArray[np.bool_] | None:
        """The mask: where the index is not 0; None without ``mask_zero``."""
        return np.asarray(inputs) != 0 if self.mask_zero else None
