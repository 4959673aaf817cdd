"""A comparison as one HTML file that opens anywhere, without a network and without Bridgehead.

In: a Comparison, the corridor for names. Out: a page in English or Chinese that tells what must be known first, the
effects with their intervals, the bottleneck before and after, what one more costs, the ranking, and where all of it
comes from: settings, seed, versions and fingerprints.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from corridors.model import Corridor
from sim.core.atomic_files import atomic_file
from sim.reports import comparison_charts, html_page, run_charts
from sim.reports.comparison_tables import Table, Tables
from sim.studies.compare import Comparison
from sim.studies.compare.ranking import RANKED
from sim.text.comparison import say
from sim.text.names import Language, Names

Charts = dict[str, Any]


def write_comparison(path: Path, comparison: Comparison, corridor: Corridor, language: Language = "en") -> None:
    """Write the report of a comparison to ``path`` (.html), complete or not at all."""
    text = _Page(comparison, corridor, comparison.results.names(corridor, language)).html()
    with atomic_file(path) as file:
        file.write(text.encode("utf-8"))


def parts_of_comparison(comparison: Comparison, corridor: Corridor, language: Language) -> tuple[list[str], Charts]:
    """The same for a page that tells more than this: pieces of HTML, and charts by the id of their element."""
    made = _Page(comparison, corridor, comparison.results.names(corridor, language))
    return made.parts(), made.specs


class _Page:
    """The page in the making, and the charts by the id of the element that shows them."""

    def __init__(self, comparison: Comparison, corridor: Corridor, names: Names) -> None:
        self.of, self.names = comparison, names
        self.tables = Tables(comparison, corridor, names)
        self.specs: Charts = {}

    def html(self) -> str:
        """The whole page."""
        made = html_page.produced_by(self.names.language)
        parts = [*self.parts(), f"<footer>{escape(made)}</footer>"]
        return html_page.whole(self._title(), parts, self.specs, self.names.language)

    def parts(self) -> list[str]:
        """Everything but the foot of the page."""
        tables = self.tables
        return [
            f"<h1>{escape(self._title())}</h1>",
            f'<p class="lead">{escape(tables.heading())}</p>',
            f"<p>{escape(self._say('how', margin=100 * self.of.margin))}</p>",
            self._cautions(),
            self._section(tables.cargo(), self._chart("cargo", comparison_charts.cargo_forest(tables))),
            self._section(tables.meant(), self._effects()),
            self._note(tables.pairing()),
            self._section(tables.bottleneck()),
            self._section(tables.lines()),
            self._some(tables.journeys()),
            self._some(tables.recovery()),
            self._section(tables.costs(), self._chart("pareto", comparison_charts.pareto_chart(tables))),
            self._ranking(),
            self._all(),
            self._settings(),
        ]

    def _title(self) -> str:
        return self._say("title", experiment=self.tables.experiment())

    def _say(self, key: str, **values: Any) -> str:
        return say(self.names, key, **values)

    def _chart(self, key: str, chart: Any) -> str:
        if chart is None:
            return ""
        self.specs[key] = run_charts.styled(chart).to_dict()
        return html_page.chart_place(key)

    def _cautions(self) -> str:
        told = [self.names.pick((caution.en, caution.zh)) for caution in self.of.cautions]
        if not told:
            return ""
        return f'<div class="warn"><b>{escape(self._say("read_first"))}</b>{html_page.bullets(told)}</div>'

    def _effects(self) -> str:
        chart = self._chart("dwell", comparison_charts.dwell_forest(self.tables))
        if not chart:
            return ""
        return f"<h3>{escape(self._say('effects'))}</h3>{self._note(self._say('effects_note'))}{chart}"

    def _section(self, table: Table, chart: str = "") -> str:
        parts = [f"<h2>{escape(self._say(table.key))}</h2>", self._note(table.note), chart]
        if table.rows:
            parts.append(
                html_page.table(table.columns, table.rows, texts=table.texts, unbroken=0, grouped=table.grouped)
            )
        if table.rest:
            parts.append(self._note(table.rest))
        return "\n".join(parts)

    def _some(self, table: Table) -> str:
        return self._section(table) if table.rows else ""

    def _ranking(self) -> str:
        parts = [f"<h2>{escape(self._say('ranking'))}</h2>", self._note(self._say("ranking_note"))]
        for kpi in RANKED:
            chart = self._chart(f"ranking-{kpi}", comparison_charts.ranking_chart(self.tables, kpi))
            if chart:
                parts.append(f"<h3>{escape(self.names.figure(kpi))}</h3>{chart}")
        return "\n".join(parts)

    def _all(self) -> str:
        table = self.tables.shown()
        summary = self._say("show_rows", n=len(table.rows), all=len(self.of.rows))
        inside = html_page.table(table.columns, table.rows, texts=table.texts, unbroken=0, grouped=table.grouped)
        return f"<h2>{escape(self._say(table.key))}</h2><details><summary>{escape(summary)}</summary>{inside}</details>"

    def _settings(self) -> str:
        results = self.of.results
        manifest, settings = results.manifest, results.scenarios[results.baseline]
        experiment = results.experiment
        given = {
            "experiment": experiment.id,
            "start": settings["start"],
            "days": results.days,
            "warmup_days": results.warmup_days,
            "seed": experiment.seed,
            "replications": results.expected,
            "version": manifest["version"],
            "data_fingerprint": manifest["data_fingerprint"],
            "code_fingerprint": manifest["code_fingerprint"],
        }
        pairs = [(html_page.meta_label(key, self.names.language), str(value)) for key, value in given.items()]
        return f"<h2>{escape(self._say('settings'))}</h2>{html_page.pairs_list(pairs)}"

    @staticmethod
    def _note(text: str) -> str:
        return f'<p class="note">{escape(text)}</p>'
