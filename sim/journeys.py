"""A trace read as lives: each vehicle's journeys, and its crossings of ports, the unit of dwell.

Comes in: a Trace. Goes out (:class:`History`): its rows, in the order in which each vehicle lived them, cut into

*journeys*: a vehicle that comes once makes one; a fleet's vehicle makes one a trip;
*crossings*: unbroken runs of rows of one journey whose steps have the same port and direction. A vehicle enters when
it reaches the first step of the run, and is out when everything of the run is over and every track given back.

All of it is read in one pass over the trace (see :mod:`sim.lives`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from sim.lives import Bools, Lives, lives
from sim.plan import Ints, Ints32, Plan
from sim.rules import NOT_YET
from sim.trace import Trace

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


@dataclass(frozen=True)
class Journeys:
    """One row per journey, in the order of vehicles and time. All arrays (n_journeys,)."""

    first_row: Ints
    """Position in the rows in the order of lives."""
    vehicle: Ints32
    service: Ints32
    start_s: Ints
    end_s: Ints
    """When the vehicle left or its next trip began; -1 if it was under way at the horizon."""
    done_s: Ints
    """When its last step was done; -1 if it was not."""
    delivered_s: Ints
    """End of its last loaded step; -1 if it has none or one is not over."""
    waited_s: Ints
    """Sum of started - queued; not meaningful for a journey that is not over."""
    cost_usd: Floats
    """What its steps cost, apart from waiting."""
    co2_kg: Floats
    """What its steps emit, apart from waiting."""


@dataclass(frozen=True)
class Crossings:
    """One row per crossing, in the order of vehicles and time. Arrays are (n_crossings,), or (n_crossings, 3) with
    one column for each of ``SIDES``."""

    group: Ints32
    """Position in the groups of the history."""
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


@dataclass(frozen=True)
class AtSteps:
    """Sums over the crossings that end in the measured window, by op. All arrays (nO,)."""

    rows: Ints
    waited_s: Ints
    served_s: Ints


class History:
    """The journeys and crossings of a trace, and what became of it step by step."""

    def __init__(self, trace: Trace) -> None:
        self.plan = trace.plan
        self.groups, of_op = groups_of(trace.plan)
        reader = _Reader(trace.plan, of_op)
        journeys, crossings, gaps, n_journeys = [], [], [], 0
        for piece in lives(trace):
            of_piece, theirs = reader.read(piece)
            journeys.append(replace(of_piece, first_row=of_piece.first_row + piece.rows.start))
            crossings.append(replace(theirs, journey=theirs.journey + n_journeys))
            gaps.append(_gaps(piece))
            n_journeys += len(of_piece.vehicle)
        self.journeys = _joined(journeys)
        """Every journey of the run."""
        self.crossings = _joined(crossings)
        """Every crossing of a port."""
        self.at_steps = reader.at_steps
        self.gaps = np.concatenate(gaps)
        """Positions in the trace of rows after which a vehicle did not reach its next step at once; none, if all is
        well."""


def _gaps(piece: Lives) -> Ints:
    vehicle, queued, finished = (piece.column(name) for name in ("vehicle", "queued_s", "finished_s"))
    return piece.numbers[:-1][(vehicle[1:] == vehicle[:-1]) & (queued[1:] != finished[:-1])]


class _Reader:
    """Reads pieces of a trace, with what it needs to know of each op at hand."""

    def __init__(self, plan: Plan, group_of_op: Ints32) -> None:
        labels, n = plan.labels, plan.n_ops
        self._plan = plan
        self._group = group_of_op
        self._clearance = np.array(labels.op_clearance, bool)
        self._side = np.array([SIDES.index(s) if s in SIDES else 0 for s in labels.op_side], np.int8)
        self._loaded = np.array(labels.op_loaded, bool)
        self._cost_usd, self._co2_kg = np.array(labels.op_cost_usd, float), np.array(labels.op_co2_kg, float)
        self.at_steps = AtSteps(np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64))

    def read(self, piece: Lives) -> tuple[Journeys, Crossings]:
        """The journeys and crossings of some vehicles, numbered from 0; adds to the sums by op."""
        columns = ("vehicle", "op", "queued_s", "started_s", "finished_s", "departed_s")
        vehicle, op, queued, started, finished, departed = map(piece.column, columns)
        op = op.astype(np.intp)
        wait = started - queued
        loaded = self._loaded[op]

        first = np.flatnonzero(piece.new_journey)
        who, start = vehicle[first], queued[first]
        last_of_vehicle = np.diff(who, append=-1) != 0
        under_way = _reduce(np.logical_or, loaded & (departed == NOT_YET), first)
        journeys = Journeys(
            first_row=first,
            vehicle=who,
            service=self._plan.vehicle_service[who],
            start_s=start,
            end_s=np.where(last_of_vehicle, piece.trace.vehicle_left_s[who], np.roll(start, -1)),
            done_s=finished[np.append(first[1:], len(op)) - 1] if len(op) else finished,
            delivered_s=np.where(under_way, NOT_YET, _reduce(np.maximum, np.where(loaded, departed, NOT_YET), first)),
            waited_s=_reduce(np.add, wait, first),
            cost_usd=_reduce(np.add, self._cost_usd[op], first),
            co2_kg=_reduce(np.add, self._co2_kg[op], first),
        )

        group = self._group[op]
        new = piece.new_journey.copy()
        new[1:] |= group[1:] != group[:-1]
        runs = np.flatnonzero(new)
        at_port = np.flatnonzero(group[runs] >= 0)
        begin = runs[at_port]

        def run(how: np.ufunc, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
            return _reduce(how, values, runs)[at_port]

        exit_s = run(np.maximum, departed)
        exit_s[run(np.minimum, departed) == NOT_YET] = NOT_YET
        clearance = np.where(self._clearance[op], finished - queued, 0)
        side = self._side[op]
        waits, clearances = [run(np.add, wait)], [run(np.add, clearance)]
        dwells = [exit_s - queued[begin]]
        for k in (1, 2):
            here = side == k
            waits.append(run(np.add, wait * here))
            clearances.append(run(np.add, clearance * here))
            enter_side = run(np.minimum, np.where(here, queued, self._plan.horizon_s))
            exit_side = run(np.maximum, np.where(here, departed, NOT_YET))
            dwells.append(np.where(run(np.logical_or, here), exit_side - enter_side, NOT_YET))
        crossings = Crossings(
            group=group[begin],
            vehicle=vehicle[begin],
            service=self._plan.vehicle_service[vehicle[begin]],
            journey=np.searchsorted(first, begin, side="right") - 1,
            enter_s=queued[begin],
            exit_s=exit_s,
            loaded=run(np.logical_or, loaded),
            wait_s=np.stack(waits, axis=1),
            clearance_s=np.stack(clearances, axis=1),
            dwell_s=np.stack(dwells, axis=1),
            side_now=side[np.append(runs, len(side))[at_port + 1] - 1].astype(np.int32),
        )

        measured = np.zeros(len(runs), bool)
        measured[at_port] = crossings.leave_in(self._plan.labels.warmup_s, self._plan.horizon_s)
        counted = np.repeat(measured, np.diff(runs, append=len(op)))
        self._count(op[counted], wait[counted], (finished - started)[counted])
        return journeys, crossings

    def _count(self, op: npt.NDArray[np.intp], waited_s: Ints, served_s: Ints) -> None:
        n = self._plan.n_ops
        sums = self.at_steps
        sums.rows[:] += np.bincount(op, minlength=n)
        # Whole seconds far below 2^53, so sums of doubles are exact.
        sums.waited_s[:] += np.bincount(op, waited_s, n).astype(np.int64)
        sums.served_s[:] += np.bincount(op, served_s, n).astype(np.int64)


def _reduce(how: np.ufunc, values: npt.NDArray[Any], first: Ints) -> npt.NDArray[Any]:
    """Reduce runs of rows that begin at ``first``."""
    return how.reduceat(values, first) if len(first) else values[:0]


Table = TypeVar("Table", Journeys, Crossings)


def _joined(parts: list[Table]) -> Table:
    columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(parts[0])}
    return type(parts[0])(**columns)
