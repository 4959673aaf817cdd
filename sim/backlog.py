"""How many wait, day by day: what tells a queue that settles from one that grows for as long as one looks.

In: a trace. Out: one row a day and (port, direction, class), from the first simulated day, warm-up included, because
where the warm-up ends is itself to be read from this series.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.journeys import Floats
from sim.occupancy import until_s
from sim.plan import Ints
from sim.settings import DAY_S
from sim.trace import Trace
from sim.waiting import waits_of

if TYPE_CHECKING:
    import pandas as pd


def waiting_by_day(trace: Trace) -> pd.DataFrame:
    """Vehicles that wait for each port, as means over whole days.

    Columns: port, direction, class (see :func:`sim.waiting.waits_of`), day (0 is the first), vehicles_waiting.
    """
    import pandas as pd

    plan = trace.plan
    groups = waits_of(plan)
    some = sorted({group for group in groups if group[0]})
    number = {group: k for k, group in enumerate(some)}
    of_row = np.array([number.get(group, -1) for group in groups], np.int64)[trace.op]
    started_s = until_s(trace.started_s, plan)
    days = plan.horizon_s // DAY_S
    tables = []
    for k, group in enumerate(some):
        mine = of_row == k
        mean = _daily_means(trace.queued_s[mine], started_s[mine], days)
        columns = dict(zip(("port", "direction", "class"), group, strict=True))
        tables.append(pd.DataFrame({**columns, "day": np.arange(days), "vehicles_waiting": mean}))
    empty = pd.DataFrame({"port": [], "direction": [], "class": [], "day": [], "vehicles_waiting": []})
    return pd.concat(tables, ignore_index=True) if tables else empty


def _daily_means(from_s: Ints, to_s: Ints, days: int) -> Floats:
    """(days,) how many of the intervals [from, to) hold, averaged over each day."""
    midnights = np.arange(days + 1) * DAY_S
    lasted = _since(from_s, midnights) - _since(to_s, midnights)
    return np.asarray(np.diff(lasted) / DAY_S, dtype=np.float64)


def _since(events_s: Ints, times_s: Ints) -> Ints:
    """At each time the sum of seconds since all the events before it."""
    events = np.sort(events_s)
    before = np.searchsorted(events, times_s)
    total = np.concatenate([[0], np.cumsum(events)])
    return np.asarray(before * times_s - total[before], dtype=np.int64)
