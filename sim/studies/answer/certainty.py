"""How sure an answer is: pairs, level, figures that are not yet clear, and the adjustment for many scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from corridors.messages import Message
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
