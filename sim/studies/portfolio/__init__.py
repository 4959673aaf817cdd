"""Choice of a programme of works: which, opened in which year, under a budget, in three futures.

Input: a corridor, proposals, prices, demand scenarios, budgets of capital, and a folder for runs. Output:
:class:`Choices`: for each budget the works with the greatest value, their opening years, and its appraisal; what is
best whatever happens. Among the sets that were valued: the search may have missed others.

====================  =========================================================================================
:mod:`.candidates`    works that may be chosen, and what their changes prove about pairs
:mod:`.levers`        more servers at what binds, as works
:mod:`.cell_runs`     runs of a port by set, demand scenario and year
:mod:`.connections`   works that can influence each other
:mod:`.values`        yearly benefits of sets at a port, from these runs
:mod:`.search`        sets of works at one port that may be best, on a value that is given
:mod:`.searching`     the search at one port on its runs
:mod:`.frontier`      the best choice over all ports within each budget
:mod:`.best_sets`     the same with the sets that a search valued
:mod:`.ranking`       the best choices of a budget, in order
:mod:`.finals`        the best of these, with a stated probability
:mod:`.openings`      the best opening years of a chosen set
:mod:`.dating`        opening years over all ports, within allowances by year
:mod:`.whole_world`   chosen programmes in the whole model
:mod:`.regret`        regret over futures; works to build whatever happens
:mod:`.futures`       the last programmes of a budget over futures
:mod:`.signposts`     from which traffic on a work pays
:mod:`.document`      the choices as plain values
====================  =========================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from corridors.overlay.demand_scenarios import DemandScenarioId
from sim.core.run_settings import RunSettings
from sim.experiments.pool import Pool
from sim.studies.appraisal import Appraisal, Model, is_large, of_runs
from sim.studies.appraisal.programme import Programme, Work, WorkEntry, last_year_of, work_of, works_of
from sim.studies.appraisal.runs import Asked, PortCase, PortRuns, from_first_day
from sim.studies.appraisal.schedule import WorkSet, YearsOf, years_of
from sim.studies.appraisal.stored import AppraisalData
from sim.studies.portfolio.best_sets import best_of, choices_of, different, indifference_of
from sim.studies.portfolio.candidates import LeftOut, candidate_of, works_to_choose
from sim.studies.portfolio.cell_runs import APPRAISED, SEARCHED, CellRuns
from sim.studies.portfolio.dating import LAST_OPENING, dated, earliest
from sim.studies.portfolio.finals import LAST, Selected, select
from sim.studies.portfolio.frontier import Best
from sim.studies.portfolio.futures import OverFutures, over_futures, yearly_cost
from sim.studies.portfolio.openings import Openings
from sim.studies.portfolio.ranking import ranked_choices
from sim.studies.portfolio.regret import Regrets, Robust, regrets, robust_works
from sim.studies.portfolio.search import Floats
from sim.studies.portfolio.searching import DATED, Makers, PortSearch, search_port
from sim.studies.portfolio.signposts import Signpost, signposts
from sim.studies.portfolio.values import PortValues
from sim.studies.portfolio.whole_world import Confirmed, confirmed
from sim.studies.sensitivity.port_submodels import PortSubmodel, port_submodels

SEARCH_REPLICATIONS: Final = 2
"""The most of a half-year run; all sets are valued in one."""
SEARCH_DAYS: Final = 182
"""Longest run of a search, warm-up included."""
RANKED: Final = 60
"""Programmes of a budget among which the last ones are looked for."""
FURTHER: Final = 16
"""Replications of programmes that OCBA allots where the selection does not end."""
CONFIRMED: Final = 2
"""Replications in the whole model."""
WHOLE: Final = DATED[-1:]
"""Years that are run in the whole model: the one with more traffic."""
NOTHING_BUILT: Final = "nothing"
__all__ = ["LAST_OPENING", "BudgetChoice", "Choices", "PlanData", "PortSearch", "PortValues", "Question", "choose"]


@dataclass(frozen=True)
class BudgetChoice:
    """The programme of one budget."""

    budget: float
    best: Best
    """The selected set."""
    built: Best
    """What of it opens: all, unless limits by year or the runs of the opening years leave some out."""
    openings: Openings
    programme: Programme | None
    """None if nothing is worth building."""
    appraisal: Appraisal | None
    """In all futures; None for a quick choice."""

    ratio: float
    """Benefit of a year over its cost, annuity included; 0 if nothing is built."""
    assumed_share: float
    """Share of the benefits on assumed prices, of a year; with an appraisal, of all years."""
    last: Mapping[str, Best] = field(default_factory=dict)
    """The programmes that were compared in whole years, by name; none for a quick choice."""
    selected: Selected | None = None
    over_futures: OverFutures | None = None
    confirmed: Confirmed | None = None
    """In the whole model."""

    @property
    def prices_a_queue(self) -> bool:
        """Whether the ratio of a year, or of a demand scenario, is more than a border work can have without a queue."""
        return bool(self.programme) and any(map(is_large, (self.ratio, *self.ratios.values())))

    @property
    def ratios(self) -> dict[DemandScenarioId, float]:
        """The ratio of benefits to costs over all years, by demand scenario; none for a quick choice."""
        futures = self.appraisal.futures if self.appraisal else {}
        return {id: of.bcr[0] for id, of in futures.items() if of.bcr}

    @property
    def works(self) -> WorkSet:
        """All works of the selected set, over the ports."""
        return self.best.all_works


@dataclass(frozen=True)
class Choices:
    """The choices of all budgets."""

    quick: bool
    rate: float
    days: int
    """Measured days of a run of the search."""
    works: Mapping[str, Work]
    left_out: tuple[LeftOut, ...]
    ports: tuple[PortSearch, ...]
    budgets: tuple[BudgetChoice, ...]
    regrets: Regrets | None
    """Of the programmes of all budgets and of nothing, by future; None for a quick choice."""
    robust: Robust | None
    signposts: tuple[Signpost, ...] = ()
    allowances: Mapping[int, float] = field(default_factory=dict)
    """M USD of capital to the end of a year; none without limits by year."""

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
    """More servers at so many of the worst roots of waiting of each port."""
    quick: bool = False
    replications: int = 3
    """Of the appraisal, and the first of the selection."""
    allowances: Mapping[int, float] = field(default_factory=dict)
    """M USD of capital that may be spent to the end of a year."""
    search_days: int = SEARCH_DAYS
    """Longest run of the search, warm-up included."""


@dataclass(frozen=True)
class PlanData(AppraisalData):
    """The data with which works are chosen."""

    rate: float
    settings: RunSettings


def choose(
    question: Question,
    world: PlanData,
    out: Path,
    *,
    workers: int = 1,
    progress: Callable[[str, int], None] = lambda port, sets: None,
) -> Choices:
    """Run what is not yet in ``out``, and choose; ``progress`` receives the port and the number of sets valued."""
    with Pool(workers) as pool:
        return _Study(question, world, out, pool, progress).choices()


class _Study:
    """One choice under way."""

    def __init__(
        self,
        question: Question,
        world: PlanData,
        out: Path,
        pool: Pool,
        progress: Callable[[str, int], None],
    ) -> None:
        self.question, self.world, self.progress = question, world, progress
        self.base = _programme("base", {}, {}, question, world.rate)
        works, left = works_to_choose(self.base, world.proposals, world.prices, question.choose, question.never)
        self.left_out = tuple(left)
        short = replace(world.settings, days=min(world.settings.days, question.search_days))
        # The last sets are compared on random numbers that the search did not choose them by.
        self.search_days = short.days - short.warmup_days
        self.settings = replace(world.settings, seed=world.settings.seed + 1)
        made = partial(CellRuns, pool=pool)
        self.most = 2 * question.replications
        searched = partial(made, settings=short, out=out / "sets", replications=SEARCH_REPLICATIONS, tables=SEARCHED)
        self.years = partial(
            made, settings=self.settings, out=out / "years", replications=self.most + FURTHER, tables=APPRAISED
        )
        makers = Makers(searched, None if question.quick else self.years)
        self.ports: list[PortSearch] = []
        entries: dict[str, WorkEntry] = {work.id: WorkEntry(proposal=work.id) for work in works}
        for model in _models(works, self.base, world):
            port, levers = search_port(
                *(model, works, self.base, world.futures, world.prices, world.rate),
                *(question.budgets, question.levers, makers, progress),
            )
            self.ports.append(port)
            entries |= levers
        self.entries = entries
        self.works = {id: work_of(entry, self.base, world.proposals, world.prices) for id, entry in entries.items()}
        self.costs = {id: candidate_of(work, world.rate) for id, work in self.works.items()}

    def choices(self) -> Choices:
        """The choices of all budgets."""
        question, quick = self.question, self.question.quick
        found = self._quick() if quick else self._sure()
        table, robust = _over_budgets(found, self.base) if not quick else (None, None)
        signs = () if quick else self._signposts(found)
        return Choices(
            *(quick, self.world.rate, self.search_days, self.works, self.left_out, tuple(self.ports)),
            *(tuple(found), table, robust),
            signs,
            question.allowances,
        )

    def _quick(self) -> list[BudgetChoice]:
        found = []
        for best in best_of(self.ports, self.costs, self.question.budgets):
            openings = earliest(best, self.works, self.base)
            found.append(self._choice(best, best, openings, self._programme_of(best.budget, openings)))
        return found

    def _sure(self) -> list[BudgetChoice]:
        """The selected programmes, dated and appraised; each also takes part with the next budget."""
        question, found, before = self.question, list[BudgetChoice](), None
        for budget in question.budgets:
            last = self._last(budget, before)
            selected, before = self._select(last)
            limits = {**question.allowances, LAST_OPENING: budget}
            openings = dated(before, self.ports, self.works, self.base, self.world.rate, limits)
            programme = self._programme_of(budget, openings)
            appraisal = self._appraisal(programme) if programme else None
            spread = over_futures(last, self.ports, self.costs, self.base.futures, selected.indifference)
            made = self._choice(before, self._built(before, openings), openings, programme)
            if appraisal:
                made = replace(made, assumed_share=appraisal.futures[appraisal.main].assumed_share)
            found.append(replace(made, appraisal=appraisal, last=last, selected=selected, over_futures=spread))
        whole = {f"{one.budget:g}": one.best for one in found if one.programme}
        sure = confirmed(whole, self.ports, self._whole_world(), min(CONFIRMED, question.replications)) if whole else {}
        return [replace(one, confirmed=sure.get(f"{one.budget:g}")) for one in found]

    def _built(self, best: Best, openings: Openings) -> Best:
        """What opens of a set, with its capital and the net benefit of a year in the runs of whole years."""
        opened = frozenset(openings.years)
        if opened == best.all_works:
            return best
        works = {port: here & opened for port, here in best.works.items()}
        capital = sum(self.costs[id].capital for id in sorted(opened))
        built, n, benefit = replace(best, capital=capital, works=works), self.question.replications, 0.0
        for port in self.ports:
            assert port.years is not None
            port.years.run([works[port.port]], n)
            benefit += float(port.years.benefit(works[port.port], n).mean())
        return replace(built, net=benefit - yearly_cost(built, self.costs))

    def _choice(self, best: Best, built: Best, openings: Openings, programme: Programme | None) -> BudgetChoice:
        yearly = yearly_cost(built, self.costs)
        ratio = (built.net + yearly) / yearly if yearly > 0 else 0.0
        parts = [port.values.on_assumed(built.works[port.port]) for port in self.ports]
        all_ = sum(one for _, one in parts)
        assumed = sum(one for one, _ in parts) / all_ if all_ else 0.0
        return BudgetChoice(best.budget, best, built, openings, programme, None, ratio, assumed)

    def _last(self, budget: float, before: Best | None) -> dict[str, Best]:
        """The best programmes of the search within a budget, by name, and the selected one of the smaller budget."""
        choices, shared = choices_of(self.ports, self.costs, lambda port: port.known.benefits)
        ranked = different(ranked_choices(choices, budget, RANKED, shared), LAST)
        if before and before.works not in [one.works for one in ranked]:
            ranked = [*ranked[: LAST - 1], replace(before, budget=budget)]
        return {f"p{n}": one for n, one in enumerate(ranked, start=1)}

    def _select(self, last: Mapping[str, Best]) -> tuple[Selected, Best]:
        def sample(ids: Sequence[str], n: int) -> dict[str, Floats]:
            found = {id: np.full(n, -yearly_cost(last[id], self.costs)) for id in ids}
            for port in self.ports:
                assert port.years is not None
                port.years.run([last[id].works[port.port] for id in ids], n)
                for id in ids:
                    found[id] = found[id] + port.years.benefit(last[id].works[port.port], n).mean(axis=0)
            self.progress("", sum(port.values.sets for port in self.ports))
            return found

        selected = select(
            *(sample, list(last), indifference_of(last.values())),
            first_stage=self.question.replications,
            most=self.most,
            further=FURTHER,
        )
        return selected, replace(last[selected.best], net=selected.means[selected.best])

    def _programme_of(self, budget: float, openings: Openings) -> Programme | None:
        if not openings.years:
            return None
        return _programme(f"budget_{budget:g}", openings.years, self.entries, self.question, self.world.rate)

    def _appraisal(self, programme: Programme) -> Appraisal:
        """Of the runs by which the programme was selected, and those of the other demand scenarios."""
        works = works_of(programme, self.world.proposals, self.world.prices)
        years = years_of(works, programme.anchors, last_year_of(programme, works))
        ports = tuple(self._runs(port, programme, works, years) for port in self.ports)
        runs = tuple(one for one in ports if one)
        model = Model(programme, works, tuple(years), programme.anchors, runs, self.world.prices, self.world.rate)
        return of_runs(model, self.settings)

    def _runs(self, port: PortSearch, programme: Programme, works: Sequence[Work], years: YearsOf) -> PortRuns | None:
        here = frozenset(work.id for work in works if work.id in port.known.candidates)
        if not here:
            return None
        assert port.years is not None
        asked = Asked(programme.futures, programme.anchors, self.settings, self.question.replications)
        return port.years.runs.port_runs(years, asked, here)

    def _whole_world(self) -> PortValues:
        """All works in the whole model."""
        world, settings = self.world, self.settings
        ids = (*self.question.committed, *self.works)
        made = {id: self.works[id].proposal if id in self.works else world.proposals[id] for id in ids}
        model = PortSubmodel(
            "world", world.corridor, {id: from_first_day(one, settings) for id, one in made.items()}, {}
        )
        case = PortCase(model, ids, frozenset(self.question.committed), world.futures)
        return PortValues(self.years(case), WHOLE, world.prices, 1)

    def _signposts(self, found: Sequence[BudgetChoice]) -> tuple[Signpost, ...]:
        """Of all works of the selected programmes, and those that only some demand scenarios have."""
        wanted: dict[str, tuple[Best, int]] = {}
        for one in found:
            some = one.over_futures.robust.depends if one.over_futures else {}
            for best in (one.best, *one.last.values()):
                for id in sorted(best.all_works if best is one.best else best.all_works & some.keys()):
                    wanted.setdefault(id, (best, len(self.works[id].spend)))
        return tuple(signposts(wanted, self.ports, self.costs, self.world.futures, self.base.futures, LAST_OPENING))


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
        anchors=tuple(year for _, year in DATED),
    )


def _models(works: Sequence[Work], base: Programme, world: PlanData) -> list[PortSubmodel]:
    """The ports that the works affect.

    Their submodels are those of all proposals, so that a choice among some of them finds the same runs.
    """
    all_works, _ = works_to_choose(base, world.proposals, world.prices, (), ())
    made = {work.id: from_first_day(work.proposal, world.settings) for work in all_works}
    made |= {id: from_first_day(world.proposals[id], world.settings) for id in base.committed}
    ids = {work.id for work in works}
    return [model for model in port_submodels(world.corridor, made) if ids & set(model.proposals)]


def _over_budgets(chosen: Sequence[BudgetChoice], base: Programme) -> tuple[Regrets | None, Robust | None]:
    values: dict[str, Mapping[str, float]] = {
        one.programme.id: {str(future): found.npv.estimate for future, found in one.appraisal.futures.items()}
        for one in chosen
        if one.programme and one.appraisal
    }
    if not values:
        return None, None
    values[NOTHING_BUILT] = dict.fromkeys(map(str, base.futures), 0.0)
    works = {one.programme.id: one.built.all_works for one in chosen if one.programme}
    works[NOTHING_BUILT] = frozenset()
    best = max(max(of.values()) for of in values.values())
    return regrets(values), robust_works(values, works, max(1.0, 0.02 * best))
