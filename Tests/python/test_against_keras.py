"""Outputs beside those of Keras, which expected/make_expected.py stored."""

import importlib.util
import json
from pathlib import Path

import elman
import numpy as np
import pytest

EXPECTED = Path(__file__).resolve().parent / "expected"


def _maker():
    spec = importlib.util.spec_from_file_location(
        "make_expected", EXPECTED / "make_expected.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_expected = _maker()


def _load(name):
    """The cases of a set, each with its expected arrays."""
    described, arrays = (EXPECTED / file for file in make_expected.SETS[name])
    more = {"set": name, "expected": np.load(arrays)}
    return [{**case, **more} for case in json.loads(described.read_text())]


CASES = [case for name in make_expected.SETS for case in _load(name)]


def name(case):
    layers = "+".join(layer["class_name"] for layer in case["layers"])
    return f"{case['set']}-{case['seed']}-{layers}"


def layers_of(case):
    text = json.dumps(case["layers"])
    if case["keras"] == 2:
        text = text.replace('"hard_sigmoid"', '"hard_sigmoid_keras2"')
    for index, serialized in enumerate(json.loads(text)):
        config = dict(serialized["config"], name=f"layer_{index}")
        if index == 0:
            config["batch_input_shape"] = case["input_shape"]
        yield elman.layers.deserialize({**serialized, "config": config})


def set_weights(runnable, case):
    weights = make_expected.weights_for(case["weight_shapes"], case["seed"])
    runnable.set_weights(
        [
            np.abs(w) if name.endswith("variance") else w
            for name, w in zip(runnable.weight_names, weights, strict=True)
        ]
    )


def outputs_of(case):
    """The outputs of the last call, as a flat list."""
    layers = list(layers_of(case))
    runnable = layers[0] if len(layers) == 1 else elman.Sequential(layers)
    runnable.build(case["input_shape"])
    shapes = [w.shape for w in runnable.get_weights()]
    assert shapes == [tuple(s) for s in case["weight_shapes"]]
    set_weights(runnable, case)
    options = {}
    if case.get("mask"):
        options["mask"] = make_expected.mask_for(case)
    if case.get("states"):
        options["initial_state"] = make_expected.states_for(case)
    for call in range(case["calls"]):
        y = runnable(make_expected.inputs_for(case, call), **options)
    return flat(y)


def flat(outputs):
    """The arrays of nested lists."""
    if not isinstance(outputs, list):
        return [outputs]
    return [array for output in outputs for array in flat(output)]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_case(case):
    outputs = outputs_of(case)
    assert [list(o.shape) for o in outputs] == case["output_shapes"]
    for index, (output, error) in enumerate(zip(outputs, case["error"])):
        got = make_expected.sample(output)
        single = case["expected"][f"{case['seed']}_{index}_float32"]
        double = case["expected"][f"{case['seed']}_{index}_float64"]
        scale = np.abs(double).max()
        np.testing.assert_allclose(got, single, rtol=1e-5, atol=1e-5 * scale)
        assert np.abs(got - double).max() <= error + 1e-6 * max(1, scale)


def test_a_model_of_layers_is_its_layers_one_by_one():
    case = next(c for c in CASES if len(c["layers"]) == 4)
    model = elman.Sequential(layers_of(case))
    set_weights(model, case)
    y = x = make_expected.inputs_for(case, 0)
    for layer in model.layers:
        y = layer(y)
    np.testing.assert_array_equal(model(x), y)
