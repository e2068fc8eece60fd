"""Sequential."""

from __future__ import annotations

import ctypes
import json
import os
import re
import reprlib
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .._errors import ArgumentError
from .._library import (
    check,
    dimensions,
    encoded,
    fast_call,
    lib,
    text,
    thread_count,
)
from .._network import Network, as_batch
from .._prototypes import SummaryOptions
from .._run import BoundCall, FloatArray, run
from .._variable import Variable
from .._weights import unique
from ..layers import (
    Embedding,
    InputLayer,
    Layer,
    check_serialized,
    deserialize,
    deserialize_handle,
)
from ..layers._json import jsonable
from ._predict import predict
from ._table import html_table
from .stream import Stream

_STYLES = {"tf2": 0, "keras3": 1}

# Held while a model keeps or forgets a call: a few instructions.
_binding = threading.Lock()


def _free_binding() -> None:
    """In a forked child no thread holds the lock, whoever held it in the parent."""
    global _binding
    _binding = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free_binding)


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


class WeightMemory(NamedTuple):
    """Bytes that the weights of a model take."""

    values: int
    """Of the values, as they are set and read."""
    packed: int
    """Of the same in the order and format in which the arithmetic reads them."""


def _no_output(inputs: Any) -> None:
    """The fast call of a model that has none."""


