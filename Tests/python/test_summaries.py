"""Summaries beside those that TensorFlow 2.3.4 and Keras 3 print."""

import ctypes
import json
from pathlib import Path

import pytest
from elman._library import encoded, lib, text
from elman._prototypes import SummaryOptions
from read_models import ReadModel

CASES = json.loads(
    (Path(__file__).parent / "expected" / "summaries.json").read_text("utf-8")
)
STYLES = {"tf2": 0, "keras3": 1}


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
    return text(lib().elman_model_summary_with, model._handle, ctypes.byref(structure))


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['style']}-{c['name']}")
def test_summaries_are_those_of_keras(case):
    model = ReadModel(case["config"])
    for expected in case["summaries"]:
        found = summary(model, case["style"], expected["options"])
        assert found.splitlines() == expected["text"], expected["options"]
