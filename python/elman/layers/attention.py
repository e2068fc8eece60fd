"""Attention."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class Attention(Layer):
    """Dot-product attention, of Luong: the mean of values, by scores of their keys.

    ``y = softmax(scores(query, key)) @ value``

    Parameters
    ----------
    use_scale : bool
        Whether scores have a factor that is trained.
    score_mode : {"dot", "concat"}
        ``query @ key`` or the sum of ``tanh(query + key)``.
    dropout : float
        The part of the weights that training drops.

    Notes
    -----
    Inputs [query, value] or [query, value, key], of shapes (batch, Tq, depth),
    (batch, Tv, features) and (batch, Tv, depth); output (batch, Tq, features), and
    with ``return_attention_scores=True`` in the call the weights (batch, Tq, Tv).
    ``use_causal_mask=True``: no query sees a later value. Masked values get no weight,
    masked queries give 0. Weights: scale () and concat_score_weight (), where they
    are used.

    Examples
    --------
    >>> import elman
    >>> query, value = elman.Input((5, 4)), elman.Input((7, 4))
    >>> elman.layers.Attention()([query, value]).shape
    (None, 5, 4)
    """

    _takes_several = True
    _attends = True

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(arguments(locals()), kwargs)
