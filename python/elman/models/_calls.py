"""The call of a model: small batches go without ctypes, or with kept addresses."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from .._library import fast_call, lib
from .._network import Network, as_batch
from .._run import BoundCall, FloatArray, run

# Held while a model keeps or forgets a call: a few instructions.
_binding = threading.Lock()


def _free_binding() -> None:
    """In a forked child no thread holds the lock, whoever held it in the parent."""
    global _binding
    _binding = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free_binding)


def _no_output(inputs: Any) -> None:
    """The fast call of a model that has none."""


class Called(Network):
    """A model that is called with a batch."""

    def __call__(
        self,
        inputs: npt.ArrayLike,
        training: bool = False,
        mask: npt.ArrayLike | None = None,
    ) -> FloatArray:
        """The output for a batch, as an array.

        Raises
        ------
        ValueError
            If the input's shape does not fit the model.
        """
        if mask is None and training is False:
            output = self._fast(inputs)
            if output is not None:
                return output
            bound = self._bound
            if (
                bound is not None
                and type(inputs) is np.ndarray
                and inputs.shape == bound.shape
                and inputs.dtype.kind in "fiu"
            ):
                output = bound(inputs)
                if output is not None:
                    return output
        return self._call(self._as_batch(inputs), training, mask)

    def _as_batch(self, inputs: Any) -> FloatArray:
        """The inputs as an array. A list of one array is that array, as in Keras.

        Unless the array is one row of what a built model takes: then it is a batch of
        one.
        """
        if isinstance(inputs, (list, tuple)) and len(inputs) == 1:
            rank = np.ndim(inputs[0]) if hasattr(inputs[0], "__array__") else 0
            if rank > 0 and not (self.built and rank == len(self.input_shape) - 1):
                return as_batch(inputs[0])
        return as_batch(inputs)

    def _unbind(self) -> None:
        """Keep no call: the model has just changed."""
        with _binding:
            self._change = object()
            self._bound: BoundCall | None = None
            self._fast: Callable[[Any], FloatArray | None] = _no_output

    def _bind(self, x: FloatArray, output: FloatArray, change: object) -> None:
        """Keep the call for inputs and outputs of such shapes.

        Not where another thread changed the model since the last ``change``: the
        output may be that of the model before.
        """
        is_small = max(x.size, output.size) <= BoundCall.LARGEST
        bound = BoundCall(self._handle, x.shape, output) if is_small else None
        fast = fast_call(
            lib().elman_model_forward, self._handle, x.shape, output, has_shape=True
        )
        with _binding:
            if change is self._change:
                self._bound, self._fast = bound, fast

    def _call(
        self, x: FloatArray, training: bool, mask: npt.ArrayLike | None
    ) -> FloatArray:
        change = self._change
        outputs = run(self._handle, [x], None, [mask], training)
        if len(outputs) > 1:
            return outputs  # type: ignore[return-value]  # merge_mode=None
        if x.size:
            self._bind(x, outputs[0], change)
        return outputs[0]
