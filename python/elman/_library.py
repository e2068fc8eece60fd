"""Finding, loading and calling libelman."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import _errors
from ._prototypes import MAX_RANK, declare
from ._version import __version__

# The most units of a layer, and rows of a stream.
LARGEST_SIZE = 2**31 - 1

# Outputs of up to so many numbers are copied in less time than it takes to ask a
# new array for its address.
LARGEST_COPY = 1024

_MOST_TEXTS = 2048

# The name of the library where it is built, and where it is installed: in a wheel
# libelman.so would pass for a module.
_BUILT, _INSTALLED = (
    ("libelman.dylib", "libelman.dylib")
    if sys.platform == "darwin"
    else ("libelman.so", "libelman.so.1")
)
_library: ctypes.CDLL | None = None


def _candidates() -> list[str]:
    """Where the library is looked for, in this order."""
    given = os.environ.get("ELMAN_LIBRARY")
    if given:
        return [given]
    package = Path(__file__).resolve().parent
    checkout = package.parent.parent / ".build" / "release"
    return [str(package / _INSTALLED), str(checkout / _BUILT), _INSTALLED]


def _load() -> ctypes.CDLL:
    tried = []
    for path in _candidates():
        if os.sep in path and not os.path.exists(path):
            tried.append(f"  {path}: no such file")
            continue
        try:
            library = ctypes.CDLL(path)
        except OSError as error:
            tried.append(f"  {path}: {error}")
            continue
        declare(library)
        _check_version(library, path)
        return library
    places = "\n".join(tried)
    raise ImportError(
        f"elman's library could not be loaded. Tried:\n{places}\n"
        "Build it with `make lib`, or name it in ELMAN_LIBRARY."
    )


def _check_version(library: ctypes.CDLL, path: str) -> None:
    version = library.elman_version().decode()
    if version != __version__:
        raise ImportError(
            f"{path} is elman {version}, and this package is elman "
            f"{__version__}: install the two from one version."
        )


def lib() -> ctypes.CDLL:
    """The library, loaded at the first call."""
    global _library
    if _library is None:
        _library = _load()
    return _library


def check(status: int) -> None:
    """Raise the exception of a status that is not OK."""
    if status != _errors.OK:
        raise _errors.exception(lib(), status)


# Compiled where Python's headers were at hand, for the stable ABI of Python 3.11;
# ELMAN_CTYPES=1 goes without it.
_fast: Any = None
if sys.version_info >= (3, 11) and not os.environ.get("ELMAN_CTYPES"):
    with contextlib.suppress(ImportError):
        from . import _fast


def fast_call(
    function: Callable[..., int],
    handle: int,
    shape: tuple[int, ...],
    output: Any,
    *,
    has_shape: bool,
) -> Callable[[Any], Any]:
    """A function of the library for float32 inputs of one shape, without ctypes.

    It gives a new array like ``output``, or None where it leaves the call to
    others: always where ``elman._fast`` was not compiled.
    """
    if _fast is None:
        return lambda x: None
    address = ctypes.cast(function, ctypes.c_void_p).value
    # A small output is copied out of an array that is kept, a large one goes
    # where it stays.
    if output.size <= LARGEST_COPY:
        result = np.empty_like(output)
    else:
        result = functools.partial(np.empty, output.shape, np.float32)
    return _fast.Call(address, handle, has_shape, shape, result, check).run


def text(function: Callable[..., int], *arguments: Any) -> str:
    """The text that a function of the library writes."""
    length = ctypes.c_size_t()
    # Most texts fit: to ask for the length first would have each made twice.
    buffer = ctypes.create_string_buffer(_MOST_TEXTS)
    status = function(*arguments, buffer, len(buffer), ctypes.byref(length))
    if status == _errors.BUFFER_TOO_SMALL:
        buffer = ctypes.create_string_buffer(length.value + 1)
        status = function(*arguments, buffer, len(buffer), ctypes.byref(length))
    check(status)
    return buffer.raw[: length.value].decode("utf-8")


def shape(function: Callable[..., int], *arguments: Any) -> tuple[int | None, ...]:
    """The shape that a function of the library writes; None where it is -1."""
    dimensions = (ctypes.c_int64 * MAX_RANK)()
    rank = ctypes.c_size_t()
    check(function(*arguments, dimensions, MAX_RANK, ctypes.byref(rank)))
    return tuple(None if size < 0 else size for size in dimensions[: rank.value])


def number(
    function: Callable[..., int], *arguments: Any, of: type = ctypes.c_size_t
) -> int:
    """The number that a function of the library writes."""
    value = of()
    check(function(*arguments, ctypes.byref(value)))
    return int(value.value)


def positive(name: str, value: Any, largest: int | None = None) -> int:
    """A positive integer; a ValueError for all else."""
    if not hasattr(value, "__index__") or int(value) < 1:
        raise ValueError(f"{name} must be a positive integer. Received: {value!r}")
    if largest is not None and int(value) > largest:
        raise ValueError(f"{name} must be at most {largest}. Received: {value!r}")
    return int(value)


def thread_count(threads: Any) -> int:
    """A number of threads, 0 for the default."""
    if not hasattr(threads, "__index__"):
        raise TypeError(f"threads must be an integer. Received: {threads!r}")
    count = int(threads)
    if not 0 <= count < 2**31:
        raise ValueError(f"threads must be 0 to 1024. Received: {count}")
    return count


def dimensions(shape: Sequence[int | None]) -> ctypes.Array[ctypes.c_int64]:
    """A shape as the library takes it, -1 for None."""
    if isinstance(shape, str) or not isinstance(shape, Iterable):
        raise _errors.ArgumentError(
            f"A shape must be a tuple of integers and None. Received: {shape!r}"
        )
    sizes = []
    for size in shape:
        if size is not None and not hasattr(size, "__index__"):
            raise _errors.ArgumentError(
                "The dimensions of a shape must be integers or None. "
                f"Received: {tuple(shape)}"
            )
        if size is not None and not -(2**63) <= int(size) < 2**63:
            raise ValueError(f"A dimension is beyond int64. Received: {tuple(shape)}")
        sizes.append(-1 if size is None else int(size))
    return (ctypes.c_int64 * len(sizes))(*sizes)


def encoded(name: str | None, what: str = "A name") -> bytes | None:
    """A text as the library takes it; None for NULL."""
    if name is None:
        return None
    if not isinstance(name, str):
        raise _errors.ArgumentError(f"{what} must be a string. Received: {name!r}")
    if "\0" in name:
        raise ValueError(f"{what} must not contain a zero byte. Received: {name!r}")
    try:
        return name.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(
            f"{what} must not contain half a surrogate pair. Received: {name!r}"
        ) from None
