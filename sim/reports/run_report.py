"""Report of one run as one HTML file that opens without a network and without Bridgehead.

Input: the tables and checks of the run, the corridor that was run, and the record of the run. Output: a page in one
language with key figures, charts, bottlenecks, settings, definitions and sources. A copy of Vega inside the file draws
the charts with tooltips; the content security policy of the page forbids every request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corridors.facts import facts, grade_counts
from corridors.io.atomic_files import atomic_file
from corridors.model import TABLES, Corridor, ids_in
from corridors.sides import DIRECTIONS
from sim.core.kpi_declarations import is_percentile
from sim.core.units import DAY_S
from sim.kpi import bottlenecks, key_figures
from sim.kpi.run_tables import RunFigures
from sim.kpi.waiting import traffic_series
from sim.output import deadlock
from sim.reports import chart_style, flow_map, html_page, load_charts, run_charts
from sim.reports.chart_style import number
from sim.reports.number_format import NO_VALUE, of_few
from sim.reports.root_tables import root_details
from sim.reports.run_notes import DAGGER, note_texts
from sim.run import BASELINE
from sim.text.catalogue import Language, has, say
from sim.text.data_texts import source_title
from sim.text.names import Names
from sim.text.runs import problem_sentences

if TYPE_CHECKING:
    from sim.studies.compare import ScenarioComparison

SIDE: Final = "side"
FIRST, SECOND = "first", "second"
"""The sides of a port, in a column of key figures."""
"""A short heading that is the name of the side."""
CROSSED, DELIVERED = "tonnes_per_day", "delivered_t_per_day"
LOADS = ("teu_per_day", CROSSED)
"""Cargo at a glance."""
SUMMED = (*LOADS, DELIVERED)
KPI_COLUMNS: Final[list[tuple[str, list[tuple[str, str, str]]]]] = [
    (
        "a_day",
        [
            ("both", "vehicles_per_day", "number"),
            ("both", "teu_per_day", "teu"),
            ("both", CROSSED, "t"),
            ("both", DELIVERED, "t_delivered"),
        ],
    ),
    (
        "dwell_h",
        [
            ("both", "dwell_h_mean", "mean"),
            ("both", "dwell_h_p50", "p50"),
            ("both", "dwell_h_p90", "p90"),
            ("both", "dwell_h_p95", "p95"),
            (FIRST, "dwell_h_mean", SIDE),
            (SECOND, "dwell_h_mean", SIDE),
        ],
    ),
    ("of_which_h", [("both", "wait_h_mean", "wait"), ("both", "clearance_h_mean", "clearance")]),
    (
        "transit_h",
        [("both", "transit_h_mean", "mean"), ("both", "transit_h_p50", "p50"), ("both", "transit_h_p95", "p95")],
    ),
    ("at_the_end", [("both", "backlog_end", "inside")]),
    ("per_tonne", [("both", "cost_usd_per_t", "usd"), ("both", "co2_kg_per_t", "kg")]),
]
"""Columns of the table of key figures: heading, then (side, KPI, short heading). Figures that are not here have
columns at the end, under their labels."""
SOME = 8
"""Number of problems or blocked vehicles that are listed."""


def write_report(
    path: Path, *, run: RunFigures, corridor: Corridor, meta: Mapping[str, Any], language: Language = "en"
) -> None:
    """Write the report of one run to ``path`` (.html), complete or not at all; see :func:`report_html`."""
    text = report_html(run=run, corridor=corridor, meta=meta, language=language)
    with atomic_file(Path(path)) as file:
        file.write(text.encode("utf-8"))


def report_html(
    *,
    run: RunFigures,
    corridor: Corridor,
    meta: Mapping[str, Any],
    language: Language = "en",
    changed: Sequence[Sequence[str]] = (),
    comparison: ScenarioComparison | None = None,
) -> str:
    """The report of one run, with a comparison if one is given.

    ``meta`` is the record of the run: scenario, proposals, start, days, warmup_days, seed, replication, engine,
    version and further settings; all are optional, all that are given are shown. ``changed`` are the changes of the
    scenario: object, quantity, before, after.
    """
    made = _Page(run, corridor, meta, Names.of(corridor, language))
    parts = made.parts(changed)
    if comparison:
        from sim.reports.comparison_report import parts_of_comparison

        more, specs = parts_of_comparison(comparison, corridor, language)
        parts += more
        made.specs |= specs
    return made.whole(parts)


def _whole(days: float) -> int | float:
    """An integer where the days are whole, for the plural."""
    return int(days) if days == int(days) else days


class _Page:
    """A page under construction: tables of the run, and charts by the id of their element."""

    def __init__(self, run: RunFigures, corridor: Corridor, meta: Mapping[str, Any], names: Names) -> None:
        self.run, self.corridor, self.meta, self.names = run, corridor, meta, names
        self.plan = run.visits.plan
        self.warmup_days = self.plan.labels.warmup_s / DAY_S
        self.days = self.plan.horizon_s / DAY_S
        self.notes = note_texts(run, names)
        self.sentences = {
            port: [names.sentence(one) for one in found]
            for port, found in bottlenecks.messages(run.waiting, run.momentary, run.waiting_by_root).items()
        }
        self.problems = problem_sentences(run.problems, names.language)
        self.ports = [port for port in corridor.ports if port in set(run.kpis["port"])]
        self.series = traffic_series(run.visits, self.ports)
        self.specs: dict[str, Any] = {}

    def parts(self, changed: Sequence[Sequence[str]]) -> list[str]:
        """All sections except the footer."""
        parts = [self._head(self._scenario()), self._changed(changed), self._glance(), self._map()]
        parts += (self._port(port) for port in self.ports)
        parts.append(self._outside())
        return [*parts, self._stocks(), self._definitions(), self._settings(), self._sources()]

    def whole(self, parts: Iterable[str]) -> str:
        """The whole page."""
        foot = f"<footer>{escape(html_page.produced_by(self.names.language))}</footer>"
        title = self._say("title", scenario=self._scenario())
        return html_page.whole(title, [*parts, foot], self.specs, self.names.language)

    def _chart(self, key: str, chart: Any) -> str:
        return chart_style.place(self.specs, key, chart)

    def _scenario(self) -> str:
        id = str(self.meta.get("scenario") or BASELINE.id)
        return self._say("baseline") if id == BASELINE.id else id

    def _say(self, key: str, **values: Any) -> str:
        return say(f"run_report.{key}", self.names.language, **values)

    def _head(self, scenario: str) -> str:
        labels = self.plan.labels
        period = self._say(
            "period",
            start=labels.local(0).date().isoformat(),
            days=_whole(self.days),
            measured=_whole(self.days - self.warmup_days),
            warmup=_whole(self.warmup_days),
        )
        counts = self._say("vehicles", **self.run.vehicles)
        one_run = self._say("one_run", seed=self.meta.get("seed", "?"), replication=self.meta.get("replication", "?"))
        lines = [
            f"<h1>{escape(self._say('title', scenario=scenario))}</h1>",
            f'<p class="lead">{escape(self._say("lead", period=period, counts=counts))}</p>',
            f"<p>{escape(one_run)}</p>",
        ]
        if self.problems:
            lines.append(self._warning(self._say("unsound"), self.problems))
        else:
            lines.append(f'<p class="note">{escape(self._say("sound"))}</p>')
        for headline, vehicles in deadlock.headlines(self.run.deadlocked):
            lines.append(self._warning(self.names.sentence(headline), [self.names.sentence(one) for one in vehicles]))
        if self.notes:
            lines.append(self._warning(self._say("notes"), self.notes))
        links = "".join(f'<a href="#{port}">{escape(self.names.port(port))}</a>' for port in self.ports)
        return "\n".join([*lines, f"<nav>{links}</nav>"])

    def _warning(self, title: str, sentences: list[str]) -> str:
        shown = sentences[:SOME]
        if len(sentences) > SOME:
            shown.append(self._say("more", n=len(sentences) - SOME))
        return html_page.warning(title, shown)

    def _values(self, port: str) -> dict[tuple[str, str, str, str], float]:
        """Figures of a port by (side, direction, class, kpi)."""
        return {key: value for key, (value, _) in self._observed(port).items()}

    def _observed(self, port: str) -> dict[tuple[str, str, str, str], tuple[float, int]]:
        """The same with the number of observations."""
        here = chart_style.records(self.run.kpis[self.run.kpis["port"] == port])
        return {(row["side"], row["direction"], row["class"], row["kpi"]): (row["value"], row["n"]) for row in here}

    def _changed(self, changed: Sequence[Sequence[str]]) -> str:
        if not changed:
            return ""
        head = [self._say(f"changed_{key}") for key in ("thing", "figure", "before", "after")]
        table = html_page.table(head, changed, texts=2, unbroken=0)
        return f"<h2>{escape(self._say('changed'))}</h2>{table}"

    def _glance(self) -> str:
        head = [self._say(k) for k in ("port", "direction", "by_class", "inside_end", "cargo_teu", "cargo_t")]
        rows = []
        for port in self.ports:
            values = self._values(port)
            for direction in self._directions(values):

                def by_class(name: str, direction: str = direction, values: Any = values) -> str:
                    counts = [
                        self._say("counted", who=self.names.klass(key[2]), n=number(value))
                        for key, value in values.items()
                        if key[:2] == ("both", direction) and key[3] == name and key[2] != key_figures.ALL_CLASSES
                    ]
                    return " · ".join(counts)

                first = direction == self._directions(values)[0]
                teu, tonnes = (values["both", direction, key_figures.ALL_CLASSES, name] for name in LOADS)
                cargo = [number(teu), number(tonnes / float(self._say("cargo_t_divisor")))]
                shown = [by_class("vehicles_per_day"), by_class("backlog_end"), *cargo]
                rows.append([self.names.port(port) if first else "", self.names.direction(direction, port), *shown])
        marked = ["group" if row[0] else "" for row in rows]
        if not rows:
            return f"<h2>{escape(self._say('glance'))}</h2><p>{escape(self._say('no_port'))}</p>"
        return f"<h2>{escape(self._say('glance'))}</h2>" + html_page.table(head, rows, texts=4, marked=marked)

    @staticmethod
    def _directions(values: Iterable[tuple[str, str, str, str]]) -> list[str]:
        found = {key[1] for key in values}
        return [direction for direction in DIRECTIONS if direction in found]

    def _map(self) -> str:
        chart = flow_map.flow_map(self.run.links, self.run.kpis, self.corridor, self.names)
        return f"<h2>{escape(self._say('map'))}</h2>" + self._chart("map", chart)

    def _port(self, port: str) -> str:
        names, labels = self.names, self.plan.labels
        sentences = self.sentences.get(port) or [self._say("no_waiting")]
        parts = [
            f'<h2 id="{port}">{escape(names.port(port))}</h2>',
            self._section("kpis", self._kpi_table(port)),
            self._section("bottlenecks", html_page.bullets(sentences), note=True),
        ]
        if (self.run.dwell["port"] == port).any():
            chart = run_charts.dwell_chart(self.run.dwell, port, names)
            parts.append(self._section("dwell", self._chart(f"dwell-{port}", chart), note=True))
        if (self.run.waiting["port"] == port).any():
            days = self.days - self.warmup_days
            chart = run_charts.waiting_chart(self.run.waiting, self.run.kpis, days, port, names)
            parts.append(self._section("waiting", self._chart(f"waiting-{port}", chart), note=True))
            parts.append(root_details(self.run.waiting_by_root, names, port))
        if len(run_charts.facilities_in_use(self.run.facilities, port)):
            chart = run_charts.facility_chart(self.run.facilities, port, names)
            parts.append(self._section("facilities", self._chart(f"facilities-{port}", chart), note=True))
        else:
            parts.append(self._section("facilities", f"<p>{escape(self._say('none_served'))}</p>"))
        if waited := load_charts.waited_for(self.run.load, port):
            heat = self._chart(f"load-{port}", load_charts.load_heat(self.run.load, waited[0], names))
            row = self.corridor.facilities.get(waited[0])
            name = names.thing_on(waited[0], row.side if row else "", port)
            parts.append(self._section("load", f"<p>{escape(name)}</p>{heat}", note=True, clock=names.clock(long=True)))
        if promised := load_charts.promise_rows(self.run.waits_over, port, names):
            heads = [self._say("over_hours", hours=f"{hours:g}") for hours in load_charts.REPORTED_H]
            table = html_page.table([self._say("class"), self._say("crossed"), *heads], promised, texts=1)
            parts.append(self._section("promises", table, note=True))
        chart = run_charts.traffic_chart(self.series.throughput, self.series.queues[port], port, labels, names)
        parts.append(self._section("traffic", self._chart(f"traffic-{port}", chart), note=True))
        return "\n".join(parts)

    def _outside(self) -> str:
        """The waiting outside the ports; '' without any."""
        if not (sentences := self.sentences.get("")):
            return ""
        section = self._section("bottlenecks", html_page.bullets(sentences), note=True)
        roots = root_details(self.run.waiting_by_root, self.names, "")
        return f'<h2 id="outside">{escape(self.names.place(""))}</h2>\n{section}\n{roots}'

    def _section(self, key: str, content: str, note: bool = False, **values: Any) -> str:
        under = f'<p class="note">{escape(self._say(f"{key}_note", **values))}</p>' if note else ""
        return f"<h3>{escape(self._say(key))}</h3>{under}{content}"

    def _kpi_table(self, port: str) -> str:
        values = self._observed(port)
        left_out = set()
        if all(values[(*key[:3], CROSSED)][0] == value for key, (value, _) in values.items() if key[3] == DELIVERED):
            left_out.add(("both", DELIVERED))  # No yard.
        listed = {kpi for _, columns in KPI_COLUMNS for _, kpi, _ in columns}
        more = [("both", kpi, "") for kpi in key_figures.KPIS if kpi not in listed]
        groups = [(h, [c for c in columns if c[:2] not in left_out]) for h, columns in (*KPI_COLUMNS, ("other", more))]
        groups = [(head, columns) for head, columns in groups if columns]
        views = dict(zip((FIRST, SECOND), self.names.naming(port).sides, strict=True))
        columns = [(views.get(side, side), *rest) for _, of_group in groups for side, *rest in of_group]
        above = [("", 2), *((self._say(head), len(of_group)) for head, of_group in groups)]
        head = [self._say("direction"), self._say("class"), *(self._short(port, *column) for column in columns)]
        rows, marked = [], []
        for direction in self._directions(values):
            classes = list(dict.fromkeys(key[2] for key in values if key[1] == direction))
            for klass in classes if len(classes) > 2 else classes[:1]:
                # Trains and trucks are not added up, their cargo is.
                shown = SUMMED if klass == key_figures.ALL_CLASSES else key_figures.KPIS
                mark = DAGGER if self.run.grows(port, klass, direction) else ""
                cells = [
                    self._cell(k, values.get((side, direction, klass, k)), mark) if k in shown else ""
                    for side, k, _ in columns
                ]
                first = klass == classes[0]
                who = self._say("all_cargo") if klass == key_figures.ALL_CLASSES else self.names.klass(klass)
                rows.append([self.names.direction(direction, port) if first else "", who, *cells])
                marked.append("group" if first else "total" if klass == key_figures.ALL_CLASSES else "")
        return html_page.table(head, rows, texts=2, marked=marked, above=above)

    def _stocks(self) -> str:
        """The levels of all stocks; empty without any."""
        if self.run.stocks.empty:
            return ""
        columns = (
            "level_start",
            "level_end",
            "change",
            "in_per_day",
            "out_per_day",
            "days_until_full",
            "days_until_empty",
        )
        head = [self._say(f"stocks_{column}") for column in ("stock", "unit", "capacity", *columns)]
        rows = [
            [
                self.names.stock(row["stock"]),
                self.names.unit(row["unit"]),
                *(number(row[column]) for column in ("capacity", *columns)),
            ]
            for row in chart_style.records(self.run.stocks)
        ]
        note = f'<p class="note">{escape(self._say("stocks_note"))}</p>'
        return f"<h2>{escape(self._say('stocks'))}</h2>{note}{html_page.table(head, rows, texts=2)}"

    def _cell(self, kpi: str, found: tuple[float, int] | None, mark: str) -> str:
        """A key figure; hours are followed by a mark, a percentile of few by their number."""
        if found is None:
            return NO_VALUE
        text = number(found[0]) + (mark if key_figures.KPIS[kpi].unit == "h" else "")
        return of_few(text, found[1], self.names.language) if is_percentile(kpi) else text

    def _short(self, port: str, side: str, kpi: str, short: str) -> str:
        """The heading of a column of key figures."""
        if short == SIDE:
            return self.names.side(side, port)
        unit = self.names.unit(key_figures.KPIS[kpi].unit)
        return self._say(short) if short else f"{self.names.figure(kpi)}\n{unit}"

    def _definitions(self) -> str:
        pairs = [(self.names.figure(kpi), self.names.meaning(kpi)) for kpi in key_figures.KPIS]
        return f"<h2>{escape(self._say('definitions'))}</h2>{html_page.pairs_list(pairs)}"

    def _settings(self) -> str:
        pairs = []
        for key, value in self.meta.items():
            several = isinstance(value, list | tuple)
            comma = say("common.list_separator", self.names.language)
            text = (comma.join(map(str, value)) or NO_VALUE) if several else self._setting(key, str(value))
            pairs.append((html_page.meta_label(key, self.names.language), text))
        return f"<h2>{escape(self._say('settings'))}</h2>{html_page.pairs_list(pairs)}"

    def _setting(self, key: str, value: str) -> str:
        """The name of a value of the record, such as an engine; else the value."""
        return self._say(f"value.{key}.{value}") if has(f"run_report.value.{key}.{value}") else value

    def _sources(self) -> str:
        rows = [row for table in TABLES for row in self.corridor.table(table).values() if hasattr(row, "grade")]
        grades = grade_counts(self.corridor)
        counts = tuple(self._say("grade_count", grade=self.names.grade(grade), n=n) for grade, n in grades.items() if n)
        quoted = sorted({id for row in rows for id in ids_in(row.source)})
        known, own = facts(), self.corridor.sources
        cells = []
        for id in quoted:
            what = source_title(self.corridor, id, self.names.language)
            if id in own:
                cells.append([id, what, own[id].year, own[id].url])
            elif id in known:
                cells.append([id, what, known[id].year, known[id].url or known[id].source])
        head = [self._say(f"source_{key}") for key in ("id", "what", "year", "from")]
        return (
            f"<h2>{escape(self._say('sources'))}</h2><p>{escape(self._say('grades', grades=counts))}</p>"
            f"<details><summary>{escape(self._say('show_sources', n=len(cells)))}</summary>"
            f"{html_page.table(head, cells, texts=4)}</details>"
        )
