"""Queues without a steady state, and queues that the empty start still affects when measuring begins.

Only in a steady state do mean waiting and dwell times depend on the traffic alone. The state of each (port, direction,
class) follows from the vehicles waiting on each day of the run, warm-up included, over all replications together (see
:mod:`sim.statistics.stability`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from corridors.clock.local_time import DAILY, every_day
from sim.kpi.queue_growth import LEAST_DAYS, AssessedDays
from sim.statistics import Interval, mser5
from sim.statistics.samples import Floats
from sim.studies.compare.results import ExperimentResults

MATERIAL: Final = 0.1
"""A smaller effect of the start on the mean queue, as a share, is ignored."""

Group = tuple[str, str, str]
"""(port, direction, class)."""


@dataclass(frozen=True)
class UnsteadyQueues:
    """Queues that are not steady within the measured days, by (port, direction, class) and scenario."""

    growing: Mapping[Group, Mapping[str, Interval]]
    """Growth of the queues with more arrivals than capacity, in vehicles per day."""
    early: Mapping[Group, tuple[str, ...]]
    """Scenarios whose queue the empty start still affected when measuring began."""

    def grows(self, scenario: str, port: str, klass: str) -> bool:
        """Whether the queue of a traffic class grows in the scenario, in either direction."""
        return any((p, k) == (port, klass) and scenario in grow for (p, _, k), grow in self.growing.items())


def unsteady_queues(results: ExperimentResults) -> UnsteadyQueues:
    """All queues of an experiment that are not steady; none for runs of fewer than 20 days."""
    growing: dict[Group, dict[str, Interval]] = {}
    early: dict[Group, list[str]] = {}
    if results.days >= LEAST_DAYS:
        rank = {scenario: k for k, scenario in enumerate(results.scenarios)}
        series = sorted(_series(results).items(), key=lambda one: (one[0][1:], rank[one[0][0]]))
        for (scenario, *group), values in series:
            port, direction, klass = group
            assessed = AssessedDays.of(values, results.warmup_days, _closed(results, scenario, port))
            if assessed is None:
                continue
            if rate := assessed.growth:
                growing.setdefault((port, direction, klass), {})[scenario] = rate
                continue
            settled_from = mser5(assessed.vehicles).observations
            if settled_from > assessed.warmup_days and assessed.as_in_the_run:
                steady = float(assessed.vehicles[:, settled_from:].mean())
                measured = float(assessed.vehicles[:, assessed.warmup_days :].mean())
                if abs(measured - steady) > MATERIAL * steady:
                    early.setdefault((port, direction, klass), []).append(scenario)
    return UnsteadyQueues(growing, {group: tuple(scenarios) for group, scenarios in early.items()})


def _closed(results: ExperimentResults, scenario: str, port: str) -> Iterator[tuple[int, int]]:
    """First day, and the day after the last, of closures of whole days of a scenario: of the port, or any other.

    Closures are changes that close, and rows that are added to the table of closures.
    """
    start, ports = results.start, set(results.backlog["port"])
    for change in results.scenarios[scenario].get("changes", ()):
        table, _, target = str(change["address"]).partition(".")
        closure = change
        if table == "closures" and change["op"] == "add" and change.get("row"):
            closure, target = change["row"], str(change["row"].get("target", ""))
        elif change["op"] != "close":
            continue
        if closure.get("servers_share") or not every_day(str(closure.get("weekdays") or DAILY)):
            continue
        if target == port or not (table == "ports" or target in ports):
            first, last = (str(closure.get(key) or closure["first_day"]) for key in ("first_day", "last_day"))
            yield (date.fromisoformat(first) - start).days, (date.fromisoformat(last) - start).days + 1


def _series(results: ExperimentResults) -> dict[tuple[str, str, str, str], Floats]:
    """By (scenario, port, direction, class) an array (n_replications, n_days)."""
    keys = ["scenario", "port", "direction", "class"]
    rows = results.backlog.sort_values([*keys, "replication", "day"])
    series: dict[tuple[str, str, str, str], Floats] = {}
    for key, of_group in rows.groupby(keys):
        scenario, port, direction, klass = map(str, cast(tuple[Any, ...], key))
        series[scenario, port, direction, klass] = of_group["vehicles_waiting"].to_numpy().reshape(-1, results.days)
    return series
