"""Which queues settle: a mean wait or dwell is a statement about the traffic only where they do.

Told by (port, direction, class) from the vehicles waiting on each day of the run, warm-up included, over all
replications together (see :mod:`sim.statistics.stability`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from sim.statistics import Growing, Interval, Series, assess
from sim.statistics.samples import Floats
from sim.studies.compare.results import Results

LEAST_WAITING: Final = 1.0
"""Vehicles; shorter queues are not looked at."""
LEAST_DAYS: Final = 20
"""Fewer days show neither growth nor the end of a warm-up."""
MATERIAL: Final = 0.1
"""A start that moves the mean queue by a smaller share is of no account."""

Group = tuple[str, str, str]
"""(port, direction, class)."""


@dataclass(frozen=True)
class Unsettled:
    """Queues that do not settle within the run, by (port, direction, class) and scenario."""

    growing: Mapping[Group, Mapping[str, Interval]]
    """More comes than is served: vehicles a day by which the queue grows."""
    early: Mapping[Group, tuple[str, ...]]
    """The scenarios whose queue the empty start still moved when measuring began."""

    def grows(self, scenario: str, port: str, klass: str) -> bool:
        """Whether a queue of this traffic grows, in either direction, in the scenario."""
        return any((p, k) == (port, klass) and scenario in grow for (p, _, k), grow in self.growing.items())


def unsettled(results: Results) -> Unsettled:
    """Every queue of an experiment that does not settle; none can be told from runs of fewer than 20 days."""
    growing: dict[Group, dict[str, Interval]] = {}
    early: dict[Group, list[str]] = {}
    if results.days >= LEAST_DAYS:
        rank = {scenario: k for k, scenario in enumerate(results.scenarios)}
        series = sorted(_series(results).items(), key=lambda one: (one[0][1:], rank[one[0][0]]))
        for (scenario, *group), values in series:
            port, direction, klass = group
            measured = values[:, results.warmup_days :]
            if measured.mean() < LEAST_WAITING:
                continue
            state = assess(Series(values, 1.0))
            if isinstance(state, Growing):
                growing.setdefault((port, direction, klass), {})[scenario] = state.rate
            elif state.warmup_days > results.warmup_days:
                settled = float(values[:, int(state.warmup_days) :].mean())
                if abs(float(measured.mean()) - settled) > MATERIAL * settled:
                    early.setdefault((port, direction, klass), []).append(scenario)
    return Unsettled(growing, {group: tuple(scenarios) for group, scenarios in early.items()})


def _series(results: Results) -> dict[tuple[str, str, str, str], Floats]:
    """By (scenario, port, direction, class) an array (n_replications, n_days)."""
    keys = ["scenario", "port", "direction", "class"]
    rows = results.backlog.sort_values([*keys, "replication", "day"])
    series: dict[tuple[str, str, str, str], Floats] = {}
    for key, of_group in rows.groupby(keys):
        scenario, port, direction, klass = map(str, cast(tuple[Any, ...], key))
        series[scenario, port, direction, klass] = of_group["vehicles_waiting"].to_numpy().reshape(-1, results.days)
    return series
