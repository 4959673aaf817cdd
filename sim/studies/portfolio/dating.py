"""Opening years of the works of a choice, over all ports, within allowances of capital by year.

Input: the best choice of a budget, the values of its sets at each port, and the works. Output: openings. Ports that
share a work are dated together. A group with more works than :data:`MOST_DATED` opens all of them as early as the
allowances permit, in the order of the table of plans, without a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sim.studies.appraisal.costs import age, residual_value
from sim.studies.appraisal.programme import Programme, Work, last_year_of
from sim.studies.appraisal.schedule import WorkSet, between
from sim.studies.portfolio.frontier import Best, subsets
from sim.studies.portfolio.openings import Openings, Plan, Planned, best_together, opening_plans, spent_by
from sim.studies.portfolio.search import Floats
from sim.studies.portfolio.searching import DATED, PortSearch

LAST_OPENING: Final = 2035
MOST_DATED: Final = 6
"""Works at a port up to which every subset of a chosen set is valued, to date its openings."""


def earliest(best: Best, works: Mapping[str, Work], base: Programme) -> Openings:
    """Every work at its earliest; without a value, as the benefits of other years are not known."""
    years = range(base.discount_year, LAST_OPENING + 1)
    return Openings({id: _planned(works[id], base, years).earliest for id in sorted(best.all_works)}, float("nan"))


def dated(
    best: Best,
    ports: Sequence[PortSearch],
    works: Mapping[str, Work],
    base: Programme,
    rate: float,
    allowances: Mapping[int, float],
) -> Openings:
    """The opening years of a choice; ``allowances`` are M USD of capital to the end of a year."""
    last = last_year_of(base, tuple(works[id] for id in sorted(best.all_works)))
    years = range(base.discount_year, max(last, LAST_OPENING) + 1)
    plans, whole = [], True
    for group in groups(best, ports):
        ids = frozenset[str]().union(*(best.works[port.port] for port in group))
        planned = [_planned(works[id], base, years) for id in sorted(ids)]
        if len(planned) > MOST_DATED:
            plans.append(_one_after_the_other(planned, allowances, years[0]))
            whole = False
            continue
        benefit = _benefit(best, group, years)
        plans.append(opening_plans(planned, benefit, allowances, years, LAST_OPENING, rate))
    found = best_together(plans, allowances)
    return found if whole else Openings(found.years, float("nan"))


def _one_after_the_other(works: Sequence[Planned], allowances: Mapping[int, float], first: int) -> list[Plan]:
    """All works as early as possible, all a year later, and so on: slightly worse the later."""
    found = []
    for late in range(LAST_OPENING - min(one.earliest for one in works) + 1):
        opened = {one.id: min(one.earliest + late, LAST_OPENING) for one in works}
        spent = spent_by([(one, opened[one.id]) for one in works], tuple(allowances), first)
        found.append(Plan(-1e-6 * late, opened, spent))
    return [*found, Plan(-1.0, {}, (0.0,) * len(allowances))]


def groups(best: Best, ports: Sequence[PortSearch]) -> list[list[PortSearch]]:
    """The ports with works, those that share one together."""
    found: list[list[PortSearch]] = []
    for port in ports:
        mine = best.works[port.port]
        if mine:
            near = [group for group in found if any(best.works[other.port] & mine for other in group)]
            found = [group for group in found if group not in near]
            found.append([*(other for group in near for other in group), port])
    return found


def _benefit(best: Best, group: Sequence[PortSearch], years: range) -> Callable[[WorkSet, int], float]:
    """The benefit of a year of a subset of the works of some ports, linear between the years that were run."""
    by_set: dict[tuple[str, WorkSet], Floats] = {}
    weight = between([year for _, year in DATED], years)
    for port in group:
        found = port.searched(subsets(best.works[port.port]), DATED)
        by_set |= {(port.port, one): values @ weight for one, values in found.items()}

    def benefit(ids: WorkSet, year: int) -> float:
        return sum(float(by_set[port.port, ids & best.works[port.port]][year - years[0]]) for port in group)

    return benefit


def _planned(work: Work, base: Programme, years: range) -> Planned:
    build = len(work.spend)
    first = max(work.opens, base.discount_year + build)

    def left(opens: int) -> float:
        return residual_value(1.0, work.life, age(opens, work.life, years[-1]))

    return Planned(work.id, work.capital.value, work.yearly.value, build, min(first, LAST_OPENING), left=left)
