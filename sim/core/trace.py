"""The Trace: what an engine returns. One row (a Visit) per vehicle, trip and recorded step; every KPI is made of it.

Rows are sorted by (vehicle, op, queued_s). ``op`` is the program step; its name, place, port and facility are in
``plan.labels``. Times are int64 seconds from the plan's epoch, -1 for what had not happened by the horizon.

A year is ten million rows. What reads them takes some thousand at a time (:class:`Rows`), which fit into a
processor's cache, and so needs no Trace as a whole: any :class:`Visits` will do, a Trace or what an engine keeps
instead of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from sim.core.plan import Bytes, Ints, Ints32, Plan
from sim.core.rules import NOT_YET

Seconds = Ints | Ints32
"""int32 in pieces of the compiled engine, which runs nothing longer than 68 years, else int64."""

ROWS_AT_A_TIME: Final = 2**16
"""Rows of one piece; more only where a single vehicle has more."""


@dataclass(frozen=True)
class Rows:
    """Visits, as a rule all of some consecutive vehicles. Arrays (n_rows,), as in :class:`Trace`, but for how wide
    their integers are."""

    first: int
    """Where they begin among all rows of the run; of rows that were picked out, where the piece began."""
    as_lived: bool
    """Whether those of each vehicle stand as it lived them, and not by step: that differs only for a fleet."""
    vehicle: Ints32
    op: npt.NDArray[Any]
    queued_s: Seconds
    started_s: Seconds
    finished_s: Seconds
    departed_s: Seconds
    outcome: Bytes

    def __len__(self) -> int:
        return len(self.vehicle)

    def taken(self, some: Ints | slice) -> Rows:
        """The rows at the positions ``some``."""
        return Rows(self.first, self.as_lived, *(getattr(self, name)[some] for name in COLUMNS))

    @staticmethod
    def joined(parts: Sequence[Rows]) -> Rows:
        """The rows of all parts, of which there must be one, in their order."""
        columns = (np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS)
        return Rows(parts[0].first, parts[0].as_lived, *columns)


COLUMNS: Final = ("vehicle", "op", "queued_s", "started_s", "finished_s", "departed_s", "outcome")


class Visits(Protocol):
    """The rows of a run, in the form that the engine holds them in."""

    @property
    def plan(self) -> Plan:
        """The plan that was run."""

    @property
    def vehicle_left_s(self) -> Ints:
        """(n_vehicles,) second at which each left the model; -1 if it had not by the horizon or never arrived."""

    @property
    def repair_started_s(self) -> Ints:
        """When each repair began; see :class:`Trace`."""

    @property
    def check_count(self) -> Ints:
        """Vehicles that each check counted; see :class:`Trace`."""

    @property
    def events(self) -> int:
        """Events handled, for the record only; engines may count differently."""

    def __len__(self) -> int:
        """Visits of the run."""

    def pieces(self, rows_at_a_time: int = ROWS_AT_A_TIME) -> Iterator[Rows]:
        """All rows by vehicle; one piece without rows if there are none."""

    def between(self, first_vehicle: int, end_vehicle: int, from_s: int, to_s: int) -> Iterator[Rows]:
        """The rows of some consecutive vehicles that overlap a period; others of the same trips may be among them."""

    def trace(self) -> Trace:
        """All rows at once."""


@dataclass(frozen=True)
class Trace:
    """Visits of one run. All arrays have shape (n_visits,), except ``vehicle_left_s`` (n_vehicles,)."""

    plan: Plan
    vehicle: Ints32
    op: Ints32
    queued_s: Ints
    started_s: Ints
    finished_s: Ints
    departed_s: Ints
    outcome: Bytes
    vehicle_left_s: Ints
    """When each vehicle left the model; -1 if it had not by the horizon or never arrived."""
    events: int
    """Instants' events handled, for the record only; engines may count differently."""
    repair_started_s: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """(n_failures,) when the repair of each failure of the plan began; -1 if it had not by the horizon."""
    check_count: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """(n_checks,) vehicles that each check of a controller counted."""

    def __len__(self) -> int:
        return len(self.vehicle)

    def pieces(self, rows_at_a_time: int = ROWS_AT_A_TIME) -> Iterator[Rows]:
        """All rows by vehicle, at most ``rows_at_a_time`` a piece; one piece without rows if there are none."""
        first = 0
        while first < len(self) or first == 0:
            end = min(first + rows_at_a_time, len(self))
            if end < len(self):
                vehicle = self.vehicle[end - 1]
                end = int(np.searchsorted(self.vehicle, vehicle, side="left"))
                if end <= first:
                    end = int(np.searchsorted(self.vehicle, vehicle, side="right"))
            rows = slice(first, end)
            yield Rows(
                first,
                False,
                self.vehicle[rows],
                self.op[rows],
                self.queued_s[rows],
                self.started_s[rows],
                self.finished_s[rows],
                self.departed_s[rows],
                self.outcome[rows],
            )
            if end == first:
                return
            first = end

    def between(self, first_vehicle: int, end_vehicle: int, from_s: int, to_s: int) -> Iterator[Rows]:
        """See :class:`Visits`."""
        first, end = np.searchsorted(self.vehicle, [first_vehicle, end_vehicle]).tolist()
        columns = (getattr(self, name)[first:end] for name in COLUMNS)
        rows = Rows(first, False, *columns)
        over = (rows.finished_s != NOT_YET) & (rows.finished_s < from_s)
        yield rows.taken(np.flatnonzero((rows.queued_s < to_s) & ~over))

    def trace(self) -> Trace:
        """Return the trace itself: it has all rows already."""
        return self


def sort_rows(vehicle: Ints32, op: Ints32, queued_s: Ints) -> npt.NDArray[np.int64]:
    """Order of the rows: (n_visits,) indices that sort by (vehicle, op, queued_s)."""
    return np.lexsort((queued_s, op, vehicle))


def ran_short(visits: Visits) -> bool:
    """Whether a vehicle of a fleet left for lack of trips, before the time at which it stops beginning any."""
    plan, left_s = visits.plan, visits.vehicle_left_s
    return bool(((plan.vehicle_trips > 1) & (left_s >= 0) & (left_s < plan.vehicle_until_s)).any())
