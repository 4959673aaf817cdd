"""Search for the sets of works at one port with the greatest yearly net benefit, on a value that is given.

Input: candidates with yearly cost and capital, relations, and a function that gives the yearly benefit of sets by
replication, on common random numbers. Output: every set that was valued, :class:`Known`. Works interact strongly, so
no step relies on single values alone:

==============  ======================================================================================================
singles         every candidate by itself
chains          from nothing and from the best sets, works that relieve what binds then, even if the value falls
pairs           every two candidates that change something alone; their interaction B(ab) - B(a) - B(b) + B()
local search    from the best sets of each budget: add one or two, drop one, swap one for one or two; a unit more or
                less of a lever
==============  ======================================================================================================

The outline is that of industrial-strength COMPASS (Xu, Nelson and Hong 2010): global screening, then a local search
with a test that no move gains more than an indifference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.statistics import Interval, mean_interval
from sim.studies.appraisal.schedule import WorkSet

Floats = npt.NDArray[np.float64]
NOTHING: Final[WorkSet] = frozenset()
STARTS: Final = 5
"""Sets from which chains and the local search begin."""
STARTS_OF_MANY: Final = 2
"""The same with more than a few candidates, whose best sets are near each other."""
CHAIN: Final = 3
"""Works that a chain adds."""
FEW: Final = 8
"""Up to this number of candidates, pairs and moves try all; above, works that change something alone or relieve what
binds, and moves of two works those that are worth more together."""
NEGLIGIBLE: Final = 0.05
"""M USD a year, up to which a work changes nothing."""
LEAST_INDIFFERENCE: Final = 1.0
"""M USD a year."""
SHARE_INDIFFERENCE: Final = 0.02
"""Of the best net benefit."""


@dataclass(frozen=True)
class Candidate:
    """A work that may be chosen."""

    id: str
    capital: float
    """M USD."""
    yearly: float
    """Upkeep and annuity, M USD a year."""
    after: str = ""
    """The candidate with one unit less, of a lever with more than one; it is tried only in place of that one."""


@dataclass(frozen=True)
class Relations:
    """Which candidates exclude or contain others; pairs of ids."""

    excludes: frozenset[frozenset[str]] = frozenset()
    """Also of a work and one that contains it."""

    def allow(self, works: WorkSet) -> bool:
        """Whether a set has no two works that exclude each other; so have its subsets."""
        return not any(pair <= works for pair in self.excludes)


@dataclass(frozen=True)
class Interaction:
    """B(ab) - B(a) - B(b) + B() of two works, M USD a year."""

    first: str
    second: str
    difference: Interval


class Known:
    """The sets that were valued at one port, and their net benefits."""

    def __init__(
        self,
        candidates: Sequence[Candidate],
        relations: Relations,
        value: Callable[[Sequence[WorkSet]], Sequence[Floats]],
        quick: bool = False,
    ) -> None:
        """``value`` gives the yearly benefits (replications,), M USD, of sets that were not valued before.

        A quick search of more than a few candidates looks at fewer sets: pairs of works that change at least the least
        indifference alone, and moves that pairs promise (:meth:`promises`).
        """
        self.candidates = {one.id: one for one in candidates}
        self.relations, self._value = relations, value
        self.first = [one.id for one in candidates if not one.after]
        """Candidates that are tried by themselves."""
        self.few = len(self.first) <= FEW
        self.quick = quick and not self.few
        self.benefits: dict[WorkSet, Floats] = {}

    def look(self, sets: Iterable[WorkSet]) -> None:
        """Value those of the sets that are allowed and new, all in one call."""
        fresh = [one for one in dict.fromkeys(sets) if one not in self.benefits and self.relations.allow(one)]
        if fresh:
            for one, found in zip(fresh, self._value(fresh), strict=True):
                self.benefits[one] = np.asarray(found, float)

    def replace(self, benefits: Mapping[WorkSet, Floats]) -> None:
        """Put benefits of more replications in place of those of the first."""
        self.benefits |= benefits

    def capital(self, works: WorkSet) -> float:
        """M USD."""
        return sum(self.candidates[one].capital for one in sorted(works))

    def net(self, works: WorkSet) -> float:
        """Mean benefit less the yearly cost, M USD a year; minus infinity for a set that was not valued."""
        if works not in self.benefits:
            return -np.inf
        return float(self.benefits[works].mean()) - sum(self.candidates[one].yearly for one in sorted(works))

    def best(self, budget: float = np.inf, number: int = 1) -> list[WorkSet]:
        """The best sets within a budget of capital, best first; of equal ones the smaller, then by name."""
        within = [one for one in self.benefits if self.capital(one) <= budget]
        return sorted(within, key=lambda one: (-self.net(one), len(one), sorted(one)))[:number]

    def indifference(self) -> float:
        """A difference of net benefits that does not matter, M USD a year."""
        return max(LEAST_INDIFFERENCE, SHARE_INDIFFERENCE * max(map(self.net, self.benefits), default=0.0))

    def active(self) -> list[str]:
        """The candidates that change the benefit alone; all of a few."""
        if self.few:
            return list(self.first)
        least = LEAST_INDIFFERENCE if self.quick else NEGLIGIBLE
        none = self.benefits[NOTHING]
        alone = {one: self.benefits.get(frozenset({one})) for one in self.first}
        return [one for one, of in alone.items() if of is not None and float(np.abs(of - none).max()) > least]

    def interaction(self, first: str, second: str) -> Interaction | None:
        """The interaction of two works, paired by the replications of all four sets; None unless all are valued."""
        four = [frozenset(one) for one in ((first, second), (first,), (second,), ())]
        if not all(one in self.benefits for one in four):
            return None
        n = min(len(self.benefits[one]) for one in four)
        both, a, b, none = (self.benefits[one][:n] for one in four)
        return Interaction(first, second, mean_interval(both - a - b + none))

    def promises(self, works: WorkSet, more: WorkSet) -> bool:
        """Whether works are likely to gain in a set, by their values alone and their interactions with single works.

        Interactions that are not known count as none.
        """
        alone = (self.net(frozenset({one})) - self.net(NOTHING) for one in sorted(more))
        gain = sum(one for one in alone if np.isfinite(one))
        pairs = [(one, other) for one in sorted(more) for other in sorted(works)] + list(combinations(sorted(more), 2))
        known = (self.interaction(*pair) for pair in pairs)
        return gain + sum(one.difference.estimate for one in known if one) > 0

    def interactions(self) -> list[Interaction]:
        """All that are known, the largest first."""
        found = [self.interaction(*pair) for pair in combinations(self.candidates, 2)]
        return sorted((one for one in found if one), key=lambda one: -abs(one.difference.estimate))


def search(known: Known, budgets: Sequence[float], relieving: Callable[[WorkSet], Iterable[str]]) -> None:
    """Value the sets that may be best within each budget.

    ``relieving`` names candidates that relieve what binds once a set is open.
    """
    ids = known.first
    known.look([NOTHING, *(frozenset({one}) for one in ids)])
    known.look(frozenset(pair) for pair in combinations(known.active(), 2))
    starts = STARTS if known.few else 1 if known.quick else STARTS_OF_MANY
    for start in [NOTHING, *known.best(number=starts)]:
        level = [start]
        for _ in range(CHAIN):
            level = [one | {more} for one in level for more in relieving(one) if more not in one]
            known.look(level)
            level = [one for one in dict.fromkeys(level) if one in known.benefits]
    for budget in budgets:
        for start in known.best(budget, starts):
            _climb(known, start, budget, relieving)


def _climb(known: Known, start: WorkSet, budget: float, relieving: Callable[[WorkSet], Iterable[str]]) -> None:
    """Move to the best neighbour as long as it gains more than the indifference."""
    now = start
    while True:
        near = [one for one in _neighbours(known, now, relieving(now), budget) if known.capital(one) <= budget]
        known.look(near)
        best = max(near, key=lambda one: (known.net(one), -len(one), sorted(one)), default=now)
        if known.net(best) <= known.net(now) + known.indifference():
            return
        now = best


def _neighbours(known: Known, works: WorkSet, relieving: Iterable[str], budget: float) -> Iterator[WorkSet]:
    """One or two works more, one less, one for one or two, a unit more or less of a lever.

    With many candidates, a work is exchanged only for works that do not fit beside it: else it can be dropped after
    they are added.
    """
    relieves = set(relieving)
    useful = {*known.active(), *relieves}
    rest = [one for one in known.first if one not in works and one in useful]
    more = [frozenset({one}) for one in rest] + [
        frozenset(pair) for pair in combinations(rest, 2) if _both(known, pair)
    ]

    def worth_trying(beside: WorkSet, some: WorkSet) -> bool:
        return not known.quick or bool(some & relieves) or known.promises(beside, some)

    yield from (works | some for some in more if worth_trying(works, some))
    for one in sorted(works):
        without = works - {one}
        yield without
        for other in known.candidates.values():
            if other.after == one or known.candidates[one].after == other.id:
                yield without | {other.id}
        for some in more:
            beside = works | some
            instead = known.few or known.capital(beside) > budget or not known.relations.allow(beside)
            if instead and worth_trying(without, some):
                yield without | some


def _both(known: Known, pair: tuple[str, str]) -> bool:
    """Whether two works may be worth more together than one after the other."""
    if known.few:
        return True
    found = known.interaction(*pair)
    return found is not None and found.difference.estimate > known.indifference()
