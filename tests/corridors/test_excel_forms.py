"""Tables as Excel has them: read where the meaning is certain, else refused with the value that was meant."""

from __future__ import annotations

import csv
import datetime
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from corridors.checks import check_folder
from corridors.findings import DataError, Finding
from corridors.fingerprint import fingerprint
from corridors.io.cells import parse
from corridors.io.folders import data_root
from corridors.io.other_numbers import numbers_meant
from corridors.io.tables import read_folder
from corridors.io.yaml_files import parse_yaml
from corridors.load import load_corridor
from corridors.messages import Message
from corridors.overlay.options import parse_closure
from corridors.overlay.proposals import Scenario
from corridors.schema import schema
from sim.text.findings import in_language
from tests.helpers.template import in_file

TEMPLATE = data_root() / "template"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEMPLATE, tmp_path / "mine"))


def print_of(folder: Path) -> str:
    return fingerprint(load_corridor(folder))


def codes(findings: list[Finding]) -> set[tuple[str, str, str]]:
    """Level and code of each finding, with the value that was read, or that is suggested."""
    return {(one.level, one.code, one.nearest or read_as(one)) for one in findings}


def read_as(finding: Finding) -> str:
    params = dict(finding.message.params) if isinstance(finding.message, Message) else {}
    return str(params.get("day") or params.get("time") or "")


READ: list[tuple[str, str, str, str]] = [
    ("shifts", "08:00,20:00", "0.333333333,0.833333333", "cell.time_form"),
    ("shifts", "08:00,20:00", "0.3333333333333333,.83333333333333337", "cell.time_form"),
    ("shifts", "08:00,20:00", ".333333333,0.833333333", "cell.time_form"),
    ("shifts", "08:00,20:00", "8:00 AM,8:00 PM", "cell.time_form"),
    ("shifts", "08:00,20:00", "8:00:00 am,08:00p.m.", "cell.time_form"),
    ("shifts", "08:00,20:00", "上午8:00,下午8:00", "cell.time_form"),
    ("shifts", "08:00,20:00", "8 am,8PM", "cell.time_form"),
    ("shifts", "08:00,20:00", "8h,20h00", "cell.time_form"),
    ("shifts", "08:00,20:00", "8点,20时00分", "cell.time_form"),
    ("shifts", "08:00,20:00", "上午8点,下午8点00分", "cell.time_form"),
    ("shifts", "08:00,20:00", "8:00:00,20:00:00", ""),
]


@pytest.mark.parametrize(("table", "old", "new", "code"), READ)
def test_times_whose_meaning_is_certain_are_read_with_a_warning(
    mine: Path, table: str, old: str, new: str, code: str
) -> None:
    in_file(mine / f"{table}.csv", old, new)
    found = check_folder(mine)
    assert codes(found) == ({("warning", code, "08:00"), ("warning", code, "20:00")} if code else set())
    assert [one.nearest for one in found] == [""] * len(found)  # It was read: nothing is left to ask.
    assert print_of(mine) == print_of(TEMPLATE)


CLOSURE = (
    "id,target,first_day,last_day,servers_share,source,grade,note\nfair,my_port,{},{},0,own_estimate,assumed,fair\n"
)


@pytest.mark.parametrize(
    "day",
    [
        *("2025/1/10", "20250110", "2025-01-10 00:00:00", "2025年1月10日", "2025.1.10", "2025-01-10T00:00"),
        *(
            "10-Jan-2025",
            "10 January 2025",
            "Jan 10 2025",
            "2025-Jan-10",
            '"Friday, January 10, 2025"',
            "10th Jan. 2025",
        ),
    ],
)
def test_days_whose_meaning_is_certain_are_read_with_a_warning(mine: Path, day: str) -> None:
    (mine / "closures.csv").write_text(CLOSURE.format(day, "2025-01-12"), encoding="utf-8")
    found = check_folder(mine)
    assert codes(found) == {("warning", "cell.date_form", "2025-01-10")}
    assert found[0].nearest == ""


