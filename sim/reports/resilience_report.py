"""Report of a study of resilience, and a playbook page for each port: HTML files that work without a network."""

from __future__ import annotations

import csv
import io
from html import escape
from pathlib import Path
from typing import Any

from corridors.io.atomic_files import atomic_file, write_atomically
from sim.reports import chart_style, html_page
from sim.reports.chart_style import chart_of
from sim.reports.resilience_tables import ResilienceTables


def write_resilience(path: Path, tables: ResilienceTables) -> None:
    """Write the report to ``path`` (.html), complete or not at all."""
    write_atomically(path, _html(tables).encode())


def write_episodes(path: Path, tables: ResilienceTables) -> None:
    """Write all disturbances to ``path`` (.csv): ids, tonnes, days."""
    parts = ("late_t", "lost_t", "open_t", "triangle_t_days", "days_to_recover")
    keys = ("what", "capacity_left", "days", "month", "measure", "not_recovered")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["port", *keys, *(f"{part}{end}" for part in parts for end in ("", "_low", "_high"))])
    for one in tables.found.episodes():
        row: dict[str, Any] = one.as_json()
        ends = [(row[part] or {}).get(end) for part in parts for end in ("value", "low", "high")]
        writer.writerow([one.shut.port, *(row[key] for key in keys), *ends])
    with atomic_file(path) as file:
        file.write(text.getvalue().encode("utf-8"))


def _html(tables: ResilienceTables) -> str:
    specs: dict[str, Any] = {}
    answer = tables.answer()
    parts = [f"<h1>{escape(tables.title)}</h1>", *(f"<p>{escape(text)}</p>" for text in answer[:1])]
    parts.append(html_page.bullets(answer[1:]))
    chart = late_chart(tables)
    if chart is not None:
        parts += [f"<h2>{escape(tables.say('late_chart'))}</h2>", chart_style.place(specs, "late", chart)]
    parts += map(html_page.section, tables.tables())
    parts.append(f"<footer>{escape(html_page.produced_by(tables.language))}</footer>")
    return html_page.whole(tables.title, parts, specs, tables.language)


def late_chart(tables: ResilienceTables) -> Any:
    """Tonnes late or lost by port and days of a full closure, worst month; None for one length."""
    import altair as alt

    scale = tables.scale()
    worst: dict[tuple[str, int], float] = {}
    for one in tables.found.episodes():
        if one.shut.main and not one.shut.share and not one.measure and one.shut.port in {p.port for p in tables.of}:
            key = tables.names.port(one.shut.port), one.shut.days
            worst[key] = max(worst.get(key, 0.0), scale * one.delivered.most.estimate if one.delivered else 0.0)
    rows = [{"port": port, "days": days, "t": tonnes} for (port, days), tonnes in worst.items()]
    if len({row["days"] for row in rows}) < 2:
        return None
    base = chart_of(rows).encode(x=alt.X("days:O", title=tables.say("column.days")), y=alt.Y("port:N", title=None))
    cells = base.mark_rect().encode(
        color=alt.Color("t:Q", title=tables.say("column.missing"), scale=alt.Scale(scheme="blues", zero=True))
    )
    return (cells + base.mark_text().encode(text=alt.Text("t:Q", format=",.0f"))).properties(width=420)
