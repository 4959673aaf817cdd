"""What planners change: bays, wagons, hours and days; and the findings when it does not fit."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from corridors.checks import check
from corridors.findings import ERROR, DataError, Finding
from corridors.messages import message
from corridors.model import Corridor
from corridors.overlay import proposals
from corridors.overlay.proposals import Change, Estimate, Proposal, Scenario, apply, parse_setting
from tests.helpers.worlds import (
    assumption,
    calendar,
    duration,
    facility,
    itinerary,
    link,
    place,
    port,
    service,
    shift,
    step,
    stock,
    world,
)


def erenhot(*more: Any) -> Corridor:
    """A rail port with two bays, worked by day, and a stock of broad-gauge wagon sets."""
    at_port = {"port": "erenhot", "direction": "outbound"}
    return world(
        place("jining"),
        place("border", transships=True),
        place("zamyn_uud", country="MN", transships=True),
        port("erenhot", place_foreign="zamyn_uud"),
        link("jining", "border", length_km=330),
        calendar("day"),
        shift("day", "08:00", "20:00", id="day_hours"),
        calendar("night"),
        shift("night", "00:00", "24:00", id="night_hours"),
        facility("bay", 2, "day", port="erenhot", kind="transshipment"),
        facility("yard", 5, port="erenhot", kind="track"),
        stock("wagon_sets", 8, port="erenhot", side="foreign", place="zamyn_uud"),
        duration("transfer", 120.0, "gamma", 0.3),
        itinerary(
            "west",
            step("mark", place="jining"),
            step("travel", place="border", mode="rail_1435"),
            step("draw", stock="wagon_sets", amount=1, **at_port),
            step("serve", facility="bay", duration="transfer", **at_port),
            step("serve", facility="yard", duration="transfer", **at_port),
            step("return", stock="wagon_sets", amount=1, **at_port),
        ),
        service("express", "west", per_day=4.0),
        *more,
    )


def findings_of(*changes: Change | str, corridor: Corridor | None = None, **how: Any) -> list[Finding]:
    """What is found fault with when these changes are made."""
    made = [parse_setting(change) if isinstance(change, str) else change for change in changes]
    with pytest.raises(DataError) as error:
        apply(corridor or erenhot(), made, **how)
    return list(error.value.findings)


def test_the_little_world_is_sound():
    assert [str(finding) for finding in check(erenhot()) if finding.level == ERROR] == []


def test_one_more_bay():
    corridor = erenhot()
    changed = apply(corridor, [parse_setting("facilities.bay.servers=+1")])
    assert changed.facilities["bay"].servers == 3
    assert corridor.facilities["bay"].servers == 2
    assert {name: row for name, row in changed.facilities.items() if name != "bay"} == {
        "yard": corridor.facilities["yard"]
    }
    assert changed.links == corridor.links


def test_no_changes_no_difference():
    assert apply(erenhot(), []) == erenhot()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("facilities.bay.servers=7", 7),
        ("facilities.bay.servers=-1", 1),
        ("facilities.bay.servers = * 1.2", 2),
        ("facilities.bay.servers=*1.25", 3),  # 2.5 servers, rounded half up
        ("facilities.bay.calendar=night", "night"),
        ("facilities.bay.calendar=", ""),
        ("facilities.bay.handling_usd=500", 500.0),
        ("facilities.bay.opening_date=2027-05-01", "2027-05-01"),
        ("links.jining_border.length_km=*1.1", 363.0),
        ("links.jining_border.both_ways=no", False),
        ("links.jining_border.paths_per_day=", None),
        ("shifts.day_hours.closes=24:00", "24:00"),
        ("itineraries.west.draw_3.amount=2", 2),
        ("services.express.note=007", "007"),
    ],
)
def test_settings_as_they_are_typed(setting: str, value: object):
    corridor = erenhot(assumption("itineraries.west.draw_3.amount", 1, 2))
    changed = apply(corridor, [parse_setting(setting)])
    table, rest = setting.partition("=")[0].strip().split(".", 1)
    row, name = rest.rsplit(".", 1)
    found = getattr(changed.table(table)[row], name)
    assert found == (pytest.approx(value) if isinstance(value, float) else value)
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text", ["bay=3", "facilities.bay.servers", "facilities.bay.servers=*x", "a.b.c=+", "", "a.b.c=+1e999"]
)
def test_a_setting_that_cannot_be_read_shows_how_to_write_one(text: str):
    with pytest.raises(DataError, match=r"change\.bad_setting; expected want\.setting"):
        parse_setting(text)


def test_all_settings_that_cannot_be_read_are_told_at_once():
    with pytest.raises(DataError) as error:
        proposals.from_settings(["bay=3", "facilities.bay.servers=+1", "x"])
    assert [finding.found for finding in error.value.findings] == ["bay=3", "x"]
    assert [change.op for change in proposals.from_settings(["a.b.c=+1", "a.b.c=*2", "a.b.c=2"])] == [
        "add",
        "scale",
        "set",
    ]


def test_every_mistake_is_told_at_once_with_the_nearest_name():
    found = findings_of(
        "facilites.bay.servers=3",
        "facilities.bey.servers=3",
        "facilities.bay.servrs=3",
        "facilities.bay.servers=many",
        "facilities.bay.id=bay2",
        "links.jining_border.mode=rail_1524",
        "links.jining_border.speed_kmh=0",
    )
    answer = {finding.found: (finding.column, finding.nearest) for finding in found}
    assert answer["facilites"] == ("facilites.bay.servers", "facilities")
    assert answer["bey"][1] == "bay"
    assert answer["servrs"][1] == "servers"
    assert answer["rail_1524"][1] == "rail_1520"
    assert answer["id"][0] == "facilities.bay.id"
    assert len(found) == 7
    assert all(finding.file == "--set" and finding.level == ERROR for finding in found)


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("facilities.bay.servers=-3", "cell.out_of_bounds"),
        ("facilities.bay.servers=1.5", "cell.not_integer"),
        ("facilities.bay.servers=+0.5", "cell.not_integer"),
        ("facilities.bay.servers=1,000", "cell.comma_in_number"),
        ("facilities.bay.calendar=+1", "change.no_number"),
        ("facilities.bay.mtbf_h=*2", "change.no_number"),
        ("links.jining_border.both_ways=*2", "change.no_number"),
        ("shifts.day_hours.closes=25:00", "cell.time_after_midnight"),
        ("facilities.bay.opening_date=2027-02-30", "cell.no_such_day"),
        ("facilities.bay.place=", "cell.blank"),
    ],
)
def test_values_keep_to_the_schema(setting: str, code: str):
    (finding,) = findings_of(setting)
    assert finding.code == code


def test_what_a_change_breaks_elsewhere_is_told():
    (finding,) = findings_of("facilities.bay.calendar=nigth")
    assert (finding.file, finding.id, finding.column, finding.nearest) == ("facilities.csv", "bay", "calendar", "night")
    assert finding.code == "reference.unknown"
    assert finding.message == message("after_changes", changes=("--set",), problem=message("reference.unknown"))
    found = findings_of(Change(op="remove", address="facilities.yard", origin="fewer_tracks"))
    assert {finding.id for finding in found} == {"west.serve_5"}


def test_what_was_wrong_before_is_not_put_down_to_the_change():
    broken = erenhot(facility("ghost", place="atlantis"))
    assert apply(broken, [parse_setting("facilities.bay.servers=3")]).facilities["bay"].servers == 3


def test_a_new_bay_with_its_defaults():
    row = {"place": "border", "port": "erenhot", "side": "cn", "kind": "transshipment", "servers": 1}
    corridor = apply(
        erenhot(),
        [
            Change(op="add", address="facilities.bay_2", row=row),
            Change(
                op="add",
                address="itineraries.west.look",
                row={"order": 9, "kind": "serve", "facility": "bay_2", "duration": "transfer"},
            ),
        ],
    )
    bay = corridor.facilities["bay_2"]
    assert (bay.name_en, bay.name_zh, bay.calendar, bay.headway_min, bay.mtbf_h) == ("bay_2", "bay_2", "", 0.0, None)
    assert list(corridor.facilities) == ["bay", "bay_2", "yard"]
    assert [s.step for s in corridor.steps("west")][-1] == "look"
    assert corridor.itineraries["west.look"].loaded is True


def test_a_new_row_is_complete_and_new():
    found = findings_of(
        Change(op="add", address="facilities.bay", row={"place": "border", "kind": "gate", "servers": 1}),
        Change(op="add", address="facilities.bay_2", row={"kind": "transhipment", "server": 1, "id": "x"}),
    )
    answer = {(finding.column, finding.nearest) for finding in found}
    assert ("facilities.bay", "") in answer  # there is one already
    assert ("facilities.bay_2", "servers") in answer
    assert ("facilities.bay_2.kind", "transshipment") in answer
    assert ("facilities.bay_2.place", "") in answer
    assert ("facilities.bay_2.servers", "") in answer


def test_a_facility_that_nobody_uses_is_taken_away_with_what_was_assumed_of_it():
    corridor = erenhot(
        facility("spare"),
        assumption("facilities.spare.servers", 0, 3),
        assumption("links.jining_border.length_km", 300, 350),
    )
    changed = apply(corridor, [Change(op="remove", address="facilities.spare")])
    assert "spare" not in changed.facilities
    assert list(changed.assumptions) == ["links.jining_border.length_km"]


def test_a_planned_number_is_no_longer_an_assumed_one():
    corridor = erenhot(assumption("facilities.bay.servers", 1, 3), assumption("facilities.yard.servers", 4, 6))
    changed = apply(corridor, [parse_setting("facilities.bay.servers=9")])
    assert list(changed.assumptions) == ["facilities.yard.servers"]
    both = [parse_setting("facilities.bay.servers=9"), parse_setting("assumptions.facilities.bay.servers.high=12")]
    for changes in itertools.permutations(both):
        assert apply(corridor, changes).assumptions["facilities.bay.servers"].high == 12


def test_a_number_written_again_has_no_range_of_its_first_value():
    """A fitted scenario sets a number and its interval; a slider over it writes the number once more."""
    corridor = erenhot()
    pit = {"kind": "transshipment", "place": "border", "port": "erenhot", "side": "cn", "servers": 2}
    fitted = [
        Change(op="set", address="facilities.bay.servers", value=3),
        Change(
            op="add",
            address="assumptions.facilities.bay.servers",
            row={"low": 3, "high": 3, "grade": "assumed", "note": "x"},
        ),
        Change(op="add", address="facilities.pit", row=pit),
        Change(
            op="add",
            address="assumptions.facilities.pit.servers",
            row={"low": 2, "high": 2, "grade": "assumed", "note": "x"},
        ),
    ]
    assert set(apply(corridor, fitted).assumptions) >= {"facilities.bay.servers", "facilities.pit.servers"}
    more = [Change(op="add", address=f"facilities.{id}.servers", value=1) for id in ("bay", "pit")]
    changed = apply(corridor, [*fitted, *more], in_order=True)
    assert (changed.facilities["bay"].servers, changed.facilities["pit"].servers) == (4, 3)
    assert not {"facilities.bay.servers", "facilities.pit.servers"} & set(changed.assumptions)
    settings = [one.model_copy(update={"origin": "--set"}) for one in more]
    assert apply(corridor, [*fitted, *settings]).facilities["bay"].servers == 4
    again = Change(op="set", address="assumptions.facilities.bay.servers.high", value=5)
    assert apply(corridor, [*fitted, *more, again], in_order=True).assumptions["facilities.bay.servers"].high == 5


def test_a_port_is_closed_for_three_days():
    shut = Change(op="close", address="ports.erenhot", first_day="2023-05-01", last_day="2023-05-03", origin="storm")
    cut = Change(op="close", address="facilities.yard", first_day="2023-05-02", servers_share=0.5)
    closures = apply(erenhot(), [shut, cut]).closures
    storm = closures["erenhot_20230501_20230503"]
    assert (storm.target, storm.first_day, storm.last_day, storm.servers_share) == (
        "erenhot",
        "2023-05-01",
        "2023-05-03",
        0,
    )
    assert (storm.grade, storm.note) == ("assumed", "storm")
    assert closures["yard_20230502_20230502"].servers_share == 0.5


def test_a_gate_rests_on_sundays_for_a_month():
    rest = Change(op="close", address="facilities.yard", first_day="2023-05-01", last_day="2023-05-31", weekdays="Sun")
    closures = apply(erenhot(), [rest]).closures
    assert closures["yard_20230501_20230531_sun"].weekdays == "Sun"
    assert str(rest) == "close facilities.yard 2023-05-01..2023-05-31, Sun"
    with pytest.raises(ValidationError, match=r"change\.weekdays"):
        Change(op="close", address="facilities.yard", first_day="2023-05-01", weekdays="Sunday")


def test_only_what_works_can_be_closed():
    found = findings_of(
        Change(op="close", address="port.erenhot", first_day="2023-05-01"),
        Change(op="close", address="services.express", first_day="2023-05-01"),
        Change(op="close", address="ports.erenhott", first_day="2023-05-01"),
    )
    assert {finding.nearest for finding in found} == {"ports", "", "erenhot"}


def test_two_proposals_that_write_one_field_contradict_each_other():
    one = Change(op="add", address="facilities.bay.servers", value=1, origin="second_crane")
    two = Change(op="set", address="facilities.bay.servers", value=5, origin="new_terminal")
    for changes in ([one, two], [two, one]):
        (finding,) = findings_of(*changes)
        assert finding.file == "new_terminal, second_crane"
        assert finding.column == "facilities.bay.servers"
        assert "facilities.bay.servers=+1 (second_crane)" in finding.found
        assert "facilities.bay.servers=5 (new_terminal)" in finding.found
    assert apply(erenhot(), [one, two], in_order=True).facilities["bay"].servers == 5
    assert apply(erenhot(), [two, one], in_order=True).facilities["bay"].servers == 6


def test_a_setting_of_the_command_line_comes_after_a_proposal_that_writes_the_field():
    proposal = Change(op="set", address="facilities.bay.servers", value=5, origin="new_terminal")
    setting = parse_setting("facilities.bay.servers=+1")
    for changes in ([proposal, setting], [setting, proposal]):
        assert apply(erenhot(), changes).facilities["bay"].servers == 6
    # Neither two settings nor two proposals may, with or without the other.
    assert findings_of(proposal, setting, parse_setting("facilities.bay.servers=3"))
    assert findings_of(proposal, setting, proposal.model_copy(update={"origin": "other", "value": 4}))


def test_a_row_that_one_takes_away_and_another_writes_is_a_contradiction():
    gone = Change(op="remove", address="facilities.yard", origin="a")
    more = Change(op="add", address="facilities.yard.servers", value=1, origin="b")
    assert "a, b" in {finding.file for finding in findings_of(gone, more)}
    day = Change(op="close", address="ports.erenhot", first_day="2023-05-01", origin="a")
    again = Change(op="close", address="ports.erenhot", first_day="2023-05-01", servers_share=0.5, origin="b")
    assert "a, b" in {finding.file for finding in findings_of(day, again)}


def test_a_number_beyond_all_numbers_is_refused():
    (finding,) = findings_of(Change(op="scale", address="facilities.bay.servers", value=1e308))
    assert finding.column == "facilities.bay.servers"
    assert finding.code.startswith("cell.")


def test_the_order_of_changes_does_not_matter():
    changes = [
        parse_setting("facilities.bay.servers=+1"),
        parse_setting("facilities.bay.calendar=long"),
        Change(op="add", address="calendars.long", row={"time_zone": "Asia/Ulaanbaatar"}),
        Change(op="add", address="shifts.long", row={"calendar": "long", "opens": "06:00", "closes": "24:00"}),
        Change(op="close", address="calendars.long", first_day="2023-07-11"),
    ]
    results = [apply(erenhot(), order) for order in itertools.islice(itertools.permutations(changes), 0, None, 13)]
    assert all(result == results[0] for result in results)
    assert results[0].facilities["bay"].calendar == "long"


@pytest.mark.parametrize(
    "wrong",
    [
        {"op": "set"},
        {"op": "raise", "value": 1},
        {"op": "scale", "value": "twice"},
        {"op": "add"},
        {"op": "add", "value": 1, "row": {}},
        {"op": "add", "value": True},
        {"op": "remove", "value": 1},
        {"op": "close"},
        {"op": "close", "first_day": "2023-05-03", "last_day": "2023-05-01"},
        {"op": "close", "first_day": "2023-05-03", "servers_share": 1.5},
        {"op": "set", "value": float("nan")},
        {"op": "set", "value": [1]},
        {"op": "set", "value": 1, "amount": 1},
    ],
)
def test_a_change_says_what_its_kind_needs_and_nothing_else(wrong: dict[str, Any]):
    with pytest.raises(ValidationError):
        Change(address="facilities.bay.servers", **wrong)


SECOND_CRANE = """\
id: second_crane
title_en: A second gantry crane at Erenhot
title_zh: 二连浩特第二台门吊
measure: M04
article: "23"
opening_date: 2027-05-01
price_year: 2025
capital_musd: {value: 12, low: 8, high: 20, grade: assumed, source: U019}
yearly_musd:
  value: 0.5
  low: 0.3
  high: 0.8
  grade: assumed
  source: share of the works
