"""The modules of Keras, where it has them today and where it had them."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from ._stand_in import VERSION, StandIn, linked

# The modules of Keras that are elman's own.
_PARTS = (
    "activations",
    "backend",
    "constraints",
    "initializers",
    "layers",
    "models",
    "regularizers",
    "saving",
    "utils",
)
# The modules of Keras 1 and 2 whose names are in others today.
_OLD_PARTS = {
    ("layers",): (
        "layers.advanced_activations",
        "layers.convolutional",
        "layers.convolutional_recurrent",
        "layers.core",
        "layers.cudnn_recurrent",
        "layers.embeddings",
        "layers.merge",
        "layers.noise",
        "layers.normalization",
        "layers.pooling",
        "layers.recurrent",
        "layers.wrappers",
    ),
    ("layers", "models"): (
        "engine",
        "engine.base_layer",
        "engine.functional",
        "engine.input_layer",
        "engine.network",
        "engine.sequential",
        "engine.topology",
        "engine.training",
    ),
    ("utils",): (
        "utils.data_utils",
        "utils.generic_utils",
        "utils.layer_utils",
        "utils.np_utils",
        "utils.vis_utils",
    ),
    ("backend",): ("backend.tensorflow_backend",),
    ("initializers",): ("initializations",),
}


def modules_of_keras() -> dict[str, ModuleType]:
    """The modules by their full names; they say of themselves that they are Keras's."""
    import elman

    modules: dict[str, ModuleType] = {
        "keras": StandIn("keras", {**_names([elman]), "__version__": VERSION})
    }
    modules.update((f"keras.{part}", getattr(elman, part)) for part in _PARTS)
    for parts, old_parts in _OLD_PARTS.items():
        names = _names(getattr(elman, part) for part in parts)
        for name in old_parts:
            modules[f"keras.{name}"] = StandIn(f"keras.{name}", names)
    return linked(modules)


def _names(modules: Iterable[ModuleType]) -> dict[str, Any]:
    """What modules have for others."""
    return {
        name: getattr(module, name)
        for module in modules
        for name in getattr(module, "__all__", vars(module))
        if not name.startswith("_")
    }
