"""Tables read and written: typed, sorted, and with findings where they are wrong."""

from __future__ import annotations

import json
import pickle
import random
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridors.checks import check_folder
from corridors.clock import local_time
from corridors.facts import facts
from corridors.findings import MOST_SHOWN, DataError, Finding, ignore, nearest
from corridors.io import cells
from corridors.io.csv_files import EMPTY_CELL
from corridors.io.folders import data_root
from corridors.io.tables import ESSENTIAL, NEEDED_IF_NAMED, assemble, read, read_folder, save
from corridors.load import load_corridor
from corridors.messages import message
from corridors.model import TABLES, Corridor, key_of
from corridors.schema import Field, schema
from sim.text.findings import in_language, line, lines
from tests.helpers import damage
from tests.helpers.small_border import small_border

COLUMNS = [(table, column) for table in TABLES for column in schema(table).values()]
PYTHON_TYPES = {"int": "int", "float": "float", "bool": "bool"}


class TestSchema:
    """data/schema and the rows of corridors.model say the same."""

    @pytest.mark.parametrize("table", TABLES)
    def test_columns_are_the_fields_of_the_row_in_the_same_order(self, table: str) -> None:
        assert list(schema(table)) == [field.name for field in fields(TABLES[table])]

    @pytest.mark.parametrize("table", TABLES)
    def test_types_and_blanks_agree_with_the_row(self, table: str) -> None:
        for field in fields(TABLES[table]):
            column = schema(table)[field.name]
            kind, _, none = str(field.type).partition(" | ")
            assert PYTHON_TYPES.get(column.type, "str") == kind, column
            # Only an empty cell of an optional number without a default is None.
            assert (none == "None") == (not column.is_text and not column.required and not column.default), column
            if field.default is not MISSING:
                assert not column.required, column
                assert cells.show(field.default) == column.default, column

    def test_every_column_is_labelled_in_both_languages(self) -> None:
        for table, column in COLUMNS:
            assert all([column.label_en, column.label_zh, column.meaning_en, column.meaning_zh]), (table, column)
            assert any("\u4e00" <= letter <= "\u9fff" for letter in column.label_zh + column.meaning_zh), column

    def test_every_number_has_bounds_and_every_default_lies_within_them(self) -> None:
        for table, column in COLUMNS:
            if column.type in ("int", "float"):
                assert column.low is not None, (table, column)
                assert column.high is not None, (table, column)
                assert column.low < column.high, (table, column)
            if column.default.startswith("="):
                before = list(schema(table))[: list(schema(table)).index(column.name)]
                assert column.default[1:] in before, (table, column)
            elif column.default:
                assert not column.required, (table, column)
                assert cells.parse(column.default, column)[1] is None, (table, column)

    def test_references_name_tables_and_columns_that_exist(self) -> None:
        for _, column in COLUMNS:
            for reference in column.reference:
                table, _, name = reference.partition(".")
                assert table == "facts" or (table in TABLES and (not name or name in schema(table))), column

    def test_a_table_that_does_not_exist_has_no_schema(self) -> None:
        with pytest.raises(KeyError):
            schema("trains")

    def test_neutral_values_fit_their_columns(self) -> None:
        for _, column in COLUMNS:
            value = cells.neutral(column)
            if value not in ("", None):
                assert cells.parse(cells.show(value), column) == (value, None), column


