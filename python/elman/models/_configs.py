"""The configs of models."""

from __future__ import annotations

import reprlib
from typing import Any


def serialized_layers(config: Any) -> list[Any]:
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
