"""Fresh environments, and commands run in them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What points Python, elman or Jupyter at files of this machine's user.
OF_THE_USER = ("ELMAN_", "PYTHON", "JUPYTER", "IPYTHON", "VIRTUAL_ENV", "LD_LIBRARY")


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
