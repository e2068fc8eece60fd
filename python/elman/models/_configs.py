"""The configs of models."""

from __future__ import annotations

import ctypes
import json
import reprlib
from typing import Any

from .._library import check, encoded, lib
from ..layers._json import jsonable


def created(config: Any) -> int:
    """The handle of the model that the library makes of a config."""
    handle = ctypes.c_uint64()
    text = encoded(json.dumps(config, default=jsonable))
    check(lib().elman_model_create_from_config(text, ctypes.byref(handle)))
    return handle.value


def is_of_graph(config: Any) -> bool:
    """Whether a config is that of a model of tensors, rather than of a Sequential."""
    if not isinstance(config, dict):
        return False
    return (
        config.get("class_name") in ("Functional", "Model") or "input_layers" in config
    )


def serialized_layers(config: Any) -> list[Any]:
    """The layers in what describes a Sequential."""
    inner = config
    if isinstance(config, dict) and "class_name" in config:
        if config["class_name"] != "Sequential":
            raise ValueError(
                "The config of a Sequential is expected. "
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
