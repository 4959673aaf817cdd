"""How many wait, day by day: what tells a queue that settles from one that grows for as long as one looks.

In: visits that waited. Out: one row a day and (port, direction, class), from the first simulated day, warm-up included,
because where the warm-up ends is itself to be read from this series.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim import grouped
from sim.journeys import Group
from sim.occupancy import Waits, facility_of_op
from sim.plan import Ints, Plan
from sim.settings import DAY_S

if TYPE_CHECKING:
    import pandas as pd


def waits_of(plan: Plan) -> list[Group]:
    """Per op the (port, direction, class) to which waiting there is told.

    That of the step; but who waits elsewhere for a facility of a port (boxes inland for a place on a train across)
    waits for that port, in the direction in which the service crosses it. ('', '', class) on the open line.
    """
    labels = plan.labels
    class_of = dict(zip(labels.service, labels.service_class, strict=True))
    direction_of: dict[tuple[str, str], str] = {}
    for service, port, direction in zip(labels.op_service, labels.op_port, labels.op_direction, strict=True):
        direction_of.setdefault((service, port), direction)
    groups = []
    for op, facility in enumerate(facility_of_op(plan).tolist()):
        service, port = labels.op_service[op], labels.op_port[op]
        if not port and facility >= 0:
            port = labels.facility_port[facility]
        own = labels.op_direction[op] or (direction_of.get((service, port), "") if port else "")
        groups.append((port if own else "", own, class_of[service]))
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
        """See :func:`sim.waiting.waiting_by_day`."""
        import pandas as pd

        n, days = self._waiting_s.shape
        columns = ["port", "direction", "class"]
        table = pd.DataFrame([group for group in self._groups for _ in range(days)], columns=columns)
        table["day"] = np.tile(np.arange(days), n)
        table["vehicles_waiting"] = (self._waiting_s / DAY_S).reshape(-1)
        return table


def _since(group: Ints, events_s: Ints, shape: tuple[int, int]) -> Ints:
    """(n_groups, n_days) seconds of each day that lie behind an event, summed over the events of each group."""
    n, days = shape
    day = np.minimum(events_s // DAY_S, days)
    cell = group * (days + 1) + day
    on_the_day = grouped.sums(cell, (day + 1) * DAY_S - events_s, n * (days + 1)).reshape(n, days + 1)
    events = grouped.counts(cell, n * (days + 1)).reshape(n, days + 1)
    earlier = np.cumsum(events, axis=1) - events
    return np.asarray(on_the_day + earlier * DAY_S, np.int64)[:, :days]
