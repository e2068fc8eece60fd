"""InputLayer and Input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._graph import Arguments, Node
from .._tensor import KerasTensor
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

    @property
    def built(self) -> bool:
        """True: there is nothing to build."""
        return True

    def _params(self) -> tuple[int, int]:
        return 0, 0

    @property
    def input_shape(self) -> Any:
        """The shape of the inputs, batch first."""
        return self.output.shape

    @property
    def output_shape(self) -> Any:
        """The shape of the inputs, batch first."""
        return self.output.shape

    @property
    def _inbound_nodes(self) -> Sequence[Node]:
        """The one node, whose output is the input of a model."""
        if not self._nodes:
            self._called(Arguments([]))
        return self._nodes


def Input(
    shape: Sequence[int | None] | None = None,
    batch_size: int | None = None,
    dtype: Any = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
) -> KerasTensor:
    """The input of a model: a tensor that layers are called on.

    Parameters
    ----------
    shape : tuple
        Without the batch.
    batch_size : int, optional
        The batch, where it is fixed.
    dtype : str, optional
        That of the inputs: any of integers, floats and booleans, which become
        float32.
    batch_shape : tuple
        The whole shape instead.
    name : str, optional
        Counted (``input_layer``, ``input_layer_1``, ...) where it is not given.

    Examples
    --------
    >>> import elman
    >>> x = elman.Input((2, 10))
    >>> elman.Model(x, elman.layers.SimpleRNN(3)(x)).output_shape
    (None, 3)
    >>> elman.Sequential([elman.Input((2, 10)), elman.layers.SimpleRNN(3)]).output_shape
    (None, 3)
    """
    layer = InputLayer(shape, batch_size, dtype, batch_shape=batch_shape, name=name)
    tensor: KerasTensor = layer.output
    return tensor
