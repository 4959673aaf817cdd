"""Every rule of the check: its bad example raises it and nothing else, its good example raises nothing."""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from openpyxl import Workbook, load_workbook
from pydantic import field_validator

from app.session.draft import from_parameters
from corridors.checks import check, check_folder, check_reading, overloads
from corridors.findings import DataError, Finding
from corridors.graph import routes
from corridors.io import workbooks
from corridors.io.document import Document
from corridors.io.plain_files import LARGEST_TABLE
from corridors.io.tables import read_folder, save
from corridors.io.yaml_files import parse_yaml
from corridors.model import TABLES, Corridor
from corridors.overlay import demand_scenarios, proposals
from corridors.overlay.applying import apply
from corridors.overlay.changes import PARTS, Change
from corridors.overlay.options import parse_closure, parse_setting
from corridors.records import mapping
from corridors.records.cleaning import clean
from corridors.records.mapping import findings_of, read_map
from corridors.records.reading import read_log
from corridors.schema import schema
from sim.compile.assembly import sound_programs
from sim.core.run_settings import RunSettings
from sim.experiments.experiment import load_experiment
from sim.studies.forecast.state_file import read_state
from sim.text.catalogue import say, unfilled
from sim.text.rules import (
    PLACE,
    Example,
    codes,
    examples,
    of_programmes,
    of_scenarios,
    page,
    room_of,
    sentence_of,
    short_page,
    without_example,
    without_page,
)
from tests.conftest import Told
from tests.helpers import damage, gate_logs
from tests.helpers.catalogue_files import catalogue_file
from tests.helpers.small_border import small_border
from tests.helpers.template import in_file

CORRIDORS = Path(__file__).parents[2] / "corridors"
SOURCES = (*sorted(CORRIDORS.rglob("*.py")), *sorted((CORRIDORS.parent / "sim" / "compile").glob("p*.py")))
"""Modules that make findings of the room ``findings``."""
ID = re.compile(r"[a-z_]+\.[a-z][a-z0-9_]*")
LANGUAGES = ("en", "zh")
PHRASES = ("want", "found", "line", "after_changes")
"""Families of phrases and of the grammar of a line: parts of a finding, no rules."""
MESSAGES = ("route.no_way", "route.no_way_by_mode", "route.no_transshipment")
"""Messages of an error that is no finding."""
LATIN = re.compile(
    r"CSV|\.csv|MB|YYYYMMDD|\*name|UTF-8|UTF-16|GB18030|Excel|YAML|JSON|Parquet|ZIP|NUL|ISO|IANA|XES|OCEL|HH:MM|YYYY-MM-DD|Asia/\w+|nan|DIV"
    r"|[a-z_0-9]+\.(?:csv|yaml)|bridgehead \w+|Mon-Sat|Mon;Thu|\bCN\b|\bMN\b|\bRU\b"
)


def merged(rows: list[list[str]], more: str) -> list[list[str]]:
    """A table with rows changed or added, by id."""
    head, *new = csv.reader(io.StringIO(more))
    rows[0] += [name for name in head if name not in rows[0]]
    key = 2 if head[:2] == ["itinerary", "step"] else 1
    for cells in new:
        at = next((row for row in rows[1:] if row[:key] == cells[:key]), None)
        if at is None:
            at = [""] * len(rows[0])
            rows.append(at)
        for name, cell in zip(head, cells, strict=True):
            at[rows[0].index(name)] = cell
    return rows


def change(folder: Path, file: str, more: str) -> None:
    damage.write(folder / file, merged(damage.read(folder / file), more))


@cache
def tables() -> dict[str, bytes]:
    """The files of the small border."""
    with TemporaryDirectory() as folder:
        save(small_border(), Path(folder))
        return {file.name: file.read_bytes() for file in Path(folder).iterdir()}


def saved(folder: Path) -> None:
    """Write the small border into a new folder."""
    folder.mkdir(parents=True)
    for name, content in tables().items():
        (folder / name).write_bytes(content)


def of_tables(example: Example, text: str, file: str, encoding: str, folder: Path) -> list[Finding]:
    saved(folder)
    for address in example.remove:
        table, _, key = address.partition(".")
        rows = damage.read(folder / f"{table}.csv")
        rest = [row for row in rows if key not in (row[0], f"{row[0]}.{row[1]}")]
        assert len(rest) < len(rows), address
        damage.write(folder / f"{table}.csv", rest)
    for other, more in example.also.items():
        change(folder, other, more)
    if example.whole:
        (folder / file).write_bytes(text.encode(encoding or "utf-8"))
    else:
        change(folder, file, text)
    reading = read_folder(folder)
    return check_reading(reading) or of_plan(reading.draft)


