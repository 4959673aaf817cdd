"""Report of a fit as one HTML file that works without a network and without Bridgehead."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.io.atomic_files import write_atomically
from sim.reports import fit_tables, html_page
from sim.reports.fit_names import FitNames

if TYPE_CHECKING:
    from corridors.records.mapping import RecordMap
    from corridors.records.visits import Visits
    from sim.studies.fitting.fitting import Fit
    from sim.studies.fitting.replaying import Checked


def write_fit(
    path: Path,
    title: str,
    made: Fit,
    visits: Visits,
    checked: Sequence[Checked],
    weeks: int,
    named: FitNames,
    mapped: tuple[RecordMap, Sequence[str]],
) -> None:
    """Write the report to ``path`` (.html), complete or not at all.

    ``mapped``: the map, and the columns of the logs that it does not use.
    """
    heading = named.say("title", title=title)
    counts = named.say(
        "counts",
        records=visits.records,
        visits=len(visits.frame),
        days=visits.days,
        missing=len(visits.missing_days),
    )
    tables = [fit_tables.numbers(made, named), fit_tables.refused(made, named)]
    tables += [fit_tables.check(checked, named)] if checked else []
    tables.append(fit_tables.cleaning(visits.ledger.counts(), named.language))
    parts = [
        f"<h1>{escape(heading)}</h1>",
        f'<p class="lead">{escape(fit_tables.verdict(checked, weeks, named))}</p>',
        f'<p class="lead">{escape(counts)}</p>',
    ]
    parts += [f'<p class="lead">{escape(line)}</p>' for line in fit_tables.left_out(*mapped, named)]
    for table in tables:
        parts += [f"<h2>{escape(table.title)}</h2>", f'<p class="note">{escape(table.note)}</p>']
        parts.append(html_page.table(table.columns, table.rows, texts=table.texts, unbroken=0))
    parts.append(f"<footer>{escape(html_page.produced_by(named.language))}</footer>")
    write_atomically(path, html_page.whole(heading, parts, {}, named.language).encode("utf-8"))