@pytest.mark.parametrize(
    ("table", "old", "new", "code", "meant"),
    [
        ("closures", "", CLOSURE.format("45667", "2025-01-12"), "cell.serial_date", "2025-01-10"),
        ("closures", "", CLOSURE.format("2025-01-10", "45669"), "cell.serial_date", "2025-01-12"),
        ("parameters", "run_start,20250101", "run_start,2025/1/1", "cell.date_as_number", "20250101"),
        ("parameters", "run_start,20250101", "run_start,2025-01-01", "cell.date_as_number", "20250101"),
        ("parameters", "run_start,20250101", "run_start,45658", "parameter.unusable", "20250101"),
        ("shifts", "20:00", "25:30", "cell.time_after_midnight", "01:30"),
        ("shifts", "20:00", "24:30", "cell.time_after_midnight", "00:30"),
        ("shifts", "20:00", "47:59:00", "cell.time_after_midnight", "23:59"),
        ("closures", "", CLOSURE.format("2025-01-10 13:00:00", "2025-01-12"), "cell.not_date", "2025-01-10"),
        ("closures", "", CLOSURE.format("2025/1/10T13:00", "2025-01-12"), "cell.not_date", "2025-01-10"),
        ("closures", "", CLOSURE.format("２０２５-０１-１０", "2025-01-12"), "cell.full_width", "2025-01-10"),
        ("shifts", "20:00", '"1 day, 1:30:00"', "cell.time_after_midnight", "01:30"),
        ("shifts", "20:00", "1900-01-01 08:00:00", "cell.time_after_midnight", "08:00"),
        ("shifts", "20:00", "1900-01-02", "cell.not_time", ""),
        ("shifts", "20:00", "48:00", "cell.not_time", ""),
        ("shifts", "20:00", "13:00 PM", "cell.not_time", ""),
        ("shifts", "20:00", "0.12345", "cell.not_time", ""),
        ("shifts", "20:00", "1.5", "cell.not_time", ""),
        ("shifts", "20:00", "20.30", "cell.not_time", "20:30"),
        ("shifts", "20:00", '"20,30"', "cell.not_time", "20:30"),
        ("shifts", "20:00", "2030", "cell.not_time", "20:30"),
        ("shifts", "20:00", "20", "cell.not_time", "20:00"),
        ("shifts", "20:00", "20:30:15", "cell.not_time", "20:30"),
        ("shifts", "20:00", "T20:30", "cell.not_time", "20:30"),
        ("shifts", "20:00", "noon", "cell.not_time", "12:00"),
        ("shifts", "20:00", "20.00 Uhr", "cell.not_time", "20:00"),
        ("shifts", "20:00", "2000h", "cell.not_time", "20:00"),
        ("shifts", "daily", "Mon..Fri", "cell.not_weekdays", "Mon-Fri"),
        ("shifts", "daily", "Mon. to Fri.", "cell.not_weekdays", "Mon-Fri"),
        ("shifts", "daily", "Mon?", "cell.not_weekdays", ""),
        ("shifts", "20:00", "20.75", "cell.not_time", ""),
        ("shifts", "20:00", "1.333333333", "cell.time_after_midnight", "08:00"),
        ("closures", "", CLOSURE.format("3-Jan-25", "2025-01-12"), "cell.not_date", "2025-01-03"),
        ("closures", "", CLOSURE.format("Jan-3-25", "2025-01-12"), "cell.not_date", "2025-01-03"),
        ("closures", "", CLOSURE.format("3.1.2025", "2025-01-12"), "cell.not_date", "2025-01-03"),
        ("closures", "", CLOSURE.format("3.1.25", "2025-01-12"), "cell.not_date", "2025-01-03"),
        ("closures", "", CLOSURE.format("13/1/2025", "2025-01-22"), "cell.not_date", "2025-01-13"),
        ("closures", "", CLOSURE.format("1/13/2025", "2025-01-22"), "cell.not_date", "2025-01-13"),
        ("closures", "", CLOSURE.format("1/1/2025 0:00", "2025-01-22"), "cell.not_date", "2025-01-01"),
        ("closures", "", CLOSURE.format("45660.5", "2025-01-12"), "cell.serial_date", "2025-01-03"),
        ("closures", "", CLOSURE.format("31/2/2025", "2025-01-12"), "cell.not_date", ""),
        ("parameters", "run_start,20250101", "run_start,3.1.2025", "cell.date_as_number", "20250103"),
        ("shifts", "daily", "1-6", "cell.not_weekdays", "Mon-Sat"),
        ("shifts", "daily", "Mon to Sat", "cell.not_weekdays", "Mon-Sat"),
        ("shifts", "daily", "M–Sa", "cell.not_weekdays", "Mon-Sat"),
        ("shifts", "daily", "周一至周六", "cell.not_weekdays", "Mon-Sat"),
        ("shifts", "daily", "周一、周三和周日", "cell.not_weekdays", "Mon;Wed;Sun"),
        ("shifts", "daily", '"1, 3 and 7"', "cell.not_weekdays", "Mon;Wed;Sun"),
        ("shifts", "daily", "weekdays", "cell.not_weekdays", "Mon-Fri"),
        ("shifts", "daily", "星期天", "cell.not_weekdays", "Sun"),
        ("shifts", "daily", "T", "cell.not_weekdays", ""),
        ("shifts", "daily", "0-8", "cell.not_weekdays", ""),
    ],
)
def test_forms_that_are_not_certain_are_refused_with_what_was_meant(
    mine: Path, table: str, old: str, new: str, code: str, meant: str
) -> None:
    if old:
        in_file(mine / f"{table}.csv", old, new)
    else:
        (mine / f"{table}.csv").write_text(new, encoding="utf-8")
    assert ("error", code, meant) in codes(check_folder(mine))


