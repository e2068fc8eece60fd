"""Layers and their arguments as JSON knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _arrays, activations
from .._described import Described
from .._errors import ArgumentError
from .._handle import Handle
from .._library import encoded

if TYPE_CHECKING:
    from ._layer import Layer


def arguments(variables: dict[str, Any]) -> dict[str, Any]:
    """The arguments of an ``__init__``, from its ``locals()``."""
    others = ("self", "kwargs", "__class__")
    return {name: value for name, value in variables.items() if name not in others}


def serialize(layer: Layer) -> dict[str, Any]:
    """``{"class_name": ..., "config": ...}``, from which the layer is made again."""
    registered = layer._registered_name()
    return {
        "module": "keras.layers" if registered is None else None,
        "class_name": layer._written_name(),
        "config": layer.get_config(),
        "registered_name": registered,
    }


def jsonable(value: Any) -> Any:
    """An argument of a layer as JSON knows it.

    Raises
    ------
    ArgumentError
        If it is nothing that the library has: a TypeError and a ValueError.
    """
    if isinstance(value, Handle) and value._kind == "layer":
        return serialize(value)  # type: ignore[arg-type]
    if isinstance(value, (np.generic, np.ndarray)):
        return _arrays.number(value)
    if isinstance(value, np.dtype) or _is_number_type(value):
        return np.dtype(value).name
    if isinstance(value, type) and issubclass(value, Described):
        value = value()
    if isinstance(value, Described):
        known: Any = value.described()
    else:
        known = activations.described(value)
    if known is None:
        raise ArgumentError(
            f"An argument of a layer cannot be {value!r}: the library runs the layer, "
            "and could not call it. Pass a name, or one of elman.activations, "
            "elman.initializers and their like. A Lambda layer takes the place of an "
            "activation of your own; set_weights sets first values of your own."
        )
    return known


def _is_number_type(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, (np.generic, int, float))


def check_holdable(what: str, value: Any) -> None:
    """Raise a ValueError where JSON has an integer or a text that C cannot hold."""
    if isinstance(value, (list, tuple)):
        for part in value:
            check_holdable(what, part)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError(f"{what} is beyond int64. Received: {value}")
    if isinstance(value, str):
        encoded(value, what)
