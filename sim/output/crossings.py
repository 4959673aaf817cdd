"""Crossings of ports, the unit of dwell: unbroken runs of rows of one journey with the same port and direction.

:mod:`sim.output.journey_cuts` makes them, with the times that they take at each step (:class:`CrossingSteps`). A
vehicle enters when it reaches the first step of the run of rows, and leaves when everything of the run is over and
every track is free again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from corridors.sides import POSITION
from sim.core.plan import Ints, Ints32, Plan
from sim.core.trace import Seconds
from sim.output.vehicle_rows import Bools

Floats = npt.NDArray[np.float64]

VIEWS: Final = 3
"""Views of a crossing: all of it, or its steps on the first or the second side of the port; see corridors.sides."""

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


def side_of_op(plan: Plan) -> Ints:
    """(nO,) the side of each step: 1 for the first side of its port, 2 for the second, 0 for neither."""
    return np.array([POSITION.get(side, 0) for side in plan.labels.op_side], np.int64)


@dataclass(frozen=True)
class Crossings:
    """One row per crossing, in the order of vehicles and time. Arrays are (n_crossings,), or (n_crossings, 3) with
    one column for each view."""

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
    """Side of the last step reached, 1 or 2 (0 for a step of neither side)."""

    def __len__(self) -> int:
        return len(self.vehicle)

    def leave_in(self, from_s: int, to_s: int) -> Bools:
        """Which crossings are over within [from_s, to_s)."""
        return (self.exit_s >= from_s) & (self.exit_s < to_s)


@dataclass(frozen=True)
class CrossingSteps:
    """Sums over the crossings that end in the measured window, by op. Arrays are (nO,) but for the last."""

    rows: Ints
    waited_s: Ints
    served_s: Ints
    sides: Ints
    """(n_groups, 3, 4) number of crossings by group and side, with seconds of dwell, wait and clearance."""
