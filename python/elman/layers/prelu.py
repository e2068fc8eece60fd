"""PReLU."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class PReLU(Layer):
    """``x``, or ``alpha * x`` below 0, with an alpha that is learned.

    Parameters
    ----------
    shared_axes : list of int, optional
        Axes along which one alpha serves all; the batch is axis 0.

    Notes
    -----
    Input and output of any shape. Weights: alpha, of the input's shape without
    the batch.

    Examples
    --------
    >>> import elman
    >>> elman.layers.PReLU()([[-1.0, 1.0]]).tolist()
    [[-0.0, 1.0]]
    """

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)

    def _expected(self) -> dict[str, Any]:
        if not self.built:
            return {}
        shape, shared = self.input_shape, self.shared_axes
        own = [axis for axis in range(1, len(shape)) if axis not in (shared or ())]
        return {
            "ndim": len(shape),
            "axes": {axis: shape[axis] for axis in own} if shared else {},
        }
