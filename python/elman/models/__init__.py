"""Models."""

from .sequential import Sequential, model_from_json

__all__ = ["Sequential", "model_from_json"]
