"""How many wait, day by day: what tells a queue that settles from one that grows for as long as one looks.

In: a trace. Out: one row a day and (port, direction, class), from the first simulated day, warm-up included, because
where the warm-up ends is itself to be read from this series.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim import grouped
from sim.occupancy import Picker
from sim.plan import Ints
from sim.settings import DAY_S
from sim.trace import Visits
from sim.waiting import waits_of

if TYPE_CHECKING:
    import pandas as pd


def waiting_by_day(visits: Visits) -> pd.DataFrame:
    """Vehicles that wait for each port, as means over whole days.

    Columns: port, direction, class (see :func:`sim.waiting.waits_of`), day (0 is the first), vehicles_waiting.
    """
    import pandas as pd

    plan = visits.plan
    groups = waits_of(plan)
    some = sorted({group for group in groups if group[0]})
    number = {group: k for k, group in enumerate(some)}
    group_of_op = np.array([number.get(group, -1) for group in groups], np.int64)
    shape = (len(some), plan.horizon_s // DAY_S)
    waiting_s = np.zeros(shape, np.int64)
    pick = Picker(plan)
    for queue in map(pick.waits, visits.pieces()):
        mine = group_of_op[queue.op] >= 0
        group = group_of_op[queue.op[mine]]
        waiting_s += _since(group, queue.queued_s[mine], shape) - _since(group, queue.until_s[mine], shape)
    table = pd.DataFrame([group for group in some for _ in range(shape[1])], columns=["port", "direction", "class"])
    table["day"] = np.tile(np.arange(shape[1]), shape[0])
    table["vehicles_waiting"] = (waiting_s / DAY_S).reshape(-1)
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
