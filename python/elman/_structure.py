"""Lists, tuples and dicts with something at their leaves, as Keras nests tensors."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any


def flat(structure: Any) -> list[Any]:
    """The leaves in order; those of a dict in the order of its sorted keys."""
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in flat(structure[key])]
    if isinstance(structure, (list, tuple)):
        return [leaf for part in structure for leaf in flat(part)]
    return [structure]


def mapped(structure: Any, function: Callable[[Any], Any]) -> Any:
    """The same structure with what a function makes of each leaf, in that order."""
    if isinstance(structure, dict):
        made = {key: mapped(structure[key], function) for key in sorted(structure)}
        return {key: made[key] for key in structure}
    if isinstance(structure, (list, tuple)):
        return _like(structure, [mapped(part, function) for part in structure])
    return function(structure)


def numbered(structure: Any) -> Any:
    """The same structure with the number of each leaf."""
    numbers = count()
    return mapped(structure, lambda leaf: next(numbers))


def packed(structure: Any, values: list[Any]) -> Any:
    """Values in the places of their numbers; as in Keras a list of one is that one."""
    made = mapped(structure, values.__getitem__)
    is_single = isinstance(structure, (list, tuple)) and len(structure) == 1
    return made[0] if is_single else made


def written(**structures: Any) -> bytes:
    """Numbered structures as JSON, in the order of their numbers."""
    return json.dumps(structures, sort_keys=True).encode()


def is_flat(structure: Any) -> bool:
    """Whether it is a leaf, or a list of leaves."""
    parts = structure if isinstance(structure, (list, tuple)) else [structure]
    return not any(isinstance(part, (dict, list, tuple)) for part in parts)


def _like(structure: Any, parts: list[Any]) -> Any:
    """The parts in a list, a tuple or a named tuple."""
    if hasattr(structure, "_fields"):
        return type(structure)(*parts)
    return tuple(parts) if isinstance(structure, tuple) else parts
