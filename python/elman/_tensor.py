"""Arrays that are not there yet: what layers are called with in a graph."""

from __future__ import annotations

import operator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np

from ._handle import Handle
from ._structure import flat

if TYPE_CHECKING:
    from ._graph import Node


class History(NamedTuple):
    """Where a tensor comes from, as Keras names it."""

    layer: Any
    node_index: int
    tensor_index: int


class KerasTensor(Handle):
    """An array that is not there yet, of a known shape: what ``Input`` gives.

    Layers called on it give others, and ``elman.Model`` makes a model from some to
    others. Operators with numbers and tensors, and slices, work as on arrays.

    Examples
    --------
    >>> import elman
    >>> x = elman.Input((5, 3), name="x")
    >>> x
    <KerasTensor shape=(None, 5, 3), dtype=float32, sparse=False, name=x>
    >>> (2 * x[:, -1] + 1).shape
    (None, 3)
    """

    _kind = "tensor"
    sparse = False
    # NumPy leaves `array + tensor` to the tensor, which refuses it.
    __array_ufunc__ = None
    __hash__ = object.__hash__

    def __init__(self, *arguments: Any, **keywords: Any):
        raise TypeError(
            "A KerasTensor is what elman.Input(shape) gives, and layers that are "
            "called on others."
        )

    @classmethod
    def _wrap(cls, handle: int) -> KerasTensor:
        tensor = cls.__new__(cls)
        tensor._own(handle)
        return tensor

    def _stand(self, node: Node, index: int) -> None:
        """Be the output of a call."""
        self._node = node
        self._index = index

    @property
    def _keras_history(self) -> History:
        node = self._node
        return History(node.layer, node.layer._inbound_nodes.index(node), self._index)

    @property
    def _key(self) -> tuple[int, int]:
        """The same for tensors that are the same."""
        return self._node.serial, self._index

    # -- what it is -----------------------------------------------------

    @cached_property
    def shape(self) -> tuple[int | None, ...]:
        """The shape, batch first; None where a dimension is not fixed."""
        return self._shape("shape")

    @cached_property
    def dtype(self) -> str:
        """The type: "float32", or what ``Input`` was given."""
        return self._text("dtype")

    @cached_property
    def name(self) -> str:
        """The name of the layer that gives it."""
        return self._text("name")

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    rank = ndim

    def __repr__(self) -> str:
        if self._is_closed:
            return "<KerasTensor closed>"
        return (
            f"<KerasTensor shape={self.shape}, dtype={self.dtype}, "
            f"sparse={self.sparse}, name={self.name}>"
        )

    # -- what it is not -------------------------------------------------

    def __bool__(self) -> NoReturn:
        raise TypeError("A symbolic KerasTensor cannot be used as a boolean.")

    def __iter__(self) -> NoReturn:
        raise NotImplementedError(
            "Iterating over a symbolic KerasTensor is not supported."
        )

    def __len__(self) -> NoReturn:
        raise TypeError("A symbolic KerasTensor has no length: see its `shape`.")

    def __array__(self, *arguments: Any, **keywords: Any) -> NoReturn:
        raise _no_value("a NumPy array")

    def __int__(self) -> NoReturn:
        raise _no_value("an int")

    def __float__(self) -> NoReturn:
        raise _no_value("a float")

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A KerasTensor cannot be pickled or copied: pickle or clone the model."
        )

    # -- operators ------------------------------------------------------

    def __getitem__(self, key: Any) -> KerasTensor:
        from .layers._operations import GetItem

        keys = key if isinstance(key, tuple) else (key,)
        return GetItem(list(map(_axis, keys)))(self)  # type: ignore[return-value]

    def __neg__(self) -> KerasTensor:
        return _operation("negative", self)

    def __pos__(self) -> KerasTensor:
        return self

    def __abs__(self) -> KerasTensor:
        return _operation("absolute", self)

    def __invert__(self) -> KerasTensor:
        return _operation("logical_not", self)


def _no_value(what: str) -> ValueError:
    return ValueError(
        "A KerasTensor is symbolic: it's a placeholder for a shape and a dtype. It "
        "doesn't have any actual numerical value. You cannot convert it to "
        f"{what}."
    )


def _axis(key: Any) -> Any:
    """What ``GetItem`` knows of one axis."""
    if key is None or key is Ellipsis:
        return None if key is None else "..."
    if isinstance(key, slice):
        parts = {"start": key.start, "stop": key.stop, "step": key.step}
        return {name: None if at is None else _index(at) for name, at in parts.items()}
    return _index(key)


def _index(key: Any) -> int:
    if isinstance(key, (bool, np.bool_)) or not hasattr(key, "__index__"):
        raise TypeError(
            "A KerasTensor takes integers, slices, None and ... as indices. "
            f"Received: {key!r}"
        )
    return operator.index(key)


def _operation(function: str, *inputs: KerasTensor, **arguments: Any) -> KerasTensor:
    from .layers._operations import Operation

    layer = Operation(function, **arguments)
    return layer(list(inputs))  # type: ignore[no-any-return]


def _number(value: Any) -> float | None:
    """A number on the other side of an operator; None where it is none."""
    if isinstance(value, (bool, int, float)):
        return float(value)
    if isinstance(value, (np.ndarray, np.generic)) and np.ndim(value) == 0:
        return float(value) if value.dtype.kind in "fiub" else None
    return None


def _binary(function: str, reflected: bool = False) -> Any:
    def operate(self: KerasTensor, other: Any) -> Any:
        if isinstance(other, KerasTensor):
            return _operation(
                function, *((other, self) if reflected else (self, other))
            )
        constant = _number(other)
        if constant is None:
            if isinstance(other, (np.ndarray, list, tuple)):
                raise TypeError(
                    "A KerasTensor goes with numbers and KerasTensors; a Lambda holds "
                    f"an array. Received: {type(other).__name__} of shape "
                    f"{np.shape(other)}"
                )
            return NotImplemented
        return _operation(function, self, constant=constant, constant_first=reflected)

    return operate


for _name, _function in {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "pow": "power",
    "and": "logical_and",
    "or": "logical_or",
}.items():
    setattr(KerasTensor, f"__{_name}__", _binary(_function))
    setattr(KerasTensor, f"__r{_name}__", _binary(_function, reflected=True))
for _name, _function in {
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
}.items():
    setattr(KerasTensor, f"__{_name}__", _binary(_function))


def is_symbolic(*structures: Any) -> bool:
    """Whether there is a tensor among the leaves."""
    return any(
        isinstance(leaf, KerasTensor)
        for structure in structures
        if structure is not None and type(structure) is not np.ndarray
        for leaf in _found(structure)
    )


def _found(structure: Any) -> list[Any]:
    """The leaves; of lists that begin with a number none, however long they are."""
    first = structure
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    return [] if isinstance(first, (int, float)) else _leaves(structure)


def _leaves(structure: Any) -> list[Any]:
    if isinstance(structure, dict):
        return [leaf for part in structure.values() for leaf in _leaves(part)]
    return flat(structure)
