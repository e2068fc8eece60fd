"""The libraries that are measured, a module each.

A module's function takes a row, its arrays and the number of threads, and returns
a call of no arguments that gives the output; a stream's call does one step.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np
from workloads import Arrays, Row

Call = Callable[[], np.ndarray]

# The name in the tables, and its module and function.
PEERS = {
    "elman": "elman.call",
    "torch": "torch.call",
    "onnxruntime": "onnxruntime.run",
    "onnxruntime_binding": "onnxruntime.binding",
    "openvino": "openvino.call",
    "litert": "litert.call",
    "tensorflow": "tensorflow.function",
    "tensorflow_xla": "tensorflow.xla",
    "jax": "jax.call",
    "onednn": "onednn.call",
}


class Unsupported(Exception):
    """The peer has no such model."""


def prepare(peer: str, row: Row, a: Arrays, threads: int) -> Call:
    """The peer's call for a row."""
    module, function = PEERS[peer].split(".")
    return getattr(import_module(f"peers.{module}"), function)(row, a, threads)
