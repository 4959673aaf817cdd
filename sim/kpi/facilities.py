"""Use of facilities and links in the window from warm-up to horizon, from the trace alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from corridors import single_tracks
from sim.core.plan import Ints
from sim.core.trace import Visits
from sim.core.units import DAY_S, HOUR_S
from sim.output import group_statistics
from sim.output.group_statistics import ratio
from sim.output.intervals import Servers, facility_of_op
from sim.output.journeys import Floats
from sim.output.run_output import RunOutput
from sim.output.vehicle_rows import Bools

if TYPE_CHECKING:
    import pandas as pd


OUTLOOK: Final = "outlook"
"""Kind of facilities that vehicles only watch (:mod:`sim.compile.detours`)."""
UNLIMITED: Final = ("opening", "entry", OUTLOOK)
"""Kinds of facilities at which vehicles wait for an opening, never for a server: these have no utilisation."""


def facility_table(visits: Visits | RunOutput) -> pd.DataFrame:
    """One row per facility that vehicles may visit, sorted by (port, side, facility).

    served: visits whose work began in the window. utilisation: server-seconds kept in the window (for a path, its
    headway) over server-seconds at work; above 1 where work in progress is finished after the end of a shift or after a
    server that works part of the time went (:mod:`sim.compile.part_time`); NaN without servers at work and for an
    opening. mean_wait_h, p95_wait_h: of the visits served, NaN if none. mean_queue, max_queue: vehicles waiting, over
    the time of the window.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    labels = output.plan.labels
    use = output.once(_Use)
    table = pd.DataFrame(
        {
            "port": labels.facility_port,
            "side": labels.facility_side,
            "facility": labels.facility,
            "served": use.served,
            "utilisation": ratio(use.busy_s, use.available_s),
            "mean_wait_h": ratio(use.waited_s, use.served) / HOUR_S,
            "p95_wait_h": use.p95_wait_s / HOUR_S,
            "mean_queue": use.queue_s / use.window_s,
            "max_queue": use.longest_queue,
        }
    )
    visited = np.array([kind != OUTLOOK for kind in labels.facility_kind], bool)
    return table[visited].sort_values(["port", "side", "facility"], ignore_index=True)


def link_table(visits: Visits | RunOutput) -> pd.DataFrame:
    """One row per link travelled in this plan, sorted by link, both directions together.

    vehicles_per_day: vehicles that reached the end of the link in the window. utilisation: of its paths, or of the
    section of a single track that is kept most if that is more; NaN where both are unlimited or the link is closed.
    mean_wait_h: for a path, for a closed link to open, and before the sections of a single track, per vehicle that
    entered (of sections, a mean of all), NaN if none did.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    plan, labels = output.plan, output.plan.labels
    links = sorted({link for link in (*labels.op_link, *labels.facility_link) if link})
    position = {link: k for k, link in enumerate(links)}
    link_of_op = np.array([position.get(link, -1) for link in labels.op_link], np.int64)
    travels = (link_of_op >= 0) & ~np.array(labels.op_part, bool)
    days = (plan.horizon_s - labels.warmup_s) / DAY_S
    use = output.once(_Use)
    paths = np.array([position.get(link, -1) for link in labels.facility_link], np.int64)
    have = paths >= 0

    kind = np.array(labels.facility_kind)
    sections = have & (kind == single_tracks.SECTION)
    entries = have & ~np.isin(kind, single_tracks.KINDS)

    def of_links(values: Ints | Floats, some: Bools) -> Floats:
        return group_statistics.sums(paths[some], values[some], len(links))

    utilisation = ratio(of_links(use.busy_s, entries), of_links(use.available_s, entries))
    entered = of_links(use.served, entries)
    if sections.any():
        of_sections = np.full(len(links), -np.inf)
        np.maximum.at(of_sections, paths[sections], ratio(use.busy_s, use.available_s)[sections])
        utilisation = np.fmax(utilisation, np.where(np.isfinite(of_sections), of_sections, np.nan))
        numbers = of_links(np.ones(len(kind)), sections)
        entered = np.where(numbers > 0, of_links(use.served, sections) / np.maximum(numbers, 1), entered)
    return pd.DataFrame(
        {
            "link": links,
            "vehicles_per_day": group_statistics.sums(link_of_op[travels], output.totals.done[travels], len(links))
            / days,
            "utilisation": utilisation,
            "mean_wait_h": ratio(of_links(use.waited_s, have), entered) / HOUR_S,
        }
    )


class _Use:
    """Use of the facilities in the window, arrays (nF,)."""

    def __init__(self, output: RunOutput) -> None:
        plan, totals, n = output.plan, output.totals, output.plan.n_facilities
        from_s, to_s = plan.labels.warmup_s, plan.horizon_s
        facility = facility_of_op(plan)
        at = facility >= 0

        def of_facilities(by_op: Ints) -> Ints:
            return group_statistics.sums(facility[at], by_op[at], n).astype(np.int64)

        self.window_s = to_s - from_s
        self.served = of_facilities(totals.served)
        self.waited_s = of_facilities(totals.served_wait_s)
        self.busy_s = of_facilities(totals.busy_s)
        self.queue_s = of_facilities(totals.wait_s)
        self.p95_wait_s = totals.p95_wait_s(output.plan)
        unlimited = np.isin(plan.labels.facility_kind, UNLIMITED)
        self.available_s = np.where(unlimited, 0, Servers.of_run(output.visits).available_s(from_s, to_s))
        self.longest_queue = np.array([one.longest_queue for one in output.trajectories.balances], np.int64)
