"""Runs a notebook and prints its cells with what they show.

The notebook itself is not changed.
"""

from __future__ import annotations

import sys

import nbformat
from nbclient import NotebookClient


def main(path: str) -> None:
    """Execute the notebook at a path; an error in a cell ends the program."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            print(f"{cell.source}\n")
            continue
        print(f"In [{cell.execution_count}]:\n{cell.source}\n")
        for output in cell.outputs:
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            print(f"{text.rstrip()}\n")


main(sys.argv[1])
