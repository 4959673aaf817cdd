"""Rows of a run cut into journeys and crossings, in one loop (:mod:`sim.output.journey_loop`).

Input: a scan. Output: the :class:`~sim.output.journeys.History` of a run, the times that crossings take at each step,
and the rows after which a vehicle did not reach its next step at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
    """The journeys and crossings of a piece, as views of arrays that are not valid any more once the next is cut."""

    collected: Collected
    """All journeys and crossings up to this piece."""
    journeys: Journeys
    crossings: Crossings
    first_journey: int
    """The number of the first journey of this piece among all."""
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


class Collected:
    """The columns of all journeys and crossings, which the loop fills piece by piece."""

    def __init__(self, plan: Plan, n_visits: int) -> None:
        room, seconds = n_visits // USUAL, seconds_of(plan)

        def column(kind: npt.DTypeLike, *width: int) -> Growing:
            return Growing(room, kind, width)

        self._journeys = {
            "first_row": column(np.int64),
            **{name: column(np.int32) for name in ("vehicle", "service")},
            **{name: column(seconds) for name in ("start_s", "end_s", "done_s", "delivered_s")},
            **{name: column(seconds) for name in ("waited_s", "loaded_waited_s")},
            **{name: column(float) for name in ("cost_usd", "co2_kg")},
        }
        self._crossings = {
            **{name: column(np.int32) for name in ("group", "vehicle", "service")},
            "journey": column(np.int64),
            **{name: column(seconds) for name in ("enter_s", "exit_s")},
            "loaded": column(bool),
            **{name: column(seconds, VIEWS) for name in ("wait_s", "clearance_s", "dwell_s")},
            "side_now": column(np.int32),
        }

    @property
    def n_journeys(self) -> int:
        """Journeys so far."""
        return self._journeys["vehicle"].n

    def room(self, rows: int) -> tuple[journey_loop.JourneyColumns, journey_loop.CrossingColumns]:
        """Columns from the end on, with room for what so many rows may bring."""

        def ends(columns: dict[str, Growing]) -> dict[str, npt.NDArray[Any]]:
            return {name: column.room(rows)[column.n :] for name, column in columns.items()}

        return journey_loop.JourneyColumns(**ends(self._journeys)), journey_loop.CrossingColumns(
            **ends(self._crossings)
        )

    def add(self, journeys: int, crossings: int) -> None:
        """Count what was written from the end on."""
        for columns, n in ((self._journeys, journeys), (self._crossings, crossings)):
            for column in columns.values():
                column.n += n

    def taken(self) -> tuple[Journeys, Crossings]:
        """All journeys and crossings; nothing is left here."""
        journeys, crossings = (
            {name: column.taken() for name, column in columns.items()} for columns in (self._journeys, self._crossings)
        )
        return Journeys(**journeys), Crossings(**crossings)


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
        self._collected: Collected | None = None

    def __call__(self, piece: Piece) -> PieceJourneys:
        """The journeys and crossings of a piece of the scan."""
        lived, plan, n = piece.derived(VehicleRowReader), self._plan, len(piece.rows)
        if self._collected is None:
            self._collected = Collected(plan, piece.visits)
        if n > self._size:
            self._size = n
            self._found = journey_loop.Found(*[*(np.empty(n, np.int64) for _ in range(4)), np.zeros(5, np.int64)])
        times = (lived.queued_s, lived.started_s, lived.finished_s, lived.departed_s)
        op, *narrow = narrowed(plan, lived.op, *times)
        sums = np.zeros((plan.n_ops, 3), np.int64)
        sides = np.zeros((self._n_groups, VIEWS, 4), np.int64)
        first_journey, (to_journeys, to_crossings) = self._collected.n_journeys, self._collected.room(n)
        cut = suiting(piece.visits, journey_loop.PLAIN, journey_loop.HELPERS).cut
        cut(
            *(lived.vehicle, op, *narrow, self._steps, journey_loop.Vehicles(plan.vehicle_service, piece.left_s)),
            *(plan.labels.warmup_s, plan.horizon_s, piece.rows.first, first_journey),
            *(to_journeys, to_crossings, sums, sides, self._found),
        )
        journeys, crossings, late, holds, returns = self._found.counts.tolist()
        self._collected.add(journeys, crossings)
        some: list[Any] = [column[:journeys] for column in to_journeys]
        others: list[Any] = [column[:crossings] for column in to_crossings]
        return PieceJourneys(
            collected=self._collected,
            journeys=Journeys(*some),
            crossings=Crossings(*others),
            first_journey=first_journey,
            first_row=self._found.crossing_row[:crossings],
            steps=sums,
            sides=sides,
            late=self._found.late[:late],
            holds=self._found.holds[:holds],
            returns=self._found.returns[:returns],
        )


class HistoryObserver:
    """Has the journeys and crossings of a run."""

    def __init__(self, visits: Visits) -> None:
        self._plan = visits.plan
        self._collected: Collected | None = None

    def add(self, piece: Piece) -> None:
        """Add the journeys and crossings of some vehicles, which the reader collects."""
        self._collected = piece.derived(JourneyReader).collected

    def result(self) -> History:
        """All journeys and crossings."""
        assert self._collected is not None  # A run without rows has one piece, too.
        return History(self._plan, groups_of(self._plan)[0], *self._collected.taken())


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
