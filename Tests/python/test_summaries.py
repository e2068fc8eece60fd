"""Summaries beside those that TensorFlow 2.3.4 and Keras 3 print."""

import ctypes
import json
from pathlib import Path

import pytest
from elman._library import check, encoded, lib, text
from elman._prototypes import SummaryOptions

CASES = json.loads(
    (Path(__file__).parent / "expected" / "summaries.json").read_text("utf-8")
)
STYLES = {"tf2": 0, "keras3": 1}


@pytest.fixture
def read_model():
    """Makes models from configs, and releases them."""
    handles = []

    def read(config):
        handle = ctypes.c_uint64()
        text = encoded(config if isinstance(config, str) else json.dumps(config))
        check(lib().elman_model_create_from_config(text, ctypes.byref(handle)))
        handles.append(handle.value)
        return handle.value

    yield read
    for handle in handles:
        check(lib().elman_model_release(handle))


def summary(model, style, options):
    positions = options.get("positions", [])
    names = [name.rstrip("$") for name in options.get("layer_range", [])] or [None] * 2
    structure = SummaryOptions(
        ctypes.sizeof(SummaryOptions),
        STYLES[style],
        options.get("expand_nested", False),
        options.get("show_trainable", False),
        options.get("line_length", 0),
        (ctypes.c_double * len(positions))(*positions) if positions else None,
        len(positions),
        *map(encoded, names),
    )
    return text(lib().elman_model_summary_with, model, ctypes.byref(structure))


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['style']}-{c['name']}")
def test_summaries_are_those_of_keras(case, read_model):
    model = read_model(case["config"])
    for expected in case["summaries"]:
        found = summary(model, case["style"], expected["options"])
        assert found.splitlines() == expected["text"], expected["options"]
