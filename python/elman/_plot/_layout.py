"""Where boxes and edges stand: ranks, the order in each rank, then places.

The picture is laid out from top to bottom: `breadth` and `x` go across, `length` and
`y` along the way of the data. A picture from left to right is the same, mirrored.

Method: Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical
System Structures" (1981); places by isotonic regression (pool adjacent violators).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ._diagram import Box, Diagram
from ._text import box_size

BOX_GAP = 24.0
RANK_GAP = 36.0
LINE_GAP = 14.0
FRAME = 14.0
FRAME_TITLE = 22.0
_ORDER_SWEEPS = 8
_PLACE_SWEEPS = 8

Point = tuple[float, float]


@dataclass(eq=False)
class Spot:
    """A box, or where an edge passes a rank."""

    box: Box | None
    breadth: float
    length: float
    rank: int = 0
    x: float = 0.0
    y: float = 0.0
    above: list[Spot] = field(default_factory=list)
    below: list[Spot] = field(default_factory=list)
    layout: Layout | None = None


@dataclass
class Line:
    """A piece of an edge; the last one leads to the box of another."""

    points: list[Point]
    source: str
    target: str | None = None


@dataclass
class Layout:
    """Boxes, by their centers, and lines, in an area that begins at (0, 0)."""

    name: str
    spots: list[Spot]
    lines: list[Line]
    breadth: float
    length: float
    is_sideways: bool


def lay_out(diagram: Diagram, is_sideways: bool = False) -> Layout:
    """The places of a diagram's boxes and lines."""
    boxes = [_spot(box, is_sideways) for box in diagram.boxes]
    # An edge that leads back to an earlier box stands upside down in the ranks.
    down = [(min(edge), max(edge)) for edge in diagram.edges if edge[0] != edge[1]]
    _rank(boxes, down)
    trunks = _trunks(boxes, dict.fromkeys(down))
    ranks = _ranks(boxes, trunks)
    _order(ranks)
    _place_across(ranks)
    length = _place_along(ranks)
    lines = _lines(boxes, diagram.edges, trunks)
    breadth = _shift([spot for rank in ranks for spot in rank], lines)
    return Layout(diagram.name, boxes, lines, breadth, length, is_sideways)


def _spot(box: Box, is_sideways: bool) -> Spot:
    if box.inner is None:
        width, height = box_size(box)
        breadth, length = (height, width) if is_sideways else (width, height)
        return Spot(box, breadth, length)
    inside = lay_out(box.inner, is_sideways)
    title_width, _ = box_size(box)
    across, along = (FRAME_TITLE, 0.0) if is_sideways else (0.0, FRAME_TITLE)
    breadth = inside.breadth + 2 * FRAME + across
    length = inside.length + 2 * FRAME + along
    if is_sideways:
        length = max(length, title_width)
    else:
        breadth = max(breadth, title_width)
    return Spot(box, breadth, length, layout=inside)


# -- ranks ------------------------------------------------------------------


def _rank(boxes: Sequence[Spot], edges: Sequence[tuple[int, int]]) -> None:
    """Each box below all that it reads; what reads nothing, just above its reader."""
    readers: list[list[int]] = [[] for _ in boxes]
    reads = [0] * len(boxes)
    for source, target in edges:
        readers[source].append(target)
        reads[target] += 1
    for number, box in enumerate(boxes):
        for target in readers[number]:
            boxes[target].rank = max(boxes[target].rank, box.rank + 1)
    for number, box in enumerate(boxes):
        if reads[number] == 0 and readers[number]:
            box.rank = min(boxes[target].rank for target in readers[number]) - 1


def _trunks(
    boxes: Sequence[Spot], edges: dict[tuple[int, int], None]
) -> dict[int, dict[int, Spot]]:
    """Where edges pass ranks: those of one box go together, by its number and rank."""
    trunks: dict[int, dict[int, Spot]] = {}
    for source, target in edges:
        trunk = trunks.setdefault(source, {boxes[source].rank: boxes[source]})
        for rank in range(boxes[source].rank + 1, boxes[target].rank):
            if rank not in trunk:
                trunk[rank] = Spot(None, 0.0, 0.0, rank)
                _join(trunk[rank - 1], trunk[rank])
        _join(trunk[boxes[target].rank - 1], boxes[target])
    return trunks


