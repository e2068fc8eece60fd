"""Streams: a model run a timestep, or a block of them, at a time."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .. import _arrays
from .._handle import Handle
from .._library import LARGEST_SIZE, check, fast_call, lib, positive, thread_count
from .._run import FloatArray

if TYPE_CHECKING:
    from .sequential import Sequential


class Stream(Handle):
    """A model run one timestep at a time, with states of its own.

    A step gives what the model would give for all steps so far, to the bit. The
    model's weights are shared. Any number of streams may run at once; one stream
    is used by one thread at a time.

    Examples
    --------
    >>> import numpy as np, elman
    >>> model = elman.Sequential([elman.layers.GRU(3, input_shape=(None, 2))])
    >>> stream = model.stream()
    >>> stream.step(np.zeros(2)).shape
    (3,)
    """

    _kind = "stream"

    def __init__(self, model: Sequential, batch_size: int = 1):
        rows = positive("batch_size", batch_size, LARGEST_SIZE)
        handle = ctypes.c_uint64()
        check(lib().elman_stream_create(model._handle, rows, ctypes.byref(handle)))
        # The library cannot hold layers of the user's classes.
        self._held = model.layers, model._made
        self._own(handle.value)
        shape = self._shape("input_shape")
        self._input: FloatArray = np.zeros(shape, np.float32)
        self._output: FloatArray = np.zeros(self._shape("output_shape"), np.float32)
        self._step = lib().elman_stream_step
        self._arguments = (
            ctypes.c_uint64(handle.value),
            ctypes.c_void_p(self._input.ctypes.data),
            ctypes.c_size_t(self._input.size),
            ctypes.c_void_p(self._output.ctypes.data),
            ctypes.c_size_t(self._output.size),
        )
        self._single = self._input[0] if shape[0] == 1 else None
        self._fast = fast_call(
            self._step, handle.value, shape, self._output, has_shape=False
        )
        self._fast_single = fast_call(
            self._step, handle.value, shape[1:], self._output[0], has_shape=False
        )

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(batch, features), or (batch,) where indices are embedded."""
        return self._input.shape

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The shape of what a step gives for (batch, features)."""
        return self._output.shape

    def step(self, x: npt.ArrayLike) -> FloatArray:
        """Run the next timestep.

        Parameters
        ----------
        x : array
            (batch, features), or (features,) where the batch size is 1.

        Returns
        -------
        array
            (batch, units), or (units,) where ``x`` has no batch.

        Raises
        ------
        ValueError
            If the shape does not fit.
        """
        output = self._fast(x)
        if output is not None:
            return output
        if self._single is not None:
            output = self._fast_single(x)
            if output is not None:
                return output
        values = x if type(x) is np.ndarray else np.asarray(x)
        if values.dtype.kind not in "fiub":
            raise TypeError(f"A step takes numbers. Received: dtype={values.dtype}")
        single = self._single
        if values.shape == self._input.shape:
            self._input[...] = values
        elif single is not None and values.shape == single.shape:
            self._input[0] = values
        else:
            raise ValueError(
                f"A step of this stream takes shape {self._input.shape}"
                + ("" if single is None else f" or {single.shape}")
                + f". Received: shape={values.shape}"
            )
        status = self._step(*self._arguments)
        if status:
            check(status)
        if values.ndim < self._input.ndim:
            return self._output[0].copy()
        return self._output.copy()

    def run(self, x: npt.ArrayLike) -> FloatArray:
        """Run the next timesteps, with the bits of as many steps.

        Parameters
        ----------
        x : array
            (batch, timesteps, features), or (timesteps, features) where the batch
            size is 1; without the features where indices are embedded.

        Returns
        -------
        array
            (batch, timesteps, units), or (timesteps, units) where ``x`` has no
            batch: of each timestep what ``step`` gives.

        Raises
        ------
        ValueError
            If the shape does not fit.
        """
        values = _arrays.float32(x)
        rows, *features = self._input.shape
        if values.ndim == self._input.ndim and rows == 1:
            return self.run(values[np.newaxis])[0]
        fits = values.ndim == self._input.ndim + 1 and values.shape[0] == rows
        if not fits or list(values.shape[2:]) != features:
            shape = (rows, None, *features)
            raise ValueError(
                f"A run of this stream takes shape {shape}"
                + (f" or {shape[1:]}" if rows == 1 else "")
                + f". Received: shape={values.shape}"
            )
        steps = values.shape[1]
        output = np.empty((rows, steps, *self._output.shape[1:]), np.float32)
        check(
            lib().elman_stream_run(
                self._handle, values.ctypes.data, steps, output.ctypes.data
            )
        )
        return output

    def set_num_threads(self, threads: int) -> None:
        """Set how many threads this stream uses; 0 is elman's number again."""
        check(lib().elman_stream_set_num_threads(self._handle, thread_count(threads)))

    def reset(self) -> None:
        """Begin anew: with zeros, or the states with which a cell of yours begins."""
        check(lib().elman_stream_reset(self._handle))

    def reset_rows(self, rows: Sequence[int] | int) -> None:
        """Begin some rows of the batch anew; the others go on as they are.

        Raises
        ------
        ValueError
            If a row is not there; no row has begun anew then.
        """
        numbers = [rows] if hasattr(rows, "__index__") else list(rows)  # type: ignore[arg-type]
        count = self._input.shape[0]
        for row in numbers:
            if not hasattr(row, "__index__") or not 0 <= int(row) < count:
                raise ValueError(
                    f"The rows of this stream are 0 to {count - 1}. Received: {row!r}"
                )
        given = (ctypes.c_size_t * max(1, len(numbers)))(*map(int, numbers))
        check(lib().elman_stream_reset_rows(self._handle, given, len(numbers)))

    reset_states = reset_state = reset

    @property
    def state(self) -> list[FloatArray]:
        """Copies of the states, in the order of the layers; they can be set again."""
        return self._copies("state")

    @state.setter
    def state(self, states: Sequence[npt.ArrayLike]) -> None:
        arrays = [_arrays.float32(state, "state") for state in states]
        shapes = [s.shape for s in self.state]
        if [a.shape for a in arrays] != shapes:
            raise ValueError(
                f"The states of this stream have the shapes {shapes}. "
                f"Received: {[a.shape for a in arrays]}"
            )
        for index, array in enumerate(arrays):
            described: Any = _arrays.describe(array)
            check(self._function("set_state")(self._handle, index, described))

    def close(self) -> None:
        """Release the stream now; a step afterwards is a RuntimeError."""
        super().close()
        self._fast = self._refuse

    def _refuse(self, x: Any) -> None:
        """Raise what any use of a closed stream raises."""
        _ = self._handle

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "A Stream cannot be pickled or copied. Keep its `state`, and set it on "
            "another stream of the model."
        )

    def _told(self) -> str:
        return f"{self.input_shape} to {self.output_shape}"
