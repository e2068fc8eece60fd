"""Sequential."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterable
from typing import Any

import numpy.typing as npt

from .._errors import ArgumentError
from .._library import check, encoded, lib
from .._run import FloatArray
from .._variable import Variable
from .._weights import unique
from ..layers import (
    InputLayer,
    Layer,
    check_serialized,
    deserialize,
    deserialize_handle,
)
from ..layers._json import jsonable
from ._calls import Called
from ._configs import serialized_layers
from ._memory import Measured
from ._predict import predict
from ._summary import Summarized
from .stream import Stream


class _ComesNext:
    """What Keras's models can do, and this version of elman cannot yet.

    A descriptor: ``__getattr__`` would slow every attribute of a model down.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, model: object, owner: type) -> None:
        raise AttributeError(
            f"{owner.__name__!r} object has no attribute {self._name!r} yet: this "
            "version of elman runs models; training, and model files of Keras, come "
            "next. set_weights takes weights that Keras trained."
        )


class Sequential(Called, Measured, Summarized):
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

    _kind = "model"

    compile = _ComesNext()
    evaluate = _ComesNext()
    fit = _ComesNext()
    load_weights = _ComesNext()
    save = _ComesNext()
    save_weights = _ComesNext()
    test_on_batch = _ComesNext()
    train_on_batch = _ComesNext()

    def __init__(
        self,
        layers: Iterable[Layer] | None = None,
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
        self._own(handle)
        self._layers: list[Layer] = []
        self._unbind()

    def close(self) -> None:
        """Release the model now; using it afterwards is a RuntimeError."""
        super().close()
        self._unbind()

    # -- layers ---------------------------------------------------------

    def add(self, layer: Layer) -> None:
        """Append a layer; it is built where the shape of its input is known.

        Raises
        ------
        ArgumentError
            If ``layer`` is no layer: a TypeError and a ValueError.
        ValueError
            If its name is taken, its input does not fit, or the layer before
            has several outputs.
        """
        if not isinstance(layer, Layer):
            raise ArgumentError(
                "The added layer must be an instance of class Layer. "
                f"Received: layer={layer!r} of type {type(layer)}."
            )
        _require_single_output(layer)
        check(lib().elman_model_add_layer(self._handle, layer._handle))
        self._unbind()
        if not isinstance(layer, InputLayer):
            self._layers.append(layer)

    def pop(self) -> Layer:
        """Take the last layer off, and return it."""
        check(lib().elman_model_pop_layer(self._handle))
        self._unbind()
        return self._layers.pop()

    @property
    def layers(self) -> list[Layer]:
        """The layers, without an InputLayer."""
        return list(self._layers)

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError(
            "`Sequential.layers` attribute is reserved and should not be used. Use "
            "`add()` and `pop()` to change the layers in this model."
        )

    def _all_layers(self) -> list[Layer]:
        """The layers, an InputLayer first if the model has one."""
        first = self.get_config()["layers"][:1]
        inputs = [deserialize(c) for c in first if c["class_name"] == "InputLayer"]
        return [*inputs, *self._layers]

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by name or by index.

        Raises
        ------
        ValueError
            If there is none, or neither or both are given.
        """
        if (name is None) == (index is None):
            raise ValueError(
                "Provide either a layer name or a layer index. "
                f"Received: index={index}, name={name}."
            )
        if index is not None:
            if not -len(self._layers) <= index < len(self._layers):
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model "
                    f"only has {len(self._layers)} layers."
                )
            return self._layers[index]
        for layer in self._layers:
            if layer.name == name:
                return layer
        names = [layer.name for layer in self._layers]
        raise ValueError(f"No such layer: {name}. Existing layers are: {names}.")

    @property
    def trainable(self) -> bool:
        """Whether any layer is trainable."""
        return any(layer.trainable for layer in self._layers)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self._layers:
            layer.trainable = value

    @property
    def weights(self) -> list[Variable]:
        """The weights of the layers, the layers' own objects."""
        return unique(weight for layer in self._layers for weight in layer.weights)

    @property
    def dtype(self) -> str:
        """The type of the weights and the outputs."""
        return self.variable_dtype

    # -- calls ----------------------------------------------------------

    def stream(self, batch_size: int = 1) -> Stream:
        """A stream: the model run one timestep at a time, with states of its own.

        Raises
        ------
        NotImplementedError
            If a layer looks at later timesteps; the message names it.
        ValueError
            If the model is not built.
        """
        return Stream(self, batch_size)

    def predict_on_batch(self, x: npt.ArrayLike) -> FloatArray:
        """The output for one batch."""
        return self(x)

    def predict(
        self,
        x: npt.ArrayLike,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        steps: int | None = None,
    ) -> FloatArray:
        """The outputs for all samples, batch by batch.

        Parameters
        ----------
        x : array, or list of one array
            Samples first.
        batch_size : int, optional
            Samples at once; 32 where it is not given.
        verbose : {"auto", 0, 1, 2}
            1 (and "auto") shows a progress bar, 2 a line at the end.
        steps : int, optional
            The most batches; all where it is not given.
        """
        return predict(self, self._as_batch(x), batch_size, verbose, steps)

    # -- configs --------------------------------------------------------

    @classmethod
    def from_config(cls, config: dict[str, Any] | list[Any]) -> Sequential:
        """A model, with fresh weights, from what ``get_config`` or ``to_json`` gives.

        ``keras_version`` beside ``class_name`` says what some names mean: see
        ``to_json``. A list of layers is what Keras 2.0 to 2.2.2 gave.

        Raises
        ------
        ValueError
            If it is no config of a Sequential.
        """
        for layer in serialized_layers(config):
            check_serialized(layer)
        handle = ctypes.c_uint64()
        text = encoded(json.dumps(config, default=jsonable))
        check(lib().elman_model_create_from_config(text, ctypes.byref(handle)))
        model = cls.__new__(cls)
        model._adopt(handle.value)
        for index in range(model._number("layer_count")):
            at = ctypes.c_uint64()
            check(lib().elman_model_layer(model._handle, index, ctypes.byref(at)))
            layer = deserialize_handle(at.value)
            _require_single_output(layer)
            model._layers.append(layer)
        return model

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle by the layers; carried states are not kept."""
        shape = self.input_shape if self.built else None
        return _restore, (self.name, self._all_layers(), shape)

    def to_json(self, **kwargs: Any) -> str:
        """The config as JSON, which Keras 2 and Keras 3 read too.

        Keyword arguments go to ``json.dumps``. The input shape stands in an
        InputLayer, the one place where both look for it. ``hard_sigmoid`` is another
        function in each: a model with that of Keras 2 (``hard_sigmoid_keras2``) gives
        JSON of Keras 2, which Keras 3 refuses, and one with that of Keras 3 JSON that
        Keras 2 refuses.
        """
        return json.dumps(json.loads(self._text("json")), **kwargs)


def _require_single_output(layer: Layer) -> None:
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


def model_from_json(json_string: str) -> Sequential:
    """A model, with fresh weights, from what ``to_json`` gives.

    Raises
    ------
    ValueError
        If it is not JSON, or no config of a Sequential.
    """
    return Sequential.from_config(json.loads(json_string))