def _join(upper: Spot, lower: Spot) -> None:
    upper.below.append(lower)
    lower.above.append(upper)


def _ranks(
    boxes: Sequence[Spot], trunks: dict[int, dict[int, Spot]]
) -> list[list[Spot]]:
    """The spots of each rank, as they are met on the way down from box to box."""
    ranks: list[list[Spot]] = [
        [] for _ in range(max((b.rank for b in boxes), default=0) + 1)
    ]
    seen: set[int] = set()
    for start in boxes:
        pending = [start]
        while pending:
            spot = pending.pop()
            if id(spot) not in seen:
                seen.add(id(spot))
                ranks[spot.rank].append(spot)
                pending += reversed(spot.below)
    return ranks


# -- order ------------------------------------------------------------------


def _order(ranks: list[list[Spot]]) -> None:
    """Sorts each rank by where its neighbours stand, so that few edges cross."""
    best, fewest, stalled = [list(rank) for rank in ranks], _crossings(ranks), 0
    for sweep in range(_ORDER_SWEEPS):
        if fewest == 0 or stalled == 2:
            break
        is_down = sweep % 2 == 0
        for rank in ranks if is_down else reversed(ranks):
            _sort(rank, _above if is_down else _below)
        crossings = _crossings(ranks)
        stalled += 1
        if crossings < fewest:
            best, fewest, stalled = [list(rank) for rank in ranks], crossings, 0
    ranks[:] = best


def _above(spot: Spot) -> list[Spot]:
    return spot.above


def _below(spot: Spot) -> list[Spot]:
    return spot.below


def _sort(rank: list[Spot], neighbours: Callable[[Spot], list[Spot]]) -> None:
    for place, spot in enumerate(rank):
        near = neighbours(spot)
        # `x` is the place in the rank here.
        spot.y = sum(other.x for other in near) / len(near) if near else place
    rank.sort(key=lambda spot: spot.y)
    for place, spot in enumerate(rank):
        spot.x = place


def _crossings(ranks: list[list[Spot]]) -> int:
    """How many pairs of edges cross: inversions of their ends, by a tree of sums."""
    for rank in ranks:
        for place, spot in enumerate(rank):
            spot.x = place
    total = 0
    for upper, lower in zip(ranks, ranks[1:]):
        ends = [
            int(e) for spot in upper for e in sorted(other.x for other in spot.below)
        ]
        sums = [0] * (len(lower) + 1)
        for seen, end in enumerate(ends):
            total += seen - _count_up_to(sums, end)
            _count(sums, end)
    return total


def _count_up_to(sums: list[int], end: int) -> int:
    at, total = end + 1, 0
    while at > 0:
        total += sums[at]
        at -= at & -at
    return total


def _count(sums: list[int], end: int) -> None:
    at = end + 1
    while at < len(sums):
        sums[at] += 1
        at += at & -at


# -- places -----------------------------------------------------------------


def _place_along(ranks: list[list[Spot]]) -> float:
    """Sets `y`; returns the length of it all."""
    top = 0.0
    for rank in ranks:
        length = max((spot.length for spot in rank), default=0.0)
        for spot in rank:
            spot.y = top + length / 2
            if spot.box is None:
                spot.length = length
        top += length + RANK_GAP
    return max(0.0, top - RANK_GAP)


def _place_across(ranks: list[list[Spot]]) -> None:
    for rank in ranks:
        _settle(rank, [0.0] * len(rank), [1.0] * len(rank))
    for sweep in range(_PLACE_SWEEPS):
        for rank in ranks if sweep % 2 == 0 else reversed(ranks):
            neighbours = _above if sweep % 2 == 0 else _below
            if sweep >= _PLACE_SWEEPS - 2:
                neighbours = _around
            _center(rank, neighbours)


def _around(spot: Spot) -> list[Spot]:
    return spot.above + spot.below


