"""Attributes of layers, models and streams: read, set, and looked for."""

import json
from pathlib import Path

import elman
import numpy as np
import pytest
import registry
from elman._described import Described
from elman.layers import LSTM, RNN, Bidirectional, Dense, GRUCell, TimeDistributed
from elman.layers._json import jsonable


def as_json(value):
    """A value of a config, which may hold objects that Keras describes."""

    def described(given):
        if isinstance(given, Described):
            return elman.initializers.serialize(given)
        return jsonable(given)

    return json.loads(json.dumps(value, default=described))


@pytest.mark.parametrize("name", registry.NAMES)
def test_arguments_are_read_once(name, monkeypatch):
    layer = registry.make(name)
    config = layer.get_config()
    first = next(iter(config))
    getattr(layer, first)
    _ = layer.dtype
    asked = []
    monkeypatch.setattr(type(layer), "get_config", lambda self: asked.append(self))
    inside = ("layer", "backward_layer", "cell", "cells", "quantization")
    for argument in config.keys() - {*inside, "batch_input_shape"}:
        assert as_json(getattr(layer, argument)) == config[argument], argument
    assert asked == []


def test_a_model_adds_a_layer_without_reading_its_config(monkeypatch):
    layer = Dense(3, input_shape=(2,))
    monkeypatch.setattr(Dense, "get_config", None)
    assert elman.Sequential([layer]).output_shape == (None, 3)


def test_what_changes_is_read_anew():
    layer = TimeDistributed(Dense(64))
    layer.build((None, 5, 64))
    assert layer.trainable and layer.quantization is None
    layer.trainable = False
    assert layer.trainable is False and layer.get_config()["trainable"] is False
    layer.trainable = True
    layer.layer.quantize("int8")
    assert layer.layer.quantization == "int8"
    assert layer.get_config()["layer"]["config"]["quantization"] == "int8"
    layer.layer.quantize("float32")
    assert layer.layer.quantization is None
    model = elman.Sequential([elman.layers.InputLayer((5, 64)), layer])
    model.trainable = False
    assert not layer.trainable and not layer.layer.trainable
    assert elman.layers.InputLayer((2,)).trainable is True


def test_nobody_can_change_what_is_kept():
    layer = elman.layers.Conv1D(2, 3)
    assert layer.kernel_size == (3,)
    with pytest.raises(AttributeError, match="fixed when it is made"):
        layer.kernel_initializer.seed = 3
    assert layer.kernel_initializer.seed is None
    layer.get_config()["filters"] = 5
    assert layer.filters == 2


@pytest.mark.parametrize("name", registry.NAMES)
def test_setting_an_argument_is_an_error_that_says_how(name):
    layer = registry.make(name)
    before = layer.get_config()
    for argument in before:
        if argument == "trainable":
            continue
        with pytest.raises(AttributeError, match=r"fixed when|from the arguments"):
            setattr(layer, argument, "another")
    assert layer.get_config() == before


@pytest.mark.parametrize("name", registry.NAMES)
def test_setting_a_property_is_an_error(name):
    layer = registry.built(name)
    cls = type(layer)
    for attribute in dir(cls):
        known = getattr(cls, attribute)
        if attribute.startswith("_") or not isinstance(known, property):
            continue
        if known.fset is None:
            with pytest.raises(AttributeError):
                setattr(layer, attribute, "another")
    for name in {weight.name for weight in layer.weights}:
        if hasattr(layer, name) and name not in layer.get_config():
            with pytest.raises(AttributeError, match=f"layer.{name}.assign"):
                setattr(layer, name, np.zeros(2))


@pytest.mark.parametrize("name", registry.NAMES)
def test_attributes_of_the_users_own_are_free(name):
    layer = registry.make(name)
    layer.foo = [1]
    layer._foo = 2
    assert layer.foo == [1] and layer._foo == 2
    del layer.foo
    assert not hasattr(layer, "foo")


def test_the_way_that_the_error_names():
    layer = LSTM(2, input_shape=(4, 3))
    layer.build((None, 4, 3))
    with pytest.raises(AttributeError) as error:
        layer.return_sequences = True
    way = str(error.value).split("anew: ")[1].split(", then ")[0]
    another = eval(way)
    assert another.return_sequences is True and layer.return_sequences is False
    another.build((None, 4, 3))
    another.set_weights(layer.get_weights())
    x = np.ones((1, 4, 3))
    np.testing.assert_array_equal(another(x)[:, -1], layer(x))


