"""The signatures of the Python layers are the engine's lists of arguments."""

import functools
import inspect
import json

import pytest
import registry
from elman import layers
from elman._library import lib, text

IN_ENGINE = json.loads(text(lib().elman_layer_class_names))
CLASSES = [name for name in IN_ENGINE if name in registry.NAMES]
# Every layer's arguments that some classes have in their signatures.
OF_EVERY_LAYER = {
    "InputLayer": {"input_shape", "batch_size", "dtype", "shape", "batch_shape"},
    "Bidirectional": {"weights"},
}


def listed(name, by_name=False):
    every = json.loads(text(lib().elman_layer_arguments, name.encode()))
    return [one for one in every if one.get("by_name", False) == by_name]


def signature(name):
    parameters = inspect.signature(getattr(layers, name).__init__).parameters
    return {
        key: parameter
        for key, parameter in parameters.items()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        and key != "self"
        and key not in OF_EVERY_LAYER.get(name, ())
    }


@functools.cache
def required(name):
    """A config with what a class needs, as Python's positional arguments give it."""
    parameters = inspect.signature(getattr(layers, name).__init__).parameters
    keys = list(parameters)[1:]
    given = dict(zip(keys, registry.arguments(name)))
    config = {
        key: layers.serialize(value) if isinstance(value, layers.Layer) else value
        for key, value in given.items()
    }
    return {"name": "layer", **config}


def config(name, **changes):
    cls = getattr(layers, name)
    return cls.from_config({**required(name), **changes}).get_config()


def test_the_engine_and_python_have_the_same_classes():
    names = set(registry.ALL_NAMES)
    aliases = {name for name in names if getattr(layers, name).__name__ != name}
    in_python = {*names, *layers.OPERATIONS} - aliases - {"Lambda"}
    assert in_python - {"AbstractRNNCell"} == set(IN_ENGINE)
    assert sorted(IN_ENGINE) == IN_ENGINE


@pytest.mark.parametrize("name", CLASSES)
def test_names_and_order(name):
    assert list(signature(name)) == [one["name"] for one in listed(name)]


@pytest.mark.parametrize("name", CLASSES)
def test_what_must_be_given(name):
    needed = [one["name"] for one in listed(name) if "default" not in one]
    empty = inspect.Parameter.empty
    assert needed == [k for k, p in signature(name).items() if p.default is empty]
    for key in needed:
        some = {k: v for k, v in required(name).items() if k != key}
        with pytest.raises((TypeError, ValueError), match=key):
            getattr(layers, name).from_config(some)


@pytest.mark.parametrize("name", CLASSES)
def test_defaults(name):
    """Left out, given in Python or given as the list says: one layer."""
    left_out = config(name)
    # What `required` gives, and a slope that is written under the name it was given.
    skipped = {*required(name), *(["negative_slope"] if name == "LeakyReLU" else [])}
    in_python = {
        key: parameter.default
        for key, parameter in signature(name).items()
        if parameter.default is not inspect.Parameter.empty and key not in skipped
    }
    assert config(name, **in_python) == left_out
    for one in listed(name):
        if "default" in one and one["name"] not in skipped:
            assert config(name, **{one["name"]: one["default"]}) == left_out, one


@pytest.mark.parametrize("name", CLASSES)
def test_defaults_are_written(name):
    """A default that is a plain number or a flag stands in the config."""
    written = config(name)
    for one in listed(name):
        if one["type"] in ("flag", "number", "factor", "count") and "default" in one:
            key = one["name"]
            if key in written and key not in required(name):
                assert written[key] == one["default"], key


@pytest.mark.parametrize("name", CLASSES)
def test_what_is_taken_by_name(name):
    for one in listed(name, by_name=True):
        key, default = one["name"], one["default"]
        assert key not in signature(name)
        config(name, **{key: default})
        if one["type"] == "ignored":
            assert key not in config(name, **{key: "anything"})


def test_a_class_that_is_not_there():
    with pytest.raises(ValueError, match=r"Did you mean .Dense."):
        listed("Dens")
