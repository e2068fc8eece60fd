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


def test_the_bases_compute_nothing():
    for base in (
        elman.regularizers.Regularizer,
        elman.constraints.Constraint,
        elman.initializers.Initializer,
    ):
        with pytest.raises(NotImplementedError):
            base()([1.0])


def test_what_functions_of_weights_cannot_take():
    with pytest.raises(ValueError, match="rank 2"):
        elman.regularizers.OrthogonalRegularizer()([1.0])
    with pytest.raises(ValueError, match="axis"):
        elman.constraints.UnitNorm(axis=2)(np.ones((2, 2)))
    with pytest.raises(TypeError, match="real numbers"):
        elman.constraints.NonNeg()("abc")
    with pytest.raises(ValueError, match="2D"):
        elman.initializers.Identity()((3,))


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


# -- attributes, and configs on their way back ----------------------------

OBJECTS = json.loads((EXPECTED / "keras_attributes.json").read_text())["objects"]


def made(name, **arguments):
    part, _, cls = name.partition(".")
    return getattr(elman, part), getattr(getattr(elman, part), cls)(**arguments)


@pytest.mark.parametrize("name", OBJECTS)
def test_objects_have_the_attributes_of_keras(name):
    module, thing = made(name)
    attributes = {
        key: getattr(thing, key)
        for key in OBJECTS[name]["attributes"]
        if not key.endswith("_axes")
    }
    wanted = OBJECTS[name]["attributes"]
    assert attributes == {key: pytest.approx(wanted[key]) for key in attributes}
    # Keras's own config is read, and every argument of elman's is an attribute.
    again = module.deserialize(
        {"class_name": type(thing).__name__, "config": OBJECTS[name]["config"]}
    )
    assert type(again) is type(thing)
    config = thing.get_config()
    assert again.get_config().keys() == config.keys()
    assert {key: getattr(thing, key) for key in config} == config


@pytest.mark.parametrize("name", OBJECTS)
def test_objects_go_by_every_name_and_come_back(name):
    module, thing = made(name)
    cls = type(thing)
    serialized = module.serialize(thing)
    assert serialized["module"] == f"keras.{name.partition('.')[0]}"
    assert serialized["registered_name"] is None
    for identifier in (cls, cls.__name__, serialized, thing):
        assert type(module.get(identifier)) is cls
    for given in (cls.__name__, serialized):
        assert module.deserialize(given).get_config() == thing.get_config()
    assert cls.from_config(thing.get_config()).get_config() == thing.get_config()
    for argument in thing.get_config():
        with pytest.raises(AttributeError, match=f"{argument!r} of {cls.__name__}"):
            setattr(thing, argument, "another")
        setattr(thing, argument, getattr(thing, argument))
    thing.mine = 1
    assert thing.mine == 1 and not hasattr(thing, "nothing")


@pytest.mark.parametrize("module", ["initializers", "regularizers", "constraints"])
def test_custom_objects(module):
    module = getattr(elman, module)
    base = {"initializers": "Zeros", "regularizers": "L2", "constraints": "NonNeg"}
    base = getattr(module, base[module.__name__.rpartition(".")[2]])

    class Mine(base):
        pass

    custom = {"Mine": Mine}
    for given in ("Mine", {"class_name": "Mine", "config": {}}):
        assert type(module.deserialize(given, custom_objects=custom)) is Mine
        with pytest.raises(ValueError, match="Could not interpret"):
            module.deserialize(given)


def test_custom_activations_and_layers():
    function = elman.activations.deserialize("mine", custom_objects={"mine": abs})
    assert function is abs
    for named in elman.activations.__all__[:5]:
        function = elman.activations.get(named)
        assert elman.activations.serialize(function) == named
        assert elman.activations.deserialize(named) is function

    class Mine(elman.layers.Dense):
        pass

    config = {"class_name": "Mine", "config": {"units": 3}}
    layer = elman.layers.deserialize(config, custom_objects={"Mine": Mine})
    assert type(layer) is Mine and layer.units == 3
    with pytest.raises(ValueError, match="Unknown layer: 'Mine'"):
        elman.layers.deserialize(config)


def test_an_initializer_is_cloned_and_knows_its_kind():
    first = elman.initializers.HeNormal(seed=3)
    again = first.clone()
    assert again is not first and again.seed == 3
    assert isinstance(first, elman.initializers.VarianceScaling)
    np.testing.assert_array_equal(first((4, 3)), again((4, 3)))


def test_values_of_weights_by_the_backend():
    backend = elman.backend
    dense = elman.layers.Dense(2)
    dense.build((None, 3))
    backend.set_value(dense.kernel, np.ones((3, 2)))
    assert backend.get_value(dense.kernel).tolist() == [[1, 1]] * 3
    backend.batch_set_value([(dense.kernel, np.zeros((3, 2))), (dense.bias, [1, 2])])
    values = backend.batch_get_value(dense.weights)
    assert [value.sum() for value in values] == [0, 3]
    assert backend.int_shape(dense.kernel) == (3, 2)
    assert backend.count_params(dense.kernel) == 6