@pytest.mark.parametrize(
    ("text", "unit", "meant"),
    [
        ("1,300", "km", ("1300", "1.300")),
        ("1,300,000", "t", ("1300000",)),
        ("1,300.5", "t", ("1300.5",)),
        ("1 200", "km", ("1200",)),
        ("1\u2019200", "km", ("1200",)),
        ("10/7", "per day", ("1.428571",)),
        ("24/day", "per day", ("24",)),
        ("0:30", "min", ("30",)),
        ("00:30:30", "min", ("30.5",)),
        ("0.5h", "min", ("30",)),
        ("30 min", "h", ("0.5",)),
        ("2小时", "min", ("120",)),
        ("0:30", "km", ()),
        ("43°36'N", "deg", ("43.6",)),
        ("43.6° S", "deg", ("-43.6",)),
        ("N43.6", "deg", ("43.6",)),
        ("N43.6S", "deg", ()),
        ("many", "min", ()),
        ("6O", "km", ()),
    ],
)
def test_numbers_in_another_form_have_the_number_that_was_meant(text: str, unit: str, meant: tuple[str, ...]) -> None:
    assert numbers_meant(text, unit) == meant


@pytest.mark.parametrize(
    ("table", "column", "text", "code", "meant"),
    [
        ("places", "country", "cn", "cell.not_country", "CN"),
        ("places", "country", "Mongolia", "cell.not_country", "MN"),
        ("places", "country", "中国", "cell.not_country", "CN"),
        ("places", "country", "nowhere", "cell.not_country", ""),
        ("places", "time_zone", "Beijing", "cell.not_zone", "Asia/Shanghai"),
        ("places", "time_zone", "CST", "cell.not_zone", "Asia/Shanghai"),
        ("places", "time_zone", "北京时间", "cell.not_zone", "Asia/Shanghai"),
        ("places", "time_zone", "MSK", "cell.not_zone", "Europe/Moscow"),
        ("places", "latitude", "43.6N", "cell.text_after_number", "43.6"),
        ("places", "latitude", "143°N", "cell.text_after_number", ""),
        ("facilities", "servers", "1/2", "cell.text_after_number", ""),
        ("links", "length_km", "1 200", "cell.text_after_number", "1200"),
        ("durations", "mean_min", "0:30", "cell.text_after_number", "30"),
    ],
)
def test_a_cell_in_another_form_is_refused_with_what_its_column_takes(
    table: str, column: str, text: str, code: str, meant: str
) -> None:
    complaint = parse(text, schema(table)[column])[1]
    assert complaint
    assert isinstance(complaint.message, Message)
    assert (complaint.message.code, complaint.nearest) == (code, meant)


