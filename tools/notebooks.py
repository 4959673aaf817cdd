"""Execute the notebooks of docs/ and store their outputs.

    python tools/notebooks.py [NAME ...]

Each runs in a fresh kernel, in the folder of the notebooks, with the code of this checkout. What differs between runs
of the same code, such as the times of cells, is left out.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "docs" / "notebooks"


def execute(file: Path) -> None:
    """Run a notebook and write it with its outputs."""
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.read(file, 4)
    resources = {"metadata": {"path": str(file.parent)}}
    NotebookClient(book, timeout=1800, kernel_name="python3", resources=resources, record_timing=False).execute()
    nbformat.write(book, file)


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
