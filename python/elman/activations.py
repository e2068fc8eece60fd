"""Keras's activations, as functions of arrays and by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from ._run import FloatArray

_NAMES = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_sigmoid_keras2",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]

ActivationFunction = Callable[[npt.ArrayLike], FloatArray]


def _function(name: str) -> ActivationFunction:
    def activation(x: npt.ArrayLike) -> FloatArray:
        from .layers import Activation

        # A name of its own uses up none of those that users see.
        return Activation(name, name=name)(x)  # type: ignore[return-value]

    activation.__name__ = activation.__qualname__ = name
    activation.__doc__ = f"Keras's ``{name}`` of an array, batch first."
    return activation


_FUNCTIONS = {name: _function(name) for name in _NAMES}
globals().update(_FUNCTIONS)
__all__ = [*_NAMES, "deserialize", "get", "serialize"]


def get(identifier: Any) -> ActivationFunction:
    """The function of a name; None is ``linear``.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if identifier is None:
        return _FUNCTIONS["linear"]
    if callable(identifier):
        return identifier  # type: ignore[no-any-return]
    if isinstance(identifier, str) and identifier in _FUNCTIONS:
        return _FUNCTIONS[identifier]
    raise ValueError(f"Unknown activation function: {identifier!r}")


def serialize(activation: ActivationFunction) -> str:
    """The name of a function."""
    return activation.__name__


deserialize = get
