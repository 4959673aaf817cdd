"""A trace read as lives: each vehicle's journeys, and its crossings of ports, the unit of dwell.

Comes in: a Trace. Goes out: its rows in the order in which each vehicle lived them (:class:`History`), cut into

*journeys*: a vehicle that comes once makes one; a fleet's vehicle makes one a trip;
*crossings*: unbroken runs of rows of one journey whose steps have the same port and direction. A vehicle enters when
it reaches the first step of the run, and is out when everything of the run is over and every track given back.

All of it is plain array work: a year is some eight million rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.plan import Ints, Ints32, Plan
from sim.rules import NOT_YET
from sim.trace import Trace

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

SIDES = ("both", "cn", "foreign")
"""The views of a crossing: all of it, or its steps on one side of the border."""

Group = tuple[str, str, str]
"""(port, direction, vehicle class): what KPIs are told by."""


def groups_of(plan: Plan) -> tuple[list[Group], Ints32]:
    """The (port, direction, class) that the plan's steps name, sorted, and per op its position there, -1 for none."""
    labels = plan.labels
    class_of = dict(zip(labels.service, labels.service_class, strict=True))
    per_op = [
        (port, direction, class_of[service]) if port and direction else None
        for port, direction, service in zip(labels.op_port, labels.op_direction, labels.op_service, strict=True)
    ]
    groups = sorted({group for group in per_op if group is not None})
    position = {group: k for k, group in enumerate(groups)}
    return groups, np.array([-1 if g is None else position[g] for g in per_op], np.int32)


def time_order(trace: Trace) -> Ints | None:
    """Indices of the rows by (vehicle, time, step), or None where the trace is in that order already.

    A trace is sorted by (vehicle, step). That is the order of time for a vehicle that comes once; the trips of a
    fleet lie mixed. Steps without length that end one trip and begin the next share an instant: there, the row
    at which time passes was the last, and higher steps than its own belong to the trip before.
    """
    if not (trace.plan.vehicle_trips > 1).any() or len(trace) < 2:
        return None
    key = trace.vehicle.astype(np.int64) * (trace.plan.horizon_s + 1) + trace.queued_s
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    passes = (trace.finished_s != trace.queued_s)[order]
    before = np.cumsum(passes) - passes
    instant = np.repeat(np.arange(len(first)), np.diff(first, append=len(key)))
    earlier = before > before[first][instant]
    if earlier.any():
        order = order[np.argsort(2 * instant + ~earlier, kind="stable")]
    return order


@dataclass(frozen=True)
class Journeys:
    """One row per journey, in the order of vehicles and time. All arrays (n_journeys,)."""

    first_row: Ints
    """Position in the rows of the history."""
    vehicle: Ints32
    service: Ints32
    start_s: Ints
    end_s: Ints
    """When the vehicle left or its next trip began; -1 if it was under way at the horizon."""


@dataclass(frozen=True)
class Crossings:
    """One row per crossing, in the order of vehicles and time. Arrays are (n_crossings,), or (n_crossings, 3) with
    one column for each of ``SIDES``."""

    groups: list[Group]
    group: Ints32
    """Position in ``groups``."""
    vehicle: Ints32
    service: Ints32
    journey: Ints
    """Position in :class:`Journeys`."""
    enter_s: Ints
    exit_s: Ints
    """-1 while not over at the horizon."""
    loaded: Bools
    wait_s: Ints
    """Sum of started - queued; not meaningful for a crossing that is not over."""
    clearance_s: Ints
    """Wait and service of the steps of customs, police and inspection; likewise."""
    dwell_s: Ints
    """From the first row queued to the last row departed; -1 for a side without steps; likewise."""
    side_now: Ints32
    """Side of the last step reached, as a position in ``SIDES`` (0 for a step of neither side)."""

    def __len__(self) -> int:
        return len(self.vehicle)

    def leave_in(self, from_s: int, to_s: int) -> Bools:
        """Which crossings are over within [from_s, to_s)."""
        return (self.exit_s >= from_s) & (self.exit_s < to_s)


