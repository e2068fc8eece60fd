"""Models."""

from ._clone import clone_model
from .sequential import Sequential, model_from_json
from .stream import Stream

__all__ = ["Sequential", "Stream", "clone_model", "model_from_json"]
