"""elman: recurrent neural networks as Keras runs them, from one small library.

>>> import numpy as np, elman
>>> model = elman.Sequential([elman.layers.SimpleRNN(3, input_shape=(2, 10))])
>>> model(np.zeros((8, 2, 10))).shape
(8, 3)
"""

from __future__ import annotations

from typing import Any

from . import (
    activations,
    backend,
    constraints,
    initializers,
    layers,
    models,
    regularizers,
    saving,
    utils,
)
from ._keras_alias import keras_alias
from ._library import check, lib, thread_count
from ._tensor import KerasTensor
from ._variable import Variable
from ._version import __version__
from .hidden_states import hidden_states
from .layers import Input
from .models import Model, Sequential

__all__ = [
    "Input",
    "KerasTensor",
    "Model",
    "Sequential",
    "Variable",
    "__version__",
    "activations",
    "backend",
    "constraints",
    "get_num_threads",
    "hidden_states",
    "initializers",
    "keras_alias",
    "kernels",
    "layers",
    "models",
    "regularizers",
    "saving",
    "set_num_threads",
    "utils",
]


def set_num_threads(threads: int) -> None:
    """Set how many threads elman uses; 0 is the default again.

    Raises
    ------
    ValueError
        If ``threads`` is negative or absurd.
    """
    check(lib().elman_set_num_threads(thread_count(threads)))


def get_num_threads() -> int:
    """The number of threads in use."""
    return int(lib().elman_get_num_threads())


def kernels() -> str:
    """The kernels in use: "baseline", "avx2" or "avx512"."""
    return str(lib().elman_kernels().decode())


def load_ipython_extension(ipython: Any) -> None:
    """What ``%load_ext elman`` does: see ``keras_alias``."""
    keras_alias()
