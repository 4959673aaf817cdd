"""Years of saturation as finished texts, for a terminal and a page alike.

In: a :class:`~sim.studies.saturation.Horizons` and names. Out: tables of ports and sections, of what proposals move,
and the sentences that a reader in a hurry reads first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from corridors.overlay.demand_scenarios import FutureId
from corridors.overlay.proposals import Proposal
from sim.reports.comparison_tables import Table
from sim.studies.saturation import Horizons, Key, Move, Saturation
from sim.studies.saturation.years import PORT, SECTION
from sim.text.names import Names
from sim.text.saturation import say

TOLD_YEARS: Final = (2027, 2035)
"""Years of which the load is told, beside the base year: those of the policy document."""
LEAST_LOAD: Final = 0.5
"""Sections below it in every future are only counted."""
MOST_PROPOSALS: Final = 2
"""That are told in one sentence."""
ARROW: Final = "\u00a0→\u00a0"
FIRST: Final = "central"
"""The future that is told first, if it is asked for."""


class HorizonTables:
    """The tables of one answer in one language."""

    def __init__(self, found: Horizons, names: Names, proposals: Mapping[str, Proposal]) -> None:
        self.of, self.names, self.proposals = found, names, proposals
        self.main: FutureId = FIRST if FIRST in found.asked else found.asked[0]
        titles = {one.id: names.pick((one.title_en, one.title_zh)) for one in found.futures.futures}
        self.titles: dict[FutureId, str] = {future: titles.get(future, future) for future in found.asked}

    def lead(self) -> list[str]:
        """What grows, and what a load is."""
        between = "、" if self.names.language == "zh" else ", "
        last = self.of.last_year
        paths = ("；" if self.names.language == "zh" else "; ").join(
            f"{self.names.pick((path.title_en, path.title_zh))} "
            + between.join(f"{self.of.futures.factor(path, future, last):.2f}" for future in self.of.asked)
            for path in self.of.futures.paths
        )
        futures = between.join(self.titles.values())
        told = say(self.names, "lead", base=self.of.base_year, last=last, futures=futures, factors=paths)
        return [told, say(self.names, "how")]

    def who(self, row: Saturation) -> str:
        """What saturates: a class at a port in a direction, or a section."""
        if row.kind == SECTION:
            return self.names.thing(row.at)
        comma = "，" if self.names.language == "zh" else ", "
        mark = "‡" if row.closed else ""
        return f"{self.names.port(row.at)}{comma}{self.names.group(row.klass, row.direction)}{mark}"

    def year(self, year: int | None) -> str:
        """A year in words: 'by 2023' for the base year, 'after 2035' for none."""
        if year is None:
            return say(self.names, "after", year=self.of.last_year)
        return say(self.names, "already", year=year) if year == self.of.base_year else str(year)

    def _in(self, year: int | None) -> str:
        """The same in a sentence: 'in 2027'."""
        plain = year is not None and year != self.of.base_year
        return say(self.names, "in_year", year=year) if plain else self.year(year)

    def rows_of(self, kind: str) -> list[Saturation]:
        """The rows of the main future, what is full first comes first, then the greatest load."""
        rows = [row for row in self.of.rows if row.kind == kind and row.future == self.main]
        return sorted(rows, key=lambda row: (row.year or self.of.last_year + 1, -row.loads[self.of.last_year], row.key))

    def ports(self) -> Table:
        """Every port, direction and class."""
        return self._table("ports", "who", [self._row(row) for row in self.rows_of(PORT)])

    def sections(self) -> Table:
        """The sections that come near to their paths, and how many do not."""
        rows = self.rows_of(SECTION)
        near = [row for row in rows if self._most(row.key) >= LEAST_LOAD]
        left = len(rows) - len(near)
        rest = say(self.names, "sections_rest", last=self.of.last_year, n=left) if left else ""
        made = self._table("sections", "section", [self._row(row) for row in near])
        return Table(made.key, made.note, made.columns, made.rows, made.texts, rest)

    def moves(self) -> Table:
        """What each proposal moves, a line for each traffic that it moves in any future."""
        rows = []
        for proposal in dict.fromkeys(move.proposal for move in self.of.moves):
            own = [move for move in self.of.moves if move.proposal == proposal]
            for key in dict.fromkeys(move.before.key for move in own):
                by_future = {move.before.future: move for move in own if move.before.key == key}
                told = by_future.get(self.main) or next(iter(by_future.values()))
                cells = [self._moved(by_future.get(future), key, future) for future in self.of.asked]
                rows.append((self.title(proposal), self.who(told.before), self.names.thing(told.after.binds), *cells))
        columns = (say(self.names, "proposal"), say(self.names, "who"), say(self.names, "then_binds"))
        return Table("moves", say(self.names, "moves_note"), (*columns, *self.titles.values()), tuple(rows), 3)

    def moves_in_runs(self) -> Table:
        """The years in runs as things are and with each proposal that was run, where they differ."""
        rows = []
        for proposal in dict.fromkeys(proposal for proposal, _, _ in self.of.seen if proposal):
            for row in (*self.rows_of(PORT), *self.rows_of(SECTION)):
                pairs = [
                    (self.seen("", future, row.key), self.seen(proposal, future, row.key)) for future in self.of.asked
                ]
                if any(before != after for before, after in pairs):
                    cells = [ARROW.join(dict.fromkeys(pair)) for pair in pairs]
                    rows.append((self.title(proposal), self.who(row), *cells))
        columns = (say(self.names, "proposal"), say(self.names, "who"), *self.titles.values())
        return Table("moves_in_runs", say(self.names, "moves_in_runs_note"), columns, tuple(rows), 2)

    def runs_note(self, days: int) -> list[str]:
        """What a year in runs is; nothing where there are none."""
        found = [seen.replications for seen in self.of.seen.values()]
        return [say(self.names, "in_runs", n=max(found), days=days)] if found else []

    def sentences(self) -> list[str]:
        """One for everything that saturates in the main future, with the proposals that put it off longest."""
        rows = (*self.rows_of(PORT), *self.rows_of(SECTION))
        return [told for row in rows if (told := self._sentence(row))]

    def _sentence(self, row: Saturation) -> str:
        found = self.of.seen.get(("", row.future, row.key))
        seen = self.seen("", row.future, row.key) if found else ""
        values = {"who": self.who(row), "future": self.titles[row.future]}
        if row.year is None:
            in_runs = found is not None and found.median is not None
            return say(self.names, "only_in_runs", seen=seen, **values) if in_runs else ""
        last = self.of.last_year + 1
        moves = [move for move in self.of.moves if move.before == row and (move.after.year or last) > row.year]
        best = sorted(moves, key=lambda move: -(move.after.year or last))[:MOST_PROPOSALS]
        more = "".join(
            say(self.names, "with", proposal=self.title(move.proposal), year=self._in(move.after.year)) for move in best
        )
        values["seen"] = say(self.names, "seen", seen=seen) if seen else ""
        values["binds"] = say(self.names, "at", binds=self.names.thing(row.binds)) if row.kind == PORT else ""
        return say(self.names, "sentence", year=self._in(row.year), more=more, **values)

    def title(self, proposal: str) -> str:
        """What a proposal is called."""
        found = self.proposals.get(proposal)
        return self.names.pick((found.title_en, found.title_zh)) if found else proposal

    def seen(self, proposal: str, future: FutureId, key: Key) -> str:
        """The year in runs, with the earliest and the latest replication."""
        found = self.of.seen.get((proposal, future, key))
        if found is None:
            return "-"
        middle, ends = self.year(found.median), [self.year(year) for year in (found.earliest, found.latest)]
        return middle if ends[0] == ends[1] else f"{middle} ({' - '.join(ends)})"

    def _row(self, row: Saturation) -> tuple[str, ...]:
        years = [self.of.row(row.key, future) for future in self.of.asked]
        cells = [self.year(found.year) if found else "-" for found in years]
        if self.of.seen:
            cells += [self.seen("", future, row.key) for future in self.of.asked]
        binds = [] if row.kind == SECTION else [self.names.thing(row.binds)]
        return (self.who(row), *binds, *(f"{row.loads[year]:.2f}" for year in self._told_years()), *cells)

    def _moved(self, move: Move | None, key: Key, future: FutureId) -> str:
        """A year before and after; alike where the proposal does not move it in this future."""
        if move:
            return ARROW.join((self.year(move.before.year), self.year(move.after.year)))
        row = self.of.row(key, future)
        return self.year(row.year) if row else "-"

    def _most(self, key: Key) -> float:
        return max(max(row.loads.values()) for row in self.of.rows if row.key == key)

    def _told_years(self) -> list[int]:
        return [self.of.base_year, *(year for year in TOLD_YEARS if self.of.base_year < year <= self.of.last_year)]

    def _table(self, key: str, first: str, rows: Sequence[tuple[str, ...]]) -> Table:
        texts = [say(self.names, first), *([say(self.names, "binds")] if key == "ports" else [])]
        columns = [*texts, *(say(self.names, "load", year=year) for year in self._told_years())]
        for key_of_year in ("year", "year_in_runs") if self.of.seen else ("year",):
            columns += [say(self.names, key_of_year, future=title) for title in self.titles.values()]
        return Table(key, "", tuple(columns), tuple(rows), len(texts))
