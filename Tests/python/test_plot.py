"""Pictures of models."""

import json
import re
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import elman
import numpy as np
import pytest
from elman.layers import LSTM, Dense
from elman.utils import plot_model
from read_models import ReadModel, functional, source

CASES = json.loads(
    (Path(__file__).parent / "expected" / "summaries.json").read_text("utf-8")
)
CONFIGS = {c["name"]: c["config"] for c in CASES if c["style"] == "keras3"}
SVG = "{http://www.w3.org/2000/svg}"


def dense(name, *calls):
    return "Dense", {"name": name, "units": 3}, *calls


def drawn(model, **options):
    return ET.fromstring(plot_model(model, **options).svg)


def layers(root):
    return [
        g.get("data-name") for g in root.iter(SVG + "g") if g.get("class") == "layer"
    ]


def edges(root):
    found = [g for g in root.iter(SVG + "g") if g.get("class") == "edge"]
    return [(g.get("data-source"), g.get("data-target")) for g in found]


def texts(root):
    return [text.text for text in root.iter(SVG + "text")]


def boxes(root):
    """The rectangles of the layers of a picture without frames, by name."""
    return {
        g.get("data-name"): [float(g[0].get(k)) for k in ("x", "y", "width", "height")]
        for g in root.iter(SVG + "g")
        if g.get("class") == "layer"
    }


def of_config(config):
    """The names of a config's layers, and its edges, each once."""
    names = [layer["name"] for layer in config["config"]["layers"]]
    found = set()
    for layer in config["config"]["layers"]:
        for name in re.findall(
            r'"keras_history": \["([^"]*)"', json.dumps(layer["inbound_nodes"])
        ):
            found.add((name, layer["name"]))
    return names, found


@pytest.mark.parametrize("rankdir", ["TB", "BT", "LR", "RL"])
@pytest.mark.parametrize("name", ["chain", "branches", "named_outputs", "deep"])
def test_every_layer_and_every_edge_stands_once(name, rankdir):
    names, expected = of_config(CONFIGS[name])
    root = drawn(ReadModel(CONFIGS[name]), rankdir=rankdir, show_shapes=True)
    assert sorted(layers(root)) == sorted(names)
    assert sorted(edges(root)) == sorted(expected)


def test_boxes_do_not_overlap_and_data_go_along():
    root = drawn(ReadModel(CONFIGS["branches"]), show_layer_names=True)
    _, _, width, height = map(float, root.get("viewBox").split())
    found = boxes(root)
    for name, (x, y, w, h) in found.items():
        assert 0 <= x <= x + w <= width and 0 <= y <= y + h <= height
        for other, (x2, y2, w2, h2) in found.items():
            is_apart = x + w < x2 or x2 + w2 < x or y + h < y2 or y2 + h2 < y
            assert is_apart or name == other
    for first, second in edges(root):
        if first != second:
            assert found[first][1] + found[first][3] < found[second][1]


@pytest.mark.parametrize(
    ("rankdir", "axis", "sign"),
    [("TB", 1, 1), ("BT", 1, -1), ("LR", 0, 1), ("RL", 0, -1)],
)
def test_directions(rankdir, axis, sign):
    model = elman.Sequential(
        [LSTM(4, input_shape=(5, 3), name="a"), Dense(2, name="b")]
    )
    found = boxes(drawn(model, rankdir=rankdir))
    assert sign * (found["b"][axis] - found["a"][axis]) > 0
    other = 1 - axis
    centers = [box[other] + box[other + 2] / 2 for box in found.values()]
    assert centers[0] == pytest.approx(centers[1], abs=0.1)


def test_what_boxes_tell():
    model = elman.Sequential(
        [LSTM(4, input_shape=(5, 3), name="a"), Dense(2, name="b")]
    )
    model.layers[1].trainable = False
    assert texts(drawn(model)) == ["LSTM", "Dense"]
    told = drawn(
        model,
        show_shapes=True,
        show_dtype=True,
        show_layer_names=True,
        show_layer_activations=True,
        show_trainable=True,
    )
    assert texts(told) == [
        "a (LSTM)",
        "dtype: float32",
        "activation: tanh",
        "input: (None, 5, 3)",
        "output: (None, 4)",
        "trainable",
        "b (Dense)",
        "dtype: float32",
        "activation: linear",
        "input: (None, 4)",
        "output: (None, 2)",
        "not trainable",
    ]


def test_models_in_models_are_frames():
    model = ReadModel(CONFIGS["deep"])
    assert sorted(layers(drawn(model))) == ["add", "top", "y", "z"]
    root = drawn(model, expand_nested=True)
    inner = ["middle", "top_dense", "middle_x", "bottom", "middle_dense"]
    expected = ["add", "top", "y", "z", *inner, "bottom_x", "bottom_lstm"]
    assert sorted(layers(root)) == sorted(expected)
    (top,) = [g for g in root.iter(SVG + "g") if g.get("data-name") == "top"]
    assert sorted(layers(top)) == sorted(["top", *inner, "bottom_x", "bottom_lstm"])
    assert ("middle", "top_dense") in edges(top)
    assert ("bottom_x", "bottom_lstm") in edges(top)


