"""Sentences and tables of a choice of programmes, for terminal and HTML report alike.

Input: :class:`~sim.studies.portfolio.Choices` and a corridor. Output: the answer in sentences; the frontier, the build
order, signposts, interactions of works, regret, and proposals left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarioId
from corridors.translations import translated
from sim.reports import money
from sim.reports.appraisal_tables import AppraisalTables
from sim.reports.lever_titles import lever_title
from sim.reports.number_format import NO_VALUE, figure, probability
from sim.reports.plan_cautions import plan_cautions, ratios_of
from sim.reports.plan_frontier import frontier_table
from sim.reports.plan_pairs import Pair, pairs_table
from sim.reports.ratio_warning import ratio_warning
from sim.reports.text_table import Table
from sim.studies.compare.paired_effects import finite
from sim.studies.portfolio import LAST_OPENING, NOTHING_BUILT, BudgetChoice, Choices
from sim.studies.portfolio.dating import MOST_DATED
from sim.studies.portfolio.document import PRICE_YEAR
from sim.studies.portfolio.regret import Regrets
from sim.studies.portfolio.signposts import UP_TO, Signpost
from sim.text.catalogue import Language, say
from sim.text.names import Names


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
        """The title of a work; of a lever, the servers that it adds and the facility."""
        lever = lever_title(id, self.corridor, self.names, self.language)
        return lever or translated(self.found.works[id], "title", self.language)

    def listed(self, one: BudgetChoice) -> str:
        """The works of a budget with their opening years, by year; titles may have commas."""
        years = sorted(one.openings.years.items(), key=lambda item: (item[1], item[0]))
        return self.say("between").join(self.say("opened", work=self.work(id), year=str(year)) for id, year in years)

    def amount(self, value: float) -> str:
        """An amount of money with its unit, in a sentence."""
        return money.amount(value, self.language)

    def budget(self, value: float) -> str:
        """A budget, which is exact, with its unit."""
        return money.amount(value, self.language, exact=True)

    def answer(self) -> list[str]:
        """What to build with each budget, what it is worth, and how sure that is."""
        sentences = [self._of_budget(one) for one in self.found.budgets]
        if self.found.allowances:
            limits = (
                self.say("limit", year=str(year), most=self.budget(most))
                for year, most in self.found.allowances.items()
            )
            sentences.append(self.say("limits", limits=tuple(limits)))
        for one in self.found.budgets:
            sentences += self._sure(one)
        sentences += [self._signpost(one) for one in self.found.signposts if one.ratio is not None]
        shares = [
            abs(one.confirmed.difference.estimate) / abs(one.confirmed.ports)
            for one in self.found.budgets
            if one.confirmed and one.confirmed.ports
        ]
        if shares:
            sentences.append(self.say("whole_world", share=f"{max(shares):.1%}"))
        built = [one for one in self.found.budgets if one.programme]
        ratios = chain.from_iterable(ratios_of(one.budget, one.ratio, one.ratios, self.language) for one in built)
        if warning := ratio_warning(ratios, self.language):
            sentences.append(warning)
        found = self.found
        sentences += plan_cautions(self.language, quick=found.quick, days=found.days, rate=found.rate)
        sentences.append(self.say("among", n=found.sets))
        return sentences

    def _of_budget(self, one: BudgetChoice) -> str:
        budget = self.budget(one.budget)
        if not one.programme:
            return self.say("nothing_opens" if one.works else "nothing", budget=budget)
        works = self.listed(one)
        share = f"{one.assumed_share:.0%}"
        if one.appraisal is None:
            return self.say("build_quick", budget=budget, works=works, net=self.amount(one.built.net), share=share)
        others = tuple(
            self.say("of_future", future=say(f"appraisal.future.{id}", self.language), npv=self.amount(of.npv.estimate))
            for id, of in one.appraisal.futures.items()
        )
        turn = AppraisalTables(one.appraisal, self.corridor, self.language).turn()
        return self.say("build", budget=budget, works=works, npvs=others, share=share, turn=turn)

    def _sure(self, one: BudgetChoice) -> Iterator[str]:
        """How sure a choice is, and what belongs to it whatever happens."""
        if late := sorted(one.works - one.openings.years.keys()):
            why = "not_opened_limits" if self.found.allowances else "not_opened"
            yield self.say(why, budget=self.budget(one.budget), works=self.say("between").join(map(self.work, late)))
        if one.appraisal and not one.openings.compared:
            yield self.say("not_dated", budget=self.budget(one.budget), most=MOST_DATED)
        if one.selected is None or one.over_futures is None:
            return
        budget, n = self.budget(one.budget), len(one.last)
        if n > 1:
            key = "selected" if one.selected.settled else "selected_not"
            sure, least = probability(one.selected.confidence, self.language), self.amount(one.selected.indifference)
            more = {"least": least, "days": self.found.days} if one.selected.settled else {}
            yield self.say(key, budget=budget, n=n, sure=sure, **more)
        if one.over_futures.robust.always:
            works = self.say("between").join(map(self.work, one.over_futures.robust.always))
            yield self.say("whatever", budget=budget, works=works)

    def _signpost(self, one: Signpost) -> str:
        """From which traffic on a work pays, and when each demand scenario reaches it."""
        when = tuple(
            self.say("signpost_when", future=say(f"appraisal.future.{future}", self.language), year=self._year(year))
            for future, year in one.reached.items()
        )
        values = {"work": self.work(one.work), "traffic": self._traffic(one), "ratio": f"{one.ratio:.0%}"}
        if one.pays == UP_TO:
            return self.say("signpost_up_to", **values, when=when)
        return self.say("signpost", **values, year=str(LAST_OPENING), when=when)

    def _traffic(self, one: Signpost) -> str:
        return self.names.bracketed(self.names.klass(one.vehicle_class), self.names.port(one.port))

    def _year(self, year: int | None) -> str:
        return self.say("not_reached", year=str(LAST_OPENING)) if year is None else str(year)

    def signposts(self) -> Table:
        """Works with the traffic from which they pay."""
        rows = []
        for one in self.found.signposts:
            turns = one.ratio is not None
            rows.append(
                (
                    self.work(one.work),
                    self._traffic(one),
                    self.say(f"pays.{one.pays}"),
                    f"{one.ratio:.0%}" if turns else NO_VALUE,
                    NO_VALUE if one.per_day is None else figure(one.per_day),
                    *(self._year(year) if turns else NO_VALUE for year in one.reached.values()),
                    str(one.build_years),
                )
            )
        futures = next((tuple(one.reached) for one in self.found.signposts), ())
        columns = [self.say(f"column.{key}") for key in ("work", "traffic", "pays", "ratio", "per_day")]
        columns += [self.say("column.reached", future=say(f"appraisal.future.{id}", self.language)) for id in futures]
        columns.append(self.say("column.build"))
        return Table(
            self.say("signposts"), self.say("signposts_note", n=self.found.days), tuple(columns), tuple(rows), 3
        )

    def regrets_of_budgets(self) -> Iterator[Table]:
        """For each budget the regret of its last programmes."""
        for one in self.found.budgets:
            if one.over_futures is None or len(one.last) < 2:
                continue
            table, rows = one.over_futures.regrets, []
            unit = _unit_of(table, self.language)
            for id, of in table.regret.items():
                works = sorted(one.last[id].all_works)
                rows.append(
                    (
                        self.say("between").join(map(self.work, works)) or self.say("no_works"),
                        self.say("least_regret") if id in table.minimax else NO_VALUE,
                        *map(unit.figure, of.values()),
                        unit.figure(table.worst[id]),
                    )
                )
            title = self.say("regret_of", budget=self.budget(one.budget))
            yield Table(
                title,
                self.say("regret_of_note", n=self.found.days, unit=unit.name),
                self._regret_columns(table, "works"),
                tuple(rows),
                2,
            )

    def _regret_columns(self, table: Regrets, first: str) -> tuple[str, ...]:
        futures = (say(f"appraisal.future.{id}", self.language) for id in next(iter(table.regret.values())))
        return (self.say(f"column.{first}"), self.say("column.advice"), *futures, self.say("column.worst"))

    def frontier(self) -> Table:
        """Budgets with what they buy."""
        rows = []
        for one in self.found.budgets:
            amounts = [one.budget, one.built.capital, one.built.net]
            if not self.found.quick:
                futures = one.appraisal.futures if one.appraisal else {}
                amounts += [futures[id].npv.estimate if id in futures else 0.0 for id in self._futures()]
            rows.append((self.listed(one) or self.say("no_works"), amounts))
        return frontier_table(rows, () if self.found.quick else self._futures(), PRICE_YEAR, self.language)

    def _futures(self) -> tuple[DemandScenarioId, ...]:
        return next((tuple(one.appraisal.futures) for one in self.found.budgets if one.appraisal), ())

    def interactions(self) -> Table:
        """Pairs of works whose values do not add up."""
        pairs = (
            Pair(port.port, one.first, one.second, found.estimate, finite(found.low), finite(found.high))
            for port in self.found.ports
            for one in port.interactions()
            for found in [one.difference]
        )
        return pairs_table(pairs, self.work, self.names, self.language)

    def regret(self) -> Table | None:
        """Regret of each programme by future; None for a quick choice."""
        found = self.found.regrets
        if found is None:
            return None
        unit = _unit_of(found, self.language)
        rows = tuple(
            (
                self.say("no_works") if id == NOTHING_BUILT else self._budget_name(id),
                self.say("least_regret") if id in found.minimax else NO_VALUE,
                *map(unit.figure, of.values()),
                unit.figure(found.worst[id]),
            )
            for id, of in found.regret.items()
        )
        columns = self._regret_columns(found, "programme")
        return Table(self.say("regret"), self.say("regret_note", unit=unit.name), columns, rows, 2)

    def _budget_name(self, id: str) -> str:
        one = next(one for one in self.found.budgets if one.programme and one.programme.id == id)
        return self.say("budget_of", budget=self.budget(one.budget))

    def left_out(self) -> Table:
        """Proposals that were no candidates."""
        rows = tuple((one.id, self.say(f"why.{one.why}")) for one in self.found.left_out)
        columns = (self.say("column.proposal"), self.say("column.why"))
        return Table(self.say("left_out"), self.say("left_out_note"), columns, rows, 2)

    def tables(self) -> tuple[Table, ...]:
        """All tables with rows, in the order of the page."""
        made = (
            *(self.frontier(), self.signposts(), self.interactions(), self.regret()),
            *(*self.regrets_of_budgets(), self.left_out()),
        )
        return tuple(one for one in made if one and one.rows)


def _unit_of(found: Regrets, language: Language) -> money.Unit:
    return money.unit_of((value for of in found.regret.values() for value in of.values()), language)
