"""The cells: one step of a recurrence each, which RNN runs over a sequence."""

from __future__ import annotations

import contextlib
import ctypes
import inspect
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _callbacks
from .._arrays import float32
from .._library import LARGEST_SIZE, check, encoded, lib, positive
from .._run import FloatArray
from ._layer import Layer, arguments, flattened, leaves, nested


class Cell(Layer):
    """What the cells have in common: sizes, and a call with states."""

    @property
    def state_size(self) -> Any:
        """The size of the state, or the list of their sizes."""
        return [self.units] * 2 if isinstance(self, LSTMCell) else self.units

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return int(self.units)

    @cached_property
    def _state_structure(self) -> list[Any] | None:
        size = self.state_size
        return None if size is None else as_list(size)

    def get_initial_state(
        self, batch_size: Any = None, *, inputs: Any = None, dtype: Any = None
    ) -> list[Any]:
        """The states with which a sequence begins: zeros for a batch.

        Parameters
        ----------
        batch_size : int, or array, optional
            The number of rows, or inputs of that many; that of ``inputs`` where they
            are given, otherwise 1.
        inputs : array, optional
            A batch.
        dtype : optional
            Accepted as Keras 2 accepts it; states are float32.
        """
        if np.ndim(batch_size) > 0:
            inputs = batch_size
        batch = 1 if batch_size is None else batch_size
        batch = positive("batch_size", batch if inputs is None else len(inputs))
        return nested(self._initial_states(batch), self._state_structure or [])

    def _initial_states(self, batch: int) -> list[Any]:
        sizes = leaves(self._state_structure)
        return [np.zeros((batch, size), np.float32) for size in sizes]

    def __call__(  # type: ignore[override]  # a cell's own arguments
        self,
        inputs: npt.ArrayLike,
        states: Any,
        training: bool = False,
    ) -> tuple[FloatArray, list[FloatArray]]:
        """One step.

        Parameters
        ----------
        inputs : array
            (batch, features).
        states : array, or list of arrays
            (batch, size) each, as ``get_initial_state`` gives them.
        training : bool
            Accepted as Keras accepts it.

        Returns
        -------
        output : array (batch, units)
        states : list of arrays
            Of stacked cells one entry a cell, a list where the cell has several.
        """
        output, *following = super().__call__(inputs, flattened(states), None, training)
        return output, following


class SimpleRNNCell(Cell):
    """One step of SimpleRNN.

    ``h = activation(x_t @ kernel + h @ recurrent_kernel + bias)``

    Notes
    -----
    Called with (batch, features) and the list of its one state, (batch, units);
    returns the output and the list of the next states. Weights: kernel
    (features, units), recurrent_kernel (units, units), bias (units,).

    Examples
    --------
    >>> import numpy as np, elman
    >>> cell = elman.layers.SimpleRNNCell(3)
    >>> x = np.zeros((8, 10))
    >>> output, states = cell(x, cell.get_initial_state(batch_size=8))
    >>> output.shape, len(states)
    ((8, 3), 1)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)


class LSTMCell(Cell):
    """One step of LSTM.

    ``i, f, o = recurrent_activation(x_t @ W + h @ U + b)``, each with its own
    columns; ``c = f * c + i * activation(x_t @ W_c + h @ U_c + b_c)``;
    ``h = o * activation(c)``

    Notes
    -----
    Called with (batch, features) and the list of its states h and c, (batch,
    units) each; returns the output and the list of the next states. Weights:
    kernel (features, 4 * units), recurrent_kernel (units, 4 * units), bias (4 *
    units,), gates in the order i, f, c, o.

    Examples
    --------
    >>> import numpy as np, elman
    >>> cell = elman.layers.LSTMCell(3)
    >>> x = np.zeros((8, 10))
    >>> output, states = cell(x, cell.get_initial_state(batch_size=8))
    >>> output.shape, len(states)
    ((8, 3), 2)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)