class TestRoundTrip:
    """save and read are each other's mirror."""

    def test_the_small_border_comes_back_as_it_was(self, tmp_path: Path) -> None:
        save(small_border(), tmp_path / "new" / "folder")
        assert read(tmp_path / "new" / "folder") == (small_border(), [])

    def test_the_baseline_comes_back_as_it_was(self, tmp_path: Path) -> None:
        baseline, findings = read(data_root() / "baseline")
        assert baseline is not None, "\n".join(map(str, findings))
        save(baseline, tmp_path)
        assert read(tmp_path) == (baseline, [])

    def test_the_same_world_is_written_with_the_same_bytes(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            save(small_border(), tmp_path / name)
        for table in TABLES:
            file = f"{table}.csv"
            assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()

    def test_the_order_of_rows_in_the_files_never_matters(self, tmp_path: Path) -> None:
        save(small_border(), tmp_path)
        for table in TABLES:
            header, *rows = damage.read(tmp_path / f"{table}.csv")
            random.Random(table).shuffle(rows)
            damage.write(tmp_path / f"{table}.csv", [header, *rows])
        shuffled, findings = read(tmp_path)
        assert findings == []
        assert shuffled is not None
        for table in TABLES:
            assert list(shuffled.table(table).items()) == list(small_border().table(table).items())

    def test_the_order_of_columns_never_matters(self, tmp_path: Path) -> None:
        save(small_border(), tmp_path)
        for table in TABLES:
            rows = damage.read(tmp_path / f"{table}.csv")
            damage.write(tmp_path / f"{table}.csv", [row[::-1] for row in rows])
        assert read(tmp_path) == (small_border(), [])


def texts(column: Field) -> st.SearchStrategy[str]:
    """Any content of a cell of text: any letters, commas, quotes, tabs and line breaks within."""
    letters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from(
        "\t\n"
    )
    stripped = st.text(letters, max_size=12).map(lambda text: text.strip(EMPTY_CELL + "\r\n"))
    return stripped.filter(bool) if column.required or column.default else stripped


def values(column: Field) -> st.SearchStrategy[Any]:
    """Any value that a column may hold."""
    low, high = column.low, column.high
    made: dict[str, st.SearchStrategy[Any]] = {
        "int": st.integers(int(low or 0), int(high or 0)),
        "float": st.floats(low, high),
        "bool": st.booleans(),
        "text": texts(column),
        "date": st.dates().map(lambda day: day.isoformat()),
        "time": st.times().map(lambda time: f"{time:%H:%M}"),
        "weekdays": st.sampled_from(["daily", "Mon", "Mon-Sat", "Sat;Sun", "Fri-Mon;Wed"]),
        "zone": st.sampled_from(["Asia/Shanghai", "Asia/Ulaanbaatar", "Europe/Berlin"]),
        "country": st.from_regex("[A-Z]{2}", fullmatch=True),
        "address": st.from_regex(r"[a-z0-9_]{1,5}\.[a-z0-9_]{1,5}\.[a-z0-9_]{1,5}", fullmatch=True),
        "ids": st.lists(st.from_regex("[a-zA-Z0-9_]{1,5}", fullmatch=True), min_size=1, max_size=3, unique=True).map(
            ";".join
        ),
        "numbers": st.lists(st.integers(0, 1000).map(str), min_size=1, max_size=3).map(";".join),
    }
    strategy = made.get(column.type, st.from_regex("[a-z0-9_]{1,8}", fullmatch=True))
    if column.choices:
        strategy = st.sampled_from(column.choices)
    if column.required or column.default:
        return strategy
    return st.one_of(st.just(cells.empty(column)), strategy)


def rows_of(table: str) -> st.SearchStrategy[list[Any]]:
    row = st.builds(TABLES[table], **{column.name: values(column) for column in schema(table).values()})
    return st.lists(row, min_size=table in ESSENTIAL + NEEDED_IF_NAMED, max_size=2, unique_by=key_of)


@given(st.fixed_dictionaries({table: rows_of(table) for table in TABLES}))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_world_that_fits_the_schema_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[str, list[Any]]
) -> None:
    folder = tmp_path_factory.mktemp("world")
    world = assemble(rows)
    save(world, folder)
    assert read(folder) == (world, [])


SMALLEST = {
    "places": "id,country,latitude,longitude\nborder,CN,45,110\n",
    "facilities": "id,place,kind,servers\ngate,border,gate,2\n",
    "durations": "id,distribution,mean_min\ncheck,exponential,12\n",
    "classes": "id\ntruck\n",
    "services": "id,vehicle_class,itinerary,per_day\ncoal,truck,through,100\n",
    "itineraries": "itinerary,step,order,kind,place,facility,duration\nthrough,come,1,mark,border,,\n"
    "through,check,2,serve,,gate,check\n",
}
"""The least that can be simulated: one queue, in six files."""


def smallest(folder: Path) -> Path:
    for table, text in SMALLEST.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    return folder


