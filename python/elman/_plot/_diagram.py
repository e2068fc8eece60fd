"""What a picture shows of a model: its layers as boxes, and what leads to what."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from .._handle import Handle
from .._library import check, lib, text


@dataclass(frozen=True)
class Details:
    """What boxes tell of their layers."""

    names: bool = False
    shapes: bool = False
    dtype: bool = False
    activations: bool = False
    trainable: bool = False
    nested: bool = False


@dataclass
class Box:
    """A layer."""

    name: str
    class_name: str
    title: str
    lines: list[str]
    # Of a model whose layers are shown.
    inner: Diagram | None = None


@dataclass
class Diagram:
    """A model: boxes in the order of their first calls, and edges by their numbers."""

    name: str
    boxes: list[Box] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)


class _Layer(Handle):
    _kind = "layer"


class _Tensor(Handle):
    _kind = "tensor"


class _Model(Handle):
    _kind = "model"


def _held(cls: type[Handle], handle: int) -> Any:
    held = cls()
    held._own(handle)
    return held


def read(model: int, details: Details) -> Diagram:
    """The diagram of a built model, by its handle."""
    diagram = Diagram(_text(model, "elman_model_name"))
    layers = [_LayerCalls(model, index, details) for index in range(_layers(model))]
    layers.sort(key=lambda layer: layer.first_call)
    givers = {call: at for at, layer in enumerate(layers) for call in layer.calls}
    edges = {
        (givers[call], at): None
        for at, layer in enumerate(layers)
        for call in layer.reads
        if call in givers
    }
    diagram.boxes = [layer.box for layer in layers]
    diagram.edges = list(edges)
    return diagram


def _text(handle: int, function: str) -> str:
    return text(getattr(lib(), function), handle)


def _layers(model: int) -> int:
    count = ctypes.c_size_t()
    check(lib().elman_model_layer_count(model, ctypes.byref(count)))
    return count.value


class _LayerCalls:
    """A layer of a model, with the numbers of its calls and of those that they read."""

    def __init__(self, model: int, index: int, details: Details):
        self.calls: list[int] = []
        self.reads: list[int] = []
        self._inputs: list[str] = []
        self._outputs: list[str] = []
        for inputs, outputs in _calls(model, index):
            self.reads += [_origin(tensor) for tensor in inputs]
            self.calls.append(_origin(outputs[0]))
            self._inputs.append(_shapes(inputs))
            self._outputs.append(_shapes(outputs))
        handle = ctypes.c_uint64()
        check(lib().elman_model_layer(model, index, ctypes.byref(handle)))
        with closing(_held(_Layer, handle.value)) as layer:
            self.box = self._described(layer._handle, details)

    @property
    def first_call(self) -> int:
        return min(self.calls)

    def _described(self, layer: int, details: Details) -> Box:
        class_name = _text(layer, "elman_layer_class_name")
        name = _text(layer, "elman_layer_name")
        is_shown = details.nested and class_name in ("Functional", "Sequential")
        has_name = details.names or is_shown
        box = Box(
            name, class_name, f"{name} ({class_name})" if has_name else class_name, []
        )
        if is_shown:
            box.inner = _inside(layer, details)
            return box
        config = json.loads(_text(layer, "elman_layer_config"))
        if details.dtype and "dtype" in config:
            box.lines.append(f"dtype: {_plain(config['dtype'])}")
        if details.activations and config.get("activation") is not None:
            box.lines.append(f"activation: {_plain(config['activation'])}")
        if details.shapes:
            reads = [shape for shape in self._inputs if shape]
            if reads:
                box.lines.append(f"input: {_joined(reads)}")
            box.lines.append(f"output: {_joined(self._outputs)}")
        if details.trainable:
            flag = ctypes.c_int32()
            check(lib().elman_layer_is_trainable(layer, ctypes.byref(flag)))
            box.lines.append("trainable" if flag.value else "not trainable")
        return box


def _inside(layer: int, details: Details) -> Diagram:
    handle = ctypes.c_uint64()
    check(lib().elman_layer_model(layer, ctypes.byref(handle)))
    with closing(_held(_Model, handle.value)) as model:
        return read(model._handle, details)


def _plain(value: Any) -> str:
    """The name of a serialized function or type."""
    if isinstance(value, dict):
        inner = value.get("config")
        named = inner.get("name") if isinstance(inner, dict) else inner
        return str(named or value.get("class_name"))
    return str(value)


def _joined(shapes: Sequence[str]) -> str:
    """The shapes of several calls, each once."""
    return ", ".join(dict.fromkeys(shapes))


# -- tensors ----------------------------------------------------------------


def _calls(model: int, index: int) -> Iterator[tuple[list[Any], list[Any]]]:
    """The tensors that each call of a layer reads and gives."""
    count = ctypes.c_size_t()
    check(lib().elman_model_call_count(model, index, ctypes.byref(count)))
    for call in range(count.value):
        yield _tensors(model, index, call)


def _tensors(model: int, index: int, call: int) -> tuple[list[Any], list[Any]]:
    counts = ctypes.c_size_t(), ctypes.c_size_t()
    function, sizes = lib().elman_model_call_tensors, [ctypes.byref(c) for c in counts]
    check(function(model, index, call, None, 0, sizes[0], None, 0, sizes[1]))
    arrays = [(ctypes.c_uint64 * max(1, count.value))() for count in counts]
    reads, gives = [(arrays[i], counts[i].value, sizes[i]) for i in range(2)]
    check(function(model, index, call, *reads, *gives))
    held = [
        [_held(_Tensor, handle) for handle in array[: count.value]]
        for array, count in zip(arrays, counts)
    ]
    return held[0], held[1]


def _origin(tensor: Any) -> int:
    call, output = ctypes.c_uint64(), ctypes.c_size_t()
    get = lib().elman_tensor_origin
    check(get(tensor._handle, ctypes.byref(call), ctypes.byref(output)))
    return call.value


def _shapes(tensors: Sequence[Any]) -> str:
    """As Python prints a tuple, or a list of them."""
    shapes = [str(tensor._shape("shape")) for tensor in tensors]
    return shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]" if shapes else ""
