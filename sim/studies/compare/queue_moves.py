"""Queues that a change only moves on: shorter at one place of a traffic, longer at another one of the same direction.

Two gates in a row: vehicles that pass the first sooner wait at the second. Input: hours of waiting by place in the runs
of a baseline and of a scenario. Output: the two places with the change of each, in vehicle-hours a day over the pairs,
where both are beyond the sampling error and at least :data:`LEAST_PART` of what is saved comes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.kpi.waiting import congestion
from sim.statistics import Interval, mean_interval
from sim.studies.compare.paired_effects import beyond_error
from sim.studies.compare.question import Traffic
from sim.studies.compare.results import ExperimentResults

if TYPE_CHECKING:
    import pandas as pd

LEAST_PART: Final = 0.5


@dataclass(frozen=True)
class QueueMove:
    """A queue of one direction of a traffic that moves on, by scenario."""

    scenario: str
    traffic: Traffic
    direction: str
    at: str
    """Facility, stock or link with less waiting."""
    next: str
    """The one with more."""
    less: Interval
    """What is saved at the first, in vehicle-hours a day; above 0."""
    more: Interval
    """What comes back at the second; above 0."""


def queue_move(results: ExperimentResults, scenario: str, traffic: Traffic | None) -> QueueMove | None:
    """The largest queue of a traffic that a scenario moves on; None for closures, and where none does."""
    if traffic is None or results.outside(scenario):
        return None
    return max(_moves(results, scenario, traffic), key=lambda one: one.less.estimate, default=None)


def waiting_change(results: ExperimentResults, scenario: str, move: QueueMove) -> Interval:
    """Change of all waiting of the traffic and direction of a queue in a scenario, in vehicle-hours a day."""
    own = _changes(results, scenario, move.traffic)[move.direction]
    return mean_interval(own.sum(axis=0).to_numpy(float))


def _moves(results: ExperimentResults, scenario: str, traffic: Traffic) -> Iterator[QueueMove]:
    for direction, change in _changes(results, scenario, traffic).items():
        means = change.mean(axis=1)
        at, following = str(means.idxmin()), str(means.idxmax())
        less, more = (mean_interval(sign * change.loc[id].to_numpy(float)) for sign, id in ((-1, at), (1, following)))
        clear = less.estimate > 0 and beyond_error(less) and beyond_error(more)
        if clear and more.estimate >= LEAST_PART * less.estimate:
            yield QueueMove(scenario, traffic, direction, at, following, less, more)


def _changes(results: ExperimentResults, scenario: str, traffic: Traffic) -> dict[str, pd.DataFrame]:
    """By direction the change of waiting, in vehicle-hours a day: a row for each place, a column for each pair."""
    rows = congestion(results.waiting)
    rows = rows[(rows["port"] == traffic.port) & (rows["class"] == traffic.klass)]
    runs, ends = results.runs[results.runs["failure_stage"].isna()], (results.baseline, scenario)
    pairs = sorted(set.intersection(*(set(runs[runs["scenario"] == one]["replication"]) for one in ends)))
    found: dict[str, pd.DataFrame] = {}
    for direction, own in rows.groupby("direction") if pairs else ():
        before, after = (
            own[own["scenario"] == one]
            .pivot_table(index="at", columns="replication", values="hours", aggfunc="sum")
            .reindex(columns=pairs)
            .fillna(0.0)
            for one in ends
        )
        change = after.sub(before, fill_value=0.0) / results.measured_days
        if len(change):
            found[str(direction)] = change
    return found
