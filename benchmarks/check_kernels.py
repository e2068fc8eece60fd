"""Read the machine code of the hot kernels, and fail on what makes them slow.

`python benchmarks/check_kernels.py [libelman.so | Kernels.o]`, of x86-64 or arm64. In
the loops over k there may be no call and no memory but weights and inputs; and no
kernel may compute on vectors that the compiler has cut into halves or quarters. Both
come and go with small changes of the source, and cost up to two thirds of the speed.
Needs objdump.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LIBRARY = Path(__file__).resolve().parent.parent / ".build" / "release" / "libelman.so"
# The compiler sometimes computes one value of two vectors together.
FEW = 4
KERNEL = (
    r"\$[se]\d+(?P<module>%s)(?:\d+)"
    r"(?P<name>multiply(?:RowInHalves|Row|Dots)?|PlainProduct|allRows|sweep|simpleRNN|"
    r"LSTMStepV10sweepWhole|lstm|gru|recurrentStep|small)"
)
# What works on vectors of 8 by intent.
HALVES = "multiplyRowInHalves"
JUMP = re.compile(r"j|(b|b\.\w+|cbn?z|tbn?z)$")
CALL = re.compile(r"call|blr?$")


@dataclass
class Architecture:
    """How its instructions are told apart."""

    objdump: str
    # The registers that are narrower than a module's vectors.
    narrower: dict[str, str]
    arithmetic: str
    product: str
    through_stack: str
    # The loops whose constants the registers have room for, too.
    roomy: str

    @property
    def kernel(self) -> re.Pattern[str]:
        """What the symbols of its kernels begin with."""
        return re.compile(KERNEL % "|".join(self.narrower))


# By the machine's number in an ELF file.
ARCHITECTURES = {
    62: Architecture(
        objdump="objdump",
        narrower={"KernelsAVX2": r"%xmm", "KernelsAVX512": r"%[xy]mm"},
        arithmetic=r"v(fn?m\w+|mul|add|sub|div)ps ",
        product=r"\S*fmadd",
        through_stack=r"vmov.*\(%r[sb]p",
        roomy=rf"Float32|PlainProduct|multiplyDots|{HALVES}|LSTMStep",
    ),
    183: Architecture(
        objdump="aarch64-linux-gnu-objdump",
        narrower={"Kernels": r"\.2s|\bs\d"},
        arithmetic=r"f(n?mul|ml[as]|n?m(add|sub)|add|sub|div) ",
        product=r"fmla .*\.4s",
        through_stack=r"(ld|st).*\[(sp|x29)",
        roomy=r"Float32|PlainProduct|Float16",
    ),
}


@dataclass
class Instruction:
    """One line of the disassembly."""

    address: int
    operation: str
    operands: str

    def matches(self, pattern: str) -> bool:
        """Whether it begins in such a way."""
        return re.match(pattern, f"{self.operation} {self.operands}") is not None

    @property
    def target(self) -> int | None:
        """Where a jump goes within its function."""
        if not JUMP.match(self.operation):
            return None
        found = re.search(r"(?:^|, )([0-9a-f]+) <", self.operands)
        return int(found[1], 16) if found else None


def architecture(library: Path) -> Architecture:
    """What a file was compiled for."""
    with library.open("rb") as file:
        return ARCHITECTURES[int.from_bytes(file.read(20)[18:], "little")]


def functions(library: Path, arch: Architecture) -> dict[str, list[Instruction]]:
    """The kernels' functions by their symbols."""
    text = subprocess.run(
        [arch.objdump, "-d", "--no-show-raw-insn", str(library)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    kernel = arch.kernel
    found: dict[str, list[Instruction]] = {}
    body: list[Instruction] | None = None
    for line in text.splitlines():
        header = re.match(r"[0-9a-f]+ <(.*)>:$", line)
        if header:
            body = found.setdefault(header[1], []) if kernel.match(header[1]) else None
            continue
        parts = re.match(r" *([0-9a-f]+):\s+(\S+)\s*(.*)", line)
        if parts and body is not None:
            body.append(Instruction(int(parts[1], 16), parts[2], parts[3]))
    return found


def loops(body: list[Instruction]) -> list[list[Instruction]]:
    """The innermost loops: from a jump's target back to the jump.

    What is left for good on the way is none: such code is rarely run and stands behind
    all other.
    """
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
    found = [[i for i in body if s <= i.address <= e] for s, e in innermost]
    return [loop for loop in found if not any(leaves(i, loop) for i in loop)]


def leaves(jump: Instruction, loop: list[Instruction]) -> bool:
    """Whether it is a jump out of a loop that asks no condition."""
    inside = range(loop[0].address, loop[-1].address + 1)
    return jump.operation in ("jmp", "b") and jump.target not in inside


def complaints(symbol: str, body: list[Instruction], arch: Architecture) -> list[str]:
    """What is wrong with one function."""
    match = arch.kernel.match(symbol)
    assert match
    name = match["name"]
    narrower = "%xmm" if name == HALVES else arch.narrower[match["module"]]
    found = []
    split = [i for i in body if i.matches(f"{arch.arithmetic}.*({narrower})")]
    if len(split) > FEW:
        found.append(f"{len(split)} operations on parts of vectors")
    if not name.startswith(("multiply", "PlainProduct", "LSTMStep")):
        return found
    product = "vpdpbusd" if name == "multiplyDots" else arch.product
    products = [loop for loop in loops(body) if any(i.matches(product) for i in loop)]
    if name.startswith("LSTMStep"):
        # Its loops over k ask for weights ahead; its others are of functions.
        products = [p for p in products if any(i.matches("prefetch") for i in p)]
    if not products:
        found.append("no loop with multiply-adds")
    for loop in products:
        if any(CALL.match(i.operation) for i in loop):
            found.append("a call in the loop over k")
        # Formats of fewer bits need registers for constants, which some are short of.
        is_roomy = re.search(arch.roomy, symbol)
        if is_roomy and any(i.matches(arch.through_stack) for i in loop):
            found.append("sums or weights go through the stack in the loop over k")
    return found


def main() -> int:
    """Print what is wrong; 1 if anything is."""
    library = Path(sys.argv[1]) if len(sys.argv) > 1 else LIBRARY
    arch = architecture(library)
    kernels = functions(library, arch)
    wrong = 0
    for symbol, body in sorted(kernels.items()):
        for complaint in complaints(symbol, body, arch):
            wrong += 1
            print(f"{symbol}: {complaint}", file=sys.stderr)
    print(f"{len(kernels)} kernels read, {wrong} complaints")
    return 1 if wrong or not kernels else 0


if __name__ == "__main__":
    sys.exit(main())
