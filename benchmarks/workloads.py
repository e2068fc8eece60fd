"""The rows of the benchmark, their weights, and what the result must be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Row:
    """One SimpleRNN layer with return_sequences."""

    batch: int
    timesteps: int
    features: int
    units: int

    def __str__(self) -> str:
        return f"({self.batch}, {self.timesteps}, {self.features}, {self.units})"


ROWS = [
    Row(1, 10, 4, 8),
    Row(1, 100, 64, 64),
    Row(1, 100, 128, 128),
    Row(1, 100, 256, 256),
    Row(32, 100, 128, 128),
    Row(32, 100, 512, 512),
    Row(64, 100, 1024, 1024),
]


@dataclass(frozen=True)
class Arrays:
    """Inputs and weights of a row, in Keras's layout."""

    x: np.ndarray
    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray


def arrays(row: Row) -> Arrays:
    """The same arrays in every process."""
    rng = np.random.default_rng(0)

    def values(*shape: int, scale: float = 1.0) -> np.ndarray:
        return (scale * rng.standard_normal(shape)).astype(np.float32)

    return Arrays(
        values(row.batch, row.timesteps, row.features),
        values(row.features, row.units, scale=row.features**-0.5),
        values(row.units, row.units, scale=row.units**-0.5),
        values(row.units, scale=0.1),
    )


def reference(a: Arrays) -> np.ndarray:
    """Every hidden state, in float64."""
    x, kernel, recurrent, bias = (
        v.astype(np.float64) for v in (a.x, a.kernel, a.recurrent_kernel, a.bias)
    )
    h = np.zeros((x.shape[0], kernel.shape[1]))
    states = []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ kernel + h @ recurrent + bias)
        states.append(h)
    return np.stack(states, axis=1)
