"""One peer in a process of its own: reads rows, answers with times.

Each line of standard input is a row's index; each line of standard output the
best and the median microseconds of a call in a burst, and the largest error, or
why the peer has no such row.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import numpy as np
from peers import Call, Unsupported, prepare
from workloads import ROWS, Row, arrays, reference

BURST_SECONDS = 0.2
WARM_UP_SECONDS = 0.05


def burst(call: Call, seconds: float) -> list[float]:
    """Microseconds a call, in groups long enough for the clock."""
    start = time.perf_counter()
    call()
    once = time.perf_counter() - start
    group = max(1, int(2e-4 / max(once, 1e-7)))
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 2:
        start = time.perf_counter()
        for _ in range(group):
            call()
        times.append((time.perf_counter() - start) / group * 1e6)
    return times


def checked(peer: str, row: Row, threads: int) -> tuple[Call, float]:
    """The peer's call and its largest error."""
    values = arrays(row)
    call = prepare(peer, row, values, threads)
    expected = reference(row, values)
    if row.stream:
        steps = [np.array(call()) for _ in range(row.timesteps)]
        given = np.stack(steps, axis=1)
    else:
        given = call()
    error = float(np.abs(given - expected).max())
    burst(call, WARM_UP_SECONDS)
    return call, error


def main() -> None:
    peer, threads = sys.argv[1], int(sys.argv[2])
    # Some libraries print: standard output is for the answers alone.
    answers, sys.stdout = sys.stdout, sys.stderr
    calls = {}
    for line in sys.stdin:
        index = int(line)
        try:
            if index not in calls:
                calls[index] = checked(peer, ROWS[index], threads)
            call, error = calls[index]
            times = burst(call, BURST_SECONDS)
            median = statistics.median(times)
            answer = {"min": min(times), "median": median, "error": error}
        except Unsupported:
            answer = {"absent": "no such model"}
        except ImportError:
            raise
        except Exception as error:
            answer = {"absent": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps(answer), file=answers, flush=True)


main()
