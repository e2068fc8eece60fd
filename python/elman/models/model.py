"""Model."""

from __future__ import annotations

import ctypes
import json
from typing import Any

from .._custom_objects import custom_object_scope, made_objects
from .._graph import Node, functional, nodes_between, recipe, tried
from .._handle import Handle
from .._library import check, lib, text
from .._structure import flat, numbered, packed
from .._tensor import KerasTensor, is_symbolic
from .._variable import Variable
from .._weights import unique
from ..layers import InputLayer
from ..layers._custom import custom_classes
from ..layers._keras_1 import warn_of_old_name
from ._calls import Called
from ._configs import created, is_of_graph
from ._files import Stored
from ._given import arrays_in_order, in_order, masks_in_order
from ._memory import Measured
from ._predict import predict
from ._rebuilt import layer_names, read_graph, rebuilt
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
            "version of elman runs models; training comes next. load_weights and "
            "load_model take what Keras trained."
        )


class _AsLayer(Handle):
    """The layer that a model is in others."""

    _kind = "layer"

    def __init__(self, handle: int):
        self._own(handle)


class Model(Called, Measured, Summarized, Stored):
    """A graph of layers, from some tensors to others.

    Parameters
    ----------
    inputs : KerasTensor, or lists and dicts of them
        What ``elman.Input`` gave, or tensors between: the model then begins there.
    outputs : KerasTensor, or lists and dicts of them
        What the model computes.
    name : str, optional
        Counted (``model``, ``model_1``, ...) where it is not given.
    trainable : bool
        Whether training changes its weights.

    Examples
    --------
    >>> import numpy as np, elman
    >>> from elman.layers import LSTM, Dense
    >>> words, start = elman.Input((None, 8)), elman.Input((None, 8))
    >>> _, h, c = LSTM(4, return_state=True)(words)
    >>> model = elman.Model([words, start], Dense(2)(LSTM(4)(start, [h, c])))
    >>> model([np.ones((1, 5, 8)), np.ones((1, 3, 8))]).shape
    (1, 2)
    """

    _kind = "model"
    _instead = (
        "Make the model of tensors, in the functional form: x = elman.Input(shape), "
        "then elman.Model(x, layer(x)). A Lambda runs a function of yours."
    )
    # What layers have that stand where a model may stand.
    _may_return_state = False
    _state_structure = None
    _as_layer: _AsLayer | None = None
    # Whether the graph was read of a config: then this tells what its calls had.
    _is_read = False

    compile = _ComesNext()
    evaluate = _ComesNext()
    fit = _ComesNext()
    test_on_batch = _ComesNext()
    train_on_batch = _ComesNext()

    def __init__(
        self,
        inputs: Any = None,
        outputs: Any = None,
        name: str | None = None,
        trainable: bool = True,
        **keywords: Any,
    ):
        inputs = _of_keras_1("input", inputs, keywords)
        outputs = _of_keras_1("output", outputs, keywords)
        if keywords:
            raise TypeError(
                "Model.__init__() got an unexpected keyword argument "
                f"{next(iter(keywords))!r}"
            )
        if inputs is None or outputs is None:
            raise TypeError(
                "A Model needs `inputs` and `outputs`: elman.Model(x, layer(x)) of "
                "x = elman.Input(shape). elman runs no `call` of a subclass."
            )
        begin, end = _tensors("inputs", inputs), _tensors("outputs", outputs)
        structures = numbered(inputs), numbered(outputs)
        self._adopt(functional(name, begin, end, *structures))
        nodes = nodes_between(begin, end)
        layers = {node.layer.name: node.layer for node in nodes}
        names = layer_names(self._handle)
        self._connect([layers[name] for name in names], nodes, begin, end, *structures)
        if not trainable:
            self.trainable = False

    def _adopt(self, handle: int) -> None:
        self._own(handle)
        self._layers: list[Any] = []
        # Layers of the user's classes, which the library made but cannot hold.
        self._made: list[Any] = []
        self._nodes = []
        self._as_layer = None
        self._unbind()

    def _connect(
        self,
        layers: list[Any],
        nodes: list[Node],
        inputs: list[KerasTensor],
        outputs: list[KerasTensor],
        input_structure: Any,
        output_structure: Any,
    ) -> None:
        """Be the model of a graph."""
        self._layers = layers
        self._graph = nodes
        self._inputs, self._outputs = inputs, outputs
        self._input_structure = input_structure
        self._output_structure = output_structure
        is_one = len(outputs) == 1 and not isinstance(output_structure, dict)
        self._is_plain = len(inputs) == 1 and is_one

    def _read(self) -> None:
        """Know the graph that the library read of a config."""
        self._is_read = True
        self._connect(*read_graph(self._handle, self.get_config()))

    @classmethod
    def _wrap(cls, handle: int) -> Any:
        """The model of a handle."""
        model = cls.__new__(cls)
        model._adopt(handle)
        model._read()
        return model

    def close(self) -> None:
        """Release the model now; using it afterwards is a RuntimeError."""
        super().close()
        if self._as_layer is not None:
            self._as_layer.close()
        self._unbind()

    # -- in other models ------------------------------------------------

    @property
    def _callee(self) -> int:
        if self._as_layer is None:
            handle = ctypes.c_uint64()
            create = lib().elman_layer_create_from_model
            check(create(self._handle, ctypes.byref(handle)))
            self._as_layer = _AsLayer(handle.value)
        return self._as_layer._handle

    def _stand_in(self, path: str) -> None:
        """Be in a layer: its own layers keep their paths."""

    @property
    def path(self) -> str:
        """The name."""
        return self.name

    # -- tensors --------------------------------------------------------

    @property
    def inputs(self) -> list[KerasTensor]:
        """The tensors that the model begins with."""
        return list(self._inputs)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The tensors that it ends with."""
        return list(self._outputs)

    @property
    def input(self) -> Any:
        """The tensor that it begins with; several as they were given."""
        return packed(self._input_structure, self._inputs)

    @property
    def output(self) -> Any:
        """The tensor that it ends with; several as they were given."""
        return packed(self._output_structure, self._outputs)

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs."""
        return [tensor._node.layer.name for tensor in self.inputs]

    @property
    def output_names(self) -> list[str]:
        """The names of the layers that give the outputs."""
        return [tensor._node.layer.name for tensor in self.outputs]

    # -- shapes ---------------------------------------------------------

    @property
    def input_shape(self) -> Any:
        """The shape of the input, batch first; a list where there are several."""
        shapes = self._input_shapes()
        return shapes if len(shapes) > 1 else shapes[0]

    def _input_shapes(self) -> list[tuple[int | None, ...]]:
        return [tensor.shape for tensor in self._inputs]

    @property
    def output_shape(self) -> Any:
        """The shape of the output, batch first; several as outputs are given."""
        return packed(self._output_structure, [t.shape for t in self._outputs])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for inputs of a shape; several as they are given."""
        shapes = [input_shape] if len(self._inputs) == 1 else input_shape
        _, outputs = tried(self._callee, shapes)
        return self._packed([tensor.shape for tensor in outputs])

    # -- layers ---------------------------------------------------------

    @property
    def layers(self) -> list[Any]:
        """The layers, in Keras's order: by how far they are from the outputs."""
        return list(self._layers)

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError(
            "`Model.layers` attribute is reserved and should not be used. Please use "
            "another name."
        )

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
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
        layers = (one for one in self._layers if not isinstance(one, InputLayer))
        return any(layer.trainable for layer in layers)

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

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch."""
        return self(x)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        steps: int | None = None,
    ) -> Any:
        """The outputs for all samples, batch by batch.

        Parameters
        ----------
        x : array, or lists and dicts of them
            Samples first; several inputs as in a call.
        batch_size : int, optional
            Samples at once; 32 where it is not given.
        verbose : {"auto", 0, 1, 2}
            1 (and "auto") shows a progress bar, 2 a line at the end.
        steps : int, optional
            The most batches; all where it is not given.
        """
        if is_symbolic(x):
            raise ValueError(
                "predict takes arrays; call the model on KerasTensors. "
                f"Received: x={x!r}"
            )
        return predict(self, self._arrays(x), batch_size, verbose, steps)

    def _in_order(self, inputs: Any) -> list[Any]:
        return in_order(self, inputs)

    def _masks(self, mask: Any) -> list[Any]:
        return masks_in_order(self, mask)

    def _arrays(self, inputs: Any) -> list[Any]:
        return arrays_in_order(self, inputs)

    def _packed(self, outputs: list[Any]) -> Any:
        return packed(self._output_structure, outputs)

    # -- configs --------------------------------------------------------

    @classmethod
    def from_config(cls, config: Any, custom_objects: Any = None) -> Any:
        """A model, with fresh weights, from what ``get_config`` or ``to_json`` gives.

        ``keras_version`` beside ``class_name`` says what some names mean: see
        ``to_json``. Classes of your own stand in ``custom_objects``, or are registered:
        see ``elman.saving``.

        Raises
        ------
        ValueError
            If it is no config of a model.
        """
        with custom_object_scope(custom_objects), made_objects() as made:
            model = wrapped(created(config), cls)
        model._made = made
        return model

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle by layers and their calls; carried states are not kept."""
        if self._is_read:
            classes = custom_classes(self)
            given = type(self), self.to_json(), self.get_weights(), classes
            return _from_config, given
        made = recipe(self._graph, self._layers, self._inputs, self._outputs)
        structures = self._input_structure, self._output_structure
        return rebuilt, (type(self), self.name, self._layers, made, *structures)

    def to_json(self, **kwargs: Any) -> str:
        """The config as JSON, which Keras 2 and Keras 3 read too.

        Keyword arguments go to ``json.dumps``. The input shape stands in an
        InputLayer, the one place where both look for it. ``hard_sigmoid`` is another
        function in each: a model with that of Keras 2 (``hard_sigmoid_keras2``) gives
        JSON of Keras 2, which Keras 3 refuses, and one with that of Keras 3 JSON that
        Keras 2 refuses.
        """
        return json.dumps(json.loads(self._text("json")), **kwargs)


