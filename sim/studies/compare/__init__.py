"""Every scenario of an experiment against its baseline: what changes, how surely, and what it costs.

In: the tables of a store (:class:`Results`), the corridor and its proposals for names and costs. Out: a
:class:`Comparison`, which terminals, JSON and reports only show. Nothing here draws a random number but the probability
of being best, which has a fixed seed: the same results give the same comparison.

================  ==================================================================================================
:mod:`.results`   the tables that a comparison rests on, read from a store
:mod:`.figures`   one number a run for each port, class and key figure: both directions and both sides together
:mod:`.stand_ins` classes that a scenario brings in the place of one of the baseline: compared together
:mod:`.pairs`     differences to the baseline, paired by replication; Holm's adjustment; verdicts
:mod:`.ranking`   scenarios by a figure of all ports, with the probability of being best
:mod:`.targets`   the traffic that a scenario is meant to help
:mod:`.shifts`    where the bottleneck is before and after
:mod:`.lines`     sections whose paths are used more or less, or waited for longer or shorter
:mod:`.recovery`  the backlog that a closure leaves, and how long until it is gone
:mod:`.costs`     capital by the year and yearly cost, over what more goes through
:mod:`.settling`  queues that grow or had not settled
:mod:`.cautions`  what a reader of the figures must know: failed runs, growing queues, short warm-ups
================  ==================================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corridors.model import Corridor
from corridors.overlay.proposals import Proposal
from sim.statistics import Words
from sim.studies.compare.bottleneck_shifts import Shift, shifts
from sim.studies.compare.class_mapping import together
from sim.studies.compare.costs import Cost, costs
from sim.studies.compare.figures import ALL, figures
from sim.studies.compare.paired_effects import Row, by_key, paired_rows
from sim.studies.compare.ranking import Rank, ranking
from sim.studies.compare.recovery import Recovery, recoveries
from sim.studies.compare.results import Results
from sim.studies.compare.sections import Line, lines
from sim.studies.compare.steady_state import Unsettled, unsettled
from sim.studies.compare.target_traffic import Traffic, targets
from sim.studies.compare.warnings import cautions

__all__ = [
    "ALL",
    "Comparison",
    "Cost",
    "Line",
    "Rank",
    "Recovery",
    "Results",
    "Row",
    "Shift",
    "Traffic",
    "Unsettled",
    "compare",
]

MARGIN = 0.001
"""Differences within this share of the baseline's figure are too small to matter."""


@dataclass(frozen=True)
class Comparison:
    """An experiment's scenarios against its baseline."""

    results: Results
    rows: tuple[Row, ...]
    """By scenario, port, class and key figure, in the order of the experiment and of the data."""
    ranking: tuple[Rank, ...]
    targets: Mapping[str, tuple[Traffic, ...]]
    """By scenario the traffic that it is meant to help, the one that waits longest first; may be empty."""
    shifts: tuple[Shift, ...]
    lines: tuple[Line, ...]
    """By scenario the sections of the lines that change, the greatest change first."""
    recoveries: tuple[Recovery, ...]
    """Of the scenarios that shut something within the run."""
    costs: tuple[Cost, ...]
    queues: Unsettled
    cautions: tuple[Words, ...]
    margin: float

    def row(self, scenario: str, port: str, klass: str, kpi: str) -> Row | None:
        """One row, None where nothing was measured in both scenarios."""
        return by_key(self.rows).get((scenario, port, klass, kpi))

    def by_benefit(self) -> list[str]:
        """The scenarios but the baseline: those that let most more cargo through first, ties in their order."""
        more = {row.scenario: row.difference for row in self.rows if row.key[1:] == (ALL, ALL, "tonnes_per_day")}
        return sorted(self.results.others, key=lambda scenario: -more.get(scenario, float("-inf")))

    def main_target(self, scenario: str) -> Traffic | None:
        """Of the traffic that a scenario is meant to help the one that waits longest."""
        return next(iter(self.targets[scenario]), None)

    def as_json(self, language: str = "en") -> dict[str, object]:
        """The comparison as plain values; what has no value (an interval from one run) is None."""
        return {
            "baseline": self.results.baseline,
            "rows": [row.as_json() for row in self.rows],
            "ranking": [rank.as_json() for rank in self.ranking],
            "warnings": [caution.zh if language == "zh" else caution.en for caution in self.cautions],
        }


def compare(
    results: Results,
    corridor: Corridor,
    proposals: Mapping[str, Proposal] | None = None,
    *,
    margin: float = MARGIN,
    meant: Mapping[str, tuple[Traffic, ...]] | None = None,
) -> Comparison:
    """Compare every scenario of an experiment with its baseline.

    ``corridor`` is the world of the results; ``proposals`` those that say what scenarios cost and are meant to relieve.
    ``margin`` is the share of the baseline's figure below which a difference is too small to matter; ``meant`` the
    traffic that each scenario is meant to help, where the caller knows better than :func:`.targets.targets`.
    """
    counted = together(results, corridor)
    table = figures(counted.kpis)
    rows = paired_rows(table, results, margin)
    queues = unsettled(counted)
    meant = targets(counted, corridor, proposals or {}) if meant is None else meant
    return Comparison(
        results=results,
        rows=tuple(rows),
        ranking=tuple(ranking(table, results)),
        targets=meant,
        shifts=tuple(shifts(counted, meant)),
        lines=tuple(lines(results)),
        recoveries=tuple(recoveries(counted, rows, meant)),
        costs=tuple(costs(results, corridor, proposals or {}, rows, meant)),
        queues=queues,
        cautions=tuple(cautions(results, corridor, rows, queues)),
        margin=margin,
    )
