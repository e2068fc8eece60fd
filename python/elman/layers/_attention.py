"""The call of attention layers that take query, value and key by themselves."""

from __future__ import annotations

from typing import Any

from ._layer import Layer


class QueryLayer(Layer):
    """A layer that is called with a query, a value and perhaps a key."""

    _takes_several = True
    _attends = True

    def __call__(  # type: ignore[override]  # arguments of its own, as in Keras
        self,
        query: Any,
        value: Any = None,
        key: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool = False,
        use_causal_mask: bool = False,
        *,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        mask: Any = None,
    ) -> Any:
        """Run the layer, or call it on tensors; the first call builds it.

        Parameters
        ----------
        query, value, key : array or KerasTensor
            (batch, timesteps, features) each; the key is the value where it is not
            given. The query may be a list of all.
        attention_mask : array or KerasTensor, optional
            (batch, queries, keys), False or 0 where a query does not see a key; with
            the heads behind the batch where it has four dimensions.
        return_attention_scores : bool
            Whether the weights are a second output.
        training : bool
            Accepted as Keras accepts it.
        use_causal_mask : bool
            Whether no query sees a later key.
        query_mask, value_mask, key_mask : array or KerasTensor, optional
            (batch, timesteps), False or 0 where a step is to be skipped.
        mask : list of arrays or KerasTensors, optional
            The same in a list.
        """
        inputs = list(query) if value is None else [query, value]
        if key is not None or attention_mask is not None:
            inputs.append(inputs[1] if key is None else key)
        if attention_mask is not None:
            inputs.append(attention_mask)
        masks = [query_mask, value_mask, key_mask] if mask is None else [*mask]
        masks = (masks + [None] * len(inputs))[: len(inputs)]
        return super().__call__(
            inputs,
            mask=masks if any(one is not None for one in masks) else None,
            training=training,
            use_causal_mask=bool(use_causal_mask),
            return_attention_scores=bool(return_attention_scores),
        )
