"""What layers and models are in graphs: called on tensors, and found by them."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

from ._graph import Arguments, Node, call
from ._network import Network
from ._structure import flat
from ._tensor import KerasTensor


class Connected(Network):
    """What can be called on tensors."""

    # Its calls, as they were made.
    _nodes: Sequence[Node] = ()
    # The Sequentials that have it.
    _homes: Sequence[weakref.ref[Any]] = ()

    @property
    def _callee(self) -> int:
        """The handle of the layer that it is in graphs."""
        return self._handle

    def _called(self, arguments: Arguments) -> list[KerasTensor]:
        """The outputs for tensors; the call is kept."""
        outputs = call(self._callee, arguments)
        self._keep(Node(self, arguments, outputs))
        return outputs

    def _keep(self, node: Node) -> None:
        vars(self).setdefault("_nodes", []).append(node)

    def _live_in(self, model: Any) -> None:
        """Be a layer of a Sequential, which calls it once somebody asks."""
        vars(self).setdefault("_homes", []).append(weakref.ref(model))

    @property
    def _inbound_nodes(self) -> Sequence[Node]:
        """The calls of the layer."""
        for home in self._homes:
            model = home()
            if model is not None and not model._is_closed and model.built:
                model._chain()
        return self._nodes

    def _call_symbolic(
        self, inputs: Any, states: Sequence[Any], mask: Any, options: dict[str, Any]
    ) -> list[KerasTensor]:
        """The outputs for tensors that the caller gave."""
        masks = mask if isinstance(mask, (list, tuple)) else [mask]
        given = Arguments(
            flat(inputs), states, () if mask is None else masks, **options
        )
        for tensor in given.tensors():
            if not isinstance(tensor, KerasTensor):
                raise ValueError(
                    f'Layer "{self.name}" is called with arrays or with KerasTensors, '
                    f"not with both. Received: {tensor!r} beside a KerasTensor"
                )
        return self._called(given)

    # -- as Keras has them ----------------------------------------------

    def _at(self, index: int, attribute: str, what: str) -> Any:
        nodes = self._inbound_nodes
        if not nodes:
            raise AttributeError(
                f"The layer {self.name} has never been called and thus has no defined "
                f"{what}."
            )
        if not 0 <= index < len(nodes):
            raise ValueError(
                f"Asked to get {what} at node {index}, but the operation has only "
                f"{len(nodes)} inbound nodes."
            )
        tensors = getattr(nodes[index], attribute)
        return tensors[0] if len(tensors) == 1 else list(tensors)

    @property
    def input(self) -> Any:
        """What the layer was called on first: a tensor, or a list of them."""
        return self.get_input_at(0)

    @property
    def output(self) -> Any:
        """What its first call gave: a tensor, or a list of them."""
        return self.get_output_at(0)

    def get_input_at(self, node_index: int) -> Any:
        """What a call, by its number, was on."""
        return self._at(node_index, "input_tensors", "input")

    def get_output_at(self, node_index: int) -> Any:
        """What a call, by its number, gave."""
        return self._at(node_index, "output_tensors", "output")

    def get_input_shape_at(self, node_index: int) -> Any:
        """The shape, or list of shapes, that a call was on."""
        return _shapes(self.get_input_at(node_index))

    def get_output_shape_at(self, node_index: int) -> Any:
        """The shape, or list of shapes, that a call gave."""
        return _shapes(self.get_output_at(node_index))


def _shapes(tensors: Any) -> Any:
    if isinstance(tensors, list):
        return [tensor.shape for tensor in tensors]
    return tensors.shape
