"""Layers and cells of the user's own: what a subclass of Layer is."""

from __future__ import annotations

import ctypes
import functools
import inspect
import itertools
import json
import threading
import weakref
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import _callbacks
from .._arrays import float32
from .._custom_callbacks import (
    CustomLayerOptions,
    OwnCell,
    OwnLayer,
    WeightOptions,
    custom_build,
    custom_call,
    custom_config,
    custom_mask,
    custom_shapes,
)
from .._custom_objects import get_registered_name
from .._described import definer, is_elmans
from .._errors import ArgumentError
from .._library import check, dimensions, encoded, lib, positive
from .._network import Network
from .._prototypes import MAX_RANK
from .._run import FloatArray
from .._variable import Variable
from .._weights import unique
from ._json import jsonable
from ._layer import Layer, flattened

# Arguments of every layer, in Keras's configs and in calls of `super().__init__`.
_COMMON = ("name", "trainable", "dtype", "activity_regularizer", "dynamic", "autocast")
# What is kept of other objects, and is no layer inside this one.
_NO_PARTS = ("_children", "_inner", "_made", "_nodes", "_homes")
# The orders of `add_weight`: of Keras 2, whose name comes first, and of Keras 3.
_NAME_FIRST = (
    *("name", "shape", "dtype", "initializer", "regularizer", "trainable"),
    "constraint",
)
_SHAPE_FIRST = (
    *("shape", "initializer", "dtype", "trainable", "autocast", "regularizer"),
    "constraint",
)
_making = threading.RLock()


class _Signature(NamedTuple):
    """What a class's `call` takes."""

    positional: int
    required: int
    takes_training: bool
    takes_mask: bool
    takes_states: bool


@functools.lru_cache(maxsize=1024)
def _signature(cls: type[CustomLayer]) -> _Signature:
    parameters = list(inspect.signature(cls.call).parameters.values())[1:]
    named = {parameter.name for parameter in parameters}
    positional = [
        parameter
        for parameter in parameters
        if parameter.kind
        in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        and parameter.name not in ("training", "mask")
    ]
    return _Signature(
        len(positional),
        sum(parameter.default is parameter.empty for parameter in positional),
        "training" in named,
        "mask" in named,
        any(p.name in ("states", "state") for p in positional[1:2]),
    )


def _wrapped(build: Any) -> Any:
    """A `build` that has the library build the layer, which then calls the user's."""

    @functools.wraps(build)
    def wrapper(self: CustomLayer, *shapes: Any, **named: Any) -> None:
        if self._is_building():
            build(self, *shapes, **named)
        else:
            self._build_in_library(*shapes, *named.values())

    return wrapper


