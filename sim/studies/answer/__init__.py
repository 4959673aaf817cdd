"""Answers: what a scenario brings, in sentences made by rules from a comparison with its baseline.

Input: a :class:`~sim.studies.compare.ScenarioComparison` and its corridor. Output: one :class:`Answer` a
scenario, of messages with ids and amounts; :mod:`sim.reports.answer_texts` makes the sentences of a language. The
rules only read the comparison: an answer never says more than its intervals and verdicts.

====================  ===========================================================================================
:mod:`.subject`       the port and the traffic that the answer is about
:mod:`.headline`      what is gained and lost
:mod:`.bottleneck`    the root of waiting before and after
:mod:`.reasons`       why no more cargo is delivered
:mod:`.certainty`     pairs, intervals, what is not yet clear, how the runs begin
:mod:`.closure`       queue, days until normal, late and lost traffic after a closure
:mod:`.side_effects`  cargo left in yards, growing queues, costs, warnings
:mod:`.prices`        cost and emission of a tonne where a charge, price or emission factor changes
:mod:`.assumptions`   numbers without a source on which the answer depends
:mod:`.best`          which of several scenarios is best for a figure of a traffic
:mod:`.amounts`       figures of a sentence as messages
====================  ===========================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from corridors.messages import Message, to_plain
from corridors.model import Corridor
from sim.studies.answer import side_effects
from sim.studies.answer.amounts import said
from sim.studies.answer.assumptions import Assumed, assumptions
from sim.studies.answer.bottleneck import bottleneck
from sim.studies.answer.certainty import beginning, certainty
from sim.studies.answer.closure import ClosureFigure, closure, closure_figures
from sim.studies.answer.headline import cargo_sentence, clause, headline, losses, named_losses, total_days
from sim.studies.answer.prices import prices
from sim.studies.answer.reasons import reasons
from sim.studies.answer.subject import DWELL, VEHICLES, Subject, shown
from sim.studies.compare import ALL, Effect, ScenarioComparison
from sim.studies.compare.figures import DELIVERED

__all__ = ["PARTS", "Answer", "Assumed", "ClosureFigure", "answer", "answers"]

PARTS = ("warnings", "headline", "reasons", "closure", "losers", "bottleneck", "queues", "stocks", "cost", "certainty")
"""The parts of an answer that are messages, in the order in which they are read."""


@dataclass(frozen=True)
class Answer:
    """The answer to: what does this scenario change? Each part has its sentences; a part may be empty."""

    scenario: str
    headline: tuple[Message, ...] = ()
    reasons: tuple[Message, ...] = ()
    losers: tuple[Message, ...] = ()
    bottleneck: tuple[Message, ...] = ()
    queues: tuple[Message, ...] = ()
    closure: tuple[Message, ...] = ()
    stocks: tuple[Message, ...] = ()
    cost: tuple[Message, ...] = ()
    certainty: tuple[Message, ...] = ()
    warnings: tuple[Message, ...] = ()
    figures: tuple[Effect, ...] = ()
    """Cargo delivered, crossings and mean dwell time of the traffic that the answer is about, as far as there are.

    Before them, the figure of a question.
    """
    closure_figures: tuple[ClosureFigure, ...] = ()
    """Of a closure: queue, days until normal, what is late, trips that are lost, and what waits where it is loaded."""
    assumed: tuple[Assumed, ...] = ()

    def as_json(self, texts: Mapping[str, Sequence[str]]) -> dict[str, object]:
        """The answer as plain values; ``texts`` are the sentences of each part in the language of the user."""
        return {
            "scenario": self.scenario,
            "text": list(texts["headline"]),
            "parts": {
                part: [
                    {"message": to_plain(one), "text": text}
                    for one, text in zip(getattr(self, part), texts[part], strict=True)
                ]
                for part in PARTS
            },
            "figures": [effect.as_json() for effect in self.figures],
            "closure_figures": [one.as_json() for one in self.closure_figures],
            "assumed": [one.as_json() for one in self.assumed],
        }


def answer(
    comparison: ScenarioComparison,
    scenario: str,
    corridor: Corridor,
    idle: Sequence[Message] = (),
) -> Answer:
    """The answer of one scenario; ``idle`` are the reasons of its changes without effect."""
    about = Subject(comparison, scenario)
    known = (about.asked, about.cargo, about.main(VEHICLES), about.main(DWELL))
    figures = tuple({one.key: one for one in known if one}.values())
    made = Answer(
        scenario,
        headline=headline(about),
        cost=(*prices(about), *side_effects.cost(about, comparison.proposals, corridor)),
        certainty=(*certainty(about, figures), *beginning(about, corridor)),
        warnings=tuple(side_effects.warnings(about, tuple(idle))),
        figures=figures,
    )
    if about.nothing or about.deadlocked:
        return made
    return replace(
        made,
        reasons=tuple(reasons(about, corridor)),
        losers=tuple(_losers(about)),
        bottleneck=tuple(bottleneck(about, corridor)),
        queues=tuple(side_effects.queues(about)),
        closure=tuple(closure(about, corridor)),
        closure_figures=closure_figures(about),
        stocks=tuple(side_effects.stocks(about)),
        assumed=assumptions(about, corridor),
    )


def answers(
    comparison: ScenarioComparison,
    corridor: Corridor,
    idle: Mapping[str, Sequence[Message]] | None = None,
) -> list[Answer]:
    """The answers of all scenarios, the one with the most extra cargo first; ``idle`` by scenario."""
    known = idle or {}
    return [answer(comparison, id, corridor, known.get(id, ())) for id in comparison.by_benefit()]


def _losers(subject: Subject) -> Iterator[Message]:
    """Classes with fewer crossings or more hours, and ports with less cargo; or that there are none.

    What a closure stops is in the headline, and not said again.
    """
    effects, said_before = subject.effects, named_losses(subject) if total_days(subject) else []
    bad = losses(subject)
    for one in bad:
        if one not in said_before:
            yield said("sentence", text=clause(subject, one))
    ports = [one for one in effects if one.kpi == DELIVERED and one.klass == ALL != one.port]
    worse = [one for one in ports if shown(one) and one.difference < 0]
    main = subject.cargo
    alone = bool(total_days(subject) and main and len(worse) == 1 and worse[0].difference == main.difference)
    for one in worse:
        if main is None or (one.key != main.key and not alone):
            yield cargo_sentence(subject, one)
    if not bad and not worse:
        yield said("loses.one_pair" if effects[0].n == 1 else "loses.none")