class TestHandWritten:
    """Files as people write and save them."""

    def test_six_short_files_make_a_world(self, tmp_path: Path) -> None:
        world = load_corridor(smallest(tmp_path))
        assert world.facilities["gate"].servers == 2
        assert set(SMALLEST) == {*ESSENTIAL, *NEEDED_IF_NAMED}

    def test_what_is_left_out_has_its_default(self, tmp_path: Path) -> None:
        world = load_corridor(smallest(tmp_path))
        coal = world.services["coal"]
        assert (coal.arrivals, coal.fleet, coal.opening_date, coal.grade) == ("rate", 0, "", "assumed")
        gate = world.facilities["gate"]
        assert (gate.name_en, gate.name_zh, gate.mtbf_h, gate.calendar) == ("gate", "gate", None, "")
        assert world.links == {}

    @pytest.mark.parametrize("table", SMALLEST)
    def test_without_one_of_them_nothing_moves(self, table: str, tmp_path: Path) -> None:
        (smallest(tmp_path) / f"{table}.csv").unlink()
        world, findings = read(tmp_path)
        assert world is None
        assert [finding.file for finding in findings] == [f"{table}.csv"]

    def test_a_table_saved_by_chinese_excel_is_read_and_told(self, tmp_path: Path) -> None:
        save(small_border(), tmp_path)
        for table in TABLES:
            path = tmp_path / f"{table}.csv"
            path.write_bytes(path.read_text(encoding="utf-8-sig").encode("gb18030"))
        world, findings = read(tmp_path)
        assert world == small_border()
        # A file without a single Chinese character is the same in both encodings.
        assert {finding.found for finding in findings} == {"GB18030"}
        assert {"places.csv", "ports.csv"} <= {finding.file for finding in findings}

    def test_semicolons_and_tabs_are_read_and_told(self, tmp_path: Path) -> None:
        smallest(tmp_path)
        for table, separator in (("services", ";"), ("places", "\t")):
            text = SMALLEST[table].replace(",", separator)
            (tmp_path / f"{table}.csv").write_text(text, encoding="utf-8")
        world, findings = read(tmp_path)
        assert world is not None
        assert world.services["coal"].per_day == 100
        assert [(f.level, f.file, f.code, f.found) for f in findings] == [
            ("warning", "places.csv", "file.separator", message("found.tabs")),
            ("warning", "services.csv", "file.separator", message("found.semicolons")),
        ]
        assert line(findings[1], "en") == (
            "warning: services.csv, line 1: The cells are separated by another character and were read as such; "
            "expected commas between the cells; found semicolons [file.separator]"
        )

    def test_what_excel_does_to_times_dates_and_yes_is_understood(self, tmp_path: Path) -> None:
        smallest(tmp_path)
        files = {
            "calendars": "id\nhours\n",
            "shifts": "id,calendar,opens,closes\nday,hours,8:00,18:00:00\n",
            "closures": "id,target,first_day,last_day\nfeast,hours,2026/2/16,2026-02-20\n",
            "links": "id,origin,destination,mode,length_km,speed_kmh,both_ways\nroad,border,border,road,1.50,30,TRUE\n",
        }
        for table, text in files.items():
            (tmp_path / f"{table}.csv").write_text(text, encoding="utf-8")
        world, findings = read(tmp_path)
        assert world is not None
        assert (world.shifts["day"].opens, world.shifts["day"].closes) == ("08:00", "18:00")
        assert world.closures["feast"].first_day == "2026-02-16"
        assert (world.links["road"].both_ways, world.links["road"].length_km) == (True, 1.5)
        assert [(f.level, f.code) for f in findings] == [("warning", "cell.date_form")]

    def test_every_finding_comes_at_once_with_its_line_and_column(self, tmp_path: Path) -> None:
        smallest(tmp_path)
        text = 'id,place,kind,servers,note\ngate,border,gaet,2,"two\nlines"\n\n'
        text += "lane,border,gate,many,\nlane,border,gate,1,\n"
        (tmp_path / "facilities.csv").write_text(text, encoding="utf-8")
        (tmp_path / "durations.csv").write_text("id,mean_min\ncheck,12 min\n", encoding="utf-8")
        world, findings = read(tmp_path)
        assert world is None
        assert {(f.file, f.row, f.column, f.nearest) for f in findings} == {
            ("facilities.csv", 2, "kind", "gate"),
            ("facilities.csv", 5, "servers", ""),
            ("facilities.csv", 6, "id", ""),
            ("durations.csv", 2, "mean_min", "12"),
        }

    def test_a_row_of_a_draft_keeps_what_could_be_read(self, tmp_path: Path) -> None:
        smallest(tmp_path)
        (tmp_path / "facilities.csv").write_text("id,place,kind,servers\ngate,border,gaet,2\n", encoding="utf-8")
        reading = read_folder(tmp_path)
        assert reading.draft.facilities["gate"].servers == 2
        assert reading.wrong == {("facilities.csv", "gate"): frozenset({"kind"})}
        assert reading.lines["facilities.csv", "gate"] == 2

    def test_a_folder_that_is_not_there_is_a_finding_too(self, tmp_path: Path) -> None:
        world, findings = read(tmp_path / "nowhere")
        assert world is None
        assert [finding.code for finding in findings] == ["file.no_folder"]

    @pytest.mark.parametrize("file", ["", "notes.txt", "placs.csv"])
    def test_a_folder_without_tables_is_one_error(self, tmp_path: Path, file: str) -> None:
        (tmp_path / "deeper").mkdir()
        if file:
            (tmp_path / file).write_text("id,name_en\n", encoding="utf-8")
        world, findings = read(tmp_path)
        assert world is None
        assert [one.code for one in findings if one.level == "error"] == ["file.no_folder"]
        assert ("file.unknown_table" in {one.code for one in findings}) == file.endswith(".csv")