def of_plan(corridor: Corridor) -> list[Finding]:
    """The findings of a run of thirty days."""
    try:
        sound_programs(corridor, RunSettings(date(2026, 1, 1), 30))
    except DataError as error:
        return list(error.findings)
    return []


def of_document(text: str, file: str, encoding: str, folder: Path) -> list[Finding]:
    border = small_border()
    folder.mkdir()
    path = folder / file
    path.write_bytes(text.encode(encoding or "utf-8"))
    try:
        if file == "--set":
            apply(border, [parse_setting(text)])
        elif file == "--close":
            apply(border, [parse_closure(text, border)])
        elif file == "route":
            routes(border, text, "plain")
        elif file == "futures.yaml":
            return demand_scenarios.check_demand_scenarios(demand_scenarios.load_demand_scenarios(path), border)
        elif file == "proposal.yaml":
            return proposals.check_proposal(border, proposals.load_proposal(path))
        else:
            scenario = proposals.load_scenario(path)
            change = proposals.Change(op="add", address="facilities.lanes.servers", value=1)
            known = proposals.Proposal(
                id="third_lane", title_en="", title_zh="", measure="", article="", changes=(change,)
            )
            changed = apply(border, proposals.changes_of(scenario, {known.id: known}), scenario.in_order)
            explained = (one.at for one in scenario.overloads)
            return [*proposals.check_scenario(scenario), *overloads.without_overload(changed, explained, scenario.id)]
    except DataError as error:
        return list(error.findings)
    return []


def of_log(example: Example, text: str, file: str, encoding: str, folder: Path) -> list[Finding]:
    """The findings of a log and its map; what the example does not have is that of the lanes."""
    folder.mkdir()
    files = {"map.yaml": gate_logs.LANE, **example.also, file: text}
    log = next((name for name in files if name != "map.yaml"), "log.csv")
    files.setdefault(log, "\n".join([gate_logs.HEAD, *gate_logs.regular()]))
    for name, content in files.items():
        if name.endswith(".xlsx"):
            book = Workbook()
            for row in csv.reader(io.StringIO(content)):
                book.worksheets[0].append(row)
            book.save(folder / name)
        else:
            (folder / name).write_bytes(content.encode((encoding if name == file else "") or "utf-8"))
    border = small_border()
    findings: list[Finding] = []
    try:
        # As `bridgehead fit` and the page do it.
        record_map, errors = read_map(folder / "map.yaml", border)
        findings = findings_of(record_map, border, folder / "map.yaml")
        if errors:
            return findings
        read = read_log(folder / log, record_map.form, record_map.columns)
        return [*findings, *clean([read], record_map, border).findings]
    except DataError as error:
        return [*dict.fromkeys([*findings, *error.findings])]


def of_state(text: str, file: str, folder: Path) -> list[Finding]:
    folder.mkdir()
    (folder / file).write_text(text, encoding="utf-8")
    try:
        read_state(folder / file, small_border())
    except DataError as error:
        return list(error.findings)
    return []


def found(example: Example, bad: bool, folder: Path) -> list[Finding]:
    text = example.bad if bad else example.good
    file = example.file if bad or not example.good_file else example.good_file
    encoding = example.encoding if bad else ""
    if example.file == "map.yaml" or example.file.startswith("log."):
        return of_log(example, text, file, encoding, folder)
    if example.file == "state.csv":
        return of_state(text, file, folder)
    if example.file.endswith(".csv"):
        return of_tables(example, text, file, encoding, folder)
    return of_document(text, file, encoding, folder)


@pytest.mark.parametrize("code", examples())
def test_the_bad_example_raises_the_rule_and_the_good_one_nothing(code: str, tmp_path: Path) -> None:
    bad = found(examples()[code], True, tmp_path / "bad")
    assert {finding.code for finding in bad} == {code, *examples()[code].more_codes}, "\n".join(map(str, bad))
    good = found(examples()[code], False, tmp_path / "good")
    assert good == [], "\n".join(map(str, good))


def harmed(folder: Path, harm: Callable[[Path], object]) -> list[Finding]:
    """The findings of the small border, with something done to its tables."""
    saved(folder)
    harm(folder)
    return check_folder(folder)


