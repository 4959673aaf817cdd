"""The same world gives the same plan anywhere; a change moves what it names and nothing else."""

from __future__ import annotations

import csv
import os
import random
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridors.io import tables
from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.core.plan import Plan
from sim.core.rules import BRANCH, TIMED
from sim.core.run_settings import RunSettings
from sim.engines import simulate
from tests.helpers.processes import PYTHON, run
from tests.helpers.worlds import (
    alternative,
    calendar,
    closure,
    departure,
    duration,
    facility,
    itinerary,
    link,
    place,
    profile,
    service,
    share,
    shift,
    step,
    stock,
    vehicle_class,
    world,
)

FORTNIGHT = RunSettings(date(2023, 3, 6), days=14, seed=7)
ROOT = Path(__file__).resolve().parents[2]
PLACES = ("inland", "border", "mine")
FINGERPRINT = """
import sys
from datetime import date
from pathlib import Path
from corridors.io import tables
from sim.compile.assembly import compile_plan
from sim.core.run_settings import RunSettings
corridor, findings = tables.read(Path(sys.argv[1]))
print(compile_plan(corridor, RunSettings(date(2023, 3, 6), days=14, seed=7)).fingerprint())
"""


def rich(*rows: Any) -> Corridor:
    """A world with a bit of everything: paths, shifts, breakdowns, a quota, a choice, a timetable, a closed fleet."""
    return world(
        [place(name) for name in PLACES],
        [vehicle_class(name) for name in ("train", "truck")],
        link("inland", "border", paths_per_day=20, tracks=1),
        link("mine", "border", "road", length_km=40),
        calendar("day", "Asia/Ulaanbaatar"),
        shift("day", "08:00", "20:00", "Mon-Sat"),
        closure("gate", "2023-03-08", id="gate_shut"),
        duration("check", 20, "gamma", 0.5),
        duration("crane", 90, "lognormal", 0.4),
        duration("load", 25, "triangular", 0.3),
        duration("late", 60, "exponential"),
        share("inspected", 0.2),
        profile("by_day", ";".join(["1"] * 8 + ["3"] * 12 + ["1"] * 4), kind="hour"),
        facility("gate", 3, "day"),
        facility("bay_a", 1, kind="transshipment", mtbf_h=50.0, mttr_h=4.0),
        facility("bay_b", 1, kind="transshipment"),
        facility("loader", 4, place="mine", kind="loader"),
        stock("permits", 10, kind="quota", daily_quota=40),
        itinerary(
            "rail",
            step("mark", place="inland"),
            step("travel", step="to_border", place="border", mode="rail_1435"),
            step("choose", choice="bay"),
        ),
        [
            itinerary(
                f"at_bay_{bay}",
                step("mark", place="border"),
                step("serve", step="crane", facility=f"bay_{bay}", duration="crane"),
            )
            for bay in "ab"
        ],
        [alternative("bay", f"at_bay_{bay}", watch=f"bay_{bay}") for bay in "ab"],
        itinerary(
            "road",
            step("mark", place="mine"),
            step("serve", step="load", facility="loader", duration="load"),
            step("travel", step="to_border", place="border", mode="road"),
            step("draw", step="permit", stock="permits"),
            step("branch", step="tier", share="inspected", to="go_home"),
            step("serve", step="check", facility="gate", duration="check"),
            step("travel", step="go_home", place="mine", mode="road", loaded=False),
        ),
        service("cre", "rail", 5, arrivals="timetable", delay="late"),
        service("slow_train", "rail", arrivals="timetable", delay="late"),
        departure("monday", "slow_train", "07:30", "Mon;Thu"),
        departure("friday", "slow_train", "23:10", "Fri"),
        service("traders", "road", 12, vehicle_class="truck", profile_hour="by_day", initial_backlog=2),
        service("coal", "road", fleet=6, vehicle_class="truck", start_spread_h=12),
        *rows,
    )


@cache
def usual() -> Plan:
    """The plan of the rich world."""
    return compile_plan(rich(), FORTNIGHT)


def test_the_plan_is_the_same_in_any_process_whatever_the_order_of_rows(tmp_path: Path) -> None:
    found = {usual().fingerprint()}
    for seed in ("0", "1"):
        folder = tmp_path / seed
        tables.save(rich(), folder)
        for file in sorted(folder.glob("*.csv")):
            _shuffle(file, random.Random(seed))
        done = run([*PYTHON, FINGERPRINT, folder], env=os.environ | {"PYTHONHASHSEED": seed})
        found.add(done.stdout.strip())
    assert len(found) == 1


@pytest.mark.parametrize("other", [replace(FORTNIGHT, seed=8), replace(FORTNIGHT, replication=1)])
def test_another_seed_or_replication_is_another_chance(other: RunSettings) -> None:
    here, there = drawn(usual()), drawn(compile_plan(rich(), other))
    chancy = [key for key in here if here[key].ndim]
    assert {key[0] for key in chancy} == set(usual().labels.service)
    for key in chancy:
        trips, n = np.minimum(here[key].shape, there[key].shape)
        assert (here[key][:trips, :n] != there[key][:trips, :n]).any(), key


@pytest.mark.parametrize(
    "more",
    [
        [vehicle_class("agv")],
        [facility("aaa_new_gate", 2, "day", mtbf_h=30.0, mttr_h=3.0)],
        [
            duration("aaa_fast", 5, "gamma", 0.9),
            itinerary("aaa", step("mark", place="mine"), step("travel", duration="aaa_fast")),
            service("aaa_first", "aaa", 30),
            service("zzz_last", "aaa", fleet=3),
        ],
        [stock("aaa_yard", 3), place("aaa_place")],
    ],
    ids=["class", "facility", "services", "stock and place"],
)
def test_one_thing_more_leaves_all_else_as_it_was(more: list[Any]) -> None:
    grown = compile_plan(rich(*more), FORTNIGHT)
    assert_kept(usual(), grown)
    before, after = rows(usual()), rows(grown)
    assert {name: after[name] for name in before} == before


