"""Use of time: dwell by step, waiting by cause, queues and throughput over time, from the visits alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.core import rules
from sim.core.plan import Plan
from sim.core.trace import Visits
from sim.core.units import DAY_S, HOUR_S
from sim.core.wait_causes import CAUSES, DEMAND, SHARE
from sim.kpi.frames import Row, sums_by_key
from sim.output import group_statistics
from sim.output.crossings import groups_of
from sim.output.intervals import facility_of_op, place_of_time, without_servers
from sim.output.journey_cuts import CrossingStepObserver, HistoryObserver
from sim.output.queue_lengths import QueueObserver, QueueSeries, waits_of
from sim.output.run_output import PortQueues, RunOutput
from sim.output.single_pass import scan
from sim.output.vehicle_rows import Bools

if TYPE_CHECKING:
    import pandas as pd

RANKS: Final = {cause: k for k, cause in enumerate(CAUSES)}


def dwell_by_step(visits: Visits | RunOutput) -> pd.DataFrame:
    """Mean hours that one crossing spends waiting and working at each step, over crossings that end in the window.

    Columns: port, direction, class, side, step, at (facility, stock, link or place), wait_h, service_h; in the
    order of the steps. Waiting and service of all steps of one (port, direction, class) add up to the mean time
    from entering to the end of the last step, which is its dwell unless a track is released later.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    output.observe(HistoryObserver, CrossingStepObserver)
    history, sums = output.history, output.crossing_steps
    plan, labels, groups = history.plan, history.plan.labels, history.groups
    crossings = history.crossings
    group_of_op = groups_of(plan)[1]
    over = crossings.leave_in(labels.warmup_s, plan.horizon_s)
    n_crossings = group_statistics.counts(crossings.group[over], len(groups))
    reached = np.flatnonzero((group_of_op >= 0) & (sums.rows > 0))
    wait, service = sums.waited_s / HOUR_S, sums.served_s / HOUR_S
    at = plan.once(place_of_time)
    group, columns = group_of_op[reached], ["port", "direction", "class", "side", "step", "at", "wait_h", "service_h"]
    keys = [
        (*groups[g], labels.op_side[k], labels.op_step[k], at[k])
        for g, k in zip(group.tolist(), reached.tolist(), strict=True)
    ]
    waited, served = (
        sums_by_key(zip(keys, (hours[reached] / n_crossings[group]).tolist(), strict=True)) for hours in (wait, service)
    )
    rows: list[Row] = [(*key, hours, served[key]) for key, hours in waited.items()]
    rows.sort(key=lambda row: row[:3])
    return pd.DataFrame(rows, columns=columns)


