"""Pictures of models: read (`_diagram`), laid out (`_layout`), drawn (`_svg`)."""

from __future__ import annotations

from ._diagram import Details, read
from ._layout import lay_out
from ._svg import svg

__all__ = ["DIRECTIONS", "Details", "picture"]

DIRECTIONS = ("TB", "BT", "LR", "RL")


def picture(model: int, details: Details, rankdir: str = "TB", dpi: float = 96) -> str:
    """The SVG of a built model, by its handle."""
    layout = lay_out(read(model, details), is_sideways=rankdir in ("LR", "RL"))
    return svg(layout, rankdir, dpi)
