"""Activation."""

from __future__ import annotations

from typing import Any

from ._layer import Layer


class Activation(Layer):
    """An activation function as a layer; any shape.

    Parameters
    ----------
    activation : str or function
        The name of the function, such as "tanh" or "softmax" (over the last
        axis), or one of ``elman.activations``; ``functools.partial`` gives it
        arguments.

    Examples
    --------
    >>> import elman
    >>> elman.layers.Activation("relu")([[-1.0, 2.0]]).tolist()
    [[0.0, 2.0]]
    """

    def __init__(self, activation: Any, **kwargs: Any):
        super().__init__({"activation": activation}, kwargs)