def in_place_of(table: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
    """Removes a table, and makes something else at its place."""

    def harm(folder: Path) -> None:
        (folder / f"{table}.csv").unlink()
        make(folder / f"{table}.csv")

    return harm


def too_large(file: Path) -> None:
    """A file of holes: it has its size, but needs no room."""
    with file.open("wb") as made:
        made.truncate(LARGEST_TABLE + 1)


def workbook(folder: Path, name: str = "places.xlsx", sheet: str = "", cell: str = "", keep: bool = False) -> None:
    """The table of places as a workbook, with one more sheet or with another text in the cell B2."""
    book = Workbook()
    book.worksheets[0].title = "places"
    for row in damage.read(folder / "places.csv"):
        book.worksheets[0].append(row)
    if cell:
        book.worksheets[0]["B2"] = cell
    if sheet:
        book.create_sheet(sheet).append(["remember"])
    if not keep:
        (folder / "places.csv").unlink()
    book.save(folder / name)


def first_and_notes(folder: Path) -> None:
    """Two sheets of which none has the name of the table."""
    workbook(folder, sheet="notes")
    book = load_workbook(folder / "places.xlsx")
    book.worksheets[0].title = "first"
    book.save(folder / "places.xlsx")


class Odd(Document):
    """A document with a condition that has no code."""

    number: int

    @field_validator("number")
    @classmethod
    def _is_odd(cls, number: int) -> int:
        if number % 2 == 0:
            raise ValueError("is even")
        return number


def refused(read: Callable[[], object]) -> list[Finding]:
    with pytest.raises(DataError) as error:
        read()
    return list(error.value.findings)


def of_address(text: str) -> list[Finding]:
    """The findings about a change in the address of the web page."""
    return refused(lambda: from_parameters({"change": [text]}))


def of_experiment(folder: Path) -> list[Finding]:
    file = folder.with_suffix(".yaml")
    file.write_text(
        "id: trial\ntitle_en: Trial\ntitle_zh: Trial\ndays: 4\nreplications: 2\nproposals: m04\n", encoding="utf-8"
    )
    return refused(lambda: load_experiment(file))


def of_value(folder: Path) -> list[Finding]:
    """A world that a program changed."""
    border = small_border()
    return check(
        replace(border, facilities=border.facilities | {"lanes": replace(border.facilities["lanes"], servers="2")})
    )


WITHOUT_EXAMPLE: dict[str, Callable[[Path], list[Finding]]] = {
    "cell.wrong_type": of_value,
    "file.no_folder": lambda folder: check_folder(folder),
    "file.missing_table": lambda folder: harmed(folder, in_place_of("facilities", lambda file: None)),
    "file.unreadable": lambda folder: harmed(folder, in_place_of("facilities", Path.mkdir)),
    "file.long_cell": lambda folder: harmed(folder, lambda at: in_file(at / "ports.csv", "Pass", "x" * 200_000)),
    "file.too_large": lambda folder: harmed(folder, in_place_of("facilities", too_large)),
    "file.not_workbook": lambda folder: harmed(
        folder, in_place_of("facilities", lambda file: file.with_suffix(".xlsx").write_bytes(b"id,name"))
    ),
    "file.not_one_sheet": lambda folder: harmed(folder, first_and_notes),
    "file.two_sources": lambda folder: harmed(folder, lambda at: workbook(at, keep=True)),
    "file.unknown_sheet": lambda folder: harmed(folder, lambda at: workbook(at, "tables.xlsx", sheet="plaices")),
    "cell.formula": lambda folder: harmed(folder, lambda at: workbook(at, cell="=1+2")),
    "yaml.no_form": of_experiment,
    "yaml.not_json": lambda folder: of_address("{"),
    "yaml.invalid": lambda folder: refused(lambda: parse_yaml(b"number: 2", "odd.yaml", Odd)),
}
"""By code of a rule without an example: the findings of something that breaks it, and no other rule."""
LOST: Final = {"file.not_workbook", "file.not_one_sheet"}
"""Rules after which a table is missing, too."""


@pytest.mark.parametrize("code", without_example())
def test_what_cannot_be_an_example_raises_the_rule_and_nothing_else(code: str, tmp_path: Path) -> None:
    found = {one.code for one in WITHOUT_EXAMPLE[code](tmp_path / "data")}
    assert found == {code} | ({"file.missing_table"} if code in LOST else set())


def test_every_rule_is_raised_by_a_test_with_its_code() -> None:
    assert set(WITHOUT_EXAMPLE) == set(without_example())
    assert {*examples(), *WITHOUT_EXAMPLE} == set(codes())


@pytest.mark.parametrize(
    ("text", "key"), [('{"op":"set","address":"a.b.c","value":1,"valeu":2}', "value"), ('{"op":"set","x":2}', "")]
)
def test_an_unknown_key_in_an_address_has_the_code_of_unknown_keys(text: str, key: str) -> None:
    (one,) = (one for one in of_address(text) if "missing" not in one.code)
    assert (one.code, one.nearest) == ("yaml.unknown_key", key)


def test_a_workbook_that_would_unpack_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "LARGEST_UNPACKED", 1000)
    found = harmed(tmp_path / "data", workbook)
    assert ("places.xlsx", "file.too_large") in [(one.file, one.code) for one in found]


