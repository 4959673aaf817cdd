"""A trace read as lives: each vehicle's journeys, and its crossings of ports, the unit of dwell.

Comes in: Visits. Goes out (:class:`History`): its rows, in the order in which each vehicle lived them, cut into

*journeys*: a vehicle that comes once makes one; a fleet's vehicle makes one a trip;
*crossings*: unbroken runs of rows of one journey whose steps have the same port and direction. A vehicle enters when
it reaches the first step of the run, and is out when everything of the run is over and every track given back.

All of it is read in one pass over the trace (see :mod:`sim.output.vehicle_rows`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints, Ints32, Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Seconds, Visits
from sim.output import group_statistics
from sim.output.vehicle_rows import Bools, Lives, lives

Floats = npt.NDArray[np.float64]

SIDES = ("both", "cn", "foreign")
"""The views of a crossing: all of it, or its steps on one side of the border."""

Group = tuple[str, str, str]
"""(port, direction, vehicle class): what KPIs are told by."""


def groups_of(plan: Plan) -> tuple[list[Group], Ints32]:
    """The (port, direction, class) that the plan's steps name, sorted, and per op its position there, -1 for none."""
    labels = plan.labels
    per_op = [
        (port, direction, klass) if port and direction else None
        for port, direction, klass in zip(labels.op_port, labels.op_direction, labels.op_class, strict=True)
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
    start_s: Seconds
    end_s: Seconds
    """When the vehicle left or its next trip began; -1 if it was under way at the horizon."""
    done_s: Seconds
    """When its last step was done; -1 if it was not."""
    delivered_s: Seconds
    """End of its last loaded step; -1 if it has none or one is not over."""
    waited_s: Seconds
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
    enter_s: Seconds
    exit_s: Seconds
    """-1 while not over at the horizon."""
    loaded: Bools
    wait_s: Seconds
    """Sum of started - queued; not meaningful for a crossing that is not over."""
    clearance_s: Seconds
    """Wait and service of the steps of customs, police and inspection; likewise."""
    dwell_s: Seconds
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
    waited_s: Seconds
    served_s: Seconds


class History:
    """The journeys and crossings of a trace; whole after :meth:`close`.

    ``by_step`` asks for what became of crossings step by step (``at_steps``) and for ``gaps`` between steps, too, which
    are not there otherwise: key figures need neither, and would take a tenth longer.
    """

    def __init__(self, plan: Plan, by_step: bool = False) -> None:
        self.plan = plan
        self.groups, of_op = groups_of(plan)
        self._reader = _Reader(plan, of_op, by_step)
        self._journeys, self._crossings = _Columns(Journeys), _Columns(Crossings)
        self._gaps: list[Ints] = []
        self._n_journeys = 0
        self._seconds: type = np.int32 if plan.horizon_s < 2**31 else np.int64

    @staticmethod
    def of(visits: Visits, by_step: bool = False) -> History:
        """Of all visits of a run."""
        history = History(visits.plan, by_step)
        for piece in lives(visits):
            history.add(piece, visits.vehicle_left_s)
        history.close()
        return history

    def add(self, piece: Lives, left_s: Ints) -> None:
        """Add the lives of some vehicles; ``left_s`` (nV,) tells when each vehicle left."""
        journeys, crossings = self._reader.read(piece, left_s)
        self._journeys.add(replace(journeys, first_row=journeys.first_row + piece.rows.start), self._seconds)
        self._crossings.add(replace(crossings, journey=crossings.journey + self._n_journeys), self._seconds)
        if self._reader.by_step:
            self._gaps.append(_gaps(piece))
        self._n_journeys += len(journeys.vehicle)

    def close(self) -> None:
        """After the last piece; there must have been one. Sets ``journeys``, ``crossings`` and what was asked for."""
        self.journeys = self._journeys.joined()
        """Every journey of the run."""
        self.crossings = self._crossings.joined()
        """Every crossing of a port."""
        if self._reader.by_step:
            self.at_steps = self._reader.at_steps
            self.gaps = np.concatenate(self._gaps)
            """(n, 2) vehicle and op of rows after which a vehicle did not reach its next step at once; none, if all is
            well."""


def _gaps(piece: Lives) -> Ints:
    same = piece.vehicle[1:] == piece.vehicle[:-1]
    late = np.flatnonzero(same & (piece.queued_s[1:] != piece.finished_s[:-1]))
    return np.stack((piece.vehicle[late].astype(np.int64), piece.op[late]), axis=1)


class _Reader:
    """Reads pieces of a trace, with what it needs to know of each op at hand."""

    def __init__(self, plan: Plan, group_of_op: Ints32, by_step: bool) -> None:
        labels, n = plan.labels, plan.n_ops
        self._plan, self.by_step = plan, by_step
        self._group = group_of_op
        self._clearance = np.array(labels.op_clearance, bool)
        self._side = np.array([SIDES.index(s) if s in SIDES else 0 for s in labels.op_side], np.int8)
        self._loaded = np.array(labels.op_loaded, bool)
        self._cost_usd, self._co2_kg = np.array(labels.op_cost_usd, float), np.array(labels.op_co2_kg, float)
        self.at_steps = AtSteps(np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64))

    def read(self, piece: Lives, left_s: Ints) -> tuple[Journeys, Crossings]:
        """The journeys and crossings of some vehicles, numbered from 0; adds to the sums by op, if asked for."""
        wait_s = piece.started_s - piece.queued_s
        loaded = self._loaded[piece.op]
        return self._journeys(piece, left_s, wait_s, loaded), self._crossings(piece, wait_s, loaded)

    def _journeys(self, piece: Lives, left_s: Ints, wait_s: Seconds, loaded: Bools) -> Journeys:
        first = np.flatnonzero(piece.new_journey)
        vehicle, start = piece.vehicle[first], piece.queued_s[first]
        last = np.append(first, len(piece.op))[1:] - 1
        last_of_vehicle = np.diff(vehicle, append=-1) != 0
        delivered = _reduce(np.maximum, np.where(loaded, piece.departed_s, NOT_YET), first)
        under_way = np.flatnonzero(loaded & (piece.departed_s == NOT_YET))
        delivered[np.searchsorted(first, under_way, side="right") - 1] = NOT_YET
        return Journeys(
            first_row=first,
            vehicle=vehicle,
            service=self._plan.vehicle_service[vehicle],
            start_s=start,
            end_s=np.where(last_of_vehicle, left_s[vehicle], np.roll(start, -1)),
            done_s=piece.finished_s[last],
            delivered_s=delivered,
            waited_s=_reduce(np.add, wait_s, first),
            cost_usd=_reduce(np.add, self._cost_usd[piece.op], first),
            co2_kg=_reduce(np.add, self._co2_kg[piece.op], first),
        )

    def _crossings(self, piece: Lives, wait_s: Seconds, loaded: Bools) -> Crossings:
        group = self._group[piece.op]
        new = piece.new_journey.copy()
        new[1:] |= group[1:] != group[:-1]
        rows = np.flatnonzero(group >= 0)
        begins = new[rows]
        first = np.flatnonzero(begins)
        begin, n = rows[first], len(first)
        crossing = np.cumsum(begins) - 1
        op, wait_s, departed = piece.op[rows], wait_s[rows], piece.departed_s[rows]
        side = self._side[op]

        # A cell is one side of one crossing; rows of neither side are in the first of its three.
        cell = crossing * len(SIDES) + side
        cleared = np.flatnonzero(self._clearance[op])
        cleared_s = (piece.finished_s - piece.queued_s)[rows[cleared]]
        enter = np.full((n, len(SIDES)), self._plan.horizon_s, departed.dtype)
        np.minimum.at(enter.reshape(-1), cell, piece.queued_s[rows])
        leave = np.full((n, len(SIDES)), NOT_YET, departed.dtype)
        np.maximum.at(leave.reshape(-1), cell, departed)
        dwell = np.where(enter < self._plan.horizon_s, leave - enter, NOT_YET)
        exit_s = np.maximum(np.maximum(leave[:, 0], leave[:, 1]), leave[:, 2])
        dwell[:, 0] = exit_s - piece.queued_s[begin]
        not_over = np.zeros(n, bool)
        not_over[crossing[departed == NOT_YET]] = True
        exit_s[not_over] = NOT_YET
        full = np.zeros(n, bool)
        full[crossing[loaded[rows]]] = True
        crossings = Crossings(
            group=group[begin],
            vehicle=piece.vehicle[begin],
            service=self._plan.vehicle_service[piece.vehicle[begin]],
            journey=np.cumsum(piece.new_journey)[begin] - 1,
            enter_s=piece.queued_s[begin],
            exit_s=exit_s,
            loaded=full,
            wait_s=_by_side(cell, wait_s, n),
            clearance_s=_by_side(cell[cleared], cleared_s, n),
            dwell_s=dwell,
            side_now=side[np.append(first, len(rows))[1:] - 1].astype(np.int32),
        )
        if self.by_step:
            counted = crossings.leave_in(self._plan.labels.warmup_s, self._plan.horizon_s)[crossing]
            self._count(op, counted, wait_s, (piece.finished_s - piece.started_s)[rows])
        return crossings

    def _count(self, op: npt.NDArray[np.intp], counted: Bools, waited_s: Seconds, served_s: Seconds) -> None:
        """Add some rows, those counted, to the sums by op."""
        if not counted.all():
            op, waited_s, served_s = op[counted], waited_s[counted], served_s[counted]
        sums, n = self.at_steps, self._plan.n_ops
        for total, more in (
            (sums.rows, group_statistics.counts(op, n)),
            (sums.waited_s, group_statistics.sums(op, waited_s, n)),
            (sums.served_s, group_statistics.sums(op, served_s, n)),
        ):
            total += more.astype(np.int64)


