"""How each peer runs a row: a function of no arguments that returns the output."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from workloads import Arrays, Row

Call = Callable[[], np.ndarray]


def elman(row: Row, a: Arrays, threads: int) -> Call:
    """elman, through Python."""
    import elman

    elman.set_num_threads(threads)
    layer = elman.layers.SimpleRNN(
        row.units, return_sequences=True, input_shape=a.x.shape[1:]
    )
    model = elman.Sequential([layer])
    model.set_weights([a.kernel, a.recurrent_kernel, a.bias])
    return lambda: model(a.x)


def torch(row: Row, a: Arrays, threads: int) -> Call:
    """PyTorch's nn.RNN in inference mode."""
    import torch

    torch.set_num_threads(threads)
    layer = torch.nn.RNN(row.features, row.units, batch_first=True)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.from_numpy(a.kernel.T.copy()))
        layer.weight_hh_l0.copy_(torch.from_numpy(a.recurrent_kernel.T.copy()))
        layer.bias_ih_l0.copy_(torch.from_numpy(a.bias))
        layer.bias_hh_l0.zero_()
    x = torch.from_numpy(a.x)

    def call() -> np.ndarray:
        with torch.inference_mode():
            return layer(x)[0].numpy()

    return call


def _onnx_model(row: Row, a: Arrays) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    weights = {
        "W": a.kernel.T[None],
        "R": a.recurrent_kernel.T[None],
        "B": np.concatenate([a.bias, np.zeros_like(a.bias)])[None],
    }
    node = helper.make_node("RNN", ["x", "W", "R", "B"], ["y"], hidden_size=row.units)
    shape = [row.timesteps, row.batch, row.features]
    graph = helper.make_graph(
        [node],
        "rnn",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(np.ascontiguousarray(v), k)
            for k, v in weights.items()
        ],
    )
    opset = [helper.make_opsetid("", 14)]
    return helper.make_model(
        graph, opset_imports=opset, ir_version=8
    ).SerializeToString()


def _onnx_session(row: Row, a: Arrays, threads: int):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        _onnx_model(row, a), options, providers=["CPUExecutionProvider"]
    )


def onnxruntime(row: Row, a: Arrays, threads: int) -> Call:
    """ONNX Runtime's run. Its time-major layout is handed to it as it wants it."""
    session = _onnx_session(row, a, threads)
    feed = {"x": np.ascontiguousarray(a.x.transpose(1, 0, 2))}
    return lambda: session.run(None, feed)[0][:, 0].transpose(1, 0, 2)


def onnxruntime_binding(row: Row, a: Arrays, threads: int) -> Call:
    """ONNX Runtime with input and output bound beforehand."""
    session = _onnx_session(row, a, threads)
    x = np.ascontiguousarray(a.x.transpose(1, 0, 2))
    y = np.empty((row.timesteps, 1, row.batch, row.units), np.float32)
    binding = session.io_binding()
    binding.bind_input("x", "cpu", 0, np.float32, x.shape, x.ctypes.data)
    binding.bind_output("y", "cpu", 0, np.float32, y.shape, y.ctypes.data)

    def call(_keep: np.ndarray = x) -> np.ndarray:
        session.run_with_iobinding(binding)
        return y[:, 0].transpose(1, 0, 2)

    return call


def jax(row: Row, a: Arrays, threads: int) -> Call:
    """JAX: a jitted scan, the input product hoisted out of it."""
    import jax
    import jax.numpy as jnp

    kernel, recurrent, bias = map(jnp.asarray, (a.kernel, a.recurrent_kernel, a.bias))
    x = jnp.asarray(a.x)

    @jax.jit
    def forward(x):
        def step(h, z):
            h = jnp.tanh(z + h @ recurrent)
            return h, h

        z = jnp.swapaxes(x @ kernel + bias, 0, 1)
        h0 = jnp.zeros((x.shape[0], kernel.shape[1]), jnp.float32)
        return jnp.swapaxes(jax.lax.scan(step, h0, z)[1], 0, 1)

    return lambda: np.asarray(forward(x).block_until_ready())


PEERS: dict[str, Callable[[Row, Arrays, int], Call]] = {
    "elman": elman,
    "torch": torch,
    "onnxruntime": onnxruntime,
    "onnxruntime_binding": onnxruntime_binding,
    "jax": jax,
}
