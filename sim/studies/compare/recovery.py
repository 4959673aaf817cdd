"""Recovery after a closure: largest extra queue, days until it is cleared, cargo lost.

Input: the vehicles waiting on each day, and the cargo of a port, of a scenario with a closure within the run. All
figures are differences from the baseline in the same replication, so they do not include the ordinary queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from corridors.clock.local_time import DAILY, every_day
from sim.statistics import Interval, mean_interval
from sim.statistics.samples import Floats
from sim.studies.compare.figures import ALL, DELIVERED
from sim.studies.compare.paired_effects import Effect, by_key
from sim.studies.compare.results import ExperimentResults
from sim.studies.compare.target_traffic import Traffic

GONE: Final = 0.05
"""A backlog is cleared when at most this share of its largest size is left."""
LEAST_WAITING: Final = 1.0
"""Vehicles; a smaller backlog is left out."""


@dataclass(frozen=True)
class Recovery:
    """Backlog after a closure at one port, of one direction and class."""

    scenario: str
    port: str
    direction: str
    klass: str
    first_day: int
    last_day: int
    """First and last day of the closure, as days of the run from 0."""
    backlog: Interval
    """Extra vehicles waiting compared with the baseline, as a mean over the worst day."""
    days: Interval | None
    """Open days until the backlog is cleared, counted from 1; None if it is not cleared in any replication."""
    lasting: int
    """Replications in which it is not cleared by the end of the run."""
    cargo: Effect | None
    """Effect on the tonnes that the port delivers per day over the whole run."""


def recoveries(
    results: ExperimentResults, effects: Sequence[Effect], target_traffic: Mapping[str, tuple[Traffic, ...]]
) -> Iterator[Recovery]:
    """For each scenario with a closure of whole days its target traffic, the largest backlog first."""
    known = by_key(tuple(effects))
    for scenario in results.others:
        shut = shut_days(results, scenario)
        if shut is None:
            continue
        found = []
        for (port, direction, klass), surplus in _surplus(results, scenario).items():
            if Traffic(port, klass) not in target_traffic[scenario]:
                continue
            worst = surplus[:, shut[0] :].max(axis=1)
            if worst.mean() < LEAST_WAITING:
                continue
            gone = surplus[:, shut[1] + 1 :] <= GONE * worst[:, None]
            some = gone.any(axis=1)
            days = mean_interval(gone[some].argmax(axis=1) + 1.0) if some.any() else None
            cargo = known.get((scenario, port, ALL, DELIVERED))
            lasting = int((~some).sum())
            found.append(Recovery(scenario, port, direction, klass, *shut, mean_interval(worst), days, lasting, cargo))
        yield from sorted(found, key=lambda one: -one.backlog.estimate)


def shut_days(results: ExperimentResults, scenario: str) -> tuple[int, int] | None:
    """First and last day of the closures of a scenario that the baseline does not have; None without any.

    Closures of a share of the servers or of some weekdays do not count, nor do those that last beyond the run.
    """
    common = results.scenarios[results.baseline].get("changes", ())
    begin = date.fromisoformat(str(results.scenarios[scenario]["start"]))
    spans = []
    for change in results.scenarios[scenario].get("changes", ()):
        if change["op"] != "close" or change in common:
            continue
        if not change.get("servers_share") and every_day(change.get("weekdays", DAILY)):
            first = (date.fromisoformat(change["first_day"]) - begin).days
            last = (date.fromisoformat(change.get("last_day") or change["first_day"]) - begin).days
            if first >= 0 and last < results.days - 1:
                spans.append((first, last))
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def _surplus(results: ExperimentResults, scenario: str) -> dict[tuple[str, str, str], Floats]:
    """By (port, direction, class) vehicles waiting minus those of the baseline, (n_replications, n_days)."""
    group = ["port", "direction", "class"]
    keys = [*group, "replication", "day"]
    table = results.backlog.set_index(keys).sort_index()
    own, base = (table.loc[table["scenario"] == one, "vehicles_waiting"] for one in (scenario, results.baseline))
    wide = (own - base).dropna().unstack("day").dropna()
    return {
        (str(port), str(direction), str(klass)): np.asarray(rows.to_numpy(), np.float64)
        for (port, direction, klass), rows in wide.groupby(level=group)
    }
