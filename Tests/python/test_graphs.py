"""Functional models beside both Kerases: what expected/make_graphs.py stored."""

import json

import elman
import numpy as np
import pytest
from graph_cases import (
    inputs_for,
    leaves,
    masks_for,
    read_cases,
    weights_of,
    with_leaves,
)

CASES = read_cases()


def name(case):
    return f"keras{case['keras']}-{case['name']}"


def class_name(case):
    return json.loads(case["config"])["class_name"]


OF_KERAS_3 = [case for case in CASES if case["keras"] == "3"]
NAMED = [
    case
    for case in CASES
    if class_name(case) != "Sequential"
    and not isinstance(case["form"], dict)
    and "masked" not in case
]
every_case = pytest.mark.parametrize("case", CASES, ids=name)


def model_of(case, text=None):
    model = elman.models.model_from_json(text or case["config"])
    model.set_weights(weights_of(case))
    return model


def outputs_of(model, case, rows=slice(None), form=None):
    """The outputs for these rows of the case's inputs, given in the case's form."""
    inputs = {key: array[rows] for key, array in inputs_for(case).items()}
    options = {}
    if "masked" in case:
        masks = [mask if mask is None else mask[rows] for mask in masks_for(case)]
        options["mask"] = masks if isinstance(case["form"], list) else masks[0]
    return model(with_leaves(form or case["form"], inputs.get), **options)


def shapes(structure):
    return with_leaves(structure, np.shape)


def assert_close(outputs, expected):
    """An average over a row that is masked throughout is 0, where Keras has NaN."""
    assert shapes(outputs) == shapes(expected)
    for got, right in zip(leaves(outputs), leaves(expected)):
        assert got.dtype == np.float32
        assert np.isfinite(got).all()
        got = np.where(np.isnan(right), right, got)
        scale = np.nanmax(np.abs(right))
        np.testing.assert_allclose(got, right, rtol=1e-5, atol=1e-5 * scale)


def assert_same_bits(outputs, expected):
    assert shapes(outputs) == shapes(expected)
    for got, right in zip(leaves(outputs), leaves(expected)):
        np.testing.assert_array_equal(got, right)


@every_case
def test_outputs(case):
    model = elman.models.model_from_json(case["config"])
    assert [list(w.shape) for w in model.get_weights()] == case["weights"]
    model.set_weights(weights_of(case))
    for got, right in zip(model.get_weights(), weights_of(case)):
        np.testing.assert_array_equal(got, right)
    assert_close(outputs_of(model, case), case["outputs"])


@every_case
def test_round_trip(case):
    model = model_of(case)
    text = model.to_json()
    again = model_of(case, text)
    assert again.to_json() == text
    assert_same_bits(outputs_of(again, case), outputs_of(model, case))


@every_case
def test_same_bits_on_any_threads_and_in_any_batch(case):
    model = model_of(case)
    elman.set_num_threads(1)
    alone = outputs_of(model, case)
    elman.set_num_threads(2)
    assert_same_bits(outputs_of(model, case), alone)
    first = leaves(outputs_of(model, case, slice(0, 2)))
    second = leaves(outputs_of(model, case, slice(2, None)))
    for whole, *halves in zip(leaves(alone), first, second, strict=True):
        np.testing.assert_array_equal(np.concatenate(halves), whole)


@pytest.mark.parametrize("case", OF_KERAS_3, ids=name)
def test_from_config(case):
    """A config in itself says no version; without one it means what Keras 3 means."""
    made_by = elman.Sequential if class_name(case) == "Sequential" else elman.Model
    model = made_by.from_config(json.loads(case["config"])["config"])
    model.set_weights(weights_of(case))
    assert_same_bits(outputs_of(model, case), outputs_of(model_of(case), case))


@pytest.mark.parametrize("case", NAMED, ids=name)
def test_inputs_by_name(case):
    """Arrays may come as a dict of the inputs' names in place of a list."""
    model = model_of(case)
    form = {given["name"]: given["name"] for given in case["inputs"]}
    named = outputs_of(model, case, form=form)
    assert_same_bits(named, outputs_of(model, case))
