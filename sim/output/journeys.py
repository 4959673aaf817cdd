"""Journeys of vehicles: all rows of a vehicle that comes once, or of one trip of a fleet's vehicle.

Input: a scan. Output: :class:`History`, the journeys of a run with their crossings of ports.
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
from sim.output.crossings import SIDES, CrossingReader, Crossings, Floats, Group, groups_of
from sim.output.single_pass import Piece
from sim.output.vehicle_rows import Bools, VehicleRowReader, VehicleRows

__all__ = ["SIDES", "Bools", "Crossings", "Floats", "Group", "History", "HistoryObserver", "Journeys", "groups_of"]


@dataclass(frozen=True)
class Journeys:
    """One row per journey, in the order of vehicles and time. All arrays (n_journeys,)."""

    first_row: Ints
    """Position in the rows as the vehicles lived them."""
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
    loaded_waited_s: Seconds
    """The part of it at steps with cargo."""
    cost_usd: Floats
    """What its steps cost, apart from waiting."""
    co2_kg: Floats
    """What its steps emit, apart from waiting."""


@dataclass(frozen=True)
class History:
    """The journeys and crossings of a run."""

    plan: Plan
    groups: list[Group]
    journeys: Journeys
    crossings: Crossings


class HistoryObserver:
    """Collects the journeys and crossings of a run."""

    def __init__(self, visits: Visits) -> None:
        labels = visits.plan.labels
        self._plan, self._left_s = visits.plan, visits.vehicle_left_s
        self._loaded = np.array(labels.op_loaded, bool)
        self._cost_usd, self._co2_kg = np.array(labels.op_cost_usd, float), np.array(labels.op_co2_kg, float)
        self._journeys: _Columns[Journeys] = _Columns(Journeys)
        self._crossings: _Columns[Crossings] = _Columns(Crossings)
        self._n_journeys = 0
        self._seconds: type = np.int32 if visits.plan.horizon_s < 2**31 else np.int64

    def add(self, piece: Piece) -> None:
        """Add the journeys and crossings of some vehicles."""
        journeys = self._journeys_of(piece.derived(VehicleRowReader))
        crossings = piece.derived(CrossingReader).crossings
        self._journeys.add(replace(journeys, first_row=journeys.first_row + piece.rows.first), self._seconds)
        self._crossings.add(replace(crossings, journey=crossings.journey + self._n_journeys), self._seconds)
        self._n_journeys += len(journeys.vehicle)

    def result(self) -> History:
        """All journeys and crossings."""
        return History(self._plan, groups_of(self._plan)[0], self._journeys.joined(), self._crossings.joined())

    def _journeys_of(self, piece: VehicleRows) -> Journeys:
        left_s, loaded = self._left_s, self._loaded[piece.op]
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
            waited_s=_reduce(np.add, piece.wait_s, first),
            loaded_waited_s=_reduce(np.add, np.where(loaded, piece.wait_s, 0), first),
            cost_usd=_reduce(np.add, self._cost_usd[piece.op], first),
            co2_kg=_reduce(np.add, self._co2_kg[piece.op], first),
        )


class GapObserver:
    """Collects the rows after which a vehicle did not reach its next step at once; none in a sound run."""

    def __init__(self, visits: Visits) -> None:
        self._found: list[Ints] = []

    def add(self, piece: Piece) -> None:
        """Compare each row with the next of its vehicle."""
        lived = piece.derived(VehicleRowReader)
        same = lived.vehicle[1:] == lived.vehicle[:-1]
        late = np.flatnonzero(same & (lived.queued_s[1:] != lived.finished_s[:-1]))
        self._found.append(np.stack((lived.vehicle[late].astype(np.int64), lived.op[late]), axis=1))

    def result(self) -> Ints:
        """(n, 2) vehicle and op of the rows."""
        return np.concatenate(self._found)


def _reduce(how: np.ufunc, values: npt.NDArray[Any], first: Ints) -> npt.NDArray[Any]:
    """Reduce runs of rows that begin at ``first``."""
    return how.reduceat(values, first, dtype=values.dtype) if len(first) else values[:0]


Table = TypeVar("Table", Journeys, Crossings)


class _Columns(Generic[Table]):
    """The columns of a table, collected piece by piece."""

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