@pytest.mark.parametrize(
    ("attribute", "way"),
    [
        ("weights", "set_weights"),
        ("states", "reset_states"),
        ("quantization", "quantize"),
        ("call", "Lambda"),
        ("build", "would not call"),
        ("name", "argument `name`"),
        ("_name", "argument `name`"),
    ],
)
def test_what_is_no_argument_says_what_sets_it(attribute, way):
    with pytest.raises(AttributeError, match=way):
        setattr(LSTM(2), attribute, "another")


def test_setting_what_is_there_already_changes_nothing():
    class Mine(LSTM):
        def __init__(self, units):
            super().__init__(units, activation=elman.activations.relu)
            self.units = units
            self.activation = elman.activations.relu

    layer = Mine(np.int64(3))
    assert layer.units == 3 and "units" not in vars(layer)


def test_a_model_has_the_name_that_it_was_made_with():
    model = elman.Sequential(name="mine")
    for attribute in ("name", "_name"):
        with pytest.raises(AttributeError, match="argument `name`"):
            setattr(model, attribute, "another")
    assert model.name == model._name == "mine"
    for attribute in ("layers", "built", "input_shape", "output_shape"):
        with pytest.raises(AttributeError):
            setattr(model, attribute, None)


def closed(thing):
    thing.close()
    return thing


def stream():
    return elman.Sequential([LSTM(2, input_shape=(None, 3))]).stream()


class Unmade(LSTM):
    """A layer before its ``__init__`` ran."""

    def __init__(self):
        pass


THINGS = {
    "empty model": elman.Sequential,
    "model that is not built": lambda: elman.Sequential([Dense(2)]),
    "built model": lambda: elman.Sequential([Dense(2, input_shape=(3,))]),
    "closed model": lambda: closed(elman.Sequential([Dense(2, input_shape=(3,))])),
    "stream": stream,
    "closed stream": lambda: closed(stream()),
    "unmade layer": Unmade,
    "own cell": lambda: RNN(OwnCell()).cell,
    **{f"{n}, not built": lambda n=n: registry.make(n) for n in registry.NAMES},
    **{f"{n}, built": lambda n=n: registry.built(n) for n in registry.NAMES},
    **{f"{n}, closed": lambda n=n: closed(registry.built(n)) for n in registry.NAMES},
}


class OwnCell:
    state_size = 2

    def call(self, inputs, states):
        return states[0], states


@pytest.mark.parametrize("what", THINGS)
def test_hasattr_never_raises(what):
    thing = THINGS[what]()
    others = ("units", "kernel", "stateful", "states", "state", "nothing", "_nothing")
    for attribute in (*dir(type(thing)), *others):
        hasattr(thing, attribute)
    assert not hasattr(thing, "nothing")


@pytest.mark.parametrize("make", [lambda: LSTM(2), elman.Sequential])
@pytest.mark.parametrize("attribute", ["input_shape", "output_shape"])
def test_what_is_not_built_has_no_shape(make, attribute):
    thing = make()
    assert not hasattr(thing, attribute)
    for kind in (ValueError, AttributeError):
        with pytest.raises(kind, match="not yet been built"):
            getattr(thing, attribute)


def test_what_carries_no_states_has_none():
    for layer in (LSTM(2), registry.built("LSTM"), Dense(2)):
        assert not hasattr(layer, "states")
        for kind in (ValueError, AttributeError):
            with pytest.raises(kind, match="must be stateful"):
                _ = layer.states


def test_what_is_closed_has_no_attributes():
    layer = LSTM(2)
    assert layer.units == 2
    layer.close()
    for kind in (RuntimeError, AttributeError):
        with pytest.raises(kind, match="was closed"):
            _ = layer.units
    with pytest.raises(RuntimeError, match="not made yet"):
        _ = Unmade().units


