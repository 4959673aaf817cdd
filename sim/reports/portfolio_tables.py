"""Sentences and tables of a choice of programmes, for terminal and HTML report alike.

Input: :class:`~sim.studies.portfolio.Choices` and a corridor. Output: the answer in sentences; the frontier, the build
order, interactions of works, regret, and proposals left out.
"""

from __future__ import annotations

from typing import Any, Final

from corridors.model import Corridor
from corridors.translations import translated
from sim.reports.appraisal_tables import AppraisalTables
from sim.reports.number_format import NO_VALUE, figure
from sim.reports.text_table import Table
from sim.statistics import Interval
from sim.studies.appraisal import LARGE_RATIO
from sim.studies.portfolio import NOTHING_BUILT, SEARCH_REPLICATIONS, BudgetChoice, Choices
from sim.studies.portfolio.levers import thing_of
from sim.studies.portfolio.search import LEAST_INDIFFERENCE, NEGLIGIBLE
from sim.text.catalogue import Language, say
from sim.text.names import Names

MOST_PAIRS: Final = 12
"""Interactions in the table; JSON has all."""


class PortfolioTables:
    """The tables of one choice in one language."""

    def __init__(self, found: Choices, corridor: Corridor, language: Language) -> None:
        self.found, self.corridor, self.language = found, corridor, language
        self.names = Names.of(corridor, language)
        self.title = self.say("title")

    def say(self, key: str, **values: Any) -> str:
        """A message of the catalogue ``portfolio``."""
        return say(f"portfolio.{key}", self.language, **values)

    def work(self, id: str) -> str:
        """The title of a work; of a lever, the facility that gets one more."""
        if thing := thing_of(id):
            return self.say("one_more", name=self.names.thing(thing))
        return translated(self.found.works[id], "title", self.language)

    def listed(self, one: BudgetChoice) -> str:
        """The works of a budget with their opening years, by year; titles may have commas."""
        years = sorted(one.openings.years.items(), key=lambda item: (item[1], item[0]))
        return self.say("between").join(self.say("opened", work=self.work(id), year=str(year)) for id, year in years)

    def money(self, value: float) -> str:
        """M USD with three significant figures."""
        return figure(round(value, 6))

    def answer(self) -> list[str]:
        """What to build with each budget, what it is worth, and how sure that is."""
        sentences = [self._of_budget(one) for one in self.found.budgets]
        if self.found.robust:
            robust = self.found.robust
            if robust.always:
                sentences.append(self.say("always", works=tuple(map(self.work, robust.always))))
            for id, futures in robust.depends.items():
                where = tuple(say(f"appraisal.future.{one}", self.language) for one in futures)
                sentences.append(self.say("depends", work=self.work(id), futures=where))
        if any(one.programme and one.ratio > LARGE_RATIO for one in self.found.budgets):
            sentences.append(self.say("queue"))
        if self.found.quick:
            sentences.append(self.say("screening", n=SEARCH_REPLICATIONS, least=f"{LEAST_INDIFFERENCE:g}"))
        sentences.append(self.say("among", n=self.found.sets))
        return sentences

    def _of_budget(self, one: BudgetChoice) -> str:
        budget = self.money(one.budget)
        if not one.programme:
            return self.say("nothing", budget=budget)
        works = self.listed(one)
        if one.appraisal is None:
            return self.say("build_quick", budget=budget, works=works, net=self.money(one.best.net))
        central = one.appraisal.futures[one.appraisal.main]
        others = tuple(
            self.say("of_future", future=say(f"appraisal.future.{id}", self.language), npv=self.money(of.npv.estimate))
            for id, of in one.appraisal.futures.items()
        )
        share = f"{central.assumed_share:.0%}"
        turn = AppraisalTables(one.appraisal, self.corridor, self.language).turn()
        return self.say("build", budget=budget, works=works, npvs=others, share=share, turn=turn)

    def frontier(self) -> Table:
        """Budgets with what they buy."""
        rows = []
        for one in self.found.budgets:
            row = [
                self.listed(one) or self.say("no_works"),
                self.money(one.budget),
                self.money(one.best.capital),
                self.money(one.best.net),
            ]
            if not self.found.quick:
                values = one.appraisal.futures.values() if one.appraisal else ()
                row += [self.money(of.npv.estimate) for of in values] or [self.money(0.0)] * len(self._futures())
            rows.append(tuple(row))
        columns = [self.say(f"column.{key}") for key in ("works", "budget", "capital", "net")]
        if not self.found.quick:
            columns += [
                self.say("column.npv", future=say(f"appraisal.future.{id}", self.language)) for id in self._futures()
            ]
        return Table(self.say("frontier"), self.say("frontier_note"), tuple(columns), tuple(rows), 1)

    def _futures(self) -> tuple[str, ...]:
        return next((tuple(one.appraisal.futures) for one in self.found.budgets if one.appraisal), ())

    def interactions(self) -> Table:
        """Pairs of works whose values do not add up."""
        known = [(port.port, pair) for port in self.found.ports for pair in port.interactions()]
        known.sort(key=lambda one: -abs(one[1].difference.estimate))
        rows = tuple(
            (
                self.names.port(port),
                self.work(pair.first),
                self.work(pair.second),
                self.say(self._kind(pair.difference)),
                self.money(pair.difference.estimate),
            )
            for port, pair in known[:MOST_PAIRS]
            if abs(pair.difference.estimate) >= NEGLIGIBLE
        )
        columns = tuple(self.say(f"column.{key}") for key in ("port", "first", "second", "kind", "interaction"))
        return Table(self.say("interactions"), self.say("interactions_note"), columns, rows, 4)

    @staticmethod
    def _kind(difference: Interval) -> str:
        if difference.low < 0 < difference.high or difference.n < 2:
            return "not_certain"
        return "complement" if difference.estimate > 0 else "substitute"

    def regret(self) -> Table | None:
        """Regret of each programme by future; None for a quick choice."""
        found = self.found.regrets
        if found is None:
            return None
        rows = tuple(
            (
                self.say("no_works") if id == NOTHING_BUILT else self._budget_name(id),
                self.say("least_regret") if id in found.minimax else NO_VALUE,
                *(self.money(value) for value in of.values()),
                self.money(found.worst[id]),
            )
            for id, of in found.regret.items()
        )
        futures = (say(f"appraisal.future.{id}", self.language) for id in next(iter(found.regret.values())))
        columns = (self.say("column.programme"), self.say("column.advice"), *futures, self.say("column.worst"))
        return Table(self.say("regret"), self.say("regret_note"), columns, rows, 2)

    def _budget_name(self, id: str) -> str:
        one = next(one for one in self.found.budgets if one.programme and one.programme.id == id)
        return self.say("budget_of", budget=self.money(one.budget))

    def left_out(self) -> Table:
        """Proposals that were no candidates."""
        rows = tuple((one.id, self.say(f"why.{one.why}")) for one in self.found.left_out)
        columns = (self.say("column.proposal"), self.say("column.why"))
        return Table(self.say("left_out"), self.say("left_out_note"), columns, rows, 2)

    def tables(self) -> tuple[Table, ...]:
        """All tables with rows, in the order of the page."""
        made = (self.frontier(), self.interactions(), self.regret(), self.left_out())
        return tuple(one for one in made if one and one.rows)
