"""Sequential."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import Any

from .._custom_objects import custom_object_scope
from .._errors import ArgumentError, NotBuiltError
from .._graph import Arguments
from .._library import check, encoded, lib
from .._tensor import KerasTensor
from ..layers import InputLayer, Layer, check_serialized, deserialize
from ._calls import Called
from ._configs import serialized_layers
from ._memory import Measured
from ._rebuilt import layers_of, model_input
from .model import Model


class Sequential(Model):
    """Layers one after the other.

    Parameters
    ----------
    layers : list of Layer, optional
        The layers, first to last.
    trainable : bool
        Whether training changes the weights.
    name : str, optional
        Counted (``sequential``, ``sequential_1``, ...) where it is not given.

    Examples
    --------
    >>> import numpy as np, elman
    >>> model = elman.Sequential()
    >>> model.add(elman.layers.SimpleRNN(3, input_shape=(2, 10)))
    >>> model(np.zeros((8, 2, 10))).shape
    (8, 3)
    """

    def __init__(
        self,
        layers: Iterable[Layer | Model | KerasTensor] | None = None,
        trainable: bool = True,
        name: str | None = None,
    ):
        handle = ctypes.c_uint64()
        check(lib().elman_model_create(encoded(name), ctypes.byref(handle)))
        self._adopt(handle.value)
        for layer in [] if layers is None else layers:
            self.add(layer)
        if not trainable:
            self.trainable = False

    def _adopt(self, handle: int) -> None:
        super()._adopt(handle)
        # The input, then what each layer gives for it, once somebody asked.
        self._tensors: list[list[KerasTensor]] = []

    # -- layers ---------------------------------------------------------

    def add(self, layer: Layer | Model | KerasTensor) -> None:
        """Append a layer; it is built where the shape of its input is known.

        Raises
        ------
        ArgumentError
            If ``layer`` is no layer: a TypeError and a ValueError.
        ValueError
            If its name is taken, its input does not fit, or the layer before
            has several outputs.
        """
        if isinstance(layer, KerasTensor):
            layer = _input_layer(layer)
        if not isinstance(layer, (Layer, Model)):
            raise ArgumentError(
                "The added layer must be an instance of class Layer. "
                f"Received: layer={layer!r} of type {type(layer)}."
            )
        _require_single_output(layer)
        check(lib().elman_model_add_layer(self._handle, layer._callee))
        self._unbind()
        if not isinstance(layer, InputLayer):
            self._take(layer)

    def _take(self, layer: Any) -> None:
        self._layers.append(layer)
        layer._live_in(self)

    def pop(self) -> Any:
        """Take the last layer off, and return it."""
        check(lib().elman_model_pop_layer(self._handle))
        self._unbind()
        del self._tensors[len(self._layers) :]
        return self._layers.pop()

    @property
    def layers(self) -> list[Any]:
        """The layers, without an InputLayer."""
        return list(self._layers)

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError(
            "`Sequential.layers` attribute is reserved and should not be used. Use "
            "`add()` and `pop()` to change the layers in this model."
        )

    def _all_layers(self) -> list[Any]:
        """The layers, an InputLayer first if the model has one."""
        first = self.get_config()["layers"][:1]
        inputs = [deserialize(c) for c in first if c["class_name"] == "InputLayer"]
        return [*inputs, *self._layers]

    # -- tensors --------------------------------------------------------

    def _chain(self) -> list[list[KerasTensor]]:
        """The input, and what each layer gives for it."""
        if not self._tensors:
            self._tensors.append([model_input(self._handle)])
        for layer in self._layers[len(self._tensors) - 1 :]:
            # Before the call: a layer that is called looks at its calls.
            given = Arguments([self._tensors[-1][0]])
            self._tensors.append(layer._called(given))
        return self._tensors

    @property
    def inputs(self) -> list[KerasTensor]:
        """The tensor that the model begins with, once it is built."""
        if not self.built:
            raise self._no_tensors("inputs")
        return list(self._chain()[0])

    @property
    def outputs(self) -> list[KerasTensor]:
        """The tensors that it ends with, once it is built."""
        if not self.built:
            raise self._no_tensors("outputs")
        return list(self._chain()[-1])

    def _no_tensors(self, what: str) -> AttributeError:
        return NotBuiltError(
            f"Sequential model '{self.name}' has no defined {what} yet."
        )

    @property
    def input(self) -> KerasTensor:
        """The tensor that the model begins with, once it is built."""
        return self.inputs[0]

    @property
    def output(self) -> Any:
        """The tensor that it ends with, or a list of several."""
        return self._packed(self.outputs)

    input_shape = Called.input_shape
    output_shape = Called.output_shape
    compute_output_shape = Called.compute_output_shape
    _input_shapes = Measured._input_shapes
    _in_order = Called._in_order
    _masks = Called._masks
    _arrays = Called._arrays
    _packed = Called._packed

    # -- configs --------------------------------------------------------

    @classmethod
    def from_config(cls, config: Any, custom_objects: Any = None) -> Any:
        """A model, with fresh weights, from what ``get_config`` or ``to_json`` gives.

        ``keras_version`` beside ``class_name`` says what some names mean: see
        ``to_json``. A list of layers is what Keras 2.0 to 2.2.2 gave. Classes of your
        own stand in ``custom_objects``, or are registered: see ``elman.saving``.

        Raises
        ------
        ValueError
            If it is no config of a Sequential.
        """
        with custom_object_scope(custom_objects):
            for layer in serialized_layers(config):
                check_serialized(layer)
            return super().from_config(config)

    def _read(self) -> None:
        for layer in layers_of(self._handle):
            _require_single_output(layer)
            self._take(layer)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle by the layers; carried states are not kept."""
        shape = self.input_shape if self.built else None
        return _restore, (self.name, self._all_layers(), shape)


def _input_layer(tensor: KerasTensor) -> Any:
    """The layer of what ``Input`` gave."""
    layer = tensor._node.layer
    if not isinstance(layer, InputLayer):
        raise ArgumentError(
            "Only layers, and what `Input` gives, can be added to a Sequential model. "
            f"Received: {tensor!r}, which layer {layer.name!r} gives"
        )
    return layer


def _require_single_output(layer: Any) -> None:
    if layer._may_return_state and layer.return_state:
        raise ValueError(
            "All layers in a Sequential model should have a single output "
            "tensor. Call the layer on its own for its states."
        )


def _restore(
    name: str, layers: list[Layer], shape: tuple[int | None, ...] | None
) -> Sequential:
    """Make a model again from what ``__reduce__`` took apart."""
    model = Sequential(layers, name=name)
    if shape is not None:
        model.build(shape)
    return model
