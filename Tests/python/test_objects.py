"""Configs of Keras, initializers, regularizers, constraints, activations."""

import json
from pathlib import Path

import elman
import numpy as np
import pytest

EXPECTED = Path(__file__).resolve().parent / "expected"
CONFIGS = json.loads((EXPECTED / "keras_configs.json").read_text())
NAMES = json.loads((EXPECTED / "keras_names.json").read_text())


@pytest.mark.parametrize("class_name", NAMES)
def test_layers_and_weights_have_keras_names(class_name):
    arguments, shape, name, weights = NAMES[class_name]
    layer = getattr(elman.layers, class_name)(*arguments)
    layer.build(shape)
    assert layer.name == name
    assert layer.weight_names == [f"{name}/{weight}" for weight in weights]


@pytest.mark.parametrize("stored", CONFIGS, ids=lambda s: s["keras"])
def test_models_of_keras_load(stored):
    model = elman.models.model_from_json(stored["json"])
    assert [list(w.shape) for w in model.get_weights()] == stored["weight_shapes"]
    assert list(model.output_shape) == stored["output_shape"]
    again = elman.models.model_from_json(model.to_json())
    assert again.to_json() == model.to_json()


def test_configs_hold_what_keras_wrote():
    stored = json.loads(CONFIGS[0]["json"])
    theirs = [
        layer for layer in stored["config"]["layers"] if "units" in layer["config"]
    ]
    model = elman.models.model_from_json(CONFIGS[0]["json"])
    for layer, given in zip(model.layers, theirs):
        config = layer.get_config()
        others = {"time_major", "implementation", "batch_input_shape"}
        for key in given["config"].keys() - others:
            assert config[key] == given["config"][key], key


@pytest.mark.parametrize("name", ["l1", "l2", "l1_l2", "orthogonal_regularizer"])
def test_regularizers(name):
    regularizer = elman.regularizers.get(name)
    config = elman.regularizers.serialize(regularizer)
    assert elman.regularizers.deserialize(config).get_config() == config["config"]
    layer = elman.layers.LSTM(3, kernel_regularizer=regularizer)
    assert layer.get_config()["kernel_regularizer"] == config
    assert (
        layer.get_config()
        == elman.layers.LSTM(3, kernel_regularizer=config, name=layer.name).get_config()
    )


def test_penalties():
    x = np.array([[1.0, -2.0], [0.5, 1.0]])
    assert elman.regularizers.L1(0.1)(x) == pytest.approx(0.45)
    assert elman.regularizers.L2(0.1)(x) == pytest.approx(0.625)
    assert elman.regularizers.L1L2(0.1, 0.1)(x) == pytest.approx(1.075)
    assert elman.regularizers.OrthogonalRegularizer(1.0)(np.eye(3)) == 0
    cosine = abs(1 * 0.5 - 2 * 1) / np.sqrt(5 * 1.25)
    assert elman.regularizers.OrthogonalRegularizer(1.0)(x) == pytest.approx(cosine)
    with pytest.raises(ValueError, match="l1"):
        elman.regularizers.L1(-1)


@pytest.mark.parametrize("name", ["max_norm", "min_max_norm", "non_neg", "unit_norm"])
def test_constraints(name):
    constraint = elman.constraints.get(name)
    config = elman.constraints.serialize(constraint)
    assert elman.constraints.deserialize(config).get_config() == config["config"]
    layer = elman.layers.GRU(3, recurrent_constraint=constraint)
    assert layer.get_config()["recurrent_constraint"] == config


def test_constraints_constrain():
    w = np.array([[3.0, 0.1], [-4.0, 0.0]])
    lengths = np.linalg.norm(elman.constraints.MaxNorm(2)(w), axis=0)
    np.testing.assert_allclose(lengths, [2, 0.1], rtol=1e-5)
    lengths = np.linalg.norm(elman.constraints.UnitNorm()(w), axis=0)
    np.testing.assert_allclose(lengths, 1, rtol=1e-5)
    lengths = np.linalg.norm(elman.constraints.MinMaxNorm(1, 2)(w), axis=0)
    np.testing.assert_allclose(lengths, [2, 1], rtol=1e-5)
    assert elman.constraints.NonNeg()(w).tolist() == [[3.0, np.float32(0.1)], [0, 0]]


@pytest.mark.parametrize("module", ["regularizers", "constraints", "initializers"])
def test_unknown_names(module):
    with pytest.raises(ValueError, match="nonsense"):
        getattr(elman, module).get("nonsense")
    assert getattr(elman, module).get(None) is None


def test_initializers_are_functions():
    values = elman.initializers.RandomNormal(1.0, 2.0, seed=3)((40, 50, 2))
    assert values.shape == (40, 50, 2)
    assert abs(values.mean() - 1) < 0.2
    assert abs(values.std() - 2) < 0.2
    np.testing.assert_array_equal(
        elman.initializers.Identity(2.0)((3, 3)), 2 * np.eye(3)
    )


def relu(x):
    return 0 * x


def ones(shape, dtype=None):
    return np.full(shape, 5.0)


class Ones(elman.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return np.full(shape, 5.0)


class Halved(elman.regularizers.L2):
    def __call__(self, x):
        return super().__call__(x) / 2


class Zeros:
    def get_config(self):
        return {}


@pytest.mark.parametrize(
    "arguments",
    [
        {"activation": relu},
        {"activation": lambda x: x},
        {"activation": np.exp},
        {"kernel_initializer": ones},
        {"kernel_initializer": Ones()},
        {"kernel_initializer": Ones},
        {"kernel_initializer": Zeros()},
        {"kernel_regularizer": Halved()},
    ],
)
def test_what_the_library_could_not_call_is_refused(arguments):
    with pytest.raises(TypeError, match=r"cannot be .*Lambda.*set_weights"):
        elman.layers.Dense(2, **arguments)


def test_elmans_own_objects_are_taken():
    class Narrow(elman.initializers.RandomNormal):
        def __init__(self):
            super().__init__(stddev=0.01)

    layer = elman.layers.Dense(
        2,
        activation=np.tanh,
        kernel_initializer=Narrow(),
        bias_initializer=elman.initializers.ones,
    )
    config = layer.get_config()
    assert config["activation"] == "tanh"
    assert config["kernel_initializer"]["class_name"] == "RandomNormal"
    assert config["kernel_initializer"]["config"]["stddev"] == 0.01
    assert config["bias_initializer"]["class_name"] == "Ones"
    for function in (elman.activations.relu, elman.activations.get("relu")):
        assert elman.layers.Activation(function).activation is elman.activations.relu


def test_activations_with_arguments(rng):
    x = rng.normal(size=(4, 6)).astype(np.float32)
    functions = elman.activations
    np.testing.assert_allclose(
        functions.relu(x, negative_slope=0.1, max_value=1.0),
        np.minimum(np.where(x < 0, 0.1 * x, x), 1),
        rtol=1e-6,
    )
    softmax = functions.softmax(x, axis=0)
    np.testing.assert_allclose(softmax.sum(0), 1, rtol=1e-5)
    logarithm = functions.log_softmax(x, axis=0)
    np.testing.assert_allclose(logarithm, np.log(softmax), rtol=1e-4)
    gated = x[:, :3] / (1 + np.exp(-x[:, 3:]))
    np.testing.assert_allclose(functions.glu(x), gated, rtol=1e-5)
    below = np.where(x < 0, 0.5 * np.expm1(x), x)
    np.testing.assert_allclose(functions.elu(x, alpha=0.5), below, rtol=1e-5)
