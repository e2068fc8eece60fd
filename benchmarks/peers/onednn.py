"""oneDNN's recurrent primitives, called from C (c/onednn.c); single layers only."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
from workloads import GATES, Arrays, Row

from peers import Call, Unsupported

LIBRARY = Path(__file__).resolve().parents[2] / ".build" / "libonednn_peer.so"


def call(row: Row, a: Arrays, threads: int) -> Call:
    """`onednn_run`. Its number of threads is OMP_NUM_THREADS."""
    if len(row.layers) > 1 or row.vocabulary or row.classes:
        raise Unsupported
    library = ctypes.CDLL(str(LIBRARY))
    library.onednn_create.restype = ctypes.c_void_p
    library.onednn_output.restype = ctypes.c_void_p
    layer = row.layers[0]
    kernel, recurrent, bias = a.layers[0][0]
    if layer.kind == "GRU":
        z, r, h = np.split(bias, 3, axis=-1)
        bias = np.stack([z.sum(0), r.sum(0), h[0], h[1]])
    timesteps = 1 if row.stream else row.timesteps
    x = a.x if row.stream else np.swapaxes(a.x, 0, 1)
    arrays = [np.ascontiguousarray(v) for v in (x, kernel, recurrent, bias)]
    handle = ctypes.c_void_p(
        library.onednn_create(
            *(GATES[layer.kind], row.batch, timesteps, row.features, layer.units),
            int(row.stream),
            *(ctypes.c_void_p(v.ctypes.data) for v in arrays),
        )
    )
    size = timesteps * row.batch * layer.units
    output = (ctypes.c_float * size).from_address(library.onednn_output(handle))
    y = np.frombuffer(output, np.float32).reshape(timesteps, row.batch, layer.units)
    y = y[0] if row.stream else np.swapaxes(y, 0, 1)
    run = library.onednn_run

    def forward() -> np.ndarray:
        run(handle)
        return y

    return forward
