"""How hard facilities and links work, from the trace alone. Measured in the window from warm-up to horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim import grouped
from sim.journeys import Floats
from sim.occupancy import Servers, busy_until_s, facility_of_op, until_s
from sim.plan import Ints, Ints32
from sim.rules import NOT_YET
from sim.settings import DAY_S
from sim.trace import Trace

if TYPE_CHECKING:
    import pandas as pd

HOUR_S = 3600


def facility_table(trace: Trace) -> pd.DataFrame:
    """One row per facility, sorted by (port, side, facility).

    served: visits whose work began in the window. utilisation: server-seconds kept in the window (for a path, its
    headway) over server-seconds at work; above 1 where the busy finish their work after the end of a shift; 0 if
    nothing was ever at work. mean_wait_h, p95_wait_h: of the visits served (0 if none). mean_queue, max_queue:
    vehicles waiting, over the time of the window.
    """
    import pandas as pd

    labels = trace.plan.labels
    use = _Use(trace)
    table = pd.DataFrame(
        {
            "port": labels.facility_port,
            "side": labels.facility_side,
            "facility": labels.facility,
            "served": use.served,
            "utilisation": use.busy_s / np.where(use.available_s > 0, use.available_s, 1),
            "mean_wait_h": use.waited_s / np.maximum(use.served, 1) / HOUR_S,
            "p95_wait_h": np.nan_to_num(use.p95_wait_s) / HOUR_S,
            "mean_queue": use.queue_s / use.window_s,
            "max_queue": use.longest_queue,
        }
    )
    return table.sort_values(["port", "side", "facility"], ignore_index=True)


def link_table(trace: Trace) -> pd.DataFrame:
    """One row per link travelled in this plan, sorted by link, both directions together.

    vehicles_per_day: vehicles that reached the end of the link in the window. utilisation: of its paths (0 where
    paths are no limit). mean_wait_h: for a path, per vehicle that got one.
    """
    import pandas as pd

    plan, labels = trace.plan, trace.plan.labels
    links = sorted({link for link in (*labels.op_link, *labels.facility_link) if link})
    position = {link: k for k, link in enumerate(links)}
    link_of_op = np.array([position.get(link, -1) for link in labels.op_link], np.int64)
    reached = (trace.finished_s >= labels.warmup_s) & (trace.finished_s < plan.horizon_s)
    travelled = link_of_op[trace.op[reached]]
    days = (plan.horizon_s - labels.warmup_s) / DAY_S
    use = _Use(trace)
    paths = np.array([position.get(link, -1) for link in labels.facility_link], np.int64)
    have = paths >= 0

    def of_links(values: Ints | Floats) -> Floats:
        return grouped.sums(paths[have], values[have], len(links))

    return pd.DataFrame(
        {
            "link": links,
            "vehicles_per_day": grouped.counts(travelled[travelled >= 0], len(links)) / days,
            "utilisation": of_links(use.busy_s) / np.maximum(of_links(use.available_s), 1),
            "mean_wait_h": of_links(use.waited_s) / np.maximum(of_links(use.served), 1) / HOUR_S,
        }
    )


class _Use:
    """Sums over visits per facility, arrays (nF,)."""

    def __init__(self, trace: Trace) -> None:
        plan, n = trace.plan, trace.plan.n_facilities
        from_s, to_s = plan.labels.warmup_s, plan.horizon_s
        self.window_s = to_s - from_s
        facility = facility_of_op(plan)[trace.op]

        def clip(time_s: Ints) -> Ints:
            return np.clip(time_s, from_s, to_s)

        served = (facility >= 0) & (trace.started_s != NOT_YET)
        at, started = facility[served], trace.started_s[served]
        self.busy_s = grouped.sums(at, clip(busy_until_s(trace, at, served)) - clip(started), n)
        self.available_s = Servers.of(plan).available_s(from_s, to_s)
        waits = (facility >= 0) & (trace.started_s != trace.queued_s)
        joined, left = clip(trace.queued_s[waits]), clip(until_s(trace, "started_s")[waits])
        self.queue_s = grouped.sums(facility[waits], left - joined, n)
        self.longest_queue = _longest(facility[waits], joined, left, n)
        counted = served & (trace.started_s >= from_s)
        at, waited = facility[counted], (trace.started_s - trace.queued_s)[counted]
        self.served = grouped.counts(at, n)
        self.waited_s = grouped.sums(at, waited, n)
        self.p95_wait_s = grouped.percentiles(at, waited, n, (0.95,))[:, 0]


def _longest(facility: Ints32, joined_s: Ints, left_s: Ints, n: int) -> Ints:
    """(n,) the most intervals [joined, left) that hold at the same time, per facility."""
    longest = np.zeros(n, np.int64)
    span = 2 * (int(left_s.max(initial=0)) + 1)
    some = left_s > joined_s
    own = facility[some].astype(np.int64) * span
    # At one instant those who leave (even) come before those who join (odd).
    key = np.concatenate([own + 2 * left_s[some], own + 2 * joined_s[some] + 1])
    key.sort()
    waiting = np.cumsum(np.where(key % 2, 1, -1))
    at = key // span
    first = np.flatnonzero(np.diff(at, prepend=-1))
    if len(first):
        longest[at[first]] = np.maximum.reduceat(waiting, first)
    return longest