def test_layers_that_are_called_again():
    """A layer on its own output, and one whose output leads back to one before."""
    config = functional(
        [
            source("x", 3),
            dense("a", ["x"], ["b"]),
            dense("b", ["a"], ["b"]),
            ("Add", {"name": "sum"}, ["a", "b"]),
        ],
        ["x"],
        ["sum"],
    )
    config["config"]["layers"][3]["inbound_nodes"] = [
        [["a", 1, 0, {}], ["b", 1, 0, {}]]
    ]
    root = drawn(ReadModel(config))
    assert sorted(edges(root)) == [
        ("a", "b"),
        ("a", "sum"),
        ("b", "a"),
        ("b", "b"),
        ("b", "sum"),
        ("x", "a"),
    ]


def test_names_are_escaped():
    name = "<&>\"'</svg><script>alert(1)</script>\x01"
    config = functional(
        [source("x", 3), dense(name, ["x"])], ["x"], [name], name="<b>&amp;"
    )
    svg = plot_model(ReadModel(config), show_layer_names=True).svg
    root = ET.fromstring(svg)
    assert "<script" not in svg and "\x01" not in svg
    shown = name.replace("\x01", "\ufffd")
    assert f"{shown} (Dense)" in texts(root)
    assert layers(root) == ["x", shown]
    assert root[0].text == "<b>&amp;"


def test_a_thousand_layers_in_reasonable_time():
    stack = [source("x", 3)]
    for i in range(1, 1000):
        before = f"l{i - 1}" if i > 1 else "x"
        if i % 3:
            stack.append(dense(f"l{i}", [before]))
        else:
            reads = ["x", before, f"l{max(1, i - 9)}"]
            stack.append(("Add", {"name": f"l{i}"}, reads))
    model = ReadModel(functional(stack, ["x"], ["l999"]))
    start = time.perf_counter()
    root = drawn(model, show_shapes=True)
    assert time.perf_counter() - start < 20
    assert len(set(layers(root))) == len(layers(root)) == 1000
    assert len(edges(root)) == 666 + 333 * 3


def test_files(tmp_path):
    model = elman.Sequential([Dense(2, input_shape=(3,))])
    picture = plot_model(model, tmp_path / "model.SVG")
    assert (tmp_path / "model.SVG").read_text("utf-8") == picture.svg
    assert picture._repr_svg_() == picture.svg
    for name in ["model.png", "model", "model.svg.pdf"]:
        with pytest.raises(ValueError, match=r"must end in \.svg.*" + re.escape(name)):
            plot_model(model, to_file=tmp_path / name)
        assert not (tmp_path / name).exists()


def test_size():
    model = elman.Sequential([Dense(2, input_shape=(3,))])
    small, large = drawn(model), drawn(model, dpi=192)
    assert small.get("viewBox") == large.get("viewBox")
    ratio = float(large.get("width")) / float(small.get("width"))
    assert ratio == pytest.approx(2, rel=0.01)


def test_bad_arguments():
    model = elman.Sequential([Dense(2, input_shape=(3,))])
    with pytest.raises(ValueError, match="rankdir"):
        plot_model(model, rankdir="XX")
    for dpi in [0, -1, 1e9, np.nan]:
        with pytest.raises(ValueError, match="dpi"):
            plot_model(model, dpi=dpi)
    with pytest.raises(ValueError, match="not yet been built"):
        plot_model(elman.Sequential([Dense(2)]))
    with pytest.raises(TypeError, match="models of elman"):
        plot_model(Dense(2))
    with pytest.raises(TypeError, match="unexpected keyword"):
        plot_model(model, splines="ortho")


def test_a_sequential_shows_its_table_alone():
    model = elman.Sequential([Dense(2, input_shape=(3,))])
    assert "<table>" in model._repr_html_() and "<svg" not in model._repr_html_()


def test_a_graph_shows_its_picture_below_its_table():
    x, y = elman.Input((3,), name="<x>"), elman.Input((3,), name="y")
    model = elman.Model([x, y], Dense(2)(elman.layers.Concatenate()([x, y])))
    table, _, picture = model._repr_html_().partition("</table>")
    assert "&lt;x&gt; (InputLayer)" in table and "<x>" not in table
    assert picture == plot_model(model, show_layer_names=True, show_shapes=True).svg


def test_a_large_graph_shows_its_table_alone():
    x = elman.Input((3,))
    y = x
    for _ in range(120):
        y = Dense(1)(y)
    assert "<svg" not in elman.Model(x, y)._repr_html_()
