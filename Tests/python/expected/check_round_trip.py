"""Lets Keras 3 and tf_keras run what elman writes.

Run where `pip install tensorflow-cpu tf_keras keras` was done, with elman on the
path: `python check_round_trip.py`, or with the name of one of the two. For each case
of graphs.json, elman reads its config and writes it with `to_json()`; Keras makes a
model of that, with the same weights, and its outputs are compared with the case's.
Ends with 1 if any differ.
"""

from __future__ import annotations

import importlib
import sys

import numpy as np
from graph_cases import leaves, read_cases
from make_graphs import run


def complaint(keras, case, text):
    """Why Keras does not give the outputs of a case from this text, or None."""
    try:
        model = keras.models.model_from_json(text)
        shapes = [list(weight.shape) for weight in model.get_weights()]
        if shapes != case["weights"]:
            return f"weights of shapes {shapes} instead of {case['weights']}"
        outputs = leaves(run(model, case))
    except Exception as error:
        return f"{type(error).__name__}: {error}".replace("\n", " ")[:200]
    for number, (got, expected) in enumerate(zip(outputs, leaves(case["outputs"]))):
        if got.shape != expected.shape:
            return f"output {number} of shape {got.shape} instead of {expected.shape}"
        if not np.allclose(got, expected, 1e-5, 1e-6, equal_nan=True):
            return f"output {number} differs by {np.nanmax(np.abs(got - expected))}"
    return None


def check(name, texts):
    """How many cases this Keras runs otherwise than it should."""
    keras = importlib.import_module(name)
    found = [(case, complaint(keras, case, text)) for case, text in texts]
    wrong = [(case, why) for case, why in found if why]
    for case, why in wrong:
        print(f"{name}: {case['keras']} {case['name']}: {why}")
    print(f"{name}: {len(found) - len(wrong)} of {len(found)} as they should be")
    return len(wrong)


def main():
    import elman

    texts = [
        (case, elman.models.model_from_json(case["config"]).to_json())
        for case in read_cases()
    ]
    names = sys.argv[1:] or ["tf_keras", "keras"]
    sys.exit(1 if sum(check(name, texts) for name in names) else 0)


if __name__ == "__main__":
    main()
