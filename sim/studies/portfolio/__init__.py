"""Choice of a programme of works: which, opened in which year, under a budget, in three futures.

Input: a corridor, proposals, prices, demand scenarios, budgets of capital, and a folder for runs. Output:
:class:`Choices`: for each budget the works with the greatest value, their opening years, and its appraisal; what is
best whatever happens. Among the sets that were valued: the search may have missed others.

====================  =========================================================================================
:mod:`.candidates`    works that may be chosen, and what their changes prove about pairs
:mod:`.levers`        one more server at what binds, as works
:mod:`.values`        yearly benefits of sets at a port, from runs that are kept
:mod:`.search`        sets of works at one port that may be best, on a value that is given
:mod:`.frontier`      the best choice over all ports within each budget
:mod:`.openings`      the best opening years of a chosen set
:mod:`.regret`        regret over futures; works to build whatever happens
====================  =========================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np

from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarioId, DemandScenarios
from corridors.overlay.proposals import Proposal
from sim.core.run_settings import RunSettings
from sim.studies.appraisal import Appraisal, appraise, interval_json
from sim.studies.appraisal.costs import age, residual_value
from sim.studies.appraisal.prices import Prices
from sim.studies.appraisal.programme import Programme, Work, WorkEntry, last_year_of, work_of
from sim.studies.appraisal.runs import PortCase, from_first_day
from sim.studies.appraisal.schedule import WorkSet, between
from sim.studies.compare.paired_effects import finite
from sim.studies.portfolio.candidates import LeftOut, candidate_of, relations_of, works_to_choose
from sim.studies.portfolio.frontier import Best, Choice, best_choices, subsets
from sim.studies.portfolio.levers import lever_entries, thing_of
from sim.studies.portfolio.openings import Openings, Planned, best_openings
from sim.studies.portfolio.regret import Regrets, Robust, regrets, robust_works
from sim.studies.portfolio.search import (
    NOTHING,
    Candidate,
    Floats,
    Interaction,
    Known,
    search,
)
from sim.studies.portfolio.values import PortValues, relieving
from sim.studies.sensitivity.port_submodels import PortSubmodel, port_submodels

QUICK_CELLS: Final[tuple[tuple[DemandScenarioId, int], ...]] = (("central", 2030),)
FULL_CELLS: Final[tuple[tuple[DemandScenarioId, int], ...]] = (("central", 2030), ("central", 2035))
SEARCH_REPLICATIONS: Final = 2
FINALISTS: Final = 3
"""Sets of a port for each budget that a quick search values with all replications."""
QUICK_DAYS: Final = 182
"""Longest run of a quick search, warm-up included, unless days are given."""
LAST_OPENING: Final = 2035
MOST_DATED: Final = 6
"""Works at a port up to which every subset of a chosen set is valued, to date its openings."""
NOTHING_BUILT: Final = "nothing"


@dataclass(frozen=True)
class PortSearch:
    """The search at one port."""

    port: str
    known: Known
    values: PortValues

    def interactions(self) -> list[Interaction]:
        """Of pairs of works, the largest first."""
        return self.known.interactions()


@dataclass(frozen=True)
class BudgetChoice:
    """The programme of one budget."""

    budget: float
    best: Best
    openings: Openings
    programme: Programme | None
    """None if nothing is worth building."""
    appraisal: Appraisal | None
    """In all futures; None for a quick choice."""

    ratio: float
    """Benefit of a year over its cost, annuity included; 0 if nothing is built."""

    @property
    def works(self) -> WorkSet:
        """All works, over the ports."""
        return self.best.all_works


@dataclass(frozen=True)
class Choices:
    """The choices of all budgets."""

    quick: bool
    rate: float
    works: Mapping[str, Work]
    left_out: tuple[LeftOut, ...]
    ports: tuple[PortSearch, ...]
    budgets: tuple[BudgetChoice, ...]
    regrets: Regrets | None
    """Of the programmes of all budgets and of nothing, by future; None for a quick choice."""
    robust: Robust | None

    @property
    def sets(self) -> int:
        """Sets that were valued, over all ports."""
        return sum(len(port.known.benefits) for port in self.ports)


@dataclass(frozen=True)
class Question:
    """What is to be chosen."""

    budgets: tuple[float, ...]
    """M USD of capital to the last opening."""
    choose: tuple[str, ...] = ()
    """Proposals; all without any."""
    never: tuple[str, ...] = ()
    committed: tuple[str, ...] = ()
    levers: int = 3
    """One more server at so many of the worst roots of waiting of each port."""
    quick: bool = False
    replications: int = 5
    """Of the appraisal."""


@dataclass(frozen=True)
class World:
    """What the choice is made with."""

    corridor: Corridor
    proposals: Mapping[str, Proposal]
    prices: Prices
    futures: DemandScenarios
    rate: float
    settings: RunSettings


def choose(
    question: Question,
    world: World,
    out: Path,
    *,
    workers: int = 1,
    progress: Callable[[str, int], None] = lambda port, sets: None,
) -> Choices:
    """Run what is not yet in ``out``, and choose; ``progress`` receives the port and the number of sets valued."""
    rate = world.rate
    base = _programme("base", {}, {}, question, rate)
    works, left = works_to_choose(base, world.proposals, world.prices, question.choose, question.never)
    entries = {work.id: WorkEntry(proposal=work.id) for work in works}
    with _executor(workers) as executor:
        ports = []
        for model in _models(works, base, world):
            cells = QUICK_CELLS if question.quick else FULL_CELLS
            make = partial(
                PortValues,
                cells=cells,
                prices=world.prices,
                settings=world.settings,
                out=out / "sets",
                replications=SEARCH_REPLICATIONS,
                screened=1 if question.quick else SEARCH_REPLICATIONS,
                executor=executor,
                workers=workers,
            )
            port, found = _search(model, works, base, question, world, make, progress)
            ports.append(port)
            entries |= found
        by_id = {id: work_of(entry, base, world.proposals, world.prices) for id, entry in entries.items()}
        dated = []
        costs = {id: candidate_of(work, rate) for id, work in by_id.items()}
        for best in best_of(ports, costs, question.budgets):
            openings = _earliest(best, by_id, base) if question.quick else _date(best, ports, by_id, base, rate)
            built = _programme(f"budget_{best.budget:g}", openings.years, entries, question, rate)
            dated.append((best, openings, built if openings.years else None))
    chosen = []
    for best, openings, made in dated:
        appraisal = None
        if made and not question.quick:
            appraisal = appraise(
                *(made, world.corridor, world.proposals, world.prices, world.futures, world.settings),
                out / "appraisals",
                replications=question.replications,
                workers=workers,
            )
        yearly = sum(candidate_of(by_id[id], rate).yearly for id in sorted(best.all_works))
        ratio = (best.net + yearly) / yearly if yearly > 0 else 0.0
        chosen.append(BudgetChoice(best.budget, best, openings, made, appraisal, ratio))
    table, robust = _over_futures(chosen, base) if not question.quick else (None, None)
    return Choices(question.quick, rate, by_id, tuple(left), tuple(ports), tuple(chosen), table, robust)


def _programme(
    id: str, years: Mapping[str, int], entries: Mapping[str, WorkEntry], question: Question, rate: float
) -> Programme:
    """A programme of these works by opening year; without works, one that only has the years."""
    works = sorted(years.items(), key=lambda one: (one[1], one[0]))
    return Programme.model_construct(
        id=id,
        title_en=id,
        title_zh=id,
        works=tuple(entries[work].model_copy(update={"opens": opens}) for work, opens in works),
        committed=question.committed,
        discount_rate=rate,
    )


@contextmanager
def _executor(workers: int) -> Iterator[Executor | None]:
    """Processes that all batches share; None for this thread."""
    if workers <= 1:
        yield None
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield pool


def _models(works: Sequence[Work], base: Programme, world: World) -> list[PortSubmodel]:
    """The ports that the works affect.

    Their submodels are those of all proposals, so that a choice among some of them finds the same runs.
    """
    all_works, _ = works_to_choose(base, world.proposals, world.prices, (), ())
    made = {work.id: from_first_day(work.proposal, world.settings) for work in all_works}
    made |= {id: from_first_day(world.proposals[id], world.settings) for id in base.committed}
    ids = {work.id for work in works}
    return [model for model in port_submodels(world.corridor, made) if ids & set(model.proposals)]


def _search(
    model: PortSubmodel,
    works: Sequence[Work],
    base: Programme,
    question: Question,
    world: World,
    make: Callable[..., PortValues],
    progress: Callable[[str, int], None],
) -> tuple[PortSearch, dict[str, WorkEntry]]:
    """The search at one port, and its levers."""
    here = [work for work in works if work.id in model.proposals]
    standing = tuple(id for id in base.committed if id in model.proposals)
    first = make(PortCase(model, standing, frozenset(standing), world.futures))
    entries = lever_entries(first.case.corridor_of(NOTHING), first.roots(NOTHING), world.prices, question.levers)
    levers = {str(one.id): one for one in entries}
    here += [work_of(one, base, {}, world.prices) for one in levers.values()]
    model = replace(model, proposals={**model.proposals, **{one.id: one.proposal for one in here if one.id in levers}})
    values = make(PortCase(model, (*standing, *(work.id for work in here)), frozenset(standing), world.futures))

    def value(sets: Sequence[WorkSet]) -> list[Floats]:
        parts = {one: values.parts(one) if question.quick else [one] for one in sets}
        values.run((part for some in parts.values() for part in some), values.screened)
        found: list[Floats] = []
        for one in sets:
            found.append(sum((values.benefit(part).mean(axis=0) for part in parts[one]), np.zeros(values.screened)))
            progress(model.port, values.sets)
        return found

    candidates = [candidate_of(work, world.rate) for work in here]
    known = Known(candidates, relations_of(here), value, question.quick)
    relieves = {work.id: frozenset(work.proposal.relieves) | {thing_of(work.id)} for work in here}
    search(known, question.budgets, relieving(values, relieves, [work.id for work in here]))
    return PortSearch(model.port, known, values), levers


def best_of(ports: Sequence[PortSearch], costs: Mapping[str, Candidate], budgets: Sequence[float]) -> list[Best]:
    """The best choice within each budget.

    Where sets were screened with fewer replications, the best choice and its nearest rivals get the others, and the
    best of these is chosen by all replications.
    """
    reached = {id: sum(id in port.known.candidates for port in ports) for id in costs}
    shared = {id: (costs[id].capital, costs[id].yearly) for id, n in reached.items() if n > 1}

    def chosen(sets: Callable[[PortSearch], Iterable[WorkSet]]) -> list[Best]:
        choices = {port.port: [_choice(port.known, one, costs, shared) for one in sets(port)] for port in ports}
        return best_choices(choices, budgets, shared)

    found = chosen(lambda port: port.known.benefits)
    if all(port.values.screened == port.values.replications for port in ports):
        return found
    finalists = {port.port: _finalists(port, found, frozenset(shared)) for port in ports}
    for port in ports:
        n = port.values.replications
        port.values.run(finalists[port.port], n)
        port.known.replace({one: port.values.benefit(one, n).mean(axis=0) for one in finalists[port.port]})
    return chosen(lambda port: finalists[port.port])


def _finalists(port: PortSearch, found: Iterable[Best], shared: WorkSet) -> list[WorkSet]:
    """Nothing, the sets chosen at a port, and the best others that can take their place within the budget."""
    known, finalists = port.known, [NOTHING]
    for best in found:
        now = best.works[port.port]
        within = known.best(known.capital(now), len(known.benefits))
        finalists += [one for one in within if one & shared == now & shared][:FINALISTS]
    return list(dict.fromkeys(finalists))


def _choice(known: Known, works: WorkSet, costs: Mapping[str, Candidate], shared: Collection[str]) -> Choice:
    own = [costs[one] for one in sorted(works) if one not in shared]
    benefit = float(known.benefits[works].mean())
    return Choice(works, sum(one.capital for one in own), benefit - sum(one.yearly for one in own))


def _earliest(best: Best, works: Mapping[str, Work], base: Programme) -> Openings:
    """Every work at its earliest; without a value, as the benefits of other years are not known."""
    years = range(base.discount_year, LAST_OPENING + 1)
    return Openings({id: _planned(works[id], base, years).earliest for id in sorted(best.all_works)}, float("nan"))


def _date(best: Best, ports: Sequence[PortSearch], works: Mapping[str, Work], base: Programme, rate: float) -> Openings:
    """The opening years of a choice.

    A choice is within its budget whatever its years, so only ports that share a work are dated together. A group with
    more works than :data:`MOST_DATED` opens at the earliest.
    """
    last = last_year_of(base, tuple(works[id] for id in sorted(best.all_works)))
    years = range(base.discount_year, max(last, LAST_OPENING) + 1)
    opened: dict[str, int] = {}
    npv = 0.0
    for group in _groups(best, ports):
        ids = frozenset[str]().union(*(best.works[port.port] for port in group))
        planned = [_planned(works[id], base, years) for id in sorted(ids)]
        if len(planned) > MOST_DATED:
            opened |= {one.id: one.earliest for one in planned}
            npv = float("nan")
            continue
        found = best_openings(
            planned, _benefit(best, group, years), lambda year: best.budget, years, LAST_OPENING, rate
        )
        opened |= found.years
        npv += found.npv
    return Openings(opened, npv)


def _groups(best: Best, ports: Sequence[PortSearch]) -> list[list[PortSearch]]:
    """The ports with works, those that share one together."""
    groups: list[list[PortSearch]] = []
    for port in ports:
        mine = best.works[port.port]
        if mine:
            near = [group for group in groups if any(best.works[other.port] & mine for other in group)]
            groups = [group for group in groups if group not in near]
            groups.append([*(other for group in near for other in group), port])
    return groups


def _benefit(best: Best, group: Sequence[PortSearch], years: range) -> Callable[[WorkSet, int], float]:
    """The benefit of a year of a subset of the works of some ports, linear between the years that were run."""
    by_set: dict[tuple[str, WorkSet], Floats] = {}
    for port in group:
        sets = [one for one in subsets(best.works[port.port]) if port.known.relations.allow(one)]
        port.known.look(sets)
        weight = between([year for _, year in port.values.cells], years)
        found = {one: port.values.benefit(one).mean(axis=1) @ weight for one in sets}
        by_set |= {(port.port, one): values for one, values in found.items()}

    def benefit(ids: WorkSet, year: int) -> float:
        parts = (by_set.get((port.port, ids & best.works[port.port])) for port in group)
        # A set that is not allowed is on no way to the whole.
        return sum(float(part[year - years[0]]) if part is not None else -np.inf for part in parts)

    return benefit


def _planned(work: Work, base: Programme, years: range) -> Planned:
    build = len(work.spend)
    earliest = max(work.opens, base.discount_year + build)

    def left(opens: int) -> float:
        return residual_value(1.0, work.life, age(opens, work.life, years[-1]))

    return Planned(work.id, work.capital.value, work.yearly.value, build, min(earliest, LAST_OPENING), left=left)


def _over_futures(chosen: Sequence[BudgetChoice], base: Programme) -> tuple[Regrets | None, Robust | None]:
    values: dict[str, Mapping[str, float]] = {
        one.programme.id: {str(future): found.npv.estimate for future, found in one.appraisal.futures.items()}
        for one in chosen
        if one.programme and one.appraisal
    }
    if not values:
        return None, None
    values[NOTHING_BUILT] = dict.fromkeys(map(str, base.futures), 0.0)
    works = {one.programme.id: one.works for one in chosen if one.programme} | {NOTHING_BUILT: frozenset[str]()}
    best = max(max(of.values()) for of in values.values())
    return regrets(values), robust_works(values, works, max(1.0, 0.02 * best))


def as_json(found: Choices) -> dict[str, Any]:
    """The choices as plain values."""
    return {
        "quick": found.quick,
        "rate": found.rate,
        "sets_valued": found.sets,
        "budgets": [_budget_json(one) for one in found.budgets],
        "ports": {port.port: _port_json(port) for port in found.ports},
        "regret": found.regrets and {**vars(found.regrets), "minimax": list(found.regrets.minimax)},
        "robust": found.robust
        and {
            "always": list(found.robust.always),
            "never": list(found.robust.never),
            "depends": {id: list(where) for id, where in found.robust.depends.items()},
        },
        "left_out": [vars(one) for one in found.left_out],
    }


def _budget_json(one: BudgetChoice) -> dict[str, Any]:
    return {
        "budget_musd": one.budget,
        "capital_musd": one.best.capital,
        "net_musd_a_year": one.best.net,
        "works": {port: sorted(works) for port, works in one.best.works.items()},
        "opens": dict(sorted(one.openings.years.items())),
        "npv_of_search": finite(one.openings.npv),
        "npv": one.appraisal and {future: interval_json(of.npv) for future, of in one.appraisal.futures.items()},
        "assumed_share": one.appraisal and one.appraisal.futures[one.appraisal.main].assumed_share,
    }


def _port_json(port: PortSearch) -> dict[str, Any]:
    known = port.known
    return {
        "sets": [
            {
                "works": sorted(works),
                "capital_musd": known.capital(works),
                "benefit_musd_a_year": known.benefits[works].tolist(),
                "net_musd_a_year": known.net(works),
            }
            for works in known.best(number=len(known.benefits))
        ],
        "interactions": [
            {"first": pair.first, "second": pair.second, **interval_json(pair.difference)}
            for pair in port.interactions()
        ],
    }
