"""Report of a comparison as one HTML file that works without a network and without Bridgehead.

Input: a ScenarioComparison, and the corridor for names. Output: a page in one language with the warnings, the effects
and their confidence intervals, bottlenecks, costs, ranking, and the settings, seed, versions and fingerprints.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from corridors.io.atomic_files import write_atomically
from corridors.model import Corridor
from sim.reports import chart_style, comparison_charts, html_page
from sim.reports.answer_page import answer_parts
from sim.reports.answer_texts import AnswerTexts
from sim.reports.comparison_names import names_of, warning_texts
from sim.reports.comparison_tables import ComparisonTables
from sim.reports.interactions import interaction_matrix, interaction_table
from sim.reports.recovery_tables import loss_table, recovery_chart, recovery_sentences, recovery_table
from sim.reports.text_table import Table
from sim.studies.answer import Answer, answers
from sim.studies.compare import ScenarioComparison
from sim.studies.compare.ranking import RANKED
from sim.text.catalogue import Language
from sim.text.names import Names

Charts = dict[str, Any]
MOST_COURSES = 4
"""Most traffic classes whose days are shown after closures."""
COURSES = ("queue", "flow")


def write_comparison(
    path: Path,
    comparison: ScenarioComparison,
    corridor: Corridor,
    language: Language = "en",
    answers: Sequence[Answer] = (),
) -> None:
    """Write the report of a comparison to ``path`` (.html), complete or not at all; it opens with the answers."""
    text = _Page(comparison, corridor, names_of(comparison.results, corridor, language), answers).html()
    write_atomically(path, text.encode())


def parts_of_comparison(
    comparison: ScenarioComparison, corridor: Corridor, language: Language
) -> tuple[list[str], Charts]:
    """The report as a part of a larger page: pieces of HTML, and charts by the id of their element."""
    found = answers(comparison, corridor)
    made = _Page(comparison, corridor, names_of(comparison.results, corridor, language), found)
    return made.parts(), made.specs


class _Page:
    """The parts of the page, and the charts by the id of their element."""

    def __init__(
        self, comparison: ScenarioComparison, corridor: Corridor, names: Names, found: Sequence[Answer]
    ) -> None:
        self.of, self.names, self.found = comparison, names, found
        self.texts = AnswerTexts(comparison, corridor, names.language)
        self.tables = ComparisonTables(comparison, corridor, names)
        self.specs: Charts = {}

    def html(self) -> str:
        """The whole page."""
        made = html_page.produced_by(self.names.language)
        parts = [*self.parts(), f"<footer>{escape(made)}</footer>"]
        return html_page.whole(self._title(), parts, self.specs, self.names.language)

    def parts(self) -> list[str]:
        """All parts except the footer."""
        tables = self.tables
        return [
            f"<h1>{escape(self._title())}</h1>",
            f'<p class="lead">{escape(tables.heading())}</p>',
            *(f"<p><strong>{escape(text)}</strong></p>" for text in [self.texts.joined(self.texts.asked())] if text),
            *answer_parts(self.texts, self.found),
            f"<p>{escape(tables.how())}</p>",
            self._warnings(),
            self._if_rows(tables.asked()),
            self._section(tables.cargo(), self._chart("cargo", comparison_charts.cargo_forest(tables))),
            self._if_rows(tables.yards()),
            self._section(tables.target(), self._effects()),
            self._note(tables.pairing()),
            self._section(tables.bottleneck()),
            self._section(tables.sections()),
            self._if_rows(tables.journeys()),
            self._recovery(),
            self._interactions(),
            self._costs(),
            self._ranking(),
            self._all(),
            self._settings(),
        ]

    def _chart(self, key: str, chart: Any) -> str:
        return chart_style.place(self.specs, key, chart)

    def _title(self) -> str:
        return self.tables.say("title", experiment=self.tables.experiment())

    def _warnings(self) -> str:
        texts = warning_texts(self.of, self.names)
        return html_page.warning(self.tables.say("read_first"), texts) if texts else ""

    def _effects(self) -> str:
        chart = self._chart("dwell", comparison_charts.dwell_forest(self.tables))
        if not chart:
            return ""
        return f"<h3>{escape(self.tables.say('effects'))}</h3>{self._note(self.tables.say('effects_note'))}{chart}"

    def _section(self, table: Table, chart: str = "") -> str:
        parts = [f"<h2>{escape(table.title)}</h2>", self._note(table.note), chart]
        if table.rows:
            parts.append(
                html_page.table(table.columns, table.rows, texts=table.texts, unbroken=0, grouped=table.grouped)
            )
        if table.rest:
            parts.append(self._note(table.rest))
        return "\n".join(parts)

    def _if_rows(self, table: Table) -> str:
        return self._section(table) if table.rows else ""

    def _recovery(self) -> str:
        """The section on closures; '' for a comparison without any."""
        queue, losses = recovery_table(self.tables), loss_table(self.tables)
        if not queue.rows:
            return ""
        sentences = html_page.bullets(recovery_sentences(self.tables))
        return "\n".join([self._section(queue, sentences), self._if_rows(losses), self._days()])

    def _days(self) -> str:
        """Queue and flow day by day of the traffic with the longest extra queues."""
        tables, parts = self.tables, []
        for k, one in enumerate(self.of.recoveries[:MOST_COURSES]):
            title = f"{tables.title(one.scenario)}: {tables.who(one.port, one.klass, one.direction)}"
            charts = (self._chart(f"days-{k}-{measure}", recovery_chart(tables, one, measure)) for measure in COURSES)
            parts += [f"<h3>{escape(title)}</h3>", *charts]
        return "\n".join([*parts, self._note(self.tables.say("recovery.chart_note"))]) if parts else ""

    def _interactions(self) -> str:
        table = interaction_table(self.tables)
        if not table.rows:
            return ""
        return self._section(table, self._chart("interactions", interaction_matrix(self.tables)))

    def _costs(self) -> str:
        """The section on costs; '' for a comparison in which nothing has a cost."""
        table = self.tables.costs()
        if not (table.rows or table.rest):
            return ""
        return self._section(table, self._chart("pareto", comparison_charts.pareto_chart(self.tables)))

    def _ranking(self) -> str:
        parts = [f"<h2>{escape(self.tables.say('ranking'))}</h2>", self._note(self.tables.say("ranking_note"))]
        for kpi in RANKED:
            panels = comparison_charts.ranking_chart(self.tables, kpi)
            if chart := self._chart(f"ranking-{kpi}", panels):
                note = self._note(self.tables.say("ranking_unclear")) if len(panels.hconcat) == 1 else ""
                parts.append(f"<h3>{escape(self.names.figure(kpi))}</h3>{note}{chart}")
        return "\n".join(parts) if self.specs.keys() & {f"ranking-{kpi}" for kpi in RANKED} else ""

    def _all(self) -> str:
        table = self.tables.all_effects()
        summary = self.tables.say("show_effects", n=len(table.rows), all=len(self.of.effects))
        inside = html_page.table(table.columns, table.rows, texts=table.texts, unbroken=0, grouped=table.grouped)
        return f"<h2>{escape(table.title)}</h2><details><summary>{escape(summary)}</summary>{inside}</details>"

    def _settings(self) -> str:
        results = self.of.results
        manifest, experiment = results.manifest, results.experiment
        values = {
            "experiment": experiment.id,
            "start": results.start,
            "days": results.days,
            "warmup_days": results.warmup_days,
            "seed": experiment.seed,
            "replications": results.expected,
            "version": manifest["version"],
            "data_fingerprint": manifest["data_fingerprint"],
            "code_fingerprint": manifest["code_fingerprint"],
        }
        pairs = [(html_page.meta_label(key, self.names.language), str(value)) for key, value in values.items()]
        return f"<h2>{escape(self.tables.say('settings'))}</h2>{html_page.pairs_list(pairs)}"

    @staticmethod
    def _note(text: str) -> str:
        return f'<p class="note">{escape(text)}</p>'
