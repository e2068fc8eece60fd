"""The table of a model's layers."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .._library import encoded, lib, text
from .._network import Network
from .._prototypes import SummaryOptions
from ._table import html_table

if TYPE_CHECKING:
    from ..layers import Layer

_STYLES = {"tf2": 0, "keras3": 1}


class Summarized(Network):
    """A model that prints the table of its layers."""

    _layers: list[Layer]

    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Sequence[str] | None = None,
        style: str = "tf2",
    ) -> None:
        """Print the table of layers, output shapes and parameters.

        Parameters
        ----------
        line_length : int, optional
            Columns of the table.
        positions : sequence of 3 numbers, optional
            Where its columns end: fractions of the line, or columns. A graph has a
            fourth column, "Connected to".
        print_fn : callable, optional
            Called with each line, instead of ``print``.
        expand_nested : bool
            Show the layers of models that are layers.
        show_trainable : bool
            Tell which layers are trainable.
        layer_range : two str, optional
            Regular expressions for the names of the first and last layer.
        style : {"tf2", "keras3"}
            The table of TensorFlow 2.0 to 2.3, or the box of Keras 3.
        """
        table = self._summary(
            line_length,
            positions,
            expand_nested,
            show_trainable,
            layer_range,
            style,
        )
        for line in table.splitlines():
            (print_fn or print)(line)

    def _summary(
        self,
        line_length: int | None,
        positions: Sequence[float] | None,
        expand_nested: bool,
        show_trainable: bool,
        layer_range: Sequence[str] | None,
        style: str,
    ) -> str:
        if style not in _STYLES:
            raise ValueError(f"style must be 'tf2' or 'keras3'. Received: {style!r}")
        if line_length is not None and not 1 <= line_length <= 10_000:
            raise ValueError(f"line_length must be 1 to 10000. Received: {line_length}")
        ends = list(positions or [])
        first, last = self._range(layer_range)
        options = SummaryOptions(
            ctypes.sizeof(SummaryOptions),
            _STYLES[style],
            int(bool(expand_nested)),
            int(bool(show_trainable)),
            line_length or 0,
            (ctypes.c_double * len(ends))(*ends) if ends else None,
            len(ends),
            encoded(first),
            encoded(last),
        )
        return text(lib().elman_model_summary_with, self._handle, ctypes.byref(options))

    def _range(self, patterns: Sequence[str] | None) -> tuple[str | None, str | None]:
        """The names of the first and last layer that two patterns match."""
        if patterns is None:
            return None, None
        if len(patterns) != 2:
            raise ValueError(
                "layer_range must be a list or tuple of length 2. "
                f"Received: {patterns!r}"
            )
        names = [layer.name for layer in self._layers]
        first, last = (
            [at for at, name in enumerate(names) if re.match(pattern, name)]
            for pattern in patterns
        )
        if not first or not last:
            raise ValueError(
                "Passed layer_names do not match the layer names in the "
                f"model. Received: {patterns!r}"
            )
        if first[0] > last[-1]:
            first, last = last, first
        return names[first[0]], names[last[-1]]

    def _repr_html_(self) -> str:
        return html_table(self)  # type: ignore[arg-type]
