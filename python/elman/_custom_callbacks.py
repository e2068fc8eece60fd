"""Layers of the user's own, as the library calls them.

The library knows such a layer by a number. It holds no Python object: the layer holds
its handle, and whatever contains the layer in Python holds the layer.
"""

from __future__ import annotations

import ctypes
import json
import weakref
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_size_t, c_uint8, c_void_p
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _callbacks
from ._arrays import float32
from ._prototypes import MAX_RANK, Array, Mask, Output

if TYPE_CHECKING:
    from .layers._custom import CustomLayer

_Shape = tuple[Any, ...]


class CustomCall(ctypes.Structure):
    """``elman_custom_call``."""

    _fields_ = [
        ("inputs", POINTER(Array)),
        ("masks", POINTER(Mask)),
        ("input_count", c_size_t),
        ("weights", POINTER(Array)),
        ("weight_count", c_size_t),
        ("outputs", POINTER(Output)),
        ("output_count", c_size_t),
        ("training", c_int32),
        ("reserved", c_int32),
    ]


_Build = ctypes.CFUNCTYPE(c_int32, c_void_p, ctypes.c_uint64, POINTER(Array), c_size_t)
_Shapes = ctypes.CFUNCTYPE(
    c_int32, c_void_p, POINTER(Array), c_size_t, POINTER(Output), POINTER(c_size_t)
)
_Call = ctypes.CFUNCTYPE(c_int32, c_void_p, POINTER(CustomCall))
_MaskCall = ctypes.CFUNCTYPE(
    c_int32, c_void_p, POINTER(CustomCall), POINTER(c_uint8), c_size_t
)


class CustomLayerOptions(ctypes.Structure):
    """``elman_custom_layer_options``."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("batch_input_shape", c_int64 * MAX_RANK),
        ("batch_input_rank", c_size_t),
        ("class_name", c_char_p),
        ("context", c_void_p),
        ("build", _Build),
        ("shapes", _Shapes),
        ("call", _Call),
        ("mask", _MaskCall),
        ("config", _callbacks.CONFIG),
        ("release", _callbacks.Release),
        ("frozen", c_int32),
        ("reserved", c_int32),
    ]


class WeightOptions(ctypes.Structure):
    """``elman_weight_options``."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("shape", POINTER(c_int64)),
        ("rank", c_size_t),
        ("initializer", c_char_p),
        ("regularizer", c_char_p),
        ("constraint", c_char_p),
        ("frozen", c_int32),
        ("reserved", c_int32),
    ]


class OwnLayer:
    """What the library's number stands for: a layer, as long as Python holds it."""

    def __init__(self, layer: CustomLayer):
        self._layer = weakref.ref(layer)
        self._what = f"{type(layer).__name__}"

    def layer(self) -> CustomLayer:
        """The layer.

        Raises
        ------
        RuntimeError
            If nothing in Python holds it any more.
        """
        layer = self._layer()
        if layer is None:
            raise RuntimeError(
                f"A {self._what} of yours is called, which Python has freed: keep the "
                "layer, or the model that you made of it."
            )
        return layer


class OwnCell(OwnLayer):
    """The same of a cell, with what the callbacks of cells ask for."""

    def __init__(self, layer: CustomLayer, units: int, sizes: list[int]):
        super().__init__(layer)
        self.units = units
        self.sizes = sizes

    def build(self, features: int) -> None:
        """Have the cell make its weights."""
        self.layer()._build_own([(None, features)])

    def step(self, inputs: Any, states: list[Any], training: bool) -> tuple[Any, Any]:
        """The output and the next states."""
        return self.layer()._step_own(inputs, states, training)

    def initial_states(self, batch: int) -> Any:
        """The states with which a sequence begins."""
        return self.layer()._begin_own(batch)


def owner_of(context: int | None) -> Any:
    """The layer of the user's that a context stands for, or None."""
    own = _callbacks.registered(context)
    return own.layer() if isinstance(own, OwnLayer) else None


def _layer(context: int) -> CustomLayer:
    layer: CustomLayer = _callbacks.registered(context).layer()
    return layer


