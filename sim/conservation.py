"""Nothing is lost and nothing comes from nowhere: what must hold in every trace, whatever the world and the engine.

Comes in: a Trace. Goes out: a list of problems in words, empty for a sound trace. It runs after every run, so all of
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

from sim import grouped, rules
from sim.journeys import Bools, History
from sim.names import vehicle_name
from sim.occupancy import Servers, busy_until_s, facility_of_op, stock_of_op, sweep, until_s
from sim.plan import Ints
from sim.rules import NOT_YET
from sim.trace import Trace


def check(trace: Trace) -> list[str]:
    """Every way in which a trace breaks the laws of conservation, in words."""
    problems = list(_rows(trace))
    if problems:
        return problems  # The rest reads the rows as lives and would only repeat the same in other words.
    return [*_lives(trace), *_stocks(trace), *_servers(trace)]


def _told(trace: Trace, wrong: Bools, what: str) -> Iterator[str]:
    """One sentence for all rows that are wrong, with the first as example."""
    where = np.flatnonzero(wrong)
    if len(where):
        k = int(where[0])
        times = ", ".join(
            f"{name} {int(getattr(trace, name + '_s')[k])}" for name in ("queued", "started", "finished", "departed")
        )
        step = trace.plan.labels.op_step[trace.op[k]]
        who = vehicle_name(trace.plan, int(trace.vehicle[k]))
        yield f"{what}: {len(where)} rows, first {who} at {step} ({times} s)"


def _rows(trace: Trace) -> Iterator[str]:
    """Each row by itself."""
    queued, started, finished, departed = trace.queued_s, trace.started_s, trace.finished_s, trace.departed_s
    latest = np.maximum(np.maximum(queued, started), np.maximum(finished, departed))
    yield from _told(trace, latest >= trace.plan.horizon_s, "happened at or after the horizon")
    yield from _told(trace, queued < 0, "never queued")
    pairs = ((queued, started, "start"), (started, finished, "finish"), (finished, departed, "depart"))
    for before, after, name in pairs:
        yield from _told(trace, (after != NOT_YET) & ((after < before) | (before == NOT_YET)), f"{name} out of order")
    stood = np.select(
        [started == NOT_YET, finished == NOT_YET, departed == NOT_YET],
        [rules.WAITING, rules.IN_SERVICE, rules.HELD],
        rules.DONE,
    )
    yield from _told(trace, stood != trace.outcome, "outcome does not fit the times")
    code = trace.plan.op_code[trace.op]
    yield from _told(trace, (code != rules.HOLD) & (departed != finished), "a server kept without a hold")
    moves = (code == rules.TRAVEL) | (code == rules.MARK)
    yield from _told(trace, moves & (started != queued), "waited where nothing is waited for")


def _lives(trace: Trace) -> Iterator[str]:
    """Each vehicle from arrival to leaving."""
    plan, left = trace.plan, trace.vehicle_left_s
    if not len(trace):
        return
    history = History(trace)
    vehicle, queued, finished = (history.rows(c) for c in ("vehicle", "queued_s", "finished_s"))
    last = np.diff(vehicle, append=-1) != 0
    first = np.roll(last, 1)
    gap = ~last & (np.roll(queued, -1) != finished)
    if gap.any():
        k = int(np.flatnonzero(gap)[0])
        who = vehicle_name(trace.plan, int(vehicle[k]))
        step = plan.labels.op_step[history.op[k]]
        yield f"next step not reached when one was done: {int(gap.sum())} times, first {who} after {step}"
    seen, start, end = vehicle[first], queued[first], finished[last]
    arrived = plan.vehicle_arrival_s < plan.horizon_s
    with_rows = np.zeros(plan.n_vehicles, bool)
    with_rows[seen] = True
    gone = left[seen] != NOT_YET
    yield from _vehicles(trace, np.flatnonzero(with_rows & ~arrived), "never arrived and yet has rows")
    yield from _vehicles(trace, seen[start != plan.vehicle_arrival_s[seen]], "first step not at its arrival")
    yield from _vehicles(trace, seen[gone & (end != left[seen])], "left at another time than its last step was done")
    still_there = ~gone & (end == NOT_YET)
    in_system, departed = int(still_there.sum()), int((left != NOT_YET).sum())
    without_steps = int((arrived & ~with_rows & (left == NOT_YET)).sum())
    if int(arrived.sum()) != departed + in_system:
        yield (
            f"{int(arrived.sum())} vehicles arrived, but {departed} departed and {in_system} are in the system"
            f" ({without_steps} arrived and have no row)"
        )
    kept = (trace.departed_s == NOT_YET) & (left[trace.vehicle] != NOT_YET)
    yield from _told(trace, kept, "left and still keeps a server or a place in a queue")


def _vehicles(trace: Trace, who: npt.NDArray[Any], what: str) -> Iterator[str]:
    if len(who):
        yield f"{what}: {len(who)} vehicles, first {vehicle_name(trace.plan, int(who[0]))}"


def _stocks(trace: Trace) -> Iterator[str]:
    """Each stock from its level at second 0, through quotas, draws and returns."""
    plan = trace.plan
    stock = stock_of_op(plan)[trace.op]
    moved = np.flatnonzero((stock >= 0) & (trace.started_s != NOT_YET))
    op = trace.op[moved]
    amount = np.where(plan.op_code[op] == rules.DRAW, -plan.op_amount[op], plan.op_amount[op])
    for k in range(plan.n_stocks):
        mine = stock[moved] == k
        times, net = np.unique(trace.started_s[moved[mine]], return_inverse=True)
        after = np.cumsum(grouped.sums(net, amount[mine], len(times)).astype(np.int64))
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


def _servers(trace: Trace) -> Iterator[str]:
    """Each facility at every instant, and its sums over the run."""
    plan, names = trace.plan, trace.plan.labels.facility
    found = sweep(trace)
    for wrong, what in (
        ((found.started > 0) & (found.busy > found.servers), "work began while all servers were busy"),
        (
            (found.waiting > 0) & (found.busy < found.servers) & (found.lasting_s() > 0),
            "a server stood idle while a vehicle waited",
        ),
    ):
        where = np.flatnonzero(wrong)
        for first in where[np.unique(found.facility[where], return_index=True)[1]]:
            facility = found.facility[first]
            yield (
                f"{names[facility]}: {what}, first at second {found.time_s[first]} ({found.busy[first]} busy of"
                f" {found.servers[first]}, {found.waiting[first]} waiting),"
                f" {int((found.facility[where] == facility).sum())} times"
            )
    n = plan.n_facilities
    facility = facility_of_op(plan)[trace.op]
    at = facility >= 0
    serves = at & (trace.started_s != NOT_YET)
    waited = grouped.sums(facility[at], (until_s(trace, "started_s") - trace.queued_s)[at], n)
    kept = busy_until_s(trace, facility[serves], serves) - trace.started_s[serves]
    lasting = found.lasting_s()
    areas: tuple[tuple[str, Ints, npt.NDArray[Any]], ...] = (
        ("time waited", found.waiting * lasting, waited),
        ("server time kept", found.busy * lasting, grouped.sums(facility[serves], kept, n)),
        ("server time at work", found.servers * lasting, Servers.of(plan).available_s(0, plan.horizon_s)),
    )
    for what, area, total in areas:
        summed = grouped.sums(found.facility, area, n)
        for k in np.flatnonzero(summed != total):
            yield f"{names[k]}: {what} does not balance, {summed[k]:.0f} s over time and {total[k]:.0f} s over visits"
