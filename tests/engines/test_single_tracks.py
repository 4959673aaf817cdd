"""Single lines with passing places: no two trains in a section, no more than there are tracks, and no deadlock.

What a train does is read from its travels alone, not from the facilities of the plan that keep trains apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from corridors.load import load_corridor
from corridors.model import Corridor, Link
from corridors.single_tracks import has_sections, lengths_km, tracks_of_places
from sim.compile.assembly import compile_plan
from sim.core import rules
from sim.core.trace import Trace
from sim.engines import compiled, reference
from sim.kpi.run_tables import figures_of
from sim.kpi.waiting import waiting_by_cause
from sim.kpi.waiting_roots import waiting_by_root
from sim.run import prepare
from tests.helpers.random_lines import random_line
from tests.helpers.saved_plans import save_plan
from tests.helpers.trace_diff import first_difference


@dataclass(frozen=True)
class Run:
    """A train's run over one section."""

    forward: bool
    section: int
    begin_s: int
    end_s: int


Train = list[Run]


def trains_of(trace: Trace, corridor: Corridor, link: Link) -> list[Train]:
    """The runs over a link of each train that came onto it, in order."""
    labels = trace.plan.labels
    travels = trace.plan.op_code == rules.TRAVEL
    on_link = np.flatnonzero(travels & (np.array(labels.op_link) == link.id))
    count = len(lengths_km(link))
    section: dict[int, tuple[bool, int]] = {}
    for first in range(0, len(on_link), count):
        ops = on_link[first : first + count].tolist()
        assert len(ops) == count
        assert len({labels.op_service[op] for op in ops}) == 1
        forward = labels.op_place[ops[-1]] == link.destination
        numbers = range(1, count + 1) if forward else range(count, 0, -1)
        section |= {op: (forward, n) for op, n in zip(ops, numbers, strict=True)}
    found: dict[int, Train] = {}
    for row in np.flatnonzero(np.isin(trace.op, on_link)).tolist():
        end_s = int(trace.finished_s[row]) if trace.finished_s[row] >= 0 else trace.plan.horizon_s
        run = Run(*section[int(trace.op[row])], int(trace.started_s[row]), end_s)
        found.setdefault(int(trace.vehicle[row]), []).append(run)
    # A detour may lead back over the link: each time counts as a train.
    ordered = (sorted(runs, key=lambda run: run.begin_s) for runs in found.values())
    return [runs[at : at + count] for runs in ordered for at in range(0, len(runs), count)]


def check_sections(trains: list[Train]) -> None:
    """No two trains are in a section at the same time, in whatever direction."""
    by_section: dict[int, list[Run]] = {}
    for train in trains:
        for run in train:
            by_section.setdefault(run.section, []).append(run)
    for runs in by_section.values():
        for one, other in pairwise(sorted(runs, key=lambda run: run.begin_s)):
            assert one.end_s <= other.begin_s, (one, other)


def stops_of(train: Train) -> Iterator[tuple[Run, Run]]:
    """The runs before and after each passing place; every train runs over all sections in order."""
    for before, after in pairwise(train):
        assert after.section - before.section == (1 if before.forward else -1)
        assert after.begin_s >= before.end_s
        yield before, after


def check_stations(link: Link, trains: list[Train]) -> None:
    """At a passing place are no more trains than it has tracks, and of one direction one fewer."""
    changes: dict[int, list[tuple[int, int, bool]]] = {}
    for train in trains:
        for before, after in stops_of(train):
            station = min(before.section, after.section)
            changes.setdefault(station, []).append((before.end_s, 1, before.forward))
            changes[station].append((after.begin_s, -1, before.forward))
    for rows in changes.values():
        here = {True: 0, False: 0}
        for _, change, forward in sorted(rows):
            here[forward] += change
            assert sum(here.values()) <= tracks_of_places(link)
            assert max(here.values()) <= tracks_of_places(link) - 1


