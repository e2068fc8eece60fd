"""The base of all layers."""

from __future__ import annotations

import copy
import ctypes
import inspect
import json
import reprlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _arrays, activations
from .._described import Described, is_elmans
from .._errors import ArgumentError, NotStatefulError
from .._handle import Handle
from .._library import check, encoded, lib
from .._network import Network, as_batch
from .._run import FloatArray, run
from ._keras_1 import takes_old_names


def jsonable(value: Any) -> Any:
    """An argument of a layer as JSON knows it.

    Raises
    ------
    ArgumentError
        If it is nothing that the library has: a TypeError and a ValueError.
    """
    if isinstance(value, Layer):
        return serialize(value)
    if isinstance(value, (np.generic, np.ndarray)):
        return _arrays.number(value)
    if isinstance(value, np.dtype) or _is_number_type(value):
        return np.dtype(value).name
    if isinstance(value, type) and issubclass(value, Described):
        value = value()
    if isinstance(value, Described):
        known: Any = value.described()
    else:
        known = activations.described(value)
    if known is None:
        raise ArgumentError(
            f"An argument of a layer cannot be {value!r}: the library runs the layer, "
            "and could not call it. Pass a name, or one of elman.activations, "
            "elman.initializers and their like. A Lambda layer takes the place of an "
            "activation of your own; set_weights sets first values of your own."
        )
    return known


def _is_number_type(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, (np.generic, int, float))


def check_holdable(what: str, value: Any) -> None:
    """Raise a ValueError where JSON has an integer or a text that C cannot hold."""
    if isinstance(value, (list, tuple)):
        for part in value:
            check_holdable(what, part)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError(f"{what} is beyond int64. Received: {value}")
    if isinstance(value, str):
        encoded(value, what)


# What Keras's layers heed beside arguments, and how it is set here.
_SET_OTHERWISE = {
    "call": "The library runs its layers, and would not call it: Lambda runs yours.",
    "build": "The library builds its layers, and would not call it.",
    "input_spec": "The library checks inputs itself.",
    "weights": "set_weights sets the weights.",
    "states": "reset_states(states) sets the states.",
    "quantization": "quantize(mode) sets it.",
}


def _constant(value: Any) -> Any:
    """A value of a config, with tuples in the place of lists."""
    return tuple(map(_constant, value)) if isinstance(value, list) else value


def arguments(variables: dict[str, Any]) -> dict[str, Any]:
    """The arguments of an ``__init__``, from its ``locals()``."""
    others = ("self", "kwargs", "__class__")
    return {name: value for name, value in variables.items() if name not in others}


def serialize(layer: Layer) -> dict[str, Any]:
    """``{"class_name": ..., "config": ...}``, from which the layer is made again."""
    return {
        "module": "keras.layers",
        "class_name": layer._text("class_name"),
        "config": layer.get_config(),
        "registered_name": None,
    }