def test_bidirectional_has_its_layers_attributes():
    layer = Bidirectional(LSTM(2, return_sequences=True, return_state=True))
    assert layer.return_sequences is True and layer.return_state is True
    assert layer.go_backwards is False and layer.stateful is False
    assert layer.layer is layer.forward_layer is layer.forward_layer
    assert layer.backward_layer.go_backwards is True
    with pytest.raises(ValueError, match="single output"):
        elman.Sequential([layer])
    again = Bidirectional.from_config(layer.get_config())
    assert again.return_state is True and again.layer.units == 2


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("make", [LSTM, lambda u, **k: RNN(GRUCell(u), **k)])
def test_bidirectional_refuses_two_of_one_direction(make, backwards):
    given = [make(2, go_backwards=backwards) for _ in range(2)]
    words = "should have different `go_backwards` value"
    with pytest.raises(ValueError, match=words):
        Bidirectional(given[0], backward_layer=given[1])
    config = Bidirectional(LSTM(2)).get_config()
    config["backward_layer"] = config["layer"]
    with pytest.raises(ValueError, match=words):
        Bidirectional.from_config(config)


@pytest.mark.parametrize("attribute", ["return_sequences", "return_state", "stateful"])
def test_bidirectional_refuses_two_that_do_not_fit(attribute):
    forward, backward = LSTM(2), LSTM(2, go_backwards=True, **{attribute: True})
    with pytest.raises(ValueError, match=f'"{attribute}", got "false".*"true" for'):
        Bidirectional(forward, backward_layer=backward)


def test_bidirectional_needs_a_layer():
    with pytest.raises(ValueError, match="Please initialize `Bidirectional`"):
        Bidirectional(None)


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "Dropout"])
def test_a_seed_is_kept(name):
    layer = registry.make(name, seed=3)
    assert layer.seed == layer.get_config()["seed"] == 3


# -- beside Keras ---------------------------------------------------------

EXPECTED = json.loads(
    (Path(__file__).parent / "expected" / "keras_attributes.json").read_text()
)
# What elman has otherwise: its Embedding knows of masks, which it makes; the states of
# a ConvLSTM1D have a size (-1 in Keras 3).
OTHERWISE = {
    ("Embedding", "supports_masking"): True,
    ("ConvLSTM1D", "state_size"): [2, 2],
    ("ConvLSTM2D", "state_size"): [2, 2],
}


def expected_of(name, what):
    """What the Kerases have for an attribute, Keras 3's first."""
    kerases = [EXPECTED[version].get(name, {}) for version in "32"]
    return [keras[what] for keras in kerases if what in keras]


@pytest.mark.parametrize(
    "what",
    [
        "supports_masking",
        "state_size",
        "output_size",
        "units",
        "stateful",
        "trainable",
        "compute_dtype",
        "variable_dtype",
    ],
)
@pytest.mark.parametrize("name", registry.NAMES)
def test_an_attribute_is_that_of_a_keras(name, what):
    known = expected_of(name, what)
    if (name, what) in OTHERWISE:
        known = [OTHERWISE[name, what]]
    if known:
        assert as_json(getattr(registry.built(name), what)) in known


def specification(spec):
    if spec is None:
        return None
    if isinstance(spec, list):
        return [specification(one) for one in spec]
    assert type(spec) is elman.layers.InputSpec
    axes = {str(axis): size for axis, size in spec.axes.items()}
    shape = spec.shape and list(spec.shape)
    return {"ndim": spec.ndim, "min_ndim": spec.min_ndim, "axes": axes, "shape": shape}


@pytest.mark.parametrize("name", registry.NAMES)
def test_the_input_spec_is_that_of_a_keras(name):
    known = expected_of(name, "spec")
    layer = registry.make(name)
    specs = [specification(layer.input_spec)]
    if name != "InputLayer":
        layer.build(registry.input_shape(name))
    specs.append(specification(layer.input_spec))
    if known:
        assert specs == known[0]
    with pytest.raises(AttributeError, match="checks inputs itself"):
        layer.input_spec = None


def test_the_input_spec_of_layers_with_axes():
    layer = elman.layers.PReLU(shared_axes=[1])
    layer.build((None, 4, 3))
    assert (layer.input_spec.ndim, layer.input_spec.axes) == (3, {2: 3})
    permute = elman.layers.Permute((3, 1, 2))
    assert permute.input_spec.ndim == 4
    normalization = elman.layers.BatchNormalization(axis=1)
    normalization.build((None, 4, 3))
    assert normalization.input_spec.axes == {1: 4}