def _center(rank: list[Spot], neighbours: Callable[[Spot], list[Spot]]) -> None:
    """Brings each spot near the middle of its neighbours; long edges run straight."""
    wanted, weights = [], []
    for spot in rank:
        pulls = [
            (8.0 if spot.box is other.box is None else 1.0, other)
            for other in neighbours(spot)
        ]
        weight = sum(pull for pull, _ in pulls)
        wanted.append(sum(p * o.x for p, o in pulls) / weight if weight else spot.x)
        weights.append(weight or 0.1)
    _settle(rank, wanted, weights)


def _settle(rank: list[Spot], wanted: list[float], weights: list[float]) -> None:
    """Puts a rank where it is wanted: least squares, without overlaps."""
    offsets, offset = [], 0.0
    for at, spot in enumerate(rank):
        if at > 0:
            before = rank[at - 1]
            gap = LINE_GAP if before.box is None or spot.box is None else BOX_GAP
            offset += (before.breadth + spot.breadth) / 2 + gap
        offsets.append(offset)
    # Blocks of neighbours that touch: their sum of weights, their mean, their count.
    blocks: list[tuple[float, float, int]] = []
    for want, offset, weight in zip(wanted, offsets, weights):
        block = (weight, want - offset, 1)
        while blocks and blocks[-1][1] > block[1]:
            other = blocks.pop()
            both = other[0] + block[0]
            mean = (other[0] * other[1] + block[0] * block[1]) / both
            block = (both, mean, other[2] + block[2])
        blocks.append(block)
    places = [mean for _, mean, count in blocks for _ in range(count)]
    for spot, place, offset in zip(rank, places, offsets):
        spot.x = place + offset


# -- lines ------------------------------------------------------------------


def _lines(
    boxes: Sequence[Spot],
    edges: Sequence[tuple[int, int]],
    trunks: dict[int, dict[int, Spot]],
) -> list[Line]:
    """The lines of all edges; what edges of one box share is drawn once."""
    lines = []
    for number, trunk in trunks.items():
        spots = list(trunk.values())
        for upper, lower in zip(spots, spots[1:]):
            points = [_bottom(upper), _top(lower), _bottom(lower)]
            lines.append(Line(points, _name(boxes[number])))
    for source, target in edges:
        if source == target:
            lines.append(_loop(boxes[source]))
            continue
        first, last = min(source, target), max(source, target)
        points = [_bottom(trunks[first][boxes[last].rank - 1]), _top(boxes[last])]
        if source > target:
            points = _back(trunks[first], boxes[last])
        lines.append(Line(points, _name(boxes[source]), _name(boxes[target])))
    return lines


def _back(trunk: dict[int, Spot], lower: Spot) -> list[Point]:
    """The way up along a trunk from a lower box, beside the middle of both boxes."""
    points = [_beside(lower, _top(lower))]
    for spot in reversed([spot for spot in trunk.values() if spot.rank < lower.rank]):
        if spot.box is None:
            points += [_bottom(spot), _top(spot)]
        else:
            points.append(_beside(spot, _bottom(spot)))
    return points


def _beside(spot: Spot, point: Point) -> Point:
    return point[0] + min(LINE_GAP, spot.breadth / 4), point[1]


def _loop(spot: Spot) -> Line:
    right, name = spot.x + spot.breadth / 2, _name(spot)
    quarter = spot.length / 4
    turn = right + LINE_GAP
    points = [
        (right, spot.y + quarter),
        (turn, spot.y + quarter),
        (turn, spot.y - quarter),
        (right, spot.y - quarter),
    ]
    return Line(points, name, name)


def _name(spot: Spot) -> str:
    return spot.box.name if spot.box else ""


def _top(spot: Spot) -> Point:
    return spot.x, spot.y - spot.length / 2


def _bottom(spot: Spot) -> Point:
    return spot.x, spot.y + spot.length / 2


def _shift(spots: Sequence[Spot], lines: Sequence[Line]) -> float:
    """Moves it all to where x begins at 0; returns its breadth."""
    sides = [spot.x - spot.breadth / 2 for spot in spots]
    left = min(sides, default=0.0)
    for spot in spots:
        spot.x -= left
    for line in lines:
        line.points = [(x - left, y) for x, y in line.points]
    ends = [spot.x + spot.breadth / 2 for spot in spots]
    return max([*ends, *(x for line in lines for x, _ in line.points)], default=0.0)