@pytest.mark.parametrize(
    ("table", "old", "new", "code", "meant"),
    [
        ("closures", "", CLOSURE.format("1/10/2025", "2025-01-12"), "cell.not_date", ("2025-10-01", "2025-01-10")),
        ("closures", "", CLOSURE.format("1-10-25", "2025-01-12"), "cell.not_date", ("2025-10-01", "2025-01-10")),
        ("closures", "", CLOSURE.format("25/1/10", "2025-01-12"), "cell.not_date", ("2025-01-10", "2010-01-25")),
        ("parameters", "run_start,20250101", "run_start,1/10/2025", "cell.date_as_number", ("20251001", "20250110")),
        ("shifts", "08:00,20:00", "0.333333333,1", "cell.not_time", ("24:00", "01:00")),
        ("shifts", "08:00,20:00", "0.30,20:00", "cell.not_time", ("00:30", "07:12")),
        ("shifts", "08:00,20:00", "08:00,0.5", "cell.not_time", ("00:50", "00:30", "12:00")),
        ("shifts", "08:00,20:00", "8.3,20:00", "cell.not_time", ("08:30", "08:18")),
        ("shifts", "08:00,20:00", "8:5,20:00", "cell.not_time", ("08:05", "08:50")),
        ("shifts", "08:00,20:00", "08:00,midnight", "cell.not_time", ("24:00", "00:00")),
    ],
)
def test_a_text_of_several_meanings_is_refused_with_all_of_them(
    mine: Path, table: str, old: str, new: str, code: str, meant: tuple[str, ...]
) -> None:
    if old:
        in_file(mine / f"{table}.csv", old, new)
    else:
        (mine / f"{table}.csv").write_text(new, encoding="utf-8")
    (finding,) = [one for one in check_folder(mine) if one.level == "error"]
    assert isinstance(finding.expected, Message)
    assert (finding.code, finding.nearest, dict(finding.expected.params)["names"]) == (code, "", meant)
    for language in ("en", "zh"):
        assert all(one in in_language(finding, language).expected for one in meant)


@pytest.mark.parametrize(
    ("opens", "closes", "meant"),
    [
        ("0.25", "0.75", {"06:00", "18:00"}),  # There are no 75 minutes.
        ("0.30", "0.833333333", {"07:12", "20:00"}),
        ("0.833333333", ".5", {"20:00", "12:00"}),
        ("0.00", "20:00", {"00:00"}),
    ],
)
def test_a_fraction_of_the_day_is_read_beside_a_certain_one(
    mine: Path, opens: str, closes: str, meant: set[str]
) -> None:
    in_file(mine / "shifts.csv", "08:00,20:00", f"{opens},{closes}")
    assert codes(check_folder(mine)) == {("warning", "cell.time_form", time) for time in meant}


@pytest.mark.parametrize(
    ("opens", "closes", "refused"),
    [
        ("0.30", "8.30", {"0.30": ("00:30", "07:12"), "8.30": ()}),
        ("0.75", "8.30", {"8.30": ()}),
        ("0.30 Uhr", "0.833333333", {"0.30 Uhr": ()}),
    ],
)
def test_times_with_a_dot_are_refused_together(
    mine: Path, opens: str, closes: str, refused: dict[str, tuple[str, ...]]
) -> None:
    in_file(mine / "shifts.csv", "08:00,20:00", f"{opens},{closes}")
    found = [one for one in check_folder(mine) if one.level == "error"]
    names = {str(one.found): dict(one.expected.params).get("names", ()) for one in found}  # type: ignore[union-attr]
    assert names == refused


def test_dates_of_a_document_and_of_an_option_have_the_day_that_was_meant(tmp_path: Path) -> None:
    corridor = load_corridor(TEMPLATE)
    for text, meant in {"3.1.2025": "2025-01-03", "3-Jan-25": "2025-01-03", "45660": "2025-01-03", "soon": ""}.items():
        content = f"id: fair\ntitle_en: Fair\nchanges:\n- {{op: close, address: ports.my_port, first_day: '{text}'}}\n"
        with pytest.raises(DataError) as refused:
            parse_yaml(content.encode(), "fair.yaml", Scenario)
        assert [(one.code, one.nearest) for one in refused.value.findings] == [("yaml.not_date", meant)]
        with pytest.raises(DataError) as refused:
            parse_closure(f"my_port:3@{text}", corridor)
        code = "yaml.not_date" if meant else "change.bad_closure"
        assert [(one.code, one.nearest) for one in refused.value.findings] == [(code, meant)]


