"""Write docs/glossary.md from tools/terms.csv: the terms of both languages, by field.

python tools/glossary_page.py
"""

from __future__ import annotations

import argparse
import csv
from itertools import groupby
from pathlib import Path
from typing import Final

from corridors.io.atomic_files import write_atomically

ROOT: Final = Path(__file__).parents[1]
HEAD: Final = """# Glossary

One term for one concept, in English and Chinese. Screens, reports, commands and these pages use these terms. The table
is made from `tools/terms.csv` by `python tools/glossary_page.py`.

每个概念只用一个术语，中英文对照。
"""


def page() -> str:
    """The text of the page."""
    with (ROOT / "tools" / "terms.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    parts = [HEAD]
    for field, terms in groupby(rows, key=lambda row: row["field"]):
        parts.append(f"\n## {field.capitalize()}\n\n| English | 中文 | Meaning | 含义 |\n|---|---|---|---|\n")
        for row in terms:
            cells = (row[name].replace("|", "/") for name in ("term_en", "term_zh", "definition_en", "definition_zh"))
            parts.append(f"| {' | '.join(cells)} |\n")
    return "".join(parts)


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    write_atomically(ROOT / "docs" / "glossary.md", page().encode())
