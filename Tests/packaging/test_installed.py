"""The installed wheel works, from its own files alone."""

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest
from environments import ROOT, clean_environment, output_of

# Prints a few hidden states, the files of elman in this process, and its modules'.
PROGRAM = """
import json, sys
import numpy as np
import elman
elman.utils.set_random_seed(1)
model = elman.Sequential([elman.layers.LSTM(8, input_shape=(5, 3))])
numbers = model(np.ones((2, 5, 3))).ravel().tolist()
with open("/proc/self/maps") as maps:
    mapped = {line[73:].rstrip() for line in maps if "elman" in line[73:]}
modules = {m.__file__ for name, m in sys.modules.items() if name.startswith("elman")}
print(json.dumps([numbers, sorted(mapped), sorted(modules)]), flush=True)
"""


def inside(folder, files):
    """Whether files lie in a folder; at least one."""
    return bool(files) and all(file.startswith(f"{folder}/") for file in files)


@pytest.fixture(scope="module", params=["bare", "notebook"])
def environment(request):
    return request.getfixturevalue(request.param)


def test_nothing_else_is_installed(bare):
    listed = json.loads(bare.run("-m", "pip", "list", "--format", "json"))
    names = {package["name"] for package in listed} - {"pip", "setuptools"}
    assert names == {"elman", "numpy", "tqdm"}


def test_every_module_of_the_package_can_be_imported(bare):
    walk = "import pkgutil, elman; names = pkgutil.walk_packages(elman.__path__)"
    known = set(bare.run("-c", f"{walk}; print(*(x.name for x in names))").split())
    assert {"layers", "_library"} <= known
    bare.run(
        "-c", "".join(f"import elman.{name}\n" for name in known if "." not in name)
    )


@pytest.mark.parametrize("flags", [[], ["-I"]], ids=["", "isolated"])
def test_only_files_of_the_environment(environment, flags):
    printed = environment.run(*flags, "-c", PROGRAM)
    numbers, mapped, modules = json.loads(printed)
    assert len(numbers) == 16 and any(numbers)
    assert inside(environment.folder, mapped) and inside(environment.folder, modules)
    names = {file.rpartition("/")[2] for file in mapped}
    fast = {"_fast.abi3.so"} if sys.version_info >= (3, 11) else set()
    assert names == {"libelman.so.1"} | fast


def test_the_readmes_examples(bare):
    """Every line of them, with numpy and tqdm alone."""
    printed = bare.run("-m", "doctest", "-v", ROOT / "README.md")
    assert "Test passed." in printed


def test_two_environments_at_once(bare, notebook):
    waits = "import sys; sys.stdin.readline()"
    runs = [
        subprocess.Popen(
            [environment.python, "-c", PROGRAM + waits],
            cwd=environment.home, env=clean_environment(environment.home),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for environment in (bare, notebook)
    ]  # fmt: skip
    # Each has computed, and holds its library, before either may go on.
    printed = [json.loads(run.stdout.readline()) for run in runs]
    for run in runs:
        run.communicate("\n")
    assert [run.returncode for run in runs] == [0, 0]
    assert printed[0][0] == printed[1][0]
    assert not set(printed[0][1]) & set(printed[1][1])


def test_a_notebook(notebook):
    runner = ROOT / "scripts" / "run_notebook.py"
    pages = ROOT / "examples" / "notebooks" / "rnn_notes.ipynb"
    printed = notebook.run(runner, pages)
    assert printed.count("Non-trainable params: 0") == 5
    last = ROOT / "Tests" / "data" / "summary_5_bidirectional.txt"
    assert last.read_text().split("bidirectional_3", 1)[1] in printed


# What elman shares a process with, and something that makes its native code run.
OTHERS = {
    "h5py": "with h5py.File('x.h5', 'w') as f: f['x'] = big; assert f['x'][2, 9] == 1",
    "tensorflow": "assert float(tensorflow.linalg.matmul(big, big)[0, 0]) == 300",
    "torch": "b = torch.from_numpy(big); assert float((b @ b)[0, 0]) == 300",
}
FOUND = [name for name in OTHERS if find_spec(name)]


def alternating(names):
    """A program in which elman and others take turns."""
    others = "\n".join(f"import {name}\n{OTHERS[name]}" for name in names)
    again = "\n".join(OTHERS[name] for name in names)
    return (
        "import numpy as np\nbig = np.ones((300, 300), np.float32)\n",
        f"{others}\n",
        "import elman\n"
        "elman.utils.set_random_seed(1)\n"
        "model = elman.Sequential([elman.layers.LSTM(300, input_shape=(5, 3))])\n"
        "x = np.random.default_rng(1).normal(size=(64, 5, 3)).astype(np.float32)\n"
        "y = model(x)\n",
        f"{again}\n"
        "assert np.isfinite(y).all() and y.any() and (model(x) == y).all()\n"
        "print('both work')\n",
    )


@pytest.fixture(scope="module")
def beside_others(wheel, tmp_path_factory):
    """A folder with the wheel, for the Python of these tests and its packages."""
    folder = tmp_path_factory.mktemp("target")
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
    subprocess.run([sys.executable, *install, wheel], check=True)
    return folder


@pytest.mark.parametrize("is_first", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("name", [*OTHERS, "all"])
def test_in_one_process_with(name, is_first, beside_others, tmp_path):
    """Each where the Python that runs these tests has it."""
    names = FOUND if name == "all" else [name]
    if len(names) < 2 if name == "all" else name not in FOUND:
        pytest.skip(f"{sys.executable} has no {name}")
    start, others, ours, end = alternating(names)
    program = start + (ours + others if is_first else others + ours) + end
    printed = output_of(
        [sys.executable, "-c", program], tmp_path, PYTHONPATH=str(beside_others)
    )
    assert "both work" in printed
