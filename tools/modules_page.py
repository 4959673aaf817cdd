"""Write docs/modules.md from the docstrings of the code: every module with its first line, by room.

    python tools/modules_page.py

A test compares the page with the code, so that it stays complete.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from corridors.io.atomic_files import write_atomically

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = ("corridors", "sim", "app", "bridgehead", "benchmarks", "tools")
HEAD: Final = """# Modules

Every module with the first line of its docstring, by room. [Architecture](architecture.md) explains the rooms. The page
is made by `python tools/modules_page.py`.
"""


def rooms() -> Iterator[tuple[str, list[Path]]]:
    """Each folder with modules, as a path with '/', and its modules in order."""
    for package in PACKAGES:
        for folder in (ROOT / package, *sorted(path for path in (ROOT / package).rglob("*") if path.is_dir())):
            if files := sorted(folder.glob("*.py")):
                yield folder.relative_to(ROOT).as_posix(), files


def first_line(file: Path) -> str:
    """The first line of a module's docstring, with inline code as Markdown has it."""
    line = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\n")[0]
    return re.sub(r":\w+:`~?([^`]*)`", r"`\1`", line.replace("``", "`"))


def page() -> str:
    """The text of the page."""
    parts = [HEAD]
    for room, files in rooms():
        own = [first_line(file) for file in files if file.stem == "__init__"]
        parts.append("\n".join([f"\n## {room}/", "", *own]))
        rows = [f"| `{file.stem}` | {first_line(file)} |" for file in files if file.stem != "__init__"]
        if rows:
            parts.append("\n".join([*([""] if own else []), "| module | contents |", "|---|---|", *rows]))
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    write_atomically(ROOT / "docs" / "modules.md", page().encode())