def test_one_vehicle_more_leaves_the_others_as_they_were() -> None:
    corridor = rich()
    services = dict(corridor.services)
    services["coal"] = replace(services["coal"], fleet=7)
    services["traders"] = replace(services["traders"], initial_backlog=5)
    grown = compile_plan(replace(corridor, services=services), FORTNIGHT)
    before, after = drawn(usual()), drawn(grown)
    for key, values in before.items():
        if key[0] == "traders" and values.ndim:
            assert (after[key][0, 5:] == values[0, 2:]).all(), key
            assert (after[key][0, :2] == values[0, :2]).all(), key
        else:
            assert_prefix(values, after[key], key)
    here, there = arrivals(usual()), arrivals(grown)
    assert (there["traders"][5:] == here["traders"][2:]).all()
    assert (there["coal"][:6] == here["coal"]).all()


def test_a_longer_horizon_keeps_all_earlier_draws() -> None:
    longer = compile_plan(rich(), replace(FORTNIGHT, days=20))
    later = drawn(longer)
    for key, values in drawn(usual()).items():
        assert_prefix(values, later[key], key)
    here, there = arrivals(usual()), arrivals(longer)
    assert all((there[name][: len(times)] == times).all() for name, times in here.items())
    assert {row for row in calendar_of(longer) if row[1] < usual().horizon_s} == calendar_of(usual())


def test_a_changed_mean_keeps_the_ranking_and_everybody_else() -> None:
    corridor = rich()
    durations = dict(corridor.durations)
    durations["load"] = replace(durations["load"], mean_min=12.5)
    before, after = drawn(usual()), drawn(compile_plan(replace(corridor, durations=durations), FORTNIGHT))
    for key, values in before.items():
        if key[1] == "load":
            own = tuple(slice(0, size) for size in values.shape)
            assert after[key][own] == pytest.approx(values / 2, abs=0.6)
        else:
            assert_prefix(values, after[key], key)


def drawn(plan: Plan) -> dict[tuple[str, str, int], np.ndarray]:
    """By (service, step, how often that name came before): () or (n_trips, n_vehicles) draws of timed steps and
    branches."""
    found: dict[tuple[str, str, int], np.ndarray] = {}
    first = dict(zip(plan.labels.service, plan.service_vehicle_start, strict=False))
    past = dict(zip(plan.labels.service, plan.service_vehicle_start[1:], strict=True))
    for op, code in enumerate(plan.op_code.tolist()):
        if code not in TIMED and code != BRANCH:
            continue
        owner, name = plan.labels.op_service[op], plan.labels.op_step[op]
        at, trips = plan.op_draw[op], plan.vehicle_trips[first[owner] : past[owner]].max(initial=1)
        values = plan.draws[at]
        if plan.op_vehicle_stride[op]:
            n = past[owner] - first[owner]
            values = plan.draws[at : at + trips * n].reshape(trips, n)
        number = sum(key[:2] == (owner, name) for key in found)
        found[owner, name, number] = np.asarray(values)
    return found


def arrivals(plan: Plan) -> dict[str, np.ndarray]:
    """Arrival times by service."""
    cuts = np.split(plan.vehicle_arrival_s, plan.service_vehicle_start[1:-1])
    return dict(zip(plan.labels.service, cuts, strict=True))


def calendar_of(plan: Plan) -> set[tuple[str, int, int]]:
    """(facility, second, difference of servers), by name."""
    names = [plan.labels.facility[facility] for facility in plan.calendar_facility]
    return set(zip(names, plan.calendar_time_s.tolist(), plan.calendar_delta.tolist(), strict=True))


def rows(plan: Plan) -> dict[str, list[tuple[Any, ...]]]:
    """The trace by service: vehicles by their place among those of the service, steps by name."""
    trace = simulate(plan)
    columns = (trace.vehicle, trace.op, trace.queued_s, trace.started_s, trace.finished_s, trace.departed_s)
    found: dict[str, list[tuple[Any, ...]]] = {name: [] for name in plan.labels.service}
    for vehicle, op, *times in zip(*(column.tolist() for column in columns), strict=True):
        k = int(plan.vehicle_service[vehicle])
        own = vehicle - int(plan.service_vehicle_start[k])
        found[plan.labels.service[k]].append((own, plan.labels.op_step[op], *times))
    return found


def assert_prefix(before: np.ndarray, after: np.ndarray, key: Any) -> None:
    """Earlier variates are unchanged, at the same trip and vehicle."""
    assert (after[tuple(slice(0, size) for size in before.shape)] == before).all(), key


def assert_kept(before: Plan, after: Plan) -> None:
    """Draws, arrivals and calendars of everything in ``before`` are the same in ``after``."""
    here, there = drawn(before), drawn(after)
    assert all((there[key] == values).all() for key, values in here.items())
    assert all((arrivals(after)[name] == times).all() for name, times in arrivals(before).items())
    assert calendar_of(before) == {row for row in calendar_of(after) if row[0] in before.labels.facility}


def _shuffle(file: Path, chance: random.Random) -> None:
    with file.open(encoding="utf-8-sig", newline="") as text:
        header, *lines = csv.reader(text)
    chance.shuffle(lines)
    with file.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([header, *lines])
