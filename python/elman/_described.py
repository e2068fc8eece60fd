"""Objects that are a class name and arguments, such as initializers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from ._arrays import number

_Self = TypeVar("_Self", bound="Described")


def is_elmans(cls: type) -> bool:
    """Whether a class is elman's own, rather than a user's."""
    return cls.__module__.partition(".")[0] == __package__


def definer(cls: type, method: str) -> type:
    """The class, of those that ``cls`` inherits from, whose method is called."""
    return next(base for base in cls.__mro__ if method in vars(base))


class Described:
    """A class name and its arguments."""

    # The library's name of the class, which a user's subclass keeps.
    _class_name = ""

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if is_elmans(cls):
            cls._class_name = cls.__name__

    # The arguments, of one that was made without ``super().__init__``.
    _config: dict[str, Any] = {}

    def __init__(self, **config: Any):
        self._config = config

    def __getattr__(self, name: str) -> Any:
        if name not in self._config:
            raise AttributeError(
                f"{type(self).__name__!r} object of elman has no attribute {name!r}"
            )
        return self._config[name]

    def __setattr__(self, name: str, value: Any) -> None:
        known = self._config
        if name in known and not np.array_equal(known[name], value):
            raise AttributeError(
                f"Argument {name!r} of {type(self).__name__} is fixed when it is made, "
                f"since layers have read it. Received: {name}={value!r}"
            )
        super().__setattr__(name, value)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return dict(self._config)

    @classmethod
    def from_config(cls: type[_Self], config: dict[str, Any]) -> _Self:
        """An object from what ``get_config`` gives."""
        return cls(**config)

    def serialized(self, module: str) -> dict[str, Any]:
        """``{"class_name": ..., "config": ...}``."""
        return {
            "module": module,
            "class_name": type(self).__name__,
            "config": self.get_config(),
            "registered_name": None,
        }

    def described(self) -> dict[str, Any] | None:
        """What the library makes it from; None where a user's ``__call__`` differs."""
        if not is_elmans(definer(type(self), "__call__")):
            return None
        return {"class_name": self._class_name, "config": dict(self._config)}

    def _json(self) -> bytes:
        """The same as JSON, of elman's class where a user's calls it."""
        described = {"class_name": self._class_name, "config": self._config}
        return json.dumps(described, default=number).encode()

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self._config.items())
        return f"{type(self).__name__}({arguments})"


def find(
    identifier: Any,
    classes: Mapping[str, type[Described]],
    what: str,
    custom_objects: Mapping[str, Any] | None = None,
) -> Any:
    """An object from its name, its config, its class, or itself; None stays None."""
    if isinstance(identifier, type) and issubclass(identifier, Described):
        return identifier()
    if identifier is None or isinstance(identifier, Described) or callable(identifier):
        return identifier
    name, config = identifier, {}
    if isinstance(identifier, dict):
        name, config = identifier.get("class_name"), identifier.get("config", {})
    known = {**classes, **(custom_objects or {})}
    if not isinstance(name, str) or name not in known or not isinstance(config, dict):
        raise ValueError(f"Could not interpret {what} identifier: {identifier!r}")
    made = known[name]
    return made.from_config(config) if hasattr(made, "from_config") else made