class History:
    """The rows of a trace in the order in which each vehicle lived them, and what they make up."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.plan = trace.plan
        self._order = time_order(trace)
        self.groups, self._op_group = groups_of(trace.plan)

    def rows(self, column: str) -> npt.NDArray[Any]:
        """One column of the trace in the order of lives, shape (n_visits,)."""
        values: npt.NDArray[Any] = getattr(self.trace, column)
        return values if self._order is None else values[self._order]

    def numbers(self, first: int, last: int) -> Ints:
        """Positions in the trace of the rows ``first`` to ``last`` (not included) in the order of lives."""
        return np.arange(first, min(last, len(self.trace))) if self._order is None else self._order[first:last]

    @cached_property
    def op(self) -> Ints32:
        """The op of every row, (n_visits,)."""
        return self.rows("op")

    @cached_property
    def _new_journey(self) -> Bools:
        """True at the first row of a journey: another vehicle, or a step not after the one before."""
        vehicle = self.rows("vehicle")
        new = np.ones(len(vehicle), bool)
        new[1:] = (vehicle[1:] != vehicle[:-1]) | (self.op[1:] <= self.op[:-1])
        return new

    @cached_property
    def journeys(self) -> Journeys:
        """Every journey of the run."""
        first = np.flatnonzero(self._new_journey)
        vehicle = self.rows("vehicle")[first]
        start = self.rows("queued_s")[first]
        last_of_vehicle = np.diff(vehicle, append=-1) != 0
        end = np.where(last_of_vehicle, self.trace.vehicle_left_s[vehicle], np.roll(start, -1))
        return Journeys(first, vehicle, self.plan.vehicle_service[vehicle], start, end)

    @cached_property
    def _runs(self) -> tuple[Ints, Ints]:
        """First rows of all runs of one (port, direction), and which of these runs are at a port."""
        group = self._op_group[self.op]
        new = self._new_journey.copy()
        new[1:] |= group[1:] != group[:-1]
        first = np.flatnonzero(new)
        return first, np.flatnonzero(group[first] >= 0)

    @cached_property
    def crossing_of_row(self) -> Ints32:
        """(n_visits,) position in ``crossings``, -1 for rows away from ports."""
        first, at_port = self._runs
        number = np.full(len(first), -1, np.int32)
        number[at_port] = np.arange(len(at_port), dtype=np.int32)
        return np.repeat(number, np.diff(first, append=len(self.op)))

    @cached_property
    def crossings(self) -> Crossings:
        """Every crossing of a port."""
        first, at_port = self._runs
        start = first[at_port]
        labels = self.plan.labels
        queued, departed = self.rows("queued_s"), self.rows("departed_s")
        exit_s = self._run(np.maximum, departed)
        exit_s[self._run(np.minimum, departed) == NOT_YET] = NOT_YET
        wait = self.rows("started_s") - queued
        clearing = np.array(labels.op_clearance, bool)[self.op]
        clearance = np.where(clearing, self.rows("finished_s") - queued, 0)
        side = np.array([SIDES.index(s) if s in SIDES else 0 for s in labels.op_side], np.int8)[self.op]
        waits = [self._run(np.add, wait)]
        clearances = [self._run(np.add, clearance)]
        dwells = [exit_s - queued[start]]
        for k in (1, 2):
            here = side == k
            waits.append(self._run(np.add, wait * here))
            clearances.append(self._run(np.add, clearance * here))
            enter_side = self._run(np.minimum, np.where(here, queued, self.plan.horizon_s))
            exit_side = self._run(np.maximum, np.where(here, departed, NOT_YET))
            dwells.append(np.where(self._run(np.maximum, here), exit_side - enter_side, NOT_YET))
        last = np.append(first, len(side))[at_port + 1] - 1
        vehicle = self.rows("vehicle")[start]
        return Crossings(
            groups=self.groups,
            group=self._op_group[self.op[start]],
            vehicle=vehicle,
            service=self.plan.vehicle_service[vehicle],
            journey=np.searchsorted(self.journeys.first_row, start, side="right") - 1,
            enter_s=queued[start],
            exit_s=exit_s,
            loaded=self._run(np.maximum, np.array(labels.op_loaded, bool)[self.op]),
            wait_s=np.stack(waits, axis=1),
            clearance_s=np.stack(clearances, axis=1),
            dwell_s=np.stack(dwells, axis=1),
            side_now=side[last].astype(np.int32),
        )

    def _run(self, how: np.ufunc, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Reduce rows to crossings."""
        first, at_port = self._runs
        if not len(first):
            return values[:0]
        return how.reduceat(values, first)[at_port]
