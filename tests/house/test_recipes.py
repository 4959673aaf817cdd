"""The recipes of docs/contributing.md, followed step by step.

That of a key figure is in ``tests/kpi/test_new_key_figure.py``.
"""

from __future__ import annotations

import csv
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from corridors import checks, step_kinds
from corridors.checks.report import warning
from corridors.findings import Finding
from corridors.io.folders import data_root
from corridors.messages import message
from corridors.model import Corridor
from sim.__main__ import app, main
from sim.cli import words
from sim.core import rules
from sim.text import catalogue
from tests.helpers.small_border import small_border

ROOT = Path(__file__).parents[2]


def forget() -> None:
    """Drop what is cached of the catalogues."""
    for cached in (catalogue.languages, catalogue.complete_languages, catalogue.catalogue):
        cached.cache_clear()


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the catalogues that a test may change."""
    folder = tmp_path / "text"
    for language in ("en", "zh"):
        shutil.copytree(catalogue.FOLDER / language, folder / language)
    monkeypatch.setattr(catalogue, "FOLDER", folder)
    forget()
    yield folder
    monkeypatch.undo()
    forget()


def services_are_light(corridor: Corridor) -> Iterator[Finding]:
    """No service carries more than 1 t."""
    for row in corridor.services.values():
        if row.load_t > 1:
            yield warning("services", row.id, "load_t", row.load_t, message("service.too_heavy"), "at most 1 t")


def test_a_new_rule_is_one_function_and_one_sentence(texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "RULES", (*checks.RULES, services_are_light))
    for language, sentence in (("en", "The load is too heavy"), ("zh", "载重过大")):
        with (texts / language / "findings.po").open("a", encoding="utf-8") as file:
            file.write(f'\nmsgid "service.too_heavy"\nmsgstr "{sentence}"\n')
    found = [one for one in checks.check(small_border()) if one.code == "service.too_heavy"]
    assert found
    assert catalogue.sentence(found[0].message, "zh") == "载重过大"


def test_a_step_kind_is_a_row_of_the_table_and_an_op_of_the_rules() -> None:
    with (data_root() / "schema" / "step_kinds.csv").open(encoding="utf-8-sig", newline="") as file:
        kinds = {row["id"]: row["op"] for row in csv.DictReader(file)}
    assert set(kinds.values()) <= set(rules.STEP_NAMES)
    worked = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "worked").glob("*.py"))
    methods = {op: "give_back" if op == "return" else op for op in kinds.values()}
    assert [kind for kind, op in kinds.items() if f".{methods[op]}" not in worked] == []


def test_a_new_step_kind_is_on_the_page_of_the_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "schema").mkdir()
    table = tmp_path / "schema" / "step_kinds.csv"
    shutil.copy(data_root() / "schema" / "step_kinds.csv", table)
    with table.open("a", encoding="utf-8") as file:
        file.write("weigh,work,facility,,no,Weighing,称重,The vehicle is weighed.,车辆称重。\n")
    monkeypatch.setattr(step_kinds, "data_root", lambda: tmp_path)
    step_kinds.step_kinds.cache_clear()
    try:
        page = runpy.run_path(str(ROOT / "tools" / "data_page.py"))["page"]()
    finally:
        step_kinds.step_kinds.cache_clear()
    assert "| `weigh` | Weighing, 称重 | `facility` |  | The vehicle is weighed. | 车辆称重。 |" in page
    assert page != (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def test_every_command_has_its_help_in_each_language_and_its_section() -> None:
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    for name in typer.main.get_command(app).commands:  # type: ignore[attr-defined]
        assert f"`{name}" in page or f"## {name}" in page
        assert all(catalogue.has(f"help.command.{name}", language) for language in ("en", "zh"))


def test_a_new_language_is_a_folder_of_files_and_falls_back_to_english(
    texts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line has it at once; the web page offers it when the header X-Incomplete is gone."""
    (texts / "de").mkdir()
    head = '"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: de\\n"\n"X-Incomplete: yes\\n"\n'
    head += '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    said = 'msgid "list_separator"\nmsgstr " und "\n'
    (texts / "de" / "common.po").write_text(f'msgid ""\nmsgstr ""\n{head}\n{said}', encoding="utf-8")
    forget()
    assert "de" in catalogue.languages()
    assert catalogue.say("common.list_separator", "de") == " und "
    assert catalogue.sentence(message("yaml.alias"), "de") == catalogue.sentence(message("yaml.alias"), "en")
    assert "de" not in catalogue.complete_languages()
    monkeypatch.setenv(words.VARIABLE, "xx")
    assert main(["run", "--days", "3"]) == 2
    assert ", ".join(("en", "de", "zh")) in capsys.readouterr().err
    whole = head.replace('"X-Incomplete: yes\\n"\n', "")
    (texts / "de" / "common.po").write_text(f'msgid ""\nmsgstr ""\n{whole}\n{said}', encoding="utf-8")
    forget()
    assert catalogue.complete_languages() == ("en", "de", "zh")


def test_a_new_port_is_made_checked_and_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = str(tmp_path / "my_port")
    assert main(["new", world]) == 0
    assert main(["check", "--data", world]) == 0
    assert main(["run", "--data", world, "--days", "5"]) == 0


def test_a_number_has_its_own_source_or_its_arithmetic(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row graded reported is warned of until each of its numbers has an origin."""
    world = tmp_path / "my_port"
    assert main(["new", str(world)]) == 0
    table = world / "links.csv"
    rows = table.read_text(encoding="utf-8-sig").splitlines()
    road = next(row for row in rows if row.startswith("factory_road"))
    rows[rows.index(road)] = road.replace(",60,60,", ",6.19,50,").replace("own_estimate,assumed", "P059,reported")
    table.write_text("\n".join(rows), encoding="utf-8")

    def warned() -> set[str]:
        found = [one for one in checks.check_folder(world) if one.code == "source.not_stated"]
        return {one.column for one in found}

    assert warned() == {"speed_kmh", "cost_usd_per_tkm", "co2_g_per_tkm"}, "all but the length, which P059 states"
    lines = [f"links.factory_road.{name},,,own_estimate,assumed,an example" for name in sorted(warned())[:2]]
    lines += ["links.factory_road.speed_kmh,,,K021,derived,25 km/h x 2 = 50"]
    with (world / "assumptions.csv").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    assert warned() == set()


def test_a_new_proposal_is_checked_and_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = tmp_path / "my_port"
    assert main(["new", str(world)]) == 0
    file = world / "proposals" / "more_gates.yaml"
    file.parent.mkdir()
    file.write_text(
        "id: more_gates\ntitle_en: More gates\ntitle_zh: 增加通道\nmeasure: M11\narticle: an example\n"
        "changes:\n- {op: add, address: facilities.exit_gate.servers, value: 1}\n",
        encoding="utf-8",
    )
    assert main(["check", "--data", str(world), str(file)]) == 0
    assert main(["run", "--data", str(world), "--proposal", "more_gates", "--days", "5"]) == 0
