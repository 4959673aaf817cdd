"""Comparison of the scenarios of an experiment with its baseline: effects, uncertainty and costs.

Input: the tables of a store (:class:`ExperimentResults`), the corridor and its proposals. Output: a
:class:`ScenarioComparison` of numbers, ids and messages; terminal, JSON and reports only show it. The only random
numbers are those of the probability of being best, which has a fixed seed: the same results give the same comparison.

=========================  =========================================================================================
:mod:`.results`            the tables of a comparison, read from a store
:mod:`.figures`            one number per run for each port, class and key figure, both directions and sides together
:mod:`.class_mapping`      new classes of a scenario, counted as the class of the baseline that they replace
:mod:`.paired_effects`     differences from the baseline, paired by replication; Holm's adjustment; verdicts
:mod:`.interactions`       pairs of proposals: both together against the sum of each alone
:mod:`.ranking`            scenarios in the order of a figure over all ports, with the probability of being best
:mod:`.target_traffic`     the traffic that a scenario is to improve
:mod:`.question`           the figure and the traffic for which the best scenario is wanted
:mod:`.bottleneck_shifts`  the bottleneck before and after
:mod:`.queue_moves`        queues that a change only moves on to the next place
:mod:`.sections`           sections with a changed capacity utilisation or wait for train paths
:mod:`.recovery`           queue, days until normal, late and lost traffic after a closure
:mod:`.costs`              capital cost as an annuity and yearly operating cost, per unit of the effect
:mod:`.steady_state`       queues that grow, or were not yet steady when measuring began
:mod:`.stock_changes`      stocks that drift, and cargo that crosses the border but stays in a yard
:mod:`.warnings`           warnings on missing runs, few replications and queues that are not steady
=========================  =========================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from corridors.messages import Message
from corridors.model import Corridor
from corridors.overlay.proposals import Proposal
from sim.studies.compare.bottleneck_shifts import BottleneckShift, bottleneck_shifts
from sim.studies.compare.class_mapping import with_mapped_classes
from sim.studies.compare.costs import ScenarioCost, costs
from sim.studies.compare.figures import ALL, DELIVERED, figures
from sim.studies.compare.interactions import Interaction, interactions
from sim.studies.compare.paired_effects import Effect, Key, by_key, paired_effects
from sim.studies.compare.question import Question, Traffic
from sim.studies.compare.ranking import Rank, ranking
from sim.studies.compare.recovery import FlowLoss, Recovery, recoveries
from sim.studies.compare.results import ExperimentResults
from sim.studies.compare.sections import SectionChange, section_changes
from sim.studies.compare.steady_state import UnsteadyQueues, unsteady_queues
from sim.studies.compare.stock_changes import (
    StockDrift,
    StockEffect,
    YardEffect,
    stock_drifts,
    stock_effects,
    yard_effects,
)
from sim.studies.compare.target_traffic import changed_directions, target_traffic
from sim.studies.compare.warnings import warnings

__all__ = [
    "ALL",
    "BottleneckShift",
    "Effect",
    "ExperimentResults",
    "FlowLoss",
    "Interaction",
    "Question",
    "Rank",
    "Recovery",
    "ScenarioComparison",
    "ScenarioCost",
    "SectionChange",
    "StockDrift",
    "StockEffect",
    "Traffic",
    "UnsteadyQueues",
    "YardEffect",
    "compare",
]

MARGIN = 0.001
"""The negligible difference, as a share of the baseline's figure."""


