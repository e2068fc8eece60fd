"""The names that arguments had in Keras 1."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

# The names that an argument took on in Keras 2: a layer takes the first that it has.
_RENAMED: dict[str, tuple[str, ...]] = {
    "output_dim": ("units",),
    "inner_activation": ("recurrent_activation",),
    "init": ("kernel_initializer", "embeddings_initializer", "alpha_initializer"),
    "inner_init": ("recurrent_initializer",),
    "forget_bias_init": ("unit_forget_bias",),
    "beta_init": ("beta_initializer",),
    "gamma_init": ("gamma_initializer",),
    "W_regularizer": ("kernel_regularizer", "embeddings_regularizer"),
    "U_regularizer": ("recurrent_regularizer",),
    "b_regularizer": ("bias_regularizer",),
    "W_constraint": ("kernel_constraint", "embeddings_constraint"),
    "U_constraint": ("recurrent_constraint",),
    "b_constraint": ("bias_constraint",),
    "dropout_W": ("dropout",),
    "dropout_U": ("recurrent_dropout",),
    "consume_less": ("implementation",),
    "bias": ("use_bias",),
    "p": ("rate",),
    "sigma": ("stddev",),
    "nb_filter": ("filters",),
    "filter_length": ("kernel_size",),
    "border_mode": ("padding",),
    "subsample_length": ("strides",),
    "atrous_rate": ("dilation_rate",),
    "pool_length": ("pool_size",),
    "stride": ("strides",),
    "length": ("size",),
}
# Values that have another name too.
_VALUES: dict[str, dict[Any, Any]] = {
    "consume_less": {"cpu": 0, "mem": 1, "gpu": 2},
    "forget_bias_init": {"one": True, "ones": True, "zero": False, "zeros": False},
}
_warned: set[str] = set()


def parameter_names(function: Any) -> tuple[str, ...]:
    """A function's parameters, without the cost of ``inspect`` at import."""
    code = function.__code__
    names: tuple[str, ...] = code.co_varnames
    return names[: code.co_argcount + code.co_kwonlyargcount]


def takes_old_names(init: Callable[..., None]) -> Callable[..., None]:
    """An ``__init__`` that takes its arguments by their names in Keras 1, too."""
    parameters = parameter_names(init)
    # Recurrent layers take `implementation` among the arguments of every layer.
    taken = (
        {*parameters, "implementation"} if "dropout" in parameters else {*parameters}
    )
    renamed = {
        old: next(new for new in candidates if new in taken)
        for old, candidates in _RENAMED.items()
        if old not in taken and not taken.isdisjoint(candidates)
    }

    @functools.wraps(init)
    def __init__(self: Any, *arguments: Any, **keywords: Any) -> None:
        for old in keywords.keys() & renamed.keys():
            new = renamed[old]
            if new in keywords:
                raise TypeError(
                    f"{type(self).__name__} got {new!r} and {old!r}, which is its name "
                    "in Keras 1."
                )
            warn_of_old_name(old, new)
            keywords[new] = _value(old, keywords.pop(old))
        init(self, *arguments, **keywords)

    return __init__


def _value(name: str, value: Any) -> Any:
    """What Keras 2 calls a value of Keras 1."""
    return _VALUES.get(name, {}).get(value, value) if isinstance(value, str) else value


def warn_of_old_name(old: str, new: str) -> None:
    """Warn of a name, the first time it is met."""
    if old not in _warned:
        _warned.add(old)
        warnings.warn(
            f"The argument {old!r} is Keras 1's: its name is {new!r} now.",
            DeprecationWarning,
            stacklevel=3,
        )
