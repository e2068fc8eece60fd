"""The layers, one module each."""

from __future__ import annotations

from typing import Any

from .._library import lib, text
from ._layer import Layer, serialize
from .activation import Activation
from .bidirectional import Bidirectional
from .cells import GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from .dense import Dense
from .dropout import Dropout
from .flatten import Flatten
from .gru import GRU
from .input_layer import Input, InputLayer
from .lstm import LSTM
from .rnn import RNN
from .simple_rnn import SimpleRNN

__all__ = [
    "Activation",
    "Bidirectional",
    "Dense",
    "Dropout",
    "Flatten",
    "GRU",
    "GRUCell",
    "Input",
    "InputLayer",
    "LSTM",
    "LSTMCell",
    "Layer",
    "RNN",
    "SimpleRNN",
    "SimpleRNNCell",
    "StackedRNNCells",
    "deserialize",
    "serialize",
]


def _class(name: str) -> type[Layer]:
    found = globals().get(name)
    if isinstance(found, type) and issubclass(found, Layer):
        return found
    raise ValueError(
        f"Unknown layer: {name!r}. elman has "
        + ", ".join(n for n in __all__ if n[0].isupper())
        + "."
    )


def deserialize(config: dict[str, Any]) -> Layer:
    """A layer from what ``serialize`` gives, or from Keras's own config."""
    if not isinstance(config, dict) or "class_name" not in config:
        raise ValueError(
            "A layer's config is a dict with 'class_name' and 'config'. "
            f"Received: {config!r}"
        )
    return _class(config["class_name"]).from_config(config.get("config", {}))


def deserialize_handle(handle: int) -> Layer:
    """The Python side of a layer that the library handed out."""
    return _class(text(lib().elman_layer_class_name, handle))._wrap(handle)
