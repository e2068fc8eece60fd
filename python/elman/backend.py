"""Keras's ``backend``: what notebooks use of it."""

from __future__ import annotations

from ._library import check, lib


def clear_session() -> None:
    """Start the counting of names again: the next SimpleRNN is ``simple_rnn``."""
    check(lib().elman_reset_names())


def floatx() -> str:
    """The type of weights and outputs."""
    return "float32"
