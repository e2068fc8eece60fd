"""A row as an ONNX model, for ONNX Runtime and OpenVINO.

Time comes first, as both want it: x is (timesteps, batch, features), or ids of
(timesteps, batch); y likewise. A stream's model takes the states h (and c) too
and returns the next.
"""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from workloads import Arrays, Layer, Row, Weights, reorder

GATE_ORDER = {"SimpleRNN": [0], "LSTM": [0, 3, 1, 2], "GRU": [0, 1, 2]}


def states(row: Row) -> list[str]:
    """The names of a stream's states."""
    if not row.stream:
        return []
    return ["h", "c"] if row.layers[0].kind == "LSTM" else ["h"]


def time_major(row: Row, a: Arrays) -> np.ndarray:
    """The input as the model reads it."""
    if row.stream:
        return a.x[None]
    x = np.ascontiguousarray(np.swapaxes(a.x, 0, 1))
    return x.astype(np.int64) if row.vocabulary else x


def batch_major(row: Row, y: np.ndarray) -> np.ndarray:
    """The model's output as elman's."""
    if row.stream:
        return y.reshape(row.batch, -1)
    return np.swapaxes(y, 0, 1) if row.layers[-1].return_sequences else y


class _Graph:
    """Nodes and constants, each under a name of its own."""

    def __init__(self) -> None:
        self.nodes: list = []
        self.constants: list = []

    def constant(self, value: np.ndarray) -> str:
        name = f"constant_{len(self.constants)}"
        array = np.ascontiguousarray(value)
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def add(self, kind: str, inputs: list[str], output: str = "", **options) -> str:
        output = output or f"value_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **options))
        return output

    def recurrent(
        self, spec: Layer, weights: list[Weights], x: str, stream: list[str]
    ) -> str:
        """The layer's output, of the node whose weights have a direction first."""
        order = GATE_ORDER[spec.kind]

        def biases(values: Weights) -> list[np.ndarray]:
            if spec.kind == "GRU":
                return list(values.bias)
            return [values.bias, np.zeros_like(values.bias)]

        constants = [
            self.constant(np.stack(stacked))
            for stacked in (
                [reorder(w.kernel, order).T for w in weights],
                [reorder(w.recurrent, order).T for w in weights],
                [
                    np.concatenate([reorder(b, order) for b in biases(w)])
                    for w in weights
                ],
            )
        ]
        options = {"hidden_size": spec.units}
        if spec.kind == "GRU":
            options["linear_before_reset"] = 1
        if spec.bidirectional:
            options["direction"] = "bidirectional"
        index = len(self.nodes)
        inputs = [x, *constants, *(["", *stream] if stream else [])]
        last = [f"next_{name}" for name in stream] or [f"last_{index}"]
        outputs = [f"sequence_{index}", *last]
        kind = "RNN" if spec.kind == "SimpleRNN" else spec.kind
        self.nodes.append(helper.make_node(kind, inputs, outputs, **options))
        if not spec.return_sequences:
            return self.add("Squeeze", [last[0], self.constant(np.array([0]))])
        if spec.bidirectional:
            y = self.add("Transpose", [outputs[0]], perm=[0, 2, 1, 3])
            return self.add("Reshape", [y, self.constant(np.array([0, 0, -1]))])
        return self.add("Squeeze", [outputs[0], self.constant(np.array([1]))])


def onnx_model(row: Row, a: Arrays) -> bytes:
    """The model, serialized."""
    graph = _Graph()
    y = "x"
    if a.embedding is not None:
        y = graph.add("Gather", [graph.constant(a.embedding), "x"])
    for spec, weights in zip(row.layers, a.layers):
        y = graph.recurrent(spec, weights, y, states(row))
    if a.dense is not None:
        y = graph.add("Gemm", [y, *map(graph.constant, a.dense)])
        y = graph.add("Sigmoid", [y])
    graph.add("Identity", [y], output="y")
    floats, x = TensorProto.FLOAT, time_major(row, a)
    kind = TensorProto.INT64 if row.vocabulary else floats
    shape = [1, row.batch, row.layers[0].units]
    made = helper.make_graph(
        graph.nodes,
        "row",
        [
            helper.make_tensor_value_info("x", kind, x.shape),
            *(helper.make_tensor_value_info(s, floats, shape) for s in states(row)),
        ],
        [
            helper.make_tensor_value_info("y", floats, None),
            *(
                helper.make_tensor_value_info(f"next_{s}", floats, shape)
                for s in states(row)
            ),
        ],
        graph.constants,
    )
    opset = [helper.make_opsetid("", 14)]
    return helper.make_model(
        made, opset_imports=opset, ir_version=8
    ).SerializeToString()
