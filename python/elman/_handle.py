"""The owner of an object of the library."""

from __future__ import annotations

import ctypes
import weakref
from typing import Any

import numpy as np

from ._errors import ClosedError
from ._library import check, lib, number, shape, text
from ._run import FloatArray


class Handle:
    """An object of the library, released with the last reference to this one.

    ``_kind`` is "layer", "model" or "stream": the middle part of the functions'
    names.
    """

    _kind: str
    _finalizer: weakref.finalize[Any, Any] | None = None

    def _own(self, handle: int) -> None:
        self._owned = handle
        release = self._function("release")
        self._finalizer = weakref.finalize(self, release, handle)

    @property
    def _handle(self) -> int:
        if self._is_closed:
            what = "is not made yet" if self._finalizer is None else "was closed"
            raise ClosedError(f"This {type(self).__name__} {what}.")
        return self._owned

    @property
    def _is_closed(self) -> bool:
        return self._finalizer is None or not self._finalizer.alive

    def _function(self, name: str) -> Any:
        return getattr(lib(), f"elman_{self._kind}_{name}")

    def close(self) -> None:
        """Release the object now; using it afterwards is a RuntimeError."""
        if self._finalizer is not None:
            self._finalizer()

    def __repr__(self) -> str:
        told = "closed" if self._is_closed else self._told()
        return f"<{type(self).__name__} {told}>"

    def _told(self) -> str:
        """What ``repr`` tells beside the class."""
        return "open"

    def _text(self, name: str, *arguments: Any) -> str:
        return text(self._function(name), self._handle, *arguments)

    def _shape(self, name: str, *arguments: Any) -> tuple[int | None, ...]:
        return shape(self._function(name), self._handle, *arguments)

    def _number(self, name: str, *arguments: Any, of: type = ctypes.c_size_t) -> int:
        return number(self._function(name), self._handle, *arguments, of=of)

    def _copies(self, what: str) -> list[FloatArray]:
        """Copies of all arrays of a sort, "weight" or "state"."""
        return [self._copy(what, i) for i in range(self._number(f"{what}_count"))]

    def _copy(self, what: str, index: int) -> FloatArray:
        """A copy of an array of a sort."""
        array = np.empty(self._shape(f"{what}_shape", index), np.float32)
        get = self._function(f"get_{what}")
        check(get(self._handle, index, array.ctypes.data, array.size))
        return array
