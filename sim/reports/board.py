"""The board of a comparison: scenarios by chosen figures, each cell with its interval as a bar and as text.

Input: the tables of a comparison, a traffic and figures. Output: HTML with one scale for each column, and CSV. The
baseline is the first row, whatever the order of the others.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from sim.core.kpi_declarations import KPIS, higher_is_better
from sim.reports.comparison_charts import COLOURS
from sim.reports.comparison_names import traffic_name
from sim.reports.comparison_tables import ComparisonTables
from sim.reports.effect_texts import change, interval, verdict
from sim.reports.number_format import NO_VALUE, figure
from sim.studies.compare import ALL, Effect, Traffic
from sim.studies.compare.figures import DELIVERED
from sim.text.catalogue import say

USUAL: Final = ("vehicles_per_day", "dwell_h_mean", "wait_h_mean")
"""Figures of the traffic that are shown at first, beside the cargo of all ports."""
WIDTH, TICK = 130, 3
"""Of a bar and its margin, in pixels."""
CSS: Final = f"""
.board td {{ white-space: nowrap; min-width: 150px; }}
.board th.text {{ text-align: left; white-space: normal; min-width: 12em; color: inherit; font-weight: 500; }}
.table.board td, .table.board tbody th {{ vertical-align: top; }}
.table.board tbody th {{ border-bottom-color: var(--line); }}
.board tr.pinned > * {{ background: var(--tint); font-weight: 600; }}
.board .bar {{ position: relative; display: block; width: {WIDTH}px; height: 14px; margin: 2px 0 1px auto; }}
.board .bar i {{ position: absolute; display: block; }}
.board .zero {{ width: 1px; top: 0; bottom: 0; background: #888; }}
.board .span {{ top: 4px; height: 6px; opacity: 0.45; }}
.board .value {{ width: 2px; top: 1px; bottom: 1px; }}
"""
CARGO: Final = Traffic(ALL, ALL)


@dataclass(frozen=True)
class Board:
    """What a board shows."""

    tables: ComparisonTables
    traffic: Traffic | None
    """The traffic of all rows; None: of each scenario that which it is to improve."""
    figures: tuple[str, ...]

    @property
    def columns(self) -> list[tuple[Traffic | None, str]]:
        """Traffic and figure of each column: first the cargo of all ports, then the chosen figures."""
        own = [(self.traffic, kpi) for kpi in self.figures]
        return [(CARGO, DELIVERED), *(one for one in own if one != (CARGO, DELIVERED))]

    def cell(self, scenario: str, column: tuple[Traffic | None, str]) -> Effect | None:
        """The effect in a cell; None where the scenario or the baseline has no such figure."""
        traffic = column[0] or self.tables.of.main_target(scenario)
        return self.tables.of.effect(scenario, traffic.port, traffic.klass, column[1]) if traffic else None

    def order(self, by: int | None) -> list[str]:
        """The scenarios: those with the most extra cargo first, or those best in a column; without a value last."""
        if by is None:
            return list(self.tables.order)
        column = self.columns[by]

        def place(scenario: str) -> tuple[bool, float]:
            found = self.cell(scenario, column)
            if found is None or not math.isfinite(found.difference):
                return True, 0.0
            return False, -found.difference if higher_is_better(column[1]) else found.difference

        return sorted(self.tables.order, key=place)


def traffic_choices(tables: ComparisonTables) -> list[Traffic]:
    """The traffic that a comparison has figures of, the port and class of several ports first."""
    return list(dict.fromkeys(Traffic(one.port, one.klass) for one in tables.of.effects))


def usual_traffic(tables: ComparisonTables) -> Traffic | None:
    """What all scenarios are for; None where they are for different traffic, so that each row has its own."""
    targets = {found for id in tables.order if (found := tables.of.main_target(id))}
    return next(iter(targets)) if len(targets) == 1 else None


def figure_choices(tables: ComparisonTables, traffic: Traffic | None) -> list[str]:
    """The figures that effects of a traffic have, or of any for None."""
    found = {
        one.kpi
        for one in tables.of.effects
        if traffic is None or (one.port, one.klass) == (traffic.port, traffic.klass)
    }
    return [kpi for kpi in KPIS if kpi in found]


def column_title(board: Board, column: tuple[Traffic | None, str]) -> tuple[str, str]:
    """Figure with its unit, and its traffic."""
    names, (traffic, kpi) = board.tables.names, column
    title = names.with_unit(names.figure(kpi), KPIS[kpi].unit)
    return title, traffic_name(names, traffic.port, traffic.klass) if traffic else say(
        "comparison.own_target", names.language
    )


def board_html(board: Board, order: Sequence[str]) -> str:
    """The board as an HTML table; texts from data are escaped."""
    tables, language = board.tables, board.tables.names.language
    scales = [_scale(board, column, order) for column in board.columns]
    head = f'<th class="name" scope="col">{escape(say("comparison.scenario", language))}</th>'
    for column in board.columns:
        title, traffic = column_title(board, column)
        head += f'<th scope="col">{escape(title)}<small>{escape(traffic)}</small></th>'
    rows = [_base_row(board, order)]
    for scenario in order:
        target = tables.of.main_target(scenario)
        under = traffic_name(tables.names, target.port, target.klass) if target and board.traffic is None else ""
        cells = f'<th class="text" scope="row">{escape(tables.title(scenario))}<small>{escape(under)}</small></th>'
        for column, scale in zip(board.columns, scales, strict=True):
            found = board.cell(scenario, column)
            cells += f"<td>{_bar(board, found, scale) if found else NO_VALUE}</td>"
        rows.append(f"<tr>{cells}</tr>")
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class="table board" tabindex="0"><table>{body}</table></div>'


def board_csv(board: Board, order: Sequence[str]) -> bytes:
    """The board as CSV that Excel opens in any language, one row for each cell."""
    tables, language = board.tables, board.tables.names.language
    file = io.StringIO()
    out = csv.writer(file, lineterminator="\n")
    keys = ("scenario", "traffic", "figure", "before", "change", "low", "high", "verdict")
    out.writerow([say(f"comparison.{key}", language) for key in keys])
    for scenario in order:
        for column in board.columns:
            if found := board.cell(scenario, column):
                title, _ = column_title(board, column)
                of = found.paired.difference
                ends = [one if math.isfinite(one) else "" for one in (of.low, of.high)]
                traffic = traffic_name(tables.names, found.port, found.klass)
                values = [found.paired.mean_baseline, of.estimate, *ends]
                out.writerow([_safe(tables.title(scenario)), traffic, title, *values, verdict(found, language)])
    return file.getvalue().encode("utf-8-sig")


def _safe(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _base_row(board: Board, order: Sequence[str]) -> str:
    """The baseline, pinned above the others: its means, where all rows have the same."""
    language = board.tables.names.language
    cells = f'<th class="text" scope="row">{escape(board.tables.title(board.tables.of.results.baseline))}</th>'
    for column in board.columns:
        values = {found.paired.mean_baseline for id in order if (found := board.cell(id, column))}
        own = say("comparison.base_of_each", language) if len(values) > 1 else NO_VALUE
        cells += f"<td>{figure(values.pop()) if len(values) == 1 else escape(own)}</td>"
    return f'<tr class="pinned">{cells}</tr>'


def _scale(board: Board, column: tuple[Traffic | None, str], order: Sequence[str]) -> tuple[float, float]:
    """The ends of the axis of a column, which has 0."""
    ends = [0.0]
    for id in order:
        if found := board.cell(id, column):
            of = found.paired.difference
            ends += [one for one in (of.low, of.high, of.estimate) if math.isfinite(one)]
    return min(ends), max(ends)


def _bar(board: Board, found: Effect, scale: tuple[float, float]) -> str:
    """The interval as a bar on the scale of its column with a line at 0, and as text."""
    language, of = board.tables.names.language, found.paired.difference
    low, high = scale
    span = (high - low) or 1.0

    def x(value: float) -> float:
        return round(TICK + (WIDTH - 2 * TICK) * (value - low) / span, 1)

    colour = COLOURS[found.outcome]
    text = board.tables.names.bracketed(change(found), interval(found, language))
    parts = [f'<i class="zero" style="left:{x(0)}px"></i>']
    if math.isfinite(of.low) and math.isfinite(of.high):
        wide = max(1.0, x(of.high) - x(of.low))
        parts.append(f'<i class="span" style="left:{x(of.low)}px;width:{wide:.1f}px;background:{colour}"></i>')
    parts.append(f'<i class="value" style="left:{x(of.estimate) - 1:.1f}px;background:{colour}"></i>')
    # Elements and no SVG, which a page takes out of HTML that may come from data.
    picture = f'<span class="bar" role="img" aria-label="{escape(text)}">{"".join(parts)}</span>'
    return f"{picture}{escape(text)}<small>{escape(verdict(found, language))}</small>"
