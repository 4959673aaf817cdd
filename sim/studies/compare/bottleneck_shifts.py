"""Bottlenecks before and after: the root of most waiting of a scenario's target traffic.

Of results without roots it is the facility or stock for which most is waited.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.kpi import waiting_roots
from sim.kpi.waiting import congestion
from sim.kpi.waiting_roots import with_stocks
from sim.studies.compare.results import ExperimentResults
from sim.studies.compare.target_traffic import Traffic

if TYPE_CHECKING:
    import pandas as pd

GROUP = ["port", "direction", "class"]


@dataclass(frozen=True)
class Bottleneck:
    """The root of most waiting of one port, direction and class, as a mean over replications."""

    at: str
    """Facility, section, place or stock."""
    share: float
    """Share of all waiting of that port, direction and class."""
    waiting_h_per_day: float
    """All waiting of that port, direction and class, in vehicle-hours per day."""
    state: str = ""
    """State of the root (:data:`sim.output.waiting_roots.STATES`); '' where roots are unknown."""


@dataclass(frozen=True)
class BottleneckShift:
    """Bottleneck of one port, direction and class in the baseline and in a scenario; None without any waiting."""

    scenario: str
    port: str
    direction: str
    klass: str
    before: Bottleneck | None
    after: Bottleneck | None

    @property
    def moves(self) -> bool:
        """Whether the scenario has a different bottleneck."""
        return _root(self.before) != _root(self.after)

    @property
    def traffic(self) -> Traffic:
        """The traffic whose bottleneck it is: port and class."""
        return Traffic(self.port, self.klass)


def bottleneck_shifts(
    results: ExperimentResults, target_traffic: Mapping[str, tuple[Traffic, ...]]
) -> Iterator[BottleneckShift]:
    """For each scenario its target traffic, then all other traffic whose bottleneck moves.

    Means are over the replications without failure. Within each part, the order is by waiting in the baseline, most
    first.
    """
    by_root = _by_root(results)
    found = {scenario: _bottlenecks(results, by_root, scenario) for scenario in results.scenarios}
    before = found[results.baseline]
    of_baseline = _traffic(results, results.baseline)
    for scenario in results.others:
        after, targets = found[scenario], target_traffic[scenario]
        common = of_baseline & _traffic(results, scenario)
        made = [BottleneckShift(scenario, *group, before.get(group), after.get(group)) for group in sorted(common)]
        kept = [shift for shift in made if shift.traffic in targets or shift.moves]
        yield from sorted(kept, key=lambda shift: (shift.traffic not in targets, -_hours(shift.before)))


def _root(bottleneck: Bottleneck | None) -> tuple[str, str] | None:
    return (bottleneck.at, bottleneck.state) if bottleneck else None


def _traffic(results: ExperimentResults, scenario: str) -> set[tuple[str, str, str]]:
    """(port, direction, class) of all vehicles that crossed a port or waited for it."""
    groups = set()
    for table in (results.dwell, results.waiting):
        rows = table[table["scenario"] == scenario]
        groups |= {(str(p), str(d), str(k)) for p, d, k in zip(*(rows[column] for column in GROUP), strict=True) if p}
    return groups


def _hours(bottleneck: Bottleneck | None) -> float:
    return bottleneck.waiting_h_per_day if bottleneck else 0.0


def _bottlenecks(
    results: ExperimentResults, by_root: pd.DataFrame, scenario: str
) -> dict[tuple[str, str, str], Bottleneck]:
    runs = results.runs[(results.runs["scenario"] == scenario) & results.runs["failure_stage"].isna()]
    rows = by_root[(by_root["scenario"] == scenario) & (by_root["port"] != "")]
    days = max(1, len(runs)) * results.measured_days
    by_group: dict[tuple[str, str, str], Counter[tuple[str, str]]] = {}
    columns = (*GROUP, "root", "root_state", "hours")
    for port, direction, klass, root, state, hours in zip(*(rows[column] for column in columns), strict=True):
        by_group.setdefault((port, direction, klass), Counter())[root, state] += hours / days
    made = {}
    for group, waiting in by_group.items():
        total = sum(waiting.values())
        root, state = max(sorted(waiting), key=lambda root: waiting[root])
        made[group] = Bottleneck(root, waiting[root, state] / total, total, state)
    return made


def _by_root(results: ExperimentResults) -> pd.DataFrame:
    """Hours of waiting by root; a root behind a full or empty stock counts for the stock."""
    if results.waiting_by_root is None or results.waiting_by_root.empty:
        waiting = congestion(results.waiting)
        return waiting.assign(root=waiting["at"], root_state="")
    return with_stocks(waiting_roots.congestion(results.waiting_by_root))
