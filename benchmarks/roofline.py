"""What the machine can do, and the least time of a row on it.

`python benchmarks/roofline.py` prints the measured peak and bandwidths and how near
elman's products come to them; `make bench-roofline` builds the C programs first.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workloads import GATES, Row

BUILD = Path(__file__).resolve().parents[1] / ".build"
BYTES = 4


@dataclass(frozen=True)
class Roofline:
    """The peak of a core in GF/s, and GB/s by the KiB of the working set.

    `read` is what a core reads, `gemv` what it reads of a matrix while it multiplies it
    by a vector, whose numbers it reads too.
    """

    fma: float
    read: dict[int, float]
    gemv: dict[int, float]

    def product(self, rows: int, inputs: int, columns: int, threads: int = 1) -> float:
        """The least microseconds of a product whose weights were read before."""
        size = BYTES * inputs * columns / threads
        multiplying = 2 * rows * inputs * columns / (self.fma * threads)
        return max(multiplying, size / at(self.read, size)) * 1e-3

    def step(self, rows: int, inputs: int, columns: int, threads: int) -> float:
        """The same, one row being a matrix times a vector."""
        if rows > 1:
            return self.product(rows, inputs, columns, threads)
        size = BYTES * inputs * columns / threads
        return size / at(self.gemv, size) * 1e-3

    def row(self, row: Row, threads: int) -> float:
        """The least microseconds of a call.

        The input's product at once, the recurrent one for each timestep; nothing for
        functions and calls. Two threads share all but the tiny rows' work.
        """
        total = 0.0
        for layer, inputs in zip(row.layers, row.input_sizes):
            columns = GATES[layer.kind] * layer.units
            if row.stream:
                return self.step(row.batch, inputs + layer.units, columns, threads)
            sizes = row.batch * row.timesteps, inputs, columns
            step = self.step(row.batch, layer.units, columns, threads)
            once = self.product(*sizes, threads) + row.timesteps * step
            total += once * (1 + layer.bidirectional)
        return total


def at(bandwidths: dict[int, float], size: float) -> float:
    """The GB/s of a working set of so many bytes, again and again."""
    larger = [kib for kib in bandwidths if kib * 1024 >= size]
    return bandwidths[min(larger) if larger else max(bandwidths)]


@cache
def measured() -> Roofline:
    """This machine's, by c/roofline.c on one core."""
    program = ["taskset", "-c", "0", str(BUILD / "roofline")]
    answer = json.loads(subprocess.check_output(program))
    read, gemv = (
        {int(kib): rate for kib, rate in answer[name].items()}
        for name in ("read", "gemv")
    )
    return Roofline(answer["fma"], read, gemv)


def main() -> None:
    roofline = measured()
    print(f"One core: {roofline.fma:.0f} GF/s of multiply-adds\n")
    print("| working set, KiB | " + " | ".join(map(str, roofline.read)) + " |")
    print("|---" * (len(roofline.read) + 1) + "|")
    for title, rates in {"GB/s": roofline.read, "of GEMV": roofline.gemv}.items():
        print(f"| {title} | " + " | ".join(f"{v:.0f}" for v in rates.values()) + " |")
    library = {**os.environ, "LD_LIBRARY_PATH": str(BUILD / "release")}
    for title, program in {
        "product (rows, inputs, units), as a model's call": [BUILD / "products", "1"],
        "the same, by the kernel alone": [BUILD / "release" / "kernel-rates"],
    }.items():
        print(f"\n| {title} | GF/s | share of the bound |\n|---|---|---|")
        command = ["taskset", "-c", "0", *map(str, program)]
        products = json.loads(subprocess.check_output(command, env=library))
        for *sizes, rate in products:
            rows, inputs, units = sizes
            bound = 2e-3 * rows * inputs * units / roofline.product(*sizes)
            print(f"| {tuple(sizes)} | {rate:.1f} | {rate / bound:.0%} |")


if __name__ == "__main__":
    main()
