"""The pages of docs/ say what is so: the tables as the schema has them, the commands as the program has them."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
import typer

from app.pages import PAGES
from sim.__main__ import app

ROOT = Path(__file__).parents[2]
DOCS, TOOLS = ROOT / "docs", ROOT / "tools"


def test_the_page_on_the_tables_is_the_one_that_the_schema_gives() -> None:
    made = runpy.run_path(str(TOOLS / "data_page.py"))["page"]()
    assert (DOCS / "data.md").read_text(encoding="utf-8") == made, "run: python tools/data_page.py"


def test_the_page_on_the_command_line_names_every_command_and_option() -> None:
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    program = typer.main.get_command(app)
    for name, command in program.commands.items():  # type: ignore[attr-defined]
        assert f"`{name}" in page or f"## {name}" in page
        options = {text for option in command.params for text in option.opts if text.startswith("-")}
        assert [text for text in sorted(options - {"--help"}) if text not in page] == []


@pytest.mark.slow
def test_the_results_in_the_readme_are_those_of_the_model() -> None:
    made = runpy.run_path(str(TOOLS / "results_table.py"))
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert made["put_into"](readme, made["table"]()) == readme, "run: python tools/results_table.py"


@pytest.mark.slow
def test_the_page_on_the_model_is_what_a_run_gives() -> None:
    made = runpy.run_path(str(TOOLS / "model_page.py"))
    page = (DOCS / "model.md").read_text(encoding="utf-8")
    for name, section in made["sections"](made["record"](workers=1)).items():
        assert made["put_into"](page, name, section) == page, f"{name}; run: python tools/model_page.py"


def test_the_page_on_the_web_page_has_the_address_of_every_page() -> None:
    page = (DOCS / "app.md").read_text(encoding="utf-8")
    first, *others = PAGES
    assert first == "overview"
    assert all(f"| `/{name}` |" in page for name in ("", *others))
