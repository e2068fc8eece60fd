"""Keras's activations, as functions of arrays and by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ._arrays import float32
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

ActivationFunction = Callable[..., FloatArray]


def _function(name: str) -> ActivationFunction:
    def activation(x: npt.ArrayLike) -> FloatArray:
        from .layers import Activation

        # A name of its own uses up none of those that users see.
        return Activation(name, name=name)(x)  # type: ignore[return-value]

    activation.__name__ = activation.__qualname__ = name
    activation.__doc__ = f"Keras's ``{name}`` of an array, batch first."
    return activation


_BY_NAME = {name: _function(name) for name in _NAMES}
globals().update(_BY_NAME)


def _layer(name: str, x: npt.ArrayLike, **arguments: Any) -> FloatArray:
    """A layer's function of an array; the name uses up none that users see."""
    from . import layers

    return getattr(layers, name)(**arguments, name=name)(x)  # type: ignore[no-any-return]


def relu(
    x: npt.ArrayLike,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> FloatArray:
    """``max(x, 0)``, with a slope, a largest value and a threshold."""
    return _layer(
        "ReLU",
        x,
        negative_slope=negative_slope,
        max_value=max_value,
        threshold=threshold,
    )


def leaky_relu(x: npt.ArrayLike, negative_slope: float = 0.2) -> FloatArray:
    """``x``, or ``negative_slope * x`` below 0."""
    return _layer("LeakyReLU", x, negative_slope=negative_slope)


def elu(x: npt.ArrayLike, alpha: float = 1.0) -> FloatArray:
    """``x``, or ``alpha * (exp(x) - 1)`` below 0."""
    return _layer("ELU", x, alpha=alpha)


def softmax(x: npt.ArrayLike, axis: int | list[int] = -1) -> FloatArray:
    """``exp(x) / sum(exp(x))`` along an axis."""
    return _layer("Softmax", x, axis=axis)


def log_softmax(x: npt.ArrayLike, axis: int = -1) -> FloatArray:
    """The logarithm of ``softmax``."""
    return _along(_BY_NAME["log_softmax"], x, axis)


def sparsemax(x: npt.ArrayLike, axis: int = -1) -> FloatArray:
    """The point of the simplex that is nearest to each row."""
    return _along(_BY_NAME["sparsemax"], x, axis)


def glu(x: npt.ArrayLike, axis: int = -1) -> FloatArray:
    """One half along an axis times the ``sigmoid`` of the other."""
    array = float32(x)
    if array.shape[axis] % 2:
        raise ValueError(
            f"The size of axis {axis} must be even. Received: shape {array.shape}"
        )
    values, gates = np.split(array, 2, axis)
    return values * _BY_NAME["sigmoid"](gates)


def _along(function: ActivationFunction, x: npt.ArrayLike, axis: int) -> FloatArray:
    """A function of rows, along another axis than the last."""
    array = np.moveaxis(float32(x), axis, -1)
    return np.moveaxis(function(array), -1, axis)


_OWN = (relu, leaky_relu, elu, softmax, log_softmax, sparsemax, glu)
_FUNCTIONS = {**_BY_NAME, **{function.__name__: function for function in _OWN}}
__all__ = [*_FUNCTIONS, "deserialize", "get", "serialize"]


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


def name_of(function: Any) -> str | None:
    """The library's name of one of these functions or of NumPy's; None of others."""
    if function is np.tanh:
        return "tanh"
    name = getattr(function, "__name__", None)
    return name if name in _FUNCTIONS and _FUNCTIONS[name] is function else None


def serialize(activation: ActivationFunction) -> str:
    """The name of a function."""
    return activation.__name__


deserialize = get