class TestValuesFromPrograms:
    """Sliders and proposals give values, not text; the same rules hold."""

    @pytest.mark.parametrize(
        ("table", "name", "value", "wrong"),
        [
            ("facilities", "servers", 3, False),
            ("facilities", "servers", 3.5, True),
            ("facilities", "servers", True, True),
            ("facilities", "servers", -1, True),
            ("facilities", "servers", None, True),
            ("facilities", "mtbf_h", None, False),
            ("facilities", "mtbf_h", float("nan"), True),
            ("facilities", "handling_usd", 5, False),
            ("facilities", "kind", "gaet", True),
            ("facilities", "calendar", "", False),
            ("facilities", "place", "", True),
            ("facilities", "opening_date", "2026-01-01", False),
            ("facilities", "opening_date", "soon", True),
            ("links", "both_ways", False, False),
            ("links", "both_ways", "no", True),
        ],
    )
    def test_a_value_fits_its_column_or_not(self, table: str, name: str, value: Any, wrong: bool) -> None:
        assert (cells.complain(value, schema(table)[name]) is not None) == wrong


def test_rows_are_assembled_in_sorted_order_and_twice_the_same_id_is_refused() -> None:
    border = small_border()
    tables = {table: reversed(list(border.table(table).values())) for table in TABLES}
    again = assemble(tables)
    assert again == border
    assert list(again.itineraries) == list(border.itineraries)
    with pytest.raises(ValueError, match="these ids twice: plain"):
        assemble({"places": [border.places["plain"], border.places["plain"]]})
    with pytest.raises(ValueError, match="no table is called trains"):
        assemble({"trains": []})


def test_load_tells_all_errors_of_cells_and_of_rules_at_once(tmp_path: Path) -> None:
    save(small_border(), tmp_path)
    for table, row, column, text in (
        ("durations", "rest", "mean_min", "8 h"),
        ("services", "ore", "itinerary", "imports"),
        ("shares", "scanned", "share", "2"),
    ):
        rows = damage.read(tmp_path / f"{table}.csv")
        at = next(cells for cells in rows if cells[0] == row)
        at[rows[0].index(column)] = text
        damage.write(tmp_path / f"{table}.csv", rows)
    with pytest.raises(DataError) as caught:
        load_corridor(tmp_path)
    found = [(finding.file, finding.column) for finding in caught.value.findings]
    assert found == [("durations.csv", "mean_min"), ("services.csv", "itinerary"), ("shares.csv", "share")]
    assert all(finding.row and finding.level == "error" for finding in caught.value.findings)
    assert str(caught.value).count("\n") == 2


def test_a_corridor_and_its_findings_travel_to_worker_processes() -> None:
    assert pickle.loads(pickle.dumps(small_border())) == small_border()
    error = DataError([Finding("error", "places.csv", 3, "id", "x y", "an id")])
    assert pickle.loads(pickle.dumps(error)).findings == error.findings


