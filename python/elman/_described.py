"""Objects that are a class name and arguments, such as initializers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

_Self = TypeVar("_Self", bound="Described")


class Described:
    """A class name and its arguments."""

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
