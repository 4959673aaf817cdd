"""Edits of tables become changes like any other, can be saved as a whole folder, and know which port they belong to."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.cell_names import cell_text
from app.pages.data_edits import changes_of_edits, columns_in_order, frame_of, merged, rows_shown, with_edits, zipped
from corridors.findings import ERROR
from corridors.fingerprint import fingerprint
from corridors.load import load_corridor
from corridors.model import TABLES, Corridor
from corridors.overlay.applying import apply, attempt
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Scenario, load_proposals
from corridors.port_rows import rows_of_port
from corridors.schema import schema
from sim.reports.number_format import NO_VALUE
from sim.run import BASELINE
from sim.text.names import Names


@pytest.fixture(scope="module")
def base() -> Corridor:
    return load_corridor()


def facility_rows(base: Corridor) -> list[Any]:
    return rows_shown(base, "facilities", None, (), "")


def test_cells_rows_and_holes_in_an_editor_are_changes(base: Corridor) -> None:
    rows = facility_rows(base)
    first, second, third = (row.id for row in rows[:3])
    state = {
        "edited_rows": {0: {"servers": 99, "note": rows[0].note}, 1: {"servers": 7}},
        "deleted_rows": [1],
        "added_rows": [{"id": "new_lane", "servers": 2, "note": None}, {}],
    }
    assert changes_of_edits("facilities", rows, state) == [
        Change(op="remove", address=f"facilities.{second}"),
        Change(op="set", address=f"facilities.{first}.servers", value=99),
        Change(op="add", address="facilities.new_lane", row={"servers": 2}),
    ], "what is as before is no change; who is removed is not edited; an empty new row is nothing"
    assert third not in str(changes_of_edits("facilities", rows, state))


def test_a_step_has_a_key_of_two_parts(base: Corridor) -> None:
    rows = rows_shown(base, "itineraries", None, (), "")[:1]
    state = {"edited_rows": {0: {"amount": 3}}, "added_rows": [{"itinerary": "trip", "step": "stop", "kind": "mark"}]}
    edited, added = changes_of_edits("itineraries", rows, state)
    assert edited.address == f"itineraries.{rows[0].itinerary}.{rows[0].step}.amount"
    assert (added.address, added.row) == ("itineraries.trip.stop", {"kind": "mark"})


def test_several_ids_of_a_cell_are_edited_as_a_list(base: Corridor) -> None:
    rows = rows_shown(base, "order_rules", None, (), "")
    at = next(k for k, row in enumerate(rows) if row.id == "erenhot_out")
    assert frame_of("order_rules", rows)["watch_traffic"][at] == ["cr_express", "export_train", "mongolia_containers"]
    assert frame_of("order_rules", rows)["source"][at] == "bridgehead_assumption", "published figures stay ids"
    same = {"traffic": ["cr_express", "export_train", "mongolia_containers"]}
    state = {"edited_rows": {at: {"watch_traffic": ["cr_express", "export_train"]} | same}}
    (edited,) = changes_of_edits("order_rules", rows, state)
    assert (edited.address, edited.value) == ("order_rules.erenhot_out.watch_traffic", "cr_express;export_train")
    changed, findings = attempt(base, [edited])
    assert [finding for finding in findings if finding.level == ERROR] == []
    assert changed.order_rules["erenhot_out"].watch_traffic == "cr_express;export_train"


@pytest.mark.parametrize(
    ("address", "value", "en", "zh"),
    [
        (
            "order_rules.watch_traffic",
            "cr_express;bulk_train",
            "CR Express train, Bulk train",
            "中欧班列、大宗货物列车",
        ),
        ("facilities.calendar", "erenhot_road", "Road port", "公路口岸"),
        ("facilities.port", "erenhot", "Erenhot - Zamyn-Uud", "二连浩特—扎门乌德"),
        ("durations.distribution", "lognormal", "lognormal", "对数正态"),
        ("facilities.grade", "assumed", "assumed", "假定"),
        ("order_rules.active", False, "no", "否"),
        ("durations.mean_min", 12.5, "12.5 min", "12.5分钟"),
        ("facilities.port", "nowhere", "nowhere", "nowhere"),
        ("facilities.port", "", NO_VALUE, NO_VALUE),
    ],
)
def test_a_cell_is_read_by_names(base: Corridor, address: str, value: Any, en: str, zh: str) -> None:
    table, _, column = address.partition(".")
    shown = [cell_text(schema(table)[column], value, base, Names.of(base, language)) for language in ("en", "zh")]
    assert shown == [en, zh]


def test_no_meaning_of_a_column_names_another_by_its_id() -> None:
    raw = re.compile(r"(?<![\w.])[a-z]+_[a-z0-9_]+(?!\.csv)\b")
    texts = [
        getattr(field, f"meaning_{code}")
        for table in TABLES
        for field in schema(table).values()
        for code in ("en", "zh")
    ]
    assert [text for text in texts if raw.search(text)] == []


def test_edits_make_the_same_world_as_the_changes_of_a_slider(base: Corridor) -> None:
    rows = facility_rows(base)
    at = next(k for k, row in enumerate(rows) if row.id == "erenhot_transshipment")
    edits = changes_of_edits("facilities", rows, {"edited_rows": {at: {"servers": rows[at].servers + 1}}})
    by_slider = apply(base, [Change(op="add", address="facilities.erenhot_transshipment.servers", value=1)])
    changed, findings = attempt(base, edits)
    assert [finding for finding in findings if finding.level == ERROR] == []
    assert fingerprint(changed) == fingerprint(by_slider)


def test_all_that_is_wrong_with_edits_is_shown_at_once(base: Corridor) -> None:
    edits = [
        Change(op="set", address="facilities.erenhot_transshipment.servers", value=-3),
        Change(op="set", address="links.dalian_shenyang.opening_date", value="1 May"),
        Change(op="set", address="facilities.erenhot_transshipment.calendar", value="erenhot_raod"),
    ]
    _, findings = attempt(base, edits)
    answer = {finding.found: finding for finding in findings if finding.level == ERROR}
    assert {"-3", "1 May", "erenhot_raod"} <= set(answer)
    assert answer["erenhot_raod"].nearest == "erenhot_road"
    assert answer["1 May"].code == "cell.not_date"


def test_earlier_problems_are_not_attributed_to_edits(base: Corridor) -> None:
    assert attempt(base, [])[1] == []


def test_later_edits_take_the_place_of_earlier_ones(base: Corridor) -> None:
    first = Change(op="set", address="facilities.erenhot_transshipment.servers", value=4)
    again = Change(op="set", address="facilities.erenhot_transshipment.servers", value=5)
    assert merged([first], [again]) == [again]
    made = with_edits(with_edits(BASELINE, [first], {}), [again], {})
    assert (made.id, made.changes, made.in_order) == ("edited", (again,), False)


def test_an_edit_of_an_address_of_a_proposal_is_applied_after_it(base: Corridor) -> None:
    proposals = load_proposals()
    proposal = proposals["m11_gashuunsukhait_lanes"]
    address = proposal.changes[0].address
    scenario = Scenario(id="mine", proposals=(proposal.id,))
    made = with_edits(scenario, [Change(op="set", address=address, value=9)], proposals)
    assert made.in_order
    table, id, field = address.split(".")
    world = apply(base, (*proposal.changes, *made.changes), made.in_order)
    assert getattr(world.table(table)[id], field) == 9


def test_the_archive_is_a_data_folder_that_loads_to_the_same_world(base: Corridor, tmp_path: Path) -> None:
    content = zipped(base)
    assert content == zipped(base), "equal data, equal bytes"
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    assert fingerprint(load_corridor(tmp_path / "data")) == fingerprint(base)


def test_rows_are_found_by_port_grade_and_words(base: Corridor) -> None:
    of_ceke = rows_of_port(base, "ceke")
    rows = rows_shown(base, "facilities", of_ceke["facilities"], ["reported", "assumed"], "GATE lanes")
    assert rows
    assert all(row.port == "ceke" and row.kind == "gate" for row in rows)
    assert len(rows) < len(of_ceke["facilities"])


def test_the_rows_of_a_port_include_all_that_its_facilities_and_steps_need(base: Corridor) -> None:
    found = rows_of_port(base, "ganqimaodu")
    assert "ganqimaodu_gate" in found["calendars"]
    assert any(base.shifts[id].calendar == "ganqimaodu_gate" for id in found["shifts"])
    assert "coal_ganqimaodu" in found["stocks"]
    assert "erenhot_transshipment" not in found["facilities"]
    for table, ids in found.items():
        assert ids <= set(base.table(table)), table
    for address in found["assumptions"]:
        table, _, rest = address.partition(".")
        assert rest.rpartition(".")[0] in found[table]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_can_be_shown(base: Corridor, table: str) -> None:
    rows = rows_shown(base, table, None, (), "")
    frame = frame_of(table, rows)
    assert len(frame) == len(base.table(table))
    for language in ("en", "zh"):
        order = columns_in_order(table, language)  # type: ignore[arg-type]
        assert sorted(order) == sorted(schema(table))
        if f"name_{language}" in schema(table):
            assert order[0] == f"name_{language}"


@pytest.mark.parametrize(
    ("table", "after"),
    [
        ("facilities", ["servers", "source", "grade"]),
        ("durations", ["mean_min", "source", "grade"]),
        ("stocks", ["initial", "unit", "source", "grade"]),
    ],
)
def test_a_number_with_unit_source_and_grade_stands_beside_the_name(table: str, after: list[str]) -> None:
    """The first columns are all that a narrow screen shows."""
    assert columns_in_order(table, "zh")[: len(after) + 1] == ["name_zh", *after]
