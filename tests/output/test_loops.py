"""The loops over rows agree with definitions second by second, and as machine code with themselves as Python."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields, replace
from random import Random
from typing import Any

import numpy as np
import pytest

from sim.core import rules
from sim.core.plan import Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Trace, Visits
from sim.engines import compiled
from sim.output import event_loop, facility_state, group_statistics, journey_loop, machine_loops, step_loop, turn_loop
from sim.output.intervals import Servers
from sim.output.machine_loops import Growing
from sim.output.run_output import EVERY_TABLE, RunOutput
from sim.output.step_loop import CHUNK
from tests.helpers.plans import random_plan
from tests.output.test_waiting_roots import random_closures, random_part_time


def plan_of(seed: int) -> Plan:
    """A random plan with a warm-up, closures in every other, and labels of crossings."""
    plan, random = random_plan(seed), Random(seed)
    labels, n = plan.labels, plan.n_ops
    closures = random_closures(plan, random) if seed % 2 else ()
    ports = [random.choice(["", "ceke", "erenhot"]) for _ in range(n)]
    return replace(
        plan,
        labels=replace(
            labels,
            warmup_s=min((0, 0, 1, 5)[seed % 4], plan.horizon_s - 1),
            closures=closures,
            part_time=random_part_time(plan, Random(-seed), closures) if seed % 3 else (),
            op_port=tuple(ports),
            op_direction=tuple(random.choice(["inbound", "outbound"]) if port else "" for port in ports),
            op_side=tuple(random.choice(["cn", "foreign"]) if port else "" for port in ports),
            op_loaded=tuple(random.random() < 0.5 for _ in range(n)),
            op_clearance=tuple(random.random() < 0.5 for _ in range(n)),
            op_cost_usd=tuple(random.random() for _ in range(n)),
            op_co2_kg=tuple(random.random() for _ in range(n)),
        ),
    )


def values_of(visits: Visits) -> dict[str, Any]:
    """Everything that the loops make, as arrays and plain values."""
    output, plan = RunOutput.whole(visits), visits.plan
    found: dict[str, Any] = {"gaps": output.gaps, "moves": output.stock_moves, "waits": output.step_waits}
    found["queues"] = output.daily_queues.waiting_s
    history = output.history
    for name, table in {
        "totals": output.totals,
        "steps": output.crossing_steps,
        "journeys": history.journeys,
        "crossings": history.crossings,
        "yards": output.yard_inflows,
    }.items():
        found |= {f"{name}.{field.name}": getattr(table, field.name) for field in fields(table)}
    states, every = output.trajectories, range(plan.n_facilities)
    states.expect(
        blocked={k: (np.arange(k, 99, 7, dtype=np.int32), np.arange(k + 2, 101, 7, dtype=np.int32)) for k in every}
    )
    for k, state in enumerate(output.trajectories):
        found |= {f"{k}.active {edge}": times for edge, times in enumerate(states.active(k))}
        found |= {f"{k}.{field.name}": getattr(state, field.name) for field in fields(state)}
        found |= {f"{k}.{name} by hour": sums for name, sums in output.trajectories.by_period(k, 7, 9).items()}
        found[f"{k}.balance"] = str(output.trajectories.balances[k])
    return found


def same(ours: dict[str, Any], theirs: dict[str, Any], seed: int) -> None:
    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        np.testing.assert_array_equal(values, theirs[name], err_msg=f"{seed}: {name}")


def test_python_and_machine_code_make_the_same_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine_loops.machine_code(step_loop.PLAIN, step_loop.HELPERS) != step_loop.PLAIN
    assert machine_loops.machine_code(journey_loop.PLAIN, journey_loop.HELPERS) != journey_loop.PLAIN
    for seed in range(60):
        visits = compiled.play(plan_of(seed))
        machine = values_of(visits)
        with monkeypatch.context() as patch:
            patch.setattr(machine_loops, "machine_code", lambda plain, helpers=(): plain)
            same(machine, values_of(visits), seed)


def levels(servers: Servers, facility: int) -> list[int]:
    """Servers at work in each second."""
    at = servers.at(np.full(servers.horizon_s, facility, np.int32), np.arange(servers.horizon_s))
    found: list[int] = servers.level[at].tolist()
    return found


def totals_by_seconds(trace: Trace) -> dict[str, dict[int, int]]:
    """The sums of :class:`StepTotals` by op, from each second of each row."""
    plan = trace.plan
    horizon, from_s = plan.horizon_s, plan.labels.warmup_s
    duty, roster = Servers.of_run(trace), Servers.of(plan)
    but_for = Servers.but_for_closures(plan) if plan.labels.closures else None
    with_shares = Servers.but_for_shares(plan)
    fails = set(plan.failure_facility.tolist())
    found: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    seconds = {f: (levels(duty, f), levels(roster, f), levels(with_shares, f)) for f in range(plan.n_facilities)}
    open_but_for = {f: levels(but_for, f) for f in range(plan.n_facilities)} if but_for else {}
    columns = (trace.op, trace.queued_s, trace.started_s, trace.finished_s, trace.departed_s)
    for op, queued, started, finished, departed in zip(*(column.tolist() for column in columns), strict=True):
        code, target = int(plan.op_code[op]), int(plan.op_target[op])
        at_facility = code in rules.AT_FACILITY
        if finished >= from_s:
            found["done"][op] += 1
        until = horizon if started == NOT_YET else started
        on_duty, on_roster, or_share = seconds[target] if at_facility else ([], [], [])
        arrives_shut = at_facility and queued < horizon and or_share[queued] <= 0
        opened = False
        for second in range(queued, until):
            found["whole_wait_s"][op] += 1
            opened = opened or (at_facility and or_share[second] > 0)
            if second < from_s:
                continue
            found["wait_s"][op] += 1
            if not at_facility or on_duty[second] > 0:
                continue
            found["closed_s"][op] += 1
            if target in fails and on_roster[second] > 0:
                found["repair_s"][op] += 1
                continue
            if on_roster[second] <= 0 < or_share[second]:
                found["share_s"][op] += 1
                continue
            closed = bool(open_but_for) and open_but_for[target][second] <= 0
            if arrives_shut and not opened:
                found["closure_s" if closed else "hours_s"][op] += 1
            elif closed:
                found["closure_or_pace_s"][op] += 1
        if at_facility and started != NOT_YET:
            ends = horizon if departed == NOT_YET else departed
            if code == rules.PASS:
                ends = min(started + int(plan.facility_headway_s[target]), horizon)
            found["whole_busy_s"][op] += ends - started
            found["busy_s"][op] += sum(1 for second in range(started, ends) if second >= from_s)
            if started >= from_s:
                found["served"][op] += 1
                found["served_wait_s"][op] += started - queued
    return found


def test_totals_by_step_equal_those_counted_second_by_second() -> None:
    some = 0
    for seed in range(240):
        plan = plan_of(seed)
        if plan.horizon_s > 2000:
            continue
        visits = compiled.play(plan)
        totals, expected = RunOutput(visits).totals, totals_by_seconds(visits.trace())
        for field in fields(totals)[:-1]:
            wanted = [expected[field.name][op] for op in range(plan.n_ops)]
            assert getattr(totals, field.name).tolist() == wanted, (seed, field.name)
            some |= any(wanted) << fields(totals).index(field)
    assert some == 2 ** (len(fields(totals)) - 1) - 1, "every sum occurred"


def test_sums_of_states_equal_those_counted_second_by_second() -> None:
    queued = 0
    for seed in range(120):
        plan = plan_of(seed)
        if plan.horizon_s > 2000:
            continue
        states, from_s = RunOutput(compiled.play(plan)).trajectories, plan.labels.warmup_s
        for k, state in enumerate(states):
            waiting, busy, servers = (
                np.repeat(column, state.lasting_s()) for column in (state.waiting, state.busy, state.servers)
            )
            assert len(waiting) == plan.horizon_s
            found = states.balances[k]
            assert (found.waiting_s, found.busy_s, found.servers_s) == (waiting.sum(), busy.sum(), servers.sum())
            assert found.longest_queue == waiting[from_s:].max()
            assert found.overloaded.number == found.idle.number == 0
            assert found.has_begun == state.began.any()
            periods = (plan.horizon_s - from_s) // 7
            sums = states.by_period(k, 7, periods)
            for name, values in (("waiting", waiting), ("busy", busy), ("servers", servers)):
                assert sums[name].tolist() == values[from_s : from_s + 7 * periods].reshape(-1, 7).sum(axis=1).tolist()
            queued += found.longest_queue > 1
    assert queued > 20


def test_a_facility_is_active_second_by_second_as_its_state_and_its_blocked_servers_say() -> None:
    some = 0
    for seed in range(120):
        plan, random = plan_of(seed), Random(seed)
        horizon = plan.horizon_s
        if horizon > 2000:
            continue
        states = RunOutput(compiled.play(plan)).trajectories
        spells = {k: [sorted(random.choices(range(horizon), k=2)) for _ in range(3)] for k in range(len(states))}
        edges_of = {k: np.sort(np.array(of, np.int32), axis=0).T.copy() for k, of in spells.items()}
        states.expect(blocked={k: (edges[0], edges[1]) for k, edges in edges_of.items()})
        for k, state in enumerate(states):
            waiting, busy, servers = (
                np.repeat(np.asarray(column, np.int64), state.lasting_s())
                for column in (state.waiting, state.busy, state.servers)
            )
            active = (waiting > 0) | ((busy > 0) & (busy >= servers))
            for blocked, freed in spells[k]:
                active[blocked:freed] = False
            edges = np.flatnonzero(np.diff(active, prepend=False, append=False))
            found = states.active(k)
            assert (found[0].tolist(), found[1].tolist()) == (edges[::2].tolist(), edges[1::2].tolist()), (seed, k)
            some += len(edges) > 2
    assert some > 20


def test_changes_of_servers_within_periods_add_up_to_the_state() -> None:
    some = 0
    for seed in range(240):
        plan, random = plan_of(seed), Random(seed)
        if not 10 < plan.horizon_s <= 2000:
            continue
        states = RunOutput(compiled.play(plan)).trajectories
        for k, state in enumerate(states):
            cuts = np.array(sorted(random.sample(range(plan.horizon_s), 6)), np.int64).reshape(3, 2)
            found = states.server_changes(k, cuts)
            busy = np.repeat(state.busy, state.lasting_s()).tolist()
            known = 0
            changes = dict(zip(*(column.tolist() for column in found), strict=True))
            for begin, end in cuts.tolist():
                for second in range(begin, min(end + 1, plan.horizon_s)):
                    known += changes.pop(second, 0)
                    assert known == busy[second], (seed, k, second)
            assert not changes
            some += len(found[0]) > 1
    assert some > 20


LOOPS_OF_TURNS = [turn_loop.PLAIN, machine_loops.machine_code(turn_loop.PLAIN)]


@pytest.mark.parametrize("loops", LOOPS_OF_TURNS)
def test_spells_that_overlap_or_meet_are_joined(loops: Any) -> None:
    for seed in range(200):
        random = Random(seed)
        begins = [random.randint(0, random.choice((30, 900))) for _ in range(random.randint(0, 60))]
        spells = [(begin, begin + random.randint(1, 20)) for begin in begins]
        expected: list[list[int]] = []
        for begin, end in sorted(spells):
            if expected and begin <= expected[-1][1]:
                expected[-1][1] = max(expected[-1][1], end)
            else:
                expected.append([begin, end])
        columns = np.array(spells, np.int32).reshape(-1, 2).T.copy()
        found = np.empty_like(columns)
        n = loops.united(*columns, *found)
        assert found[:, :n].T.tolist() == expected


@pytest.mark.parametrize("loops", LOOPS_OF_TURNS)
def test_each_instant_is_the_turn_of_the_longest_period_of_the_first_facility(loops: Any) -> None:
    several = 0
    for seed in range(200):
        random = Random(seed)
        periods, first = list[tuple[int, int]](), [0]
        for _ in range(random.randint(1, 5)):
            cuts = sorted(random.sample(range(60), 2 * random.randint(0, 6)))
            periods += zip(cuts[::2], cuts[1::2], strict=True)
            first.append(len(periods))
        begin, end = sorted(random.sample(range(60), 2))
        expected: list[list[int]] = []
        for second in range(begin, end):
            # A facility has one period at most, so that the first of the longest is that of the first facility.
            there = [k for k, (a, b) in enumerate(periods) if a <= second < b]
            best = max(there, key=lambda k: periods[k][1] - periods[k][0], default=-1)
            if expected and expected[-1][0] == best:
                expected[-1][2] = second + 1
            else:
                expected.append([best, second, second + 1])
        columns = [np.empty(len(periods), np.int64) for _ in range(3)]
        from_s, to_s = np.array(periods, np.int64).reshape(-1, 2).T.copy()
        n = loops.turns(np.array(first, np.int64), from_s, to_s, begin, end, *columns)
        found = [list(turn) for turn in zip(*(column[:n].tolist() for column in columns), strict=True)]
        assert found == [turn for turn in expected if turn[0] >= 0], seed
        several += n > 3
    assert several > 10


@pytest.mark.parametrize("horizon_s", [40, 70_000, 2**29, 2**31 - 2])
@pytest.mark.parametrize("loops", [event_loop.PLAIN, machine_loops.machine_code(event_loop.PLAIN, event_loop.HELPERS)])
def test_events_of_each_facility_come_in_order(horizon_s: int, loops: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facility_state, "suiting", lambda *of: loops)
    random, expected = Random(horizon_s), [list[int]() for _ in range(4)]
    chunks, owner, place = np.zeros(9 * CHUNK, facility_state.event_type(horizon_s)), list[int](), np.zeros(4, np.int64)
    for facility in random.choices([0, 0, 1, 3], k=2000) + [1] * (CHUNK - 400) + [0] * CHUNK:
        event = (random.randint(0, horizon_s) << 3) + random.randint(1, 5)
        if place[facility] % CHUNK == 0:
            place[facility] = CHUNK * len(owner)
            owner.append(facility)
        chunks[place[facility]] = event
        place[facility] += 1
        expected[facility].append(event)
    first, found = facility_state.ordered_events(chunks, np.array(owner, np.int32), place, horizon_s)
    assert first.tolist() == np.cumsum([0, *map(len, expected)]).tolist()
    assert found.tolist() == [event for events in expected for event in sorted(events)]


def test_costs_are_added_in_the_order_of_numpy_to_the_last_bit() -> None:
    values = np.random.default_rng(3).lognormal(size=500)
    loops, helpers = journey_loop.Loops(journey_loop._sum), journey_loop.HELPERS[:-1]
    add = machine_loops.machine_code(loops, helpers).cut
    for rows in (*range(1, 40), *range(120, 150), 257, 258, 265, 300, 1000, 4097, 20_000):
        for first in (0, 7):
            op = np.random.default_rng(rows).integers(500, size=first + rows)
            expected = np.add.reduceat(values[op], [first])[0]
            assert (
                add(values, op, first, first + rows) == expected == journey_loop._sum(values, op, first, first + rows)
            )


def test_a_journey_longer_than_the_loop_adds_up_costs_what_numpy_adds_up() -> None:
    from sim.core.plan_builder import PlanBuilder

    b = PlanBuilder(10_000)
    b.service("truck", vehicle_class="truck")
    for k in range(300):
        b.travel(1, f"step {k}")
    b.end()
    b.vehicles([0, 5])
    plan = b.build()
    cost = np.random.default_rng(1).lognormal(size=plan.n_ops)
    plan = replace(plan, labels=replace(plan.labels, op_cost_usd=tuple(cost.tolist())))
    visits = compiled.play(plan)
    expected = np.add.reduceat(cost[visits.trace().op], [0, 300])
    assert RunOutput(visits).history.journeys.cost_usd.tolist() == expected.tolist()


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.float64])
def test_sums_and_counts_of_many_rows_are_those_of_numpy_to_the_last_bit(kind: Any) -> None:
    numbers = np.random.default_rng(5)
    n = 2 * group_statistics.MANY
    for group in (np.sort(numbers.integers(0, 9, n)).astype(np.int32), numbers.integers(0, 9, n)):
        values = (numbers.lognormal(3, 2, n) * 100).astype(kind)
        expected = np.bincount(group, weights=values, minlength=12)
        assert group_statistics.sums(group, values, 12).tolist() == expected.tolist()
        assert group_statistics.counts(group, 12).tolist() == np.bincount(group, minlength=12).tolist()
        # A group beyond those said has its sum, too, as numpy gives it.
        assert group_statistics.sums(group, values, 4).tolist() == expected[:9].tolist()


def test_a_column_keeps_its_entries_as_it_grows() -> None:
    column = Growing(16, np.int32, (2,))
    parts = [np.arange(2 * n, dtype=np.int32).reshape(n, 2) for n in (1, 0, 3, 40, 7)]
    for part in parts:
        column.add(part)
    assert column.n == 51
    np.testing.assert_array_equal(column.taken(), np.concatenate(parts))
    assert len(column.taken()) == 0


def test_every_observer_has_a_result_for_a_run_without_rows() -> None:
    plan = replace(plan_of(0), vehicle_arrival_s=np.full(plan_of(0).n_vehicles, plan_of(0).horizon_s + 1))
    output = RunOutput.whole(compiled.play(plan))
    assert len(output.history.crossings) == 0
    assert not output.totals.done.any()
    assert all(output.result(kind) is not None for kind in EVERY_TABLE)