def check_foremost(link: Link, trains: list[Train]) -> None:
    """Whenever the foremost train of a direction waits at a passing place, a train runs over the section before it.

    The foremost trains are those of a direction with none ahead on the line, running or waiting.
    """
    instants = sorted({time for train in trains for run in train for time in (run.begin_s, run.end_s)})
    busy: dict[int, list[tuple[int, int]]] = {}
    for train in trains:
        for run in train:
            busy.setdefault(run.section, []).append((run.begin_s, run.end_s))
    for forward in (True, False):
        own = [train for train in trains if train[0].forward == forward]
        for time, after in pairwise(instants):
            if time == after:
                continue
            here = [spot for train in own if (spot := _spot(train, time))]
            if not here:
                continue
            foremost = max(spot[0] * (1 if forward else -1) for spot in here)
            first = [spot for spot in here if spot[0] * (1 if forward else -1) == foremost]
            if not any(runs for _, runs in first):
                section = first[0][0] + (1 if forward else -1)
                assert any(begin <= time < end for begin, end in busy[section]), (link.id, time, first)


def _spot(train: Train, time_s: int) -> tuple[int, bool] | None:
    """The section of a train, and whether it runs; one that waits is at the end of its last section."""
    if not train[0].begin_s <= time_s < train[-1].end_s:
        return None
    last = [run for run in train if run.begin_s <= time_s][-1]
    return last.section, time_s < last.end_s


def check_line(seed: int, both_engines: bool = True) -> Counter[str]:
    """Simulate one random line and check all of this; returns counts of what happened."""
    corridor, settings, load = random_line(seed)
    plan = compile_plan(corridor, settings)
    trace = compiled.run(plan)
    if both_engines and (difference := first_difference(reference.run(plan), trace)):
        raise AssertionError(f"{save_plan(plan, f'line_{seed}')}\n{difference}")
    seen: Counter[str] = Counter(worlds=1, overloaded=load > 1)
    for link in corridor.links.values():
        if has_sections(link):
            trains = trains_of(trace, corridor, link)
            check_sections(trains)
            check_stations(link, trains)
            check_foremost(link, trains)
            seen["trains"] += len(trains)
            meets = sum(after.begin_s > before.end_s for train in trains for before, after in stops_of(train))
            seen["waits at passing places"] += meets
    assert (trace.vehicle_left_s >= 0).all(), "a train is still there"
    causes = waiting_by_cause(trace).groupby("cause")["hours"].sum()
    seen |= Counter({f"cause {cause}": 1 for cause in causes.index})
    roots = waiting_by_root(trace)
    assert roots["hours"].sum() == pytest.approx(causes.sum())
    assert "deadlock" not in set(roots["root_state"])
    return seen


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_random_lines_keep_trains_apart_and_never_lock(first: int) -> None:
    seen: Counter[str] = Counter()
    for seed in range(first, first + 20):
        seen += check_line(seed)
    assert seen["overloaded"] >= 3
    assert seen["waits at passing places"] > 100
    assert {"cause opposing_train", "cause train_ahead", "cause no_passing_track"} <= seen.keys()


def test_a_line_of_a_short_section_with_few_paths_is_empty_at_the_end() -> None:
    """861 trains at 30 pairs of paths a day need more than 14 days."""
    assert check_line(5433)["trains"] == 861


def test_trains_of_the_base_year_keep_apart_on_the_mongolian_main_line() -> None:
    case = prepare(load_corridor(), days=20, warmup_days=5)
    trace = compiled.run(compile_plan(case.corridor, case.settings))
    lines = [link for link in case.corridor.links.values() if has_sections(link)]
    assert {"darkhan_ulaanbaatar", "sainshand_zamyn_uud"} <= {link.id for link in lines}
    for link in lines:
        trains = trains_of(trace, case.corridor, link)
        check_sections(trains)
        check_stations(link, trains)
        assert len({train[0].forward for train in trains}) == 2
    causes = waiting_by_cause(trace)
    on_lines = causes[causes["at"].isin([link.id for link in lines])]
    assert set(on_lines["cause"]) == {"opposing_train", "train_ahead"}
    assert on_lines["hours"].sum() > 100


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1_000, 3_000, 100))
def test_two_thousand_random_lines_keep_trains_apart_and_never_lock(first: int) -> None:
    for seed in range(first, first + 100):
        check_line(seed)


@pytest.mark.parametrize("seed", range(6))
def test_balances_of_random_lines_hold(seed: int) -> None:
    corridor, settings, _ = random_line(seed)
    assert figures_of(compiled.run(compile_plan(corridor, settings))).problems == ()