class CustomLayer(Layer):
    """A layer whose class is the user's: the base that `Layer` stands for in it."""

    # The library calls all of them.
    _never_called = ()
    _class_name = "CustomLayer"
    # What Keras's layers have, and the user's may set.
    input_spec = None
    states = None
    activity_regularizer = None
    stateful = False
    _known_as: OwnLayer | None = None
    _building: int | None = None
    _masks_are_supported: bool | None = None
    _own_count = 0
    _built_shapes: list[Any] | None = None

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        cls._wrap_build()

    @classmethod
    def _wrap_build(cls) -> None:
        if "build" in vars(cls) and not is_elmans(cls):
            cls.build = _wrapped(vars(cls)["build"])  # type: ignore[method-assign]

    def __new__(cls, *arguments: Any, **keywords: Any) -> CustomLayer:
        layer = super().__new__(cls)
        vars(layer).update(
            _given=(arguments, keywords),
            _tracked={},
            _registered={},
            _weight_objects={},
        )
        return layer

    def __init__(self, **keywords: Any):
        known = (*_COMMON, "input_shape", "batch_input_shape", "batch_shape")
        others = [k for k in keywords if k not in (*known, "batch_size", "weights")]
        if others:
            raise ArgumentError(
                f"Unrecognized keyword arguments passed to {type(self).__name__}: "
                f"{ {name: keywords[name] for name in others} }"
            )
        dtype = keywords.get("dtype")
        if isinstance(dtype, dict):
            dtype = dtype.get("config", {}).get("name")
        if dtype is not None and np.dtype(dtype) != np.float32:
            raise NotImplementedError(
                f"{type(self).__name__}: elman computes in float32. "
                f"Received: dtype={keywords['dtype']!r}"
            )
        self.activity_regularizer = keywords.get("activity_regularizer")
        self._settings = keywords

    # -- in the library -------------------------------------------------

    @property
    def _is_closed(self) -> bool:
        return self._finalizer is not None and not self._finalizer.alive

    @property
    def _handle(self) -> int:
        self._be_made()
        return super()._handle

    def _be_made(self) -> None:
        if self._finalizer is None:
            with _making:
                if self._finalizer is None:
                    self._make()

    def _make(self) -> None:
        """Make the library's layer, once the user's `__init__` is done or needs it."""
        settings = vars(self).get("_settings")
        if settings is None:
            raise RuntimeError(
                f"In layer {type(self).__name__!r}, you forgot to call "
                "`super().__init__()` as the first statement in the `__init__()` "
                "method."
            )
        handle = ctypes.c_uint64()
        make = self._made_cell if self._is_cell() else self._made_layer
        self._known_as, context, options, function = make(settings)
        try:
            check(function(ctypes.byref(options), ctypes.byref(handle)))
        except BaseException:
            _callbacks.release(context)
            raise
        self._adopt(handle.value)
        if self._masks_are_supported is not None:
            self.supports_masking = self._masks_are_supported
        if not settings.get("trainable", True):
            self.trainable = False
        self._register_parts()
        self._begin_with(settings.get("weights"))

    def _made_layer(self, settings: dict[str, Any]) -> tuple[Any, ...]:
        own = OwnLayer(self)
        options = CustomLayerOptions(
            struct_size=ctypes.sizeof(CustomLayerOptions),
            name=encoded(settings.get("name")),
            class_name=encoded(get_registered_name(type(self))),
            context=_callbacks.register(own),
            build=custom_build,
            shapes=custom_shapes,
            call=custom_call,
            config=custom_config,
            release=_callbacks.released,
        )
        if self._overrides("compute_mask"):
            options.mask = custom_mask
        whole = self._given_shape(settings)
        if whole is not None:
            options.batch_input_shape[: len(whole)] = whole[:]
            options.batch_input_rank = len(whole)
        return own, options.context, options, lib().elman_custom_layer_create

    @staticmethod
    def _given_shape(settings: dict[str, Any]) -> Any:
        whole = settings.get("batch_input_shape", settings.get("batch_shape"))
        if settings.get("input_shape") is not None:
            batch = settings.get("batch_size")
            batch = batch if batch is None else positive("batch_size", batch)
            whole = (batch, *dimensions(settings["input_shape"]))
        if whole is None:
            return None
        sizes = dimensions(whole)
        if len(sizes) > MAX_RANK:
            raise ValueError(
                f"An input has at most {MAX_RANK} dimensions. Received: {whole}"
            )
        return sizes

    def _made_cell(self, settings: dict[str, Any]) -> tuple[Any, ...]:
        from .cells import state_sizes

        _, listed, units = state_sizes(self)
        own = OwnCell(self, units, listed)
        options = _callbacks.CellOptions(
            struct_size=ctypes.sizeof(_callbacks.CellOptions),
            name=encoded(settings.get("name")),
            units=units,
            state_sizes=(ctypes.c_int64 * len(listed))(*listed),
            state_count=len(listed),
            context=_callbacks.register(own),
            call=_callbacks.cell_call,
            release=_callbacks.released,
            build=_callbacks.cell_build,
            class_name=encoded(get_registered_name(type(self))),
            config=custom_config,
        )
        if self._overrides("get_initial_state"):
            options.initial_states = _callbacks.cell_initial_states
        return own, options.context, options, lib().elman_cell_create

    def _registered_name(self) -> str | None:
        return get_registered_name(type(self))

    @classmethod
    def _overrides(cls, method: str) -> bool:
        """Whether a method is the user's."""
        return not is_elmans(definer(cls, method))

    # -- attributes -----------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if hasattr(type(self), name):
            # A property raised an AttributeError, which says more than this one.
            return object.__getattribute__(self, name)
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}"
        )

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        if name in _NO_PARTS:
            return
        parts = dict(_parts(name, value))
        if parts:
            self._tracked.update(parts)
            if self.built and not self._is_building():
                self._register_parts()

    def __dir__(self) -> list[str]:
        return sorted(object.__dir__(self))

    def _register_parts(self) -> None:
        """Have the library know the layers inside this one."""
        for role, part in self._tracked.items():
            if self._registered.get(role) is not part:
                handle = getattr(part, "_callee", None) or part._handle
                add = lib().elman_layer_add_layer
                check(add(self._handle, encoded(role), handle))
                self._registered[role] = part
                part._stand_in(self.path)

    def _known_parts(self) -> Sequence[Layer]:
        return list(self._tracked.values())

    @property
    def built(self) -> bool:
        """Whether the weights are there; what `build` sets it to has no effect."""
        if self._finalizer is None:
            return False
        return bool(self._number("is_built", of=ctypes.c_int32))

    @built.setter
    def built(self, value: bool) -> None:
        pass

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights."""
        if self._finalizer is None:
            return bool(vars(self).get("_settings", {}).get("trainable", True))
        return bool(self._number("is_trainable", of=ctypes.c_int32))

    @trainable.setter
    def trainable(self, value: bool) -> None:
        if self._finalizer is None:
            self._settings["trainable"] = bool(value)
        else:
            check(lib().elman_layer_set_trainable(self._handle, int(bool(value))))

    @property
    def supports_masking(self) -> bool:
        """Whether it passes the mask of its input on; `compute_mask` makes another."""
        if self._finalizer is None:
            return bool(self._masks_are_supported)
        return bool(self._number("supports_masking", of=ctypes.c_int32))

    @supports_masking.setter
    def supports_masking(self, value: bool) -> None:
        self._masks_are_supported = bool(value)
        if self._finalizer is not None:
            set_it = lib().elman_layer_set_supports_masking
            check(set_it(self._handle, int(bool(value))))

    # -- weights --------------------------------------------------------

    def add_weight(self, *arguments: Any, **keywords: Any) -> Variable:
        """Declare a weight, in ``__init__`` or ``build``.

        Parameters
        ----------
        *arguments
            ``shape, initializer, ...`` in the order of Keras 3, or ``name, shape, ...``
            in that of Keras 2.
        **keywords
            The same by name: ``shape``, () for one number; ``initializer``, a name, one
            of elman's, or a function of yours, ``glorot_uniform`` where it is not
            given; ``trainable``, True; ``regularizer`` and ``constraint``; ``name``,
            ``variable`` where it is not given, and numbered where another weight of the
            layer has it.

        Returns
        -------
        Variable
            The weight, which NumPy takes for an array of its values now.
        """
        is_old = bool(arguments) and (arguments[0] is None or _is_text(arguments[0]))
        given = dict(zip(_NAME_FIRST if is_old else _SHAPE_FIRST, arguments))
        given.update(keywords)
        sizes = _sizes(given.get("shape"))
        values = _values(given.get("initializer"), sizes)
        options = WeightOptions(
            struct_size=ctypes.sizeof(WeightOptions),
            name=encoded(given.get("name")),
            shape=(ctypes.c_int64 * max(1, len(sizes)))(*sizes),
            rank=len(sizes),
            initializer=_told(
                "zeros" if values is not None else given.get("initializer")
            ),
            regularizer=_told(given.get("regularizer")),
            constraint=_told(given.get("constraint")),
            frozen=int(given.get("trainable") is False),
        )
        index = ctypes.c_size_t()
        add = lib().elman_layer_add_weight
        check(add(self._handle, ctypes.byref(options), ctypes.byref(index)))
        weight = self._added(index.value)
        for what in ("initializer", "regularizer", "constraint"):
            self._weight_objects[weight.name, what] = given.get(what)
        return weight if values is None else weight.assign(values)

    def _added(self, index: int) -> Variable:
        """The weight that came to an index; those behind have moved up."""
        made = vars(self).setdefault("_variables", weakref.WeakValueDictionary())
        for place in sorted((i for i in list(made) if i >= index), reverse=True):
            weight = made.pop(place, None)
            if weight is not None:
                weight._index = place + 1
                made[place + 1] = weight
        self._own_count += 1
        made[index] = weight = Variable(self, index)
        return weight

    def _own_weights(self) -> list[Variable]:
        made = vars(self).setdefault("_variables", weakref.WeakValueDictionary())
        weights = []
        for index in range(self._own_count):
            weight = made.get(index)
            if weight is None:
                weight = made.setdefault(index, Variable(self, index))
            weights.append(weight)
        return weights

    @property
    def weights(self) -> list[Variable]:
        """The weights, then those of the layers inside it."""
        inner = (weight for part in self._tracked.values() for weight in part.weights)
        return unique(itertools.chain(self._own_weights(), inner))

    def _of_weight(self, name: str, what: str) -> Any:
        from .. import constraints, initializers, regularizers

        given = self._weight_objects.get((name, what))
        if what == "initializer":
            return initializers.get("glorot_uniform" if given is None else given)
        return (regularizers if what == "regularizer" else constraints).get(given)

    # -- building -------------------------------------------------------

    def build(self, input_shape: Any = None) -> None:
        """Make the weights for inputs of a shape, or of a list of shapes.

        A subclass has one of its own, with ``add_weight``; it is called once.
        """
        if not self._is_building():
            self._build_in_library(input_shape)

    def _is_building(self) -> bool:
        return self._building == threading.get_ident()

    def _build_in_library(self, shape: Any) -> None:
        if _are_shapes(shape):
            from .._graph import tried

            tried(self._handle, [tuple(one) for one in shape])
        else:
            sizes = dimensions(shape)
            check(lib().elman_layer_build(self._handle, sizes, len(sizes)))

    def _build_own(self, shapes: list[Any]) -> None:
        """What the library has the layer do when it is built."""
        before = self._own_count, dict(self._registered)
        self._building = threading.get_ident()
        try:
            self.build(shapes[0] if len(shapes) == 1 else shapes)
            self._register_parts()
        except BaseException:
            self._own_count, self._registered = before
            vars(self).pop("_variables", None)
            raise
        finally:
            self._building = None
        self._built_shapes = shapes

    # -- calls ----------------------------------------------------------

    def call(self, inputs: Any, *arguments: Any, **keywords: Any) -> Any:
        """The outputs for inputs, which are NumPy's arrays."""
        raise NotImplementedError(
            f"Layer {type(self).__name__} does not have a `call()` method implemented."
        )

    def __call__(self, inputs: Any, *arguments: Any, **keywords: Any) -> Any:
        """Run the layer alone, or call it on tensors; the first call builds it.

        A cell takes (batch, features) and its states, and returns the output and the
        list of the next states.
        """
        self._be_made()
        if self._is_cell():
            states, *rest = arguments or [keywords.pop("states", None)]
            keywords.update(zip(("training",), rest))
            results = super().__call__(inputs, flattened(states), **keywords)
            return results[0], list(results[1:])
        several = _signature(type(self)).required
        if several > 1 and len(arguments) >= several - 1:
            inputs = [inputs, *arguments[: several - 1]]
            arguments = arguments[several - 1 :]
        names = ("mask", "training") if arguments else ()
        return super().__call__(inputs, None, **dict(zip(names, arguments)), **keywords)

    # A list of arrays is several inputs.
    _takes_several = True

    def _call_own(
        self, inputs: list[FloatArray], masks: list[Any] | None, training: bool
    ) -> list[Any]:
        """The outputs of the user's `call`."""
        takes = _signature(type(self))
        keywords: dict[str, Any] = {}
        if takes.takes_training:
            keywords["training"] = training
        if takes.takes_mask:
            one = masks is None or len(masks) == 1
            keywords["mask"] = masks and masks[0] if one else masks
        given: list[Any] = [inputs[0] if len(inputs) == 1 else inputs]
        if len(inputs) > 1 and takes.required == len(inputs):
            given = inputs
        results = self.call(*given, **keywords)
        return list(results) if isinstance(results, (list, tuple)) else [results]

    def _mask_own(self, inputs: list[FloatArray], masks: list[Any] | None) -> Any:
        """The mask that the user's `compute_mask` makes."""
        if len(inputs) == 1:
            mask = self.compute_mask(inputs[0], masks and masks[0])
        else:
            mask = self.compute_mask(inputs, masks)
        return mask[0] if isinstance(mask, (list, tuple)) else mask

    # -- shapes ---------------------------------------------------------

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output: found by a trial, unless a subclass tells it."""
        if not self._overrides("compute_output_shape"):
            return super().compute_output_shape(input_shape)
        if not self._is_building() and not self.built:
            self.build(input_shape)
        shapes = input_shape if _are_shapes(input_shape) else [input_shape]
        told = self._shapes_by_trial([tuple(shape) for shape in shapes])
        return told[0] if len(told) == 1 else told

    def _shapes_own(self, shapes: list[Any]) -> list[Any]:
        """The shapes of the outputs, as the library asks for them."""
        if not self._overrides("compute_output_shape"):
            return self._shapes_by_trial(shapes)
        told = self.compute_output_shape(shapes[0] if len(shapes) == 1 else shapes)
        if not all(part.built for part in self._tracked.values()):
            self._shapes_by_trial(shapes)
        return [tuple(s) for s in told] if _are_shapes(told) else [tuple(told)]

    def _shapes_by_trial(self, shapes: list[Any]) -> list[Any]:
        """The outputs' shapes for zeros; None where they change with what is None."""

        def tried(size: int) -> list[Any]:
            zeros = [
                np.zeros([size if n is None else n for n in shape], np.float32)
                for shape in shapes
            ]
            results = self._call_own(zeros, None, False)
            what = f"output of layer {self.name!r}"
            return [float32(result, what).shape for result in results]

        first = tried(2)
        if all(size is not None for shape in shapes for size in shape):
            return first
        return [
            tuple(a if a == b else None for a, b in zip(one, other))
            for one, other in zip(first, tried(3))
        ]

    # -- configs --------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments.

        A subclass adds its own, unless they are numbers, texts and other things that
        JSON knows: those of ``__init__`` are taken as they were given.
        """
        config = {"name": self.name, "trainable": self.trainable, "dtype": "float32"}
        shape = self._given_shape(self._settings)
        if shape is not None:
            config["batch_input_shape"] = [None if n < 0 else n for n in shape]
        if not self._overrides("get_config"):
            config.update(self._given_config())
        return config

    def _given_config(self) -> dict[str, Any]:
        """What the user's `__init__` was given, beside what all layers are."""
        arguments, keywords = vars(self)["_given"]
        signature = inspect.signature(type(self).__init__)
        bound = signature.bind(self, *arguments, **keywords).arguments
        own = dict(list(bound.items())[1:])
        for name, parameter in signature.parameters.items():
            if parameter.kind is parameter.VAR_KEYWORD:
                own.update(own.pop(name, {}))
        known = (*_COMMON, "input_shape", "batch_input_shape", "batch_shape", "weights")
        own = {name: own[name] for name in own if name not in known}
        try:
            return dict(json.loads(json.dumps(own, default=jsonable)))
        except (TypeError, ValueError):
            raise NotImplementedError(
                f"Object {type(self).__name__} was created by passing non-serializable "
                "argument values in `__init__()`, and therefore the object must "
                "override `get_config()` in order to be serializable. Received: "
                f"{own!r}"
            ) from None

    def _config_own(self) -> Any:
        """The arguments as JSON knows them."""
        return json.loads(json.dumps(self.get_config(), default=jsonable))

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> CustomLayer:
        """A layer from what ``get_config`` gives."""
        return cls(**config)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle by config and weights."""
        config = self._config_own()
        return _restored, (type(self), config, self._built_shapes, self.get_weights())

    # -- cells ----------------------------------------------------------

    def _is_cell(self) -> bool:
        """Whether RNN runs it: it has `state_size`, and its `call` takes states."""
        takes = _signature(type(self))
        return hasattr(self, "state_size") and (
            takes.takes_states or takes.required > 1
        )

    def _as_cell(self) -> CustomLayer:
        """The same as a cell, which it became known to be only later."""
        if not self._is_cell():
            raise ValueError(
                "The RNN cell should have a `state_size` attribute (integer or list of "
                "integers, one for each state), and `call(inputs, states)`. Received: "
                f"cell={self!r}"
            )
        if self._finalizer is not None and not isinstance(self._known_as, OwnCell):
            if self.built or self._own_count:
                raise ValueError(
                    f"Cell {self.name!r} must have its `state_size` before its first "
                    "weight."
                )
            self._settings = {**self._settings, "name": self.name}
            self.close()
            self._finalizer = None
            self._registered = {}
        return self

    @property
    def _state_structure(self) -> Any:  # type: ignore[override]
        from .cells import as_list

        return as_list(self.state_size) if self._is_cell() else None

    def get_initial_state(
        self, batch_size: Any = None, *, inputs: Any = None, dtype: Any = None
    ) -> list[Any]:
        """The states with which a cell's sequence begins: zeros for a batch."""
        from .cells import Cell

        return Cell.get_initial_state(self, batch_size, inputs=inputs, dtype=dtype)  # type: ignore[arg-type]

    def _initial_states(self, batch: int) -> list[Any]:
        from .cells import Cell

        if not self._overrides("get_initial_state"):
            return Cell._initial_states(self, batch)  # type: ignore[arg-type]
        given = flattened(self._begin_own(batch))
        return [float32(state, "initial state of a cell") for state in given]

    def _begin_own(self, batch: int) -> Any:
        """What the user's `get_initial_state` gives."""
        from .cells import asked_states

        return asked_states(self.get_initial_state, batch)

    def _step_own(
        self, inputs: FloatArray, states: list[FloatArray], training: bool
    ) -> tuple[Any, Any]:
        """The output and the next states."""
        takes = _signature(type(self))
        keywords = {"training": training} if takes.takes_training else {}
        output, following = self.call(inputs, states, **keywords)
        return output, following


