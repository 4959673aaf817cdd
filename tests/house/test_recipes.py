"""The recipes of docs/contributing.md, followed step by step.

That of a key figure is in ``tests/kpi/test_new_key_figure.py``.
"""

from __future__ import annotations

import csv
import re
import runpy
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import typer

from corridors import checks, step_kinds
from corridors.io.folders import data_root
from corridors.messages import message
from sim.__main__ import app, main
from sim.cli import words
from sim.core import rules
from sim.text import catalogue
from sim.text import rules as rules_file
from tests.corridors.test_rules import found
from tests.helpers.small_border import small_border
from tests.text import test_catalogues

ROOT = Path(__file__).parents[2]


def forget() -> None:
    """Drop what is cached of the catalogues."""
    for cached in (catalogue.languages, catalogue.complete_languages, catalogue.catalogue, catalogue.ids):
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


MODULE = '''"""Rules about loads."""

from collections.abc import Iterator
from typing import Final

from corridors.checks.report import warning
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Corridor


def services_are_light(corridor: Corridor) -> Iterator[Finding]:
    """No service carries more than a limit."""
    for row in corridor.services.values():
        if row.load_t > 5000:
            what = message("service.too_heavy", heaviest=5000)
            yield warning("services", row.id, "load_t", row.load_t, what, message("want.at_most", n="5000"))


RULES: Final = (services_are_light,)
'''
EXAMPLE = """\
  service.too_heavy:
    file: services.csv
    bad: |-
      id,load_t
      {service},6000
    good: |-
      id,load_t
      {service},4000
"""
SENTENCES = {
    "findings.po": {"service.too_heavy": ("The load is above {heaviest:,} t", "载重超过 {heaviest:,} 吨")},
    "rules.po": {
        "service.too_heavy.rule": ("No vehicle carries more than 5,000 t.", "每辆载重不超过 5,000 吨。"),
        "service.too_heavy.mend": ("Check the unit of the load.", "核对载重单位。"),
        "page.value.heaviest": ("limit", "上限"),
    },
}


def add_sentences(texts: Path, room: str, sentences: Mapping[str, tuple[str, ...]]) -> None:
    """Add texts by id, English and Chinese, to a catalogue."""
    for n, language in enumerate(("en", "zh")):
        with (texts / language / room).open("a", encoding="utf-8") as file:
            file.writelines(f'\nmsgid "{id}"\nmsgstr "{of[n]}"\n' for id, of in sentences.items())
    forget()


def test_a_new_rule_is_checked_explained_tried_and_on_the_page_of_rules(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "service.too_heavy"
    assert "page.value.heaviest" not in catalogue.ids("rules")
    # 1 and 2: a module with a function, and its RULES among those of the check.
    file = tmp_path / "corridors" / "checks" / "loads.py"
    file.parent.mkdir(parents=True)
    file.write_text(MODULE, encoding="utf-8")
    added = runpy.run_path(str(file))["RULES"]
    for rules_of in ("RULES", "RUN_RULES", "FOLDER_RULES"):
        monkeypatch.setattr(checks, rules_of, (*getattr(checks, rules_of), *added))
    # 3: sentences. 4: an example.
    for room, sentences in SENTENCES.items():
        add_sentences(texts, room, sentences)
    service = next(iter(small_border().services))
    known = rules_file.FILE.read_text(encoding="utf-8")
    examples = tmp_path / "rules.yaml"
    row = EXAMPLE.format(service=service)
    examples.write_text(known.replace("\nexamples:\n", f"\nexamples:\n{row}", 1), encoding="utf-8")
    monkeypatch.setattr(rules_file, "FILE", examples)
    forget_rules()
    try:
        example = rules_file.examples()[code]
        assert {one.code for one in found(example, True, tmp_path / "bad")} == {code}
        assert found(example, False, tmp_path / "good") == []
        for language, sentence in (("en", "The load is above [limit] t"), ("zh", "载重超过 〔上限〕 吨")):
            assert sentence in rules_file.page(code, language)
        # 5: the page of rules.
        made = runpy.run_path(str(ROOT / "tools" / "rules_page.py"))["page"]((tmp_path, ROOT))
        assert f"### {code}\n\nNo vehicle carries more than 5,000 t.\n" in made
        assert f'Code: `corridors/checks/loads.py`. Test: `pytest tests/corridors/test_rules.py -k "[{code}]"`' in made
    finally:
        monkeypatch.undo()
        forget_rules()


def forget_rules() -> None:
    for cached in (rules_file._read, rules_file.examples, rules_file.codes):
        cached.cache_clear()


def test_a_new_sentence_counts_in_each_language_and_has_the_same_values(
    texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_catalogues, "FOLDER", texts)
    same = test_catalogues.test_a_catalogue_has_the_messages_of_english_with_the_same_values
    counted = '\nmsgid "{id}"\nmsgid_plural "{id}"\n'
    english = ('msgstr[0] "One train waits at {port}."\n', 'msgstr[1] "{n:,} trains wait at {port}."\n')
    with (texts / "en" / "cli.po").open("a", encoding="utf-8") as file:
        file.write(counted.replace("{id}", "new_trains") + "".join(english))
    with pytest.raises(AssertionError):
        same("zh", "cli")
    with (texts / "zh" / "cli.po").open("a", encoding="utf-8") as file:
        file.write(counted.replace("{id}", "new_trains") + 'msgstr[0] "{n:,} 列车在{place}等待。"\n')
    with pytest.raises(AssertionError):
        same("zh", "cli")
    changed = (texts / "zh" / "cli.po").read_text(encoding="utf-8").replace("在{place}等待", "在{port}等待")
    (texts / "zh" / "cli.po").write_text(changed, encoding="utf-8")
    add_sentences(texts, "cli.po", {"new_trains.none": ("No train waits at {port}.", "{port}没有列车等待。")})
    same("zh", "cli")
    both = ("en", "zh")
    words = {n: [catalogue.say("cli.new_trains", one, n=n, port="X") for one in both] for n in (0, 1, 1200)}
    assert words == {
        0: ["No train waits at X.", "X没有列车等待。"],
        1: ["One train waits at X.", "1 列车在X等待。"],
        1200: ["1,200 trains wait at X.", "1,200 列车在X等待。"],
    }
    assert catalogue.sentence(message("new_trains", "cli", n=1, port="X"), "en") == "One train waits at X."
    assert catalogue.say("cli.new_trains", "ru", n=1, port="X") == "One train waits at X."


def test_the_modules_that_the_recipe_of_a_step_kind_names_decide_by_kinds_of_steps() -> None:
    page = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    recipe = page.partition("### Add a step kind\n")[2].partition("\n### ")[0]
    modules = [ROOT / name for name in re.findall(r"`(sim/[\w/]+\.py)`", recipe)]
    assert len(modules) == 10
    kinds = re.compile(r"\b(AT_FACILITY|AT_STOCK|TIMED|RECORDED|MARK|SERVE|DRAW|BRANCH|STEP_NAMES)\b")
    assert [module for module in modules if not kinds.search(module.read_text(encoding="utf-8"))] == []
    plan = (ROOT / "sim" / "core" / "plan.py").read_text(encoding="utf-8")
    assert "def followers(" in plan
    own = ("plan.py", "reference.py", "loop.py")
    elsewhere = [file for file in (ROOT / "sim").rglob("*.py") if file.name not in own]
    after = re.compile(r"alternative_jump\[\w+ : ")  # The successors of a choice, one op at a time.
    assert [file for file in elsewhere if after.search(file.read_text(encoding="utf-8"))] == []


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
