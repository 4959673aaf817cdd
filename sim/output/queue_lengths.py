"""How many wait, day by day and at regular instants: what tells a queue that settles from one that grows.

In: visits that waited, or rows of a run, some at a time. Out: one row a day, or an instant, from the first simulated
day, warm-up included, because where the warm-up ends is itself to be read from these series.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.core.plan import Ints, Ints32, Plan
from sim.core.rules import NOT_YET
from sim.core.run_settings import DAY_S
from sim.core.trace import Rows
from sim.output import group_statistics
from sim.output.intervals import Waits, facility_of_op
from sim.output.journeys import Group, groups_of

if TYPE_CHECKING:
    import pandas as pd


def waits_of(plan: Plan) -> list[Group]:
    """Per op the (port, direction, class) to which waiting there is told.

    That of the step; but who waits elsewhere for a facility of a port (boxes inland for a place on a train across)
    waits for that port, in the direction in which the service crosses it next, or crossed it last if it will not
    any more. ('', '', class) on the open line.
    """
    labels = plan.labels
    crossed: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for op, (service, port, direction) in enumerate(
        zip(labels.op_service, labels.op_port, labels.op_direction, strict=True)
    ):
        if port and direction:
            crossed.setdefault((service, port), []).append((op, direction))
    groups = []
    for op, facility in enumerate(facility_of_op(plan).tolist()):
        service, port, own = labels.op_service[op], labels.op_port[op], labels.op_direction[op]
        if not port and facility >= 0:
            port = labels.facility_port[facility]
        if not own and (ways := crossed.get((service, port))):
            own = next((direction for later, direction in ways if later > op), ways[-1][1])
        groups.append((port if own else "", own, labels.op_class[op]))
    return groups


class DailyQueues:
    """The queues of each day while visits come in."""

    def __init__(self, plan: Plan) -> None:
        groups = waits_of(plan)
        self._groups = sorted({group for group in groups if group[0]})
        number = {group: k for k, group in enumerate(self._groups)}
        self._group_of_op = np.array([number.get(group, -1) for group in groups], np.int64)
        self._waiting_s = np.zeros((len(self._groups), plan.horizon_s // DAY_S), np.int64)

    def add(self, waited: Waits) -> None:
        """Add some visits that waited."""
        mine = self._group_of_op[waited.op] >= 0
        group, shape = self._group_of_op[waited.op[mine]], self._waiting_s.shape
        self._waiting_s += _since(group, waited.queued_s[mine], shape) - _since(group, waited.until_s[mine], shape)

    def table(self) -> pd.DataFrame:
        """See :func:`sim.kpi.waiting.waiting_by_day`."""
        import pandas as pd

        n, days = self._waiting_s.shape
        columns = ["port", "direction", "class"]
        table = pd.DataFrame([group for group in self._groups for _ in range(days)], columns=columns)
        table["day"] = np.tile(np.arange(days), n)
        table["vehicles_waiting"] = (self._waiting_s / DAY_S).reshape(-1)
        return table


class QueuesOverTime:
    """How many are in some groups of steps at regular instants from second 0, while visits come in."""

    def __init__(self, plan: Plan, every_s: int, groups: Sequence[Group], group_of_op: Ints32) -> None:
        self.every_s = every_s
        self._groups = groups
        self._group_of_op = group_of_op.astype(np.int64)
        self._times_s = np.arange(0, plan.horizon_s, every_s)
        # (what: queued, started, finished; instant; group). What happens after the last instant is in one more.
        self._happened = np.zeros((3, (len(self._times_s) + 1) * len(groups)), np.int64)

    @staticmethod
    def of_ports(plan: Plan, every_s: int) -> QueuesOverTime:
        """Of the steps that count for a port, by (port, direction, class)."""
        return QueuesOverTime(plan, every_s, *groups_of(plan))

    def add(self, rows: Rows) -> None:
        """Add some rows."""
        group = self._group_of_op[rows.op]
        here = group >= 0
        for happened, moments_s in zip(self._happened, (rows.queued_s, rows.started_s, rows.finished_s), strict=True):
            some = np.flatnonzero(here & (moments_s != NOT_YET))
            if len(some):
                # At the first regular instant from then on it has happened.
                cell = -(-moments_s[some] // self.every_s) * len(self._groups) + group[some]
                first = int(cell.min())  # Rows of one piece are often close in time.
                counts = np.bincount(cell - first)
                happened[first : first + len(counts)] += counts

    def table(self, port: str | None = None) -> pd.DataFrame:
        """One row a group and instant, those of one port or of all: time_s, direction, class, waiting, inside.

        waiting: in a queue; inside: at one of the steps, waiting or served.
        """
        import pandas as pd

        n = len(self._times_s)
        mine = [k for k, group in enumerate(self._groups) if port in (None, group[0])]
        shape = (3, n + 1, len(self._groups))
        queued, started, finished = self._happened.reshape(shape)[:, :n, mine].cumsum(axis=1)
        named = [self._groups[k][1:] for k in mine for _ in range(n)]
        table = pd.DataFrame(named, columns=["direction", "class"])
        table.insert(0, "time_s", np.tile(self._times_s, len(mine)))
        table["waiting"] = (queued - started).T.ravel()
        table["inside"] = (queued - finished).T.ravel()
        return table


def _since(group: Ints, events_s: Ints, shape: tuple[int, int]) -> Ints:
    """(n_groups, n_days) seconds of each day that lie behind an event, summed over the events of each group."""
    n, days = shape
    day = np.minimum(events_s // DAY_S, days)
    cell = group * (days + 1) + day
    on_the_day = group_statistics.sums(cell, (day + 1) * DAY_S - events_s, n * (days + 1)).reshape(n, days + 1)
    events = group_statistics.counts(cell, n * (days + 1)).reshape(n, days + 1)
    earlier = np.cumsum(events, axis=1) - events
    return np.asarray(on_the_day + earlier * DAY_S, np.int64)[:, :days]