def test_an_input_spec_of_ones_own():
    spec = elman.layers.InputSpec(shape=(None, 4), axes={"-1": 4}, dtype="float32")
    assert (spec.ndim, spec.shape, spec.axes) == (2, (None, 4), {-1: 4})
    again = elman.layers.InputSpec.from_config(spec.get_config())
    assert vars(again) == vars(spec)
    assert repr(elman.layers.InputSpec(min_ndim=2)) == "InputSpec(min_ndim=2)"
    with pytest.raises(TypeError, match="dict with integer keys"):
        elman.layers.InputSpec(axes={"x": 1})
    with pytest.raises(ValueError, match="Axis 2 is greater"):
        elman.layers.InputSpec(ndim=2, axes={2: 1})


@pytest.mark.parametrize("name", registry.NAMES)
def test_compute_mask_is_that_of_keras_2(name):
    inputs = registry.inputs(name)
    mask = np.ones(inputs.shape[:2], bool)
    mask[:, -1] = False
    result = registry.make(name).compute_mask(inputs, mask)
    result = None if result is None else np.asarray(result).tolist()
    # Keras 2 has a TypeError for what does not know of masks, and no RMSNormalization.
    wanted = EXPECTED["2"].get(name, {"mask": None})["mask"]
    if not name.startswith("CuDNN"):
        assert result == (None if wanted == "TypeError" else wanted)


def test_masks_that_layers_make():
    masking = elman.layers.Masking(mask_value=[1.0, 2.0])
    x = np.array([[[1, 2], [1, 0], [0, 2]]])
    assert masking.compute_mask(x).tolist() == [[False, True, True]]
    embedding = elman.layers.Embedding(4, 2, mask_zero=True)
    assert embedding.compute_mask([[0, 3]]).tolist() == [[False, True]]
    words = np.array([[[0, 3], [0, 0]]])
    around = TimeDistributed(embedding)
    assert around.compute_mask(words).tolist() == [[[False, True], [False, False]]]
    around = TimeDistributed(LSTM(2))
    mask = words != 0
    x = np.zeros((1, 2, 2, 3))
    assert around.compute_mask(x, mask).tolist() == [[True, False]]
    around = TimeDistributed(LSTM(2, return_sequences=True))
    assert around.compute_mask(x, mask).tolist() == mask.tolist()
    steps = np.array([[True, False]])
    assert around.compute_mask(x, steps) is steps and around.compute_mask(x) is None


@pytest.mark.parametrize("masked", [LSTM, elman.layers.GRU, elman.layers.SimpleRNN])
def test_masks_of_several_outputs(masked):
    mask = np.ones((1, 2), bool)
    states = [None] * len(masked(2).state_size)
    layer = masked(2, return_sequences=True, return_state=True)
    assert layer.compute_mask(None, mask) == [mask, *states]
    layer = masked(2, return_state=True)
    assert layer.compute_mask(None, mask) == [None, *states]
    layer = Bidirectional(masked(2, return_sequences=True), merge_mode=None)
    assert layer.compute_mask(None, mask) == [mask, mask]
    layer = Bidirectional(masked(2, return_state=True))
    assert layer.compute_mask(None, mask) == [None, *states, *states]


def shapes(states):
    if isinstance(states, (list, tuple)):
        return [shapes(state) for state in states]
    return list(np.shape(states))


@pytest.mark.parametrize("name", registry.NAMES)
def test_initial_states_are_zeros_of_the_shapes_of_keras(name):
    layer = registry.built(name)
    known = expected_of(name, "initial_state")
    assert hasattr(layer, "get_initial_state") == (bool(known) or "CuDNN" in name)
    if not known:
        return
    # The one state of a stacked cell is an array here, in Keras 3 a list of one.
    wanted = [s[0] if np.ndim(s) == 2 and len(s) == 1 else s for s in known[0]]
    rows = np.zeros((3, 4, 2))
    for states in (
        layer.get_initial_state(batch_size=3),
        layer.get_initial_state(3),
        layer.get_initial_state(rows),
        layer.get_initial_state(inputs=rows),
    ):
        assert shapes(states) == wanted
        assert not any(np.any(s) for s in elman.layers._layer.flattened(states))
    with pytest.raises(ValueError, match="batch_size"):
        layer.get_initial_state(batch_size=-1)


