"""ActivityRegularization."""

from __future__ import annotations

from typing import Any

from ..regularizers import L1L2
from ._layer import Layer, arguments


class ActivityRegularization(Layer):
    """A penalty on its input while training; the output is the input.

    Parameters
    ----------
    l1, l2 : float
        Factors of the sums of magnitudes and of squares.

    Notes
    -----
    Input and output of any shape.

    Examples
    --------
    >>> import elman
    >>> elman.layers.ActivityRegularization(l2=0.1)([[1.0]]).tolist()
    [[1.0]]
    """

    def __init__(
        self,
        l1: float = 0.0,
        l2: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)

    @property
    def activity_regularizer(self) -> L1L2:
        """The penalty."""
        return L1L2(self.l1, self.l2)
