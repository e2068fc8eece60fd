"""elman, through its Python package."""

from __future__ import annotations

import elman
from workloads import Arrays, Row

from peers import Call


def call(row: Row, a: Arrays, threads: int) -> Call:
    """`model(x)`, or `stream.step(x)`."""
    elman.set_num_threads(threads)
    layers = elman.layers
    model = elman.Sequential()
    if row.vocabulary:
        model.add(layers.Embedding(row.vocabulary, row.features))
    for spec in row.layers:
        layer = getattr(layers, spec.kind)(
            spec.units, return_sequences=spec.return_sequences
        )
        model.add(layers.Bidirectional(layer) if spec.bidirectional else layer)
    if row.classes:
        model.add(layers.Dense(row.classes, activation="sigmoid"))
    ids = (None, row.timesteps)
    model.build(ids if row.vocabulary else (*ids, row.features))
    model.set_weights(a.flat)
    if row.stream:
        stream = model.stream()
        return lambda: stream.step(a.x)
    return lambda: model(a.x)
