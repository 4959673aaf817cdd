"""Execute the notebooks of docs/ and store their outputs.

    python tools/notebooks.py [NAME ...]

Each runs in a fresh kernel, in the folder of the notebooks, with the code of this checkout. What differs between runs
of the same code, such as the times of cells, is left out.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "docs" / "notebooks"
PATIENCE_S: Final = 1800
"""For a cell, and for the start of Python, which takes minutes on a busy machine."""


def executed(file: Path) -> Any:
    """Run a notebook and return it with its outputs."""
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.read(file, 4)
    settings: dict[str, Any] = {"timeout": PATIENCE_S, "startup_timeout": PATIENCE_S, "record_timing": False}
    resources = {"metadata": {"path": str(file.parent)}}
    NotebookClient(book, kernel_name="python3", resources=resources, **settings).execute()
    return book


def execute(file: Path) -> None:
    """Run a notebook and write it with its outputs."""
    import nbformat

    nbformat.write(executed(file), file)


def main() -> None:
    """Execute the named notebooks, else all."""
    os.environ["PYTHONPATH"] = str(ROOT)
    names = sys.argv[1:]
    for file in sorted(FOLDER.glob("*.ipynb")):
        if not names or file.stem in names:
            execute(file)
            print(file.relative_to(ROOT), flush=True)


if __name__ == "__main__":
    main()
