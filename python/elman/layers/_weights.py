"""The weights of layers, which those around them and models share."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .._errors import NotBuiltError
from .._network import Network
from .._variable import Variable
from .._weights import unique

if TYPE_CHECKING:
    from ._layer import Layer

# The arguments `..._initializer` of weights that have longer names.
_KERNELS = ("depthwise", "pointwise", "recurrent")


class LayerWeights(Network):
    """A layer's weights: its own, or those of the layers inside it."""

    # Attributes of Keras that do not have the weight's name.
    _weight_attributes: dict[str, str] = {}
    # The path of the layer around it, and "/".
    _place = ""

    @property
    def path(self) -> str:
        """The name, after those of the layers around it."""
        return self._place + self.name

    def _stand_in(self, path: str) -> None:
        """Be in a layer of a path."""
        self._place = f"{path}/"
        for layer in self._known_parts():
            layer._stand_in(self.path)

    def _parts(self) -> Sequence[Layer]:
        """The layers inside it that have its weights; none where it has them itself."""
        return ()

    def _known_parts(self) -> Sequence[Layer]:
        """The layers inside it that Python has."""
        return ()

    def _weight_owner(self) -> LayerWeights | None:
        """What has the weights that are attributes of this layer, if anything."""
        return None if self._parts() else self

    @property
    def weights(self) -> list[Variable]:
        """The weights, in Keras's order; none before the layer is built.

        The same weight is the same object, here, in layers around this one and in
        models.
        """
        parts = self._parts()
        if not parts:
            return self._own_weights()
        return unique(weight for layer in parts for weight in layer.weights)

    def _own_weights(self) -> list[Variable]:
        # Weights hold their layer: were they held by it, both would live until the
        # garbage collector finds them.
        made: weakref.WeakValueDictionary[int, Variable]
        made = vars(self).setdefault("_variables", weakref.WeakValueDictionary())
        weights = []
        for index in range(self._number("weight_count")):
            weight = made.get(index)
            if weight is None:
                weight = made.setdefault(index, Variable(self, index))
            weights.append(weight)
        return weights

    def _is_weight_trainable(self, index: int) -> bool:
        return bool(self._number("weight_trainable", index, of=ctypes.c_int32))

    # -- as attributes --------------------------------------------------

    def _is_weight(self, name: str) -> bool:
        """Whether Keras has a weight, or None in its place, under an attribute."""
        if name in self._weight_attributes:
            return True
        stem = name[: -len("_kernel")] if name.endswith("_kernel") else name
        long = stem != name
        return (
            long == (stem in _KERNELS)
            and f"{stem}_initializer" in self._known_arguments()
            and self._weight_owner() is not None
        )

    def _weight(self, name: str) -> Variable | None:
        """The weight under an attribute; None where arguments leave it out."""
        if not self.built:
            raise NotBuiltError(f"You must build the layer before accessing `{name}`.")
        owner = self._weight_owner() or self
        name = self._weight_attributes.get(name, name)
        return next((w for w in owner._own_weights() if w.name == name), None)

    def _of_weight(self, name: str, what: str) -> Any:
        """The argument about a weight: its initializer, regularizer or constraint."""
        stem = name[: -len("_kernel")] if name.endswith("_kernel") else name
        return self._known_arguments().get(f"{stem}_{what}")

    def _known_arguments(self) -> dict[str, Any]:
        raise NotImplementedError
