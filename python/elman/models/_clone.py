"""clone_model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..layers import InputLayer, Layer
from .sequential import Sequential


def clone_model(
    model: Sequential,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Layer] | None = None,
) -> Sequential:
    """A model of the same layers and names, with fresh weights.

    Parameters
    ----------
    model : Sequential
        The model.
    input_tensors : None
        Keras's; elman has no tensors to build on.
    clone_function : callable, optional
        Returns the layer in the place of a layer; otherwise one is made of its
        config, which a Lambda cannot be.

    Raises
    ------
    ValueError
        If ``model`` is no Sequential, or ``input_tensors`` are given.

    Examples
    --------
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(3, input_shape=(2,))])
    >>> elman.models.clone_model(model).count_params()
    9
    """
    if not isinstance(model, Sequential):
        raise ValueError(
            f"Expected `model` argument to be a Sequential. Received: model={model!r}"
        )
    if input_tensors is not None:
        raise ValueError(
            "elman has no tensors to build a model on. "
            f"Received: input_tensors={input_tensors!r}"
        )
    copied = clone_function or _copied
    clone = Sequential(name=model.name)
    for layer in model._all_layers():
        clone.add(layer if isinstance(layer, InputLayer) else copied(layer))
    if model.built and not clone.built:
        clone.build(model.input_shape)
    return clone


def _copied(layer: Layer) -> Layer:
    return type(layer).from_config(layer.get_config())
