"""What all tests share."""

import os
import subprocess
import sys
from pathlib import Path

import elman
import numpy as np
import pytest

DATA = Path(__file__).resolve().parent.parent / "data"


@pytest.fixture(autouse=True)
def fresh_session():
    """Names count from the start, and the threads are the default."""
    elman.backend.clear_session()
    elman.utils.set_random_seed(0)
    yield
    elman.set_num_threads(0)


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def table(name: str) -> str:
    """One of the notes' tables."""
    return (DATA / f"{name}.txt").read_text()


def in_a_new_process(code):
    """The result of a program in a fresh interpreter."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
    )
