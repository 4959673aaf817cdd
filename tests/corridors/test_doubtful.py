"""A wrong cell hides no other finding, and causes none: all that is wrong is found at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.checks import check, check_folder, new_findings
from corridors.findings import DataError
from corridors.io.tables import save
from corridors.overlay.applying import apply, lay_over
from corridors.overlay.changes import Change
from corridors.overlay.options import parse_setting
from tests.corridors.test_checks import changed
from tests.corridors.test_rules import change
from tests.helpers import damage
from tests.helpers.small_border import small_border


def codes(folder: Path) -> list[tuple[str, str, str]]:
    return sorted((one.file, one.column, one.code) for one in check_folder(folder))


@pytest.fixture
def border(tmp_path: Path) -> Path:
    save(small_border(), tmp_path)
    return tmp_path


NUMBER, UNKNOWN, CHOICE = "cell.not_number", "reference.unknown", "cell.not_choice"
ROWS = {
    "facilities.csv: id,servers,calendar: lanes,two,gate_hour": {"calendar": UNKNOWN, "servers": NUMBER},
    "facilities.csv: id,servers,calendar: lanes,-2,gate_hour": {"calendar": UNKNOWN, "servers": "cell.out_of_bounds"},
    "durations.csv: id,mean_min,source: papers,8 min,T0001": {"mean_min": "cell.text_after_number", "source": UNKNOWN},
    "services.csv: id,per_day,vehicle_class: ore,many,trian": {"per_day": NUMBER, "vehicle_class": UNKNOWN},
    "itineraries.csv: itinerary,step,kind,facility: export,customs,sreve,custom": {"facility": UNKNOWN, "kind": CHOICE},
    "links.csv: id,length_km,origin: border_road,long,wall_gat": {"length_km": NUMBER, "origin": UNKNOWN},
    # What two sound cells of the row say stays wrong whatever the other is.
    "facilities.csv: id,servers,side: customs,two,foreign": {"servers": NUMBER, "side": "port.wrong_side"},
    "ports.csv: id,place_cn,place_foreign: pass,wall_gat,": {"place_cn": UNKNOWN, "place_foreign": "port.one_place"},
    "durations.csv: id,mean_min,cv: rest,long,0.5": {"cv": "duration.unused_cv", "mean_min": NUMBER},
}
"""File, columns and cells of a row, and the findings by column."""


@pytest.mark.parametrize("row", ROWS)
def test_one_row_with_a_wrong_cell_has_all_its_findings(border: Path, row: str) -> None:
    file, head, cells = row.split(": ")
    change(border, file, f"{head}\n{cells}")
    assert codes(border) == [(file, column, code) for column, code in ROWS[row].items()]


def test_a_wrong_cell_hides_nothing_in_other_tables(border: Path) -> None:
    change(border, "facilities.csv", "id,servers\ncustoms,two")
    change(border, "facilities.csv", "id,servers\nbays,0")
    change(border, "closures.csv", "id,last_day\nnew_year,2026-02-01")
    assert codes(border) == [
        ("closures.csv", "last_day", "closure.last_day"),
        ("facilities.csv", "servers", "capacity.no_servers"),
        ("facilities.csv", "servers", "cell.not_number"),
    ]


@pytest.mark.parametrize(("id", "code"), [("Gate Hours", "cell.not_id"), ("", "cell.blank")])
def test_an_id_of_another_form_or_none_hides_no_unknown_id_of_another_table(border: Path, id: str, code: str) -> None:
    """It was a row that is lost, and then no rule was tried at all."""
    rows = damage.read(border / "calendars.csv")
    rows[1][0] = id
    damage.write(border / "calendars.csv", rows)
    change(border, "facilities.csv", "id,place\ncustoms,wall_gat")
    assert codes(border) == [
        ("calendars.csv", "id", code),
        ("facilities.csv", "place", "reference.unknown"),
    ]


@pytest.mark.parametrize(
    ("file", "rows"),
    [
        ("facilities.csv", "id,calendar\nlanes,working_day"),
        ("links.csv", "id,origin\nplain_wall_gate,pla1n"),
        ("links.csv", "id,destination\nsteppe_gate_north_mine,zzz"),
        ("itineraries.csv", "itinerary,step,facility\nexport,track,zzz"),
        ("itineraries.csv", "itinerary,step,place\nexport,origin,zzz"),
        ("facilities.csv", "id,place\nbays,zzz"),
        ("alternatives.csv", "id,itinerary\nline_to_north,zzz"),
    ],
)
def test_an_unknown_id_is_one_finding_without_what_follows_from_it(border: Path, file: str, rows: str) -> None:
    change(border, file, rows)
    [only] = [one for one in check_folder(border) if one.level == "error"]
    assert (only.file, only.code) == (file, "reference.unknown")
    assert all(not one.code.startswith(("capacity", "travel", "hold")) for one in check_folder(border))


def test_a_misspelt_column_causes_nothing_else(border: Path) -> None:
    rows = damage.read(border / "facilities.csv")
    rows[0][rows[0].index("calendar")] = "calender"
    damage.write(border / "facilities.csv", rows)
    errors = [(one.code, one.nearest) for one in check_folder(border) if one.level == "error"]
    assert errors == [("column.unknown", "calendar")]


def test_a_change_with_an_unknown_id_is_one_finding() -> None:
    before = small_border()
    after = lay_over(before, [parse_setting("facilities.lanes.calendar=working_day")])
    assert [one.code for one in new_findings(before, after)] == ["reference.unknown"]


def test_a_wrong_value_of_a_program_hides_no_other_one() -> None:
    border = changed("facilities.customs", servers="two", side="foreign")
    assert [(one.column, one.code) for one in check(border)] == [
        ("servers", "cell.wrong_type"),
        ("side", "port.wrong_side"),
    ]


def refused(*changes: dict[str, object]) -> list[tuple[str, str]]:
    made = [Change.model_validate({"origin": "mine", **one}) for one in changes]
    with pytest.raises(DataError) as error:
        apply(small_border(), made)
    return sorted((one.column, one.code) for one in error.value.findings)


def test_a_change_that_cannot_be_made_hides_no_other_mistake() -> None:
    lanes = {"op": "set", "address": "facilities.lanes.calendar", "value": "working_day"}
    two = {"op": "set", "address": "facilities.customs.servers", "value": "two"}
    assert refused(two, lanes) == [("calendar", "reference.unknown"), ("facilities.customs.servers", "cell.not_number")]
    row = {"op": "set", "address": "facilities.gates.servers", "value": 2}
    assert refused(row, lanes) == [
        ("calendar", "reference.unknown"),
        ("facilities.gates.servers", "change.unknown_row"),
    ]


def test_what_follows_from_a_change_that_cannot_be_made_is_no_finding() -> None:
    """Half a breakdown, and a step at a facility that is not there because its row is wrong."""
    repair = {"op": "set", "address": "facilities.scanner.mttr_h", "value": "soon"}
    failure = {"op": "set", "address": "facilities.scanner.mtbf_h", "value": 100}
    assert refused(repair, failure) == [("facilities.scanner.mttr_h", "cell.not_number")]
    cells = {"place": "plain", "kind": "gate", "servers": "two", "note": "made up"}
    spare = {"op": "add", "address": "facilities.spare", "row": cells}
    step = {"op": "set", "address": "itineraries.export.customs.facility", "value": "spare"}
    assert {code for _, code in refused(spare, step)} == {"cell.not_number"}


def test_a_row_with_a_repeated_id_has_its_findings_too(border: Path) -> None:
    rows = damage.read(border / "facilities.csv")
    again = list(next(row for row in rows if row[0] == "lanes"))
    again[rows[0].index("calendar")] = "working_day"
    again[rows[0].index("servers")] = "two"
    damage.write(border / "facilities.csv", [*rows, again])
    found = [(one.row, one.column, one.code) for one in check_folder(border)]
    assert sorted(found) == [
        (len(rows) + 1, "calendar", "reference.unknown"),
        (len(rows) + 1, "id", "row.repeated_id"),
        (len(rows) + 1, "servers", "cell.not_number"),
    ]
