"""Configs of every Keras: what their names and defaults meant in their time."""

import json

import elman
import numpy as np
import pytest
from elman import activations
from elman.layers import (
    GRU,
    LSTM,
    RNN,
    Activation,
    Bidirectional,
    Conv1D,
    Dense,
    Embedding,
    GRUCell,
    LeakyReLU,
    LSTMCell,
    SimpleRNN,
    TimeDistributed,
)

X = np.linspace(-4, 4, 33, dtype=np.float32)[:, None]


def hard_sigmoid_2(x):
    return np.clip(0.2 * x + 0.5, 0, 1)


def hard_sigmoid_3(x):
    return np.clip((x + 3) / 6, 0, 1)


def layer(class_name, **config):
    return {"class_name": class_name, "config": config}


def whole(layers, **beside):
    return {"class_name": "Sequential", "config": {"layers": layers}, **beside}


KERAS_2 = [
    {"keras_version": "2.2.4", "backend": "tensorflow"},
    {"keras_version": "2.1.6-tf", "backend": "tensorflow"},
    {"keras_version": "2.15.0", "backend": "tensorflow"},
    {"keras_version": "2.21.0"},
    {"keras_version": "1.2.2"},
    {"keras_version": "2"},
    {"backend": "theano"},
    {"keras_version": None, "backend": "tensorflow"},
]
KERAS_3 = [{}, {"keras_version": "3.0.0"}, {"keras_version": "3.15.1", "module": "x"}]


def with_hard_sigmoid():
    """Serialized layers for inputs (batch, 1), each with a hard_sigmoid in it."""
    function = {"class_name": "function", "config": "hard_sigmoid"}
    return {
        "Activation": [layer("Activation", activation="hard_sigmoid")],
        "function": [layer("Activation", activation=function)],
        "Dense": [
            layer(
                "Dense", units=1, activation="hard_sigmoid", kernel_initializer="ones"
            )
        ],
        "TimeDistributed": [
            layer("Reshape", target_shape=[1, 1]),
            layer(
                "TimeDistributed", layer=layer("Activation", activation="hard_sigmoid")
            ),
            layer("Flatten"),
        ],
        "activation layer": [
            layer("Activation", activation=layer("Activation", activation=function))
        ],
    }


@pytest.mark.parametrize("where", with_hard_sigmoid())
def test_hard_sigmoid_is_that_of_the_keras_that_wrote_it(where):
    layers = with_hard_sigmoid()[where]
    for expected, versions in ((hard_sigmoid_2, KERAS_2), (hard_sigmoid_3, KERAS_3)):
        for beside in versions:
            text = json.dumps(whole(layers, **beside))
            for model in (
                elman.models.model_from_json(text),
                elman.Sequential.from_config(json.loads(text)),
            ):
                np.testing.assert_allclose(model(X), expected(X), atol=1e-6)


RECURRENT = {
    "LSTM": lambda name: LSTM(2, recurrent_activation=name),
    "GRU": lambda name: GRU(2, recurrent_activation=name),
    "RNN": lambda name: RNN(LSTMCell(2, recurrent_activation=name)),
    "cells": lambda name: RNN([GRUCell(2, recurrent_activation=name), LSTMCell(2)]),
    "Bidirectional": lambda name: Bidirectional(GRU(2, recurrent_activation=name)),
    "SimpleRNN": lambda name: SimpleRNN(2, activation=name),
    "ConvLSTM1D": lambda name: elman.layers.ConvLSTM1D(2, 2, recurrent_activation=name),
}


def same_outputs(first, second, x):
    first.build(x.shape)
    second.build(x.shape)
    second.set_weights(first.get_weights())
    np.testing.assert_array_equal(first(x), second(x))


def input_for(kind, rng):
    shape = (2, 4, 3, 1) if kind == "ConvLSTM1D" else (2, 4, 3)
    return (3 * rng.standard_normal(shape)).astype(np.float32)


@pytest.mark.parametrize("kind", RECURRENT)
@pytest.mark.parametrize("beside", KERAS_2[:1] + KERAS_3[:2])
def test_recurrent_layers_have_it_too(kind, beside, rng):
    made = RECURRENT[kind]
    text = json.dumps(whole([elman.layers.serialize(made("hard_sigmoid"))], **beside))
    name = "hard_sigmoid_keras2" if "backend" in beside else "hard_sigmoid"
    same_outputs(
        elman.models.model_from_json(text),
        elman.Sequential([made(name)]),
        input_for(kind, rng),
    )


