"""Report of a choice of programmes as one HTML file that works without a network."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from corridors.io.atomic_files import write_atomically
from sim.reports import appraisal_charts, chart_style, html_page, plan_frontier
from sim.reports.portfolio_tables import PortfolioTables


def write_portfolio(path: Path, tables: PortfolioTables) -> None:
    """Write the report to ``path`` (.html), complete or not at all."""
    write_atomically(path, _html(tables).encode())


def _html(tables: PortfolioTables) -> str:
    specs: dict[str, Any] = {}
    parts = [f"<h1>{escape(tables.title)}</h1>", *(f"<p>{escape(sentence)}</p>" for sentence in tables.answer())]
    frontier, *others = tables.tables()
    parts.append(html_page.section(frontier))
    for key, chart in (("frontier", frontier_chart(tables)), ("order", order_chart(tables))):
        if chart is not None:
            parts += [f"<h2>{escape(tables.say(f'{key}_chart'))}</h2>", chart_style.place(specs, key, chart)]
    parts += map(html_page.section, others)
    parts.append(f"<footer>{escape(html_page.produced_by(tables.language))}</footer>")
    return html_page.whole(tables.title, parts, specs, tables.language)


def frontier_chart(tables: PortfolioTables) -> Any:
    """Net benefit by budget; None for one budget."""
    return plan_frontier.frontier_chart([(one.budget, one.built.net) for one in tables.found.budgets], tables.language)


def order_chart(tables: PortfolioTables) -> Any:
    """Years of building and use of each work of the largest budget; None if nothing is built."""
    built = [one for one in tables.found.budgets if one.openings.years]
    if not built:
        return None
    opened = sorted(built[-1].openings.years.items(), key=lambda item: (item[1], item[0]))
    works = [(tables.work(id), len(tables.found.works[id].spend), opens) for id, opens in opened]
    return appraisal_charts.order_chart(works)