def test_a_sequence_begins_with_the_initial_states():
    layer, x = RNN([GRUCell(2), elman.layers.LSTMCell(3)]), np.ones((2, 4, 1))
    begun = layer(x, initial_state=layer.get_initial_state(batch_size=2))
    np.testing.assert_array_equal(begun, layer(x))


@pytest.mark.parametrize("name", EXPECTED["several_outputs"])
def test_the_shapes_of_several_outputs_are_those_of_keras(name):
    kind = getattr(elman.layers, name)
    layer = {
        "LSTM": lambda: kind(2, return_state=True),
        "GRU": lambda: kind(2, return_sequences=True, return_state=True),
        "RNN": lambda: kind([GRUCell(2), elman.layers.LSTMCell(3)], return_state=True),
        "ConvLSTM1D": lambda: kind(2, 2, return_state=True),
        "Bidirectional": lambda: kind(LSTM(2, return_state=True)),
    }[name]()
    shape = registry.input_shape(name)
    computed = layer.compute_output_shape(shape)
    assert as_json(computed) == EXPECTED["several_outputs"][name]
    assert shapes(layer(np.ones(shape))) == as_json(computed)


def test_the_shapes_of_two_outputs():
    layer = Bidirectional(LSTM(2), merge_mode=None)
    assert layer.compute_output_shape((3, 4, 2)) == ((3, 2), (3, 2))


@pytest.mark.parametrize("name", registry.NAMES)
def test_types_and_regularizers_that_every_layer_has(name):
    layer = registry.make(name)
    assert layer.dtype == layer.variable_dtype == layer.compute_dtype == "float32"
    if "activity_regularizer" not in layer.get_config():
        given = elman.regularizers.L1L2 if name == "ActivityRegularization" else None
        assert type(layer.activity_regularizer) is (given or type(None))
        return
    layer = registry.make(name, activity_regularizer=elman.regularizers.L1(0.5))
    assert layer.activity_regularizer.l1 == 0.5
    assert layer.activity_regularizer is layer.activity_regularizer


@pytest.mark.parametrize("name", registry.NAMES)
def test_what_a_config_describes_is_an_object(name):
    layer = registry.make(name)
    kinds = {
        "initializer": elman.initializers.Initializer,
        "regularizer": (elman.regularizers.Regularizer, type(None)),
        "constraint": (elman.constraints.Constraint, type(None)),
    }
    for argument in layer.get_config():
        kind = kinds.get(argument.rpartition("_")[2])
        if kind is not None:
            assert isinstance(getattr(layer, argument), kind)
        elif argument.rpartition("_")[2] == "activation":
            function = getattr(layer, argument)
            assert function.__name__ in elman.activations.__all__
            assert np.shape(function(np.ones((2, 3)))) == (2, 3)


def test_a_layer_as_an_activation():
    dense = Dense(2, activation=elman.layers.LeakyReLU(0.5))
    assert dense.activation([[-1.0, 1.0]]).tolist() == [[-0.5, 1.0]]


def test_the_layers_of_a_model_are_changed_by_add_and_pop():
    model = elman.Sequential([Dense(2)])
    with pytest.raises(AttributeError, match=r"`add\(\)` and `pop\(\)`"):
        model.layers = []
    assert len(model.layers) == 1 and model.dtype == "float32"


# What a layer has once it is built, or where it is stateful.
LATER = {"input", "input_shape", "output", "output_shape", "states"}
LATER |= {"__abstractmethods__"}


@pytest.mark.parametrize("name", registry.NAMES)
def test_dir_names_what_is_there(name):
    for layer in (registry.make(name), registry.built(name)):
        assert {n for n in dir(layer) if not hasattr(layer, n)} <= LATER
        assert layer.get_config().keys() <= set(dir(layer))
        layer.close()
        assert "units" not in dir(layer)


def test_dir_names_weights():
    layer = registry.built("LSTM")
    assert {"units", "kernel", "bias", "activation", "cell"} <= set(dir(layer))
    assert "kernel" not in dir(registry.built("RNN"))
