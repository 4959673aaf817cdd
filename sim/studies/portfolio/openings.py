"""Opening years of a chosen set, by dynamic programming over years with the set of open works as state.

Input: works with their costs and least opening year, the benefit of a year of any subset, a yearly allowance of capital
and a discount rate. Output: the opening years with the greatest net present value, exact for the works given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sim.studies.appraisal.schedule import WorkSet


@dataclass(frozen=True)
class Planned:
    """A work whose opening is to be chosen."""

    id: str
    capital: float
    """M USD, spent in equal shares over the years of building, before the opening."""
    yearly: float
    """Upkeep, M USD a year."""
    build_years: int
    earliest: int
    """Least year of opening."""
    left: Callable[[int], float] = lambda opens: 0.0
    """Share of the capital that is left at the end of the last year, by opening year."""


@dataclass(frozen=True)
class Openings:
    """The best opening years."""

    years: Mapping[str, int]
    """Of works that open at all."""
    npv: float
    """M USD, without the part that does not depend on the openings; not a number where none were compared."""

    @property
    def compared(self) -> bool:
        """Whether the years are the best of several, and not simply the earliest."""
        return self.npv == self.npv


@dataclass(frozen=True)
class Plan:
    """Openings with what is spent to the end of the years in which an allowance may bind."""

    npv: float
    opened: Mapping[str, int]
    spent: tuple[float, ...]
    """M USD."""


def best_together(groups: Sequence[Sequence[Plan]], allowances: Mapping[int, float]) -> Openings:
    """The best plans of one a group whose spending together is within the allowances."""
    most = tuple(allowances.values())
    found = [Plan(0.0, {}, (0.0,) * len(most))]
    for plans in groups:
        sums = (
            Plan(
                a.npv + b.npv,
                {**a.opened, **b.opened},
                tuple(x + y for x, y in zip(a.spent, b.spent, strict=True)),
            )
            for a in found
            for b in plans
        )
        found = _undominated([one for one in sums if _within(one.spent, most)])
    best = max(found, key=lambda one: (one.npv, sorted(one.opened.items())))
    return Openings(best.opened, best.npv)


def opening_plans(
    works: Sequence[Planned],
    benefit: Callable[[WorkSet, int], float],
    allowances: Mapping[int, float],
    years: range,
    last_opening: int,
    rate: float,
) -> list[Plan]:
    """The openings of which no other gives as much and has spent no more to the end of any year of the allowances.

    From the first of ``years`` to ``last_opening``. ``benefit`` has the benefit of a set in a year, M USD;
    ``allowances`` the capital that may be spent to the end of a year. Works may stay closed. Spending that falls before
    the first year counts in it.
    """
    first = years[0]
    most = tuple(allowances.values())

    def factor(year: int) -> float:
        return float((1 + rate) ** -(year - first))

    def cost(one: Planned, opens: int) -> float:
        paid = sum(factor(year) * part for year, part in spending(one, opens, first))
        upkeep = sum(factor(year) * one.yearly for year in years if year >= opens)
        return paid + upkeep - factor(years[-1]) * one.left(opens) * one.capital

    # A state: the plans so far. Those with one open set differ in what they have spent, so the undominated stay.
    states: dict[WorkSet, list[Plan]] = {frozenset(): [Plan(0.0, {}, (0.0,) * len(most))]}
    for year in years:
        after: dict[WorkSet, list[Plan]] = {}
        for open_works, kept in states.items():
            rest = [one for one in works if one.id not in open_works and one.earliest <= year <= last_opening]
            for n in range(len(rest) + 1):
                for some in combinations(rest, n):
                    ids = open_works | {one.id for one in some}
                    gain = factor(year) * benefit(ids, year) - sum(cost(one, year) for one in some)
                    more = spent_by([(one, year) for one in some], tuple(allowances), first)
                    for plan in kept:
                        spent = tuple(a + b for a, b in zip(plan.spent, more, strict=True))
                        if not some or _within(spent, most):
                            opened = {**plan.opened, **{one.id: year for one in some}}
                            after.setdefault(ids, []).append(Plan(plan.npv + gain, opened, spent))
        states = {ids: _undominated(found) for ids, found in after.items()}
    return _undominated([plan for found in states.values() for plan in found])


def spending(one: Planned, opens: int, first: int) -> list[tuple[int, float]]:
    """(year, M USD) of building; nothing is spent before the ``first`` year."""
    build = [max(first, opens - n) for n in range(1, one.build_years + 1)]
    return [(year, one.capital / one.build_years) for year in build]


def spent_by(opened: Sequence[tuple[Planned, int]], years: Sequence[int], first: int) -> tuple[float, ...]:
    """Capital spent to the end of each of some years."""
    parts = [part for one, opens in opened for part in spending(one, opens, first)]
    return tuple(sum(part for at, part in parts if at <= year) for year in years)


def _within(spent: Sequence[float], most: Sequence[float]) -> bool:
    return all(part <= limit + 1e-9 for part, limit in zip(spent, most, strict=True))


def _undominated(plans: Sequence[Plan]) -> list[Plan]:
    """Plans of which no other has a greater value and has spent no more at any time."""
    kept: list[Plan] = []
    for plan in sorted(plans, key=lambda one: (-one.npv, sorted(one.opened.items()))):
        if not any(all(a <= b for a, b in zip(other.spent, plan.spent, strict=True)) for other in kept):
            kept.append(plan)
    return kept
