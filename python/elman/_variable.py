"""The weights of layers as objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from numpy.lib.mixins import NDArrayOperatorsMixin

from . import _arrays
from ._handle import Handle
from ._library import check, lib
from ._run import FloatArray

if TYPE_CHECKING:
    from .layers._weights import LayerWeights

_DTYPE = np.dtype(np.float32)


class Variable(NDArrayOperatorsMixin):
    """A weight of a layer, as ``layer.weights`` and ``layer.kernel`` give it.

    It is read and set in the library at each use: what ``assign`` sets holds from the
    next call of the layer on, and what ``set_weights`` set is what ``numpy`` gives.
    NumPy's functions and operators take it for an array.

    Examples
    --------
    >>> import numpy as np, elman
    >>> layer = elman.layers.Dense(2, kernel_initializer="ones")
    >>> layer.build((None, 3))
    >>> layer.kernel
    <Variable path=dense/kernel, shape=(3, 2), dtype=float32, value=[[1. 1.]
     [1. 1.]
     [1. 1.]]>
    >>> layer.kernel.assign_add(np.ones((3, 2))).numpy().sum()
    np.float32(12.0)
    """

    def __init__(self, layer: LayerWeights, index: int):
        if not isinstance(layer, Handle):
            raise TypeError(
                "A Variable is a weight of a layer, such as `layer.kernel`; elman has "
                f"none of its own. Received: {layer!r}"
            )
        self._layer = layer
        self._index = index
        self._name = layer._text("weight_name", index).rpartition("/")[2]

    # -- what it is -----------------------------------------------------

    @property
    def name(self) -> str:
        """The name within the layer, such as ``kernel``."""
        return self._name

    @property
    def path(self) -> str:
        """The names of the layers around it and its own: ``lstm/lstm_cell/kernel``."""
        return f"{self._layer.path}/{self._name}"

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape."""
        return self._layer._shape("weight_shape", self._index)  # type: ignore[return-value]

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def dtype(self) -> np.dtype[np.float32]:
        """float32, which equals ``"float32"`` too."""
        return _DTYPE

    @property
    def trainable(self) -> bool:
        """Whether training may change it: never where its layer is not trainable."""
        return self._layer._is_weight_trainable(self._index)

    @property
    def initializer(self) -> Any:
        """The layer's initializer of this weight, or None."""
        return self._layer._of_weight(self._name, "initializer")

    @property
    def regularizer(self) -> Any:
        """The layer's regularizer of this weight, or None."""
        return self._layer._of_weight(self._name, "regularizer")

    @property
    def constraint(self) -> Any:
        """The layer's constraint on this weight, or None."""
        return self._layer._of_weight(self._name, "constraint")

    def __repr__(self) -> str:
        if self._layer._is_closed:
            return f"<Variable name={self._name}, closed>"
        return (
            f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}, "
            f"value={self.numpy()}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _weight_of, (self._layer, self._index)

    # -- values ---------------------------------------------------------

    def numpy(self) -> FloatArray:
        """A copy of the values."""
        return self._layer._copy("weight", self._index)

    @property
    def value(self) -> FloatArray:
        """A copy of the values."""
        return self.numpy()

    def assign(self, value: npt.ArrayLike) -> Variable:
        """Set the values.

        Parameters
        ----------
        value : array
            Of exactly this shape.

        Returns
        -------
        Variable
            This one.

        Raises
        ------
        ValueError
            If the shape is another.
        TypeError
            If it holds no real numbers.
        """
        array = _arrays.float32(value, "value")
        if array.shape != self.shape:
            raise ValueError(
                "The shape of the target variable and the shape of the target value "
                f"in `variable.assign(value)` must match. variable.shape={self.shape}, "
                f"Received: value.shape={array.shape}. Target variable: {self.path}"
            )
        set_weight = lib().elman_layer_set_weight
        check(set_weight(self._layer._handle, self._index, _arrays.describe(array)))
        return self

    def assign_add(self, value: npt.ArrayLike) -> Variable:
        """Add to the values; the result must have their shape."""
        return self.assign(self.numpy() + np.asarray(value))

    def assign_sub(self, value: npt.ArrayLike) -> Variable:
        """Subtract from the values; the result must have their shape."""
        return self.assign(self.numpy() - np.asarray(value))

    # -- as an array ----------------------------------------------------

    # Comparisons are those of arrays; a set or a dict finds a weight by identity.
    __hash__ = object.__hash__

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        if copy is False:
            raise ValueError("The values of a weight are copied out of the library.")
        return self.numpy().astype(dtype or _DTYPE, copy=False)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any
    ) -> Any:
        if any(isinstance(out, Variable) for out in keywords.get("out", ())):
            raise TypeError(
                "The values of a weight are set by `assign`, `assign_add` and "
                f"`assign_sub`, not in place. Received: {self.path} as `out`"
            )
        arrays = [x.numpy() if isinstance(x, Variable) else x for x in inputs]
        return getattr(ufunc, method)(*arrays, **keywords)

    def __getitem__(self, key: Any) -> Any:
        return self.numpy()[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError(
            "The values of a weight are set by `assign`, all at once. "
            f"Received: an item of {self.path}"
        )

    def __len__(self) -> int:
        return len(self.numpy())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.numpy())

    def __bool__(self) -> bool:
        return bool(self.numpy())

    def __float__(self) -> float:
        return float(self.numpy())

    def __int__(self) -> int:
        return int(self.numpy())


def _weight_of(layer: LayerWeights, index: int) -> Variable:
    """A weight again, of the layer's copy."""
    return layer._own_weights()[index]
