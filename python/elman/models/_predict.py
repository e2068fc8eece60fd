"""predict: batch after batch, with a progress bar."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from .._library import positive
from .._run import FloatArray, run

if TYPE_CHECKING:
    from .model import Model


def predict(
    model: Model,
    arrays: list[FloatArray],
    batch_size: int | None,
    verbose: str | int,
    steps: int | None,
) -> Any:
    """The outputs of a model for all samples."""
    if verbose not in ("auto", 0, 1, 2):
        raise ValueError(f"verbose must be 'auto', 0, 1 or 2. Received: {verbose!r}")
    size = 32 if batch_size is None else positive("batch_size", batch_size)
    batches = range(0, _sample_count(arrays), size)
    if steps is not None:
        batches = batches[: positive("steps", steps)]
    start = time.perf_counter()
    parts = [
        run(model._handle, [x[first : first + size] for x in arrays])
        for first in _with_bar(batches, verbose)
    ]
    if verbose == 2:
        seconds = time.perf_counter() - start
        count = len(batches)
        print(f"{count}/{count} - {seconds:.0f}s - {1000 * seconds / count:.0f}ms/step")
    return model._packed([np.concatenate(output) for output in zip(*parts)])


def _sample_count(arrays: list[FloatArray]) -> int:
    """The number of samples that all arrays have."""
    for x in arrays:
        if x.ndim == 0 or len(x) == 0:
            raise ValueError(
                f"predict needs at least one sample. Received: shape={x.shape}"
            )
    sizes = [len(x) for x in arrays]
    if len({*sizes}) > 1:
        raise ValueError(
            "Data cardinality is ambiguous. Make sure all arrays contain the same "
            f"number of samples. 'x' sizes: {', '.join(map(str, sizes))}"
        )
    return sizes[0]


def _with_bar(batches: range, verbose: str | int) -> Any:
    """The batches, with Keras's bar where it is asked for."""
    if verbose not in ("auto", 1):
        return batches
    from tqdm import tqdm

    return tqdm(
        batches,
        file=sys.stdout,
        ascii=" >=",
        bar_format="{n_fmt}/{total_fmt} [{bar:30}] - {elapsed} {rate_inv_fmt}",
        unit="step",
    )
