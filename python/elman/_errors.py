"""From the library's statuses to Python's exceptions."""

from __future__ import annotations

import ctypes

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


# Exceptions of the user's functions that the library called, on their way out.
pending: list[BaseException] = []


def exception(library: ctypes.CDLL, status: int) -> BaseException:
    """The exception for a failed call of this thread, with the library's words."""
    if pending:
        error = pending[0]
        pending.clear()
        return error
    length = library.elman_last_error(None, 0)
    text = ctypes.create_string_buffer(length + 1)
    library.elman_last_error(text, length + 1)
    message = text.value.decode("utf-8", "replace")
    return _EXCEPTIONS.get(status, RuntimeError)(message)
