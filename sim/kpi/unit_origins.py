"""What a unit of a plan was built of: a key that is found in a small part of the time that its content takes.

The content of a unit (:meth:`sim.core.plan_parts.PlanPart.content`) is the hash of everything in its part of the plan,
most of it numbers of vehicles. In a plan that was built of kept programs and arrivals, these numbers are known by the
objects that hold them, which do not change. So two units of the same structure (:mod:`sim.kpi.plan_units`) have the
same content if they are built of the same objects, and the rest, their facilities, stocks and labels, is equal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final
from weakref import ref

import numpy as np

from sim.core.kept import Kept
from sim.core.plan import Plan
from sim.core.plan_parts import label_bytes, labels_of
from sim.core.plan_pieces import Piece, pieces_of
from sim.kpi.plan_units import Units

MOST_BYTES: Final = 2**21
"""Of all origins that are kept."""
BYTES_OF_ORIGIN: Final = 1000
BYTES_OF_PIECE: Final = 400
"""Of one service, roughly."""


@dataclass(frozen=True)
class Origin:
    """What one unit of a plan was built of."""

    units: ref[Units]
    pieces: tuple[Piece, ...]
    rest: Hashable
    """The unit, the settings of the run, and all that is not of services."""

    @property
    def key(self) -> Hashable:
        """Two origins whose objects are all there at the same time have the same key only for equal parts."""
        return id(self.units()), self.rest, tuple(piece.name for piece in self.pieces)

    @property
    def is_there(self) -> bool:
        """Whether all of it is still in memory."""
        return self.units() is not None and all(piece.is_there for piece in self.pieces)


class KnownContents:
    """The contents of units by their origins."""

    def __init__(self) -> None:
        self._known: Kept[tuple[Origin, str]] = Kept(MOST_BYTES)

    def get(self, origin: Origin) -> str | None:
        """The content of a unit of this origin; None if it is not known."""
        found = self._known.get(origin.key)
        return found[1] if found is not None and found[0].is_there else None

    def put(self, origin: Origin, content: str) -> None:
        """Keep the content of a unit."""
        self._known.put(origin.key, (origin, content), BYTES_OF_ORIGIN + BYTES_OF_PIECE * len(origin.pieces))


class Origins:
    """What the units of a plan were built of."""

    def __init__(self, plan: Plan, units: Units) -> None:
        self._plan, self._units = plan, units
        self._pieces = None if plan.n_controllers else plan.once(pieces_of)
        unit_of = np.empty(units.components.n, np.int64)
        for k, members in enumerate(units.members):
            unit_of[members] = k
        found = units.components
        self._facility, self._stock, self._service = (
            unit_of[owners] for owners in (found.facility, found.stock, found.service)
        )

    def of(self, unit: int) -> Origin | None:
        """What a unit was built of; None if that is not known."""
        if self._pieces is None:
            return None
        own = tuple(self._pieces[k] for k in np.flatnonzero(self._service == unit).tolist())
        if not all(piece.is_there for piece in own):
            return None
        return Origin(ref(self._units), own, (unit, self._plan.horizon_s, self._rest(unit)))

    def _rest(self, unit: int) -> bytes:
        """The hash of what a unit has beside its services and their programs."""
        plan, facility, stock = self._plan, self._facility == unit, self._stock == unit
        no_op = np.zeros(plan.n_ops, bool)
        labels = labels_of(plan.labels, facility, stock, self._service == unit, no_op)
        digest = hashlib.sha256(label_bytes(labels))
        for own, names in (
            (facility, ("facility_servers", "facility_nominal", "facility_headway_s", "facility_mean_s")),
            (facility[plan.calendar_facility], ("calendar_time_s", "calendar_facility", "calendar_delta")),
            (
                facility[plan.failure_facility],
                ("failure_time_s", "failure_facility", "failure_server", "failure_repair_s"),
            ),
            (stock, ("stock_level", "stock_capacity")),
            (stock[plan.stock_set_stock], ("stock_set_time_s", "stock_set_stock", "stock_set_level")),
        ):
            for name in names:
                values = getattr(plan, name)[own]
                digest.update(f"{name} {len(values)} ".encode())
                digest.update(values.data)
        return digest.digest()