def test_a_finding_has_place_problem_values_and_code_in_each_language() -> None:
    expected = message("want.one_of", names=("rail", "road"))
    finding = Finding("error", "links.csv", 7, "mode", "rial", expected, "rail", message("cell.not_choice"), "third")
    assert finding.code == "cell.not_choice"
    assert str(finding) == (
        "error: links.csv, line 7, third, mode: cell.not_choice; expected want.one_of(names=('rail', 'road')); "
        "found 'rial'; nearest 'rail'"
    )
    assert line(finding, "en") == (
        "error: links.csv, line 7, third, mode: The value is not one of the choices; expected one of rail, road; "
        "found 'rial'; did you mean 'rail'? [cell.not_choice]"
    )
    assert line(finding, "zh") == (
        "错误：links.csv，第7行，third，mode：取值不在可选范围内；"
        "应为：rail、road 之一；实际为“rial”；是否为“rail”？ [cell.not_choice]"
    )


def test_a_finding_as_json_has_plain_values() -> None:
    expected = message("want.bounded", kind=message("want.number"), low="0", high="1")
    finding = Finding(
        "warning", "shares.csv", 3, "share", "2", expected, message=message("choice.no_share", choice="x")
    )
    plain = finding.as_json()
    assert json.loads(json.dumps(plain)) == plain
    assert (plain["level"], plain["code"], plain["row"]) == ("warning", "choice.no_share", 3)
    assert plain["params"] == {"choice": "x"}
    assert plain["expected"]["params"]["low"] == "0"


def test_the_meaning_of_a_column_is_that_of_the_language() -> None:
    finding = Finding("error", "places.csv", 2, "country", "", cells.wanted(schema("places")["country"]))
    assert in_language(finding, "zh").expected == schema("places")["country"].meaning_zh
    meaning = schema("places")["country"].meaning_en
    assert in_language(finding, "en").expected == meaning[0].lower() + meaning[1:]


def test_findings_are_ignored_by_code_or_family() -> None:
    codes = ("cell.blank", "cell.not_id", "source.no_reason")
    findings = [Finding("error", "a.csv", 2, "b", "", "", message=message(code)) for code in codes]
    assert [one.code for one in ignore(findings, ["cell.blank"])] == ["cell.not_id", "source.no_reason"]
    assert [one.code for one in ignore(findings, ["cell"])] == ["source.no_reason"]
    assert ignore(findings, []) == findings


def test_the_first_findings_are_listed_and_the_others_counted() -> None:
    findings = [Finding("error", "a.csv", row, "b", "", "", message=message("cell.blank")) for row in range(2, 503)]
    listed = lines(findings, "en")
    assert len(listed) == MOST_SHOWN + 1
    assert listed[-1] == "and 301 more findings"
    assert str(DataError(findings)).endswith("and 301 more")


def test_only_the_first_findings_have_a_suggestion(tmp_path: Path) -> None:
    """Their search would take most of the time of a check of many bad rows."""
    smallest(tmp_path)
    bad = "".join(f"gate_{n},bordre,gate,1\n" for n in range(1000))
    (tmp_path / "facilities.csv").write_text(SMALLEST["facilities"] + bad, encoding="utf-8")
    unknown = [one for one in check_folder(tmp_path) if one.code == "reference.unknown"]
    assert len(unknown) == 1000
    assert [one.nearest for one in unknown].count("border") == MOST_SHOWN


def test_the_nearest_name_is_found_in_any_case_and_none_is_made_up() -> None:
    names = ["erenhot_customs", "erenhot_police", "Manzhouli"]
    assert nearest("erenhot_custom", names) == "erenhot_customs"
    assert nearest(" MANZHOULI", names) == "Manzhouli"
    assert nearest("xyz", names) == ""
    assert nearest("anything", []) == ""


def test_facts_are_known_by_id() -> None:
    assert len(facts()) > 500
    assert all(key == fact.id for key, fact in facts().items())


def test_an_empty_corridor_has_all_tables() -> None:
    empty = assemble({})
    assert isinstance(empty, Corridor)
    assert all(empty.table(table) == {} for table in TABLES)


def test_every_row_of_the_base_year_says_where_it_comes_from_and_how_well_it_is_known() -> None:
    corridor = load_corridor()
    bare = [
        f"{table}.{key}"
        for table in TABLES
        if "source" in schema(table)
        for key, row in corridor.table(table).items()
        if not (row.source and row.grade)
    ]
    assert bare == []


@pytest.mark.parametrize("name", ["localtime", "posixrules", "Factory"])
def test_a_time_zone_of_the_machine_is_none(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        local_time.zone(name)
