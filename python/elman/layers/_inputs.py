"""What layers take: the shapes of inputs, and masks."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt

from .._library import check
from .._network import Network


class InputSpec:
    """What the inputs of a layer must be like; None where all are taken.

    Parameters
    ----------
    dtype : str, optional
        Their type.
    shape : tuple, optional
        Their shape, batch first, None where any size is taken.
    ndim, max_ndim, min_ndim : int, optional
        Their number of dimensions, the most and the least.
    axes : dict of int to int, optional
        The sizes of some axes.
    allow_last_axis_squeeze : bool
        Whether a last axis of 1 may be missing, or be there beside.
    name : str, optional
        The name of the input.
    optional : bool
        Whether it may be None.

    Examples
    --------
    >>> import elman
    >>> elman.layers.LSTM(2).input_spec
    InputSpec(ndim=3)
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Sequence[int | None] | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Mapping[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ):
        self.dtype = dtype
        self.shape = None if shape is None else tuple(shape)
        self.ndim = ndim if shape is None else len(shape)
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = _axes(axes, self.ndim or max_ndim)
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return dict(vars(self))

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputSpec:
        """A specification from what ``get_config`` gives."""
        return cls(**config)

    def __repr__(self) -> str:
        given = [f"{name}={value!r}" for name, value in vars(self).items() if value]
        return f"InputSpec({', '.join(given)})"


def _axes(axes: Any, most: int | None) -> dict[int, int | None]:
    try:
        known = {int(axis): axes[axis] for axis in axes or {}}
    except (TypeError, ValueError):
        raise TypeError(
            f"Argument `axes` must be a dict with integer keys. Received: axes={axes}"
        ) from None
    if known and most is not None and max(known) > most - 1:
        raise ValueError(
            f"Axis {max(known)} is greater than the maximum allowed value: {most - 1}"
        )
    return known


class TakesInputs(Network):
    """What says which inputs it takes, and what becomes of their masks."""

    # The arguments of its InputSpec.
    _expects: dict[str, Any] = {}
    # Whether the features of the input are fixed once it is built.
    _fixes_features = False

    @property
    def input_spec(self) -> Any:
        """What inputs must be like, an InputSpec; None where all are taken."""
        expected = self._expected()
        return InputSpec(**expected) if expected else None

    def _expected(self) -> dict[str, Any]:
        """The arguments of the InputSpec, as Keras 3 has them."""
        if self._fixes_features and self.built:
            return {**self._expects, "axes": {-1: self.input_shape[-1]}}
        return self._expects

    @property
    def supports_masking(self) -> bool:
        """Whether the layer knows of masks; set, whether it passes one on.

        A layer that does not know of masks, such as ``Conv1D``, drops the mask of
        its input, unless this is set to True. What others do with a mask stays.
        """
        return bool(self._number("supports_masking", of=ctypes.c_int32))

    @supports_masking.setter
    def supports_masking(self, value: bool) -> None:
        check(self._function("set_supports_masking")(self._handle, int(bool(value))))

    def compute_mask(self, inputs: Any, mask: npt.ArrayLike | None = None) -> Any:
        """The mask of the output; None where there is none.

        Parameters
        ----------
        inputs : array
            Batch first.
        mask : array, optional
            That of the inputs.
        """
        return mask if self.supports_masking else None


def axis_and_rank(layer: Any) -> dict[str, Any]:
    """What a built layer with an `axis` expects: the rank and that axis's size."""
    shape = layer.input_shape
    return {"ndim": len(shape), "axes": {layer.axis: shape[layer.axis]}}
