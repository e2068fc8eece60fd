"""How a model shows itself in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from .._library import lib, text
from .._plot import Details, picture

if TYPE_CHECKING:
    from .model import Model

# A notebook shows no picture of a model of more layers: plot_model draws it.
_MOST_DRAWN = 100


def html_table(model: Model) -> str:
    """A table of layers, output shapes and parameters; of a graph its picture too."""
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
        "</tfoot></table>" + _picture(model)
    )


def _picture(model: Model) -> str:
    is_graph = text(lib().elman_model_class_name, model._handle) == "Functional"
    if not is_graph or len(model.layers) > _MOST_DRAWN:
        return ""
    return picture(model._handle, Details(names=True, shapes=True))
