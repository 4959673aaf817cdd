"""One reading of the visits of a run, for all that looks at each visit by itself.

Comes in: Visits. Goes out: sums by step, the course of every facility, and the few visits that others look at one by
one: those not over at the horizon, and those at stocks. To bring up the rows of a year costs as much as to use them
once, so they are brought up once for all.
"""

from __future__ import annotations

import numpy as np

from sim.courses import Courses
from sim.occupancy import Picker, stock_of_op
from sim.plan import Ints
from sim.rules import NOT_YET
from sim.sums import Sums
from sim.trace import Rows, Visits


class Reading:
    """What one reading finds."""

    def __init__(self, visits: Visits) -> None:
        plan = visits.plan
        pick, courses, at_stock = Picker(plan), Courses(plan, len(visits)), stock_of_op(plan) >= 0
        unfinished: list[Rows] = []
        moves: list[Ints] = []
        self.sums = Sums(plan, len(visits))
        """Steps: how often, how long."""
        for rows in visits.pieces():
            waited, served = pick.waits(rows), pick.services(rows)
            self.sums.add(rows, waited, served)
            courses.add(waited, served)
            unfinished.append(rows.taken(np.flatnonzero(rows.departed_s == NOT_YET)))
            moved = np.flatnonzero(at_stock[rows.op] & (rows.started_s != NOT_YET))
            moves.append(np.stack((rows.op[moved].astype(np.int64), rows.started_s[moved])))
        self.sums.close()
        self.courses = courses.followed()
        """Facilities: how each stood at every instant."""
        self.unfinished = Rows.joined(unfinished)
        """Visits that are not over at the horizon."""
        self.stock_moves = np.concatenate(moves, axis=1)
        """(2, n) op and second of all visits in which something is drawn from a stock or returned to it."""