def _by_side(cell: Ints, seconds: Seconds, n: int) -> Ints:
    """(n, 3) sums by crossing and side, those of both sides in the first column."""
    sums = group_statistics.sums(cell, seconds, n * len(SIDES)).astype(np.int64).reshape(n, len(SIDES))
    sums[:, 0] += sums[:, 1] + sums[:, 2]
    return sums


def _reduce(how: np.ufunc, values: npt.NDArray[Any], first: Ints) -> npt.NDArray[Any]:
    """Reduce runs of rows that begin at ``first``."""
    return how.reduceat(values, first, dtype=values.dtype) if len(first) else values[:0]


Table = TypeVar("Table", Journeys, Crossings)


class _Columns(Generic[Table]):
    """The columns of a table while its pieces come in."""

    def __init__(self, table: type[Table]) -> None:
        self._table: Callable[..., Table] = table
        self._parts: dict[str, list[npt.NDArray[Any]]] = {f.name: [] for f in fields(table)}

    def add(self, piece: Table, seconds: type) -> None:
        """Add some rows. Times are kept as ``seconds``: 32 bits are enough for 68 years."""
        for name, parts in self._parts.items():
            column = getattr(piece, name)
            parts.append(column.astype(seconds, copy=False) if name.endswith("_s") else column)

    def joined(self) -> Table:
        """All rows; each column gives up its pieces as it is made."""
        return self._table(**{name: np.concatenate(self._parts.pop(name)) for name in list(self._parts)})
