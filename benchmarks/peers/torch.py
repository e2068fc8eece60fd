"""PyTorch: nn.RNN, nn.LSTM and nn.GRU in inference mode; their cells for streams."""

from __future__ import annotations

import numpy as np
import torch
from workloads import Arrays, Layer, Row, Weights, reorder

from peers import Call

LAYERS = {"SimpleRNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}
CELLS = {
    "SimpleRNN": torch.nn.RNNCell,
    "LSTM": torch.nn.LSTMCell,
    "GRU": torch.nn.GRUCell,
}
GATE_ORDER = {"SimpleRNN": [0], "LSTM": [0, 1, 2, 3], "GRU": [1, 0, 2]}


def _set(module: torch.nn.Module, kind: str, weights: Weights, suffix: str) -> None:
    kernel, recurrent, bias = weights
    biases = bias if kind == "GRU" else [bias, np.zeros_like(bias)]
    names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
    with torch.no_grad():
        for name, value in zip(names, [kernel, recurrent, *biases]):
            ordered = np.ascontiguousarray(reorder(value, GATE_ORDER[kind]).T)
            getattr(module, name + suffix).copy_(torch.from_numpy(ordered))


def _layer(spec: Layer, inputs: int, weights: list[Weights]) -> torch.nn.Module:
    layer = LAYERS[spec.kind](
        inputs, spec.units, batch_first=True, bidirectional=spec.bidirectional
    )
    for direction, values in zip(("_l0", "_l0_reverse"), weights):
        _set(layer, spec.kind, values, direction)
    return layer


def _stream(row: Row, a: Arrays) -> Call:
    kind, units = row.layers[0].kind, row.layers[0].units
    cell = CELLS[kind](row.features, units)
    _set(cell, kind, a.layers[0][0], "")
    x = torch.from_numpy(a.x)
    zeros = torch.zeros(row.batch, units)
    state = (zeros, zeros) if kind == "LSTM" else zeros

    def step() -> np.ndarray:
        nonlocal state
        with torch.inference_mode():
            state = cell(x, state)
        return (state[0] if kind == "LSTM" else state).numpy()

    return step


def call(row: Row, a: Arrays, threads: int) -> Call:
    """A call of the layers one after the other."""
    torch.set_num_threads(threads)
    if row.stream:
        return _stream(row, a)
    layers = [
        _layer(spec, inputs, weights)
        for spec, inputs, weights in zip(row.layers, row.input_sizes, a.layers)
    ]
    x = torch.from_numpy(a.x)
    embedding = None if a.embedding is None else torch.from_numpy(a.embedding)
    dense = a.dense and [torch.from_numpy(np.ascontiguousarray(v.T)) for v in a.dense]

    def forward() -> np.ndarray:
        with torch.inference_mode():
            y = x if embedding is None else torch.nn.functional.embedding(x, embedding)
            for spec, layer in zip(row.layers, layers):
                y = layer(y)[0]
                y = y if spec.return_sequences else y[:, -1]
            if dense:
                y = torch.sigmoid(torch.nn.functional.linear(y, *dense))
            return y.numpy()

    return forward
