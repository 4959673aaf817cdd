"""What several tables of one run are read from, worked out once for all of them.

Every table can be made of a Trace. Who makes several of them puts the trace into a :class:`Measured` first, and lets
go of it when the tables are made: it is as large as the trace.
"""

from __future__ import annotations

from functools import cached_property

from sim.journeys import History
from sim.occupancy import Course, courses
from sim.sums import Sums
from sim.trace import Trace


class Measured:
    """A trace, and on demand what becomes of vehicles, of facilities, and of time at each step."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.plan = trace.plan

    @staticmethod
    def of(trace: Trace | Measured) -> Measured:
        """The same, ready to be asked."""
        return trace if isinstance(trace, Measured) else Measured(trace)

    @cached_property
    def history(self) -> History:
        """Vehicles: their journeys and crossings."""
        return History(self.trace)

    @cached_property
    def courses(self) -> list[Course]:
        """Facilities: how each stood at every instant."""
        return courses(self.trace)

    @cached_property
    def sums(self) -> Sums:
        """Steps: how often, how long."""
        return Sums(self.trace)
