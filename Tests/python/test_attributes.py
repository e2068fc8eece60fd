"""Attributes of layers, models and streams: read, set, and looked for."""

import json

import elman
import numpy as np
import pytest
import registry
from elman.layers import LSTM, RNN, Bidirectional, Dense, GRUCell, TimeDistributed


def as_json(value):
    return json.loads(json.dumps(value))


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
    layer.kernel_initializer["class_name"] = "Nonsense"
    assert layer.kernel_initializer["class_name"] == "GlorotUniform"
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
    for attribute in {path.rpartition("/")[2] for path in layer.weight_names}:
        with pytest.raises(AttributeError, match="set_weights"):
            setattr(layer, attribute, np.zeros(2))


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
