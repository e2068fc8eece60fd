"""The SVG of a layout. It stands inside pages of others: no ids, no style sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from ._layout import FRAME, Layout, Line, Point, Spot
from ._text import LINE_HEIGHT, LINE_SIZE, PADDING, TITLE_HEIGHT, TITLE_SIZE

_MARGIN = 8.0
_ARROW = 7.0
# Fill and border by what a class name has in it; the last is for all others.
_COLORS = (
    (("InputLayer",), ("#f1f5f9", "#94a3b8")),
    (("RNN", "LSTM", "GRU", "Bidirectional"), ("#e3eeff", "#5b8dde")),
    (("Attention",), ("#fdeedd", "#d99a45")),
    (("Functional", "Sequential"), ("#f3eafd", "#a983d8")),
    (("",), ("#ffffff", "#9aa5b1")),
)


def svg(layout: Layout, rankdir: str, dpi: float) -> str:
    """The text of a picture, of 96 units to the inch."""
    width, height = (side + 2 * _MARGIN for side in _size(layout, rankdir))
    scale = dpi / 96
    shown = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_number(width * scale)}" '
        f'height="{_number(height * scale)}" viewBox="0 0 {_number(width)} '
        f'{_number(height)}" font-family="Helvetica, Arial, sans-serif" role="img">',
        f"<title>{_safe(layout.name)}</title>",
        *_group(layout, rankdir, _MARGIN, _MARGIN),
        "</svg>",
    ]
    return "\n".join(shown) + "\n"


def _size(layout: Layout, rankdir: str) -> tuple[float, float]:
    if rankdir in ("LR", "RL"):
        return layout.length, layout.breadth
    return layout.breadth, layout.length


def _group(layout: Layout, rankdir: str, left: float, top: float) -> list[str]:
    """A layout whose upper left corner is at a point."""

    def at(point: Point) -> Point:
        x, y = point
        if rankdir in ("BT", "RL"):
            y = layout.length - y
        return (y, x) if rankdir in ("LR", "RL") else (x, y)

    return [
        f'<g transform="translate({_number(left)} {_number(top)})">',
        '<g fill="none" stroke="#7b8794" stroke-width="1.4">',
        *(_path(line, at) for line in layout.lines),
        "</g>",
        *(part for spot in layout.spots for part in _box(spot, rankdir, at)),
        "</g>",
    ]


# -- boxes ------------------------------------------------------------------


def _box(spot: Spot, rankdir: str, at: Callable[[Point], Point]) -> list[str]:
    box = spot.box
    if box is None:
        return []
    is_sideways = rankdir in ("LR", "RL")
    width, height = spot.breadth, spot.length
    if is_sideways:
        width, height = height, width
    x, y = at((spot.x, spot.y))
    left, top = x - width / 2, y - height / 2
    fill, border = next(
        colors for words, colors in _COLORS if any(w in box.class_name for w in words)
    )
    rect = (
        f'<rect x="{_number(left)}" y="{_number(top)}" width="{_number(width)}" '
        f'height="{_number(height)}" rx="6" stroke="{border}"'
    )
    opening = f'<g class="layer" data-name="{_safe(box.name)}">'
    if spot.layout is not None:
        inner_width, inner_height = _size(spot.layout, rankdir)
        return [
            opening,
            f'{rect} fill="{fill}" fill-opacity="0.4" stroke-dasharray="5 3"/>',
            _text(left + FRAME, top + 17, box.title, TITLE_SIZE, "start"),
            *_group(
                spot.layout,
                rankdir,
                left + (width - inner_width) / 2,
                top + height - FRAME - inner_height,
            ),
            "</g>",
        ]
    lines = [
        _text(left + PADDING, top + TITLE_HEIGHT + n * LINE_HEIGHT + 8, line, LINE_SIZE)
        for n, line in enumerate(box.lines)
    ]
    title = _text(x, top + 17, box.title, TITLE_SIZE, "middle")
    return [opening, f'{rect} fill="{fill}"/>', title, *lines, "</g>"]


def _text(x: float, y: float, text: str, size: float, anchor: str = "start") -> str:
    bold = ' font-weight="bold"' if size == TITLE_SIZE else ""
    return (
        f'<text x="{_number(x)}" y="{_number(y)}" font-size="{_number(size)}" '
        f'text-anchor="{anchor}" fill="#1f2933"{bold}>{_safe(text)}</text>'
    )


# -- lines ------------------------------------------------------------------


def _path(line: Line, at: Callable[[Point], Point]) -> str:
    points = list(line.points)
    if line.target is None:
        return f'<path d="{_curve(points, at)}"/>'
    (_, y), end = points[-2:]
    # Lines come in along the way of the data; only loops come in from the side.
    along = (0.0, 1.0 if end[1] > y else -1.0) if end[1] != y else (-1.0, 0.0)
    points[-1] = base = (end[0] - _ARROW * along[0], end[1] - _ARROW * along[1])
    side = (along[1] * _ARROW * 0.45, along[0] * _ARROW * 0.45)
    corners = [
        (base[0] + side[0], base[1] + side[1]),
        end,
        (base[0] - side[0], base[1] - side[1]),
    ]
    head = " ".join(_pair(at(corner)) for corner in corners)
    return (
        f'<g class="edge" data-source="{_safe(line.source)}" '
        f'data-target="{_safe(line.target)}"><path d="{_curve(points, at)}"/>'
        f'<polygon points="{head}" fill="#7b8794" stroke="none"/></g>'
    )


def _curve(points: Sequence[Point], at: Callable[[Point], Point]) -> str:
    """Straight where two points lie along the way or across it, else an S."""
    parts = ["M" + _pair(at(points[0]))]
    for (x, y), (next_x, next_y) in zip(points, points[1:]):
        if abs(x - next_x) < 0.05 or abs(y - next_y) < 0.05:
            parts.append("L" + _pair(at((next_x, next_y))))
            continue
        middle = (y + next_y) / 2
        curve = [(x, middle), (next_x, middle), (next_x, next_y)]
        parts.append("C" + " ".join(_pair(at(point)) for point in curve))
    return "".join(parts)


def _pair(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _safe(text: str) -> str:
    """Escaped, without the characters that XML does not have."""
    return escape("".join(letter if _is_xml(letter) else "\ufffd" for letter in text))


def _is_xml(letter: str) -> bool:
    if letter < " ":
        return letter in "\t\n\r"
    return not ("\ud800" <= letter <= "\udfff" or letter in "\ufffe\uffff")
