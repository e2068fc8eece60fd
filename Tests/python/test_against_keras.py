"""Outputs beside those of tf_keras, which expected/make_expected.py stored."""

import importlib.util
import json
from pathlib import Path

import elman
import numpy as np
import pytest

EXPECTED = Path(__file__).resolve().parent / "expected"
CASES = json.loads((EXPECTED / "cases.json").read_text())
ARRAYS = np.load(EXPECTED / "expected.npz")


def _maker():
    spec = importlib.util.spec_from_file_location(
        "make_expected", EXPECTED / "make_expected.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_expected = _maker()


def name(case):
    layers = "+".join(layer["class_name"] for layer in case["layers"])
    return f"{case['seed']}-{layers}"


def outputs_of(case):
    """The outputs of the last call, as a list."""
    shape = case["input_shape"]
    layers = []
    for index, serialized in enumerate(case["layers"]):
        config = dict(serialized["config"], name=f"layer_{index}")
        if index == 0:
            config["batch_input_shape"] = shape
        layers.append(elman.layers.deserialize({**serialized, "config": config}))
    x = make_expected.values(shape, case["seed"])
    built = x
    for layer in layers:
        built = layer(built)
    for layer in layers:
        layer.reset_states()
    shapes = [w.shape for layer in layers for w in layer.get_weights()]
    assert shapes == [tuple(s) for s in case["weight_shapes"]]
    weights = make_expected.weights_for(shapes, case["seed"])
    for layer in layers:
        count = len(layer.get_weights())
        layer.set_weights(weights[:count])
        weights = weights[count:]
    for call in range(case["calls"]):
        y = make_expected.values(shape, case["seed"] + 17 * call)
        for layer in layers:
            y = layer(y)
    return y if isinstance(y, list) else [y]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_case(case):
    outputs = outputs_of(case)
    assert [list(o.shape) for o in outputs] == case["output_shapes"]
    for index, (output, error) in enumerate(zip(outputs, case["error"])):
        got = make_expected.sample(output)
        single = ARRAYS[f"{case['seed']}_{index}_float32"]
        double = ARRAYS[f"{case['seed']}_{index}_float64"]
        scale = np.abs(double).max()
        np.testing.assert_allclose(got, single, rtol=1e-5, atol=1e-5 * scale)
        assert np.abs(got - double).max() <= error + 1e-6


def test_a_model_of_layers_is_its_layers_one_by_one():
    case = next(c for c in CASES if len(c["layers"]) == 4)
    model = elman.Sequential()
    for index, serialized in enumerate(case["layers"]):
        config = dict(serialized["config"], name=f"layer_{index}")
        if index == 0:
            config["batch_input_shape"] = case["input_shape"]
        model.add(elman.layers.deserialize({**serialized, "config": config}))
    model.set_weights(
        make_expected.weights_for([w.shape for w in model.get_weights()], case["seed"])
    )
    x = make_expected.values(case["input_shape"], case["seed"])
    np.testing.assert_array_equal(model(x), outputs_of(case)[0])
