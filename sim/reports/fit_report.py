"""Report of a fit as one HTML file that works without a network and without Bridgehead."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.io.atomic_files import write_atomically
from sim.reports import fit_tables, html_page
from sim.text.catalogue import Language

if TYPE_CHECKING:
    from corridors.records.visits import Visits
    from sim.studies.fitting.fitting import Fit
    from sim.studies.fitting.replaying import Checked


def write_fit(
    path: Path, title: str, made: Fit, visits: Visits, checked: Sequence[Checked], weeks: int, language: Language
) -> None:
    """Write the report to ``path`` (.html), complete or not at all."""
    heading = fit_tables.say("title", language, title=title)
    counts = fit_tables.say(
        "counts",
        language,
        records=visits.records,
        visits=len(visits.frame),
        days=visits.days,
        missing=len(visits.missing_days),
    )
    tables = [fit_tables.numbers(made, language), fit_tables.refused(made, language)]
    tables += [fit_tables.check(checked, language)] if checked else []
    tables.append(fit_tables.cleaning(visits.ledger.counts(), language))
    parts = [
        f"<h1>{escape(heading)}</h1>",
        f'<p class="lead">{escape(fit_tables.verdict(checked, weeks, language))}</p>',
        f'<p class="lead">{escape(counts)}</p>',
    ]
    for table in tables:
        parts += [f"<h2>{escape(table.title)}</h2>", f'<p class="note">{escape(table.note)}</p>']
        parts.append(html_page.table(table.columns, table.rows, texts=table.texts, unbroken=0))
    parts.append(f"<footer>{escape(html_page.produced_by(language))}</footer>")
    write_atomically(path, html_page.whole(heading, parts, {}, language).encode("utf-8"))
