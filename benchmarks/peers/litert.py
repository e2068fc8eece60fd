"""LiteRT: the Keras model converted, run by its interpreter."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from workloads import Arrays, Row

from peers import Call
from peers.tensorflow import keras_model, keras_step


def _converted(function, *shapes: tf.TensorSpec) -> bytes:
    concrete = tf.function(function).get_concrete_function(*shapes)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
    return converter.convert()


def call(row: Row, a: Arrays, threads: int) -> Call:
    """`invoke()`, input and output copied as its users do."""
    x = tf.TensorSpec(a.x.shape, a.x.dtype, name="x")
    if row.stream:
        step, zeros = keras_step(row, a)
        states = [
            tf.TensorSpec(z.shape, z.dtype, name=f"state_{i}")
            for i, z in enumerate(zeros)
        ]
        content = _converted(lambda x, *s: step(x, *s), x, *states)
    else:
        model = keras_model(row, a)
        content = _converted(lambda x: model(x), x)
    interpreter = Interpreter(model_content=content, num_threads=threads)
    interpreter.allocate_tensors()
    inputs = interpreter.get_input_details()
    inputs = [d["index"] for d in sorted(inputs, key=lambda d: d["name"])]
    outputs = [d["index"] for d in interpreter.get_output_details()]
    # Sorted by name, a stream's states come before x.
    *states_in, x_in = inputs
    if row.stream:
        for state in states_in:
            shape = (row.batch, row.layers[0].units)
            interpreter.set_tensor(state, np.zeros(shape, np.float32))

    def forward() -> np.ndarray:
        interpreter.set_tensor(x_in, a.x)
        interpreter.invoke()
        results = [interpreter.get_tensor(index) for index in outputs]
        for index, value in zip(states_in, results):
            interpreter.set_tensor(index, value)
        return results[0]

    return forward
