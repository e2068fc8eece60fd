"""Keras's activations, as functions of arrays and by name."""

from __future__ import annotations

import ctypes
import functools
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._arrays import float32, number
from ._library import check, lib
from ._run import FloatArray

_PLAIN = [
    "exponential",
    "hard_sigmoid",
    "hard_sigmoid_keras2",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "linear",
    "log_sigmoid",
    "mish",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "swish",
    "tanh",
    "tanh_shrink",
]

ActivationFunction = Callable[..., FloatArray]


@functools.lru_cache(maxsize=256)
def _dimensions(shape: tuple[int, ...]) -> ctypes.Array[ctypes.c_int64]:
    return (ctypes.c_int64 * len(shape))(*shape)


def _described(name: str, **arguments: Any) -> bytes:
    """A function as the library reads it: a name, or JSON with what is no default."""
    parameters = inspect.signature(_FUNCTIONS[name]).parameters
    given = {
        key: value
        for key, value in arguments.items()
        if not np.array_equal(value, parameters[key].default)
    }
    if not given:
        return name.encode()
    return json.dumps({"class_name": name, "config": given}, default=number).encode()


_kept_description = functools.lru_cache(maxsize=256)(_described)


def _function(name: str, arguments: dict[str, Any]) -> bytes:
    try:
        return _kept_description(name, **arguments)
    except TypeError:
        # A list or an array among the arguments cannot be a key.
        return _described(name, **arguments)


# To ask an array for its address costs as much as a small function; this does not.
_Address = ctypes.c_char * 0


def _apply(name: str, x: npt.ArrayLike, **arguments: Any) -> FloatArray:
    """The library's function of an array, in the place of a copy of it."""
    result = float32(x).copy()
    address = _Address.from_buffer(result) if result.size else None
    _call(_function(name, arguments), address, result.shape, address, result.size)
    return result


def _call(
    function: bytes, x: Any, shape: tuple[int, ...], result: Any, count: int
) -> None:
    status = lib().elman_activation_apply(
        function, x, _dimensions(shape), len(shape), result, count
    )
    if status:
        check(status)


def _plain(name: str) -> ActivationFunction:
    def activation(x: npt.ArrayLike) -> FloatArray:
        return _apply(name, x)

    activation.__name__ = activation.__qualname__ = name
    activation.__doc__ = f"Keras's ``{name}`` of an array."
    return activation


_BY_NAME = {name: _plain(name) for name in _PLAIN}
globals().update(_BY_NAME)


def relu(
    x: npt.ArrayLike,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
    alpha: float | None = None,
) -> FloatArray:
    """``x`` above a threshold, at most ``max_value``; up to it a slope, or 0.

    Keras 2 calls the slope ``alpha``.
    """
    return _apply(
        "relu",
        x,
        negative_slope=negative_slope if alpha is None else alpha,
        max_value=max_value,
        threshold=threshold,
    )


def leaky_relu(x: npt.ArrayLike, negative_slope: float = 0.2) -> FloatArray:
    """``x``, or ``negative_slope * x`` below 0."""
    return _apply("leaky_relu", x, negative_slope=negative_slope)


def elu(x: npt.ArrayLike, alpha: float = 1.0) -> FloatArray:
    """``x``, or ``alpha * (exp(x) - 1)`` below 0."""
    return _apply("elu", x, alpha=alpha)


def celu(x: npt.ArrayLike, alpha: float = 1.0) -> FloatArray:
    """``x``, or ``alpha * (exp(x / alpha) - 1)`` below 0."""
    return _apply("celu", x, alpha=alpha)


def gelu(x: npt.ArrayLike, approximate: bool = False) -> FloatArray:
    """``x`` times the normal distribution's function of it, or about that."""
    return _apply("gelu", x, approximate=approximate)


def hard_shrink(x: npt.ArrayLike, threshold: float = 0.5) -> FloatArray:
    """``x``, or 0 where its magnitude is at most a threshold."""
    return _apply("hard_shrink", x, threshold=threshold)


