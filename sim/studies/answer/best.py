"""Which scenario of a comparison is best for one figure of one traffic, and whether it is clearly so.

The scenario with the best mean is compared with each other one, pair by pair. Holm's adjustment limits the probability
that any of them is wrongly called behind to 5%. It is named best only if it is significantly better than the baseline;
where only others are, they are named. Each is compared with the baseline, with Holm's adjustment over all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from corridors.messages import Message
from corridors.model import Corridor
from sim.core.kpi_declarations import higher_is_better
from sim.statistics.samples import Floats
from sim.studies.answer import Answer, answers
from sim.studies.answer.amounts import UNITS, said, sized
from sim.studies.compare import Question, ScenarioComparison
from sim.studies.compare.class_mapping import with_mapped_classes
from sim.studies.compare.figures import BOTH, figures
from sim.studies.compare.paired_effects import adjusted_p, pairs_of

FIGURES: Final = tuple(UNITS)
"""Figures for which a best scenario can be named."""
LEVEL: Final = 0.05


def choices(comparison: ScenarioComparison) -> list[str]:
    """The figures by which a best scenario can be chosen, each as ``port.class.figure``."""
    known = (one.key for one in comparison.effects if one.kpi in FIGURES and one.direction == BOTH)
    return list(dict.fromkeys(f"{port}.{klass}.{kpi}" for _, port, klass, kpi in known))


def check_asked(comparison: ScenarioComparison) -> None:
    """Raise LookupError for a question about a figure that the comparison does not have, as a file may ask it."""
    if comparison.question and str(comparison.question) not in choices(comparison):
        raise LookupError(str(comparison.question))


@dataclass(frozen=True)
class Best:
    """The scenarios in the order of their means, best first, and what can be said of the first."""

    order: tuple[str, ...]
    sentences: tuple[Message, ...]

    def sorted(self, found: Iterable[Answer]) -> list[Answer]:
        """Answers in the order of the scenarios."""
        return sorted(found, key=lambda one: self.order.index(one.scenario))


def best(comparison: ScenarioComparison, corridor: Corridor, port: str, klass: str, kpi: str) -> Best:
    """The best scenario for a figure; of cargo delivered that of the port, whatever the class."""
    klass = Question(port, klass, kpi).counted_class
    own = _values(comparison, corridor, port, klass, kpi)
    rest = tuple(id for id in comparison.by_benefit() if id not in own)
    about = {"figure": kpi, "port": port, "traffic_class": klass}
    if not own:
        return Best(rest, (said("best.unknown", **about),))
    sign = -1.0 if higher_is_better(kpi) else 1.0
    order = tuple(sorted(own, key=lambda id: sign * float(np.nanmean(own[id]))))
    first = order[0]
    effects = [comparison.effect(id, port, klass, kpi) for id in order]
    effect = effects[0]
    counted = about | {"n": len(order)}
    if effect is None or all(one is None or one.equal for one in effects):
        return Best(order + rest, (said("best.none_changes", **counted),))
    better = tuple(id for id, one in zip(order, effects, strict=True) if one is not None and one.outcome == "better")
    if not better:
        return Best(order + rest, (said("best.none_better", **counted),))
    if first not in better:
        return Best(order + rest, (said("best.unclear", scenario=first, rivals=better, **counted),))
    code = "best.more" if effect.difference > 0 else "best.less"
    amount = sized(effect.paired.difference, UNITS[kpi], klass)
    sentences = [said(code, scenario=first, **counted, **amount)]
    if close := _not_behind(own, first):
        sentences.append(said("best.close", rivals=close))
    elif len(order) > 1:
        n = len(order) - 1
        sentences.append(said("best.ahead_both") if n == 2 else said("best.ahead", n=n))
    return Best(order + rest, tuple(sentences))


def asked_best(comparison: ScenarioComparison, corridor: Corridor) -> Best | None:
    """The best scenario for what the comparison is asked; None without a question."""
    return best(comparison, corridor, *comparison.question) if comparison.question else None


def answers_in_order(
    comparison: ScenarioComparison, corridor: Corridor, idle: Mapping[str, Sequence[Message]] | None = None
) -> list[Answer]:
    """The answers of all scenarios (:func:`sim.studies.answer.answers`), for a question the best scenario first."""
    found, best = answers(comparison, corridor, idle), asked_best(comparison, corridor)
    return best.sorted(found) if best else found


def _values(
    comparison: ScenarioComparison, corridor: Corridor, port: str, klass: str, kpi: str
) -> Mapping[str, Floats]:
    """(replications,) the figure of each scenario but the baseline; NaN where a run has none."""
    results = comparison.results
    table = figures(with_mapped_classes(results, corridor).kpis)
    wanted = (table["port"] == port) & (table["class"] == klass) & (table["kpi"] == kpi) & (table["direction"] == BOTH)
    wide = table[wanted].pivot(index="scenario", columns="replication", values="value")
    return {id: wide.loc[id].to_numpy(float) for id in results.others if id in wide.index}


def _not_behind(values: Mapping[str, Floats], first: str) -> tuple[str, ...]:
    """The scenarios that are not significantly different from the first one."""
    pairs = pairs_of(values[first], {id: own for id, own in values.items() if id != first})
    behind = {id for id, p in adjusted_p(pairs).items() if p < LEVEL}
    return tuple(id for id in pairs if id not in behind)
