"""The rows of the benchmark, their arrays, and what the result must be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}
# Steps of a stream that are compared with the reference.
STREAM_STEPS = 16


@dataclass(frozen=True)
class Layer:
    """One recurrent layer; `bidirectional` ones put their directions side by side."""

    kind: str
    units: int
    bidirectional: bool = False
    return_sequences: bool = True


@dataclass(frozen=True)
class Row:
    """A model and the shape of its input."""

    name: str
    batch: int
    timesteps: int
    features: int
    layers: tuple[Layer, ...]
    # An Embedding of so many ids, of `features` each, in front.
    vocabulary: int = 0
    # A Dense layer of so many sigmoids behind.
    classes: int = 0
    # A call is one timestep; the states stay from call to call.
    stream: bool = False

    @property
    def input_sizes(self) -> list[int]:
        """The features that each recurrent layer reads."""
        outputs = [layer.units * (1 + layer.bidirectional) for layer in self.layers]
        return [self.features, *outputs[:-1]]


def _layer_row(kind: str, sizes: tuple[int, int, int, int]) -> Row:
    batch, timesteps, features, units = sizes
    layers = (Layer(kind, units),)
    return Row(f"{kind} {sizes}", batch, timesteps, features, layers)


def _stream_row(kind: str, units: int) -> Row:
    name = f"{kind} stream, {units} units"
    layers = (Layer(kind, units),)
    return Row(name, 1, STREAM_STEPS, units, layers, stream=True)


def _deep(batch: int) -> Row:
    name = f"notes' deep model, batch {batch}"
    return Row(name, batch, 20, 4, (Layer("SimpleRNN", 8),) * 2)


def _bidirectional(batch: int) -> Row:
    name = f"notes' four Bidirectional, batch {batch}"
    return Row(name, batch, 10, 4, (Layer("SimpleRNN", 8, bidirectional=True),) * 4)


def _classifier(batch: int) -> Row:
    name = f"text classifier, batch {batch}"
    layers = (Layer("LSTM", 128), Layer("LSTM", 128, return_sequences=False))
    return Row(name, batch, 100, 128, layers, vocabulary=10_000, classes=1)


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
ROWS = [
    *(_layer_row(kind, sizes) for kind in GATES for sizes in SIZES),
    *(
        make(batch)
        for make in (_deep, _bidirectional, _classifier)
        for batch in (1, 32)
    ),
    *(_stream_row(kind, units) for kind in GATES for units in (8, 64, 256)),
]


@dataclass(frozen=True)
class Weights:
    """One direction of a layer, in Keras's layout."""

    kernel: np.ndarray
    recurrent: np.ndarray
    # (2, 3 * units) for a GRU: its input's and its recurrent part's.
    bias: np.ndarray

    def __iter__(self):
        return iter((self.kernel, self.recurrent, self.bias))


@dataclass(frozen=True)
class Arrays:
    """The input and the weights of a row."""

    # (batch, timesteps, features), or ids of (batch, timesteps); a stream reads
    # (batch, features) again and again.
    x: np.ndarray
    layers: list[list[Weights]]
    embedding: np.ndarray | None
    dense: tuple[np.ndarray, np.ndarray] | None

    @property
    def flat(self) -> list[np.ndarray]:
        """Every weight, in the order of Keras's `set_weights`."""
        recurrent = [v for layer in self.layers for weights in layer for v in weights]
        first = [] if self.embedding is None else [self.embedding]
        return [*first, *recurrent, *(self.dense or ())]


def arrays(row: Row) -> Arrays:
    """The same arrays in every process."""
    rng = np.random.default_rng(0)

    def values(*shape: int, scale: float = 1.0) -> np.ndarray:
        return (scale * rng.standard_normal(shape)).astype(np.float32)

    def weights(layer: Layer, inputs: int) -> Weights:
        columns = GATES[layer.kind] * layer.units
        return Weights(
            values(inputs, columns, scale=inputs**-0.5),
            values(layer.units, columns, scale=layer.units**-0.5),
            values(*([2] if layer.kind == "GRU" else []), columns, scale=0.1),
        )

    layers = [
        [weights(layer, inputs) for _ in range(1 + layer.bidirectional)]
        for layer, inputs in zip(row.layers, row.input_sizes)
    ]
    embedding = values(row.vocabulary, row.features) if row.vocabulary else None
    units = row.layers[-1].units
    dense = (
        (values(units, row.classes, scale=units**-0.5), values(row.classes))
        if row.classes
        else None
    )
    if row.vocabulary:
        x = rng.integers(0, row.vocabulary, (row.batch, row.timesteps), np.int32)
    elif row.stream:
        x = values(row.batch, row.features)
    else:
        x = values(row.batch, row.timesteps, row.features)
    return Arrays(x, layers, embedding, dense)


def reorder(array: np.ndarray, gates: list[int]) -> np.ndarray:
    """The gates of the last axis in another order."""
    parts = np.split(array, len(gates), axis=-1)
    return np.concatenate([parts[gate] for gate in gates], axis=-1)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _states(kind: str, x: np.ndarray, weights: Weights) -> np.ndarray:
    """Every hidden state of one direction, in float64."""
    kernel, recurrent, bias = (v.astype(np.float64) for v in weights)
    h = np.zeros((x.shape[0], recurrent.shape[0]))
    c = h
    states = []
    for t in range(x.shape[1]):
        if kind == "GRU":
            z, r, n = np.split(x[:, t] @ kernel + bias[0], 3, axis=-1)
            hz, hr, hn = np.split(h @ recurrent + bias[1], 3, axis=-1)
            update = _sigmoid(z + hz)
            h = update * h + (1 - update) * np.tanh(n + _sigmoid(r + hr) * hn)
        elif kind == "LSTM":
            gates = x[:, t] @ kernel + h @ recurrent + bias
            i, f, g, o = np.split(gates, 4, axis=-1)
            c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
            h = _sigmoid(o) * np.tanh(c)
        else:
            h = np.tanh(x[:, t] @ kernel + h @ recurrent + bias)
        states.append(h)
    return np.stack(states, axis=1)


def reference(row: Row, a: Arrays) -> np.ndarray:
    """What a call returns, in float64; of a stream, its first steps side by side."""
    x = a.x.astype(np.float64) if a.embedding is None else a.embedding[a.x]
    if row.stream:
        x = np.repeat(x[:, None], row.timesteps, axis=1)
    for layer, weights in zip(row.layers, a.layers):
        forward = _states(layer.kind, x, weights[0])
        if layer.bidirectional:
            backward = _states(layer.kind, x[:, ::-1], weights[1])[:, ::-1]
            x = np.concatenate([forward, backward], axis=-1)
        else:
            x = forward if layer.return_sequences else forward[:, -1]
    if a.dense is not None:
        x = _sigmoid(x @ a.dense[0] + a.dense[1])
    return x
