"""How sure an answer is: pairs, level, figures that are not yet clear, the adjustment for many scenarios, the begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from corridors.messages import Message
from corridors.model import Corridor
from sim.core.start_levels import has_yards, levels_on
from sim.studies.answer.amounts import said, span_of
from sim.studies.answer.subject import Subject
from sim.studies.compare import Effect
from sim.studies.compare.warnings import FEW

MOST_MORE: Final = 1000
"""More further pairs are not recommended."""


def certainty(subject: Subject, figures: Sequence[Effect]) -> Iterator[Message]:
    """The sentences, about the three figures of the answer."""
    pairs = subject.pairs
    if not pairs:
        return
    if pairs == 1:
        yield said("sure.one_pair")
        return
    level = figures[0].paired.difference.level if figures else 0.95
    yield said("sure.few" if pairs < FEW else "sure.pairs", n=pairs, level=level)
    for one in figures:
        who = {"figure": one.kpi}
        found = one.paired.difference
        if one.outcome == "no_difference" and not one.equal:
            yield said("sure.no_difference", **who, span=span_of(one))
        elif one.outcome == "cannot_tell":
            if found.low > 0 or found.high < 0:
                yield said("sure.adjusted", **who, span=span_of(one), scenarios=len(subject.comparison.results.others))
            elif one.more is None or one.more > MOST_MORE:
                yield said("sure.unclear", **who, span=span_of(one))
            else:
                yield said("sure.unclear_more", **who, span=span_of(one), n=one.more)


def beginning(subject: Subject, corridor: Corridor) -> Iterator[Message]:
    """With what the runs begin, and which days are left out: results without warm-up include an empty start."""
    results = subject.comparison.results
    if not subject.pairs:
        return
    first = results.start + timedelta(days=results.warmup_days)
    if results.warmup_days:
        yield said("begin.warmed_up", start=results.start.isoformat(), n=results.warmup_days, first=first.isoformat())
    else:
        yield said("begin.empty", start=results.start.isoformat())
    if has_yards(corridor):
        levels = levels_on(corridor, results.start, results.days)
        yield said("begin.base_year" if levels else "begin.declared")
