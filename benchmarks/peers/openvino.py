"""OpenVINO's CPU plugin in float32: one infer request, its input set beforehand."""

from __future__ import annotations

import numpy as np
import openvino
from workloads import Arrays, Row

from peers import Call
from peers.onnx_model import batch_major, onnx_model, states, time_major


def call(row: Row, a: Arrays, threads: int) -> Call:
    """`request.infer()`."""
    core = openvino.Core()
    options = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
    }
    model = core.compile_model(core.read_model(onnx_model(row, a)), "CPU", options)
    request = model.create_infer_request()
    x = time_major(row, a)
    request.set_tensor("x", openvino.Tensor(x, shared_memory=True))
    for name in states(row):
        request.get_tensor(name).data[:] = 0

    def forward(_keep: np.ndarray = x) -> np.ndarray:
        request.infer()
        for name in states(row):
            request.get_tensor(name).data[:] = request.get_tensor(f"next_{name}").data
        return batch_major(row, request.get_tensor("y").data)

    return forward
