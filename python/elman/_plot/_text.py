"""How large texts are, without a font: as wide as Helvetica's letters about are."""

from __future__ import annotations

from ._diagram import Box

TITLE_SIZE = 13.0
LINE_SIZE = 11.0
LINE_HEIGHT = 16.0
PADDING = 10.0
TITLE_HEIGHT = 26.0

_NARROW = frozenset("fijlrtI.,:;'|!()[]{} -/`")
_WIDE = frozenset("mwMWOQGCDHNUABKRSVXY%@_&<>=+#")


def text_width(text: str, size: float) -> float:
    """The width of a text in a font of a size."""
    return size * sum(map(_letter, text))


def _letter(letter: str) -> float:
    if letter in _NARROW:
        return 0.36
    if letter in _WIDE:
        return 0.76
    return 1.05 if ord(letter) > 0x2E7F else 0.6


def box_size(box: Box) -> tuple[float, float]:
    """The width and the height of a layer's box."""
    texts = [text_width(line, LINE_SIZE) for line in box.lines]
    width = max([text_width(box.title, TITLE_SIZE) * 1.12, *texts])
    below = len(box.lines) * LINE_HEIGHT
    return width + 2 * PADDING, TITLE_HEIGHT + (below + PADDING / 2 if below else 0.0)
