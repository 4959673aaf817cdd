"""A single track with passing places, worked by hand, and a single track without them as before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from corridors.checks.capacity import links_have_capacity, offered
from corridors.checks.ordinary_week import OrdinaryWeek
from corridors.model import Corridor, link_of_paths
from corridors.single_tracks import KINDS, SECTION, lengths_km
from sim.compile.assembly import compile_plan
from sim.compile.detours import running_s
from sim.compile.single_tracks import centres, movements
from sim.core import rules
from sim.core.run_settings import RunSettings
from sim.core.trace import Trace
from sim.engines import simulate
from sim.kpi.facilities import link_table
from sim.kpi.waiting import waiting_by_cause
from sim.kpi.waiting_roots import waiting_by_root
from sim.studies.root_levers import PASSING_PLACE, Lever, levers, one_more
from sim.studies.saturation.load import offered_load
from tests.helpers.worlds import closure, departure, itinerary, link, place, service, step, world

SETTINGS = RunSettings(date(2023, 1, 2), 2)
H = 3600


def line(east: list[str], west: list[str], priority: int = 1, **of_link: Any) -> Corridor:
    """90 km at 30 km/h, three sections of an hour; departures of trains in either direction, in Beijing time."""
    declared = {"speed_kmh": 30.0, "tracks": 1, "passing_places": 2, **of_link}
    return world(
        [place("west"), place("east")],
        link("west", "east", length_km=90.0, **declared),
        itinerary("eastward", step("mark", place="west"), step("travel", step="go", place="east", mode="rail_1435")),
        itinerary("westward", step("mark", place="east"), step("travel", step="go", place="west", mode="rail_1435")),
        service("e", "eastward", len(east), arrivals="timetable"),
        service("w", "westward", len(west), arrivals="timetable", priority=priority),
        [departure(f"e{t}".replace(":", ""), "e", t, "Tue") for t in east],
        [departure(f"w{t}".replace(":", ""), "w", t, "Tue") for t in west],
    )


def runs(trace: Trace) -> list[tuple[str, list[float]]]:
    """Each train with the hours after the first departure at which it begins its sections and ends the last."""
    labels = trace.plan.labels
    travels = trace.plan.op_code[trace.op] == rules.TRAVEL
    first = int(trace.plan.vehicle_arrival_s.min())
    found = []
    for vehicle in np.unique(trace.vehicle).tolist():
        rows = np.flatnonzero(travels & (trace.vehicle == vehicle))
        times = [*trace.started_s[rows].tolist(), int(trace.finished_s[rows[-1]])]
        hours = [(time - first) / H for time in times]
        found.append((labels.service[trace.plan.vehicle_service[vehicle]], hours))
    return found


def of(corridor: Corridor) -> Trace:
    return simulate(compile_plan(corridor, SETTINGS))


def test_two_trains_meet_at_a_passing_place_and_one_waits_for_the_other() -> None:
    trace = of(line(["08:00"], ["08:30"]))
    # The middle section is the eastbound train's from 1 h on; the westbound one reaches place 2 at 1.5 h, and waits.
    assert runs(trace) == [("e", [0, 1, 2, 3]), ("w", [0.5, 2, 3, 4])]
    causes = waiting_by_cause(trace)
    assert [tuple(row) for row in causes[["at", "cause", "hours"]].to_numpy()] == [("west_east", "opposing_train", 0.5)]
    roots = waiting_by_root(trace)
    assert [tuple(row) for row in roots[["at", "root", "root_state", "hours"]].to_numpy()] == [
        ("west_east", "west_east", "travel", 0.5)
    ]
    table = link_table(trace).set_index("link").loc["west_east"]
    assert table.vehicles_per_day == 1.0  # Two trains in two days.
    assert table.utilisation == pytest.approx(2 / 48)
    assert table.mean_wait_h == pytest.approx(0.25)


def test_a_train_behind_waits_until_the_one_ahead_has_left_the_next_place() -> None:
    trace = of(line(["08:00", "08:10"], []))
    assert runs(trace) == [("e", [0, 1, 2, 3]), ("e", [1, 2, 3, 4])]
    assert dict(waiting_by_cause(trace)[["cause", "hours"]].to_numpy()) == pytest.approx({"train_ahead": 5 / 6})


def test_more_tracks_let_a_train_wait_at_the_place_of_the_train_ahead() -> None:
    # The westbound train goes first, so the first eastbound one waits at place 1 from 1 h to 2 h. A third track there
    # takes the second one; without it, this waits at the end of the line until the westbound train has left.
    two, three = (of(line(["08:00", "08:10"], ["08:00"], priority=0, passing_tracks=n)) for n in (2, 3))
    first, westbound = ("e", [0, 2, 3, 4]), ("w", [0, 1, 2, 3])
    assert runs(two) == [first, ("e", [3, 4, 5, 6]), westbound]
    assert runs(three) == [first, ("e", [1, 3, 4, 5]), westbound]


def test_without_passing_places_one_train_at_a_time_is_on_the_line() -> None:
    trace = of(line(["08:00"], ["08:30"], passing_places=0))
    assert runs(trace) == [("e", [0, 3]), ("w", [3, 6])]
    assert dict(waiting_by_cause(trace)[["cause", "hours"]].to_numpy()) == {"opposing_train": 2.5}


def test_paths_limit_the_trains_that_enter_and_a_closure_keeps_them_out() -> None:
    trace = of(line(["08:00", "08:10"], [], paths_per_day=4.0))
    assert runs(trace) == [("e", [0, 1, 2, 3]), ("e", [3, 4, 5, 6])]
    assert set(waiting_by_cause(trace)["cause"]) == {"path"}
    shut = line(["07:00", "23:30"], [])
    shut = replace(shut, closures={row.id: row for row in [closure("west_east", "2023-01-04")]})
    begins = runs(simulate(compile_plan(shut, RunSettings(date(2023, 1, 2), 4))))
    # The second train is under way when the line closes at midnight, and runs on.
    assert begins == [("e", [0, 1, 2, 3]), ("e", [16.5, 17.5, 18.5, 19.5])]


def test_a_closed_line_has_waiting_before_it() -> None:
    corridor = line(["08:00"], [])
    corridor = replace(corridor, closures={row.id: row for row in [closure("west_east", "2023-01-03")]})
    trace = simulate(compile_plan(corridor, RunSettings(date(2023, 1, 2), 3)))
    [(_, begins)] = runs(trace)
    assert begins == pytest.approx([16, 17, 18, 19], abs=0.01)
    assert set(waiting_by_cause(trace)["cause"]) == {"closed"}


@pytest.mark.parametrize("paths", [None, 24.0])
def test_a_single_track_without_declarations_has_the_plan_of_before(paths: float | None) -> None:
    """The paths, names and programs of a single track of which nothing is declared."""
    corridor = line(["08:00"], ["08:30"], passing_places=None, paths_per_day=paths)
    plan = compile_plan(corridor, SETTINGS)
    assert plan.labels.facility == (("west_east",) if paths else ())
    code = rules.PASS if paths else rules.TRAVEL
    assert plan.op_code.tolist() == [rules.MARK, code, rules.END] * 2
    assert not any(plan.labels.op_part)
    assert plan.n_slots == 0
    two = compile_plan(line(["08:00"], ["08:30"], tracks=2, paths_per_day=paths), SETTINGS)
    declared = line(["08:00"], ["08:30"], tracks=2, passing_places=None, paths_per_day=paths)
    assert two.fingerprint() == compile_plan(declared, SETTINGS).fingerprint()


@pytest.mark.parametrize("tracks", [2, 3])
@pytest.mark.parametrize("forward", [True, False])
def test_movements_run_over_the_whole_link_and_give_up_what_they_take(tracks: int, forward: bool) -> None:
    row = link("west", "east", length_km=100.0, tracks=1, sections_km="33.3;33.3;33.4", passing_tracks=tracks)
    moves = movements(row, forward, running_s(row))
    assert sum(move.seconds for move in moves) == running_s(row)
    assert sum(move.km for move in moves) == pytest.approx(100)
    taken = [kept.facility for move in moves for kept in move.takes]
    given = [kept.facility for move in moves for kept in (*move.leaves, *move.ends)]
    assert sorted(taken) == sorted(given)
    made = {one.name: one.servers for one in centres(row)}
    assert set(taken) <= made.keys()
    assert {link_of_paths(name) for name in made} == {"west_east"}
    assert len({kept.slot for move in moves for kept in move.takes}) <= 6


def test_slots_do_not_grow_with_the_number_of_sections() -> None:
    few, many = (compile_plan(line(["08:00"], [], passing_places=n), SETTINGS) for n in (3, 80))
    assert few.n_slots == many.n_slots <= 6


def test_the_load_of_a_line_is_that_of_its_longest_section() -> None:
    corridor = line(["08:00"], ["09:00"], passing_places=None, sections_km="10;60;20")
    rows = replace(corridor.services["e"], arrivals="rate", per_day=9.0)
    corridor = replace(corridor, services={**corridor.services, "e": rows}, timetable={})
    found = offered_load(corridor, SETTINGS)
    assert found.sections == {"west_east": tuple(f"west_east.section_{n}" for n in (1, 2, 3))}
    assert sum(found.shares["west_east.section_2"].values()) == pytest.approx(10 * 2 / 24)
    assert list(links_have_capacity(corridor, offered(corridor), OrdinaryWeek(corridor))) == []
    busy = replace(corridor, services={"e": replace(rows, per_day=13.0)})
    assert [one.code for one in links_have_capacity(busy, offered(busy), OrdinaryWeek(busy))] == [
        "capacity.overloaded_section"
    ]


def test_one_more_passing_place_halves_the_longest_section() -> None:
    corridor = line(["08:00"], ["08:30"], passing_places=None, sections_km="10;60;20")
    [row] = waiting_by_root(of(corridor)).to_dict("records")
    assert list(levers(corridor, row, ())) == [Lever("west_east", PASSING_PLACE)]
    [change] = one_more(corridor, Lever("west_east", PASSING_PLACE))
    assert (change.address, change.value) == ("links.west_east.sections_km", "10;30;30;20")
    [change] = one_more(line([], []), Lever("west_east", PASSING_PLACE))
    assert (change.op, change.address, change.value) == ("add", "links.west_east.passing_places", 1)


def test_facilities_of_a_line_have_the_kinds_that_are_declared() -> None:
    row = line([], [], passing_tracks=3).links["west_east"]
    assert {one.kind for one in centres(row)} == set(KINDS)
    assert sum(one.kind == SECTION for one in centres(row)) == len(lengths_km(row)) == 3