relieves: [bay]
changes:
  - {op: add, address: facilities.bay.servers, value: 1}
  - op: set
    address: shifts.day_hours.closes
    value: 22:00
  - op: close
    address: ports.erenhot
    first_day: 2027-04-01
    last_day: 2027-04-03
"""


def written(tmp_path: Path, text: str, name: str = "second_crane.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_proposal_from_its_file(tmp_path: Path):
    crane = proposals.load_proposal(written(tmp_path, "\ufeff" + SECOND_CRANE))
    assert crane.title_zh == "二连浩特第二台门吊"
    assert crane.opening_date == date(2027, 5, 1)
    assert crane.capital_musd == Estimate(value=12, low=8, high=20, grade="assumed", source="U019")
    assert {change.origin for change in crane.changes} == {"second_crane"}
    changed = apply(erenhot(), crane.changes)
    assert changed.facilities["bay"].servers == 3
    assert changed.shifts["day_hours"].closes == "22:00"  # and not 1320, which YAML 1.1 would make of it
    assert list(changed.closures) == ["erenhot_20270401_20270403"]
    assert proposals.check_proposal(erenhot(), crane) == []


def test_what_is_written_is_what_is_read(tmp_path: Path):
    crane = proposals.load_proposal(written(tmp_path, SECOND_CRANE))
    assert proposals.load_proposal(written(tmp_path, proposals.to_yaml(crane))) == crane
    sliders = Scenario(
        id="sliders",
        title_zh="滑块",
        proposals=("second_crane",),
        changes=proposals.from_settings(
            ["facilities.yard.servers=*1.5", "facilities.bay.calendar=", "shifts.day_hours.opens=06:00"]
        ),
        start=date(2023, 1, 1),
        days=30,
    )
    text = proposals.to_yaml(sliders)
    assert "滑块" in text
    again = proposals.load_scenario(written(tmp_path, text, "sliders.yaml"))
    assert apply(erenhot(), again.changes) == apply(erenhot(), sliders.changes)
    assert (again.start, again.days, again.warmup_days) == (date(2023, 1, 1), 30, None)


def test_a_scenario_is_its_proposals_and_its_own_changes(tmp_path: Path):
    written(tmp_path, SECOND_CRANE)
    known = proposals.load_proposals(tmp_path)
    text = (
        "id: busy\nproposals: [second_crane]\nchanges: [{op: scale, address: services.express.per_day, value: 1.5}]\n"
    )
    busy = proposals.load_scenario(written(tmp_path, text, "busy.yaml"))
    changes = proposals.changes_of(busy, known)
    assert [change.origin for change in changes] == ["second_crane"] * 3 + ["busy"]
    assert apply(erenhot(), changes).services["express"].per_day == 6
    with pytest.raises(DataError) as error:
        proposals.changes_of(Scenario(id="s", proposals=("second_krane", "x")), known)
    assert [finding.nearest for finding in error.value.findings] == ["second_crane", ""]


def test_every_mistake_in_a_file_has_its_line(tmp_path: Path):
    text = (
        SECOND_CRANE.replace("measure:", "mesure:").replace("high: 20", "high: 10").replace("value: 0.5", "value: half")
    )
    text = text.replace("first_day: 2027-04-01", "first_day: someday").replace("title_en:", "title_en: x\ntitle_en:")
    with pytest.raises(DataError) as error:
        proposals.load_proposal(written(tmp_path, text))
    lines = text.splitlines()
    answer = {finding.column: finding for finding in error.value.findings}
    for finding in error.value.findings:
        assert finding.file == "second_crane.yaml"
    assert answer["mesure"].nearest == "measure"
    assert lines[answer["mesure"].row - 1].startswith("mesure")
    assert lines[answer["capital_musd"].row - 1].startswith("capital_musd")
    assert lines[answer["yearly_musd.value"].row - 1].strip() == "value: half"
    assert lines[answer["changes.2.first_day"].row - 1].strip() == "first_day: someday"
    assert answer["title_en"].row == 3
    assert len(answer) == 5


def test_a_key_that_is_left_out_is_named_in_plain_words(tmp_path: Path):
    file = tmp_path / "short.yaml"
    file.write_text("id: short\nchanges:\n  - {op: set, value: 3}\n", encoding="utf-8")
    with pytest.raises(DataError) as answer:
        proposals.load_proposal(file)
    missing = {f.column: f.code for f in answer.value.findings}
    assert missing["changes.0.address"] == "yaml.missing_key"
    assert missing["title_en"] == "yaml.missing_key"


def test_week_days_of_a_closure_are_read_as_in_tables(tmp_path: Path):
    begins = "op: close, address: ports.ceke, first_day: 2023-08-01, last_day: 2023-08-31, weekdays"
    text = f"id: s\nchanges:\n  - {{{begins}: Sunday}}\n  - {{{begins}: 7}}\n  - {{{begins}: Sat;Sun}}\n"
    with pytest.raises(DataError) as error:
        proposals.load_scenario(written(tmp_path, text))
    assert [(f.column, f.row, f.found, f.code) for f in error.value.findings] == [
        ("changes.0.weekdays", 3, "Sunday", "change.weekdays"),
        ("changes.1.weekdays", 4, "7", "change.weekdays"),
    ]


def test_a_misspelt_key_inside_a_list_has_its_nearest_name(tmp_path: Path):
    with pytest.raises(DataError) as error:
        proposals.load_scenario(written(tmp_path, "id: s\nchanges:\n  - op: remove\n    adress: links.x\n"))
    assert {(f.column, f.row, f.nearest) for f in error.value.findings} == {
        ("changes.0.adress", 4, "address"),
        ("changes.0.address", 3, ""),
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("- a\n- b\n", 1),
        ("id: x\n  title: y\n", 2),
        ("id: [x\n", 1),
        ("a: &a 1\nb: *a\n", 2),
        ("a: &a [*a]\n", 1),
        ("id: !!int abc\n", 1),
        ("a: !!python/object:os.system {}\n", 1),
        ("[" * 3000, None),
    ],
)
def test_a_file_that_is_no_such_yaml_is_a_finding_and_no_traceback(tmp_path: Path, text: str, line: int | None):
    with pytest.raises(DataError) as error:
        proposals.load_scenario(written(tmp_path, text))
    (finding,) = error.value.findings
    assert (finding.file, finding.row) == ("second_crane.yaml", line)


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path):
    with pytest.raises(DataError, match=r"file\.unreadable"):
        proposals.load_proposal(tmp_path / "none.yaml")
    path = tmp_path / "gb.yaml"
    path.write_bytes("id: 满洲里".encode("gb18030"))
    with pytest.raises(DataError, match=r"yaml\.not_utf8"):
        proposals.load_proposal(path)


def test_all_files_of_a_folder_are_told_at_once(tmp_path: Path):
    written(tmp_path, SECOND_CRANE, "third_crane.yaml")
    written(tmp_path, "id: empty\n", "empty.yaml")
    with pytest.raises(DataError) as error:
        proposals.load_proposals(tmp_path)
    assert {finding.file for finding in error.value.findings} == {"empty.yaml", "third_crane.yaml"}
    assert {finding.code for finding in error.value.findings} == {"yaml.missing_key", "proposal.file_name"}
    assert proposals.load_proposals(tmp_path / "nowhere") == {}


def test_a_proposal_names_what_it_relieves():
    crane = Proposal(
        id="crane",
        title_en="Crane",
        title_zh="门吊",
        measure="M04",
        article="23",
        changes=(parse_setting("facilities.bay.servers=+1"),),
        relieves=("bays", "jining_border", "wagon_sets"),
    )
    (finding,) = proposals.check_proposal(erenhot(), crane)
    assert (finding.file, finding.found, finding.nearest) == ("crane.yaml", "bays", "bay")
    lost = crane.model_copy(update={"changes": (parse_setting("facilities.bey.servers=+1"),)})
    assert [finding.nearest for finding in proposals.check_proposal(erenhot(), lost)] == ["bay"]


def test_costs_have_their_price_year():
    with pytest.raises(ValidationError, match="price_year"):
        Proposal(
            id="x",
            title_en="x",
            title_zh="x",
            measure="M1",
            article="1",
            changes=(parse_setting("a.b.c=1"),),
            capital_musd=Estimate(value=1, low=1, high=1, grade="assumed", source="s"),
        )
