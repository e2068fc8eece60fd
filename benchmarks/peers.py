"""How each peer runs a row: a function of no arguments that returns the output."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from workloads import Arrays, Row, reorder

Call = Callable[[], np.ndarray]


def elman(row: Row, a: Arrays, threads: int) -> Call:
    """elman, through Python."""
    import elman

    elman.set_num_threads(threads)
    layer = getattr(elman.layers, row.kind)(
        row.units, return_sequences=True, input_shape=a.x.shape[1:]
    )
    model = elman.Sequential([layer])
    model.set_weights([a.kernel, a.recurrent_kernel, a.bias])
    return lambda: model(a.x)


def torch(row: Row, a: Arrays, threads: int) -> Call:
    """PyTorch's nn.RNN, nn.LSTM or nn.GRU in inference mode."""
    import torch

    torch.set_num_threads(threads)
    make = {"SimpleRNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}
    layer = make[row.kind](row.features, row.units, batch_first=True)
    order = {"SimpleRNN": [0], "LSTM": [0, 1, 2, 3], "GRU": [1, 0, 2]}[row.kind]
    biases = a.bias if row.kind == "GRU" else [a.bias, np.zeros_like(a.bias)]
    values = [a.kernel.T, a.recurrent_kernel.T, *biases]
    names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
    with torch.no_grad():
        for name, value in zip(names, values):
            ordered = reorder(np.asarray(value).T, order).T.copy()
            getattr(layer, name).copy_(torch.from_numpy(ordered))
    x = torch.from_numpy(a.x)

    def call() -> np.ndarray:
        with torch.inference_mode():
            return layer(x)[0].numpy()

    return call


def _onnx_model(row: Row, a: Arrays) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    order = {"SimpleRNN": [0], "LSTM": [0, 3, 1, 2], "GRU": [0, 1, 2]}[row.kind]
    biases = a.bias if row.kind == "GRU" else [a.bias, np.zeros_like(a.bias)]
    weights = {
        "W": reorder(a.kernel, order).T[None],
        "R": reorder(a.recurrent_kernel, order).T[None],
        "B": np.concatenate([reorder(b, order) for b in biases])[None],
    }
    more = {"linear_before_reset": 1} if row.kind == "GRU" else {}
    kind = "RNN" if row.kind == "SimpleRNN" else row.kind
    node = helper.make_node(
        kind, ["x", "W", "R", "B"], ["y"], hidden_size=row.units, **more
    )
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

    sigmoid = jax.nn.sigmoid

    def simple_rnn(state, z):
        h = jnp.tanh(z + state[0] @ recurrent)
        return (h, h), h

    def lstm(state, z):
        i, f, g, o = jnp.split(z + state[0] @ recurrent, 4, axis=-1)
        c = sigmoid(f) * state[1] + sigmoid(i) * jnp.tanh(g)
        h = sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    def gru(state, z):
        h = state[0]
        z, r, n = jnp.split(z, 3, axis=-1)
        hz, hr, hn = jnp.split(h @ recurrent + bias[1], 3, axis=-1)
        update = sigmoid(z + hz)
        h = update * h + (1 - update) * jnp.tanh(n + sigmoid(r + hr) * hn)
        return (h, h), h

    step = {"SimpleRNN": simple_rnn, "LSTM": lstm, "GRU": gru}[row.kind]
    input_bias = bias[0] if row.kind == "GRU" else bias

    @jax.jit
    def forward(x):
        z = jnp.swapaxes(x @ kernel + input_bias, 0, 1)
        h0 = jnp.zeros((x.shape[0], recurrent.shape[0]), jnp.float32)
        return jnp.swapaxes(jax.lax.scan(step, (h0, h0), z)[1], 0, 1)

    return lambda: np.asarray(forward(x).block_until_ready())


PEERS: dict[str, Callable[[Row, Arrays, int], Call]] = {
    "elman": elman,
    "torch": torch,
    "onnxruntime": onnxruntime,
    "onnxruntime_binding": onnxruntime_binding,
    "jax": jax,
}
