"""The rows of the benchmark, their weights, and what the result must be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}


@dataclass(frozen=True)
class Row:
    """One recurrent layer with return_sequences."""

    kind: str
    batch: int
    timesteps: int
    features: int
    units: int

    def __str__(self) -> str:
        sizes = (self.batch, self.timesteps, self.features, self.units)
        return f"{self.kind} {sizes}"


SIZES = [
    (1, 10, 4, 8),
    (1, 100, 64, 64),
    (1, 100, 128, 128),
    (1, 100, 256, 256),
    (1, 100, 512, 512),
    (8, 100, 128, 128),
    (32, 100, 128, 128),
    (32, 100, 512, 512),
    (64, 100, 1024, 1024),
    (256, 20, 64, 64),
]
ROWS = [Row(kind, *sizes) for kind in GATES for sizes in SIZES]


@dataclass(frozen=True)
class Arrays:
    """Inputs and weights of a row, in Keras's layout."""

    x: np.ndarray
    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    # (2, 3 * units) for a GRU: its input's and its recurrent part's.
    bias: np.ndarray


def arrays(row: Row) -> Arrays:
    """The same arrays in every process."""
    rng = np.random.default_rng(0)
    columns = GATES[row.kind] * row.units

    def values(*shape: int, scale: float = 1.0) -> np.ndarray:
        return (scale * rng.standard_normal(shape)).astype(np.float32)

    return Arrays(
        values(row.batch, row.timesteps, row.features),
        values(row.features, columns, scale=row.features**-0.5),
        values(row.units, columns, scale=row.units**-0.5),
        values(*([2] if row.kind == "GRU" else []), columns, scale=0.1),
    )


def reorder(array: np.ndarray, gates: list[int]) -> np.ndarray:
    """The gates of the last axis in another order."""
    parts = np.split(array, len(gates), axis=-1)
    return np.concatenate([parts[gate] for gate in gates], axis=-1)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def reference(row: Row, a: Arrays) -> np.ndarray:
    """Every hidden state, in float64."""
    x, kernel, recurrent, bias = (
        v.astype(np.float64) for v in (a.x, a.kernel, a.recurrent_kernel, a.bias)
    )
    h = np.zeros((x.shape[0], row.units))
    c = h
    states = []
    for t in range(x.shape[1]):
        if row.kind == "GRU":
            z, r, n = np.split(x[:, t] @ kernel + bias[0], 3, axis=-1)
            hz, hr, hn = np.split(h @ recurrent + bias[1], 3, axis=-1)
            update = _sigmoid(z + hz)
            h = update * h + (1 - update) * np.tanh(n + _sigmoid(r + hr) * hn)
        elif row.kind == "LSTM":
            gates = x[:, t] @ kernel + h @ recurrent + bias
            i, f, g, o = np.split(gates, 4, axis=-1)
            c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
            h = _sigmoid(o) * np.tanh(c)
        else:
            h = np.tanh(x[:, t] @ kernel + h @ recurrent + bias)
        states.append(h)
    return np.stack(states, axis=1)
