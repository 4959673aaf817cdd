"""Nothing is lost and nothing comes from nowhere: what must hold in every trace, whatever the world and the engine.

Comes in: Visits. Goes out: a list of problems in words, empty for a sound run. It runs after every run, so all of
it is array work. What is checked:

* times of a row are in order, inside the run, and agree with its outcome;
* a vehicle is at one step at a time: each step is reached the instant the one before is done, from arrival to leaving;
* arrived = departed + in the system, and who left keeps no server;
* no work begins while all servers at work are busy, and no server stands idle while a vehicle waits for it;
* stocks, followed through draws, returns and quotas, stay between zero and their capacity;
* server time and waiting time balance: the area under busy servers is the sum of times kept, and the area under the
  queue is the sum of waits (Little's law L = lambda W, exact over the whole run with waits cut at the horizon).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core import rules
from sim.core.plan import Ints, Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Visits
from sim.core.vehicle_names import vehicle_name
from sim.output import group_statistics
from sim.output.facility_state import StateTrajectory
from sim.output.intervals import Servers, facility_of_op, stock_of_op
from sim.output.journeys import Floats
from sim.output.run_output import EVERY_TABLE, RunOutput
from sim.output.trace_checks import RowCheckObserver, Wrong
from sim.output.vehicle_rows import Bools


def check(visits: Visits | RunOutput) -> list[str]:
    """Every way in which a run breaks the laws of conservation, in words."""
    output = RunOutput.of(visits)
    output.observe(*EVERY_TABLE)
    problems = output.result(RowCheckObserver)
    if problems:
        return problems  # The rest reads the rows as lives and would only repeat the same in other words.
    return [*_lives(output), *_stocks(output), *_servers(output)]


def _lives(output: RunOutput) -> Iterator[str]:
    """Each vehicle from arrival to leaving."""
    plan, left = output.plan, output.visits.vehicle_left_s
    gaps, journeys = output.gaps, output.history.journeys
    if len(gaps):
        vehicle, op = gaps[0].tolist()
        who, step = vehicle_name(plan, vehicle), plan.labels.op_step[op]
        yield f"next step not reached when one was done: {len(gaps)} times, first {who} after {step}"
    last = np.diff(journeys.vehicle, append=-1) != 0
    first = np.roll(last, 1)
    seen, start, end = journeys.vehicle[first], journeys.start_s[first], journeys.done_s[last]
    arrived = plan.vehicle_arrival_s < plan.horizon_s
    with_rows = np.zeros(plan.n_vehicles, bool)
    with_rows[seen] = True
    gone = left[seen] != NOT_YET
    yield from _vehicles(plan, np.flatnonzero(with_rows & ~arrived), "never arrived and yet has rows")
    yield from _vehicles(plan, seen[start != plan.vehicle_arrival_s[seen]], "first step not at its arrival")
    yield from _vehicles(plan, seen[gone & (end != left[seen])], "left at another time than its last step was done")
    still_there = ~gone & (end == NOT_YET)
    in_system, departed = int(still_there.sum()), int((left != NOT_YET).sum())
    without_steps = int((arrived & ~with_rows & (left == NOT_YET)).sum())
    if int(arrived.sum()) != departed + in_system:
        yield (
            f"{int(arrived.sum())} vehicles arrived, but {departed} departed and {in_system} are in the system"
            f" ({without_steps} arrived and have no row)"
        )
    kept, unfinished = Wrong(), output.open_visits
    kept.add(plan, unfinished, np.flatnonzero(left[unfinished.vehicle] != NOT_YET))
    yield from kept.told("left and still keeps a server or a place in a queue")


def _vehicles(plan: Plan, who: npt.NDArray[Any], what: str) -> Iterator[str]:
    if len(who):
        yield f"{what}: {len(who)} vehicles, first {vehicle_name(plan, int(who[0]))}"


def _stocks(output: RunOutput) -> Iterator[str]:
    """Each stock from its level at second 0, through quotas, draws and returns."""
    plan = output.plan
    stock_of = stock_of_op(plan)
    op, started = output.stock_moves
    amount = np.where(plan.op_code[op] == rules.DRAW, -plan.op_amount[op], plan.op_amount[op])
    for k in range(plan.n_stocks):
        mine = np.flatnonzero(stock_of[op] == k)
        mine = mine[group_statistics.order(started[mine])]
        last = np.flatnonzero(np.diff(started[mine], append=-1))
        times, after = started[mine[last]], np.cumsum(amount[mine])[last]
        sets = plan.stock_set_stock == k
        set_times = np.concatenate([[NOT_YET], plan.stock_set_time_s[sets]])
        set_levels = np.concatenate([plan.stock_level[[k]], plan.stock_set_level[sets]])
        # A setting comes before the draws of its instant, and wipes out all that was before.
        before_set = np.concatenate([[0], after])[np.searchsorted(times, set_times)]
        rule = np.searchsorted(set_times, times, side="right") - 1
        level = set_levels[rule] + after - before_set[rule]
        wrong = np.flatnonzero((level < 0) | (level > plan.stock_capacity[k]))
        if len(wrong):
            limit = "" if plan.stock_capacity[k] == rules.UNLIMITED else f" to {plan.stock_capacity[k]}"
            yield (
                f"stock {plan.labels.stock[k]} stands at {level[wrong[0]]} at second {times[wrong[0]]},"
                f" outside 0{limit} ({len(wrong)} instants)"
            )


def _servers(output: RunOutput) -> Iterator[str]:
    """Each facility at every instant, and its sums over the run."""
    plan, names, trajectories, totals = output.plan, output.plan.labels.facility, output.trajectories, output.totals
    for problem in (_overloaded, _idle):
        for name, state in zip(names, trajectories, strict=True):
            what, wrong = problem(state)
            where = np.flatnonzero(wrong)
            if len(where):
                k = where[0]
                yield (
                    f"{name}: {what}, first at second {state.time_s[k]} ({state.busy[k]} busy of"
                    f" {state.servers[k]}, {state.waiting[k]} waiting), {len(where)} times"
                )
    facility = facility_of_op(plan)
    at = facility >= 0

    def over_visits(by_op: Ints) -> Floats:
        return group_statistics.sums(facility[at], by_op[at], plan.n_facilities)

    lasting = [state.lasting_s() for state in trajectories]
    areas: tuple[tuple[str, list[npt.NDArray[Any]], npt.NDArray[Any]], ...] = (
        ("time waited", [state.waiting for state in trajectories], over_visits(totals.whole_wait_s)),
        ("server time kept", [state.busy for state in trajectories], over_visits(totals.whole_busy_s)),
        (
            "server time at work",
            [state.servers for state in trajectories],
            Servers.of(plan).available_s(0, plan.horizon_s),
        ),
    )
    for what, levels, sums in areas:
        for name, level, lasts, total in zip(names, levels, lasting, sums.tolist(), strict=True):
            area = int(level @ lasts)
            if area != total:
                yield f"{name}: {what} does not balance, {area} s over time and {total:.0f} s over visits"


def _overloaded(state: StateTrajectory) -> tuple[str, Bools]:
    return "work began while all servers were busy", state.began & (state.busy > state.servers)


def _idle(state: StateTrajectory) -> tuple[str, Bools]:
    idle = (state.waiting > 0) & (state.busy < state.servers) & (state.lasting_s() > 0)
    return "a server stood idle while a vehicle waited", idle