@pytest.mark.parametrize("wrong", ["-1", "soon"])
def test_a_wrong_value_is_not_also_found_to_be_lacking(wrong: str, tmp_path: Path) -> None:
    assert [one.code for one in found(examples()["closure.detour"], True, tmp_path / "bad")] == ["closure.detour"]
    change(tmp_path / "bad", "services.csv", f"id,reroute_after_h\nshuttle,{wrong}")
    (only,) = check_folder(tmp_path / "bad")
    assert (only.file, only.column) == ("services.csv", "reroute_after_h")


@cache
def used() -> tuple[dict[str, set[str]], set[str]]:
    """Parameters by code of the messages in corridors, and all other texts there that look like a code."""
    calls: dict[str, set[str]] = {}
    texts: set[str] = set()
    elsewhere: set[str] = set()
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name("message"), args=[ast.Constant(str(code))]):
                    calls.setdefault(code, set()).update(str(word.arg) for word in node.keywords)
                case ast.Call(func=ast.Name("message"), args=[ast.Constant(str(code)), ast.Constant()]):
                    elsewhere.add(code)  # Of another room.
                case ast.Constant(str(text)) if ID.fullmatch(text):
                    texts.add(text)
    return calls, texts - set(calls) - elsewhere


def entries(language: str, room: str) -> dict[str, str]:
    """All sentences of a catalogue by id; plural forms are joined."""
    found = catalogue_file(language, room)
    assert found.metadata["Language"] == language
    return {one.msgid: one.msgstr or " | ".join(one.msgstr_plural.values()) for one in found}


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)[:}]", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_corridors_has_a_sentence_with_its_parameters(language: str) -> None:
    calls, texts = used()
    known = entries(language, "findings")
    families = {code.partition(".")[0] for code in known}
    words = {text for text in texts if text.partition(".")[0] in families and not text.endswith(".csv")}
    assert (set(calls) | words) - set(known) == set()
    for code, params in calls.items():
        assert placeholders(known[code]) == params, code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_about_findings_is_used(language: str) -> None:
    calls, texts = used()
    grammar = {code for code in entries(language, "findings") if code.startswith("line.")}
    assert set(entries(language, "findings")) - grammar - set(calls) - texts == set()


@pytest.mark.parametrize("room", ["findings", "rules"])
def test_the_chinese_has_no_latin_words_but_names_of_the_data(room: str) -> None:
    for code, text in entries("zh", room).items():
        rest = LATIN.sub("", re.sub(r"`[^`]*`|\{[^}]*\}", "", text))
        assert set(re.findall("[A-Za-z_0-9]*[A-Za-z_][A-Za-z_0-9]*", rest)) - names() == set(), code


def names() -> set[str]:
    """Columns, their values, tables and keys of documents."""
    columns = [column for table in TABLES for column in schema(table).values()]
    documents = (
        *(proposals.Scenario, proposals.Overload, proposals.Proposal, proposals.Estimate),
        *(demand_scenarios.Factors, Change),
        *(mapping.RecordMap, mapping.StepMap, mapping.VehicleColumn, mapping.FileForm),
    )
    return (
        {column.name for column in columns}
        | {choice for column in columns for choice in column.choices}
        | {*TABLES, *PARTS, "yes", "no", "true", "false", "daily", "my_scenario"}
        | {key for document in documents for key in document.model_fields}
    )


