"""Classes of the user's that configs may name: those that the program registers."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from . import _callbacks
from ._library import check, encoded, lib

_Class = TypeVar("_Class", bound=Callable[..., Any])

# By name, and the registered name of each, as Keras keeps them.
_objects: dict[str, Any] = {}
_names: dict[Any, str] = {}
# The names that the library asks about.
_known_to_library: set[str] = set()


class _Local(threading.local):
    def __init__(self) -> None:
        self.scopes: list[dict[str, Any]] = []
        self.made: list[list[Any]] = []


_local = _Local()


def get_custom_objects() -> dict[str, Any]:
    """The classes and functions that all configs may name; it may be changed."""
    return _objects


@contextmanager
def custom_object_scope(objects: dict[str, Any] | None) -> Iterator[None]:
    """Let configs name some classes and functions, in this thread.

    Parameters
    ----------
    objects : dict
        Classes and functions, by the names that configs have for them.
    """
    _local.scopes.append(dict(objects or {}))
    try:
        yield
    finally:
        _local.scopes.pop()


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[_Class], _Class]:
    """A decorator that lets configs name a class or a function, as ``package>name``.

    Parameters
    ----------
    package : str
        What stands before the name.
    name : str, optional
        The name; that of the class where it is not given.

    Raises
    ------
    ValueError
        If the class has no ``get_config``.
    """

    def decorated(given: _Class) -> _Class:
        own = given.__name__ if name is None else name
        if isinstance(given, type) and not hasattr(given, "get_config"):
            raise ValueError(
                "Cannot register a class that does not have a get_config() method."
            )
        registered = f"{package}>{own}"
        _objects[registered] = given
        _names[given] = registered
        return given

    return decorated


def get_registered_name(obj: Any) -> str:
    """The name under which a class or a function is registered, or its own."""
    try:
        return _names.get(obj) or str(obj.__name__)
    except TypeError:  # of what has no hash
        return str(obj.__name__)


def get_registered_object(
    name: str,
    custom_objects: dict[str, Any] | None = None,
    module_objects: dict[str, Any] | None = None,
) -> Any:
    """The class or function that a name stands for; None where there is none."""
    given = custom_objects or {}
    return given.get(name, custom_object(name) or (module_objects or {}).get(name))


def custom_object(name: str) -> Any:
    """What this thread may know by a name: of the innermost scope that has it."""
    for scope in reversed(_local.scopes):
        if name in scope:
            return scope[name]
    return _objects.get(name)


def named_by(config: Any) -> Any:
    """The class of the user's that a layer's config names, or None."""
    names = [config.get("registered_name"), config.get("class_name")]
    found = (custom_object(name) for name in names if isinstance(name, str))
    return next((cls for cls in found if cls is not None), None)


# -- in the library ---------------------------------------------------------

_Create = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    ctypes.c_void_p,
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.POINTER(ctypes.c_uint64),
)


@_Create
def _create(context: int, name: bytes, config: bytes, layer: Any) -> int:
    """Make a layer of a class that this thread may know; none otherwise."""
    import json

    def body() -> None:
        cls = custom_object(name.decode())
        if not hasattr(cls, "from_config"):
            return
        made = cls.from_config(json.loads(config))
        for objects in _local.made:
            objects.append(made)
        layer[0] = made._handle

    return _callbacks.guarded(body)


@contextmanager
def made_objects() -> Iterator[list[Any]]:
    """The layers that the library has made of the user's classes meanwhile.

    Whoever made it do so holds them: the library knows functions, not objects.
    """
    names = {name for scope in (_objects, *_local.scopes) for name in scope}
    for name in names - _known_to_library:
        check(lib().elman_layer_class_register(encoded(name), _create, None))
        _known_to_library.add(name)
    objects: list[Any] = []
    _local.made.append(objects)
    try:
        yield objects
    finally:
        _local.made.pop()
