"""Models of any kind from configs, by their handles."""

import ctypes
import json

from elman._handle import Handle
from elman._library import check, encoded, lib


class ReadModel(Handle):
    """A model that the library read of a config."""

    _kind = "model"

    def __init__(self, config):
        handle = ctypes.c_uint64()
        given = encoded(json.dumps(config))
        check(lib().elman_model_create_from_config(given, ctypes.byref(handle)))
        self._own(handle.value)


def functional(layers, inputs, outputs, name="model"):
    """The config of a model: (class name, config, what it reads at each call)."""
    entries = [
        {
            "class_name": class_name,
            "name": config["name"],
            "config": config,
            "inbound_nodes": [[[one, 0, 0, {}] for one in call] for call in calls],
        }
        for class_name, config, *calls in layers
    ]
    return {
        "class_name": "Functional",
        "config": {
            "name": name,
            "layers": entries,
            "input_layers": [[one, 0, 0] for one in inputs],
            "output_layers": [[one, 0, 0] for one in outputs],
        },
        "keras_version": "2.15.0",
    }


def source(name, *shape):
    """An InputLayer for `functional`."""
    return "InputLayer", {"name": name, "batch_input_shape": [None, *shape]}
