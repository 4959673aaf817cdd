"""Code blocks of README and docs: commands parse, YAML is what its page says, Python runs, notebooks execute."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from corridors.findings import DataError
from corridors.overlay.proposals import Proposal, Scenario
from sim.__main__ import app, main
from sim.experiments.experiment import Experiment

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(*languages: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            if language in languages:
                yield page.relative_to(ROOT).as_posix(), text


def commands() -> list[tuple[str, str]]:
    """Every line of a shell block that calls the program, without its comment."""
    found = []
    for page, text in blocks("", "sh", "bash", "console"):
        for line in text.replace("\\\n", " ").splitlines():
            typed = re.sub(r"\s+#.*", "", line).strip().removeprefix("$ ")
            words = re.sub(r"^(\.venv/bin/|\.venv\\Scripts\\)", "", typed)
            if words.startswith("bridgehead ") and not re.search(r"[|>\[\]]|\.\.\.", words):
                found.append((page, words.replace("\\", "/")))
    return found


PARTS = {"changes", "design", "overloads", "proposals", "replications", "row", "scenarios", "target"}
"""Keys by which a block is a document, or a part of one, also without the name of its language."""


SAID = {"shenyang_harbin_closed": ["closure.detour"]}
"""Findings that the page announces, by document."""


def documents() -> list[tuple[str, str]]:
    found = []
    for page, text in blocks("", "yaml", "yml", "text"):
        if page == "docs/rules.md":  # Bad and good examples of the rules, which tests/corridors/test_rules.py tries.
            continue
        try:
            content = yaml.safe_load(text)
        except yaml.YAMLError:
            continue
        if isinstance(content, dict) and content.keys() & PARTS:
            found.append((page, text))
    return found


def whole(content: dict[str, Any]) -> dict[str, Any]:
    """A part of an experiment as an experiment."""
    if not content.keys() & {"replications", "target", "design"}:
        return content
    return {"id": "part", "title_en": "Part", "title_zh": "部分", "days": 60, "replications": 2} | content


def test_the_pages_have_code_to_test() -> None:
    assert len(commands()) > 20
    assert len(documents()) > 1


@pytest.mark.parametrize(("page", "line"), commands())
def test_a_command_of_a_page_is_one_that_the_program_takes(page: str, line: str) -> None:
    """Options, arguments and choices are parsed; nothing is run."""
    program = typer.main.get_command(app)
    name, *words = shlex.split(line)[1:]
    if name in ("--version", "--help"):
        return
    command = program.commands[name]  # type: ignore[attr-defined]
    placeholders = [word for word in words if re.fullmatch(r"[A-Z]{2,}", word)]
    if "--help" not in words and not placeholders:
        command.make_context(name, list(words))


@pytest.mark.parametrize(("page", "text"), documents())
def test_yaml_of_a_page_is_an_experiment_a_proposal_or_a_scenario(page: str, text: str) -> None:
    content = yaml.safe_load(text)
    content = whole(content)
    if "replications" in content:
        Experiment.model_validate(content)
    elif "measure" in content:
        Proposal.model_validate(content)
    elif {"changes", "proposals"} & set(content):
        Scenario.model_validate(content)


@pytest.mark.parametrize(("page", "text"), documents())
def test_check_finds_nothing_in_a_document_of_a_page(page: str, text: str, tmp_path: Path) -> None:
    """A reader copies it: nothing is wrong with it or without effect."""
    content = yaml.safe_load(text)
    file = tmp_path / f"{content.get('id', 'part')}.yaml"
    added = {key: value for key, value in whole(content).items() if key not in content}
    file.write_text(text + yaml.safe_dump(added, allow_unicode=True) if added else text, encoding="utf-8")
    assert main(["check", str(file), "--json", str(tmp_path / "found.json")]) == 0
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))["findings"]
    assert [one["code"] for one in found] == SAID.get(content.get("id"), [])


@pytest.mark.slow
@pytest.mark.parametrize("notebook", sorted((ROOT / "docs" / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_executes(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nbclient")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    book = runpy.run_path(str(ROOT / "tools" / "notebooks.py"))["executed"](notebook)
    assert any(cell.get("outputs") for cell in book.cells)


LONG = ("app", "plan", "resilience", "sensitivity", "saturation", "validate")
"""Commands that take minutes or do not end; they have tests elsewhere."""


@pytest.mark.slow
def test_the_commands_of_the_readme_run_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one folder: some read what others have written."""
    (tmp_path / "data").mkdir()
    shutil.copytree(ROOT / "data" / "examples", tmp_path / "data" / "examples")
    monkeypatch.chdir(tmp_path)
    lines = [shlex.split(line)[1:] for page, line in commands() if page == "README.md"]
    ran = {" ".join(words): outcome(words) for words in lines if words[0] not in LONG}
    assert {line: said for line, said in ran.items() if said} == {}
    assert len(ran) > 10


def outcome(words: list[str]) -> int | str:
    """The exit status, or why there is none."""
    try:
        return main(words)
    except DataError as error:
        return str(error)
