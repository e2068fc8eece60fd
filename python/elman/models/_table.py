"""How a model shows itself in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import Model


def html_table(model: Model) -> str:
    """A table of layers, output shapes and parameters."""
    if model._is_closed:
        return escape(repr(model))
    built = model.built
    rows = []
    for layer in model.layers:
        title = f"{layer.name} ({type(layer).__name__})"
        shape = str(layer.output_shape) if built else "?"
        count = f"{layer.count_params():,}" if built else "?"
        cells = [escape(title), escape(shape), count]
        rows.append("<tr><td>" + "</td><td>".join(cells) + "</td></tr>")
    total = f"{model.count_params():,}" if built else "not built yet"
    return (
        f"<table><caption>Model: {escape(repr(model.name))}</caption>"
        "<thead><tr><th>Layer (type)</th><th>Output Shape</th>"
        "<th>Param #</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody>"
        f"<tfoot><tr><td>Total params</td><td></td><td>{total}</td></tr>"
        "</tfoot></table>"
    )
