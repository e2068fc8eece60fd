"""The distributions in dist/, and fresh environments with the wheel installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# What points Python, elman or Jupyter at files of this machine's user.
OF_THE_USER = ("ELMAN_", "PYTHON", "JUPYTER", "IPYTHON", "VIRTUAL_ENV", "LD_LIBRARY")


def pytest_addoption(parser):
    parser.addoption("--dist", default=ROOT / "dist", help="folder of the wheel")


def clean_environment(home, **variables):
    """The environment of somebody who has set nothing."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(OF_THE_USER)}
    return {**kept, "HOME": str(home), **variables}


def output_of(command, home, **variables):
    """What a command prints that runs in the folder `home`, far from the checkout."""
    result = subprocess.run(
        [str(word) for word in command],
        cwd=home, env=clean_environment(home, **variables),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout
    return result.stdout


class Environment:
    """A virtual environment of its own, into which the wheel is installed."""

    def __init__(self, folder, requirement):
        self.folder = folder
        self.home = folder / "home"
        self.python = folder / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        self.home.mkdir()
        install = [self.python, "-m", "pip", "install", "--quiet", requirement]
        subprocess.run([str(word) for word in install], check=True)

    def run(self, *arguments):
        """What this environment's Python prints."""
        return output_of([self.python, *arguments], self.home)


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