class Layer(Network):
    """What every layer has: a name, weights, shapes, and a call.

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
    # The layers that it was made around.
    _inner: list[Layer] | None = None
    # The config, once it was read: see ``_argument``.
    _arguments: dict[str, Any] | None = None
    # Their argument, where the layer shares them.
    _shared: str | None = None

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if is_elmans(cls):
            cls._class_name = cls.__name__
            if "__init__" in vars(cls):
                cls._may_return_state = "return_state" in (
                    *inspect.signature(cls).parameters,
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
                "elman.layers.LSTM(8); elman.layers.Lambda runs a function of yours."
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
        handles = (ctypes.c_uint64 * len(inner))(*[one._handle for one in inner])
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

    # -- arguments ------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        known = self._arguments
        if known is None or name not in known:
            return self._found_later(name)
        value = known[name]
        return copy.deepcopy(value) if isinstance(value, dict) else value

    def _found_later(self, name: str) -> Any:
        """The attribute of a layer whose config was not read yet, or an error."""
        if hasattr(type(self), name):
            # A property raised an AttributeError, which says more than this one.
            return object.__getattribute__(self, name)
        if name.startswith("_") or name not in self._known_arguments():
            raise AttributeError(
                f"{type(self).__name__!r} object of elman has no attribute {name!r}"
            )
        return getattr(self, name)

    def _known_arguments(self) -> dict[str, Any]:
        """The config, read once: only what has a property of its own ever changes."""
        if self._arguments is None:
            config = self.get_config()
            self._arguments = {name: _constant(config[name]) for name in config}
        return self._arguments

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") or not self._is_fixed(name):
            super().__setattr__(name, value)
        elif not self._is_already(name, value):
            raise AttributeError(self._how_to_set(name, value))

    def _is_fixed(self, name: str) -> bool:
        """Whether an attribute would act in Keras, and cannot here."""
        known = getattr(type(self), name, None)
        if isinstance(known, property):
            return known.fset is None
        if self._is_closed:
            return False
        return (
            name in _SET_OTHERWISE
            or name in self._known_arguments()
            or name in {path.rpartition("/")[2] for path in self.weight_names}
        )

    def _is_already(self, name: str, value: Any) -> bool:
        """Whether an argument has this value, so that there is nothing to do."""
        try:
            given = json.loads(json.dumps(value, default=jsonable))
        except (TypeError, ValueError):
            return False
        return name in self._known_arguments() and given == self.get_config()[name]

    def _how_to_set(self, name: str, value: Any) -> str:
        """Why an attribute cannot be set, and what to do instead."""
        cls = type(self).__name__
        if name in _SET_OTHERWISE:
            way = _SET_OTHERWISE[name]
        elif name in self._known_arguments():
            way = (
                "Arguments are fixed when a layer is made. Make it anew: "
                f"{cls}.from_config({{**layer.get_config(), {name!r}: "
                f"{reprlib.repr(value)}}}), then set_weights(layer.get_weights())."
            )
        elif isinstance(getattr(type(self), name, None), property):
            way = "It follows from the arguments and the input."
        else:
            way = _SET_OTHERWISE["weights"]
        return f"Attribute {name!r} of {cls} {self.name!r} cannot be set. {way}"

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

    @property
    def supports_masking(self) -> bool:
        """Whether the layer knows of masks; set, whether it passes one on.

        A layer that does not know of masks, such as ``Conv1D``, drops the mask of
        its input, unless this is set to True. What others do with a mask stays.
        """
        return bool(self._number("supports_masking", of=ctypes.c_int32))

    @supports_masking.setter
    def supports_masking(self, value: bool) -> None:
        check(self._function("set_supports_masking")(self._handle, int(bool(value))))

    def _child(self, role: str) -> Layer:
        """The layer inside this one that Keras keeps under an attribute."""
        from . import deserialize_handle

        if role not in self._children:
            handle = ctypes.c_uint64()
            get = self._function("child")
            check(get(self._handle, role.encode(), ctypes.byref(handle)))
            self._children[role] = deserialize_handle(handle.value)
        return self._children[role]

    # -- states ---------------------------------------------------------

    def reset_states(self, states: Any = None) -> None:
        """Put a stateful layer's states back to zero, or to given ones.

        Parameters
        ----------
        states : array or list of arrays, optional
            (batch, size) each, as ``states`` gives them.

        Raises
        ------
        ValueError
            If states are given and the layer is not stateful, or they do not fit.
        """
        if states is None:
            super().reset_states()
            return
        given = [_arrays.float32(state, "state") for state in flattened(states)]
        described = _arrays.describe_all(given)
        check(self._function("set_states")(self._handle, described, len(given)))

    reset_state = reset_states

    @property
    def states(self) -> list[Any]:
        """Copies of the states that a stateful layer carries.

        Of stacked cells one entry a cell, a list where the cell has several.
        """
        try:
            states = self._copies("state")
        except ValueError as error:
            raise NotStatefulError(str(error)) from None
        structure = self._state_structure
        return states if structure is None else nested(states, structure)

    @cached_property
    def _state_structure(self) -> list[Any] | None:
        """The sizes of nested states; None where the list of states is flat."""
        return None

    def _with_nested_states(self, outputs: list[FloatArray]) -> list[Any]:
        structure = self._state_structure
        if structure is None:
            return outputs
        first = len(outputs) - len(leaves(structure))
        if first < 1:  # no states were returned
            return outputs
        return outputs[:first] + nested(outputs[first:], structure)

    # -- calls ----------------------------------------------------------

    def __call__(
        self,
        inputs: npt.ArrayLike,
        initial_state: Any = None,
        mask: npt.ArrayLike | None = None,
        training: bool = False,
    ) -> FloatArray | list[FloatArray]:
        """Run the layer alone, building it at the first call.

        Parameters
        ----------
        inputs : array
            Batch first.
        initial_state : array or list of arrays, optional
            First states of a recurrent layer, (batch, units) each.
        mask : array of bool or numbers, optional
            (batch, timesteps), False or 0 where a step is to be skipped; other
            dimensions where the layer takes them, those of the input or one of 1.
        training : bool
            Accepted as Keras accepts it.

        Returns
        -------
        array, or list of arrays
            The output; a list where there are several (``return_state``,
            ``merge_mode=None``). States of stacked cells have one entry a cell, a
            list where the cell has several.
        """
        if self._model is None:
            self._model = _LayerModel(self)
        states = None if initial_state is None else flattened(initial_state)
        outputs = self._with_nested_states(
            run(self._model._handle, as_batch(inputs), states, mask, training)
        )
        return outputs if len(outputs) > 1 else outputs[0]


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


def flattened(states: Any) -> list[Any]:
    """The arrays in nested lists and tuples of states, in order."""
    if isinstance(states, (list, tuple)) and not _is_array(states):
        return [array for state in states for array in flattened(state)]
    return [states]


def leaves(structure: Any) -> list[Any]:
    """What nested lists hold, in order."""
    if not isinstance(structure, list):
        return [structure]
    return [leaf for part in structure for leaf in leaves(part)]


def nested(flat: Sequence[Any], structure: list[Any]) -> list[Any]:
    """The elements of a list in the places of the leaves of nested lists."""
    rest = iter(flat)

    def placed(part: Any) -> Any:
        return [placed(one) for one in part] if isinstance(part, list) else next(rest)

    return [placed(part) for part in structure]


def _is_array(states: Any) -> bool:
    """Whether nested lists hold numbers rather than arrays."""
    while isinstance(states, (list, tuple)) and states:
        states = states[0]
    return isinstance(states, (int, float))


class _LayerModel(Handle):
    """A model of one layer, through which the layer is called alone."""

    _kind = "model"

    def __init__(self, layer: Layer):
        handle = ctypes.c_uint64()
        # A name of its own uses up none of those that users see.
        check(lib().elman_model_create(b"layer", ctypes.byref(handle)))
        self._own(handle.value)
        check(lib().elman_model_add_layer(self._handle, layer._handle))