def _restored(
    cls: type[CustomLayer],
    config: dict[str, Any],
    shapes: list[Any] | None,
    weights: list[FloatArray],
) -> CustomLayer:
    """Make a layer again from what ``__reduce__`` took apart."""
    layer = cls.from_config(config)
    if shapes is not None:
        layer.build(shapes[0] if len(shapes) == 1 else shapes)
    if weights:
        layer.set_weights(weights)
    return layer


def custom_classes(layer: Any) -> dict[str, type]:
    """The classes of the user's in a layer or a model, by their names."""
    classes = {}
    if isinstance(layer, Layer):
        name, parts = layer._registered_name(), layer._known_parts()
        if name is not None:
            classes[name] = type(layer)
        parts = [*parts, *layer._parts()]
    else:
        parts = layer._layers
    for part in parts:
        if part is not layer:
            classes.update(custom_classes(part))
    return classes


def _parts(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The layers in an attribute, by their roles."""
    if isinstance(value, Network):
        if value._kind == "layer" or hasattr(type(value), "_callee"):
            yield name, value
    elif isinstance(value, (list, tuple)):
        for index, part in enumerate(value):
            yield from _parts(f"{name}/{index}", part)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _parts(f"{name}/{key}", part)


def _are_shapes(shape: Any) -> bool:
    """Whether it is a list of shapes."""
    return isinstance(shape, (list, tuple)) and any(
        isinstance(part, (list, tuple)) for part in shape
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _sizes(shape: Any) -> tuple[int, ...]:
    """The shape of a weight."""
    given = () if shape is None else shape
    if isinstance(given, (int, np.integer)):
        given = (given,)
    if any(size is None for size in given):
        raise ValueError(
            "Shapes used to initialize variables must be fully-defined (no `None` "
            f"dimensions). Received: shape={shape}"
        )
    return tuple(positive("shape", size) for size in given)


def _values(initializer: Any, sizes: tuple[int, ...]) -> npt.NDArray[Any] | None:
    """The values of an initializer of the user's; None for those of the library."""
    described = getattr(initializer, "described", None)
    if isinstance(initializer, type) or (described is not None and described()):
        return None
    if callable(initializer):
        return np.asarray(initializer(sizes, dtype="float32"))
    return None


def _told(description: Any) -> bytes | None:
    """An initializer, a regularizer or a constraint, by name or as JSON."""
    if description is None or isinstance(description, str):
        return encoded(description)
    return encoded(json.dumps(description, default=jsonable))


Layer._base_of_users = CustomLayer