def _of_keras_1(name: str, value: Any, keywords: dict[str, Any]) -> Any:
    """An argument that Keras 1 named without an "s"."""
    if name not in keywords:
        return value
    warn_of_old_name(name, f"{name}s")
    return keywords.pop(name)


def _tensors(what: str, structure: Any) -> list[KerasTensor]:
    """The tensors in the inputs or outputs of a model."""
    leaves = flat(structure)
    for leaf in leaves:
        if not isinstance(leaf, KerasTensor):
            raise ValueError(
                f"All `{what}` values must be KerasTensors. Received: "
                f"{what}={structure!r} including invalid value {leaf!r} of type "
                f"{type(leaf)}"
            )
    return leaves


def wrapped(handle: int, cls: type[Model] | None = None) -> Any:
    """The Python side of a model of the library, of a class or of its own."""
    from .sequential import Sequential

    name = text(lib().elman_model_class_name, handle)
    made = Sequential if name == "Sequential" else Model
    if cls is None or (issubclass(made, cls) and made is not cls):
        return made._wrap(handle)
    if issubclass(cls, Sequential) != (made is Sequential):
        check(lib().elman_model_release(handle))
        raise ValueError(
            f"The config of a {cls.__name__} is expected. Received: {name}"
        )
    return cls._wrap(handle)


def nested_model(layer: int) -> Any:
    """The Python side of a model that is a layer, by the layer's handle."""
    as_layer = _AsLayer(layer)
    handle = ctypes.c_uint64()
    check(lib().elman_layer_model(layer, ctypes.byref(handle)))
    model = wrapped(handle.value)
    model._as_layer = as_layer
    return model


def _from_config(
    cls: type[Model], config: str, weights: list[Any], classes: dict[str, type]
) -> Model:
    """Make a model again from what ``__reduce__`` took apart."""
    model: Model = cls.from_config(json.loads(config), custom_objects=classes)
    model.set_weights(weights)
    return model


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """A model, with fresh weights, from what ``to_json`` gives.

    Raises
    ------
    ValueError
        If it is not JSON, or no config of a model.
    """
    from .sequential import Sequential

    config = json.loads(json_string)
    cls = Model if is_of_graph(config) else Sequential
    return cls.from_config(config, custom_objects=custom_objects)