@pytest.mark.parametrize(("text", "meant"), [("010", "10"), ("-08", "-8"), ("00", "0")])
def test_a_number_of_a_document_with_a_leading_zero_is_refused(text: str, meant: str) -> None:
    """YAML 1.1 reads 010 as 8, YAML 1.2 as 10."""
    change = f"{{op: set, address: facilities.exit_gate.servers, value: {text}}}"
    with pytest.raises(DataError) as refused:
        parse_yaml(f"id: more\ntitle_en: More\nchanges:\n- {change}\n".encode(), "more.yaml", Scenario)
    assert [(one.code, one.row, one.nearest) for one in refused.value.findings] == [("yaml.leading_zero", 4, meant)]


@pytest.mark.parametrize("text", ["0", "0.5", "10", "'010'", "-0"])
def test_other_zeros_of_a_document_are_read(text: str) -> None:
    change = f"{{op: set, address: facilities.exit_gate.servers, value: {text}}}"
    parse_yaml(f"id: more\ntitle_en: More\nchanges:\n- {change}\n".encode(), "more.yaml", Scenario)


SEPARATED: list[Callable[[str], str]] = [
    lambda text: "sep=,\n" + text,
    lambda text: "sep=,\r\n" + text.replace("\n", "\r\n"),
    lambda text: '"sep=,"\n' + text,
    lambda text: "SEP=,,,\n" + text,
    lambda text: (
        "sep=|\n" + text.replace('"an example, replace it by your own figure"', "an example").replace(",", "|")
    ),
]


@pytest.mark.parametrize("form", SEPARATED)
def test_a_line_with_the_separator_is_no_row_and_lines_keep_their_numbers(
    mine: Path, form: Callable[[str], str]
) -> None:
    file = mine / "facilities.csv"
    text = file.read_text(encoding="utf-8-sig").replace(",3,working_day", ",three,working_day")
    file.write_text(form(text), encoding="utf-8", newline="")
    found = check_folder(mine)
    assert {(one.code, one.row) for one in found} == {("file.separator_line", 1), ("cell.not_number", 3)}


# Workbooks.


def typed(column: str, text: str) -> Any:
    """The value that Excel has for a cell of a CSV file."""
    if column in ("opens", "closes") and text:
        return datetime.time.fromisoformat(text)
    if column in ("first_day", "last_day", "opening_date", "closing_date") and text:
        return datetime.datetime.fromisoformat(text)
    if column in ("both_ways", "transships", "loaded"):
        return text == "yes"
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text or None


def fill(sheet: Any, table: Path) -> None:
    with table.open(encoding="utf-8-sig", newline="") as source:
        head, *rows = csv.reader(source)
    sheet.append(head)
    for row in rows:
        sheet.append([typed(*pair) for pair in zip(head, row, strict=True)])


def as_workbooks(folder: Path) -> None:
    """Each table as a separate workbook."""
    for table in sorted(folder.glob("*.csv")):
        book = Workbook()
        fill(book.active, table)
        book.save(table.with_suffix(".xlsx"))
        table.unlink()


def as_one_workbook(folder: Path) -> None:
    book = Workbook()
    book.active.title = "Read me"
    for table in sorted(folder.glob("*.csv")):
        fill(book.create_sheet(table.stem), table)
        table.unlink()
    book.save(folder / "my world.xlsx")


def as_tabs_without_a_mark(folder: Path) -> None:
    for table in sorted(folder.glob("*.csv")):
        with table.open(encoding="utf-8-sig", newline="") as source:
            rows = list(csv.reader(source))
        with table.open("w", encoding="utf-8", newline="") as sink:
            csv.writer(sink, delimiter="\t", lineterminator="\r\n").writerows(rows)


@pytest.mark.parametrize("saved", [as_workbooks, as_one_workbook, as_tabs_without_a_mark])
def test_the_same_cells_have_one_fingerprint_however_they_were_saved(mine: Path, saved: Callable[[Path], None]) -> None:
    (mine / "closures.csv").write_text(CLOSURE.format("2025-01-10", "2025-01-12"), encoding="utf-8")
    before = print_of(mine)
    saved(mine)
    assert [one for one in check_folder(mine) if one.level == "error"] == []
    assert print_of(mine) == before


