"""The distributions in dist/, and fresh environments with the wheel installed."""

from pathlib import Path

import pytest
from environments import ROOT, Environment


def pytest_addoption(parser):
    parser.addoption("--dist", default=ROOT / "dist", help="folder of the wheel")


def only_file(folder, pattern):
    """The one file of a folder that fits."""
    found = list(Path(folder).glob(pattern))
    assert len(found) == 1, f"{pattern} in {folder}: {found}"
    return found[0]


@pytest.fixture(scope="session")
def wheel(request):
    return only_file(request.config.getoption("--dist"), "elman-*.whl")


@pytest.fixture(scope="session")
def sdist():
    return only_file(ROOT / "dist", "elman-*.tar.gz")


@pytest.fixture(scope="session")
def bare(wheel, tmp_path_factory):
    """An environment with elman and what it needs, nothing else."""
    return Environment(tmp_path_factory.mktemp("bare"), wheel)


@pytest.fixture(scope="session")
def notebook(wheel, tmp_path_factory):
    """An environment whose path has spaces and more, with a notebook's packages."""
    folder = tmp_path_factory.mktemp("my notes") / "an env, für RNNs"
    return Environment(folder, f"{wheel}[notebook]")