def soft_shrink(x: npt.ArrayLike, threshold: float = 0.5) -> FloatArray:
    """``x`` brought nearer to 0 by a threshold, or 0 within it."""
    return _apply("soft_shrink", x, threshold=threshold)


def threshold(x: npt.ArrayLike, threshold: float, default_value: float) -> FloatArray:
    """``x`` above a threshold, otherwise ``default_value``."""
    return _apply("threshold", x, threshold=threshold, default_value=default_value)


def squareplus(x: npt.ArrayLike, b: float = 4) -> FloatArray:
    """``(x + sqrt(x**2 + b)) / 2``."""
    return _apply("squareplus", x, b=b)


def softmax(x: npt.ArrayLike, axis: int | Sequence[int] = -1) -> FloatArray:
    """``exp(x) / sum(exp(x))`` along an axis, or along several together."""
    return _apply("softmax", x, axis=axis)


def log_softmax(x: npt.ArrayLike, axis: int | Sequence[int] = -1) -> FloatArray:
    """The logarithm of ``softmax``."""
    return _apply("log_softmax", x, axis=axis)


def sparsemax(x: npt.ArrayLike, axis: int | Sequence[int] = -1) -> FloatArray:
    """The point of the simplex that is nearest to the numbers along an axis."""
    return _apply("sparsemax", x, axis=axis)


def glu(x: npt.ArrayLike, axis: int = -1) -> FloatArray:
    """One half along an axis times the ``sigmoid`` of the other."""
    array = float32(x)
    shape = list(array.shape)
    # An axis that is not there is for the library to refuse.
    if -len(shape) <= axis < len(shape):
        shape[axis] //= 2
    result = np.empty(shape, np.float32)
    _call(
        _function("glu", {"axis": axis}),
        array.ctypes.data,
        array.shape,
        result.ctypes.data,
        result.size,
    )
    return result


_ADJUSTABLE = (
    relu, leaky_relu, elu, celu, gelu, hard_shrink, soft_shrink, threshold, squareplus,
    softmax, log_softmax, sparsemax, glu,
)  # fmt: skip
_FUNCTIONS = {**_BY_NAME, **{function.__name__: function for function in _ADJUSTABLE}}
__all__ = [*_FUNCTIONS, "deserialize", "get", "serialize"]


def get(identifier: Any) -> ActivationFunction:
    """The function of a name or of a config; None is ``linear``.

    A config is ``{"class_name": "function", "config": name}``, as Keras serializes a
    function, or ``{"class_name": name, "config": arguments}``.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if identifier is None:
        return _FUNCTIONS["linear"]
    if callable(identifier):
        return identifier  # type: ignore[no-any-return]
    name, arguments = identifier, {}
    if isinstance(identifier, dict):
        name, arguments = identifier.get("class_name"), identifier.get("config", {})
        if isinstance(arguments, str):
            name, arguments = arguments, {}
    if not isinstance(name, str) or name not in _FUNCTIONS:
        raise ValueError(
            f"Could not interpret activation function identifier: {identifier!r}"
        )
    function = _FUNCTIONS[name]
    if not arguments:
        return function
    # With the function's name, as every activation has one.
    return functools.update_wrapper(functools.partial(function, **arguments), function)


def described(function: Any) -> Any:
    """What the library makes a function of this module from; None of others.

    That is its name, or an object where ``functools.partial`` gave it arguments.
    """
    if isinstance(function, functools.partial) and not function.args:
        name = described(function.func)
        return name and {"class_name": name, "config": dict(function.keywords)}
    if function is np.tanh:
        return "tanh"
    name = getattr(function, "__name__", None)
    return name if name in _FUNCTIONS and _FUNCTIONS[name] is function else None


def serialize(activation: ActivationFunction) -> Any:
    """The name of a function, or an object where it has arguments."""
    return described(activation) or activation.__name__


def deserialize(
    config: Any, custom_objects: Mapping[str, Any] | None = None
) -> ActivationFunction:
    """The function of what ``serialize`` gives, or of a name in ``custom_objects``.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if isinstance(config, str) and config in (custom_objects or {}):
        return custom_objects[config]  # type: ignore[index,no-any-return]
    return get(config)
