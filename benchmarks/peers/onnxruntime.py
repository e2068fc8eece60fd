"""ONNX Runtime: its run, and inputs and outputs bound beforehand."""

from __future__ import annotations

import numpy as np
import onnxruntime
from workloads import Arrays, Row

from peers import Call
from peers.onnx_model import batch_major, onnx_model, states, time_major


def _session(row: Row, a: Arrays, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        onnx_model(row, a), options, providers=["CPUExecutionProvider"]
    )


def _zero_states(row: Row) -> dict[str, np.ndarray]:
    shape = (1, row.batch, row.layers[0].units)
    return {name: np.zeros(shape, np.float32) for name in states(row)}


def run(row: Row, a: Arrays, threads: int) -> Call:
    """`session.run`."""
    session = _session(row, a, threads)
    feed = {"x": time_major(row, a), **_zero_states(row)}
    outputs = ["y", *(f"next_{name}" for name in states(row))]

    def forward() -> np.ndarray:
        y, *next_states = session.run(outputs, feed)
        feed.update(zip(states(row), next_states))
        return batch_major(row, y)

    return forward


def binding(row: Row, a: Arrays, threads: int) -> Call:
    """`session.run_with_iobinding`; a stream's states are bound to and fro."""
    session = _session(row, a, threads)
    x = time_major(row, a)
    y = np.empty_like(session.run(["y"], {"x": x, **_zero_states(row)})[0])
    sides = [_zero_states(row), _zero_states(row)]

    def bound(before: dict, after: dict):
        io = session.io_binding()
        io.bind_input("x", "cpu", 0, x.dtype, x.shape, x.ctypes.data)
        io.bind_output("y", "cpu", 0, np.float32, y.shape, y.ctypes.data)
        for name in states(row):
            now, then = before[name], after[name]
            io.bind_input(name, "cpu", 0, np.float32, now.shape, now.ctypes.data)
            io.bind_output(
                f"next_{name}", "cpu", 0, np.float32, then.shape, then.ctypes.data
            )
        return io

    forth, back = bound(*sides), bound(*reversed(sides))

    def forward(_keep: tuple = (x, sides)) -> np.ndarray:
        nonlocal forth, back
        session.run_with_iobinding(forth)
        if row.stream:
            forth, back = back, forth
        return batch_major(row, y)

    return forward
