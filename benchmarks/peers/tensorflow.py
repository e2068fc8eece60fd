"""Keras on TensorFlow: a graph function, and the same compiled by XLA."""

from __future__ import annotations

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from workloads import Arrays, Row

from peers import Call

CELLS = {
    "SimpleRNN": keras.layers.SimpleRNNCell,
    "LSTM": keras.layers.LSTMCell,
    "GRU": keras.layers.GRUCell,
}


def keras_model(row: Row, a: Arrays) -> keras.Sequential:
    """The row's model, of a fixed batch."""
    shape = a.x.shape[1:]
    model = keras.Sequential([keras.Input(shape, row.batch, dtype=a.x.dtype)])
    if row.vocabulary:
        model.add(keras.layers.Embedding(row.vocabulary, row.features))
    for spec in row.layers:
        layer = getattr(keras.layers, spec.kind)(
            spec.units, return_sequences=spec.return_sequences
        )
        model.add(keras.layers.Bidirectional(layer) if spec.bidirectional else layer)
    if row.classes:
        model.add(keras.layers.Dense(row.classes, activation="sigmoid"))
    model.set_weights(a.flat)
    return model


def keras_step(row: Row, a: Arrays):
    """A stream's step, (x, *states) to the next states, and its first states."""
    kind, units = row.layers[0].kind, row.layers[0].units
    cell = CELLS[kind](units)
    cell.build((row.batch, row.features))
    cell.set_weights(list(a.layers[0][0]))
    zeros = [tf.zeros((row.batch, units))] * (2 if kind == "LSTM" else 1)
    return lambda x, *states: list(cell(x, list(states))[1]), zeros


def _call(row: Row, a: Arrays, threads: int, jit_compile: bool) -> Call:
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    x = tf.constant(a.x)
    if not row.stream:
        model = keras_model(row, a)
        forward = tf.function(lambda x: model(x), jit_compile=jit_compile)
        return lambda: forward(x).numpy()
    step, states = keras_step(row, a)
    compiled = tf.function(step, jit_compile=jit_compile)

    def advance() -> np.ndarray:
        nonlocal states
        states = compiled(x, *states)
        return states[0].numpy()

    return advance


def function(row: Row, a: Arrays, threads: int) -> Call:
    """`tf.function`."""
    return _call(row, a, threads, jit_compile=False)


def xla(row: Row, a: Arrays, threads: int) -> Call:
    """`tf.function(jit_compile=True)`."""
    return _call(row, a, threads, jit_compile=True)