@dataclass(frozen=True)
class ScenarioComparison:
    """The scenarios of an experiment compared with its baseline."""

    results: ExperimentResults
    effects: tuple[Effect, ...]
    """By scenario, port, class and key figure, in the order of the experiment and of the data."""
    ranking: tuple[Rank, ...]
    interactions: tuple[Interaction, ...]
    """Of pairs of proposals that were run alone and together."""
    target_traffic: Mapping[str, tuple[Traffic, ...]]
    """By scenario the traffic that it is to improve, the one with the most waiting first; may be empty."""
    bottleneck_shifts: tuple[BottleneckShift, ...]
    section_changes: tuple[SectionChange, ...]
    """By scenario the sections that change, the largest change first."""
    recoveries: tuple[Recovery, ...]
    """Of the scenarios with a closure or a reduced capacity within the run."""
    costs: tuple[ScenarioCost, ...]
    queues: UnsteadyQueues
    stocks: tuple[StockEffect, ...]
    yards: tuple[YardEffect, ...]
    """Of the scenarios that leave more or less cargo in the yards than the baseline."""
    drifts: tuple[StockDrift, ...]
    """Stocks that drift within the measured days."""
    warnings: tuple[Message, ...]
    margin: float
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    """The proposals that were known, with their costs."""
    question: Question | None = None
    """What is asked, which the answers begin with; None: what each scenario changes."""

    def effect(self, scenario: str, port: str, klass: str, kpi: str) -> Effect | None:
        """One effect; None for a figure that scenario and baseline do not both have."""
        return self._by_key.get((scenario, port, klass, kpi))

    def cargo(self, scenario: str) -> Effect | None:
        """The effect on the cargo delivered over all ports, with the verdict of the only port where it changes.

        The change is that of this port then, and so is its verdict: its negligible difference, a share of what
        it delivers, is smaller than that of all ports, and answers name the port.
        """
        whole = self.effect(scenario, ALL, ALL, DELIVERED)
        effects = (one for one in self.effects_of(scenario) if one.kpi == DELIVERED and one.klass == ALL != one.port)
        ports = [one for one in effects if not one.equal]
        if whole is None or len(ports) != 1:
            return whole
        return replace(whole, outcome=ports[0].outcome, more=ports[0].more)

    def effects_of(self, scenario: str) -> Sequence[Effect]:
        """The effects of one scenario, in their order."""
        return self._by_scenario.get(scenario, ())

    def by_benefit(self) -> list[str]:
        """The scenarios except the baseline, in the order of their extra delivered cargo, most first."""
        more = {one.scenario: one.difference for one in self.effects if one.key[1:] == (ALL, ALL, DELIVERED)}
        return sorted(self.results.others, key=lambda scenario: -more.get(scenario, float("-inf")))

    def main_target(self, scenario: str) -> Traffic | None:
        """Of the target traffic of a scenario the one with the most waiting."""
        return next(iter(self.target_traffic[scenario]), None)

    @cached_property
    def _by_key(self) -> Mapping[Key, Effect]:
        return by_key(self.effects)

    @cached_property
    def _by_scenario(self) -> Mapping[str, Sequence[Effect]]:
        found: dict[str, list[Effect]] = {}
        for effect in self.effects:
            found.setdefault(effect.scenario, []).append(effect)
        return found

    def as_json(self, warnings: Sequence[str] = ()) -> dict[str, object]:
        """The comparison as plain values; None for a missing value (an interval of one run).

        ``warnings`` are the sentences of the warnings in the language of the user.
        """
        return {
            "baseline": self.results.baseline,
            "rows": [effect.as_json() for effect in self.effects],
            "ranking": [rank.as_json() for rank in self.ranking],
            "interactions": [one.as_json() for one in self.interactions],
            "stocks": [stock.as_json() for stock in self.stocks],
            "recoveries": [one.as_json() for one in self.recoveries],
            "warnings": list(warnings),
        }


def compare(
    results: ExperimentResults,
    corridor: Corridor,
    proposals: Mapping[str, Proposal] | None = None,
    *,
    margin: float = MARGIN,
    targets: Mapping[str, tuple[Traffic, ...]] | None = None,
    question: Question | None = None,
) -> ScenarioComparison:
    """Compare each scenario of an experiment with its baseline.

    ``corridor`` is the world of the results; ``proposals`` have the costs of scenarios and the facilities that they
    relieve. ``margin`` is the negligible difference as a share of the baseline's figure. ``targets`` is the target
    traffic of each scenario (default: :func:`.target_traffic.target_traffic`). ``question`` is what the answers
    are about (default: that of the results).
    """
    question = question or results.question
    counted = with_mapped_classes(results, corridor)
    table = figures(counted.kpis)
    effects = paired_effects(table, results, margin)
    queues = unsteady_queues(counted)
    stocks, drifts = stock_effects(results), stock_drifts(results)
    targets = target_traffic(counted, corridor, proposals or {}) if targets is None else targets
    changed = changed_directions(counted, corridor, proposals or {})
    asked = (question.traffic,) if question and question.traffic else ()
    concerned = {id: (*asked, *own) for id, own in targets.items()}
    return ScenarioComparison(
        results=results,
        effects=tuple(effects),
        ranking=tuple(ranking(table, results)),
        interactions=tuple(interactions(table, results, margin)),
        target_traffic=targets,
        bottleneck_shifts=tuple(bottleneck_shifts(counted, concerned, changed)),
        section_changes=tuple(section_changes(results)),
        recoveries=tuple(recoveries(counted, corridor, effects, targets)),
        costs=tuple(costs(results, corridor, proposals or {}, effects, targets)),
        queues=queues,
        stocks=tuple(stocks),
        yards=tuple(yard_effects(results, table, effects, stocks)),
        drifts=tuple(drifts),
        warnings=tuple(warnings(results, corridor, effects, queues, drifts)),
        margin=margin,
        proposals=proposals or {},
        question=question,
    )
