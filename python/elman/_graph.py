"""Calls of layers on tensors, and the graphs that they make."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _errors
from ._handle import Handle
from ._library import check, encoded, lib
from ._prototypes import CallOptions
from ._structure import written
from ._tensor import KerasTensor

if TYPE_CHECKING:
    from ._connected import Connected

_USUAL_OUTPUTS = 8


class Arguments(NamedTuple):
    """What a layer is called with in a graph."""

    inputs: Sequence[KerasTensor]
    states: Sequence[KerasTensor] = ()
    masks: Sequence[KerasTensor | None] = ()
    use_causal_mask: bool = False
    return_attention_scores: bool = False

    def tensors(self) -> list[KerasTensor]:
        """All tensors that are read."""
        masks = [mask for mask in self.masks if mask is not None]
        return [*self.inputs, *self.states, *masks]


class Node:
    """One call of a layer."""

    def __init__(
        self, layer: Connected, arguments: Arguments, outputs: Sequence[KerasTensor]
    ):
        self.layer = layer
        self.arguments = arguments
        self.outputs = list(outputs)
        self.serial, _ = origin(outputs[0])
        for index, tensor in enumerate(outputs):
            tensor._stand(self, index)

    @property
    def input_tensors(self) -> list[KerasTensor]:
        """What the layer was called on, first states included."""
        return [*self.arguments.inputs, *self.arguments.states]

    @property
    def output_tensors(self) -> list[KerasTensor]:
        """What the call gave."""
        return self.outputs


def origin(tensor: KerasTensor) -> tuple[int, int]:
    """The number of the call, and of its output, that a tensor is."""
    call, output = ctypes.c_uint64(), ctypes.c_size_t()
    get = tensor._function("origin")
    check(get(tensor._handle, ctypes.byref(call), ctypes.byref(output)))
    return call.value, output.value


def _handles(tensors: Sequence[KerasTensor | None]) -> Any:
    given = [0 if tensor is None else tensor._handle for tensor in tensors]
    return (ctypes.c_uint64 * max(1, len(given)))(*given)


def call(layer: int, arguments: Arguments) -> list[KerasTensor]:
    """The outputs of a layer's call, by its handle."""
    given = _handles(arguments.inputs)
    options = CallOptions(
        ctypes.sizeof(CallOptions),
        _handles(arguments.states),
        len(arguments.states),
        _handles(arguments.masks),
        len(arguments.masks),
        int(bool(arguments.use_causal_mask)),
        int(bool(arguments.return_attention_scores)),
    )
    count = ctypes.c_size_t(_USUAL_OUTPUTS)
    status = _errors.BUFFER_TOO_SMALL
    while status == _errors.BUFFER_TOO_SMALL:
        outputs = (ctypes.c_uint64 * count.value)()
        status = lib().elman_layer_call(
            layer,
            given,
            len(arguments.inputs),
            options,
            outputs,
            len(outputs),
            ctypes.byref(count),
        )
    check(status)
    return [KerasTensor._wrap(handle) for handle in outputs[: count.value]]


# -- models without a trace -------------------------------------------------


def tried(
    layer: int, shapes: Iterable[Sequence[int | None]], **options: Any
) -> tuple[list[KerasTensor], list[KerasTensor]]:
    """Inputs of shapes and what a layer gives for them; the layer keeps neither."""
    inputs = [_input(f"({i})", shape) for i, shape in enumerate(shapes)]
    return inputs, call(layer, Arguments(inputs, **options))


class _InputHandle(Handle):
    """An InputLayer that nobody sees."""

    _kind = "layer"

    def __init__(self, name: str, shape: Sequence[int | None]):
        config = encoded(json.dumps({"name": name, "batch_shape": list(shape)}))
        handle = ctypes.c_uint64()
        check(lib().elman_layer_create(b"InputLayer", config, ctypes.byref(handle)))
        self._own(handle.value)


def _input(name: str, shape: Sequence[int | None]) -> KerasTensor:
    layer = _InputHandle(name, shape)
    return call(layer._handle, Arguments([]))[0]


