"""Models."""

from ._clone import clone_model
from ._files import load_model
from .model import Model, model_from_json
from .sequential import Sequential
from .stream import Stream

# Keras's other name of a model of tensors.
Functional = Model

__all__ = [
    "Functional",
    "Model",
    "Sequential",
    "Stream",
    "clone_model",
    "load_model",
    "model_from_json",
]
