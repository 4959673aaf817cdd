"""What a closure leaves behind: how many more wait at the worst, how long until they are gone, what cargo is lost.

In: the vehicles waiting on each day, and the cargo of a port, of a scenario that shuts something within the run. All
against the baseline in the same replication, so that the queue of every day is no part of it.
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
from sim.studies.compare.figures import ALL
from sim.studies.compare.paired_effects import Row, by_key
from sim.studies.compare.results import Results
from sim.studies.compare.target_traffic import Traffic

GONE: Final = 0.05
"""A backlog is gone when no more than this share of its greatest size is left."""
LEAST_WAITING: Final = 1.0
"""Vehicles; a smaller backlog is not looked at."""


@dataclass(frozen=True)
class Recovery:
    """The backlog that a closure leaves at one port, direction and class."""

    scenario: str
    port: str
    direction: str
    klass: str
    first_day: int
    last_day: int
    """Days of the run, from 0; all work stopped on both and between."""
    backlog: Interval
    """Vehicles that wait more than in the baseline, as the mean over the worst day."""
    days: Interval | None
    """Days from the first open one on, itself included, until the backlog is gone; None if it is in no replication."""
    lasting: int
    """Replications in which it is not gone by the end of the run."""
    cargo: Row | None
    """The effect on the tonnes a day of the port: what is missing at the end of the run is not made up."""


def recoveries(results: Results, rows: Sequence[Row], meant: Mapping[str, tuple[Traffic, ...]]) -> Iterator[Recovery]:
    """For each scenario that shuts something for whole days: the traffic that it is meant for, most waiting first."""
    known = by_key(tuple(rows))
    for scenario in results.others:
        shut = _shut(results, scenario)
        if shut is None:
            continue
        found = []
        for (port, direction, klass), surplus in _surplus(results, scenario).items():
            if Traffic(port, klass) not in meant[scenario]:
                continue
            worst = surplus[:, shut[0] :].max(axis=1)
            if worst.mean() < LEAST_WAITING:
                continue
            gone = surplus[:, shut[1] + 1 :] <= GONE * worst[:, None]
            some = gone.any(axis=1)
            days = mean_interval(gone[some].argmax(axis=1) + 1.0) if some.any() else None
            cargo = known.get((scenario, port, ALL, "tonnes_per_day"))
            lasting = int((~some).sum())
            found.append(Recovery(scenario, port, direction, klass, *shut, mean_interval(worst), days, lasting, cargo))
        yield from sorted(found, key=lambda one: -one.backlog.estimate)


def _shut(results: Results, scenario: str) -> tuple[int, int] | None:
    """The first and last day of a run on which something is shut that is open in the baseline; None if there is none.

    What is shut for a share of its servers or on days of the week is not, nor what does not open again within the run.
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


def _surplus(results: Results, scenario: str) -> dict[tuple[str, str, str], Floats]:
    """By (port, direction, class) vehicles waiting less those of the baseline, (n_replications, n_days)."""
    group = ["port", "direction", "class"]
    keys = [*group, "replication", "day"]
    table = results.backlog.set_index(keys).sort_index()
    own, base = (table.loc[table["scenario"] == one, "vehicles_waiting"] for one in (scenario, results.baseline))
    wide = (own - base).dropna().unstack("day").dropna()
    return {
        (str(port), str(direction), str(klass)): np.asarray(rows.to_numpy(), np.float64)
        for (port, direction, klass), rows in wide.groupby(level=group)
    }
