"""The examples of the README and of the docstrings are true."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import tempfile
from pathlib import Path

import elman
import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_readme():
    failures, count = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert count > 5 and failures == 0


MODULES = [info.name for info in pkgutil.walk_packages(elman.__path__, prefix="elman.")]


@pytest.mark.parametrize("name", ["elman", *MODULES])
def test_docstrings(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_readmes_c_program():
    program = re.search(r"```c\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]
    library = ROOT / ".build" / "release"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "program.c")
        source.write_text(program)
        command = [
            "cc", "-std=c99", "-Wall", "-Wextra", "-Werror", str(source),
            f"-I{ROOT / 'include'}", str(library / "libelman.so"),
            f"-Wl,-rpath,{library}", "-o", f"{folder}/a.out",
        ]  # fmt: skip
        subprocess.run(command, check=True)
        result = subprocess.run(
            [f"{folder}/a.out"], capture_output=True, text=True, check=True
        )
    assert result.stdout == "0 0 0\n"
