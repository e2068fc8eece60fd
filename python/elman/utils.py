"""Keras's ``utils``: what models without a data set use of it."""

from __future__ import annotations

import random

import numpy as np

from ._library import check, lib


def set_random_seed(seed: int) -> None:
    """Seed Python's, NumPy's and elman's random numbers.

    The weights of layers built afterwards are the same on every machine; only the
    last bits of orthogonal ones differ on x86-64 processors without AVX2.
    """
    if not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
        raise ValueError(
            "Expected `seed` argument to be an integer from 0 to 2**32 - 1. "
            f"Received: seed={seed!r}"
        )
    random.seed(int(seed))
    np.random.seed(int(seed))
    check(lib().elman_set_seed(int(seed)))
