"""The attributes of layers: their arguments and weights, read, and what can be set."""

from __future__ import annotations

import copy
import json
import reprlib
from typing import Any

from .. import activations, constraints, initializers, regularizers
from ._json import jsonable
from ._weights import LayerWeights

# What Keras's layers heed beside arguments, and how it is set here.
_SET_OTHERWISE = {
    "call": "The library runs its layers, and would not call it: Lambda runs yours.",
    "build": "The library builds its layers, and would not call it.",
    "input_spec": "The library checks inputs itself.",
    "weights": "set_weights sets the weights.",
    "states": "reset_states(states) sets the states.",
    "quantization": "quantize(mode) sets it.",
}

# What every layer of Keras has, though few have the argument.
_OF_EVERY_LAYER = {"activity_regularizer": None, "stateful": False}


def _activation(value: Any) -> Any:
    """The function, or the layer that stands in its place."""
    name = value.get("class_name") if isinstance(value, dict) else value
    if name == "function" or name in activations.__all__:
        return activations.get(value)
    from . import deserialize

    return deserialize(value)


# What the arguments are that a config tells by name or by description.
_OBJECTS = {
    "activation": _activation,
    "constraint": constraints.get,
    "initializer": initializers.get,
    "regularizer": regularizers.get,
}


def _argument(name: str, value: Any) -> Any:
    """The argument that a config has: objects for descriptions, tuples for lists."""
    make = _OBJECTS.get(name.rpartition("_")[2])
    return _constant(value) if make is None or value is None else make(value)


def _constant(value: Any) -> Any:
    """A value of a config, with tuples in the place of lists."""
    return tuple(map(_constant, value)) if isinstance(value, list) else value


class Attributes(LayerWeights):
    """What has its arguments and weights as attributes."""

    # The config, once it was read.
    _arguments: dict[str, Any] | None = None

    def __getattr__(self, name: str) -> Any:
        known = self._arguments
        if known is None or name not in known:
            return self._found_later(name)
        value = known[name]
        return copy.deepcopy(value) if isinstance(value, dict) else value

    def __dir__(self) -> list[str]:
        names = set(super().__dir__())
        if not self._is_closed:
            weights = {weight.name for weight in self.weights}
            names.update(self._known_arguments(), filter(self._is_weight, weights))
        return sorted(names)

    def _found_later(self, name: str) -> Any:
        """The attribute of a layer whose config was not read yet, or an error."""
        if hasattr(type(self), name):
            # A property raised an AttributeError, which says more than this one.
            return object.__getattribute__(self, name)
        if not name.startswith("_"):
            if name in self._known_arguments():
                return getattr(self, name)
            if self._is_weight(name):
                return self._weight(name)
        raise AttributeError(
            f"{type(self).__name__!r} object of elman has no attribute {name!r}"
        )

    def _known_arguments(self) -> dict[str, Any]:
        """The config, read once: only what has a property of its own ever changes."""
        if self._arguments is None:
            config = self.get_config()
            known = {name: _argument(name, config[name]) for name in config}
            self._arguments = {**_OF_EVERY_LAYER, **known}
        return self._arguments

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") or not self._is_fixed(name):
            super().__setattr__(name, value)
        elif not self._is_already(name, value):
            raise AttributeError(self._how_to_set(name, value))

    def _is_fixed(self, name: str) -> bool:
        """Whether an attribute would act in Keras, and cannot here."""
        known = getattr(type(self), name, None)
        if isinstance(known, property):
            return known.fset is None
        if self._is_closed:
            return False
        return (
            name in _SET_OTHERWISE
            or name in self._known_arguments()
            or self._is_weight(name)
        )

    def _is_already(self, name: str, value: Any) -> bool:
        """Whether an argument has this value, so that there is nothing to do."""
        try:
            given = json.loads(json.dumps(value, default=jsonable))
        except (TypeError, ValueError):
            return False
        known = {**_OF_EVERY_LAYER, **self.get_config()}
        return name in known and bool(given == known[name])

    def _how_to_set(self, name: str, value: Any) -> str:
        """Why an attribute cannot be set, and what to do instead."""
        cls = type(self).__name__
        if name in _SET_OTHERWISE:
            way = _SET_OTHERWISE[name]
        elif name in self._known_arguments():
            way = (
                "Arguments are fixed when a layer is made. Make it anew: "
                f"{cls}.from_config({{**layer.get_config(), {name!r}: "
                f"{reprlib.repr(value)}}}), then set_weights(layer.get_weights())."
            )
        elif isinstance(getattr(type(self), name, None), property):
            way = "It follows from the arguments and the input."
        else:
            way = f"`layer.{name}.assign(value)` sets its values, set_weights all."
        return f"Attribute {name!r} of {cls} {self.name!r} cannot be set. {way}"
