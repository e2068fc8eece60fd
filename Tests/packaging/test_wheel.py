"""What the wheel says of itself is true of the files in it."""

import platform
import re
import subprocess
import sys
import zipfile

import pytest


@pytest.fixture(scope="module")
def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def metadata(contents, name):
    """The text of a file in the wheel's .dist-info."""
    return next(
        contents[path].decode() for path in contents if path.endswith(f"-info/{name}")
    )


def platform_tag(wheel):
    """The wheel's platform as (major, minor, machine)."""
    tag = re.fullmatch(
        r"elman-[\d.]+-py3-none-manylinux_(\d+)_(\d+)_(.*)\.whl", wheel.name
    )
    assert tag, wheel.name
    return int(tag[1]), int(tag[2]), tag[3]


def test_the_tag(wheel, contents):
    major, minor, machine = platform_tag(wheel)
    assert machine == platform.machine()
    tag = f"Tag: py3-none-manylinux_{major}_{minor}_{machine}"
    assert tag in metadata(contents, "WHEEL").splitlines()
    assert "Root-Is-Purelib: false" in metadata(contents, "WHEEL").splitlines()


def test_auditwheel_agrees_with_the_tag(wheel):
    command = [sys.executable, "-m", "auditwheel", "show", wheel]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    agreed = re.search(r'tag:\s+"manylinux_(\d+)_(\d+)_(\w+)"', shown)
    assert agreed, shown
    major, minor, machine = platform_tag(wheel)
    assert machine == agreed[3]
    assert (int(agreed[1]), int(agreed[2])) <= (major, minor)


# The releases of Debian 12 and RHEL 9 have these, and all that came later.
CEILINGS = {
    "GLIBC": (2, 34),
    "GLIBCXX": (3, 4, 29),
    "CXXABI": (1, 3, 13),
    "GCC": (7, 0, 0),
}


def test_no_symbol_is_newer_than_the_ceiling(wheel, contents, tmp_path):
    binaries = [name for name in contents if name.endswith((".so", ".so.1"))]
    newest = {}
    for name in binaries:
        (tmp_path / "binary.so").write_bytes(contents[name])
        symbols = subprocess.run(
            ["objdump", "-T", tmp_path / "binary.so"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        needed = re.findall(r"\b(GLIBC|GLIBCXX|CXXABI|GCC)_([\d.]+)", symbols)
        for library, version in needed:
            numbers = tuple(int(number) for number in version.split("."))
            newest[library] = max(numbers, newest.get(library, numbers))
    assert newest.keys() == CEILINGS.keys()
    assert all(newest[library] <= CEILINGS[library] for library in CEILINGS), newest
    assert platform_tag(wheel)[:2] == newest["GLIBC"]


def test_the_size(wheel):
    assert wheel.stat().st_size < 5_000_000


def test_the_files(contents):
    files = {name for name in contents if ".dist-info/" not in name}
    assert {"elman/__init__.py", "elman/py.typed", "elman/libelman.so.1"} <= files
    if sys.version_info >= (3, 11):
        assert "elman/_fast.abi3.so" in files
    kinds = (".py", ".so", ".so.1", "py.typed")
    assert all(name.startswith("elman/") and name.endswith(kinds) for name in files)


def test_what_it_needs(contents):
    lines = metadata(contents, "METADATA").splitlines()
    needed = [line for line in lines if line.startswith("Requires-Dist:")]
    always = {line.split()[1] for line in needed if "extra ==" not in line}
    assert {re.match(r"\w+", name)[0] for name in always} == {"numpy", "tqdm"}
