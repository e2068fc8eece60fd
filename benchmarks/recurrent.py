"""Recurrent layers beside their peers, in one run: `python benchmarks/recurrent.py`.

Every peer is a process of its own; rounds go from peer to peer, so that a busy
minute of the machine falls on all of them. Prints a Markdown table and writes
JSON beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from peers import PEERS
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
        self.process = subprocess.Popen(
            [*affinity, sys.executable, str(HERE / "worker.py"), peer, count],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def measure(self, row: int) -> dict | None:
        """The times of one burst."""
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
        lines = self.process.stderr.read().strip().splitlines()
        return lines[-1] if self.process.returncode and lines else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, nargs="*", default=range(len(ROWS)))
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()

    workers = {peer: Worker(peer, arguments.threads) for peer in PEERS}
    results: dict[int, dict[str, list[dict]]] = {}
    for row in arguments.rows:
        results[row] = {peer: [] for peer in PEERS}
        for _ in range(arguments.rounds):
            for peer, worker in workers.items():
                answer = worker.measure(row)
                if answer:
                    results[row][peer].append(answer)
    for peer, worker in workers.items():
        failure = worker.close()
        if failure:
            print(f"{peer} is absent: {failure}", file=sys.stderr)
    table = summarize(results)
    print(markdown(table, arguments.threads))
    if arguments.json:
        arguments.json.write_text(json.dumps(table, indent=1))


def summarize(results: dict) -> list[dict]:
    """The best time of each peer and row, and elman's lead."""
    table = []
    for index, peers in results.items():
        best = {}
        for peer, answers in peers.items():
            if not answers:
                continue
            if answers[0]["error"] > LARGEST_ERROR:
                raise SystemExit(f"{peer} is wrong by {answers[0]['error']}")
            best[peer] = {
                "min": min(a["min"] for a in answers),
                "median": statistics.median(a["median"] for a in answers),
            }
        others = [v["min"] for p, v in best.items() if p != "elman"]
        lead = (
            min(others) / best["elman"]["min"] if others and "elman" in best else None
        )
        table.append({"row": str(ROWS[index]), "peers": best, "lead": lead})
    return table


def markdown(table: list[dict], threads: int) -> str:
    """The best microseconds of each peer; the lead is over the fastest other."""
    peers = list(PEERS)
    lines = [
        f"One layer with return_sequences, {threads} thread(s): "
        "best microseconds of a call",
        "",
        "| Layer (batch, timesteps, features, units) | "
        + " | ".join(peers)
        + " | lead |",
        "|---" * (len(peers) + 2) + "|",
    ]
    for entry in table:
        times = [
            f"{entry['peers'][peer]['min']:.1f}" if peer in entry["peers"] else "-"
            for peer in peers
        ]
        lead = f"{entry['lead']:.2f}x" if entry["lead"] else "-"
        lines.append(f"| {entry['row']} | " + " | ".join(times) + f" | {lead} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
