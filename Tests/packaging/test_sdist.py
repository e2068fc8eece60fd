"""The sources in dist/ are those that a build needs. `make test-sdist` builds them."""

import json
import os
import subprocess
import sys
import tarfile

import pytest
from environments import ROOT


@pytest.fixture(scope="module")
def unpacked(sdist, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder)
    return folder / sdist.name[: -len(".tar.gz")]


def swift_sources(folder, scratch):
    """The path and the files of every target that Package.swift names."""
    command = ["swift", "package", "--package-path", folder, "--scratch-path", scratch]
    printed = subprocess.run(
        [*command, "describe", "--type", "json"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    targets = json.loads(printed)["targets"]
    return {target["path"]: sorted(target["sources"]) for target in targets}


def test_every_target_of_the_package_has_its_sources(unpacked, tmp_path):
    assert swift_sources(unpacked, tmp_path) == swift_sources(ROOT, tmp_path)


def test_nothing_but_sources(sdist):
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    sources = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    kernels = [name for name in sources if name.startswith("Sources/Kernels/")]
    # Symbolic links have become files: not every tool unpacks them.
    linked = {
        name.replace("/Kernels/", f"/{variant}/")
        for variant in ("KernelsAVX2", "KernelsAVX512")
        for name in kernels
    }
    with tarfile.open(sdist) as archive:
        files = [member for member in archive.getmembers() if not member.isdir()]
    assert all(member.isfile() for member in files)
    names = [member.name.partition("/")[2] for member in files]
    assert len(names) == len(set(names))
    assert set(names) - set(sources) == {"PKG-INFO"} | linked
    assert sdist.stat().st_size < 1_000_000


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"SWIFT": "no-swift"}, "elman needs the Swift toolchain, 6.3 or newer"),
        ({"MAKEFLAGS": "CC=no-cc"}, "elman needs the Debian packages: gcc"),
        ({"PATH": "/nowhere"}, "elman is built by make, which is not in PATH."),
    ],
    ids=["Swift", "a C compiler", "make"],
)
def test_a_build_says_what_is_missing(variables, sentence, tmp_path):
    """It installs nothing for the system, and makes no package without the library."""
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir"]
    result = subprocess.run(
        [*command, tmp_path, ROOT], env={**os.environ, **variables},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert result.returncode != 0
    assert sentence in result.stdout
    assert "Installing the Debian packages" not in result.stdout
    assert not list(tmp_path.glob("*.whl"))
