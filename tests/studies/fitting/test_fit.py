"""A made-up log from end to end: the numbers by which it was made, the scenario, the check, and what is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from corridors.io.tables import save
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.proposals import Scenario, load_scenario
from corridors.records.cleaning import clean
from corridors.records.mapping import RecordMap, load_map
from corridors.records.reading import read_log
from corridors.records.visits import Visits
from sim.studies.fitting.causes import cause_of_dwell
from sim.studies.fitting.demand import shut_before, way_to_log, weights_of_days
from sim.studies.fitting.fitting import Fit, fit
from sim.studies.fitting.overlay import over, scenario
from sim.studies.fitting.own_hours import week_of_world
from sim.studies.fitting.replaying import check, split
from tests.conftest import Told
from tests.helpers.gate_logs import HEAD, LANE, at, regular, visits
from tests.helpers.small_border import small_border
from tests.helpers.synthetic_logs import DRIFT, EXAMPLE, MAKER, TRUE, TRUTH, checked, fails_with_drift, outcome, read
from tests.helpers.synthetic_logs import world as shipped_world
from tests.helpers.worlds import duration, facility, itinerary, link, place, service, step, world

Bridgehead = Callable[..., Told]


def example() -> tuple[Visits, RecordMap, Corridor]:
    corridor = shipped_world()
    found = load_map(EXAMPLE / "gate_log.yaml", corridor)
    return clean([read_log(EXAMPLE / "gate_log.csv", found.form, found.columns)], found, corridor), found, corridor


def test_the_example_is_what_its_maker_makes() -> None:
    made = MAKER["made_up"](TRUTH, MAKER["WEEKS"], MAKER["SEED"])
    assert (EXAMPLE / "gate_log.csv").read_bytes() == made.content()


def test_the_fit_finds_the_numbers_by_which_the_log_was_made() -> None:
    made_visits, found, corridor = example()
    made = fit(made_visits, found, corridor)
    written = made.by_address()
    assert set(TRUE) <= set(written)
    for address, truth in TRUE.items():
        one = written[address]
        assert one.low <= float(one.value) <= one.high
        assert float(one.value) == pytest.approx(truth, rel=0.25), address
    assert written["facilities.erenhot_road_in.servers"].value == TRUTH.lanes
    bays = next(one for one in made.estimates if one.address == "facilities.erenhot_road_inspection.servers")
    assert bays.low <= TRUTH.bays  # At least so many; hardly a truck waits for a bay.
    assert written["durations.truck_ern_in_gate_own.distribution"].value == "gamma"
    hours = next(one for one in made.estimates if one.address == "facilities.erenhot_road_in.calendar")
    assert (hours.value, hours.written) == ("Mon-Sun 08:00-18:00", False)
    assert "few_ends" not in {word.code for one in made.written() for word in one.words}


def test_damages_are_named_by_their_rule_and_sound_rows_are_left_alone() -> None:
    made = MAKER["made_up"](TRUTH, MAKER["WEEKS"], MAKER["SEED"])
    made_visits, _, _ = example()
    named = {(line, rule) for _, line, _, rule, *_ in made_visits.ledger.rows}
    missed = [one for one in made.damages if one not in named]
    assert len(missed) <= 0.01 * len(made.damages), missed
    damaged = {line for line, _ in made.damages}
    harmed = {
        line for _, line, _, _, _, _, done, _ in made_visits.ledger.rows if done == "dropped" and line not in damaged
    }
    assert len(harmed) <= 0.005 * made_visits.records


def test_the_scenario_is_accepted_measured_and_of_one_source(bridgehead: Bridgehead, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = bridgehead(
        *("fit", EXAMPLE / "gate_log.csv", "--map", EXAMPLE / "gate_log.yaml", "--out", out),
        *("--json", tmp_path / "fit.json", "--report", tmp_path / "fit.html"),
    )
    assert answer.status == 0, answer.err
    # Its last two weeks had 49.6 trucks a day and the ten before 44.4: outside of 5%, and within the sampling error.
    assert "The fit can be used. In 2 weeks that it has not seen it is outside of the limits of the check" in answer.out
    assert "no more than sampling error alone may put it there in so few days" in answer.out
    assert "vehicles per day -10.5%." in answer.out
    assert "does not use" not in answer.out
    assert "has no arrivals" not in answer.out
    checked = bridgehead("check", out / "fit.yaml")
    assert checked.status == 0, checked.err
    assert "warning" not in checked.err, checked.err
    overlay = load_scenario(out / "fit.yaml")
    changed = apply(shipped_world(), overlay.changes)
    assert changed.durations["truck_ern_in_gate_own"].grade == "measured"
    assert changed.assumptions["services.truck_ern_in.per_day"].grade == "measured"
    document = json.loads((tmp_path / "fit.json").read_text(encoding="utf-8"))
    assert document["agrees"] is False
    assert {one["measure"]: one["within_error"] for one in document["check"] if not one["agrees"]} == {"per_day": True}
    strict = bridgehead("fit", EXAMPLE / "gate_log.csv", "--map", EXAMPLE / "gate_log.yaml", "--out", out, "--strict")
    assert strict.status == 1
    outputs = [tmp_path / "fit.json", tmp_path / "fit.html", *out.iterdir()]
    assert {one.name for one in outputs} >= {"fit.yaml", "fit.csv", "check.csv", "cleaning.csv"}
    for file in outputs:
        text = file.read_text(encoding="utf-8-sig")
        assert "蒙A" not in text, file  # No id of a vehicle leaves the machine.
        assert "made up like the log" not in text, file  # Nor the salt.


def test_outputs_do_not_replace_the_log_or_the_map(bridgehead: Bridgehead, tmp_path: Path) -> None:
    log, lane = tmp_path / "cleaning.csv", tmp_path / "fit.yaml"
    log.write_bytes((EXAMPLE / "gate_log.csv").read_bytes())
    lane.write_bytes((EXAMPLE / "gate_log.yaml").read_bytes())
    answer = bridgehead("fit", log, "--map", lane, "--out", tmp_path)
    assert (answer.status, answer.out) == (2, "")
    assert log.read_bytes() == (EXAMPLE / "gate_log.csv").read_bytes()
    assert lane.read_bytes() == (EXAMPLE / "gate_log.yaml").read_bytes()


def test_a_map_without_a_secret_salt_is_said(bridgehead: Bridgehead, tmp_path: Path) -> None:
    """A first map has the salt 'change me', which anybody can try; the warning about it was left out."""
    text = (EXAMPLE / "gate_log.yaml").read_text(encoding="utf-8")
    (tmp_path / "map.yaml").write_text(text.replace("made up like the log", "change me"), encoding="utf-8")
    for lane, said in ((EXAMPLE / "gate_log.yaml", False), (tmp_path / "map.yaml", True)):
        answer = bridgehead("fit", EXAMPLE / "gate_log.csv", "--map", lane, "--out", tmp_path / "out")
        assert answer.status == 0, answer.err
        assert ("hashed without a secret" in answer.err) is said


def test_a_log_with_other_lanes_in_its_second_half_fails_the_check() -> None:
    """Twice the lanes from the middle on, in the weeks that are held out as well; the cause is the servers."""
    assert fails_with_drift(5)
    whole = read(MAKER["made_up"](DRIFT, 12, 5).content())
    assert [one.cause for one in checked(whole, 2, 5) if one.measure == "dwell_min"] == ["servers"]


def test_causes_are_told_apart_by_the_vehicles_that_are_wrong() -> None:
    """A hundred that wait 10 min for a work of 10; a third of them came to a shut gate."""
    observed, shut = np.full(90, 20.0), np.arange(90) < 30
    work = np.full(90, 10.0)
    assert cause_of_dwell(observed, observed + 5, shut, work, 13.0) == "work"
    assert cause_of_dwell(observed, observed + 5, shut, work, 10.0) == "servers"
    assert cause_of_dwell(observed, observed + np.where(shut, 15.0, 0.0), shut, work, 10.0) == "hours"
    assert cause_of_dwell(observed, observed + np.where(shut, 15.0, -7.5), shut, work, 10.0) == "shape"
    assert cause_of_dwell(observed, observed - 5, np.zeros(90, bool), np.full(90, np.nan), 10.0) == "servers"


def busy_days(days: int, spans: Callable[[int], list[tuple[float, float]]], every: float = 4) -> list[str]:
    """Rows of different trucks that are served at once, every so many minutes of the spans (minutes) of each day."""
    rows = []
    for day in range(days):
        for first, end in spans(day):
            for k in range(int((end - first) / every)):
                minute = day * 1440 + first + k * every
                rows.append(f"A{len(rows):06d},{at(minute)},{at(minute)},{at(minute + 3)}")
    return rows


def test_opening_hours_are_written_where_they_are_sharp_and_others_than_those_of_the_world(tmp_path: Path) -> None:
    """The lanes work from 09:00 to 17:00 but on Sundays; the world has 08:00 to 12:00 and 13:00 to 20:00."""

    def spans(day: int) -> list[tuple[float, float]]:
        return [] if day % 7 == 6 or day == 17 else [(540, 1020)]

    # Every day one comes at noon where the lanes are shut, else after closing, and waits for the next open morning.
    rows = busy_days(56, spans)
    for day in range(54):
        opens = next(day * 1440 + n * 1440 for n in (1, 2, 3) if spans(day + n))
        come = day * 1440 + (1022 if spans(day) else 700)
        rows.append(f"S{day},{at(come)},{at(opens + 541)},{at(opens + 544)}")
    of_shares = small_border()
    shifts = {id: replace(row, servers_share=1.0) for id, row in of_shares.shifts.items()}
    border, whole = replace(of_shares, shifts=shifts), visits(tmp_path, rows)
    found = load_map(tmp_path / "map.yaml", border)
    made = fit(whole, found, border)
    (hours,) = [one for one in made.estimates if one.address == "facilities.lanes.calendar"]
    assert (hours.written, hours.value) == (True, "Mon-Sat 09:00-17:00; Sun -")
    assert [dict(word.params)["names"] for word in hours.words if word.code == "closed_days"] == [("2026-03-19",)]
    changed = apply(border, scenario(made, whole, found, border).changes)
    assert (week_of_world("lanes", whole, changed) == made.hours["lanes"].found.week()).all()
    assert changed.facilities["lanes"].calendar == "lanes_hours_own"
    assert [one.holiday for one in changed.holidays.values() if one.calendar == "lanes_hours_own"] == [
        "National Festival"
    ]
    assert {one.grade for one in changed.shifts.values() if one.calendar == "lanes_hours_own"} == {"measured"}
    assert over_a_fit(whole, found, scenario(made, whole, found, border), border) == changed
    # Later they work to 18:00, also on Sundays: the calendar of the first fit has these hours and no others.
    later = visits(
        tmp_path,
        busy_days(56, lambda day: [(540, 1080)])
        + [f"S{day},{at(day * 1440 + 1082)},{at(day * 1440 + 1981)},{at(day * 1440 + 1984)}" for day in range(54)],
    )
    moved = over_a_fit(later, found, scenario(made, whole, found, border), border)
    assert (week_of_world("lanes", later, moved) == fit(later, found, changed).hours["lanes"].found.week()).all()
    assert moved.facilities["lanes"].calendar == "lanes_hours_own"
    assert {(one.opens, one.closes) for one in moved.shifts.values() if one.calendar == "lanes_hours_own"} == {
        ("09:00", "18:00")
    }
    assert moved.holidays == changed.holidays
    # Where another place has taken over the calendar of the first fit, that one stays.
    tracks = replace(changed.facilities["tracks"], calendar="lanes_hours_own")
    taken = replace(changed, facilities={**changed.facilities, "tracks": tracks})
    apart = apply(taken, scenario(fit(later, found, taken), later, found, taken).changes)
    assert apart.facilities["lanes"].calendar == "lanes_hours_own_own"
    assert (week_of_world("tracks", later, apart) == made.hours["lanes"].found.week()).all()
    assert (week_of_world("lanes", later, apart) == week_of_world("lanes", later, moved)).all()
    # Fitted again over the world with these hours, they are those of the world.
    again = fit(whole, found, changed)
    (same,) = [one for one in again.estimates if one.address == "facilities.lanes.calendar"]
    assert (same.written, same.words[-1].code) == (False, "hours_same")
    # Where no truck waits while they are shut, the lanes may rest as none come.
    none = visits(tmp_path, busy_days(56, spans) + [f"S{day},{at(day * 1440)},," for day in range(0, 54, 6)])
    (idle,) = [one for one in fit(none, found, border).estimates if one.address == "facilities.lanes.calendar"]
    assert (idle.written, idle.words[-1].code) == (False, "hours_of_others")
    # In the afternoon two thirds of the servers are at work, which starts alone do not show.
    (part,) = [one for one in fit(whole, found, of_shares).estimates if one.address == "facilities.lanes.calendar"]
    assert (part.written, part.words[-1].code) == (False, "hours_of_shares")


def test_hours_of_little_traffic_are_listed_and_not_written(tmp_path: Path) -> None:
    """Three trucks a day between 09:00 and 17:00: nothing says that the lanes are shut at 08:45."""

    def spans(day: int) -> list[tuple[float, float]]:
        return [
            (540 + 37 * day % 160, 541 + 37 * day % 160),
            (720, 721),
            (1000 - 23 * day % 140, 1001 - 23 * day % 140),
        ]

    made = fitted(tmp_path, LANE, busy_days(60, spans, 1))
    found = [one for one in made.estimates if one.address == "facilities.lanes.calendar"]
    assert [(one.written, one.words[-1].code) for one in found] == [(False, "hours_not_sharp")]


def test_weights_of_weekdays_are_written_and_the_rate_is_that_of_a_mean_day(tmp_path: Path) -> None:
    """Twelve a day, and 36 on Mondays, when ore comes to the log straight from its origin."""

    def spans(day: int) -> list[tuple[float, float]]:
        return [(480, 480 + (36 if day % 7 == 0 else 12) * 10)]

    lane = LANE.replace("service: shuttle", "service: ore").replace("shuttle.lane", "import.origin")
    lane += "arrivals: {of: ore, counted_at: joins_queue}\n"
    made = fitted(tmp_path, lane, busy_days(70, spans, 10))
    written = made.by_address()
    weights = [float(one) for one in str(written["profiles.ore_weekdays_own.weights"].value).split(";")]
    assert weights[0] == max(weights)
    assert max(weights[1:]) == pytest.approx(min(weights[1:]), rel=0.05)
    border, whole = small_border(), visits(tmp_path, busy_days(70, spans, 10), lane=lane)
    changed = apply(border, scenario(made, whole, load_map(tmp_path / "map.yaml", border), border).changes)
    ore = changed.services["ore"]
    assert changed.profiles[ore.profile_week].kind == "weekday"
    expected = ore.per_day * weights_of_days(ore, whole.exposed_days, changed)
    assert expected.sum() == pytest.approx(len(whole.frame) * len(whole.exposed_days) / 70, rel=0.05)
    monday = whole.exposed_days % 7 == 4  # Day 4 of 1970 was one.
    assert expected[monday].mean() > 2 * expected[~monday].mean()  # Less than three times: ten weeks are few.
    found = load_map(tmp_path / "map.yaml", border)
    # A second fit has the same ids: it was refused, as they were taken.
    assert over_a_fit(whole, found, scenario(made, whole, found, border), border) == changed
    services = {**changed.services, "express": replace(changed.services["express"], profile_week=ore.profile_week)}
    shared = replace(changed, services=services)
    half = visits(tmp_path, busy_days(70, lambda day: [(480, 600)], 10), lane=lane)
    apart = apply(shared, scenario(fit(half, found, shared), half, found, shared).changes)
    assert apart.profiles[ore.profile_week] == changed.profiles[ore.profile_week]


def test_hours_of_a_place_behind_others_are_theirs_and_not_written(tmp_path: Path) -> None:
    """Ore comes to customs by train paths: at what hours it does so is theirs, and no demand at the mine."""

    def spans(day: int) -> list[tuple[float, float]]:
        return [(480, 960)]

    lane = LANE.replace("service: shuttle", "service: ore").replace("shuttle.lane", "import.customs")
    made = fitted(tmp_path, lane + "arrivals: {of: ore, counted_at: joins_queue}\n", busy_days(28, spans, 30))
    (hours,) = [one for one in made.estimates if one.address == "profiles.ore_hours_own.weights"]
    assert (hours.written, hours.words[-1].code) == (False, "behind")
    assert "crossing" in dict(hours.words[-1].params)["names"]
    assert "services.ore.per_day" in made.by_address()


def test_places_with_opening_hours_on_the_way_to_a_log_are_named() -> None:
    """The made-up gate of the shipped world is behind lanes that are shut at night; that of its world is not."""
    _, found, corridor = example()
    assert shut_before(found, corridor, date(2026, 1, 5)) == ("zamynuud_road_out",)
    gate = load_corridor(EXAMPLE / "made_up_gate")
    own = load_map(EXAMPLE / "made_up_gate" / "records" / "gate_log.yaml", gate)
    assert shut_before(own, gate, date(2026, 1, 5)) == ()


def test_hours_of_arrivals_are_those_at_the_origin_earlier_by_the_drive(tmp_path: Path) -> None:
    """Trucks join the queue from 10:00 to 12:00, two hours from the mine: they left it from 08:00 to 10:00."""
    road = world(
        place("mine"),
        place("border", country="MN"),
        link("mine", "border", "road", 120.0),
        facility("lanes", 9),
        duration("papers", 3.0),
        itinerary(
            "way",
            step("mark", step="origin", place="mine"),
            step("travel", step="drive", place="border", mode="road"),
            step("serve", step="lane", facility="lanes", duration="papers"),
        ),
        service("trucks", "way", 24.0),
    )
    (tmp_path / "log.csv").write_text("\n".join([HEAD, *busy_days(20, lambda day: [(600, 720)], 8)]), encoding="utf-8")
    lane = LANE.replace("service: shuttle", "service: trucks").replace("shuttle.lane", "way.lane")
    (tmp_path / "map.yaml").write_text(lane + "arrivals: {of: trucks, counted_at: joins_queue}\n", encoding="utf-8")
    found = load_map(tmp_path / "map.yaml", road)
    way = way_to_log(road.services["trucks"], found, road, date(2026, 3, 2))
    assert (way.drive_s, way.behind) == (7200, ())
    whole = clean([read_log(tmp_path / "log.csv", found.form, found.columns)], found, road)
    weights = str(fit(whole, found, road).by_address()["profiles.trucks_hours_own.weights"].value).split(";")
    busy = [hour for hour, weight in enumerate(weights) if float(weight) > 1]
    assert busy == [8, 9]


def over_a_fit(log: Visits, found: RecordMap, below: Scenario, border: Corridor) -> Corridor:
    """The world of a fit over that of an earlier one: the same by the second overlay and by both as one scenario."""
    changed = apply(border, below.changes)
    again = scenario(fit(log, found, changed), log, found, changed)
    made = apply(changed, again.changes)
    both = over(below, again)
    assert apply(border, both.changes, both.in_order) == made
    return made


def fitted(folder: Path, lane: str, rows: list[str], head: str = HEAD) -> Fit:
    (folder / "map.yaml").write_text(lane, encoding="utf-8")
    border = small_border()
    return fit(visits(folder, rows, head, lane), load_map(folder / "map.yaml", border), border)


def test_counts_at_the_gate_are_no_demand(tmp_path: Path) -> None:
    lane = LANE.replace("service: shuttle", "service: ore").replace("shuttle.lane", "import.customs")
    rows = [
        row
        for day in range(20)
        for row in regular(20, every=60)
        for row in [row.replace("2026-03-02", f"2026-03-{day + 1:02d}").replace("A0", f"A{day}")]
    ]
    made = fitted(tmp_path, lane + "arrivals: {of: ore, counted_at: gate}\n", rows)
    (rate,) = [one for one in made.estimates if one.address == "services.ore.per_day"]
    assert (rate.written, rate.words[-1].code) == (False, "throughput")
    demand = fitted(tmp_path, lane + "arrivals: {of: ore, counted_at: joins_queue}\n", rows)
    assert "services.ore.per_day" in demand.by_address()


def test_arrivals_of_a_log_with_ends_alone_are_checked_against_the_same_arrivals(tmp_path: Path) -> None:
    """The fit takes the end where nothing earlier is known; the check left such visits out and found none.

    In March half of the ore of a mean month comes: the year has 40 a day, the weeks that are held out have 20.
    """
    lane = LANE.replace("service: shuttle", "service: ore").replace("shuttle.lane", "import.customs")
    lane = lane.replace("arrived: arrived, started: started, ", "") + "arrivals: {of: ore, counted_at: joins_queue}\n"
    rows = [
        row.replace("2026-03-02", f"2026-03-{day + 1:02d}").replace("A0", f"A{day}")
        for day in range(28)
        for row in regular(20, every=60)
    ]
    before, after = split(visits(tmp_path, rows, lane=lane), 1)
    border = small_border()
    found = load_map(tmp_path / "map.yaml", border)
    made = fit(before, found, border)
    compared = check(made, after, found, border)
    [rate] = [one for one in compared if one.measure == "per_day"]
    assert (rate.observed, rate.fitted) == (20.0, pytest.approx(20.0))


def test_a_log_of_days_on_which_the_world_has_no_traffic_says_so(tmp_path: Path) -> None:
    """The world has none in March, and three weeks give no weights of months: no rate is right."""
    lane = LANE.replace("service: shuttle", "service: ore").replace("shuttle.lane", "import.customs")
    whole = visits(tmp_path, busy_days(21, lambda day: [(480, 960)], 30), lane=lane)
    (tmp_path / "map.yaml").write_text(lane + "arrivals: {of: ore, counted_at: joins_queue}\n", encoding="utf-8")
    border = small_border()
    idle = replace(border.profiles["seasons"], weights="1;1;0;1;1;1;1;1;1;1;1;2")
    border = replace(border, profiles={**border.profiles, "seasons": idle})
    made = fit(whole, load_map(tmp_path / "map.yaml", border), border)
    [rate] = [one for one in made.estimates if one.address == "services.ore.per_day"]
    assert (rate.written, rate.words[-1].code) == (False, "no_weight")


def test_a_journey_that_a_log_has_on_several_ways_counts_once(tmp_path: Path) -> None:
    """Each train is seen on both lines: their shares added up to more than 1, and the last of three was negative."""
    border = small_border()
    third = replace(border.alternatives["line_to_east"], id="line_to_plain", itinerary="to_plain")
    steps = {f"to_plain.{step.step}": replace(step, itinerary="to_plain") for step in border.steps("to_east")}
    border = replace(
        border,
        alternatives={**border.alternatives, "line_to_plain": third},
        itineraries={**border.itineraries, **steps},
    )
    names = ("east", "north", "plain")
    lane = LANE[: LANE.index("steps:")].replace("service: shuttle", "service: express") + "steps:\n"
    lane += "".join(
        f"  - {{step: to_{name}.{'east' if name == 'plain' else name}, started: {name}, finished: {name}_end}}\n"
        for name in names
    )
    rows = []
    for k in range(20 * 9):
        spans = [at(k // 9 * 1440 + k % 9 * 120 + minute) for minute in (0, 20, 30, 50, 60, 80)]
        rows.append(",".join([f"T{k:04d}", *spans]))
    (tmp_path / "map.yaml").write_text(lane, encoding="utf-8")
    (tmp_path / "log.csv").write_text(
        "\n".join(["plate," + ",".join(f"{name},{name}_end" for name in names), *rows]), encoding="utf-8"
    )
    found = load_map(tmp_path / "map.yaml", border)
    made = fit(clean([read_log(tmp_path / "log.csv", found.form, found.columns)], found, border), found, border)
    shares = [float(one.value) for one in made.estimates if one.address.startswith("alternatives.")]
    assert len(shares) == 3
    assert min(shares) == 0
    assert sum(shares) == pytest.approx(1, abs=1e-9)


def test_shares_of_a_choice_are_those_of_the_journeys_and_add_up_to_one(bridgehead: Bridgehead, tmp_path: Path) -> None:
    """Of three trains one goes east, day by day; the world has one of four."""
    lane = LANE.replace("service: shuttle", "service: express").replace("layout: wide", "")
    steps = lane.index("steps:")
    lane = lane[:steps] + (
        "steps:\n"
        "  - {step: to_north.north, started: north, finished: north_end}\n"
        "  - {step: to_east.east, started: east, finished: east_end}\n"
    )
    rows = []
    for k in range(20 * 9):
        begin, end = at(k // 9 * 1440 + k % 9 * 60), at(k // 9 * 1440 + k % 9 * 60 + 120)
        rows.append(f"T{k:04d},,,{begin},{end}" if k % 3 == 0 else f"T{k:04d},{begin},{end},,")
    made = fitted(tmp_path, lane, rows, head="plate,north,north_end,east,east_end")
    shares = {one.address: one for one in made.estimates if one.address.startswith("alternatives.")}
    assert {address: one.value for address, one in shares.items()} == {
        "alternatives.line_to_east.share": pytest.approx(1 / 3, abs=1e-5),
        "alternatives.line_to_north.share": pytest.approx(2 / 3, abs=1e-5),
    }
    assert sum(float(one.value) for one in shares.values()) == pytest.approx(1, abs=1e-9)
    assert all(one.written and one.low < float(one.value) < one.high for one in shares.values())
    (tmp_path / "log.csv").write_text("\n".join(["plate,north,north_end,east,east_end", *rows]), encoding="utf-8")
    save(small_border(), tmp_path / "world")
    told = bridgehead(
        *("fit", tmp_path / "log.csv", "--map", tmp_path / "map.yaml", "--out", tmp_path / "out"),
        *("--data", tmp_path / "world"),
    )
    assert told.status == 0, told.err
    assert re.search(r"East mine +share", told.out)
    checked = bridgehead("check", tmp_path / "out" / "fit.yaml", "--data", tmp_path / "world")
    assert "choice.share_sum" not in checked.err


def test_servers_of_a_place_with_other_traffic_are_refused_and_durations_kept(tmp_path: Path) -> None:
    """Customs serves export, too, which this log does not have."""
    lane = LANE.replace("service: shuttle", "service: ore").replace("shuttle.lane", "import.customs")
    made = fitted(tmp_path, lane, regular(60, work=11))
    assert "durations.import_customs_own.mean_min" in made.by_address()
    (servers,) = [one for one in made.estimates if one.address == "facilities.customs.servers"]
    assert (servers.written, servers.words[-1].code) == (False, "other_traffic")


def test_a_fit_to_some_days_in_the_world_of_a_scenario(bridgehead: Bridgehead, tmp_path: Path) -> None:
    """Work takes 3 min in the first three weeks and 6 min after them; the scenario has one lane more."""
    rows = busy_days(42, lambda day: [(540, 1020)])
    slow = [row if n < len(rows) / 2 else _three_more(row) for n, row in enumerate(rows)]
    (tmp_path / "log.csv").write_text("\n".join([HEAD, *slow]), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(LANE, encoding="utf-8")
    save(small_border(), tmp_path / "world")
    text = "id: more\ntitle_en: More\ntitle_zh: 多\nchanges:\n"
    text += "  - {op: set, address: facilities.lanes.servers, value: 4}\n"
    (tmp_path / "more.yaml").write_text(text, encoding="utf-8")
    asked = ("fit", tmp_path / "log.csv", "--map", tmp_path / "map.yaml", "--data", tmp_path / "world")
    asked += ("--out", tmp_path / "out", "--hold-out-weeks", "0", "--json", "-")

    def mean(*more: object) -> float:
        told = bridgehead(*asked, *more)
        assert told.status == 0, told.err
        of = {one["address"]: one["value"] for one in json.loads(told.out)["estimates"]}
        return float(of["durations.weighing.mean_min"])

    assert mean() == pytest.approx(4.5, abs=0.1)
    assert mean("--to", "2026-03-22") == 3
    assert mean("--from", "2026-03-23", "--scenario", tmp_path / "more.yaml") == 6
    overlay = load_scenario(tmp_path / "out" / "fit.yaml")
    changed = apply(small_border(), overlay.changes, overlay.in_order)
    assert (changed.facilities["lanes"].servers, changed.durations["weighing"].mean_min) == (4, 6)
    for more in (("--from", "2026-04-01", "--to", "2026-03-01"), ("--to", "2025-01-01"), ("--from", "2027-01-01")):
        refused = bridgehead(*asked, *more)
        assert (refused.status, more[-2] in refused.err) == (2, True), refused.err


def _three_more(row: str) -> str:
    """The row with work of three minutes more."""
    plate, arrived, started, finished = row.split(",")
    later = datetime.fromisoformat(finished) + timedelta(minutes=3)
    return ",".join((plate, arrived, started, later.strftime("%Y-%m-%d %H:%M:%S")))


def test_starts_that_are_not_known_give_no_duration(tmp_path: Path) -> None:
    lane = LANE.replace("arrived: arrived, started: started, ", "")
    made = fitted(tmp_path, lane, regular(60))
    (mean,) = [one for one in made.estimates if one.address.endswith("mean_min")]
    assert (mean.written, mean.words[-1].code) == (False, "no_start")


@pytest.mark.slow
def test_intervals_hold_the_truth_in_logs_of_a_hundred_seeds() -> None:
    """Half a year each: numbers in their intervals, lanes, hours, distribution, check, and the ledger."""
    found = [outcome(seed) for seed in range(100)]
    held = {address: sum(one.held[address] for one in found) for address in TRUE}
    kinds = {name: sum(getattr(one, name) for one in found) for name in ("servers", "hours", "name", "agrees")}
    print(held, kinds)
    assert min(held.values()) >= 90
    assert sum(held.values()) >= 0.93 * len(found) * len(TRUE)
    assert (kinds["servers"] >= 90, kinds["hours"] >= 95, kinds["name"] >= 80, kinds["agrees"] >= 90) == (True,) * 4
    assert sum(one.unnamed for one in found) <= 0.01 * sum(one.damages for one in found)
    assert sum(one.harmed for one in found) <= 0.005 * sum(one.rows for one in found)


@pytest.mark.slow
def test_logs_with_other_lanes_in_their_second_half_fail_the_check_of_a_hundred_seeds() -> None:
    assert sum(fails_with_drift(seed) for seed in range(100)) >= 90
