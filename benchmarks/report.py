"""The table and the picture of a comparison."""

from __future__ import annotations

from pathlib import Path

Entry = dict
"""A row's name, `limit`, `lead`, and the `peers`' times in microseconds."""


def _time(entry: Entry, peer: str) -> str:
    times = entry["peers"].get(peer)
    return f"{times['min']:.4g}" if times else "-"


def markdown(table: list[Entry], peers: list[str], threads: int, runs: int) -> str:
    """A line a row; the lead is over the fastest other."""
    columns = ["(batch, timesteps, features, units)", *peers, "lead", "share of limit"]
    lines = [
        f"{threads} thread(s), microseconds of a call, median of {runs} run(s):",
        "",
        f"| {' | '.join(columns)} |",
        "|---" * len(columns) + "|",
    ]
    for entry in table:
        times = " | ".join(_time(entry, peer) for peer in peers)
        lead = f"{entry['lead']:.2f}" if entry["lead"] else "-"
        lines.append(f"| {entry['row']} | {times} | {lead} | {entry['share']:.0%} |")
    won = sum(1 for entry in table if (entry["lead"] or 0) >= 1)
    lines += ["", f"elman is the fastest in {won} of {len(table)} rows."]
    return "\n".join(lines)


def picture(table: list[Entry], threads: int, path: Path) -> None:
    """Bars of elman's and the fastest other's share of the machine's limit."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 0.28 * len(table) + 1.2))
    places = range(len(table))
    others = [
        min((t["min"] for p, t in e["peers"].items() if p != "elman"), default=None)
        for e in table
    ]
    bars = {
        "elman": [100 * entry["share"] for entry in table],
        "fastest other": [
            100 * entry["limit"] / other if other else 0
            for entry, other in zip(table, others)
        ],
    }
    for offset, (name, shares) in zip((-0.2, 0.2), bars.items()):
        axes.barh([place + offset for place in places], shares, 0.4, label=name)
    axes.set_yticks(places, [entry["row"] for entry in table], fontsize=7)
    axes.invert_yaxis()
    axes.margins(y=0.01)
    axes.set_xlabel(f"% of the machine's limit, {threads} thread(s)")
    axes.legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(path)
