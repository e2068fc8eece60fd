"""Recurrent layers and models beside their peers: `python benchmarks/recurrent.py`.

Every peer is a process of its own; rounds go from peer to peer, so that a busy
minute of the machine falls on all of them. Prints a Markdown table, and writes
JSON and a picture where asked.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from peers import PEERS
from report import markdown, picture
from roofline import measured
from workloads import ROWS

HERE = Path(__file__).resolve().parent
LARGEST_ERROR = 1e-3


class Worker:
    """A peer's process; None for its times where it cannot run here."""

    def __init__(self, peer: str, threads: int):
        count = str(threads)
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": count,
            "PYTHONPATH": os.pathsep.join(
                [str(HERE.parent / "python"), os.environ.get("PYTHONPATH", "")]
            ),
        }
        affinity = ["taskset", "-c", "0"] if threads == 1 else []
        # What it says goes to a file: a full pipe would stop it.
        self.said = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            [*affinity, sys.executable, str(HERE / "worker.py"), peer, count],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
            text=True,
            env=environment,
        )

    def measure(self, row: int) -> dict | None:
        """The times of one burst; None where the process ended."""
        try:
            self.process.stdin.write(f"{row}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def close(self) -> str:
        """End the process; what it said last, where it failed."""
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait()
        self.said.seek(0)
        lines = self.said.read().strip().splitlines()
        return lines[-1] if self.process.returncode and lines else ""


def run(peers: list[str], rows: list[int], threads: int, rounds: int) -> dict:
    """The least microseconds of each row and peer, every process new."""
    workers = {peer: Worker(peer, threads) for peer in peers}
    results: dict[int, dict[str, dict]] = {}
    for row in rows:
        answers: dict[str, list[dict]] = {peer: [] for peer in peers}
        for _ in range(rounds):
            for peer, worker in workers.items():
                answer = worker.measure(row)
                if answer and "absent" not in answer:
                    answers[peer].append(answer)
                elif answer and answer["absent"] != "no such model":
                    print(
                        f"{peer}, {ROWS[row].name}: {answer['absent']}", file=sys.stderr
                    )
        results[row] = {
            peer: best(peer, given) for peer, given in answers.items() if given
        }
    for peer, worker in workers.items():
        failure = worker.close()
        if failure:
            print(f"{peer} is absent: {failure}", file=sys.stderr)
    return results


def best(peer: str, answers: list[dict]) -> dict:
    """The least and the median time of a run's rounds."""
    error = max(answer["error"] for answer in answers)
    if not error <= LARGEST_ERROR:
        raise SystemExit(f"{peer} is wrong by {error}")
    return {
        "min": min(answer["min"] for answer in answers),
        "median": statistics.median(answer["median"] for answer in answers),
    }


def summarize(runs: list[dict], threads: int) -> list[dict]:
    """The median over the runs of each peer and row, elman's lead, and the limit."""
    table = []
    for index in runs[0]:
        peers = {
            peer: {
                key: statistics.median(run[index][peer][key] for run in runs)
                for key in ("min", "median")
            }
            for peer in runs[0][index]
            if all(peer in run[index] for run in runs)
        }
        own = peers["elman"]["min"]
        others = [times["min"] for peer, times in peers.items() if peer != "elman"]
        limit = measured().row(ROWS[index], threads)
        table.append(
            {
                "row": ROWS[index].name,
                "peers": peers,
                "lead": min(others) / own if others else None,
                "limit": limit,
                "share": limit / own,
            }
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--runs", type=int, default=1, help="full runs; their median counts"
    )
    parser.add_argument("--rounds", type=int, default=2, help="rounds of each run")
    parser.add_argument("--rows", type=int, nargs="*", default=range(len(ROWS)))
    parser.add_argument("--peers", nargs="*", default=[*PEERS][1:], choices=PEERS)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    arguments = parser.parse_args()

    peers = ["elman", *(peer for peer in arguments.peers if peer != "elman")]
    threads = arguments.threads
    runs = []
    for _ in range(arguments.runs):
        runs.append(run(peers, arguments.rows, threads, arguments.rounds))
    table = summarize(runs, threads)
    print(markdown(table, peers, threads, arguments.runs))
    if arguments.json:
        arguments.json.write_text(json.dumps(table, indent=1))
    if arguments.picture:
        picture(table, threads, arguments.picture)


if __name__ == "__main__":
    main()