class Sequential(Network):
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

    def __call__(
        self,
        inputs: npt.ArrayLike,
        training: bool = False,
        mask: npt.ArrayLike | None = None,
    ) -> FloatArray:
        """The output for a batch, as an array.

        Raises
        ------
        ValueError
            If the input's shape does not fit the model.
        """
        if mask is None and training is False:
            output = self._fast(inputs)
            if output is not None:
                return output
            bound = self._bound
            if (
                bound is not None
                and type(inputs) is np.ndarray
                and inputs.shape == bound.shape
                and inputs.dtype.kind in "fiu"
            ):
                output = bound(inputs)
                if output is not None:
                    return output
        return self._call(self._as_batch(inputs), training, mask)

    def _as_batch(self, inputs: Any) -> FloatArray:
        """The inputs as an array. A list of one array is that array, as in Keras.

        Unless the array is one row of what a built model takes: then it is a batch of
        one.
        """
        if isinstance(inputs, (list, tuple)) and len(inputs) == 1:
            rank = np.ndim(inputs[0]) if hasattr(inputs[0], "__array__") else 0
            if rank > 0 and not (self.built and rank == len(self.input_shape) - 1):
                return as_batch(inputs[0])
        return as_batch(inputs)

    def _unbind(self) -> None:
        """Keep no call: the model has just changed."""
        with _binding:
            self._change = object()
            self._bound: BoundCall | None = None
            self._fast: Callable[[Any], FloatArray | None] = _no_output

    def _bind(self, x: FloatArray, output: FloatArray, change: object) -> None:
        """Keep the call for inputs and outputs of such shapes.

        Not where another thread changed the model since the last ``change``: the
        output may be that of the model before.
        """
        is_small = max(x.size, output.size) <= BoundCall.LARGEST
        bound = BoundCall(self._handle, x.shape, output) if is_small else None
        fast = fast_call(
            lib().elman_model_forward, self._handle, x.shape, output, has_shape=True
        )
        with _binding:
            if change is self._change:
                self._bound, self._fast = bound, fast

    def _call(
        self, x: FloatArray, training: bool, mask: npt.ArrayLike | None
    ) -> FloatArray:
        change = self._change
        outputs = run(self._handle, x, None, mask, training)
        if len(outputs) > 1:
            return outputs  # type: ignore[return-value]  # merge_mode=None
        if x.size:
            self._bind(x, outputs[0], change)
        return outputs[0]

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

    def set_num_threads(self, threads: int) -> None:
        """Set how many threads this model uses; 0 is elman's number again.

        Streams that are made later have the same.
        """
        check(lib().elman_model_set_num_threads(self._handle, thread_count(threads)))

    def memory(self, batch: int = 1, timesteps: int | None = None) -> int:
        """Bytes that a call works in, beside its input, its output and the weights.

        Those of the weights are told by `weight_memory`.

        The outputs of at most two layers, the gates of a block of timesteps, and
        states. The model keeps them for the next call of the shape.

        Parameters
        ----------
        batch : int
            Rows of the input.
        timesteps : int, optional
            Where the model's input shape does not say it.

        Raises
        ------
        ValueError
            If the model is not built, its input shape is not all known, or
            timesteps are given and the input has none.
        """
        shape = [batch, *self.input_shape[1:]]
        if timesteps is not None:
            if not self._has_timesteps():
                raise ValueError(
                    "The input of this model has no timesteps: leave out `timesteps`. "
                    f"Received: input_shape={self.input_shape}, timesteps={timesteps}"
                )
            shape[1] = timesteps
        if None in shape:
            raise ValueError(
                "The memory depends on the shape of the input: pass `timesteps`. "
                f"Received: input_shape={self.input_shape}, timesteps={timesteps}"
            )
        sizes = dimensions(shape)
        return self._number("memory", sizes, len(sizes))

    def weight_memory(self) -> WeightMemory:
        """Bytes that the weights take now: the values, and the same as runs read them.

        Initial values are made when they are first read, and packed by the first
        run: a model that was only built takes neither, and one whose weights are
        set before never makes them. `memory` says what calls work in beside.
        """
        values, packed = ctypes.c_size_t(), ctypes.c_size_t()
        check(
            lib().elman_model_weight_memory(
                self._handle, ctypes.byref(values), ctypes.byref(packed)
            )
        )
        return WeightMemory(values.value, packed.value)

    def _has_timesteps(self) -> bool:
        """Whether the second axis of the input is time."""
        embeds = any(isinstance(layer, Embedding) for layer in self._layers[:1])
        return embeds or len(self.input_shape) > 2

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
        for layer in _serialized_layers(config):
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

    # -- summary --------------------------------------------------------

    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Sequence[str] | None = None,
        style: str = "tf2",
    ) -> None:
        """Print the table of layers, output shapes and parameters.

        Parameters
        ----------
        line_length : int, optional
            Columns of the table.
        positions : sequence of 3 numbers, optional
            Where its columns end: fractions of the line, or columns.
        print_fn : callable, optional
            Called with each line, instead of ``print``.
        expand_nested : bool
            Accepted; a Sequential of elman holds no models.
        show_trainable : bool
            Tell which layers are trainable.
        layer_range : two str, optional
            Regular expressions for the names of the first and last layer.
        style : {"tf2", "keras3"}
            The table of TensorFlow 2.0 to 2.3, or the box of Keras 3.
        """
        table = self._summary(
            line_length,
            positions,
            expand_nested,
            show_trainable,
            layer_range,
            style,
        )
        for line in table.splitlines():
            (print_fn or print)(line)

    def _summary(
        self,
        line_length: int | None,
        positions: Sequence[float] | None,
        expand_nested: bool,
        show_trainable: bool,
        layer_range: Sequence[str] | None,
        style: str,
    ) -> str:
        if style not in _STYLES:
            raise ValueError(f"style must be 'tf2' or 'keras3'. Received: {style!r}")
        if line_length is not None and not 1 <= line_length <= 10_000:
            raise ValueError(f"line_length must be 1 to 10000. Received: {line_length}")
        ends = list(positions or [])
        first, last = self._range(layer_range)
        options = SummaryOptions(
            ctypes.sizeof(SummaryOptions),
            _STYLES[style],
            int(bool(expand_nested)),
            int(bool(show_trainable)),
            line_length or 0,
            (ctypes.c_double * len(ends))(*ends) if ends else None,
            len(ends),
            encoded(first),
            encoded(last),
        )
        return text(lib().elman_model_summary_with, self._handle, ctypes.byref(options))

    def _range(self, patterns: Sequence[str] | None) -> tuple[str | None, str | None]:
        """The names of the first and last layer that two patterns match."""
        if patterns is None:
            return None, None
        if len(patterns) != 2:
            raise ValueError(
                "layer_range must be a list or tuple of length 2. "
                f"Received: {patterns!r}"
            )
        names = [layer.name for layer in self._layers]
        matches = [
            [name for name in names if re.match(pattern, name)] for pattern in patterns
        ]
        if not all(matches):
            raise ValueError(
                "Passed layer_names do not match the layer names in the "
                f"model. Received: {patterns!r}"
            )
        return matches[0][0], matches[1][-1]

    def _repr_html_(self) -> str:
        return html_table(self)


def _require_single_output(layer: Layer) -> None:
    if layer._may_return_state and layer.return_state:
        raise ValueError(
            "All layers in a Sequential model should have a single output "
            "tensor. Call the layer on its own for its states."
        )


def _serialized_layers(config: Any) -> list[Any]:
    """The layers in what describes a Sequential."""
    inner = config
    if isinstance(config, dict) and "class_name" in config:
        if config["class_name"] != "Sequential":
            raise ValueError(
                "elman makes Sequential models. "
                f"Received: class_name={config['class_name']!r}"
            )
        inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else inner
    if not isinstance(layers, (list, tuple)) or (layers is inner and not layers):
        raise ValueError(
            "The config of a Sequential is a dict with a list of 'layers', or that "
            "list, as get_config and to_json give it. "
            f"Received: {reprlib.repr(config)}"
        )
    return list(layers)


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
