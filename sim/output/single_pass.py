"""One reading of the visits of a run, for all that is told of them.

Comes in: Visits. Goes out: what becomes of vehicles, sums by step, the course of every facility, queues over time,
rows that cannot be, and the few visits that others look at one by one: those not over at the horizon, and those at
stocks. To bring up the rows of a year costs as much as to use them once, so they are brought up once for all.
"""

from __future__ import annotations

import numpy as np

from sim.core.plan import Ints
from sim.core.rules import NOT_YET
from sim.core.trace import Rows, Visits
from sim.output.facility_state import Courses
from sim.output.intervals import Picker, stock_of_op
from sim.output.journeys import History
from sim.output.queue_lengths import DailyQueues, QueuesOverTime
from sim.output.step_totals import Sums
from sim.output.trace_checks import RowCheck
from sim.output.vehicle_rows import Lives


class Reading:
    """What one reading finds; with ``every_s`` also how many are at each port at regular instants."""

    def __init__(self, visits: Visits, every_s: int | None = None) -> None:
        plan = visits.plan
        pick, courses, at_stock = Picker(plan), Courses(plan, len(visits)), stock_of_op(plan) >= 0
        check = RowCheck(plan)
        unfinished: list[Rows] = []
        moves: list[Ints] = []
        self.history = History(plan, by_step=True)
        """Vehicles: their journeys and crossings, and these step by step."""
        self.sums = Sums(plan, len(visits))
        """Steps: how often, how long."""
        self.queues = DailyQueues(plan)
        """Ports: how many wait, day by day."""
        self.ports_over_time = QueuesOverTime.of_ports(plan, every_s) if every_s else None
        """Ports: how many wait and are inside at regular instants; None if nobody asked."""
        for rows in visits.pieces():
            check.add(rows)
            self.history.add(Lives(plan, rows), visits.vehicle_left_s)
            waited, served = pick.waits(rows), pick.services(rows)
            self.sums.add(rows, waited, served)
            self.queues.add(waited)
            if self.ports_over_time:
                self.ports_over_time.add(rows)
            courses.add(waited, served)
            unfinished.append(rows.taken(np.flatnonzero(rows.departed_s == NOT_YET)))
            moved = np.flatnonzero(at_stock[rows.op] & (rows.started_s != NOT_YET))
            moves.append(np.stack((rows.op[moved].astype(np.int64), rows.started_s[moved])))
        self.history.close()
        self.sums.close()
        self.courses = courses.followed()
        """Facilities: how each stood at every instant."""
        self.wrong_rows = check.problems()
        """Messages about rows that are wrong by themselves; none for a valid run."""
        self.unfinished = Rows.joined(unfinished)
        """Visits that are not over at the horizon."""
        self.stock_moves = np.concatenate(moves, axis=1)
        """(2, n) op and second of all visits in which something is drawn from a stock or returned to it."""
