"""Normalization."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _arrays
from ._layer import Layer


class Normalization(Layer):
    """Each feature with mean 0 and variance 1, as a first look at data found them.

    ``y = (x - mean) / sqrt(variance)``

    Parameters
    ----------
    axis : int, tuple of int, or None
        The axes that have a mean and a variance of their own; None: one for all.
    mean, variance : float or array, optional
        Given at once, rather than found by ``adapt``.
    invert : bool
        Take normalized values back to what they were.

    Notes
    -----
    Input and output of any shape. Weights, where ``mean`` is not given: mean,
    variance, count.

    Examples
    --------
    >>> import elman
    >>> layer = elman.layers.Normalization()
    >>> layer.adapt([[1.0], [3.0]])
    >>> layer([[3.0]]).tolist()
    [[1.0]]
    """

    _weight_attributes = {
        "adapt_mean": "mean",
        "adapt_variance": "variance",
        "count": "count",
    }

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ):
        config = {"axis": axis, "invert": invert}
        for name, given in (("mean", mean), ("variance", variance)):
            config[name] = None if given is None else np.asarray(given).tolist()
        super().__init__(config, kwargs)

    def adapt(self, data: npt.ArrayLike) -> None:
        """Find the mean and the variance of data, samples first.

        Raises
        ------
        ValueError
            If the layer was given its mean and variance.
        """
        if self.mean is not None:
            raise ValueError("Cannot `adapt` a layer that was given its `mean`.")
        x = _arrays.float32(data, "data")
        axis = self.axis
        kept = [] if axis is None else [axis] if isinstance(axis, int) else list(axis)
        kept = sorted(a % x.ndim for a in kept)
        others = tuple(a for a in range(x.ndim) if a not in kept)
        if not self.built:
            self.build((None, *x.shape[1:]))
        count = np.float32(x.size / max(1, np.prod([x.shape[a] for a in kept])))
        doubles = x.astype(np.float64)
        self.set_weights([doubles.mean(others), doubles.var(others), count])
