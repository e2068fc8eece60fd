"""AdditiveAttention."""

from __future__ import annotations

from typing import Any

from ._layer import Layer, arguments


class AdditiveAttention(Layer):
    """Additive attention, of Bahdanau: the mean of values, by scores of their keys.

    ``y = softmax(sum(scale * tanh(query + key))) @ value``

    Parameters
    ----------
    use_scale : bool
        Whether the tanh of each feature has a factor that is trained.
    dropout : float
        The part of the weights that training drops.

    Notes
    -----
    Inputs, output, masks and arguments of a call are those of ``Attention``.
    Weights: scale (depth,), where it is used.

    Examples
    --------
    >>> import elman
    >>> query, value = elman.Input((5, 4)), elman.Input((7, 4))
    >>> elman.layers.AdditiveAttention()([query, value]).shape
    (None, 5, 4)
    """

    _takes_several = True
    _attends = True

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any):
        super().__init__(arguments(locals()), kwargs)
