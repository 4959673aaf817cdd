"""Rows of a run cut into journeys and crossings, in one loop (:mod:`sim.output.journey_loop`).

Input: a scan. Output: the :class:`~sim.output.journeys.History` of a run, the times that crossings take at each step,
and the rows after which a vehicle did not reach its next step at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from sim.core import rules
from sim.core.plan import Ints, Plan
from sim.core.trace import Visits
from sim.output import journey_loop
from sim.output.crossings import VIEWS, Crossings, CrossingSteps, groups_of, side_of_op
from sim.output.journey_loop import CLEARANCE, HOLD, LOADED, RETURN
from sim.output.journeys import History, Journeys
from sim.output.machine_loops import USUAL, Growing, narrowed, seconds_of, suiting
from sim.output.single_pass import Piece
from sim.output.vehicle_rows import VehicleRowReader


@dataclass(frozen=True)
class PieceJourneys:
    """The journeys and crossings of a piece, as views of arrays that the next piece overwrites."""

    journeys: Journeys
    """As in a run, but rows are counted from the first of the piece, and the end of the last journey of a vehicle
    is -1."""
    crossings: Crossings
    """Journeys are numbered from the first of the piece."""
    first_row: Ints
    """(n_crossings,) position in the piece of the first row of each crossing."""
    steps: Ints
    """(nO, 3) rows, seconds waited and seconds served of the crossings that end in the measured window, by op."""
    sides: Ints
    """(n_groups, 3, 4) their number by side, with seconds of dwell, wait and clearance."""
    late: Ints
    """Positions of the rows after which a vehicle did not reach its next step at once."""
    holds: Ints
    """Positions of the HOLDs whose server is kept beyond the work."""
    returns: Ints
    """Positions of the rows that return something to a stock."""


class JourneyReader:
    """Derives the journeys and crossings of a piece."""

    def __init__(self, plan: Plan) -> None:
        labels = plan.labels
        self._plan = plan
        flags = np.array(labels.op_loaded, bool) * LOADED + np.array(labels.op_clearance, bool) * CLEARANCE
        flags = flags + (plan.op_code == rules.HOLD) * HOLD + (plan.op_code == rules.RETURN) * RETURN
        self._steps = journey_loop.Steps(
            flags=flags.astype(np.uint8),
            side=side_of_op(plan).astype(np.int8),
            group=groups_of(plan)[1],
            cost_usd=np.array(labels.op_cost_usd, float),
            co2_kg=np.array(labels.op_co2_kg, float),
        )
        self._size, self._n_groups = -1, len(groups_of(plan)[0])

    def __call__(self, piece: Piece) -> PieceJourneys:
        """The journeys and crossings of a piece of the scan."""
        lived, plan, n = piece.derived(VehicleRowReader), self._plan, len(piece.rows)
        if n > self._size:
            self._make_room(n)
        times = (lived.queued_s, lived.started_s, lived.finished_s, lived.departed_s)
        op, *narrow = narrowed(plan, lived.op, *times)
        sums = np.zeros((plan.n_ops, 3), np.int64)
        window = (plan.labels.warmup_s, plan.horizon_s)
        sides = np.zeros((self._n_groups, VIEWS, 4), np.int64)
        columns = (self._journeys, self._crossings, sums, sides, self._found)
        cut = suiting(piece.visits, journey_loop.PLAIN, journey_loop.HELPERS).cut
        cut(lived.vehicle, op, *narrow, self._steps, *window, *columns)
        journeys, crossings, late, holds, returns = self._found.counts.tolist()
        some = {name: column[:journeys] for name, column in self._journeys._asdict().items()}
        others = {name: column[:crossings] for name, column in self._crossings._asdict().items()}
        return PieceJourneys(
            Journeys(**some, service=plan.vehicle_service[some["vehicle"]]),
            first_row=others.pop("first_row"),
            crossings=Crossings(**others, service=plan.vehicle_service[others["vehicle"]]),
            steps=sums,
            sides=sides,
            late=self._found.late[:late],
            holds=self._found.holds[:holds],
            returns=self._found.returns[:returns],
        )

    def _make_room(self, n: int) -> None:
        """Make columns for pieces of so many rows."""

        def column(kind: npt.DTypeLike, *width: int) -> npt.NDArray[Any]:
            return np.empty((n, *width), kind)

        self._size, seconds, sides = n, seconds_of(self._plan), VIEWS
        self._journeys = journey_loop.JourneyColumns(
            first_row=column(np.int64),
            vehicle=column(np.int32),
            start_s=column(seconds),
            end_s=column(seconds),
            done_s=column(seconds),
            delivered_s=column(seconds),
            waited_s=column(seconds),
            loaded_waited_s=column(seconds),
            cost_usd=column(float),
            co2_kg=column(float),
        )
        self._crossings = journey_loop.CrossingColumns(
            first_row=column(np.int64),
            group=column(np.int32),
            vehicle=column(np.int32),
            journey=column(np.int64),
            enter_s=column(seconds),
            exit_s=column(seconds),
            loaded=column(bool),
            wait_s=column(seconds, sides),
            clearance_s=column(seconds, sides),
            dwell_s=column(seconds, sides),
            side_now=column(np.int32),
        )
        self._found = journey_loop.Found(*[*(column(np.int64) for _ in range(3)), np.zeros(5, np.int64)])


class HistoryObserver:
    """Collects the journeys and crossings of a run."""

    def __init__(self, visits: Visits) -> None:
        self._plan, self._left_s = visits.plan, visits.vehicle_left_s
        self._journeys: _Columns[Journeys] = _Columns(Journeys, len(visits))
        self._crossings: _Columns[Crossings] = _Columns(Crossings, len(visits))

    def add(self, piece: Piece) -> None:
        """Add the journeys and crossings of some vehicles."""
        found = piece.derived(JourneyReader)
        journeys, crossings, before = found.journeys, found.crossings, self._journeys.n
        vehicle = journeys.vehicle
        last_of_vehicle = np.diff(vehicle, append=-1) != 0
        end_s = np.where(last_of_vehicle, self._left_s[vehicle], journeys.end_s)
        self._journeys.add(replace(journeys, first_row=journeys.first_row + piece.rows.first, end_s=end_s))
        self._crossings.add(replace(crossings, journey=crossings.journey + before))

    def result(self) -> History:
        """All journeys and crossings."""
        return History(self._plan, groups_of(self._plan)[0], self._journeys.taken(), self._crossings.taken())


class GapObserver:
    """Collects the rows after which a vehicle did not reach its next step at once; none in a sound run."""

    def __init__(self, visits: Visits) -> None:
        self._found: list[Ints] = []

    def add(self, piece: Piece) -> None:
        """Add the rows of a piece."""
        lived, late = piece.derived(VehicleRowReader), piece.derived(JourneyReader).late
        self._found.append(np.stack((lived.vehicle[late].astype(np.int64), lived.op[late]), axis=1))

    def result(self) -> Ints:
        """(n, 2) vehicle and op of the rows."""
        return np.concatenate(self._found)


class CrossingStepObserver:
    """Adds up the times that crossings take at each step and on each side."""

    def __init__(self, visits: Visits) -> None:
        plan = visits.plan
        self._sums: Ints = np.zeros((plan.n_ops, 3), np.int64)
        self._sides: Ints = np.zeros((len(groups_of(plan)[0]), VIEWS, 4), np.int64)

    def add(self, piece: Piece) -> None:
        """Add the rows of the crossings that end in the window."""
        found = piece.derived(JourneyReader)
        self._sums += found.steps
        self._sides += found.sides

    def result(self) -> CrossingSteps:
        """The sums over all pieces."""
        rows, waited_s, served_s = np.ascontiguousarray(self._sums.T)
        return CrossingSteps(rows, waited_s, served_s, self._sides)


Table = TypeVar("Table", Journeys, Crossings)


class _Columns(Generic[Table]):
    """The columns of a table, collected piece by piece."""

    def __init__(self, table: type[Table], n_visits: int) -> None:
        self._room = n_visits // USUAL
        self._table: Callable[..., Table] = table
        self._names: Sequence[str] = [field.name for field in fields(table)]
        self._columns: dict[str, Growing] = {}

    @property
    def n(self) -> int:
        """Rows so far."""
        return next(iter(self._columns.values())).n if self._columns else 0

    def add(self, piece: Table) -> None:
        """Add some rows; columns have the types of the first."""
        for name in self._names:
            values = getattr(piece, name)
            if name not in self._columns:
                self._columns[name] = Growing(self._room, values.dtype, values.shape[1:])
            self._columns[name].add(values)

    def taken(self) -> Table:
        """All rows."""
        return self._table(**{name: column.taken() for name, column in self._columns.items()})
