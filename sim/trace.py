"""The Trace: what an engine returns. One row (a Visit) per vehicle, trip and recorded step; every KPI is made of it.

Rows are sorted by (vehicle, op, queued_s). ``op`` is the program step; its name, place, port and facility are in
``plan.labels``. Times are int64 seconds from the plan's epoch, -1 for what had not happened by the horizon.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.plan import Bytes, Ints, Ints32, Plan


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

    def __len__(self) -> int:
        return len(self.vehicle)


def sort_rows(vehicle: Ints32, op: Ints32, queued_s: Ints) -> npt.NDArray[np.int64]:
    """Order of the rows: (n_visits,) indices that sort by (vehicle, op, queued_s)."""
    return np.lexsort((queued_s, op, vehicle))
