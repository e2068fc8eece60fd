"""The weights of a layer or a model: all of them, at once or as objects."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from typing import Any

import numpy.typing as npt

from . import _arrays
from ._handle import Handle
from ._library import check, encoded
from ._run import FloatArray
from ._variable import Variable


def unique(weights: Iterable[Variable]) -> list[Variable]:
    """Each weight once, where it stands first."""
    return list({id(weight): weight for weight in weights}.values())


class Weighted(Handle):
    """What has weights: a layer or a model."""

    @property
    def weights(self) -> list[Variable]:
        """The weights, in Keras's order; none before it is built."""
        raise NotImplementedError

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training may change."""
        return [weight for weight in self.weights if weight.trainable]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone, such as moving means."""
        return [weight for weight in self.weights if not weight.trainable]

    @property
    def variables(self) -> list[Variable]:
        """The weights: elman has no other variables."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Variable]:
        """The weights that training may change."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return self.non_trainable_weights

    @property
    def losses(self) -> list[float]:
        """The penalties of the regularizers on the trainable weights, now."""
        given = ((w, w.regularizer) for w in self.trainable_weights)
        return [regularizer(w) for w, regularizer in given if regularizer is not None]

    @property
    def compute_dtype(self) -> str:
        """The type that it computes in."""
        return "float32"

    @property
    def variable_dtype(self) -> str:
        """The type of the weights."""
        return "float32"

    @property
    def weight_names(self) -> list[str]:
        """The paths of the weights, such as ``simple_rnn/kernel``."""
        count = self._number("weight_count")
        return [self._text("weight_name", index) for index in range(count)]

    def get_weights(self) -> list[FloatArray]:
        """Copies of the weights, in Keras's order."""
        return self._copies("weight")

    def set_weights(self, weights: Sequence[npt.ArrayLike]) -> None:
        """Set all weights.

        Parameters
        ----------
        weights : list of arrays
            As ``get_weights`` gives them.

        Raises
        ------
        ValueError
            If the list has another length or an array another shape, or a
            quantized weight is not finite; no weight has changed then.
        TypeError
            If it is no list, or an array holds no real numbers.
        """
        self._give_weights("set_weights", weights)

    def _give_weights(self, function: str, weights: Any) -> None:
        if not isinstance(weights, Iterable):
            raise TypeError(f"weights must be a list of arrays. Received: {weights!r}")
        arrays = [_arrays.float32(weight, "weight") for weight in weights]
        check(
            self._function(function)(
                self._handle, _arrays.describe_all(arrays), len(arrays)
            )
        )

    def quantize(self, mode: str) -> float:
        """Store the weights of the products in fewer bits, for inference.

        It pays where one row or few run at once and the weights are larger than a
        cache. Arithmetic, biases and states stay float32 (but ``"int8"`` rounds
        inputs, to 2^-22 of the largest, where the processor multiplies bytes).
        ``get_config`` tells
        the mode and ``get_weights`` the rounded values; ``set_weights`` rounds
        what it sets from then on.

        Parameters
        ----------
        mode : {"float16", "bfloat16", "int8", "float32"}
            ``"int8"`` has a scale for each output channel; ``"float32"`` goes back
            to whole numbers, without what was rounded off.

        Returns
        -------
        float
            How far rounding moved the weights: the root of their mean squared
            error over that of their mean square.

        Raises
        ------
        ValueError
            If the mode is another, it is not built, or a weight is not
            finite; no layer has changed then.
        TypeError
            If the mode is no string.

        Examples
        --------
        >>> import elman
        >>> model = elman.Sequential([elman.layers.LSTM(64, input_shape=(None, 8))])
        >>> model.quantize("bfloat16") < 0.003
        True
        """
        if not isinstance(mode, str):
            raise TypeError(
                "mode must be 'float16', 'bfloat16', 'int8' or 'float32'. "
                f"Received: mode={mode!r}"
            )
        error = ctypes.c_double()
        check(
            self._function("quantize")(self._handle, encoded(mode), ctypes.byref(error))
        )
        return error.value

    def count_params(self) -> int:
        """The number of parameters."""
        return self._params()[0]

    def _params(self) -> tuple[int, int]:
        total, trainable = ctypes.c_int64(), ctypes.c_int64()
        check(
            self._function("count_params")(
                self._handle, ctypes.byref(total), ctypes.byref(trainable)
            )
        )
        return total.value, trainable.value
