"""Lets Keras 3 and tf_keras run what elman writes.

Run where `pip install tensorflow-cpu tf_keras keras` was done, with elman on the
path: `python check_round_trip.py`. For each case of graphs.json, elman reads its
config and writes it with `to_json()`; each Keras makes a model of that, with the same
weights, and its outputs are compared with the case's. Neither Keras reads a graph
that the other wrote, and masks mean other things to them: one of the two has to be
right. Ends with 1 if there is a case that neither runs as it should.
"""

from __future__ import annotations

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


def main():
    import elman
    import keras
    import tf_keras

    right = dict.fromkeys([tf_keras, keras], 0)
    failed = 0
    for case in read_cases():
        text = elman.models.model_from_json(case["config"]).to_json()
        complaints = {library: complaint(library, case, text) for library in right}
        for library, why in complaints.items():
            right[library] += why is None
        if all(complaints.values()):
            failed += 1
            print(f"Keras {case['keras']}, {case['name']}:")
            for library, why in complaints.items():
                print(f"    {library.__name__}: {why}")
    for library, count in right.items():
        print(f"{count} run by {library.__name__} as they should")
    print(f"{failed} run by neither")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
