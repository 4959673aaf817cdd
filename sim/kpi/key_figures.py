"""Key figures of one run, from its trace alone: flow, dwell, transit, backlog, cost and carbon by port.

The measured window is from ``labels.warmup_s`` to the horizon. A crossing (see :mod:`sim.output.journeys`) counts if
its exit lies in the window, a journey if its end does. Every figure is told by (port, direction, class); flow and
backlog also for class 'all'. A figure that nothing was measured for (the mean of no crossings) has no row; flow and
backlog are then 0.

``vehicles_per_day``, ``teu_per_day``, ``tonnes_per_day``
    crossings a day, and the load of those in which the vehicle was loaded in at least one step.
``dwell_h_mean``, ``_p50``, ``_p90``, ``_p95``
    exit - enter; by side: from the first step queued for to the last step departed from on that side.
``wait_h_mean``, ``clearance_h_mean``
    per crossing, the sum of started - queued; the wait and service of customs, police and inspection.
``transit_h_mean``, ``_p50``, ``_p95``
    origin to destination: arrival to leaving for a vehicle that comes once, start of the trip to the end of its last
    loaded step for a fleet. A journey belongs to the port that it first crosses loaded (else first crosses).
``backlog_end``
    vehicles inside a crossing at the horizon, queued or served; by side: where they stand.
``cost_usd_per_t``, ``co2_kg_per_t``
    of whole journeys, over the tonnes that they carried across the port: what the steps cost and emit, and waiting
    at the class's price and idling. Journeys that cross empty are laid on the tonnes of that port and class in
    either direction, each tonne alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints, Plan
from sim.core.rules import NOT_YET
from sim.core.run_settings import DAY_S
from sim.core.trace import Visits
from sim.kpi.facilities import facility_table, link_table
from sim.output import group_statistics
from sim.output.journeys import SIDES, Bools, Crossings, Floats, Group, History, Journeys
from sim.output.run_output import RunOutput

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KPIS", "facility_table", "kpi_table", "link_table", "vehicle_counts"]

HOUR_S = 3600

KPIS: dict[str, tuple[str, str, str]] = {
    "vehicles_per_day": ("1/d", "Vehicles a day", "日均车(列)数"),
    "teu_per_day": ("TEU/d", "Containers a day", "日均集装箱量"),
    "tonnes_per_day": ("t/d", "Cargo a day", "日均货运量"),
    "dwell_h_mean": ("h", "Dwell, mean", "平均停留时间"),
    "dwell_h_p50": ("h", "Dwell, median", "停留时间中位数"),
    "dwell_h_p90": ("h", "Dwell, 90th percentile", "停留时间90分位"),
    "dwell_h_p95": ("h", "Dwell, 95th percentile", "停留时间95分位"),
    "wait_h_mean": ("h", "Waiting, mean", "平均等待时间"),
    "clearance_h_mean": ("h", "Clearance, mean", "平均通关查验时间"),
    "transit_h_mean": ("h", "Transit, mean", "平均全程时间"),
    "transit_h_p50": ("h", "Transit, median", "全程时间中位数"),
    "transit_h_p95": ("h", "Transit, 95th percentile", "全程时间95分位"),
    "backlog_end": ("vehicles", "Backlog at the end", "期末积压"),
    "cost_usd_per_t": ("USD/t", "Cost", "单位成本"),
    "co2_kg_per_t": ("kg/t", "CO2", "单位二氧化碳排放"),
}
"""KPI id: (unit, name in English, name in Chinese), in the order in which they are told."""

ALL_CLASSES = "all"
COLUMNS = ["port", "side", "direction", "class", "kpi", "unit", "value"]


def vehicle_counts(visits: Visits) -> dict[str, int]:
    """Vehicles that arrived, left and are in the system at the horizon (a fleet's vehicle counts once)."""
    arrived = int((visits.plan.vehicle_arrival_s < visits.plan.horizon_s).sum())
    departed = int((visits.vehicle_left_s != NOT_YET).sum())
    return {"arrived": arrived, "departed": departed, "in_system": arrived - departed}


def kpi_table(visits: Visits | RunOutput) -> pd.DataFrame:
    """The key figures as one row each: port, side (both, cn, foreign), direction, class, kpi, unit, value.

    Sorted by port, direction, class, side and the order of :data:`KPIS`.
    """
    import pandas as pd

    history = RunOutput.of(visits).history
    rows = _Rows(history.groups)
    _flow(rows, history)
    _times(rows, history)
    _backlog(rows, history.crossings)
    home = _home(history.journeys, history.crossings)
    _transit(rows, history, *home)
    _per_tonne(rows, history, *home)
    return pd.DataFrame(rows.sorted(), columns=COLUMNS)


class _Rows:
    """Collects figures given per group."""

    def __init__(self, groups: list[Group]) -> None:
        self.groups = groups
        self._rows: list[tuple[Any, ...]] = []

    def add(self, kpi: str, values: npt.NDArray[Any], side: str = SIDES[0]) -> None:
        """One value per group; NaN: nothing measured, no row."""
        for (port, direction, klass), value in zip(self.groups, values.tolist(), strict=True):
            if not np.isnan(value):
                self._rows.append((port, side, direction, klass, kpi, KPIS[kpi][0], float(value)))

    def add_with_total(self, kpi: str, values: npt.NDArray[Any], side: str = SIDES[0]) -> None:
        """Likewise, and the sum over classes for every port and direction."""
        self.add(kpi, values, side)
        total: dict[tuple[str, str], float] = {}
        for (port, direction, _), value in zip(self.groups, values.tolist(), strict=True):
            total[port, direction] = total.get((port, direction), 0.0) + value
        for (port, direction), value in total.items():
            self._rows.append((port, side, direction, ALL_CLASSES, kpi, KPIS[kpi][0], float(value)))

    def sorted(self) -> list[tuple[Any, ...]]:
        """By port, direction, class ('all' last), side and order of the KPIs."""
        kpis = list(KPIS)
        return sorted(
            self._rows, key=lambda r: (r[0], r[2], r[3] == ALL_CLASSES, r[3], SIDES.index(r[1]), kpis.index(r[4]))
        )


def _window(plan: Plan) -> tuple[int, int]:
    return plan.labels.warmup_s, plan.horizon_s


def _flow(rows: _Rows, history: History) -> None:
    """Vehicles, containers and tonnes a day."""
    from_s, to_s = _window(history.plan)
    crossings, labels, n = history.crossings, history.plan.labels, len(rows.groups)
    days = (to_s - from_s) / DAY_S
    over = crossings.leave_in(from_s, to_s)
    full = np.flatnonzero(over & crossings.loaded)
    rows.add_with_total("vehicles_per_day", group_statistics.counts(crossings.group[over], n) / days)
    group, service = crossings.group[full], crossings.service[full]
    for kpi, load in (("teu_per_day", labels.service_teu), ("tonnes_per_day", labels.service_t)):
        rows.add_with_total(kpi, group_statistics.sums(group, np.array(load, float)[service], n) / days)


def _times(rows: _Rows, history: History) -> None:
    """Dwell, waiting and clearance, for both sides together and each."""
    crossings, n = history.crossings, len(rows.groups)
    over = crossings.leave_in(*_window(history.plan))
    for k, side in enumerate(SIDES):
        here = np.flatnonzero(over & (crossings.dwell_s[:, k] != NOT_YET))
        # As bincount takes it: it would convert the group at each of its calls.
        group, dwell = crossings.group[here].astype(np.intp), crossings.dwell_s[here, k]
        p50, p90, p95 = group_statistics.percentiles(group, dwell, n, (0.5, 0.9, 0.95)).T / HOUR_S
        rows.add("dwell_h_mean", group_statistics.means(group, dwell, n) / HOUR_S, side)
        rows.add("dwell_h_p50", p50, side)
        rows.add("dwell_h_p90", p90, side)
        rows.add("dwell_h_p95", p95, side)
        rows.add("wait_h_mean", group_statistics.means(group, crossings.wait_s[here, k], n) / HOUR_S, side)
        rows.add("clearance_h_mean", group_statistics.means(group, crossings.clearance_s[here, k], n) / HOUR_S, side)


def _backlog(rows: _Rows, crossings: Crossings) -> None:
    inside = crossings.exit_s == NOT_YET
    for k, side in enumerate(SIDES):
        here = inside if k == 0 else inside & (crossings.side_now == k)
        rows.add_with_total("backlog_end", group_statistics.counts(crossings.group[here], len(rows.groups)), side)


def _home(journeys: Journeys, crossings: Crossings) -> tuple[Ints, Bools]:
    """Per journey the group to which it belongs (-1: crosses no port), and whether it crosses loaded."""
    home = np.full(len(journeys.vehicle), -1, np.int64)
    loaded = np.zeros(len(home), bool)
    # Of several crossings of one journey the first is written last.
    home[crossings.journey[::-1]] = crossings.group[::-1]
    full = np.flatnonzero(crossings.loaded)[::-1]
    home[crossings.journey[full]] = crossings.group[full]
    loaded[crossings.journey[full]] = True
    return home, loaded


def _transit(rows: _Rows, history: History, home: Ints, loaded: Bools) -> None:
    from_s, to_s = _window(history.plan)
    journeys, n = history.journeys, len(rows.groups)
    fleet = history.plan.vehicle_trips[journeys.vehicle] > 1
    there = np.where(fleet & loaded, journeys.delivered_s, journeys.end_s)
    counted = (home >= 0) & (there >= from_s) & (there < to_s)
    group, transit = home[counted], (there - journeys.start_s)[counted]
    p50, p95 = group_statistics.percentiles(group, transit, n, (0.5, 0.95)).T / HOUR_S
    rows.add("transit_h_mean", group_statistics.means(group, transit, n) / HOUR_S)
    rows.add("transit_h_p50", p50)
    rows.add("transit_h_p95", p95)


def _per_tonne(rows: _Rows, history: History, home: Ints, loaded: Bools) -> None:
    from_s, to_s = _window(history.plan)
    journeys, labels, n = history.journeys, history.plan.labels, len(rows.groups)
    counted = (home >= 0) & (journeys.end_s >= from_s) & (journeys.end_s < to_s)
    full, empty = np.flatnonzero(counted & loaded), np.flatnonzero(counted & ~loaded)
    home_full, home_empty = home[full], home[empty]
    tonnes = group_statistics.sums(home_full, np.array(labels.service_t, float)[journeys.service[full]], n)
    waited_h = journeys.waited_s / HOUR_S
    both_ways = _same_port_and_class(rows.groups)
    prices = (
        ("cost_usd_per_t", journeys.cost_usd, labels.service_wait_usd_per_h),
        ("co2_kg_per_t", journeys.co2_kg, labels.service_idle_co2_kg_per_h),
    )
    for kpi, of_steps, of_hour in prices:
        total = of_steps + waited_h * np.array(of_hour, float)[journeys.service]
        own = group_statistics.sums(home_full, total[full], n)
        of_empties = both_ways(group_statistics.sums(home_empty, total[empty], n))
        carried = both_ways(tonnes)
        rows.add(kpi, _ratio(own, tonnes) + np.nan_to_num(_ratio(of_empties, carried)))


def _ratio(amount: Floats, tonnes: Floats) -> Floats:
    return np.divide(amount, tonnes, out=np.full(len(tonnes), np.nan), where=tonnes > 0)


def _same_port_and_class(groups: list[Group]) -> Callable[[Floats], Floats]:
    """Sums values per group over the directions of one port and class, and gives each group its sum."""
    keys = [(port, klass) for port, _, klass in groups]
    position = np.array([keys.index(key) for key in keys], np.int64)
    return lambda values: group_statistics.sums(position, values, len(keys))[position]
