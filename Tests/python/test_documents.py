"""The examples of the README and of the docstrings are true."""

import doctest
import importlib
import pkgutil
import re
import subprocess
from pathlib import Path

import elman
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    """A folder that is the current one, for what an example writes."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_readme(in_folder):
    failures, count = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert count > 5 and failures == 0


MODULES = [info.name for info in pkgutil.walk_packages(elman.__path__, prefix="elman.")]


@pytest.mark.parametrize("name", ["elman", *MODULES])
def test_docstrings(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def run_c(source, folder, **keywords):
    """What a C program prints."""
    library = ROOT / ".build" / "release"
    (folder / "program.c").write_text(source)
    command = [
        "cc", "-std=c99", "-Wall", "-Wextra", "-Werror", f"{folder}/program.c",
        f"-I{ROOT / 'include'}", str(library / "libelman.so"),
        f"-Wl,-rpath,{library}", "-o", f"{folder}/a.out",
    ]  # fmt: skip
    subprocess.run(command, check=True)
    result = subprocess.run(
        [f"{folder}/a.out"], capture_output=True, text=True, check=True, **keywords
    )
    return result.stdout


C_SNIPPETS = re.findall(r"```c\n(.*?)```", (ROOT / "README.md").read_text(), re.S)


def test_the_readmes_c_program(tmp_path):
    assert run_c(C_SNIPPETS[0], tmp_path) == "0 0 0\n"


MAIN = """
int main(void) {
  static char json[1 << 20];
  FILE *config = fopen("model.json", "r"), *weights = fopen("model.weights", "rb");
  if (config == NULL || weights == NULL) return 1;
  if (fread(json, 1, sizeof json - 1, config) == 0) return 1;
  elman_model model = load(json, weights);
  follow(model);
  need(elman_model_release(model));
}
"""


def test_a_model_goes_from_the_readmes_python_to_its_c(in_folder):
    program, functions = C_SNIPPETS
    names = {}
    readme = (ROOT / "README.md").read_text()
    examples = doctest.DocTestParser().get_doctest(readme, names, "README", None, 0)
    doctest.DocTestRunner(verbose=False).run(examples, clear_globs=False)
    model = examples.globs["model"]
    source = program.split("int main")[0] + functions + MAIN
    printed = run_c(source, in_folder, input="1 999 3\n")
    stream = model.stream()
    expected = [float(stream.step(np.array([word]))[0, 0]) for word in (1, 999, 3)]
    assert printed == "".join(f"{value:.6f}\n" for value in expected)
