"""What a wheel has beside the Python modules: the library, built by make."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def glibc_needed(binaries):
    """Return the newest version of the GNU C library that the binaries ask for."""
    symbols = subprocess.run(
        ["objdump", "-T", *binaries], capture_output=True, text=True, check=True
    ).stdout
    found = re.findall(r"\bGLIBC_(\d+)\.(\d+)", symbols)
    return max((int(major), int(minor)) for major, minor in found)


class LibraryHook(BuildHookInterface):
    """Builds the library and `elman._fast`, and tags the wheel by what they need."""

    def initialize(self, version, build_data):
        """Put the library in; an editable install takes the checkout's instead."""
        if version == "editable":
            return
        self.make("stage", "fast")
        root = Path(self.root)
        library = root / ".build" / "install" / "lib" / "libelman.so.1"
        binaries = [library, *(root / "python" / "elman").glob("_fast*.so")]
        major, minor = glibc_needed(binaries)
        build_data["force_include"][str(library)] = "elman/libelman.so.1"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-manylinux_{major}_{minor}_{platform.machine()}"

    def make(self, *targets):
        """Run make, which says what is missing; pip must not install for the system."""
        command = ["make", *targets, f"PYTHON={sys.executable}"]
        environment = {**os.environ, "ELMAN_INSTALL": "no"}
        try:
            subprocess.run(command, cwd=self.root, env=environment, check=True)
        except FileNotFoundError:
            self.app.abort("elman is built by make, which is not in PATH.")
        except subprocess.CalledProcessError:
            self.app.abort("elman's library was not built: the lines above say why.")
