"""The threads and the memory that a model takes."""

from __future__ import annotations

import ctypes
from typing import NamedTuple

from .._library import check, dimensions, lib, thread_count
from .._network import Network
from .._prototypes import INT64_P, Array
from ..layers import Embedding, Layer


class WeightMemory(NamedTuple):
    """Bytes that the weights of a model take."""

    values: int
    """Of the values, as they are set and read."""
    packed: int
    """Of the same in the order and format in which the arithmetic reads them."""


class Measured(Network):
    """A model that tells the memory it takes, and is told how many threads to use."""

    _layers: list[Layer]

    def set_num_threads(self, threads: int) -> None:
        """Set how many threads this model uses; 0 is elman's number again.

        Streams that are made later have the same.
        """
        check(lib().elman_model_set_num_threads(self._handle, thread_count(threads)))

    def memory(self, batch: int = 1, timesteps: int | None = None) -> int:
        """Bytes that a call works in, beside its input, its output and the weights.

        Those of the weights are told by `weight_memory`.

        The outputs of at most two layers, the gates of a block of timesteps, and
        states. The model keeps them for the next call of the shape.

        Parameters
        ----------
        batch : int
            Rows of the input.
        timesteps : int, optional
            Where the model's input shape does not say it.

        Raises
        ------
        ValueError
            If the model is not built, its input shape is not all known, or
            timesteps are given and the input has none.
        """
        given = self._input_shapes()
        shapes = [[batch, *shape[1:]] for shape in given]
        if timesteps is not None:
            if not self._has_timesteps():
                raise ValueError(
                    "The input of this model has no timesteps: leave out `timesteps`. "
                    f"Received: input_shape={self.input_shape}, timesteps={timesteps}"
                )
            for shape in shapes:
                if len(given) == 1 or (len(shape) > 2 and shape[1] is None):
                    shape[1] = timesteps
        if any(None in shape for shape in shapes):
            raise ValueError(
                "The memory depends on the shape of the input: pass `timesteps`. "
                f"Received: input_shape={self.input_shape}, timesteps={timesteps}"
            )
        described = (Array * len(shapes))()
        for array, shape in zip(described, shapes):
            sizes = dimensions(shape)
            array.shape, array.rank = ctypes.cast(sizes, INT64_P), len(sizes)
        return self._number("memory", described, len(shapes))

    def _input_shapes(self) -> list[tuple[int | None, ...]]:
        """The shapes of the inputs."""
        return [self.input_shape]

    def weight_memory(self) -> WeightMemory:
        """Bytes that the weights take now: the values, and the same as runs read them.

        Initial values are made when they are first read, and packed by the first
        run: a model that was only built takes neither, and one whose weights are
        set before never makes them. `memory` says what calls work in beside.
        """
        values, packed = ctypes.c_size_t(), ctypes.c_size_t()
        check(
            lib().elman_model_weight_memory(
                self._handle, ctypes.byref(values), ctypes.byref(packed)
            )
        )
        return WeightMemory(values.value, packed.value)

    def _has_timesteps(self) -> bool:
        """Whether the second axis of the input is time."""
        embeds = any(isinstance(layer, Embedding) for layer in self._layers[:1])
        return embeds or any(len(shape) > 2 for shape in self._input_shapes())