def test_every_code_is_a_rule_with_its_text_in_both_languages() -> None:
    for language in LANGUAGES:
        sentences = {code for code in entries(language, "findings") if code.partition(".")[0] not in PHRASES}
        sentences |= {code for code in entries(language, "forecast") if room_of(code) == "forecast" and "." in code}
        assert sentences - set(MESSAGES) == set(codes())
        texts = {f"{code}.{part}" for code in codes() for part in ("rule", "mend")}
        texts |= {f"{code}.no_example" for code in without_example()}
        assert {text for text in entries(language, "rules") if not text.startswith("page.")} == texts


def test_a_rule_has_an_example_or_a_reason_for_none() -> None:
    assert set(examples()) & set(without_example()) == set()
    assert len(without_example()) <= 14


def test_explain_shows_the_rule_in_each_language(bridgehead: Callable[..., Told]) -> None:
    english, chinese = (bridgehead("explain", "cell.not_integer", "--language", one) for one in LANGUAGES)
    for answer in (english, chinese):
        assert answer.status == 0
        assert "customs,2.5" in answer.out
    assert "The number is not a whole number" in english.out
    assert "不是整数" in chinese.out


def test_explain_words_the_values_of_every_code() -> None:
    """No page of a language has the name of a parameter, and each says whether the code has an example."""
    shown = [(code, room_of(code), True) for code in codes()]
    shown += [(code, room, False) for code, room in without_page().items()]
    names = set()
    for code, room, own in shown:
        for language, brackets in {"en": "[]", "zh": "〔〕"}.items():
            places = PLACE.findall(unfilled(f"{room}.{code}", language))
            names |= set(places)
            text = page(code, language) if own else short_page(code, language)
            head = sentence_of(code, language, room)
            assert head in text
            assert not re.search(r"<\w+>|\{\w+[:}]", head), f"{code} in {language}: {head}"
            assert [head.count(one) for one in brackets] == [len(places)] * 2, f"{code} in {language}"
            assert (say("rules.page.values", language) in text) == bool(places)
            if code not in (examples() if own else {*of_programmes(), *of_scenarios()}):
                assert say(f"rules.{code}.no_example" if own else "rules.page.no_example", language) in text
    for language in LANGUAGES:
        worded = {text for text in entries(language, "rules") if text.startswith("page.value.")}
        assert worded == {f"page.value.{name}" for name in names}


def test_every_code_without_a_page_has_a_cure_of_a_code_or_family_that_is_there() -> None:
    known = {**without_page()}
    named = {*known, *(code.partition(".")[0] for code in known)}
    for language in LANGUAGES:
        cures = {name for name in entries(language, "rules") if name.startswith("page.cure.")}
        assert {name.removeprefix("page.cure.") for name in cures} <= named
        for code in known:
            assert short_page(code, language).splitlines()[-1].endswith("." if language == "en" else "。")


def test_explain_shows_a_code_of_the_check_and_of_runs_in_both_meanings(bridgehead: Callable[..., Told]) -> None:
    assert "file.no_folder" in set(codes()) & set(without_page())
    told = bridgehead("explain", "file.no_folder", "--language", "en").out
    assert "The folder of tables cannot be read" in told
    assert "The folder cannot be created: [reason]" in told


def test_explain_counts_in_the_plural() -> None:
    assert "shorter than the run of [number] days" in short_page("settings.warmup", "en")


def test_explain_of_a_change_outside_the_run(bridgehead: Callable[..., Told]) -> None:
    english, chinese = (bridgehead("explain", "idle.outside_run", "--language", one) for one in LANGUAGES)
    assert "which starts on [first day] and has [number of days]" in english.out
    assert "〔首日〕" in chinese.out
    for answer in (english, chinese):
        assert answer.out.count("address: links.mine_border, first_day: 2023-03-05") == 2


def test_explain_says_where_it_has_no_example(bridgehead: Callable[..., Told]) -> None:
    english, chinese = (bridgehead("explain", "idle.closed_anyway", "--language", one) for one in LANGUAGES)
    assert "No example is kept for this code" in english.out
    assert "此代码没有示例" in chinese.out


def test_explain_without_a_code_lists_all(bridgehead: Callable[..., Told]) -> None:
    listed = bridgehead("explain").out.splitlines()
    assert [line.partition(":")[0] for line in listed] == list(codes())


def test_explain_suggests_codes_for_an_unknown_one(bridgehead: Callable[..., Told]) -> None:
    answer = bridgehead("explain", "cell.not_intger")
    assert answer.status == 2
    assert "cell.not_integer" in answer.err
