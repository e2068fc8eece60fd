"""What layers and models have in common: a name, shapes and weights."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy.typing as npt

from . import _arrays
from ._described import definer, is_elmans
from ._handle import Handle
from ._library import check, dimensions, encoded
from ._run import FloatArray


def as_batch(inputs: Any) -> FloatArray:
    """The inputs of a layer or a model as a float32 array."""
    if isinstance(inputs, Handle):
        raise TypeError(
            "Layers and models are called with arrays: elman has no functional API. "
            f"Put layers in elman.Sequential([...]). Received: {inputs!r}"
        )
    return _arrays.float32(inputs)


class Network(Handle):
    """A layer or a model."""

    # What the library does itself: it would not call, or look at, what a user's
    # subclass has in its place.
    _never_called: tuple[str, ...] = (
        "call",
        "compute_mask",
        "compute_output_shape",
        "compute_output_spec",
        "get_initial_state",
    )

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        for method in cls._never_called:
            if hasattr(cls, method) and not is_elmans(definer(cls, method)):
                raise TypeError(
                    f"{cls.__name__} cannot have a {method!r} of its own: the library "
                    "runs its layers, and would not call it. Put a function of an "
                    "array in a Lambda; a cell for RNN is an object of any class that "
                    "is no Layer, with `state_size`, `call(inputs, states)` and, if it "
                    "wants to, `build` and `get_initial_state`."
                )

    def _told(self) -> str:
        return f"name={self.name}, built={self.built}"

    @property
    def name(self) -> str:
        """The name, unique within a model."""
        return self._text("name")

    @name.setter
    def name(self, value: str) -> None:
        raise AttributeError(
            f"The name of a {type(self).__name__} is fixed when it is made, by the "
            f"argument `name`. Received: {value!r}"
        )

    # The one that programs for Keras 2 set.
    _name = name

    @property
    def built(self) -> bool:
        """Whether the weights are there."""
        return bool(self._number("is_built", of=ctypes.c_int32))

    def get_config(self) -> dict[str, Any]:
        """The arguments, as Keras's ``get_config`` gives them."""
        config: dict[str, Any] = json.loads(self._text("config"))
        return config

    # -- shapes ---------------------------------------------------------

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of a shape, batch first."""
        sizes = dimensions(input_shape)
        check(self._function("build")(self._handle, sizes, len(sizes)))

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """The shape of the inputs it was built for, batch first."""
        return self._shape("input_shape")

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """The shape of the (first) output for ``input_shape``."""
        return self._shape("output_shape", None, 0)

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """The shape of the (first) output for inputs of a shape."""
        sizes = dimensions(input_shape)
        return self._shape("output_shape", sizes, len(sizes))

    # -- weights --------------------------------------------------------

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

    def reset_states(self) -> None:
        """Put the states of stateful layers back to zero."""
        check(self._function("reset_states")(self._handle))

    reset_state = reset_states
