"""Results with ``.numpy()``, as TensorFlow's tensors have it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from .._structure import mapped
from .._tensor import KerasTensor


class Tensor(np.ndarray):  # type: ignore[type-arg]
    """An array with ``.numpy()``; one of its numbers has it too."""

    def numpy(self) -> npt.NDArray[Any]:
        """The same as a plain array."""
        return self.view(np.ndarray)

    def __getitem__(self, key: Any) -> Any:
        """Part of the array, of no dimensions where it is one number."""
        return _tensor(super().__getitem__(key))


def _tensor(result: Any) -> Any:
    """What a call returned, with tensors in the place of arrays and numbers."""
    return mapped(result, _leaf)


def _leaf(result: Any) -> Any:
    if isinstance(result, KerasTensor):
        return result
    return np.asarray(result).view(Tensor)


def return_tensors() -> None:
    """Have layers and models return tensors from now on.

    Their calls are exchanged rather than told to look: without the alias a call
    costs nothing more.
    """
    from ..layers import Layer
    from ..layers._custom import CustomLayer
    from ..models import Model

    for cls in (Layer, CustomLayer, Model):
        cls.__call__ = _returning_tensors(cls.__call__)  # type: ignore[method-assign]


def _returning_tensors(call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def __call__(self: Any, *arguments: Any, **keywords: Any) -> Any:
        return _tensor(call(self, *arguments, **keywords))

    return __call__