def functional(
    name: str | None,
    inputs: Sequence[KerasTensor],
    outputs: Sequence[KerasTensor],
    input_structure: Any = None,
    output_structure: Any = None,
) -> int:
    """The handle of a model from some tensors to others."""
    structure = None
    if input_structure is not None:
        structure = written(
            inputs=_listed(input_structure), outputs=_listed(output_structure)
        )
    handle = ctypes.c_uint64()
    check(
        lib().elman_model_create_from_tensors(
            encoded(name),
            _handles(inputs),
            len(inputs),
            _handles(outputs),
            len(outputs),
            structure,
            ctypes.byref(handle),
        )
    )
    return handle.value


def _listed(structure: Any) -> Any:
    """One tensor in a list, which is what configs have."""
    return [structure] if isinstance(structure, int) else structure


# -- graphs -----------------------------------------------------------------


def nodes_between(
    inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]
) -> list[Node]:
    """The calls that lead from some tensors to others, as they were made.

    Inputs that nothing reads are among them, and the layer before an input that a
    layer gives is not.
    """
    begins = {tensor._key for tensor in inputs}
    found: dict[int, Node] = {}
    pending = [*outputs, *inputs]
    while pending:
        tensor = pending.pop()
        node = tensor._node
        is_begin = tensor._key in begins and bool(node.arguments.inputs)
        if not is_begin and node.serial not in found:
            found[node.serial] = node
            pending += node.arguments.tensors()
    return [found[serial] for serial in sorted(found)]


class Recipe(NamedTuple):
    """The calls of a graph in numbers: with layers, it makes the graph again."""

    # The number of a call's layer, and its arguments with (call, output) for tensors.
    calls: list[tuple[int, Arguments]]
    # The shape, type and name of each input that is no InputLayer's.
    begins: list[tuple[Any, str, str]]
    inputs: list[tuple[int, int]]
    outputs: list[tuple[int, int]]


def recipe(
    nodes: Sequence[Node],
    layers: Sequence[Connected],
    inputs: Sequence[KerasTensor],
    outputs: Sequence[KerasTensor],
) -> Recipe:
    """The recipe of a graph of these calls."""
    numbers = {id(layer): number for number, layer in enumerate(layers)}
    places: dict[tuple[int, int], tuple[int, int]] = {}
    begun = [t for t in inputs if t._node.arguments.inputs]
    for number, tensor in enumerate(begun):
        places[tensor._key] = (number, 0)
    for number, node in enumerate(nodes, len(begun)):
        for tensor in node.outputs:
            places.setdefault(tensor._key, (number, tensor._index))
    calls = [
        (numbers[id(node.layer)], _replaced(node.arguments, lambda t: places[t._key]))
        for node in nodes
    ]
    return Recipe(
        calls,
        [(tensor.shape, tensor.dtype, tensor.name) for tensor in begun],
        [places[tensor._key] for tensor in inputs],
        [places[tensor._key] for tensor in outputs],
    )


def cooked(
    recipe: Recipe, layers: Sequence[Any], begin: Sequence[KerasTensor] | None = None
) -> tuple[list[KerasTensor], list[KerasTensor]]:
    """The inputs and outputs of the graph that a recipe makes with layers.

    ``begin`` are tensors to take in the place of the inputs.
    """
    from .layers import Input

    made = [
        [Input(batch_shape=shape, dtype=dtype, name=name)]
        for shape, dtype, name in recipe.begins
    ]

    given = dict(zip(recipe.inputs, begin or ()))

    def tensor(place: tuple[int, int]) -> KerasTensor:
        return given[place] if place in given else made[place[0]][place[1]]

    for number, arguments in recipe.calls:
        made.append(layers[number]._called(_replaced(arguments, tensor)))
    return [tensor(at) for at in recipe.inputs], [tensor(at) for at in recipe.outputs]


def _replaced(arguments: Arguments, function: Any) -> Arguments:
    """Arguments with others in the place of their tensors."""
    return arguments._replace(
        inputs=[function(tensor) for tensor in arguments.inputs],
        states=[function(tensor) for tensor in arguments.states],
        masks=[None if mask is None else function(mask) for mask in arguments.masks],
    )
