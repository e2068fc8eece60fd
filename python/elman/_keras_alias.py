"""Letting a notebook's ``import tensorflow.keras`` mean elman."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_PARTS = (
    "activations",
    "backend",
    "constraints",
    "initializers",
    "layers",
    "models",
    "regularizers",
    "utils",
)
_ROOTS = ("tensorflow.keras", "keras", "tf_keras")


class _Refuser(MetaPathFinder):
    """Says of a module of Keras that elman has not got it."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Refuse what stands under an alias and is not in ``sys.modules``."""
        if fullname.split(".")[0] in ("tensorflow", "keras", "tf_keras"):
            raise ModuleNotFoundError(
                f"No module named {fullname!r}: elman stands in for Keras here "
                f"(elman.keras_alias()), and has only {', '.join(_PARTS)}.",
                name=fullname,
            )
        return None


def keras_alias() -> None:
    """Make ``tensorflow.keras``, ``keras`` and ``tf_keras`` name elman.

    Afterwards ``from tensorflow.keras.layers import SimpleRNN`` imports
    elman's. Calling it again does nothing.

    Raises
    ------
    ImportError
        If the real TensorFlow or Keras is imported already: models of both
        would mix.
    """
    import elman

    tensorflow = sys.modules.get("tensorflow")
    if getattr(tensorflow, "__elman__", False):
        return
    real = [n for n in ("tensorflow", "keras", "tf_keras") if n in sys.modules]
    if real:
        raise ImportError(
            f"{real[0]} is already imported; call elman.keras_alias() (or "
            "%load_ext elman) before it, in a fresh session."
        )
    tensorflow = ModuleType(
        "tensorflow", "elman in the place of TensorFlow: only tensorflow.keras."
    )
    tensorflow.__elman__ = True  # type: ignore[attr-defined]
    tensorflow.__path__ = []
    tensorflow.keras = elman  # type: ignore[attr-defined]
    sys.modules["tensorflow"] = tensorflow
    for root in _ROOTS:
        sys.modules[root] = elman
        for part in _PARTS:
            sys.modules[f"{root}.{part}"] = getattr(elman, part)
    sys.meta_path.insert(0, _Refuser())