def test_findings_name_the_workbook_its_sheet_and_the_row(mine: Path) -> None:
    in_file(mine / "facilities.csv", ",3,working_day", ",three,working_dai")
    as_workbooks(mine)
    found = [one for one in check_folder(mine) if one.level == "error"]
    assert {(one.file, one.row, one.column, one.code) for one in found} == {
        ("facilities.xlsx[Sheet]", 2, "servers", "cell.not_number"),
        ("facilities.xlsx[Sheet]", 2, "calendar", "reference.unknown"),
    }


FAR: list[tuple[Callable[[Any], None], set[tuple[str, int | None]]]] = [
    (lambda sheet: setattr(sheet.cell(1_048_576, 30), "number_format", "0.00"), set()),
    (lambda sheet: setattr(sheet.cell(1_048_576, 16_384), "number_format", "0.00"), set()),
    (lambda sheet: sheet.cell(1_048_576, 16_384, " "), {("row.too_many_cells", 1_048_576)}),
    (lambda sheet: sheet.cell(1_048_576, 30, "x"), {("row.too_many_cells", 1_048_576)}),
    (lambda sheet: sheet.cell(3, 16_384, "x"), {("row.too_many_cells", 3)}),
]


@pytest.mark.parametrize(("change", "expected"), FAR)
def test_a_cell_far_from_the_others_costs_no_time(
    mine: Path, change: Callable[[Any], None], expected: set[tuple[str, int | None]]
) -> None:
    as_workbooks(mine)
    book = load_workbook(mine / "facilities.xlsx")
    change(book.active)
    book.save(mine / "facilities.xlsx")
    begin = time.process_time()
    found = check_folder(mine)
    assert time.process_time() - begin < 20  # It was minutes: each of the rows between had a thousand cells.
    assert {(one.code, one.row) for one in found if one.level == "error"} == expected


def test_a_row_far_below_the_others_is_a_row(mine: Path) -> None:
    as_workbooks(mine)
    book = load_workbook(mine / "facilities.xlsx")
    book.active.cell(1_048_576, 1, "x")
    book.save(mine / "facilities.xlsx")
    errors = [one for one in check_folder(mine) if one.level == "error"]
    assert {(one.code, one.row) for one in errors} == {("cell.blank", 1_048_576)}


@pytest.mark.parametrize("letter", "ABCDEFGH")
def test_a_formula_is_one_finding_with_the_name_of_its_column(mine: Path, letter: str) -> None:
    as_workbooks(mine)
    book = load_workbook(mine / "facilities.xlsx")
    column = book.active[f"{letter}1"].value
    book.active[f"{letter}2"] = "=1+2"
    book.save(mine / "facilities.xlsx")
    assert [
        (one.file, one.row, one.column, one.code, one.found) for one in check_folder(mine) if one.level == "error"
    ] == [("facilities.xlsx[Sheet]", 2, column, "cell.formula", "=1+2")]


@pytest.mark.parametrize(("cell", "column"), [("H1", "H"), ("AB3", "AB")])
def test_a_formula_outside_the_named_columns_has_the_letter(mine: Path, cell: str, column: str) -> None:
    as_workbooks(mine)
    book = load_workbook(mine / "facilities.xlsx")
    book.active[cell] = "=1+2"
    book.save(mine / "facilities.xlsx")
    found = [one for one in check_folder(mine) if one.code == "cell.formula"]
    assert [(one.row, one.column) for one in found] == [(int(cell[-1]), column)]
    assert "column.unknown" not in {one.code for one in check_folder(mine)}


@pytest.mark.parametrize("form", ["[h]:mm:ss", "h:mm", "yyyy-mm-dd hh:mm"])
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (1, ("warning", "cell.time_form", "24:00")),
        (25.5 / 24, ("error", "cell.time_after_midnight", "01:30")),
        (32 / 24, ("error", "cell.time_after_midnight", "08:00")),
    ],
)
def test_midnight_and_later_in_a_workbook(mine: Path, form: str, day: float, expected: tuple[str, str, str]) -> None:
    as_workbooks(mine)
    book = load_workbook(mine / "shifts.xlsx")
    column = next(cell.column for cell in book.active[1] if cell.value == "closes")
    cell = book.active.cell(2, column, day)
    cell.number_format = form
    book.save(mine / "shifts.xlsx")
    assert expected in codes(check_folder(mine))


