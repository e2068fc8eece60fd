"""One peer in a process of its own: reads rows, answers with times.

Each line of standard input is a row's index; each line of standard output the
best and the median microseconds of a call in a burst, and the largest error.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import numpy as np
from peers import PEERS
from workloads import ROWS, arrays, reference

BURST_SECONDS = 0.4


def burst(call) -> list[float]:
    """Microseconds a call, in groups long enough for the clock."""
    start = time.perf_counter()
    call()
    once = time.perf_counter() - start
    group = max(1, int(2e-4 / max(once, 1e-7)))
    times = []
    end = time.perf_counter() + BURST_SECONDS
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        for _ in range(group):
            call()
        times.append((time.perf_counter() - start) / group * 1e6)
    return times


def main() -> None:
    peer, threads = sys.argv[1], int(sys.argv[2])
    calls = {}
    for line in sys.stdin:
        index = int(line)
        row = ROWS[index]
        if index not in calls:
            values = arrays(row)
            call = PEERS[peer](row, values, threads)
            for _ in range(3):
                call()
            error = float(np.abs(call() - reference(row, values)).max())
            calls[index] = call, error
        call, error = calls[index]
        times = burst(call)
        answer = {
            "min": min(times),
            "median": statistics.median(times),
            "error": error,
        }
        print(json.dumps(answer), flush=True)


main()