class GRUCell(Cell):
    """One step of GRU.

    ``z, r = recurrent_activation(x_t @ W + h @ U + b)``, each with its own
    columns; ``h = z * h + (1 - z) * activation(x_t @ W_h + b_h + r * (h @ U_h +
    b_rh))``, or ``(r * h) @ U_h`` where ``reset_after`` is False

    Notes
    -----
    Called with (batch, features) and the list of its one state, (batch, units);
    returns the output and the list of the next states. Weights: kernel
    (features, 3 * units), recurrent_kernel (units, 3 * units), bias (2, 3 *
    units), or (3 * units,) where ``reset_after`` is False; gates in the order
    z, r, h.

    Examples
    --------
    >>> import numpy as np, elman
    >>> cell = elman.layers.GRUCell(3)
    >>> x = np.zeros((8, 10))
    >>> output, states = cell(x, cell.get_initial_state(batch_size=8))
    >>> output.shape, len(states)
    ((8, 3), 1)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)


class StackedRNNCells(Cell):
    """Cells of which each reads the output of the one before.

    Parameters
    ----------
    cells : list of cells
        First to last.

    Notes
    -----
    Weights are those of the first cell, then of the second, and so on. States have
    one entry a cell, ``[h, c]`` for an LSTMCell.

    Examples
    --------
    >>> import numpy as np, elman
    >>> from elman.layers import GRUCell, LSTMCell, RNN, StackedRNNCells
    >>> RNN(StackedRNNCells([LSTMCell(4), GRUCell(3)]))(np.zeros((2, 5, 1))).shape
    (2, 3)
    """

    _shared = "cells"

    def __init__(self, cells: Sequence[Any], **kwargs: Any):
        if not cells:
            raise ValueError("StackedRNNCells needs at least one cell.")
        self._create_around([as_cell(cell) for cell in cells], kwargs)

    def _parts(self) -> Sequence[Layer]:
        return self.cells

    @property
    def cells(self) -> list[Cell]:
        """The cells."""
        if self._inner is not None:
            return list(self._inner)  # type: ignore[arg-type]
        count = len(self.get_config()["cells"])
        return [self._child(f"cells/{i}") for i in range(count)]  # type: ignore[misc]

    @property
    def output_size(self) -> int:
        """The size of the last cell's output."""
        return self.cells[-1].output_size

    def _initial_states(self, batch: int) -> list[Any]:
        return [state for cell in self.cells for state in cell._initial_states(batch)]

    @property
    def state_size(self) -> Any:
        """The cells' state sizes."""
        return [cell.state_size for cell in self.cells]


class PythonCell(Cell):
    """A cell that the user wrote, run step by step through a callback.

    Parameters
    ----------
    cell : object
        With ``state_size`` (an int, or a list of them) and ``call(inputs,
        states)``, which takes arrays (batch, features) and (batch, size) and
        returns the output and the next states. It may have ``output_size``, where
        the output has another size than the first state; ``build(input_shape)``,
        called once, first; ``get_initial_state``, which is given what it takes of
        ``batch_size``, ``inputs=None`` and ``dtype``, and returns the states with
        which a sequence begins (zeros otherwise, and after ``reset_states``).
        ``call`` is given ``training`` where it takes it.

    Notes
    -----
    Its weights are its own: elman neither counts nor saves them. ``call`` may read
    the model that is running it; what changes that model or its running layers
    (``set_weights``, ``add``, ``quantize``, ...) raises a ValueError there.
    """

    # Not known of a cell that the library handed out.
    _size: Any = None
    _own_cell: _OwnCell | None = None

    def __init__(self, cell: Any, name: str | None = None):
        self._size, listed, self._units = state_sizes(cell)
        self._own_cell = _OwnCell(cell, self._units, listed)
        context = _callbacks.register(self._own_cell)
        sizes_given = (ctypes.c_int64 * len(listed))(*listed)
        options = _callbacks.CellOptions(
            ctypes.sizeof(_callbacks.CellOptions),
            encoded(name),
            self._units,
            sizes_given,
            len(listed),
            context,
            _callbacks.cell_call,
            _callbacks.released,
            _callbacks.cell_build,
        )
        if self._own_cell.has_initial_states:
            options.initial_states = _callbacks.cell_initial_states
        handle = ctypes.c_uint64()
        try:
            check(lib().elman_cell_create(ctypes.byref(options), ctypes.byref(handle)))
        except BaseException:
            _callbacks.release(context)
            raise
        self._adopt(handle.value)

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self._units

    def __reduce__(self) -> tuple[Any, ...]:
        raise NotImplementedError(
            "A PythonCell holds functions, which elman does not copy: make another "
            "layer around a copy of your cell."
        )

    @property
    def state_size(self) -> Any:
        """The size of the state, or the list of their sizes."""
        return self._size

    def _initial_states(self, batch: int) -> list[Any]:
        if self._own_cell is None:
            raise NotImplementedError(
                "Ask the cell that RNN was given for its initial state."
            )
        if not self._own_cell.has_initial_states:
            return super()._initial_states(batch)
        states = flattened(self._own_cell.initial_states(batch))
        return [float32(state, "initial state of a cell") for state in states]


