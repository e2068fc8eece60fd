"""Lambda."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _callbacks
from .._arrays import float32
from .._errors import ArgumentError
from .._library import check, dimensions, encoded, lib, positive
from .._prototypes import MAX_RANK
from ._layer import Layer


class Lambda(Layer):
    """A Python function as a layer.

    Parameters
    ----------
    function : callable
        Takes an array, batch first, and returns one.
    output_shape : tuple, optional
        The shape of the output without the batch; where it is not given, the
        function runs on zeros once for each new shape of inputs, to show it.
    arguments : dict, optional
        Keyword arguments for the function.

    Notes
    -----
    Input (batch, ...); output as the function gives it. A Lambda cannot be made
    again from its config, nor loaded from a file: a file that names a function
    could run anything. The function may read the model that is running it; what
    changes that model (``set_weights``, ``add``, ``quantize``, ...) raises a
    ValueError there.

    Examples
    --------
    >>> import elman
    >>> elman.layers.Lambda(lambda x: x**2)([[3.0]]).tolist()
    [[9.0]]
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Sequence[int | None] | None = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ):
        if not callable(function):
            raise TypeError(f"A Lambda needs a function. Received: {function!r}")
        if mask is not None:
            raise NotImplementedError("A Lambda of elman passes no mask on.")
        given = dict(arguments or {})

        def call(x: Any) -> Any:
            return function(x, **given)

        @functools.lru_cache(maxsize=256)
        def tried(sizes: tuple[int, ...]) -> tuple[int, ...]:
            output = call(np.zeros(sizes, np.float32))
            return float32(output, "output of a Lambda").shape

        def shape(input_shape: tuple[int | None, ...]) -> Sequence[int | None]:
            if output_shape is not None:
                return (input_shape[0], *output_shape)
            return _shape_by_trial(tried, input_shape)

        context = _callbacks.register((call, shape))
        options = self._options(context, dict(kwargs))
        handle = ctypes.c_uint64()
        try:
            check(
                lib().elman_lambda_create(ctypes.byref(options), ctypes.byref(handle))
            )
        except BaseException:
            _callbacks.release(context)
            raise
        self._adopt(handle.value)

    def compute_mask(self, inputs: Any, mask: npt.ArrayLike | None = None) -> None:
        """None: a Lambda passes no mask on."""

    @staticmethod
    def _options(context: int, keywords: dict[str, Any]) -> _callbacks.LambdaOptions:
        options = _callbacks.LambdaOptions(
            struct_size=ctypes.sizeof(_callbacks.LambdaOptions),
            name=encoded(keywords.pop("name", None)),
            context=context,
            shape=_callbacks.lambda_shape,
            call=_callbacks.lambda_call,
            release=_callbacks.released,
            frozen=int(not keywords.pop("trainable", True)),
        )
        whole = keywords.pop("batch_input_shape", keywords.pop("batch_shape", None))
        batch = keywords.pop("batch_size", None)
        if batch is not None:
            batch = positive("batch_size", batch)
        if "input_shape" in keywords:
            whole = (batch, *dimensions(keywords.pop("input_shape")))
        if keywords:
            raise ArgumentError(
                f"Lambda: keyword argument not understood: {next(iter(keywords))!r}"
            )
        if whole is not None:
            sizes = dimensions(whole)
            if len(sizes) > MAX_RANK:
                raise ValueError(
                    f"An input has at most {MAX_RANK} dimensions. Received: {whole}"
                )
            options.batch_input_shape[: len(sizes)] = sizes[:]
            options.batch_input_rank = len(sizes)
        return options


def _shape_by_trial(
    tried: Callable[[tuple[int, ...]], tuple[int, ...]], shape: tuple[int | None, ...]
) -> list[int | None]:
    """The output's shape; None where it changes with what is None in the input's."""
    two, three = (
        tried(tuple(size if dimension is None else dimension for dimension in shape))
        for size in (2, 3)
    )
    return [a if a == b else None for a, b in zip(two, three)]
