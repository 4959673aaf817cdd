"""Crossings of ports, the unit of dwell: unbroken runs of rows of one journey with the same port and direction.

Input: pieces of a scan. Output: :class:`Crossings` of each piece, and the times that crossings take at each step
(:class:`CrossingSteps`). A vehicle enters when it reaches the first step of the run of rows, and leaves when everything
of the run is over and every track is free again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints, Ints32, Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Seconds, Visits
from sim.output import group_statistics
from sim.output.single_pass import Piece
from sim.output.vehicle_rows import Bools, VehicleRowReader

Floats = npt.NDArray[np.float64]

SIDES = ("both", "cn", "foreign")
"""The views of a crossing: all of it, or its steps on one side of the border."""

Group = tuple[str, str, str]
"""(port, direction, vehicle class): the groups of key figures."""


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
class PieceCrossings:
    """The crossings of a piece, and the rows of which they consist. Arrays of rows are (n_rows,)."""

    crossings: Crossings
    """Journeys are numbered from the first of the piece."""
    crossing: Ints
    """Position of the crossing to which each row belongs."""
    rows: Ints
    """Positions of the rows in the piece, as the vehicles lived them."""
    op: npt.NDArray[np.intp]
    waited_s: Seconds
    first_row: Ints
    """(n_crossings,) position in the piece of the first row of each crossing."""


class CrossingReader:
    """Derives the crossings of a piece."""

    def __init__(self, plan: Plan) -> None:
        labels = plan.labels
        self._plan = plan
        self._group = groups_of(plan)[1]
        self._clearance = np.array(labels.op_clearance, bool)
        self._side = np.array([SIDES.index(s) if s in SIDES else 0 for s in labels.op_side], np.int8)
        self._loaded = np.array(labels.op_loaded, bool)

    def __call__(self, piece: Piece) -> PieceCrossings:
        """Cut the rows of each journey where the port or the direction changes."""
        lived = piece.derived(VehicleRowReader)
        group = self._group[lived.op]
        new = lived.new_journey.copy()
        new[1:] |= group[1:] != group[:-1]
        rows = np.flatnonzero(group >= 0)
        begins = new[rows]
        first = np.flatnonzero(begins)
        begin, n = rows[first], len(first)
        crossing = np.cumsum(begins) - 1
        op, wait_s, departed = lived.op[rows], lived.wait_s[rows], lived.departed_s[rows]
        side = self._side[op]

        # A cell is one side of one crossing; rows of neither side are in the first of its three.
        cell = crossing * len(SIDES) + side
        cleared = np.flatnonzero(self._clearance[op])
        cleared_s = (lived.finished_s - lived.queued_s)[rows[cleared]]
        enter = np.full((n, len(SIDES)), self._plan.horizon_s, departed.dtype)
        np.minimum.at(enter.reshape(-1), cell, lived.queued_s[rows])
        leave = np.full((n, len(SIDES)), NOT_YET, departed.dtype)
        np.maximum.at(leave.reshape(-1), cell, departed)
        dwell = np.where(enter < self._plan.horizon_s, leave - enter, NOT_YET)
        exit_s = np.maximum(np.maximum(leave[:, 0], leave[:, 1]), leave[:, 2])
        dwell[:, 0] = exit_s - lived.queued_s[begin]
        not_over = np.zeros(n, bool)
        not_over[crossing[departed == NOT_YET]] = True
        exit_s[not_over] = NOT_YET
        full = np.zeros(n, bool)
        full[crossing[self._loaded[op]]] = True
        crossings = Crossings(
            group=group[begin],
            vehicle=lived.vehicle[begin],
            service=self._plan.vehicle_service[lived.vehicle[begin]],
            journey=np.cumsum(lived.new_journey)[begin] - 1,
            enter_s=lived.queued_s[begin],
            exit_s=exit_s,
            loaded=full,
            wait_s=_by_side(cell, wait_s, n),
            clearance_s=_by_side(cell[cleared], cleared_s, n),
            dwell_s=dwell,
            side_now=side[np.append(first, len(rows))[1:] - 1].astype(np.int32),
        )
        return PieceCrossings(crossings, crossing, rows, op, wait_s, begin)


@dataclass(frozen=True)
class CrossingSteps:
    """Sums over the crossings that end in the measured window, by op. All arrays (nO,)."""

    rows: Ints
    waited_s: Ints
    served_s: Ints


class CrossingStepObserver:
    """Adds up the times that crossings take at each step."""

    def __init__(self, visits: Visits) -> None:
        n = visits.plan.n_ops
        self._window_s = visits.plan.labels.warmup_s, visits.plan.horizon_s
        self._sums = CrossingSteps(np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64))

    def add(self, piece: Piece) -> None:
        """Add the rows of the crossings that end in the window."""
        found, sums, n = piece.derived(CrossingReader), self._sums, len(self._sums.rows)
        counted = found.crossings.leave_in(*self._window_s)[found.crossing]
        lived = piece.derived(VehicleRowReader)
        op, waited_s, served_s = found.op, found.waited_s, (lived.finished_s - lived.started_s)[found.rows]
        if not counted.all():
            op, waited_s, served_s = op[counted], waited_s[counted], served_s[counted]
        for total, more in (
            (sums.rows, group_statistics.counts(op, n)),
            (sums.waited_s, group_statistics.sums(op, waited_s, n)),
            (sums.served_s, group_statistics.sums(op, served_s, n)),
        ):
            total += more.astype(np.int64)

    def result(self) -> CrossingSteps:
        """The sums over all pieces."""
        return self._sums


def _by_side(cell: Ints, seconds: Seconds, n: int) -> Seconds:
    """(n, 3) sums by crossing and side, those of both sides in the first column."""
    sums: Seconds = np.zeros((n, len(SIDES)), seconds.dtype)
    np.add.at(sums.reshape(-1), cell, seconds)
    sums[:, 0] += sums[:, 1] + sums[:, 2]
    return sums
