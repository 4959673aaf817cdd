"""The page on the tables says what the schema says."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def test_the_page_on_the_tables_is_the_one_that_the_schema_gives() -> None:
    made = runpy.run_path(str(DOCS / "data_page.py"))["page"]()
    assert (DOCS / "data.md").read_text(encoding="utf-8") == made, "run: python docs/data_page.py"
