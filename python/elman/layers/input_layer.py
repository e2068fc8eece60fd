"""InputLayer and Input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._layer import Layer


class InputLayer(Layer):
    """The shape of a model's inputs, as its first layer.

    Parameters
    ----------
    input_shape, shape : tuple
        Without the batch.
    batch_size : int, optional
        The batch, where it is fixed.
    batch_shape, batch_input_shape : tuple
        The whole shape instead.
    dtype : str, optional
        That of the inputs: any of integers, floats and booleans, which become
        float32.

    Examples
    --------
    >>> import elman
    >>> elman.Sequential([elman.layers.InputLayer((2, 10))]).input_shape
    (None, 2, 10)
    """

    def __init__(
        self,
        input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: Any = None,
        shape: Sequence[int | None] | None = None,
        batch_shape: Sequence[int | None] | None = None,
        **kwargs: Any,
    ):
        config = {
            "input_shape": shape if input_shape is None else input_shape,
            "batch_size": batch_size,
            "batch_shape": batch_shape,
            "dtype": dtype,
        }
        super().__init__(config, kwargs)


def Input(
    shape: Sequence[int | None] | None = None,
    batch_size: int | None = None,
    dtype: Any = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
) -> InputLayer:
    """The input of a model, as in Keras 3: ``Sequential([Input((2, 10)), ...])``."""
    return InputLayer(shape, batch_size, dtype, batch_shape=batch_shape, name=name)
