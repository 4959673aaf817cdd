"""Standstill at the end of a run: no vehicle gets through any more, and more wait than cross in a day.

Means and percentiles of waiting and dwell times are those of vehicles that cross, so the long waits of a closure that
lasts to the end of the run are in none of them. Input: queues and crossings by day, warm-up included
(:func:`sim.kpi.waiting.waiting_by_day`), and the vehicles at each port at the end: a vehicle may wait for a port
elsewhere, such as boxes inland for a place on a train across.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from corridors.messages import Message, message
from sim.kpi.frames import by_group

if TYPE_CHECKING:
    import pandas as pd

LEAST_WAITING: Final = 2
"""Vehicles that wait at the end."""
LEAST_DAYS_OF_TRAFFIC: Final = 1.5
"""Vehicles that wait at the end, as a multiple of those that cross on a mean day before: a night or a Sunday without
traffic leaves fewer. One vehicle at least must be missing on the days without a crossing: rare traffic has many."""
RESULTS: Final = "results"
GROUP: Final = ["port", "direction", "class"]
Group = tuple[str, str, str]
"""Port, direction and class."""


def groups(found: Iterable[Message]) -> set[Group]:
    """Port, direction and class of each of some :func:`messages`."""
    told = [dict(one.params) for one in found]
    return {(str(one["port"]), str(one["direction"]), str(one["traffic_class"])) for one in told}


def at_ports(kpis: pd.DataFrame) -> dict[Group, int]:
    """The vehicles at each port at the end of the run, waiting or in service."""
    rows = kpis[(kpis["kpi"] == "backlog_end") & (kpis["side"] == "both")]
    keys = zip(*(rows[name].astype(str) for name in GROUP), strict=True)
    return dict(zip(keys, rows["value"].astype(int), strict=True))


def messages(
    backlog: pd.DataFrame, known: Collection[Group] = (), inside: Mapping[Group, int] | None = None
) -> Iterator[Message]:
    """A message for each traffic at a standstill, but for those of ``known``, whose queues are reported anyway.

    With the vehicles ``inside`` the port, it says how many of those that wait for it can be there.
    """
    for group, days in by_group(backlog, ["crossings", "waiting_end"]).items():
        crossings, waiting = np.array([crossed for crossed, _ in days]), int(days[-1][1])
        still = len(crossings) - (int(crossings.nonzero()[0].max()) + 1 if crossings.any() else 0)
        before = crossings[: len(crossings) - still]
        usual = float(before.mean()) if len(before) else 0.0
        missed = still * usual >= 1 if usual else bool(still)
        enough = waiting >= max(LEAST_WAITING, LEAST_DAYS_OF_TRAFFIC * usual)
        if group[0] and missed and enough and group not in known:
            values = {"port": group[0], "direction": group[1], "traffic_class": group[2]}
            here = waiting if inside is None else inside.get(group, 0)
            if here < waiting:
                yield message("standstill_elsewhere", RESULTS, **values, n=still, vehicles=waiting, inside=here)
            else:
                yield message("standstill", RESULTS, **values, n=still, vehicles=waiting)
