"""Where the bottleneck is before and after: for what the vehicles that a scenario is meant to help wait longest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.studies.compare.results import Results
from sim.studies.compare.target_traffic import Traffic

if TYPE_CHECKING:
    import pandas as pd

GROUP = ["port", "direction", "class"]


@dataclass(frozen=True)
class Bottleneck:
    """The facility or stock for which one port, direction and class waits most, on average over replications."""

    at: str
    share: float
    """Of all waiting of that port, direction and class."""
    waiting_h_per_day: float
    """Vehicle-hours that all of that port, direction and class wait in a day, for whatever."""


@dataclass(frozen=True)
class Shift:
    """A bottleneck before and after; None where nobody waits."""

    scenario: str
    port: str
    direction: str
    klass: str
    before: Bottleneck | None
    after: Bottleneck | None

    @property
    def moves(self) -> bool:
        """Whether the bottleneck is another than before."""
        return (self.before and self.before.at) != (self.after and self.after.at)

    @property
    def traffic(self) -> Traffic:
        return Traffic(self.port, self.klass)


def shifts(results: Results, meant: Mapping[str, tuple[Traffic, ...]]) -> Iterator[Shift]:
    """For each scenario the traffic that it is meant to help, then all other traffic whose bottleneck moves.

    Means are over the replications that did not fail. Within each part the longest waiting of the baseline comes first.
    """
    found = {scenario: _bottlenecks(results, scenario) for scenario in results.scenarios}
    before = found[results.baseline]
    there = _traffic(results, results.baseline)
    for scenario in results.others:
        after = found[scenario]
        here = there & _traffic(results, scenario)
        made = [Shift(scenario, *group, before.get(group), after.get(group)) for group in sorted(here)]
        shown = [shift for shift in made if shift.traffic in meant[scenario] or shift.moves]
        yield from sorted(shown, key=lambda shift: (shift.traffic not in meant[scenario], -_hours(shift.before)))


def _traffic(results: Results, scenario: str) -> set[tuple[str, str, str]]:
    """(port, direction, class) of all that crossed a port."""
    rows = results.dwell[results.dwell["scenario"] == scenario]
    return {(str(p), str(d), str(k)) for p, d, k in zip(*(rows[column] for column in GROUP), strict=True) if p}


def _hours(bottleneck: Bottleneck | None) -> float:
    return bottleneck.waiting_h_per_day if bottleneck else 0.0


def _bottlenecks(results: Results, scenario: str) -> dict[tuple[str, str, str], Bottleneck]:
    runs = results.runs[(results.runs["scenario"] == scenario) & results.runs["failure_stage"].isna()]
    rows: pd.DataFrame = results.waiting
    rows = rows[(rows["scenario"] == scenario) & (rows["port"] != "")]
    days = max(1, len(runs)) * results.measured_days
    by_group: dict[tuple[str, str, str], Counter[str]] = {}
    for port, direction, klass, at, hours in zip(*(rows[column] for column in (*GROUP, "at", "hours")), strict=True):
        by_group.setdefault((port, direction, klass), Counter())[at] += hours / days
    made = {}
    for group, here in by_group.items():
        total = sum(here.values())
        at = max(sorted(here), key=lambda thing: here[thing])
        made[group] = Bottleneck(at, here[at] / total, total)
    return made
