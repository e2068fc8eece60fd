"""Modules in the place of Keras's and TensorFlow's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

# What Keras programs may compare; elman's own version is elman.__version__.
VERSION = "2.15.0"


def _missing(name: str) -> str:
    return (
        f"{name!r}: elman stands in for Keras here (elman.keras_alias()), and has "
        "no such thing. docs/keras-compatibility.md says what there is."
    )


class StandIn(ModuleType):
    """A module with given names."""

    def __init__(self, name: str, names: Mapping[str, Any]):
        super().__init__(name, f"elman in the place of {name}.")
        # What it has not got is looked for as a module, and so met by the Finder.
        self.__path__: list[str] = []
        vars(self).update(names)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"No attribute {_missing(f'{self.__name__}.{name}')}")


class Finder(MetaPathFinder):
    """Says of a module, or a name to import, that elman has not got it."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Refuse what would be a part of Keras and is not in ``sys.modules``."""
        if fullname.split(".")[0] in ("tensorflow", "keras", "tf_keras"):
            # Without `name=`, which would have `from keras import optimizers` drop
            # this error for one that says less.
            raise ModuleNotFoundError(f"No module or name {_missing(fullname)}")
        return None


def linked(modules: dict[str, ModuleType]) -> dict[str, ModuleType]:
    """The modules, each an attribute of the one that its name says it is in."""
    for name, module in modules.items():
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(modules[parent], last, module)
    return modules
