"""What operators and slices of tensors are: layers of the graph without weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._layer import Layer, arguments


class Operation(Layer):
    """A function of one tensor or two, such as ``x + y``, ``2 * x`` or ``-x``.

    Parameters
    ----------
    function : str
        Its name in ``keras.ops``: "add", "less", "negative", ...
    constant : float, optional
        The operand that is a number.
    constant_first : bool
        Whether it stands on the left.
    """

    _takes_several = True

    def __init__(
        self,
        function: str,
        constant: float | None = None,
        constant_first: bool = False,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)


class GetItem(Layer):
    """Part of a tensor: ``x[:, -1]``.

    Parameters
    ----------
    key : list
        For each axis an integer, a dict with "start", "stop" and "step", None for a
        new axis, or "...".
    """

    def __init__(self, key: Sequence[Any], **kwargs: Any):
        super().__init__(arguments(locals()), kwargs)


class ExpandDims(Layer):
    """A new axis of 1, where Keras 3 computes a mask.

    Parameters
    ----------
    axis : int or list of one int
        Where the axis is.
    """

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any):
        super().__init__(arguments(locals()), kwargs)


class AnyOperation(Layer):
    """Whether any element along axes is not 0, where Keras 3 computes a mask.

    Parameters
    ----------
    axis : int or list of int
        The axes.
    keepdims : bool
        Whether they stay, with 1 element.
    """

    def __init__(
        self, axis: int | Sequence[int] = -1, keepdims: bool = False, **kwargs: Any
    ):
        super().__init__(arguments(locals()), kwargs)


AnyOperation._class_name = "Any"

OPERATIONS: dict[str, type[Layer]] = {
    cls._class_name: cls for cls in (AnyOperation, ExpandDims, GetItem, Operation)
}
