"""Makes summaries.json: what models' summaries look like in two Kerases.

    TensorFlow 2.3.4's python make_summaries.py tf2
    KERAS_BACKEND=torch python make_summaries.py keras3     (Keras 3.15.1)

Each replaces the cases of its style and leaves the others. Models are built alike in
both, and are stored as their configs.
"""

import json
import os
import sys
from pathlib import Path

STYLE = sys.argv[1]
if STYLE == "tf2":
    from tensorflow import keras
else:
    import keras

layers = keras.layers
Input = keras.Input
Model = keras.Model
FILE = Path(__file__).resolve().parent / "summaries.json"


def sequential(name, shape, *stack):
    start = [] if shape is None else [Input(shape, name=name + "_input")]
    return keras.Sequential([*start, *stack], name=name)


def recurrent(name):
    x = Input((None, 3), name=name + "_x")
    return Model(x, layers.LSTM(4, name=name + "_lstm")(x), name=name)


def chain():
    x = Input((5, 3), name="x")
    y = layers.GRU(4, name="gru")(x)
    return Model(x, layers.Dense(2, name="dense", trainable=False)(y), name="chain")


def branches():
    """Several inputs and outputs, shared layers and models, states."""
    x = Input((5, 3), name="x")
    y = Input((4,), name="a_second_input_of_a_long_name")
    inner = recurrent("inner")
    dense = sequential(
        "stack", (4,), layers.Dense(4, name="d1"), layers.Dense(4, name="d2")
    )
    sequence, state, cell = layers.LSTM(
        4, return_state=True, return_sequences=True, name="lstm"
    )(x)
    gru = layers.GRU(4, name="gru")(sequence, initial_state=state)
    shared = layers.Dense(2, name="shared")
    first, second = shared(sequence), shared(gru)
    parts = [
        gru,
        inner(x),
        inner(layers.Dense(3, name="narrow")(sequence)),
        dense(dense(y)),
        second,
    ]
    joined = layers.Concatenate(name="a_concatenation_of_all_that_there_is")(parts)
    return Model([x, y], [joined, first, cell], name="branches")


def named_outputs():
    x = Input((None, 3), name="x")
    outputs = {
        "b": layers.Dense(2, name="to_b")(x),
        "a": layers.Dense(3, name="to_a")(x),
    }
    inner = Model(x, outputs, name="named")
    y = Input((5, 3), name="y")
    found = inner(y)
    return Model(y, [found["a"], found["b"]], name="outer")


def many_outputs():
    x = Input((5, 3), name="x")
    inner = Model(
        x, [layers.Dense(2, name="p")(x), layers.Dense(1000, name="q")(x)], name="two"
    )
    y = Input((5, 3), name="y")
    p, q = inner(y)
    return Model(y, layers.Concatenate(name="pq")([p, q]), name="many")


def deep():
    """Models in models in models."""
    bottom = recurrent("bottom")
    x = Input((6, 3), name="middle_x")
    middle = Model(x, layers.Dense(7, name="middle_dense")(bottom(x)), name="middle")
    top = sequential("top", (6, 3), middle, layers.Dense(1, name="top_dense"))
    y = Input((6, 3), name="y")
    z = Input((6, 3), name="z")
    return Model([y, z], layers.Add(name="add")([top(y), top(z)]), name="deep")


def deep_chain():
    inner = recurrent("inner")
    last = sequential("last", (4,), layers.Dense(4, name="e1"))
    stack = sequential("stack", (4,), layers.Dense(4, name="d1"), last)
    return sequential("holder", (5, 3), inner, stack)


def plain():
    return sequential(
        "plain",
        (5, 3),
        layers.Bidirectional(layers.LSTM(1000, name="l"), name="a_long_name_for_both"),
        layers.Dense(2, name="a_name_that_no_column_of_any_of_the_tables_is_wide_for"),
    )


def summary(model, **options):
    lines = []
    # Keras 3 makes its tables no wider than the terminal.
    os.environ["COLUMNS"] = "200" if "line_length" in options else "80"
    model.summary(print_fn=lines.append, **options)
    text = "\n".join(lines).rstrip("\n").split("\n")
    return {"options": options, "text": text}


def choices(build):
    """The options of the summaries of one model."""
    yield {}
    yield {"line_length": 130}
    if STYLE == "keras3":
        yield {"expand_nested": True}
        yield {"expand_nested": True, "show_trainable": True, "line_length": 110}
        yield {"show_trainable": True}
    if build is branches:
        yield {"line_length": 120, "positions": [0.25, 0.5, 0.7, 1.0]}
    if build is deep_chain:
        yield {"line_length": 70, "positions": [0.4, 0.7, 1.0]}
    if build is branches and STYLE == "keras3":
        yield {"layer_range": ["lstm$", "narrow"]}
        yield {"layer_range": ["narrow", "lstm$"]}


def case(build):
    keras.backend.clear_session()
    model = build()
    return {
        "style": STYLE,
        "name": build.__name__,
        "config": json.loads(model.to_json()),
        "summaries": [summary(model, **options) for options in choices(build)],
    }


def main():
    builds = [chain, branches, named_outputs, many_outputs, deep, deep_chain, plain]
    known = json.loads(FILE.read_text()) if FILE.exists() else []
    others = [case for case in known if case["style"] != STYLE]
    every = sorted([*others, *map(case, builds)], key=lambda case: case["style"])
    lines = (json.dumps(case, ensure_ascii=False) for case in every)
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


main()