@pytest.mark.parametrize(
    ("version", "is_old"),
    [
        ("1.2.2", True),
        ("2.0.3", True),
        ("2.3.1", True),
        ("2.1.6-tf", True),
        ("2.2.4-tf", False),
        ("2.3.0-tf", False),
        ("2.4.0", False),
        ("2.15.0", False),
        ("3.3.3", False),
    ],
)
def test_defaults_are_those_of_the_time(version, is_old):
    def first(serialized):
        text = json.dumps(whole([serialized], keras_version=version))
        return elman.models.model_from_json(text).layers[0]

    gates = activations.get("hard_sigmoid_keras2" if is_old else "sigmoid")
    lstm, gru = first(layer("LSTM", units=2)), first(layer("GRU", units=2))
    assert lstm.recurrent_activation == gru.recurrent_activation == gates
    assert gru.reset_after is not is_old
    both = first(layer("Bidirectional", layer=layer("GRU", units=2)))
    assert both.forward_layer.recurrent_activation == gates
    convolution = first(layer("ConvLSTM1D", filters=1, kernel_size=1))
    old = "sigmoid" if version.startswith("3") else "hard_sigmoid_keras2"
    assert convolution.recurrent_activation is activations.get(old)
    # An argument that is there means what it says.
    given = first(layer("GRU", units=2, recurrent_activation="relu", reset_after=True))
    assert given.recurrent_activation is activations.relu
    assert given.reset_after is True


@pytest.mark.parametrize("name", ["CuDNNLSTM", "CuDNNGRU"])
def test_layers_for_gpus_have_the_functions_of_cudnn(name):
    text = json.dumps(whole([layer(name, units=2)], keras_version="2.2.4"))
    first = elman.models.model_from_json(text).layers[0]
    assert first.recurrent_activation is activations.sigmoid
    assert name == "CuDNNLSTM" or first.reset_after is True


def test_a_layer_on_its_own_and_elmans_own_config_mean_keras_3():
    assert LSTM.from_config({"units": 2}).recurrent_activation is activations.sigmoid
    for name in ("hard_sigmoid", "hard_sigmoid_keras2"):
        model = elman.Sequential([Activation(name)])
        again = elman.Sequential.from_config(model.get_config())
        assert again.layers[0].activation is activations.get(name)


@pytest.mark.parametrize("version", ["", "two", ".2", "-1.0", "0", 2, 2.2, [2]])
def test_a_keras_version_that_is_none(version):
    with pytest.raises(ValueError, match="keras_version"):
        elman.Sequential.from_config(whole([], keras_version=version))


# -- the list of layers of Keras 2.0 to 2.2.2 -----------------------------


def bare():
    return [
        layer("LSTM", units=2, batch_input_shape=[None, 4, 3], name="lstm_1"),
        layer("Dense", units=1, activation="hard_sigmoid", name="dense_1"),
    ]


def test_a_bare_list_of_layers_is_a_sequential():
    old = {"class_name": "Sequential", "config": bare(), "keras_version": "2.0.8"}
    for model in (
        elman.models.model_from_json(json.dumps(old)),
        elman.Sequential.from_config(old),
        elman.Sequential.from_config(bare()),
        elman.Sequential.from_config({"class_name": "Sequential", "config": bare()}),
    ):
        assert [layer.name for layer in model.layers] == ["lstm_1", "dense_1"]
        assert model.input_shape == (None, 4, 3)
        of_keras_2 = activations.hard_sigmoid_keras2
        assert model.layers[0].recurrent_activation is of_keras_2
        assert model.layers[1].activation is of_keras_2
    new = {**old, "keras_version": "3.1.0"}
    dense = elman.Sequential.from_config(new).layers[1]
    assert dense.activation is activations.hard_sigmoid


# -- JSON on its way back -------------------------------------------------


def models_with(name):
    yield elman.Sequential(
        [
            LSTM(3, recurrent_activation=name, return_sequences=True),
            Conv1D(2, 2, activation=name),
            Bidirectional(GRU(2, recurrent_activation=name, return_sequences=True)),
            TimeDistributed(Dense(2, activation=name)),
            RNN([GRUCell(2, recurrent_activation=name), LSTMCell(2)]),
        ]
    )
    yield elman.Sequential([Activation(name)])
    yield elman.Sequential([Dense(2, activation=Activation(name))])


@pytest.mark.parametrize("name", ["hard_sigmoid", "hard_sigmoid_keras2"])
def test_json_comes_back_as_the_same_function(name, rng):
    x = input_for("LSTM", rng)
    for model in models_with(name):
        model.build(x.shape)
        text = model.to_json()
        again = elman.models.model_from_json(text)
        same_outputs(model, again, x)
        assert again.to_json() == text
        written = json.loads(text)
        # Keras 2 wrote its version, and Keras 3 the module of each class: tf_keras
        # refuses the policies, and Keras 3 what has no module.
        is_old = name == "hard_sigmoid_keras2"
        assert written.get("keras_version", "3").startswith("2" if is_old else "3")
        assert ("backend" in written) is is_old
        assert ("module" in text) is not is_old
        assert ("DTypePolicy" in text) is not is_old
        assert "keras2" not in text