def test_a_table_in_two_files_is_refused(mine: Path) -> None:
    shutil.copytree(mine, mine.parent / "other")
    as_workbooks(mine.parent / "other")
    shutil.copy(mine.parent / "other" / "places.xlsx", mine)
    assert {one.code for one in check_folder(mine)} == {"file.two_sources"}
    (mine / "places.csv").unlink()
    assert print_of(mine) == print_of(TEMPLATE)


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\x03\x04" + b"\0" * 200, b"id,name\nx,y\n", b"\xd0\xcf\x11\xe0" * 50]
)
def test_a_file_that_is_no_workbook_is_refused(mine: Path, content: bytes) -> None:
    (mine / "places.csv").unlink()
    (mine / "places.xlsx").write_bytes(content)
    assert "file.not_workbook" in {one.code for one in check_folder(mine)}


OTHER_FORMATS = [
    *("closures.xls", "closures.xlsm", "closures.ods", "closures.tsv", "closures.txt", "closures.parquet", "closures"),
    *("closures.csv.txt", "closures.csv.bak", "closures.csv~", "closures.CSV", "Closures.csv", "closures.2026.csv"),
]


@pytest.mark.parametrize("name", OTHER_FORMATS)
def test_a_table_in_a_format_that_is_not_read_is_refused(mine: Path, name: str) -> None:
    (mine / "closures.csv").rename(mine / name)
    found = [one for one in check_folder(mine) if one.level == "error"]
    assert [(one.file, one.code, one.nearest) for one in found] == [(name, "file.other_format", "closures.csv")]


@pytest.mark.parametrize("name", ["Closures.xlsx", "closures.v2.xlsx", "CLOSURES.XLSX"])
def test_a_workbook_with_the_name_of_a_table_in_another_form_is_refused(mine: Path, name: str) -> None:
    book = Workbook()
    fill(book.active, mine / "closures.csv")
    book.save(mine / name)
    (mine / "closures.csv").unlink()
    found = [one for one in check_folder(mine) if one.level == "error"]
    assert [(one.file, one.code, one.nearest) for one in found] == [(name, "file.other_format", "closures.csv")]


def test_a_required_table_in_another_format_has_both_findings(mine: Path) -> None:
    (mine / "classes.csv").rename(mine / "classes.ods")
    found = {(one.file, one.code) for one in check_folder(mine) if one.level == "error"}
    assert found == {("classes.csv", "file.missing_table"), ("classes.ods", "file.other_format")}


@pytest.mark.parametrize(
    ("name", "level"), [("closures.csv.bak", "warning"), ("closures.csv~", "warning"), ("closures.xls", "error")]
)
def test_a_spare_copy_beside_the_table_is_only_a_warning(mine: Path, name: str, level: str) -> None:
    shutil.copy(mine / "closures.csv", mine / name)
    assert codes(check_folder(mine)) == {(level, "file.other_format", "closures.csv")}


def test_a_folder_or_a_text_beside_the_tables_is_none_of_them(mine: Path) -> None:
    (mine / "closures").mkdir()
    (mine / "notes.txt").write_text("remember", encoding="utf-8")
    assert check_folder(mine) == []


def test_files_that_excel_keeps_beside_a_workbook_are_passed_over(mine: Path) -> None:
    (mine / "~$places.xlsx").write_bytes(b"owner")
    assert check_folder(mine) == []
    assert read_folder(mine).workbooks == {}


def test_more_sheets_than_one_need_the_name_of_the_table(mine: Path) -> None:
    book = Workbook()
    fill(book.active, mine / "places.csv")
    book.create_sheet("notes").append(["remember"])
    book.save(mine / "places.xlsx")
    (mine / "places.csv").unlink()
    assert "file.not_one_sheet" in {one.code for one in check_folder(mine)}
    book.worksheets[0].title = "places"
    book.save(mine / "places.xlsx")
    assert print_of(mine) == print_of(TEMPLATE)
