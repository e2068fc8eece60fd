"""The graphs of models that the library, or a pickle, made."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .._graph import Arguments, Node, Recipe, cooked, origin
from .._library import check, lib, number, text
from .._structure import mapped, numbered
from .._tensor import KerasTensor
from ..layers import deserialize_handle

if TYPE_CHECKING:
    from .model import Model


def _layer_handles(model: int) -> Iterator[int]:
    """New handles of a model's layers."""
    for index in range(number(lib().elman_model_layer_count, model)):
        handle = ctypes.c_uint64()
        check(lib().elman_model_layer(model, index, ctypes.byref(handle)))
        yield handle.value


def layer_names(model: int) -> list[str]:
    """The names of a model's layers, in their order."""
    names = []
    for handle in _layer_handles(model):
        names.append(text(lib().elman_layer_name, handle))
        check(lib().elman_layer_release(handle))
    return names


def layers_of(model: int) -> list[Any]:
    """New objects for a model's layers."""
    return [deserialize_handle(handle) for handle in _layer_handles(model)]


def model_input(model: int, index: int = 0) -> KerasTensor:
    """An input of a model, with a new object for its InputLayer."""
    return _begun(_end("input", model, index))


def _begun(tensor: KerasTensor) -> KerasTensor:
    handle = ctypes.c_uint64()
    check(lib().elman_tensor_layer(tensor._handle, ctypes.byref(handle)))
    layer = deserialize_handle(handle.value)
    layer._keep(Node(layer, Arguments([]), [tensor]))
    return tensor


def _end(what: str, model: int, index: int) -> KerasTensor:
    handle = ctypes.c_uint64()
    get = getattr(lib(), f"elman_model_{what}")
    check(get(model, index, ctypes.byref(handle)))
    return KerasTensor._wrap(handle.value)


# -- a graph that the library read -------------------------------------------


def read_graph(model: int, config: dict[str, Any]) -> tuple[Any, ...]:
    """The layers, calls, inputs, outputs and structures of a model."""
    layers = layers_of(model)
    calls = [
        (layer, *_call_tensors(model, index, call))
        for index, layer in enumerate(layers)
        for call in range(number(lib().elman_model_call_count, model, index))
    ]
    known = {origin(tensor): tensor for _, _, outputs in calls for tensor in outputs}

    def same(tensor: KerasTensor) -> KerasTensor:
        found = known.setdefault(origin(tensor), tensor)
        return found if found is not tensor else _begun(tensor)

    calls.sort(key=lambda one: origin(one[2][0]))
    nodes = []
    for layer, inputs, outputs in calls:
        nodes.append(Node(layer, Arguments([same(t) for t in inputs]), outputs))
        layer._keep(nodes[-1])
    counts = ctypes.c_size_t(), ctypes.c_size_t()
    check(lib().elman_model_tensor_counts(model, *map(ctypes.byref, counts)))
    ends = [
        [same(_end(what, model, index)) for index in range(of.value)]
        for what, of in zip(("input", "output"), counts)
    ]
    structures = [_structure(config[key]) for key in ("input_layers", "output_layers")]
    return layers, nodes, *ends, *structures


def _call_tensors(
    model: int, index: int, call: int
) -> tuple[list[KerasTensor], list[KerasTensor]]:
    """What a call of a layer is on, and what it gives."""
    counts = ctypes.c_size_t(), ctypes.c_size_t()
    get = lib().elman_model_call_tensors
    first, second = map(ctypes.byref, counts)
    check(get(model, index, call, None, 0, first, None, 0, second))
    inputs, outputs = ((ctypes.c_uint64 * max(1, of.value))() for of in counts)
    sizes = counts[0].value, counts[1].value
    check(get(model, index, call, inputs, sizes[0], first, outputs, sizes[1], second))
    return (
        [KerasTensor._wrap(handle) for handle in inputs[: sizes[0]]],
        [KerasTensor._wrap(handle) for handle in outputs[: sizes[1]]],
    )


def _structure(written: Any) -> Any:
    """The numbered structure of what a config has for inputs or outputs."""

    def read(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: read(inner) for key, inner in part.items()}
        is_tensor = bool(part) and isinstance(part[0], str)
        return None if is_tensor else [read(inner) for inner in part]

    return numbered(read(written))


# -- a graph that Python made -------------------------------------------------


def rebuilt(
    cls: type[Model],
    name: str,
    layers: list[Any],
    recipe: Recipe,
    input_structure: Any,
    output_structure: Any,
    begin: list[KerasTensor] | None = None,
) -> Model:
    """The model of a recipe with layers, and on tensors if there are some."""
    inputs, outputs = cooked(recipe, layers, begin)
    model = cls.__new__(cls)
    from .model import Model

    Model.__init__(
        model,
        mapped(input_structure, inputs.__getitem__),
        mapped(output_structure, outputs.__getitem__),
        name=name,
    )
    return model
