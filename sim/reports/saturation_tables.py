"""Tables and sentences of the years of saturation, for terminal and HTML report alike.

Input: :class:`~sim.studies.saturation.SaturationYears` and names. Output: tables of ports and sections and of the
effect of proposals, and the sentences of the summary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from corridors.overlay.demand_scenarios import DemandScenarioId
from corridors.overlay.proposals import Proposal
from corridors.translations import translated
from sim.reports.number_format import NO_VALUE
from sim.reports.text_table import Table
from sim.studies.saturation import Key, Saturation, SaturationYears, YearChange
from sim.studies.saturation.years import PORT, SECTION
from sim.text.catalogue import say
from sim.text.names import Names

LOAD_YEARS: Final = (2027, 2035)
"""Years with a column of loads, in addition to the base year and the last: those of the policy document."""
LEAST_LOAD: Final = 0.5
"""Sections below this load in all demand scenarios are only counted."""
MOST_PROPOSALS: Final = 2
"""Most proposals in one sentence."""
ARROW: Final = "\u00a0→\u00a0"
CLOSED_FLEET: Final = "‡"
FIRST: Final = "central"
"""The main demand scenario, if it is selected."""


class SaturationTables:
    """The tables of one study in one language."""

    def __init__(self, found: SaturationYears, names: Names, proposals: Mapping[str, Proposal]) -> None:
        self.of, self.names, self.proposals = found, names, proposals
        self.main: DemandScenarioId = FIRST if FIRST in found.selected else found.selected[0]
        titles = {one.id: translated(one, "title", names.language) for one in found.futures.futures}
        self.titles: dict[DemandScenarioId, str] = {future: titles.get(future, future) for future in found.selected}

    def lead(self) -> list[str]:
        """The growth of demand, and the definition of load."""
        last = self.of.last_year
        factors = self.say("separator").join(
            self.say("factors", title=translated(path, "title", self.names.language), factors=self._factors(path))
            for path in self.of.futures.paths
        )
        futures = tuple(self.titles.values())
        return [self.say("lead", base=self.of.base_year, last=last, futures=futures, factors=factors), self.say("how")]

    def _factors(self, path: Any) -> tuple[str, ...]:
        return tuple(f"{self.of.futures.factor(path, future, self.of.last_year):.2f}" for future in self.of.selected)

    def who(self, row: Saturation) -> str:
        """The name of a section, or of a class at a port in one direction."""
        if row.kind == SECTION:
            return self.names.thing(row.at)
        traffic = self.names.group(row.klass, row.direction, row.at)
        mark = CLOSED_FLEET if row.closed else ""
        return self.say("traffic_at_port", port=self.names.port(row.at), traffic=traffic) + mark

    def year(self, year: int | None) -> str:
        """A year in words: 'by 2023' for the base year, 'after 2035' for None."""
        if year is None:
            return self.say("after", year=self.of.last_year)
        return self.say("already", year=year) if year == self.of.base_year else str(year)

    def _in(self, year: int | None) -> str:
        """A year in a sentence: 'in 2027'."""
        plain = year is not None and year != self.of.base_year
        return self.say("in_year", year=year) if plain else self.year(year)

    def rows_of(self, kind: str) -> list[Saturation]:
        """The rows of the main demand scenario by year of saturation, then by load, largest first."""
        rows = [row for row in self.of.rows if row.kind == kind and row.future == self.main]
        return sorted(rows, key=lambda row: (row.year or self.of.last_year + 1, -row.loads[self.of.last_year], row.key))

    def ports(self) -> Table:
        """All ports, directions and classes."""
        return self._table("ports", "traffic", [self._row(row) for row in self.rows_of(PORT)])

    def sections(self) -> Table:
        """The sections with a load of at least one half, and the number of the others."""
        rows = self.rows_of(SECTION)
        near = [row for row in rows if self._most(row.key) >= LEAST_LOAD]
        left = len(rows) - len(near)
        rest = self.say("sections_rest", last=self.of.last_year, n=left) if left else ""
        return replace(self._table("sections", "section", [self._row(row) for row in near]), rest=rest)

    def moves(self) -> Table:
        """Changed years by proposal, one row per traffic that changes in any demand scenario."""
        rows = []
        for proposal in dict.fromkeys(change.proposal for change in self.of.changes):
            own = [change for change in self.of.changes if change.proposal == proposal]
            for key in dict.fromkeys(change.before.key for change in own):
                by_future = {change.before.future: change for change in own if change.before.key == key}
                main = by_future.get(self.main) or next(iter(by_future.values()))
                cells = [self._changed(by_future.get(future), key, future) for future in self.of.selected]
                rows.append((self.title(proposal), self.who(main.before), self.names.thing(main.after.binds), *cells))
        columns = (self.say("proposal"), self.say("traffic"), self.say("then_binds"), *self.titles.values())
        return Table(self.say("moves"), self.say("moves_note"), columns, tuple(rows), 3)

    def moves_in_runs(self) -> Table:
        """Years in runs without and with each simulated proposal, where they differ."""
        rows = []
        for proposal in dict.fromkeys(proposal for proposal, _, _ in self.of.in_runs if proposal):
            for row in (*self.rows_of(PORT), *self.rows_of(SECTION)):
                pairs = [
                    (self.year_in_runs("", future, row.key), self.year_in_runs(proposal, future, row.key))
                    for future in self.of.selected
                ]
                if any(before != after for before, after in pairs):
                    cells = [ARROW.join(dict.fromkeys(pair)) for pair in pairs]
                    rows.append((self.title(proposal), self.who(row), *cells))
        columns = (self.say("proposal"), self.say("traffic"), *self.titles.values())
        return Table(self.say("moves_in_runs"), self.say("moves_in_runs_note"), columns, tuple(rows), 2)

    def runs_note(self, days: int) -> list[str]:
        """The definition of a year in runs; empty without runs."""
        found = [year.replications for year in self.of.in_runs.values()]
        return [self.say("in_runs", n=max(found), days=days)] if found else []

    def sentences(self) -> list[str]:
        """One sentence per saturated row of the main demand scenario, with the most effective proposals."""
        rows = (*self.rows_of(PORT), *self.rows_of(SECTION))
        return [sentence for row in rows if (sentence := self._sentence(row))]

    def _sentence(self, row: Saturation) -> str:
        found = self.of.in_runs.get(("", row.future, row.key))
        in_runs = self.year_in_runs("", row.future, row.key) if found else ""
        values = {"traffic": self.who(row), "future": self.titles[row.future]}
        if row.year is None:
            saturated = found is not None and found.median is not None
            return self.say("only_in_runs", in_runs=in_runs, **values) if saturated else ""
        last = self.of.last_year + 1
        later = [one for one in self.of.changes if one.before == row and (one.after.year or last) > row.year]
        best = sorted(later, key=lambda change: -(change.after.year or last))[:MOST_PROPOSALS]
        proposals = "".join(
            self.say("and_with", proposal=self.title(change.proposal), year=self._in(change.after.year))
            for change in best
        )
        return self.say(
            "sentence",
            year=self._in(row.year),
            in_runs=self.say("and_in_runs", years=in_runs) if in_runs else "",
            binds=self.say("and_binds", binds=self.names.thing(row.binds)) if row.kind == PORT else "",
            proposals=proposals,
            **values,
        )

    def title(self, proposal: str) -> str:
        """The title of a proposal."""
        found = self.proposals.get(proposal)
        return translated(found, "title", self.names.language) if found else proposal

    def year_in_runs(self, proposal: str, future: DemandScenarioId, key: Key) -> str:
        """The median year in runs, with the earliest and the latest replication."""
        found = self.of.in_runs.get((proposal, future, key))
        if found is None:
            return NO_VALUE
        median, earliest, latest = (self.year(year) for year in (found.median, found.earliest, found.latest))
        if earliest == latest:
            return median
        return self.say("year_range", median=median, earliest=earliest, latest=latest)

    def say(self, key: str, **values: Any) -> str:
        """A message of the catalogue ``saturation``."""
        return say(f"saturation.{key}", self.names.language, **values)

    def _row(self, row: Saturation) -> tuple[str, ...]:
        years = [self.of.row(row.key, future) for future in self.of.selected]
        cells = [self.year(found.year) if found else NO_VALUE for found in years]
        if self.of.in_runs:
            cells += [self.year_in_runs("", future, row.key) for future in self.of.selected]
        binds = [] if row.kind == SECTION else [self.names.thing(row.binds)]
        return (self.who(row), *binds, *(f"{row.loads[year]:.2f}" for year in self._load_years()), *cells)

    def _changed(self, change: YearChange | None, key: Key, future: DemandScenarioId) -> str:
        """Years before and after; one year where the proposal does not change it in this demand scenario."""
        if change:
            return ARROW.join((self.year(change.before.year), self.year(change.after.year)))
        row = self.of.row(key, future)
        return self.year(row.year) if row else NO_VALUE

    def _most(self, key: Key) -> float:
        return max(max(row.loads.values()) for row in self.of.rows if row.key == key)

    def _load_years(self) -> list[int]:
        base, last = self.of.base_year, self.of.last_year
        return sorted({base, *(year for year in LOAD_YEARS if base < year < last), last})

    def _table(self, key: str, first: str, rows: Sequence[tuple[str, ...]]) -> Table:
        texts = [self.say(first), *([self.say("binds")] if key == "ports" else [])]
        columns = [*texts, *(self.say("load", year=year) for year in self._load_years())]
        for key_of_year in ("year", "year_in_runs") if self.of.in_runs else ("year",):
            columns += [self.say(key_of_year, future=title) for title in self.titles.values()]
        return Table(self.say(key), "", tuple(columns), tuple(rows), len(texts))
