"""Journeys of vehicles: all rows of a vehicle that comes once, or of one trip of a fleet's vehicle.

:mod:`sim.output.journey_cuts` makes the :class:`History`, the journeys of a run with their crossings of ports.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.core.plan import Ints, Ints32, Plan
from sim.core.trace import Seconds
from sim.output.crossings import VIEWS, Crossings, Floats, Group, groups_of
from sim.output.vehicle_rows import Bools

__all__ = ["VIEWS", "Bools", "Crossings", "Floats", "Group", "History", "Journeys", "groups_of"]


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
