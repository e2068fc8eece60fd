"""The base of all layers."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from .._connected import Connected
from .._custom_objects import made_objects
from .._described import is_elmans
from .._graph import Node, functional, tried
from .._handle import Handle
from .._library import check, encoded, lib
from .._network import Network, as_batch
from .._run import FloatArray, run
from .._tensor import is_symbolic
from .._variable import Variable
from ._attributes import Attributes
from ._inputs import TakesInputs
from ._json import arguments, check_holdable, jsonable, serialize
from ._keras_1 import parameter_names, takes_old_names
from ._states import Stateful, flattened, leaves, nested

__all__ = ["Layer", "arguments", "flattened", "leaves", "nested", "serialize"]


class Layer(Attributes, TakesInputs, Stateful, Connected):
    """What every layer has: a name, weights, shapes, and a call.

    A subclass of it is a layer of your own, which runs on NumPy arrays. It may have

    - ``build(input_shape)``, called once, which declares weights by ``add_weight``;
    - ``call(inputs)``, with ``training`` and ``mask`` where it takes them: the output
      or the list of outputs. It reads weights as arrays of their values, and layers
      that are attributes are called like any other;
    - ``compute_output_shape(input_shape)``; otherwise ``call`` runs on zeros once for
      each new shape of inputs, to show it;
    - ``supports_masking = True``, or ``compute_mask(inputs, mask)``: (batch,
      timesteps);
    - ``get_config()``: see ``elman.saving`` for what finds the class again;
    - ``state_size`` and ``call(inputs, states)``: then it is a cell, for ``RNN``.

    Every layer takes these keyword arguments beside its own:

    name : str
        Unique within a model; counted per class where it is not given.
    trainable : bool
        Whether training changes its weights.
    input_shape : tuple
        The shape of its input without the batch, for the first layer.
    batch_input_shape, batch_shape : tuple
        The same with the batch, None where it is not fixed.
    batch_size : int
        The batch beside ``input_shape``.
    weights : list of arrays
        First values for the weights.
    """

    _kind = "layer"
    _never_called = (
        *Network._never_called,
        "__call__",
        "build",
        "reset_state",
        "reset_states",
        "state_size",
        "output_size",
    )
    # The library's name of the class, which a user's subclass keeps.
    _class_name = "Layer"
    # Whether its class has the argument, or the attribute, `return_state`.
    _may_return_state = False
    # Whether a list of arrays is its inputs, rather than one input.
    _takes_several = False
    # Whether a call may say that attention is causal, or ask for its scores.
    _attends = False
    # The layers that it was made around.
    _inner: list[Layer] | None = None
    # Their argument, where the layer shares them.
    _shared: str | None = None

    # What stands for Layer among the bases of a class of the user's.
    _base_of_users: type[Layer] | None = None

    def __init_subclass__(cls, **kwargs: Any):
        own = Layer._base_of_users
        if own is not None and Layer in cls.__bases__ and not is_elmans(cls):
            bases = (own if base is Layer else base for base in cls.__bases__)
            cls.__bases__ = tuple(bases)
            own._wrap_build.__func__(cls)  # type: ignore[attr-defined]
        super().__init_subclass__(**kwargs)
        if is_elmans(cls):
            cls._class_name = cls.__name__
            if "__init__" in vars(cls):
                cls._may_return_state = "return_state" in (
                    *parameter_names(cls.__init__),
                    *vars(cls),
                )
                cls.__init__ = takes_old_names(cls.__init__)  # type: ignore[method-assign]

    def __init__(
        self,
        config: dict[str, Any] | None = None,
        keywords: dict[str, Any] | None = None,
        **others: Any,
    ):
        if config is None or keywords is None:
            raise TypeError(
                "Layer is only what layers have in common. Make one of them, such as "
                "elman.layers.LSTM(8), or a subclass with a `call` of its own; "
                "elman.layers.Lambda runs a function of yours."
            )
        weights = keywords.pop("weights", None)
        self._create({**config, **keywords})
        self._begin_with(weights)

    def _json(self, config: dict[str, Any]) -> bytes | None:
        for name, value in config.items():
            check_holdable(f"Argument {name!r} of {self._class_name}", value)
        return encoded(json.dumps(config, default=jsonable))

    def _create(self, config: dict[str, Any]) -> None:
        handle = ctypes.c_uint64()
        with made_objects() as self._made:
            check(
                lib().elman_layer_create(
                    self._class_name.encode(), self._json(config), ctypes.byref(handle)
                )
            )
        self._adopt(handle.value)

    def _create_around(self, inner: list[Layer], config: dict[str, Any]) -> None:
        """Create the layer around others, which it shares."""
        weights = config.pop("weights", None)
        self._inner = inner
        handles = (ctypes.c_uint64 * len(inner))(*[one._callee for one in inner])
        handle = ctypes.c_uint64()
        check(
            lib().elman_layer_create_around(
                self._class_name.encode(),
                self._json(config),
                handles,
                len(inner),
                ctypes.byref(handle),
            )
        )
        self._adopt(handle.value)
        for layer in inner:
            layer._stand_in(self.path)
        self._begin_with(weights)

    def _begin_with(self, weights: Any) -> None:
        """The weights to have once it is built, by whatever builds it."""
        if weights is not None:
            self._give_weights("set_initial_weights", weights)

    def _adopt(self, handle: int) -> None:
        self._forget()
        self._own(handle)

    def _forget(self) -> None:
        """Keep nothing of what the library tells of the layer."""
        self._model: _LayerModel | None = None
        self._last_model: tuple[Any, Any] = (None, None)
        self._nodes = []
        self._several_shapes = None
        self._arguments = None
        self._children: dict[str, Layer] = {}

    def close(self) -> None:
        """Release the layer now; using it afterwards is a RuntimeError.

        Models and layers that hold it go on.
        """
        super().close()
        self._forget()

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Layer:
        """A layer from what ``get_config`` gives."""
        layer = cls.__new__(cls)
        layer._create(dict(config))
        return layer

    @classmethod
    def _wrap(cls, handle: int) -> Layer:
        layer = cls.__new__(cls)
        layer._adopt(handle)
        return layer

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle by config and weights; carried states are not kept."""
        shape = self.input_shape if self.built else None
        config = self.get_config()
        if self._inner is not None and config.pop(self._shared, None) is not None:
            # The layers go along: one that stands in several places stays one.
            return _restore_around, (type(self), config, self._inner, shape)
        return _restore, (type(self), config, shape, self.get_weights())

    def _registered_name(self) -> str | None:
        """The name under which configs find a class of the user's; None of elman's."""
        return None

    def add_weight(self, *arguments: Any, **keywords: Any) -> Variable:
        """Declare a weight: for subclasses of Layer itself."""
        raise NotImplementedError(
            f"A {type(self).__name__} has the weights of its class. A subclass of "
            "elman.layers.Layer adds weights of its own."
        )

    def _written_name(self) -> str:
        """The class that configs name: of a subclass, the library's."""
        return self._text("class_name")

    @property
    def quantization(self) -> str | None:
        """The mode that ``quantize`` set; None where weights are float32."""
        mode: str | None = self.get_config().get("quantization")
        return mode

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights."""
        return bool(self._number("is_trainable", of=ctypes.c_int32))

    @trainable.setter
    def trainable(self, value: bool) -> None:
        check(self._function("set_trainable")(self._handle, int(bool(value))))

    def _child(self, role: str) -> Layer:
        """The layer inside this one that Keras keeps under an attribute."""
        from . import deserialize_handle

        if role not in self._children:
            handle = ctypes.c_uint64()
            get = self._function("child")
            check(get(self._handle, role.encode(), ctypes.byref(handle)))
            self._children[role] = deserialize_handle(handle.value)
            self._children[role]._stand_in(self.path)
        return self._children[role]

    def _known_parts(self) -> Sequence[Layer]:
        return [*(self._inner or ()), *self._children.values()]

    # -- calls ----------------------------------------------------------

    def __call__(
        self,
        inputs: npt.ArrayLike,
        initial_state: Any = None,
        mask: npt.ArrayLike | None = None,
        training: bool = False,
        **options: Any,
    ) -> Any:
        """Run the layer alone, or call it on tensors; the first call builds it.

        Parameters
        ----------
        inputs : array, KerasTensor, or list of them
            Batch first. With tensors nothing runs: see ``elman.Model``. A recurrent
            layer takes those after the first as its initial states.
        initial_state : array or list of arrays, optional
            First states of a recurrent layer, (batch, units) each.
        mask : array of bool or numbers, optional
            (batch, timesteps), False or 0 where a step is to be skipped; other
            dimensions where the layer takes them, those of the input or one of 1.
        training : bool
            Accepted as Keras accepts it.
        **options : bool
            Of attention: ``use_causal_mask``, that no place looks at later ones, and
            ``return_attention_scores``, which are another output.

        Returns
        -------
        array or tensor, or list of them
            The output; a list where there are several (``return_state``,
            ``merge_mode=None``). States of stacked cells have one entry a cell, a
            list where the cell has several.
        """
        if options and not self._attends:
            raise TypeError(
                f"{type(self).__name__}.__call__() got an unexpected keyword argument "
                f"{next(iter(options))!r}"
            )
        states = [] if initial_state is None else flattened(initial_state)
        if is_symbolic(inputs, initial_state, mask):
            outputs = self._call_symbolic(inputs, states, mask, options)
        else:
            arrays, first = self._arrays(inputs)
            masks = mask if len(arrays) > 1 else [mask]
            model = self._runner(arrays, options)
            outputs = run(model, arrays, first + states, masks, training)
        outputs = self._with_nested_states(outputs)
        return outputs if len(outputs) > 1 else outputs[0]

    def _arrays(self, inputs: Any) -> tuple[list[FloatArray], list[Any]]:
        """The arrays that the layer is called on, and the states among them."""
        if self._takes_several and isinstance(inputs, (list, tuple)):
            return [as_batch(one) for one in inputs], []
        return [as_batch(inputs)], []

    def _runner(self, arrays: list[FloatArray], options: dict[str, Any]) -> int:
        """The handle of a model that has the layer alone."""
        if len(arrays) == 1 and not options:
            if self._model is None:
                self._model = _LayerModel(self)
            return self._model._handle
        key = [x.shape[1:] for x in arrays], options
        if self._last_model[0] != key:
            shapes = [(None, *shape) for shape in key[0]]
            inputs, outputs = tried(self._callee, shapes, **options)
            if len(shapes) > 1 and self._several_shapes is None:
                self._several_shapes = shapes
            model = _Owned(functional("layer", inputs, outputs))
            self._last_model = key, model
        handle: int = self._last_model[1]._handle
        return handle

    # -- shapes ---------------------------------------------------------

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the (first) output for inputs of a shape, or of several."""
        if not _are_shapes(input_shape):
            return super().compute_output_shape(input_shape)
        return tried(self._callee, input_shape)[1][0].shape

    # The shapes that a layer of several inputs was first called on.
    _several_shapes: list[tuple[int | None, ...]] | None = None

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of a shape, or of several, batch first."""
        if _are_shapes(input_shape):
            tried(self._callee, input_shape)
            self._several_shapes = [tuple(shape) for shape in input_shape]
        else:
            super().build(input_shape)

    def _keep(self, node: Node) -> None:
        super()._keep(node)
        if len(node.arguments.inputs) > 1 and self._several_shapes is None:
            self._several_shapes = [tensor.shape for tensor in node.arguments.inputs]

    @property
    def input_shape(self) -> Any:
        """The shape, or list of shapes, of what it was built for, batch first."""
        return self._several_shapes or super().input_shape

    @property
    def output_shape(self) -> Any:
        """The shape of the (first) output for ``input_shape``."""
        if self._several_shapes is None:
            return super().output_shape
        return self.compute_output_shape(self._several_shapes)


def _are_shapes(shape: Any) -> bool:
    """Whether it is a list of shapes."""
    return isinstance(shape, (list, tuple)) and any(
        isinstance(part, (list, tuple)) for part in shape
    )


def _restore(
    cls: type[Layer],
    config: dict[str, Any],
    shape: tuple[int | None, ...] | None,
    weights: list[FloatArray],
) -> Layer:
    """Make a layer again from what ``__reduce__`` took apart."""
    layer = cls.from_config(config)
    if shape is not None:
        layer.build(shape)
        layer.set_weights(weights)
    return layer


def _restore_around(
    cls: type[Layer],
    config: dict[str, Any],
    inner: list[Layer],
    shape: tuple[int | None, ...] | None,
) -> Layer:
    """The same of a layer around others, which have their weights."""
    layer = cls.__new__(cls)
    layer._create_around(inner, config)
    if shape is not None:
        layer.build(shape)
    return layer


class _Owned(Handle):
    """A model that nobody sees."""

    _kind = "model"

    def __init__(self, handle: int):
        self._own(handle)


class _LayerModel(Handle):
    """A model of one layer, through which the layer is called alone."""

    _kind = "model"

    def __init__(self, layer: Layer):
        handle = ctypes.c_uint64()
        # A name of its own uses up none of those that users see.
        check(lib().elman_model_create(b"layer", ctypes.byref(handle)))
        self._own(handle.value)
        check(lib().elman_model_add_layer(self._handle, layer._callee))
