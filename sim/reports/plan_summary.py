"""Sentences and the table of budgets of a stored choice of programmes, for the web page, terminal and report alike.

Input: a :class:`~sim.studies.portfolio.stored.StoredPlan` and a corridor, for the names of facilities. Output: what
each budget buys. The sentences that need the runs are in :mod:`.portfolio_tables`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from corridors.io.atomic_files import write_atomically
from corridors.model import Corridor
from sim.reports import appraisal_charts, chart_style, html_page, money
from sim.reports.lever_titles import lever_title
from sim.reports.plan_cautions import plan_cautions, ratios_of
from sim.reports.plan_frontier import frontier_chart, frontier_table
from sim.reports.plan_pairs import Pair, pairs_table
from sim.reports.ratio_warning import ratio_warning
from sim.reports.text_table import Table
from sim.studies.appraisal import is_large
from sim.studies.portfolio.document import PRICE_YEAR
from sim.studies.portfolio.stored import StoredBudget, StoredPlan
from sim.text.catalogue import Language, say
from sim.text.names import Names


class PlanSummary:
    """A stored choice in one language."""

    def __init__(self, plan: StoredPlan, corridor: Corridor, language: Language, of_file: bool = False) -> None:
        """``of_file``: it comes from a file that anybody may have made, so its figures are not checked here."""
        self.plan, self.corridor, self.language, self.of_file = plan, corridor, language, of_file
        self.names = Names.of(corridor, language)
        self.title = self.say("title")
        self.budgets = sorted(plan.budgets, key=lambda one: one.budget_musd)

    def say(self, key: str, **values: Any) -> str:
        """A message of the catalogue ``portfolio``."""
        return say(f"portfolio.{key}", self.language, **values)

    def amount(self, value: float) -> str:
        """An amount of money with its unit, in a sentence."""
        return money.amount(value, self.language)

    def work(self, id: str) -> str:
        """The title of a work; of a lever, the servers that it adds and the facility."""
        if lever := lever_title(id, self.corridor, self.names, self.language):
            return lever
        known = self.plan.works.get(id)
        return (getattr(known, f"title_{self.language}", "") or known.title_en or id) if known else id

    def unnamed(self) -> bool:
        """Whether a work that opens has no title here, and is shown by its id."""
        return any(self.work(id) == id for one in self.budgets for id in one.opens)

    def listed(self, one: StoredBudget) -> str:
        """The works of a budget with their opening years, by year."""
        return self.say("between").join(
            self.say("opened", work=self.work(id), year=str(year)) for id, year in self._opened(one)
        )

    def sentence(self, one: StoredBudget) -> str:
        """What a budget buys and what it is worth."""
        budget = money.amount(one.budget_musd, self.language, exact=True)
        if not one.opens:
            return self.say("nothing_opens" if one.is_selected else "nothing", budget=budget)
        net = self.amount(one.net_musd_a_year)
        return self.say("stored_answer", budget=budget, works=self.listed(one), net=net, worth=self._worth(one))

    def notes(self) -> list[str]:
        """How the choice was made, and what is not checked."""
        found = [self.say("stored_sets", n=self.plan.sets_valued)]
        plan = self.plan
        if plan.rate is not None and plan.measured_days is not None:
            found += plan_cautions(self.language, quick=plan.quick, days=plan.measured_days, rate=plan.rate)
        elif plan.quick:  # A file of an earlier version.
            found.append(self.say("stored_quick"))
        if self.of_file:
            found.append(self.say("stored_of_file"))
        return found

    def warnings(self, budgets: Iterable[StoredBudget]) -> list[str]:
        """The warnings of some budgets: one about all their large ratios."""
        found = ratio_warning((ratio for one in budgets for ratio in self._ratios(one)), self.language)
        return [found] if found else []

    def _ratios(self, one: StoredBudget) -> Iterator[tuple[str, float | None]]:
        if one.opens:
            yield from ratios_of(one.budget_musd, one.ratio, one.ratios or {}, self.language)
        is_known = one.ratios is not None or (one.ratio is not None and is_large(one.ratio))
        if one.warnings and not is_known:  # A file of an earlier version has only the word.
            yield money.amount(one.budget_musd, self.language, exact=True), None

    def answer(self) -> list[str]:
        """What to build with each budget, with warnings and notes."""
        return [*map(self.sentence, self.budgets), *self.warnings(self.budgets), *self.notes()]

    def tables(self) -> tuple[Table, ...]:
        """What each budget buys, and the works that do not add up."""
        return tuple(one for one in (self.frontier(), self.interactions()) if one.rows)

    def interactions(self) -> Table:
        """Pairs of works whose values do not add up."""
        pairs = (
            Pair(id, one.first, one.second, one.value, one.low, one.high)
            for id, port in self.plan.ports.items()
            for one in port.interactions
        )
        return pairs_table(pairs, self.work, self.names, self.language)

    def frontier(self) -> Table:
        """What each budget buys."""
        futures = next((tuple(one.npv) for one in self.budgets if one.npv), ())
        rows: list[tuple[str, list[float | None]]] = []
        for one in self.budgets:
            known = one.npv or {}
            npvs = (known[id].value if id in known else None for id in futures)
            amounts = [one.budget_musd, one.capital_musd, one.net_musd_a_year, *npvs]
            rows.append((self.listed(one) or self.say("no_works"), amounts))
        # A file of an earlier version does not say of which year its prices are; there was no other then.
        return frontier_table(rows, futures, self.plan.price_year or PRICE_YEAR, self.language)

    def frontier_chart(self, shown: float | None = None) -> Any:
        """Net benefit by budget; None for one budget."""
        points = [(one.budget_musd, one.net_musd_a_year) for one in self.budgets]
        return frontier_chart(points, self.language, shown)

    def order_chart(self, one: StoredBudget) -> Any:
        """Years of building and use of each work of a budget; None if nothing opens."""
        works = self.plan.works
        spans = [(self.work(id), works[id].build_years if id in works else 1, year) for id, year in self._opened(one)]
        return appraisal_charts.order_chart(spans) if spans else None

    def _opened(self, one: StoredBudget) -> list[tuple[str, int]]:
        return sorted(one.opens.items(), key=lambda item: (item[1], item[0]))

    def _worth(self, one: StoredBudget) -> str:
        """The part of the sentence on net present values, with the share of assumed prices."""
        if one.assumed_share is None:  # A file of an earlier version.
            return ""
        share = f"{one.assumed_share:.0%}"
        if not one.npv:
            return self.say("stored_rests", share=share)
        values = tuple(
            self.say("of_future", future=say(f"appraisal.future.{id}", self.language), npv=self.amount(of.value))
            for id, of in one.npv.items()
        )
        return self.say("stored_worth", npvs=values, share=share)


def write_plan_summary(path: Path, made: PlanSummary) -> None:
    """Write the report of a stored choice to ``path`` (.html), complete or not at all."""
    specs: dict[str, Any] = {}
    parts = [f"<h1>{escape(made.title)}</h1>", *(f"<p>{escape(sentence)}</p>" for sentence in made.answer())]
    parts += map(html_page.section, made.tables())
    built = [one for one in made.budgets if one.opens]
    charts = ("frontier", made.frontier_chart()), ("order", made.order_chart(built[-1]) if built else None)
    for key, chart in charts:
        if chart is not None:
            parts += [f"<h2>{escape(made.say(f'{key}_chart'))}</h2>", chart_style.place(specs, key, chart)]
    parts.append(f"<footer>{escape(html_page.produced_by(made.language))}</footer>")
    write_atomically(path, html_page.whole(made.title, parts, specs, made.language).encode())
