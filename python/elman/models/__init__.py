"""Models."""

from .sequential import Sequential, model_from_json
from .stream import Stream

__all__ = ["Sequential", "Stream", "model_from_json"]
