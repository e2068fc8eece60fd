"""Run a notebook for real and print its cells with what they print.

python scripts/run_notebook.py examples/notebooks/rnn_notes.ipynb
"""

import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


def text_of(output):
    """Return an output as plain text."""
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join(output.traceback) + "\n"
    return output.get("data", {}).get("text/plain", "") + "\n"


def print_cells(notebook):
    """Print titles, code and outputs in their order."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            titles = [x for x in cell.source.splitlines() if x.startswith("#")]
            print("\n".join(titles) + "\n" if titles else "", end="")
        elif cell.cell_type == "code" and cell.source:
            print("    >>> " + cell.source.replace("\n", "\n    ... "))
            print("".join(text_of(output) for output in cell.get("outputs", [])))


def main():
    """Run the notebook that the command line names."""
    notebook = nbformat.read(sys.argv[1], as_version=4)
    try:
        NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    except CellExecutionError:
        print_cells(notebook)
        sys.exit(f"{sys.argv[1]} failed: see above.")
    print_cells(notebook)


if __name__ == "__main__":
    main()
