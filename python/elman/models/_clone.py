"""clone_model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._custom_objects import custom_object_scope
from .._graph import recipe
from .._structure import flat
from ..layers import InputLayer
from ..layers._custom import custom_classes
from ._rebuilt import rebuilt
from .model import Model
from .sequential import Sequential


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Callable[[Any], Any] | None = None,
) -> Any:
    """A model of the same layers and names, with fresh weights.

    Parameters
    ----------
    model : Model
        The model.
    input_tensors : KerasTensor, or lists and dicts of them, optional
        What a model of tensors is to begin with, in place of inputs of its own.
    clone_function : callable, optional
        Returns the layer in the place of a layer; otherwise one is made of its
        config, which a Lambda cannot be.

    Raises
    ------
    ValueError
        If ``model`` is no model, or ``input_tensors`` are given for a Sequential.

    Examples
    --------
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(3, input_shape=(2,))])
    >>> elman.models.clone_model(model).count_params()
    9
    """
    if not isinstance(model, Model):
        raise ValueError(
            f"Expected `model` argument to be a Model. Received: model={model!r}"
        )
    copied = clone_function or _copied
    if isinstance(model, Sequential):
        return _clone_sequential(model, input_tensors, copied)
    return _clone_graph(model, input_tensors, copied)


def _clone_sequential(
    model: Sequential, input_tensors: Any, copied: Callable[[Any], Any]
) -> Sequential:
    if input_tensors is not None:
        raise ValueError(
            "A Sequential is cloned with an input of its own: call the clone on "
            f"tensors. Received: input_tensors={input_tensors!r}"
        )
    clone = Sequential(name=model.name)
    for layer in model._all_layers():
        clone.add(layer if isinstance(layer, InputLayer) else copied(layer))
    if model.built and not clone.built:
        clone.build(model.input_shape)
    return clone


def _clone_graph(
    model: Model, input_tensors: Any, copied: Callable[[Any], Any]
) -> Model:
    if model._is_read:
        if copied is not _copied or input_tensors is not None:
            raise NotImplementedError(
                "A model that was read of a config is cloned as it is: make it of "
                "tensors to exchange its layers or inputs."
            )
        config, classes = model.get_config(), custom_classes(model)
        made: Model = type(model).from_config(config, custom_objects=classes)
        return made
    layers = [
        _copied(layer) if isinstance(layer, InputLayer) else copied(layer)
        for layer in model._layers
    ]
    made_again = recipe(model._graph, model._layers, model._inputs, model._outputs)
    begin = None if input_tensors is None else flat(input_tensors)
    structures = model._input_structure, model._output_structure
    return rebuilt(Model, model.name, layers, made_again, *structures, begin)


def _copied(layer: Any) -> Any:
    if isinstance(layer, Model):
        return clone_model(layer)
    with custom_object_scope(custom_classes(layer)):
        return type(layer).from_config(layer.get_config())
