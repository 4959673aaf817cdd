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
    needs: WorkSet = frozenset()
    left: Callable[[int], float] = lambda opens: 0.0
    """Share of the capital that is left at the end of the last year, by opening year."""


@dataclass(frozen=True)
class Openings:
    """The best opening years."""

    years: Mapping[str, int]
    """Of works that open at all."""
    npv: float
    """M USD, without the part that does not depend on the openings."""


def best_openings(
    works: Sequence[Planned],
    benefit: Callable[[WorkSet, int], float],
    allowance: Callable[[int], float],
    years: range,
    last_opening: int,
    rate: float,
) -> Openings:
    """The openings from the first of ``years`` to ``last_opening`` that give the most.

    ``benefit`` has the benefit of a set in a year, M USD; ``allowance`` the capital that may be spent to the end of a
    year. Works may stay closed. Spending that falls before the first year counts in it.
    """
    by_id = {one.id: one for one in works}
    first = years[0]

    def factor(year: int) -> float:
        return float((1 + rate) ** -(year - first))

    def spent(one: Planned, opens: int) -> list[tuple[int, float]]:
        build = [max(first, opens - n) for n in range(1, one.build_years + 1)]
        return [(year, one.capital / one.build_years) for year in build]

    def cost(one: Planned, opens: int) -> float:
        paid = sum(factor(year) * part for year, part in spent(one, opens))
        upkeep = sum(factor(year) * one.yearly for year in years if year >= opens)
        return paid + upkeep - factor(years[-1]) * one.left(opens) * one.capital

    # A state: the openings so far. Those with one open set differ in what they have spent, so the undominated stay.
    states: dict[WorkSet, list[tuple[float, dict[str, int]]]] = {frozenset(): [(0.0, {})]}
    for year in years:
        after: dict[WorkSet, list[tuple[float, dict[str, int]]]] = {}
        for open_works, kept in states.items():
            rest = [one for one in works if one.id not in open_works and one.earliest <= year <= last_opening]
            for n in range(len(rest) + 1):
                for some in combinations(rest, n):
                    ids = open_works | {one.id for one in some}
                    if not all(one.needs <= ids for one in some):
                        continue
                    paid, brought = sum(cost(one, year) for one in some), factor(year) * benefit(ids, year)
                    for value, opened in kept:
                        now = opened | {one.id: year for one in some}
                        if not some or _within(now, by_id, spent, allowance, years):
                            after.setdefault(ids, []).append((value - paid + brought, now))
        states = {ids: _undominated(found, by_id, spent, years) for ids, found in after.items()}
    npv, best = max(
        (item for found in states.values() for item in found), key=lambda item: (item[0], sorted(item[1].items()))
    )
    return Openings(best, npv)


def _within(
    opened: Mapping[str, int],
    by_id: Mapping[str, Planned],
    spent: Callable[[Planned, int], list[tuple[int, float]]],
    allowance: Callable[[int], float],
    years: range,
) -> bool:
    total = _cumulative(opened, by_id, spent, years)
    return all(part <= allowance(year) + 1e-9 for year, part in zip(years, total, strict=True))


def _cumulative(
    opened: Mapping[str, int],
    by_id: Mapping[str, Planned],
    spent: Callable[[Planned, int], list[tuple[int, float]]],
    years: range,
) -> list[float]:
    """Capital spent to the end of each year."""
    parts = [item for id, opens in opened.items() for item in spent(by_id[id], opens)]
    return [sum(part for at, part in parts if at <= year) for year in years]


def _undominated(
    found: list[tuple[float, dict[str, int]]],
    by_id: Mapping[str, Planned],
    spent: Callable[[Planned, int], list[tuple[int, float]]],
    years: range,
) -> list[tuple[float, dict[str, int]]]:
    """Ways to one open set of which no other has a greater value and has spent no more at any time."""
    kept: list[tuple[float, dict[str, int], list[float]]] = []
    for value, opened in sorted(found, key=lambda item: (-item[0], sorted(item[1].items()))):
        total = _cumulative(opened, by_id, spent, years)
        if not any(all(a <= b for a, b in zip(other, total, strict=True)) for _, _, other in kept):
            kept.append((value, opened, total))
    return [(value, opened) for value, opened, _ in kept]
