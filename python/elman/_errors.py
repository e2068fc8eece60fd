"""From the library's statuses to Python's exceptions."""

from __future__ import annotations

import ctypes
import itertools

OK = 0
BUFFER_TOO_SMALL = -7


class ArgumentError(TypeError, ValueError):
    """An argument that cannot be: Keras 2 has TypeErrors there, Keras 3 ValueErrors."""


class NotBuiltError(ValueError, AttributeError):
    """What is there once a layer or a model is built: ``hasattr`` finds it missing."""


class NotStatefulError(ValueError, AttributeError):
    """The states of a layer that carries none: ``hasattr`` finds them missing."""


class ClosedError(RuntimeError, AttributeError):
    """What was closed has no attributes: ``hasattr`` finds them missing."""


_EXCEPTIONS: dict[int, type[Exception]] = {
    -1: ValueError,  # ELMAN_INVALID_ARGUMENT
    -3: ArgumentError,  # ELMAN_WRONG_TYPE
    -4: ValueError,  # ELMAN_NOT_FOUND
    -5: ValueError,  # ELMAN_SHAPE_MISMATCH
    -6: NotBuiltError,  # ELMAN_NOT_BUILT
    -8: MemoryError,  # ELMAN_OUT_OF_MEMORY
    -9: NotImplementedError,  # ELMAN_UNSUPPORTED
}


# Exceptions of the user's functions that the library called, on their way out, by the
# number that the function returned. A run that meets two reports one of them.
_pending: dict[int, BaseException] = {}
_numbers = itertools.count()
_MOST_PENDING = 1024


def keep(error: BaseException) -> int:
    """The number to return to the library for an exception of a function it called."""
    number = next(_numbers) % (2**31 - 1) + 1
    _pending[number] = error
    if len(_pending) > _MOST_PENDING:
        _pending.pop(next(iter(_pending)), None)
    return number


def exception(library: ctypes.CDLL, status: int) -> BaseException:
    """The exception for a failed call of this thread, with the library's words."""
    error = _pending.pop(library.elman_last_callback_status(), None)
    if error is not None:
        return error
    length = library.elman_last_error(None, 0)
    text = ctypes.create_string_buffer(length + 1)
    library.elman_last_error(text, length + 1)
    message = text.value.decode("utf-8", "replace")
    return _EXCEPTIONS.get(status, RuntimeError)(message)
