"""Read the machine code of the hot kernels, and fail on what makes them slow.

`python benchmarks/check_kernels.py [libelman.so]`. In the loops over k there may be no
call and no memory but weights and inputs; and no kernel may compute on vectors that
the compiler has cut into halves or quarters. Both come and go with small changes of
the source, and cost up to two thirds of the speed. Needs objdump.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LIBRARY = Path(__file__).resolve().parent.parent / ".build" / "release" / "libelman.so"
# The width of a module's vectors, and the registers that are narrower.
NARROWER = {"KernelsAVX2": r"%xmm", "KernelsAVX512": r"%[xy]mm"}
ARITHMETIC = re.compile(r"^v(fn?m\w+|mul|add|sub|div)ps$")
# The compiler sometimes computes one value of two vectors together.
FEW = 4
KERNEL = re.compile(
    r"\$s\d+(?P<module>KernelsAVX2|KernelsAVX512)(?:\d+)"
    r"(?P<name>multiply(?:RowInHalves|Row|Dots)?|allRows|sweep|simpleRNN|lstm|gru|"
    r"recurrentStep|small)"
)
# What works on vectors of 8 by intent.
HALVES = "multiplyRowInHalves"


@dataclass
class Instruction:
    """One line of the disassembly."""

    address: int
    operation: str
    operands: str

    @property
    def target(self) -> int | None:
        """Where a jump goes within its function."""
        if not self.operation.startswith("j"):
            return None
        found = re.match(r"([0-9a-f]+) <", self.operands)
        return int(found[1], 16) if found else None


def functions(library: Path) -> dict[str, list[Instruction]]:
    """The kernels' functions by their symbols."""
    text = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", str(library)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found: dict[str, list[Instruction]] = {}
    body: list[Instruction] | None = None
    for line in text.splitlines():
        header = re.match(r"[0-9a-f]+ <(.*)>:$", line)
        if header:
            body = found.setdefault(header[1], []) if KERNEL.match(header[1]) else None
            continue
        parts = re.match(r" *([0-9a-f]+):\s+(\S+)\s*(.*)", line)
        if parts and body is not None:
            body.append(Instruction(int(parts[1], 16), parts[2], parts[3]))
    return found


def loops(body: list[Instruction]) -> list[list[Instruction]]:
    """The innermost loops: from a jump's target back to the jump."""
    ranges = [
        (i.target, i.address)
        for i in body
        if i.target is not None and body[0].address <= i.target <= i.address
    ]
    innermost = [
        (start, end)
        for start, end in ranges
        if not any(
            start <= s and e <= end and (s, e) != (start, end) for s, e in ranges
        )
    ]
    return [[i for i in body if s <= i.address <= e] for s, e in innermost]


def complaints(symbol: str, body: list[Instruction]) -> list[str]:
    """What is wrong with one function."""
    match = KERNEL.match(symbol)
    assert match
    name = match["name"]
    narrower = re.compile("%xmm" if name == HALVES else NARROWER[match["module"]])
    found = []
    split = [
        i for i in body if ARITHMETIC.match(i.operation) and narrower.search(i.operands)
    ]
    if len(split) > FEW:
        found.append(f"{len(split)} operations on parts of vectors")
    if not name.startswith("multiply"):
        return found
    product = "vpdpbusd" if name == "multiplyDots" else "fmadd"
    products = [
        loop for loop in loops(body) if any(product in i.operation for i in loop)
    ]
    if not products:
        found.append("no loop with multiply-adds")
    for loop in products:
        if any(i.operation.startswith("call") for i in loop):
            found.append("a call in the loop over k")
        spills = [
            i
            for i in loop
            if i.operation.startswith("vmov") and re.search(r"\(%r[sb]p", i.operands)
        ]
        # Formats of fewer bits need registers for constants, which AVX2 is short of.
        needs_none = "Float32" in symbol or name in ("multiplyDots", HALVES)
        if spills and needs_none:
            found.append("sums or weights go through the stack in the loop over k")
    return found


def main() -> int:
    """Print what is wrong; 1 if anything is."""
    library = Path(sys.argv[1]) if len(sys.argv) > 1 else LIBRARY
    kernels = functions(library)
    wrong = 0
    for symbol, body in sorted(kernels.items()):
        for complaint in complaints(symbol, body):
            wrong += 1
            print(f"{symbol}: {complaint}", file=sys.stderr)
    print(f"{len(kernels)} kernels read, {wrong} complaints")
    return 1 if wrong or not kernels else 0


if __name__ == "__main__":
    sys.exit(main())
