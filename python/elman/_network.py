"""What layers and models have in common: a name and shapes, beside weights."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Sequence
from typing import Any

from . import _arrays
from ._described import definer, is_elmans
from ._handle import Handle
from ._library import check, dimensions
from ._run import FloatArray
from ._weights import Weighted


def as_batch(inputs: Any) -> FloatArray:
    """The inputs of a layer or a model as a float32 array."""
    if isinstance(inputs, Handle):
        raise TypeError(
            "Layers and models are called with arrays, or with KerasTensors such as "
            f"elman.Input(shape) gives. Received: {inputs!r}"
        )
    return _arrays.float32(inputs)


class Network(Weighted):
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

    # What to do in place of a method of one's own.
    _instead = (
        "Put a function of an array in a Lambda; a cell for RNN is an object of any "
        "class that is no Layer, with `state_size`, `call(inputs, states)` and, if it "
        "wants to, `build` and `get_initial_state`."
    )

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        for method in cls._never_called:
            if hasattr(cls, method) and not is_elmans(definer(cls, method)):
                raise TypeError(
                    f"{cls.__name__} cannot have a {method!r} of its own: the library "
                    f"runs its layers, and would not call it. {cls._instead}"
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

    def reset_states(self) -> None:
        """Put the states of stateful layers back to zero."""
        check(self._function("reset_states")(self._handle))

    reset_state = reset_states
