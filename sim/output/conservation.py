"""The conservation check: balances that hold in every trace, for any corridor and engine.

Input: Visits. Output: messages about what does not balance; none for a valid run. The check follows every run, so all
of it works on arrays. It checks that:

* times of a row are in order, within the run, and consistent with its outcome;
* a vehicle is at one step at a time: each step is reached the instant the one before is done, from arrival to leaving;
* arrived = departed + in the system, and no vehicle that left keeps a server;
* no service starts while all open servers are busy, and no open server is idle while a vehicle waits for it;
* no repair begins before its failure, two repairs of one server do not overlap, and no failure waits while a server is
  free;
* stocks, followed through draws, returns and quotas, stay between zero and their capacity;
* server time and waiting time balance: the area under busy servers is the sum of times kept, and the area under the
  queue is the sum of waits (Little's law L = lambda W, exact over the whole run with waits cut at the horizon).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from corridors.messages import Message, Param, message
from sim.core import rules
from sim.core.plan import Ints, Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Visits
from sim.core.vehicle_names import vehicle_name
from sim.output import group_statistics
from sim.output.intervals import Servers, facility_of_op
from sim.output.journeys import Floats
from sim.output.run_output import CHECKS, RunOutput
from sim.output.stock_levels import stock_courses
from sim.output.trace_checks import WrongRows


def check(visits: Visits | RunOutput) -> list[Message]:
    """A message for every balance that a run violates; none for a valid run."""
    output = RunOutput.of(visits)
    output.observe(*CHECKS)
    problems = output.records.problems
    if problems:
        return problems  # The other checks presume valid rows and would only report consequences.
    return [*_lives(output), *_stocks(output), *_servers(output), *_repairs(output)]


def _lives(output: RunOutput) -> Iterator[Message]:
    """Each vehicle from arrival to leaving."""
    plan, left = output.plan, output.visits.vehicle_left_s
    gaps, journeys = output.gaps, output.history.journeys
    if len(gaps):
        vehicle, op = gaps[0].tolist()
        first_gap = {"vehicle": vehicle_name(plan, vehicle), "step": plan.labels.op_step[op]}
        yield problem("gap", n=len(gaps), **first_gap)
    last = np.diff(journeys.vehicle, append=-1) != 0
    first = np.roll(last, 1)
    seen, start, end = journeys.vehicle[first], journeys.start_s[first], journeys.done_s[last]
    arrived = plan.vehicle_arrival_s < plan.horizon_s
    with_rows = np.zeros(plan.n_vehicles, bool)
    with_rows[seen] = True
    gone = left[seen] != NOT_YET
    yield from _vehicles(plan, np.flatnonzero(with_rows & ~arrived), "rows_before_arrival")
    yield from _vehicles(plan, seen[start != plan.vehicle_arrival_s[seen]], "late_first_step")
    yield from _vehicles(plan, seen[gone & (end != left[seen])], "left_at_other_time")
    still_there = ~gone & (end == NOT_YET)
    in_system, departed = int(still_there.sum()), int((left != NOT_YET).sum())
    without_steps = int((arrived & ~with_rows & (left == NOT_YET)).sum())
    if int(arrived.sum()) != departed + in_system:
        counts = {"departed": departed, "in_system": in_system, "without_rows": without_steps}
        yield problem("count", n=int(arrived.sum()), **counts)
    kept, unfinished = WrongRows(), output.open_visits
    kept.add(plan, unfinished, np.flatnonzero(left[unfinished.vehicle] != NOT_YET))
    yield from kept.problems("left_and_keeps")


def _vehicles(plan: Plan, vehicles: npt.NDArray[Any], code: str) -> Iterator[Message]:
    if len(vehicles):
        yield problem(code, n=len(vehicles), first=vehicle_name(plan, int(vehicles[0])))


def _stocks(output: RunOutput) -> Iterator[Message]:
    """The level of each stock after every draw and return."""
    plan = output.plan
    for course in stock_courses(output):
        capacity = int(plan.stock_capacity[course.stock])
        wrong = np.flatnonzero((course.level < 0) | (course.level > capacity))
        if len(wrong):
            at = {"level": int(course.level[wrong[0]]), "second": int(course.times_s[wrong[0]])}
            stock = plan.labels.stock[course.stock]
            if capacity == rules.UNLIMITED:
                yield problem("stock_negative", n=len(wrong), stock=stock, **at)
            else:
                yield problem("stock_range", n=len(wrong), stock=stock, capacity=capacity, **at)


def _servers(output: RunOutput) -> Iterator[Message]:
    """Each facility at every instant, and its sums over the run."""
    plan, names, balances, totals = (
        output.plan,
        output.plan.labels.facility,
        output.trajectories.balances,
        output.totals,
    )
    for code in ("overloaded", "idle"):
        for name, balance in zip(names, balances, strict=True):
            wrong = getattr(balance, code)
            if wrong.number:
                then = {key: getattr(wrong, key) for key in ("busy", "servers", "waiting")}
                yield problem(code, n=wrong.number, facility=name, second=wrong.second, **then)
    facility = facility_of_op(plan)
    at = facility >= 0

    def over_visits(by_op: Ints) -> Floats:
        return group_statistics.sums(facility[at], by_op[at], plan.n_facilities)

    areas: tuple[tuple[str, list[int], npt.NDArray[Any]], ...] = (
        ("waiting_balance", [one.waiting_s for one in balances], over_visits(totals.whole_wait_s)),
        ("busy_balance", [one.busy_s for one in balances], over_visits(totals.whole_busy_s)),
        (
            "open_balance",
            [one.servers_s for one in balances],
            Servers.of_run(output.visits).available_s(0, plan.horizon_s),
        ),
    )
    for code, over_time, sums in areas:
        for name, area, total in zip(names, over_time, sums.tolist(), strict=True):
            if area != total:
                yield problem(code, facility=name, over_time=area, over_visits=round(total))


def _repairs(output: RunOutput) -> Iterator[Message]:
    """Each failure from its second to the end of its repair."""
    plan, names = output.plan, output.plan.labels.facility
    of_facility = {facility: output.trajectories[facility] for facility in np.unique(plan.failure_facility).tolist()}
    times = (plan.failure_facility, plan.failure_server, plan.failure_time_s, output.visits.repair_started_s)
    repaired_s: dict[tuple[int, int], int] = {}
    """When the last repair of each server ended."""
    for facility, server, failed_s, started_s, repair_s in zip(
        *(column.tolist() for column in times), plan.failure_repair_s.tolist(), strict=True
    ):
        able_s = max(failed_s, repaired_s.get((facility, server), 0))
        began_s = plan.horizon_s if started_s == NOT_YET else started_s
        repaired_s[facility, server] = began_s + repair_s
        where: dict[str, Param] = {"facility": names[facility], "failed": failed_s, "started": started_s}
        if began_s < able_s and started_s != NOT_YET:
            yield problem("repair_early", **where)
        state = of_facility[facility]
        waits = slice(*np.searchsorted(state.time_s, (able_s, began_s)))
        # Only the last instant, the horizon, does not last.
        idle = (state.busy[waits] < state.servers[waits]) & (state.time_s[waits] < plan.horizon_s)
        if idle.any():
            yield problem("failure_waits", **where, second=int(state.time_s[waits][idle][0]))


def problem(code: str, **params: Param) -> Message:
    """A violated balance, see the messages ``conservation.*`` of the room ``runs``."""
    return message(f"conservation.{code}", "runs", **params)
