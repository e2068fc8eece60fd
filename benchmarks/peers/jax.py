"""JAX: a jitted scan, the input product outside of it; a jitted step for streams."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from workloads import Arrays, Row

from peers import Call

sigmoid = jax.nn.sigmoid


def _simple_rnn(state, z, recurrent, bias):
    h = jnp.tanh(z + state[0] @ recurrent)
    return (h, h)


def _lstm(state, z, recurrent, bias):
    i, f, g, o = jnp.split(z + state[0] @ recurrent, 4, axis=-1)
    c = sigmoid(f) * state[1] + sigmoid(i) * jnp.tanh(g)
    return (sigmoid(o) * jnp.tanh(c), c)


def _gru(state, z, recurrent, bias):
    h = state[0]
    z, r, n = jnp.split(z, 3, axis=-1)
    hz, hr, hn = jnp.split(h @ recurrent + bias[1], 3, axis=-1)
    update = sigmoid(z + hz)
    h = update * h + (1 - update) * jnp.tanh(n + sigmoid(r + hr) * hn)
    return (h, h)


STEPS = {"SimpleRNN": _simple_rnn, "LSTM": _lstm, "GRU": _gru}


def _input_product(kind, x, kernel, bias):
    return x @ kernel + (bias[0] if kind == "GRU" else bias)


def _states(kind, x, weights, reverse=False):
    kernel, recurrent, bias = weights
    z = jnp.swapaxes(_input_product(kind, x, kernel, bias), 0, 1)
    zeros = jnp.zeros((x.shape[0], recurrent.shape[0]), jnp.float32)

    def step(state, z):
        state = STEPS[kind](state, z, recurrent, bias)
        return state, state[0]

    states = jax.lax.scan(step, (zeros, zeros), z, reverse=reverse)[1]
    return jnp.swapaxes(states, 0, 1)


def _stream(row: Row, a: Arrays) -> Call:
    kind = row.layers[0].kind
    kernel, recurrent, bias = map(jnp.asarray, a.layers[0][0])
    x = jnp.asarray(a.x)
    zeros = jnp.zeros((row.batch, row.layers[0].units), jnp.float32)
    state = (zeros, zeros)

    @jax.jit
    def step(x, state):
        z = _input_product(kind, x, kernel, bias)
        return STEPS[kind](state, z, recurrent, bias)

    def advance() -> np.ndarray:
        nonlocal state
        state = step(x, state)
        return np.asarray(state[0])

    return advance


def call(row: Row, a: Arrays, threads: int) -> Call:
    """A jitted function of the whole model."""
    if row.stream:
        return _stream(row, a)
    x = jnp.asarray(a.x)
    layers = [[list(map(jnp.asarray, w)) for w in layer] for layer in a.layers]

    @jax.jit
    def forward(x):
        y = x if a.embedding is None else jnp.asarray(a.embedding)[x]
        for spec, weights in zip(row.layers, layers):
            sides = [_states(spec.kind, y, weights[0])]
            if spec.bidirectional:
                sides.append(_states(spec.kind, y, weights[1], reverse=True))
            y = jnp.concatenate(sides, axis=-1)
            y = y if spec.return_sequences else y[:, -1]
        if a.dense is not None:
            y = sigmoid(y @ a.dense[0] + a.dense[1])
        return y

    return lambda: np.asarray(forward(x).block_until_ready())
