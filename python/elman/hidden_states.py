"""The loop of the notes: every hidden state of an Elman network."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ._library import check, lib


def hidden_states(
    inputs: npt.ArrayLike,
    Wx: npt.ArrayLike,
    Wh: npt.ArrayLike,
    b: npt.ArrayLike,
    initial_state: npt.ArrayLike | None = None,
) -> npt.NDArray[Any]:
    """``h_t = tanh(Wx x_t + Wh h_(t-1) + b)`` for every timestep.

    Parameters
    ----------
    inputs : array
        (timesteps, input_dim) or (batch, timesteps, input_dim).
    Wx : array
        (units, input_dim).
    Wh : array
        (units, units).
    b : array
        (units,).
    initial_state : array, optional
        The state before the first timestep, (units,) or (batch, units); zeros
        where it is not given.

    Returns
    -------
    array
        (timesteps, units) or (batch, timesteps, units): float32 where every
        argument is float32 (or smaller), otherwise float64.

    Raises
    ------
    ValueError
        If a shape does not fit the others.

    Examples
    --------
    >>> import numpy as np, elman
    >>> Wx, Wh, b = np.ones((8, 4)), np.zeros((8, 8)), np.zeros(8)
    >>> elman.hidden_states(np.ones((10, 4)), Wx, Wh, b).shape
    (10, 8)
    """
    given = [inputs, Wx, Wh, b] + ([] if initial_state is None else [initial_state])
    arrays = [np.asarray(array) for array in given]
    if any(array.dtype.kind not in "fiub" for array in arrays):
        raise TypeError(
            "hidden_states takes arrays of numbers. Received: "
            + ", ".join(str(array.dtype) for array in arrays)
        )
    double = np.result_type(*arrays, np.float16) not in (np.float16, np.float32)
    dtype = np.float64 if double else np.float32
    x, wx, wh, bias, *rest = (np.ascontiguousarray(a, dtype) for a in arrays)
    units, batches, states = _checked(x, wx, wh, bias, rest[0] if rest else None)
    function = getattr(lib(), f"elman_simple_rnn_hidden_states_f{64 if double else 32}")
    result = np.empty((*x.shape[:-1], units), dtype)
    for batch, state, target in zip(
        batches, states, result.reshape(len(batches), x.shape[-2], units)
    ):
        check(
            function(
                x.shape[-2],
                x.shape[-1],
                units,
                batch.ctypes.data,
                wx.ctypes.data,
                wh.ctypes.data,
                bias.ctypes.data,
                None if state is None else state.ctypes.data,
                target.ctypes.data,
            )
        )
    return result


def _checked(x: Any, wx: Any, wh: Any, b: Any, state: Any) -> tuple[int, Any, Any]:
    """The units, and the sequences and their first states one by one."""
    if x.ndim not in (2, 3):
        raise ValueError(
            "inputs must be (timesteps, input_dim) or (batch, timesteps, "
            f"input_dim). Received: shape={x.shape}"
        )
    if b.ndim != 1:
        raise ValueError(f"b must be (units,). Received: shape={b.shape}")
    units = b.shape[0]
    for name, array, expected in (
        ("Wx", wx, (units, x.shape[-1])),
        ("Wh", wh, (units, units)),
    ):
        if array.shape != expected:
            raise ValueError(
                f"{name} must have shape {expected} for inputs of shape "
                f"{x.shape} and b of shape {b.shape}. "
                f"Received: shape={array.shape}"
            )
    if units < 1 or x.shape[-1] < 1:
        raise ValueError(
            "input_dim and units must be at least 1. "
            f"Received: inputs of shape {x.shape}, b of shape {b.shape}"
        )
    batches = x[None] if x.ndim == 2 else x
    if state is None:
        return units, batches, [None] * len(batches)
    if state.shape not in ((units,), (*x.shape[:-2], units)):
        raise ValueError(
            f"initial_state must have shape {(units,)} or "
            f"{(*x.shape[:-2], units)}. Received: shape={state.shape}"
        )
    rows = np.ascontiguousarray(np.broadcast_to(state, (len(batches), units)))
    return units, batches, rows
