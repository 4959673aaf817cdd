"""What each budget buys, as a table and a chart: of a choice from its runs and of one from a file alike.

Input: amounts of each budget, M USD. Output: the table, each column of money in the unit that fits it, and the chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.reports import appraisal_charts, money
from sim.reports.text_table import Table
from sim.text.catalogue import Language, say


def frontier_table(
    budgets: Sequence[tuple[str, Sequence[float | None]]], futures: Sequence[str], year: int, language: Language
) -> Table:
    """The table, of works with budget, capital, net benefit of a year, and net present values in some futures."""
    units = [money.unit_of(column, language) for column in zip(*(amounts for _, amounts in budgets), strict=True)]
    rows = tuple(
        (works, *(unit.figure(value) for unit, value in zip(units, amounts, strict=True))) for works, amounts in budgets
    )
    keys: list[tuple[str, dict[str, str]]] = [("budget", {}), ("capital", {}), ("net", {})]
    keys += [("npv", {"future": say(f"appraisal.future.{id}", language)}) for id in futures]
    columns = [
        say(f"portfolio.column.{key}", language, unit=unit.name, **values)
        for (key, values), unit in zip(keys, units, strict=True)
    ]
    note = say("portfolio.frontier_note", language, year=str(year))
    return Table(
        *(say("portfolio.frontier", language), note, (say("portfolio.column.works", language), *columns), rows, 1)
    )


def frontier_chart(budgets: Sequence[tuple[float, float]], language: Language, shown: float | None = None) -> Any:
    """Net benefit of a year by budget, with a mark on the budget that is shown; None for one budget."""
    if len(budgets) < 2:
        return None
    budget, net = (money.unit_of(amounts, language) for amounts in zip(*budgets, strict=True))
    points = [(budget.scale * one, net.scale * value) for one, value in budgets]
    return appraisal_charts.frontier_chart(
        points,
        say("portfolio.column.budget", language, unit=budget.name),
        say("portfolio.column.net", language, unit=net.name),
        None if shown is None else budget.scale * shown,
    )
