"""What a small model costs: a call, the library's load, the import, memory.

`python benchmarks/small.py`; every figure is the least of several runs.
"""

from __future__ import annotations

import subprocess
import sys
import timeit
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "python"))


def call_microseconds() -> float:
    """`model(x)` of the notes' first model."""
    import elman

    model = elman.Sequential([elman.layers.SimpleRNN(3, input_shape=(2, 10))])
    x = np.zeros((1, 2, 10), np.float32)
    model(x)
    runs = timeit.repeat(lambda: model(x), number=20_000, repeat=10)
    return min(runs) / 20_000 * 1e6


def milliseconds(code: str, prepared: str, repeat: int = 10) -> float:
    """The time of a statement in a fresh process, after another."""
    program = (
        f"import sys; sys.path.insert(0, {str(HERE.parent / 'python')!r})\n"
        f"{prepared}\nimport time; t = time.perf_counter()\n{code}\n"
        "print((time.perf_counter() - t) * 1e3)"
    )
    return min(
        float(subprocess.check_output([sys.executable, "-c", program]))
        for _ in range(repeat)
    )


def memory() -> tuple[int, float]:
    """The bytes of a workspace, and the MB that the process holds after a call."""
    program = (
        f"import sys; sys.path.insert(0, {str(HERE.parent / 'python')!r})\n"
        "import elman, numpy, resource\n"
        "def held(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3\n"
        "before = held()\n"
        "model = elman.Sequential([elman.layers.LSTM(128, input_shape=(100, 128))])\n"
        "model(numpy.zeros((32, 100, 128), numpy.float32))\n"
        "print(model.memory(32, 100), held() - before)"
    )
    workspace, grown = subprocess.check_output([sys.executable, "-c", program]).split()
    return int(workspace), float(grown)


def main() -> None:
    library = HERE.parent / ".build" / "release" / "libelman.so"
    load = milliseconds(f"ctypes.CDLL({str(library)!r})", "import ctypes")
    importing = milliseconds("import elman", "import numpy")
    print("| | |\n|---|---|")
    print(f"| model(x), SimpleRNN(3) of (1, 2, 10) | {call_microseconds():.2f} us |")
    print(f"| load of the library | {load:.1f} ms |")
    print(f"| import elman, beyond NumPy | {importing:.1f} ms |")
    workspace, grown = memory()
    print(f"| workspace, LSTM(128) of (32, 100, 128) | {workspace / 1e6:.2f} MB |")
    print(f"| the process grows with that model and call | {grown:.1f} MB |")
    print(f"| library | {library.stat().st_size / 1e6:.1f} MB |")


main()