def waiting_by_cause(visits: Visits | RunOutput) -> pd.DataFrame:
    """All waiting inside the window, in vehicle-hours, split by where and why.

    Columns: port, direction, class (see :func:`waits_of`), at (facility or stock), cause (see
    :mod:`sim.core.wait_causes`), hours. A wait that is unfinished at the horizon counts until then. The part of a wait
    during which the facility has no server at work is 'closed', 'share' where a share of the servers is why, or
    'no_servers' where it has none in the whole run; the rest has the cause of its step.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    plan, labels = output.plan, output.plan.labels
    total, closed, share = output.causes.wait_s, output.causes.closed_s, output.causes.share_s
    at = plan.once(place_of_time)
    groups = plan.once(waits_of)
    without = _without_servers(plan)
    summed = sums_by_key(
        ((*groups[k], at[k], cause), seconds / HOUR_S)
        for k in np.flatnonzero(total).tolist()
        for cause, seconds in (
            ("no_servers" if without[k] else "closed", int(closed[k] - share[k])),
            (SHARE, int(share[k])),
            (labels.op_cause[k] or "busy", int(total[k] - closed[k])),
        )
        if seconds > 0
    )
    rows = sorted(((*key, hours) for key, hours in summed.items()), key=lambda row: (*row[:4], cause_rank(row[4])))
    return pd.DataFrame(rows, columns=["port", "direction", "class", "at", "cause", "hours"])


def cause_rank(cause: str) -> tuple[int, str]:
    """The place of a cause in the order of :data:`CAUSES`; others come last, by name."""
    return RANKS.get(cause, len(RANKS)), cause


def congestion(waiting: pd.DataFrame) -> pd.DataFrame:
    """The rows of a :func:`waiting_by_cause` that are congestion: all but waiting for demand, idle vehicles."""
    return waiting[waiting["cause"] != DEMAND]


def _without_servers(plan: Plan) -> Bools:
    """(nO,) whether the facility of an op has no server at any time."""
    return np.append(without_servers(plan), False)[facility_of_op(plan)]


def queue_over_time(
    visits: Visits | RunOutput, *, facility: str | None = None, port: str | None = None, every_s: int = HOUR_S
) -> pd.DataFrame:
    """Vehicles waiting at regular instants from second 0: at one facility, or at all steps of one port.

    Columns: time_s, direction ('' away from ports), class, waiting (vehicles in a queue), and for a port inside
    (vehicles in a crossing, waiting or served). Raises KeyError for an unknown facility or port.
    """
    output = RunOutput.of(visits)
    labels = output.plan.labels
    if (facility is None) == (port is None):
        raise ValueError("give either a facility or a port")
    if port is not None:
        if port not in labels.op_port:
            raise KeyError(port)
        return output.port_queues(every_s).table(port)
    if facility not in labels.facility:
        raise KeyError(facility)
    [queues] = scan(output.visits, [_queues_at(output.plan, labels.facility.index(facility), every_s)])
    series: QueueSeries = queues
    return series.table().drop(columns="inside")


def _queues_at(plan: Plan, facility: int, every_s: int) -> QueueObserver:
    """An observer of the queue of one facility, by direction and class."""
    labels = plan.labels
    groups = [("", *group) for group in zip(labels.op_direction, labels.op_class, strict=True)]
    here = facility_of_op(plan) == facility
    found = sorted({groups[k] for k in np.flatnonzero(here)})
    of_op = [found.index(group) if mine else -1 for group, mine in zip(groups, here, strict=True)]
    return QueueObserver(plan, every_s, found, np.array(of_op, np.int32))


def waiting_by_day(visits: Visits | RunOutput) -> pd.DataFrame:
    """Queues and flows of each port day by day, from the first simulated day: :func:`sim.kpi.time_series.flow_table`
    over days, with their number ``day`` (0 is the first) in place of ``time_s``, and the mean queue as
    ``vehicles_waiting``.
    """
    from sim.kpi.time_series import flow_table

    table = flow_table(visits, DAY_S).rename(columns={"time_s": "day", "waiting": "vehicles_waiting"})
    table["day"] //= DAY_S
    return table


@dataclass(frozen=True)
class TrafficSeries:
    """Traffic and queues of the ports over time, for charts."""

    throughput: pd.DataFrame
    """Crossings day by day (:func:`throughput_over_time`)."""
    queues: Mapping[str, pd.DataFrame]
    """By port, vehicles waiting and inside hour by hour (:func:`queue_over_time`)."""


def traffic_series(visits: Visits, ports: Iterable[str]) -> TrafficSeries:
    """The series of these ports, in one scan."""
    output = RunOutput(visits)
    output.observe(HistoryObserver, PortQueues(HOUR_S))
    queues = {port: queue_over_time(output, port=port) for port in ports}
    return TrafficSeries(throughput_over_time(output), queues)


def throughput_over_time(visits: Visits | RunOutput, every_s: int = DAY_S) -> pd.DataFrame:
    """Crossings that ended in each whole interval from second 0.

    Columns: port, direction, class, time_s (start of the interval), vehicles, teu, tonnes.
    """
    import pandas as pd

    history = RunOutput.of(visits).history
    plan, labels, crossings = history.plan, history.plan.labels, history.crossings
    n = plan.horizon_s // every_s
    over = (crossings.exit_s != rules.NOT_YET) & (crossings.exit_s < n * every_s)
    cell = crossings.group[over] * n + crossings.exit_s[over] // every_s
    service, full = crossings.service[over], crossings.loaded[over]
    size = n * len(history.groups)
    table = pd.DataFrame([group for group in history.groups for _ in range(n)], columns=["port", "direction", "class"])
    table["time_s"] = np.tile(np.arange(n) * every_s, len(history.groups))
    table["vehicles"] = group_statistics.counts(cell, size)
    table["teu"] = group_statistics.sums(cell, np.array(labels.service_teu, float)[service] * full, size)
    table["tonnes"] = group_statistics.sums(cell, np.array(labels.service_t, float)[service] * full, size)
    return table
