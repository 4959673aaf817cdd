"""The world of a plan at a second: vehicles under way, levels of stocks, repairs, orders in force."""

from __future__ import annotations

from dataclasses import dataclass

from sim.core import rules
from sim.core.plan import Plan, followers


@dataclass(frozen=True, slots=True)
class Standing:
    """One vehicle under way at the second of a state."""

    vehicle: int
    """Of the plan, whose random numbers it has."""
    op: int
    working: bool
    """Its work or travel at the op is under way; else it waits there."""
    rest_s: int
    """Seconds of work after the second of the state, at least 1; 0 if it waits."""
    since_s: float
    """When it came to wait, or began the work; decides the order of a queue."""
    kept: tuple[int, ...] = ()
    """HOLD ops whose servers it keeps, in the order in which it took them; not ``op`` itself."""
    trip: int = 0
    """Its trip, from 0."""


@dataclass(frozen=True, slots=True)
class Headway:
    """A server of a facility that a PASS keeps for ``rest_s`` seconds more."""

    facility: int
    rest_s: int
    service: int


@dataclass(frozen=True, slots=True)
class Repair:
    """A failure that waits for its server (``waits``), or a repair under way, with what is left of it."""

    facility: int
    server: int
    rest_s: int
    waits: bool


@dataclass(frozen=True, slots=True)
class Joining:
    """A vehicle that begins at the entry of its service after the second of a state, beside those of the plan."""

    vehicle: int
    """Of the plan, whose random numbers it has."""
    arrival_s: int
    """Later than the second of the state."""
    trips: int = 1


@dataclass(frozen=True)
class State:
    """The world of a plan at a second, after everything that happens at it."""

    at_s: int
    standing: tuple[Standing, ...]
    levels: tuple[int, ...]
    """Of each stock."""
    headways: tuple[Headway, ...] = ()
    repairs: tuple[Repair, ...] = ()
    in_force: tuple[int, ...] = ()
    """Controllers that are in force."""
    joining: tuple[Joining, ...] = ()
    """Vehicles that the plan does not have at their time."""


def kept_ops(plan: Plan) -> dict[int, tuple[int, ...]]:
    """The HOLD ops whose servers a vehicle keeps when it comes to each op that can be reached, on one way to it."""
    found: dict[int, tuple[int, ...]] = {}
    for entry in plan.service_entry.tolist():
        found[entry] = ()
        todo = [entry]
        while todo:
            op = todo.pop()
            kept = kept_after(plan, op, found[op])
            for step in followers(plan, op):
                if step not in found:
                    found[step] = kept
                    todo.append(step)
    return found


def kept_after(plan: Plan, op: int, kept: tuple[int, ...]) -> tuple[int, ...]:
    """The HOLD ops of the servers that a vehicle keeps after an op."""
    code = int(plan.op_code[op])
    if code == rules.HOLD:
        return (*kept, op)
    if code == rules.FREE:
        return tuple(one for one in kept if plan.op_slot[one] != plan.op_slot[op])
    return kept
