"""Time and cost of a border crossing: CPMM's first two indicators, by port, direction and class.

Both sides of the border, from arrival at the port to departure from it, over the crossings that end in the measured
days. Traffic that never crosses with cargo (empty trains, passengers) is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.units import DAY_S, HOUR_S
from sim.output import group_statistics
from sim.output.journeys import groups_of
from sim.output.run_output import RunOutput
from sim.studies.corridor_performance.cost import TransportCost


@dataclass(frozen=True)
class CrossingPerformance:
    """Crossings of one class at one port in one direction; hours and USD per vehicle."""

    port: str
    direction: str
    klass: str
    n: int
    """Crossings in the measured days."""
    per_day: float
    load_t: float
    """Mean over the crossings with cargo."""
    load_teu: float
    mean_h: float
    median_h: float
    p95_h: float
    waiting_h: float
    clearance_h: float
    """Customs, border police and inspection, with their queues."""
    cost: TransportCost


def crossings(measured: RunOutput) -> tuple[CrossingPerformance, ...]:
    """The crossings of a run, sorted by (port, direction, class)."""
    history = measured.history
    plan, labels, groups, own = history.plan, history.plan.labels, history.groups, history.crossings
    over = own.leave_in(labels.warmup_s, plan.horizon_s)
    group, n = own.group[over], len(groups)
    number = group_statistics.counts(group, n)
    dwell_s = own.dwell_s[over, 0]
    percentiles = group_statistics.percentiles(group, dwell_s, n, (0.5, 0.95)) / HOUR_S
    means = {
        name: group_statistics.means(group, values, n) / HOUR_S
        for name, values in (("dwell", dwell_s), ("wait", own.wait_s[over, 0]), ("clear", own.clearance_s[over, 0]))
    }
    full = over & own.loaded
    t, teu = (
        group_statistics.means(own.group[full], np.array(load, float)[own.service[full]], n)
        for load in (labels.service_t, labels.service_teu)
    )
    costs = _costs(measured, number.tolist())
    days = (plan.horizon_s - labels.warmup_s) / DAY_S
    return tuple(
        CrossingPerformance(
            *groups[k],
            n=int(number[k]),
            per_day=float(number[k]) / days,
            load_t=float(t[k]),
            load_teu=float(teu[k]),
            mean_h=float(means["dwell"][k]),
            median_h=float(percentiles[k, 0]),
            p95_h=float(percentiles[k, 1]),
            waiting_h=float(means["wait"][k]),
            clearance_h=float(means["clear"][k]),
            cost=costs[k],
        )
        for k in range(n)
        if number[k] and t[k] + teu[k] > 0
    )


def _costs(measured: RunOutput, number: list[int]) -> list[TransportCost]:
    """Mean cost of a crossing by group."""
    plan, labels, steps = measured.plan, measured.plan.labels, measured.crossing_steps
    group = groups_of(plan)[1]
    price = dict(zip(labels.service, labels.service_wait_usd_per_h, strict=True))
    total = [TransportCost()] * len(number)
    for op in np.flatnonzero((group >= 0) & (steps.rows > 0)).tolist():
        charge = int(steps.rows[op]) * labels.op_cost_usd[op] / number[group[op]]
        waited_h = float(steps.waited_s[op]) / HOUR_S / number[group[op]]
        total[group[op]] += TransportCost(
            haulage_usd=charge if labels.op_link[op] else 0.0,
            handling_usd=0.0 if labels.op_link[op] else charge,
            waiting_usd=waited_h * price[labels.op_service[op]],
        )
    return total
