"""Letting a notebook's ``import tensorflow.keras`` mean elman."""

from __future__ import annotations

import sys

from ._keras import modules_of_keras
from ._stand_in import Finder, StandIn
from ._tensor import return_tensors
from ._tensorflow import modules_of_tensorflow

__all__ = ["keras_alias"]

_ROOTS = ("keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras")


def keras_alias() -> None:
    """Make ``tensorflow.keras``, ``keras`` and ``tf_keras`` name elman.

    Afterwards ``from tensorflow.keras.layers import SimpleRNN`` imports elman's,
    and so does ``from keras.layers.recurrent import SimpleRNN``, as Keras 1 and 2
    had it. Of ``tensorflow`` itself there is what programs begin with: a version,
    the seed, the list of devices. What layers and models return has ``.numpy()``.
    Calling it again does nothing.

    Raises
    ------
    ImportError
        If the real TensorFlow or Keras is imported already: models of both
        would mix.
    """
    if isinstance(sys.modules.get("tensorflow"), StandIn):
        return
    real = [n for n in ("tensorflow", "keras", "tf_keras") if n in sys.modules]
    if real:
        raise ImportError(
            f"{real[0]} is already imported; call elman.keras_alias() (or "
            "%load_ext elman) before it, in a fresh session."
        )
    keras = modules_of_keras()
    sys.modules.update(modules_of_tensorflow(keras["keras"]))
    for root in _ROOTS:
        sys.modules.update((root + name[len("keras") :], keras[name]) for name in keras)
    sys.meta_path.insert(0, Finder())
    return_tensors()
