"""Objects that are a class name and arguments, such as initializers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

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

    def __init__(self, **config: Any):
        self._config = config

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

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self._config.items())
        return f"{type(self).__name__}({arguments})"


def find(identifier: Any, classes: Mapping[str, type[Described]], what: str) -> Any:
    """An object from its name, its config, or itself; None stays None."""
    if identifier is None or isinstance(identifier, Described) or callable(identifier):
        return identifier
    name, config = identifier, {}
    if isinstance(identifier, dict):
        name, config = identifier.get("class_name"), identifier.get("config", {})
    if not isinstance(name, str) or name not in classes:
        raise ValueError(f"Unknown {what}: {identifier!r}")
    return classes[name](**config)
