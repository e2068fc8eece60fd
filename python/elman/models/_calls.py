"""The call of a model: small batches go without ctypes, or with kept addresses."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from .._connected import Connected
from .._library import fast_call, lib
from .._network import as_batch
from .._run import BoundCall, FloatArray, run
from .._tensor import KerasTensor, is_symbolic

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


class Called(Connected):
    """A model that is called with a batch."""

    def __call__(
        self,
        inputs: Any,
        training: bool = False,
        mask: Any = None,
    ) -> Any:
        """The outputs for a batch, or for tensors; with these nothing runs.

        Parameters
        ----------
        inputs : array or KerasTensor, or lists and dicts of them
            Batch first; of several inputs in their order, or by their names.
        training : bool
            Accepted as Keras accepts it.
        mask : array of bool or numbers, optional
            (batch, timesteps), False or 0 where a step is to be skipped; for several
            inputs one each, or None, as ``inputs``.

        Returns
        -------
        array or tensor
            In lists and dicts where the outputs of the model are.

        Raises
        ------
        ValueError
            If a shape, or the number of inputs, does not fit the model.
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
        if is_symbolic(inputs, mask):
            given = self._in_order(inputs)
            masks = None if mask is None else self._masks(mask)
            return self._packed(self._call_symbolic(given, (), masks, {}))
        masks = None if mask is None else self._masks(mask)
        return self._packed(self._call(self._arrays(inputs), training, masks))

    # -- inputs and outputs ---------------------------------------------

    def _in_order(self, inputs: Any) -> list[Any]:
        """The inputs in the order of the model's."""
        if isinstance(inputs, dict) and len(inputs) == 1:
            return list(inputs.values())
        is_list = isinstance(inputs, (list, tuple))
        symbolic = is_list and any(isinstance(x, KerasTensor) for x in inputs)
        return list(inputs) if symbolic else [inputs]

    def _masks(self, mask: Any) -> list[Any]:
        """The masks in the order of the inputs."""
        return [mask]

    def _arrays(self, inputs: Any) -> list[FloatArray]:
        """The inputs as arrays, in the order of the model's."""
        return [self._as_batch(one) for one in self._in_order(inputs)]

    def _packed(self, outputs: list[Any]) -> Any:
        """The outputs as the model gives them."""
        return outputs if len(outputs) > 1 else outputs[0]

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

    # Whether one array goes in and one comes out.
    _is_plain = True

    def _call(
        self, arrays: list[FloatArray], training: bool, masks: list[Any] | None
    ) -> list[FloatArray]:
        change = self._change
        outputs = run(self._handle, arrays, None, masks, training)
        # Those of merge_mode=None are two.
        if self._is_plain and len(outputs) == 1 and arrays[0].size:
            self._bind(arrays[0], outputs[0], change)
        return outputs
