"""A run cut at a second and continued from its state, beside the run that was not cut."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Any

from sim.core import rules
from sim.core.plan import Plan, followers
from sim.core.resuming import GHOST, Resumed, resume
from sim.core.state import State
from sim.core.trace import Trace
from sim.engines import play, simulate
from sim.output.standing_at import state_at

Events = Counter[tuple[Any, ...]]


@dataclass(frozen=True)
class Continued:
    """Events after the cut of both runs, and whether a rule may settle a tie of the second run the other way."""

    whole: Events
    resumed: Events
    ties: bool
    standing: int
    """Vehicles under way at the cut."""


def continued(plan: Plan, seed: int, engine: str) -> Continued | None:
    """Both runs of a plan, cut at a random second; None if its state is one that cannot be taken over."""
    whole = simulate(plan, engine)
    last_s = max([1, *(int(getattr(whole, name).max(initial=0)) for name in ("queued_s", "finished_s"))])
    at_s = Random(seed + 1_000_003).randrange(1, min(last_s, int(plan.horizon_s) - 1) + 1)
    # Rows of the compiled engine are in the order in which vehicles lived them, also where all happens at once.
    state = state_at(play(plan, "compiled"), at_s)
    if state.in_force or silent_trips(plan) or _failures_in_line(state):
        return None
    made = resume(plan, state)
    trace = simulate(made.plan, engine)
    return Continued(_events(whole, at_s, None), _events(trace, at_s, made), _ties(whole, at_s), len(state.standing))


def silent_trips(plan: Plan) -> bool:
    """Whether a trip of a fleet may leave no row, so that trips cannot be counted by rows."""
    for k, entry in enumerate(plan.service_entry.tolist()):
        mine = slice(int(plan.service_vehicle_start[k]), int(plan.service_vehicle_start[k + 1]))
        if plan.vehicle_trips[mine].max(initial=1) == 1:
            continue
        todo = [entry]
        while todo:
            op = todo.pop()
            if plan.op_code[op] == rules.END:
                return True
            if int(plan.op_code[op]) not in rules.RECORDED:
                todo += followers(plan, op)
    return False


def _failures_in_line(state: State) -> bool:
    """Whether several failures wait at one facility, whose order a continued run does not know."""
    waiting = Counter(one.facility for one in state.repairs if one.waits)
    return any(n > 1 for n in waiting.values())


def _events(trace: Trace, at_s: int, made: Resumed | None) -> Events:
    """What happens to vehicles after the cut."""
    found: Events = Counter()
    for row in range(len(trace)):
        vehicle, op, lead = int(trace.vehicle[row]), int(trace.op[row]), False
        if made:
            vehicle, lead = int(made.vehicle_of[vehicle]), bool(made.leads[op])
            held = lead and made.plan.op_code[op] == rules.HOLD
            op = int(made.op_of[op])
            if vehicle == GHOST:
                continue
        if trace.queued_s[row] > at_s:
            found[vehicle, op, "queued", int(trace.queued_s[row])] += 1
        if trace.started_s[row] > at_s:
            found[vehicle, op, "started", int(trace.started_s[row])] += 1
        took = made is not None and held and trace.finished_s[row] <= at_s + 1 and _kept(made, trace, row)
        if trace.finished_s[row] > at_s and not took:
            found[vehicle, op, "finished", int(trace.finished_s[row])] += 1
        if trace.departed_s[row] > at_s:
            found[vehicle, op, "departed", int(trace.departed_s[row])] += 1
    for vehicle, left in enumerate(trace.vehicle_left_s.tolist()):
        old = int(made.vehicle_of[vehicle]) if made else vehicle
        if left > at_s and old != GHOST:
            found[old, "left", left] += 1
    return found


def _kept(made: Resumed, trace: Trace, row: int) -> bool:
    """Whether a HOLD of a lead-in takes a server up, and is no work under way."""
    op = int(trace.op[row])
    return int(made.plan.op_vehicle_stride[op]) == 0


def _ties(whole: Trace, at_s: int) -> bool:
    """Whether two vehicles queue at one place in the same second after the cut: their keys decide between them."""
    plan = whole.plan
    seen = set()
    for row in range(len(whole)):
        code = int(plan.op_code[whole.op[row]])
        if code in rules.AT_FACILITY | rules.AT_STOCK and whole.queued_s[row] > at_s:
            place = (code in rules.AT_STOCK, int(plan.op_target[whole.op[row]]), int(whole.queued_s[row]))
            if place in seen:
                return True
            seen.add(place)
    return False