class _OwnCell:
    """A cell that the user wrote, as the library calls it."""

    def __init__(self, cell: Any, units: int, sizes: list[int]):
        self._cell = cell
        self._takes_training = "training" in _parameters(cell.call)
        self.has_initial_states = hasattr(cell, "get_initial_state")
        self.units = units
        self.sizes = sizes

    def build(self, features: int) -> None:
        """Build the cell, unless it is built or has nothing to build."""
        if getattr(self._cell, "built", False) or not hasattr(self._cell, "build"):
            return
        self._cell.build((None, features))
        with contextlib.suppress(AttributeError):  # of a cell with __slots__
            self._cell.built = True

    def step(
        self, inputs: FloatArray, states: list[FloatArray], training: bool
    ) -> tuple[Any, Any]:
        """The output and the next states."""
        keywords = {"training": training} if self._takes_training else {}
        output, following = self._cell.call(inputs, states, **keywords)
        return output, following

    def initial_states(self, batch: int) -> Any:
        """The states with which a sequence begins."""
        return asked_states(self._cell.get_initial_state, batch)


def asked_states(ask: Any, batch: int) -> Any:
    """What a cell's `get_initial_state` gives, asked as Keras 2 or 3 asks."""
    given = {"inputs": None, "batch_size": batch, "dtype": np.dtype(np.float32)}
    parameters = _parameters(ask)
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return ask(**given)
    if "batch_size" not in parameters:
        return ask(batch)
    return ask(**{name: given[name] for name in given if name in parameters})


def state_sizes(cell: Any) -> tuple[Any, list[int], int]:
    """The size or the sizes of a cell's states, their list, and the output's size."""
    sizes = cell.state_size
    listed = list(sizes) if _is_list(sizes) else [sizes]
    if not listed:
        raise ValueError(
            "The `state_size` of a cell must be an integer, or a list of at least "
            f"one. Received: state_size={sizes!r}"
        )
    listed = [_size("state_size", size) for size in listed]
    units = getattr(cell, "output_size", None)
    return (
        listed if _is_list(sizes) else listed[0],
        listed,
        listed[0] if units is None else _size("output_size", units),
    )


def _parameters(function: Any) -> Any:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # of one written in C
        return {}


def _size(name: str, value: Any) -> int:
    return positive(f"The `{name}` of a cell", value, LARGEST_SIZE)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def as_list(size: Any) -> list[Any]:
    """The list of the sizes of states, also of one."""
    return size if isinstance(size, list) else [size]


def as_cell(cell: Any) -> Cell:
    """A cell of elman, or one around an object that the user wrote.

    Raises
    ------
    ValueError
        If it is neither.
    """
    if isinstance(cell, Cell):
        return cell
    if isinstance(cell, Layer) and hasattr(cell, "_as_cell"):
        return cell._as_cell()  # type: ignore[no-any-return]
    if _is_list(cell):
        return StackedRNNCells(cell)
    if not callable(getattr(cell, "call", None)):
        raise ValueError(
            f"Argument `cell` should have a `call` method. Received: cell={cell!r}"
        )
    if not hasattr(cell, "state_size"):
        raise ValueError(
            "The RNN cell should have a `state_size` attribute (integer or list of "
            f"integers, one for each state). Received: cell={cell!r}"
        )
    return PythonCell(cell)
