"""Bottlenecks before and after: the root of most waiting of a scenario's target traffic.

Of results without roots it is the facility or stock for which most is waited. A bottleneck moves only where that is
beyond the sampling error: over the runs of the baseline the root of before has more waiting than that of after, over
those of the scenario less, with intervals that exclude 0. A single run has no interval; there it moves where the roots
differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.kpi import waiting_roots
from sim.kpi.waiting import congestion
from sim.kpi.waiting_roots import with_stocks
from sim.statistics import Interval, mean_interval
from sim.statistics.samples import Floats
from sim.studies.compare.paired_effects import beyond_error
from sim.studies.compare.question import Traffic
from sim.studies.compare.results import ExperimentResults

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
    clear: bool = True
    """Whether it is beyond the sampling error that the roots differ."""
    waiting: Interval | None = None
    """Change of all waiting over the pairs, in vehicle-hours per day."""
    share: Interval | None = None
    """Change of the share of a root that stays."""
    of_change: bool = False
    """Whether this direction passes something that the scenario changes or is to relieve."""

    @property
    def moves(self) -> bool:
        """Whether the scenario has a different bottleneck, beyond the sampling error."""
        return self.clear and _root(self.before) != _root(self.after)

    @property
    def unclear(self) -> bool:
        """Whether the roots differ, but not beyond the sampling error."""
        return not self.clear and _root(self.before) != _root(self.after)

    @property
    def same_share(self) -> bool:
        """Whether the share of a root that stays does not change beyond the sampling error, or not in per cent."""
        return self.same_percent or (self.share is not None and not beyond_error(self.share))

    @property
    def same_percent(self) -> bool:
        """Whether the shares before and after are equal in whole per cent."""
        if not self.before or not self.after:
            return False
        return round(100 * self.before.share) == round(100 * self.after.share)

    @property
    def traffic(self) -> Traffic:
        """The traffic whose bottleneck it is: port and class."""
        return Traffic(self.port, self.klass)


def bottleneck_shifts(
    results: ExperimentResults,
    target_traffic: Mapping[str, tuple[Traffic, ...]],
    changed: Mapping[str, set[tuple[str, str, str]]] | None = None,
) -> Iterator[BottleneckShift]:
    """For each scenario its target traffic, then all other traffic whose bottleneck moves.

    Within each part, the order is first the directions that pass what the scenario changes (``changed``, by scenario
    (port, direction, class)), then by waiting in the baseline, most first.
    """
    by_root = _by_root(results)
    found = {scenario: _hours_of(results, by_root, scenario) for scenario in results.scenarios}
    before = found[results.baseline]
    of_baseline = _traffic(results, results.baseline)
    for scenario in results.others:
        after, targets = found[scenario], target_traffic[scenario]
        common = of_baseline & _traffic(results, scenario)
        passing = (changed or {}).get(scenario, set())
        made = [
            _shift(scenario, group, before.get(group), after.get(group), group in passing) for group in sorted(common)
        ]
        kept = [shift for shift in made if shift.traffic in targets or shift.moves]
        yield from sorted(
            kept, key=lambda shift: (shift.traffic not in targets, not shift.of_change, -_hours(shift.before))
        )


def main_shift_of(shifts: Iterable[BottleneckShift], scenario: str, traffic: Traffic | None) -> BottleneckShift | None:
    """Of a traffic the direction that the change concerns; of several, the one whose waiting changes most.

    Where none changes, the one with the most waiting. ``traffic`` None is any.
    """
    own = [one for one in shifts if one.scenario == scenario and traffic in (None, one.traffic)]
    return max(own, key=_weight, default=None)


def _weight(shift: BottleneckShift) -> tuple[bool, float, float]:
    before, after = _hours(shift.before), _hours(shift.after)
    return shift.of_change, abs(after - before), before


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


def _hours_of(
    results: ExperimentResults, by_root: pd.DataFrame, scenario: str
) -> dict[tuple[str, str, str], pd.DataFrame]:
    """By (port, direction, class) the vehicle-hours a day of each root (rows) in each run without failure (columns)."""
    runs = results.runs[(results.runs["scenario"] == scenario) & results.runs["failure_stage"].isna()]
    numbers = sorted(map(int, runs["replication"].unique()))
    rows = by_root[(by_root["scenario"] == scenario) & (by_root["port"] != "")]
    wide = rows.pivot_table(index=[*GROUP, "root", "root_state"], columns="replication", values="hours", aggfunc="sum")
    wide = wide.reindex(columns=numbers).fillna(0.0) / results.measured_days
    return {
        (str(key[0]), str(key[1]), str(key[2])): own.droplevel([*GROUP])
        for key, own in wide.groupby(level=GROUP)
        if len(numbers)
    }


def _shift(
    scenario: str,
    group: tuple[str, str, str],
    before: pd.DataFrame | None,
    after: pd.DataFrame | None,
    of_change: bool,
) -> BottleneckShift:
    ends = _bottleneck(before), _bottleneck(after)
    if before is None or after is None:
        return BottleneckShift(scenario, *group, *ends, of_change=of_change)
    both = before.columns.intersection(after.columns)
    pairs = [table.reindex(columns=both) for table in (before, after)]
    if not len(both):
        return BottleneckShift(scenario, *group, *ends, of_change=of_change)
    totals = [table.sum(axis=0).to_numpy(float) for table in pairs]
    first, then = _root(ends[0]), _root(ends[1])
    clear = first == then or (_ahead(before, first, then) and _ahead(after, then, first))
    share = None
    if first == then:
        hours = [_of_root(table, first) for table in pairs]
        parts = [own / np.where(total > 0, total, 1.0) for own, total in zip(hours, totals, strict=True)]
        share = mean_interval(parts[1] - parts[0])
    return BottleneckShift(scenario, *group, *ends, clear, mean_interval(totals[1] - totals[0]), share, of_change)


def _ahead(hours: pd.DataFrame, root: tuple[str, str] | None, other: tuple[str, str] | None) -> bool:
    """Whether one root has more hours than another, beyond the sampling error."""
    own, less = (_of_root(hours, one) for one in (root, other))
    return beyond_error(mean_interval(own - less))


def _of_root(hours: pd.DataFrame, root: tuple[str, str] | None) -> Floats:
    """Hours of one root in each run; 0 where it is none."""
    found: Floats = hours[[one == root for one in hours.index]].to_numpy(float).sum(axis=0)
    return found


def _bottleneck(hours: pd.DataFrame | None) -> Bottleneck | None:
    """The root with the most hours; None without any waiting."""
    if hours is None or not len(hours):
        return None
    values: list[float] = hours.to_numpy(float).mean(axis=1).tolist()
    means = {(str(at), str(state)): mean for (at, state), mean in zip(hours.index, values, strict=True)}
    total = sum(values)
    if total <= 0:
        return None
    at, state = min(means, key=lambda root: (-means[root], root))
    return Bottleneck(at, means[at, state] / total, total, state)


def _by_root(results: ExperimentResults) -> pd.DataFrame:
    """Hours of waiting by root; a root behind a full or empty stock counts for the stock."""
    if results.waiting_by_root is None or results.waiting_by_root.empty:
        waiting = congestion(results.waiting)
        return waiting.assign(root=waiting["at"], root_state="")
    return with_stocks(waiting_roots.congestion(results.waiting_by_root))