def _shapes_of(arrays: Any, count: int) -> list[_Shape]:
    return [
        tuple(None if size < 0 else size for size in one.shape[: one.rank])
        for one in arrays[:count]
    ]


def _inputs(call: Any) -> list[Any]:
    return [
        _callbacks.read(
            ctypes.cast(one.data, _callbacks.FLOATS), tuple(one.shape[: one.rank])
        )
        for one in call.inputs[: call.input_count]
    ]


def _masks(call: Any) -> list[Any] | None:
    """The masks of the inputs, None where none has one."""
    masks = [_mask(one) for one in call.masks[: call.input_count]]
    return None if all(mask is None for mask in masks) else masks


def _mask(mask: Any) -> Any:
    if not mask.data:
        return None
    shape = tuple(mask.shape[: mask.rank])
    if 0 in shape:
        return np.zeros(shape, bool)
    data = ctypes.cast(mask.data, POINTER(c_uint8))
    return np.ctypeslib.as_array(data, shape) != 0


@_Build
def custom_build(context: int, handle: int, inputs: Any, count: int) -> int:
    """Have the layer of a context declare its weights."""
    return _callbacks.guarded(
        lambda: _layer(context)._build_own(_shapes_of(inputs, count))
    )


@_Shapes
def custom_shapes(
    context: int, inputs: Any, count: int, outputs: Any, output_count: Any
) -> int:
    """Tell the output shapes of the layer of a context."""

    def body() -> None:
        shapes = _layer(context)._shapes_own(_shapes_of(inputs, count))
        if not 0 < len(shapes) <= output_count[0]:
            raise ValueError(
                f"A layer has 1 to {output_count[0]} outputs. Received: {len(shapes)}"
            )
        for output, shape in zip(outputs, shapes):
            if not 0 < len(shape) <= MAX_RANK:
                raise ValueError(
                    f"An output has 1 to {MAX_RANK} dimensions. Received: {shape}"
                )
            output.rank = len(shape)
            for axis, size in enumerate(shape):
                output.shape[axis] = -1 if size is None else int(size)
        output_count[0] = len(shapes)

    return _callbacks.guarded(body)


@_Call
def custom_call(context: int, call: Any) -> int:
    """Run the layer of a context."""

    def body() -> None:
        layer, given = _layer(context), call.contents
        results = layer._call_own(_inputs(given), _masks(given), bool(given.training))
        outputs = given.outputs[: given.output_count]
        if len(results) != len(outputs):
            raise ValueError(
                f"The call of layer {layer.name!r} must return {len(outputs)} arrays, "
                f"as compute_output_shape says. It returned {len(results)}."
            )
        what = f"output of layer {layer.name!r}"
        for output, result in zip(outputs, results):
            shape = tuple(output.shape[: output.rank])
            _callbacks.write(output.data, shape, result, what)

    return _callbacks.guarded(body)


@_MaskCall
def custom_mask(context: int, call: Any, mask: Any, count: int) -> int:
    """Write the mask of the output of the layer of a context."""

    def body() -> None:
        layer, given = _layer(context), call.contents
        shape = tuple(given.outputs[0].shape[:2])
        made = layer._mask_own(_inputs(given), _masks(given))
        if made is None:
            made = np.ones(shape, bool)
        array = float32(made, f"mask of layer {layer.name!r}")
        if array.shape != shape:
            raise ValueError(
                f"The mask of layer {layer.name!r} must have shape {shape}, (batch, "
                f"timesteps). compute_mask returned shape {array.shape}"
            )
        if count:
            np.ctypeslib.as_array(mask, shape)[...] = array != 0

    return _callbacks.guarded(body)


@_callbacks.CONFIG
def custom_config(context: int, text: Any, capacity: int, length: Any) -> int:
    """Tell the arguments of the layer of a context."""

    def body() -> None:
        told = json.dumps(_layer(context)._config_own()).encode()
        length[0] = len(told)
        if capacity > len(told):
            ctypes.memmove(text, told + b"\0", len(told) + 1)

    return _callbacks.guarded(body)
