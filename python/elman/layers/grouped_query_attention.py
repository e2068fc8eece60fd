"""GroupedQueryAttention."""

from __future__ import annotations

from typing import Any

from ._attention import QueryLayer
from ._layer import arguments


class GroupedQueryAttention(QueryLayer):
    """Attention of several heads, some of which share their keys and values.

    Parameters
    ----------
    head_dim : int
        The size of projected queries, keys and values.
    num_query_heads, num_key_value_heads : int
        How many heads of queries, and of keys and values; the first is a multiple of
        the second.
    dropout, sliding_window, use_gate
        As in ``MultiHeadAttention``.

    Notes
    -----
    Called as ``MultiHeadAttention``, with the same inputs, output and weights.

    Examples
    --------
    >>> import elman
    >>> x = elman.Input((5, 4))
    >>> elman.layers.GroupQueryAttention(3, 4, 2)(x, x).shape
    (None, 5, 4)
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
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