def test_json_of_both_functions_comes_back(rng):
    model = elman.Sequential(
        [Activation("hard_sigmoid"), Activation("hard_sigmoid_keras2")]
    )
    again = elman.models.model_from_json(model.to_json())
    np.testing.assert_array_equal(again(X), model(X))
    expected = hard_sigmoid_2(hard_sigmoid_3(X))
    np.testing.assert_allclose(again(X), expected, atol=1e-6)


def test_other_models_give_json_that_both_read():
    text = elman.Sequential([Dense(1, input_shape=(2,), name="first")]).to_json()
    written = json.loads(text)
    assert written["module"] == "keras"
    assert "keras_version" not in written
    assert [layer["class_name"] for layer in written["config"]["layers"]] == [
        "InputLayer",
        "Dense",
    ]
    assert written["config"]["layers"][0]["config"]["name"] == "first_input"
    assert text.count("batch_input_shape") == 1
    assert "DTypePolicy" not in text


def test_names_are_left_alone():
    """A layer may be called as a function is."""
    model = elman.Sequential([Dense(1, name="hard_sigmoid_keras2")])
    written = json.loads(model.to_json())
    assert "keras_version" not in written
    assert written["config"]["layers"][0]["config"]["name"] == "hard_sigmoid_keras2"


# -- activations with arguments -------------------------------------------


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ({"class_name": "function", "config": "tanh"}, np.tanh),
        (
            {
                "module": "builtins",
                "class_name": "function",
                "config": "relu",
                "registered_name": "function",
            },
            lambda x: np.maximum(x, 0),
        ),
        (
            layer("relu", negative_slope=0.5, max_value=2),
            lambda x: np.where(x > 0, np.minimum(x, 2), x / 2),
        ),
        (layer("LeakyReLU", negative_slope=0.1), lambda x: np.where(x > 0, x, 0.1 * x)),
        (LeakyReLU(0.1), lambda x: np.where(x > 0, x, 0.1 * x)),
        (layer("ReLU", threshold=1), lambda x: np.where(x > 1, x, 0)),
    ],
)
def test_an_activation_may_be_an_object(activation, expected, rng):
    dense = Dense(3, activation=activation, use_bias=False)
    model = elman.Sequential([dense])
    x = rng.standard_normal((5, 4)).astype(np.float32)
    result = model(x)
    plain = x @ dense.get_weights()[0]
    np.testing.assert_allclose(result, expected(plain), atol=1e-5)
    again = elman.models.model_from_json(model.to_json())
    same_outputs(model, again, x)
    written = dense.get_config()["activation"]
    assert again.layers[0].get_config()["activation"] == written
    np.testing.assert_allclose(dense.activation(plain), expected(plain), atol=1e-5)


def test_a_plain_function_is_written_by_name():
    function = {"class_name": "function", "config": "gelu"}
    assert Dense(1, activation=function).activation is activations.gelu
    assert Activation(layer("gelu")).activation is activations.gelu


@pytest.mark.parametrize(
    ("activation", "error", "message"),
    [
        (layer("gelu", approximat=True), TypeError, "approximate"),
        (layer("tanh", alpha=1), TypeError, "alpha"),
        (layer("tahn"), ValueError, "tanh"),
        (layer("PReLU"), NotImplementedError, "PReLU"),
        (layer("Dense", units=1), NotImplementedError, "Dense"),
        (layer("relu", max_value="6"), TypeError, "max_value"),
        ("glu", NotImplementedError, "halves"),
        (layer("softmax", axis=1), NotImplementedError, "last axis"),
        ({"config": {}}, TypeError, "class_name"),
        (3, TypeError, "activation"),
    ],
)
def test_an_activation_that_is_none(activation, error, message):
    with pytest.raises(error, match=message):
        Dense(2, activation=activation)
    with pytest.raises(error, match=message):
        LSTM(2, recurrent_activation=activation)


def test_embeddings_of_old_files_keep_their_dtype():
    old = whole(
        [
            layer(
                "Embedding", input_dim=5, output_dim=2, dtype="int32", input_length=3
            ),
            layer("Flatten"),
        ],
        keras_version="2.1.2",
        backend="tensorflow",
    )
    model = elman.models.model_from_json(json.dumps(old))
    assert model.layers[0].dtype == "int32"
    assert isinstance(model.layers[0], Embedding)
    written = json.loads(model.to_json())["config"]["layers"]
    assert [one["config"]["dtype"] for one in written] == [
        "int32",
        "float32",
        "float32",
    ]
