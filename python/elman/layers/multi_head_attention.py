"""MultiHeadAttention."""

from __future__ import annotations

from typing import Any

from ._attention import QueryLayer
from ._layer import arguments


class MultiHeadAttention(QueryLayer):
    """Attention of several heads, each on projections of its own.

    Parameters
    ----------
    num_heads : int
        How many heads.
    key_dim, value_dim : int
        The sizes of projected queries and keys, and of values (default: ``key_dim``).
    dropout : float
        The part of the weights that training drops.
    output_shape : int or tuple, optional
        The output past its timesteps; as many features as the query where not given.
    sliding_window : int, optional
        Queries see keys that are nearer than that.
    use_gate : bool
        Whether heads' outputs are multiplied by ``sigmoid`` of a projected query.

    Notes
    -----
    Called as ``layer(query, value, key=None, attention_mask=None,
    return_attention_scores=False, use_causal_mask=False)`` on (batch, T, features),
    (batch, S, features) and (batch, S, features); output (batch, T, features), and
    where they are asked for the weights (batch, heads, T, S). Weights: kernel and
    bias of query, key, (gate,) value and attention_output.

    Examples
    --------
    >>> import elman
    >>> x = elman.Input((5, 4))
    >>> elman.layers.MultiHeadAttention(num_heads=2, key_dim=3)(x, x).shape
    (None, 5, 4)
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: int | tuple[int, ...] | None = None,
        attention_axes: int | tuple[int, ...] | None = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
