"""Maximum."""

from __future__ import annotations

from typing import Any

from ._layer import Layer


class Maximum(Layer):
    """The largest of the elements of arrays that stand in one place.

    ``y = max(a, b, ...)``

    Notes
    -----
    A list of inputs of one shape; those with one element along an axis, or fewer
    axes, repeat. The output has a mask where all inputs have one: a timestep counts
    where it does in any of them. Masked values are left out, as in Keras 3.

    Examples
    --------
    >>> import elman
    >>> a, b = elman.Input((3,)), elman.Input((3,))
    >>> elman.layers.Maximum()([a, b]).shape
    (None, 3)
    """

    _takes_several = True

    def __init__(self, **kwargs: Any):
        super().__init__({}, kwargs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """``Maximum(**kwargs)(inputs)``."""
    return Maximum(**kwargs)(inputs)
