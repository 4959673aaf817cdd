"""What several tables of one run are read from, worked out once for all of them.

Every table can be made of a Trace, or of any other Visits. Who makes several of them puts it into a :class:`Measured`
first, and lets go of that when the tables are made: it is large.
"""

from __future__ import annotations

from functools import cached_property

from sim.core.trace import Visits
from sim.output.facility_state import Course
from sim.output.journeys import History
from sim.output.queue_lengths import QueuesOverTime
from sim.output.single_pass import Reading
from sim.output.step_totals import Sums


class Measured:
    """The visits of a run, and on demand what becomes of vehicles, of facilities, and of time at each step."""

    def __init__(self, visits: Visits) -> None:
        self.visits = visits
        self.plan = visits.plan

    @staticmethod
    def of(visits: Visits | Measured) -> Measured:
        """The same, ready to be asked."""
        return visits if isinstance(visits, Measured) else Measured(visits)

    @staticmethod
    def whole(visits: Visits, every_s: int | None = None) -> Measured:
        """With all of it read at once, for whoever makes every table; ports over time only with ``every_s``."""
        measured = Measured(visits)
        measured.reading = Reading(visits, every_s)
        return measured

    @cached_property
    def history(self) -> History:
        """Vehicles: their journeys and crossings; of what is read already, else read by themselves."""
        return self.by_step if {"reading", "by_step"} & vars(self).keys() else History.of(self.visits)

    @cached_property
    def by_step(self) -> History:
        """The same with crossings step by step; of the reading if there is one."""
        return self.reading.history if "reading" in vars(self) else History.of(self.visits, by_step=True)

    @cached_property
    def reading(self) -> Reading:
        """All of it: vehicles, sums of steps, courses of facilities, queues by day, and who is not through."""
        return Reading(self.visits)

    def ports_over_time(self, every_s: int) -> QueuesOverTime:
        """How many are at each port at regular instants; of the reading if it has just these, else read for it."""
        of_reading = self.reading.ports_over_time if "reading" in vars(self) else None
        if of_reading and of_reading.every_s == every_s:
            return of_reading
        queues = QueuesOverTime.of_ports(self.plan, every_s)
        for rows in self.visits.pieces():
            queues.add(rows)
        return queues

    @property
    def courses(self) -> list[Course]:
        """Facilities: how each stood at every instant."""
        return self.reading.courses

    @property
    def sums(self) -> Sums:
        """Steps: how often, how long."""
        return self.reading.sums
