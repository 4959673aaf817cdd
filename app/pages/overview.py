"""Page Overview: the base year on the map and by port, and the data sources."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape
from typing import Any, Final

import streamlit as st

from app import home, url_state
from app.language import ADDRESS, language, option_key, say
from app.pages import PAGES
from app.run_cache import Answer, base_year, published_record
from app.widgets.chart import show_chart
from app.widgets.findings_view import show_findings
from app.widgets.html_table import saved, styled
from app.widgets.plain_text import plain_text
from app.world import baseline, facts, names
from corridors.facts import grade_counts
from corridors.findings import DataError
from corridors.model import TABLES, Corridor, ids_in
from corridors.sides import DIRECTIONS
from corridors.translations import translated
from sim.core.kpi_declarations import KPIS, is_percentile
from sim.kpi import bottlenecks
from sim.kpi.key_figures import ALL_CLASSES
from sim.output import deadlock
from sim.reports import chart_style, flow_map, html_page, validation_tables
from sim.reports.chart_style import number
from sim.reports.number_format import of_few
from sim.reports.root_tables import root_details
from sim.reports.run_notes import DAGGER, note_texts
from sim.studies.validation.scores import by_part
from sim.text.catalogue import ENGLISH, Language

YEAR_DAYS: Final = 365
MAP_HEIGHT: Final = 520
MAP: Final = "overview_map"
PORT: Final = "overview_port"
ALL_PORTS: Final = "all"
COLUMNS: Final = ("vehicles_per_day", "dwell_h_p50", "dwell_h_p95", "backlog_end")
SENTENCES: Final = 2
"""Number of bottlenecks on a card, the longest waiting first."""
NEXT: Final = ("what_if", "compare", "money", "replay", "data", "report")


def port_card(answer: Answer, port: str, sentences: list[str]) -> None:
    """Show throughput, dwell times, bottlenecks and notes of one port."""
    named = names(language())
    here = answer.kpis[(answer.kpis["port"] == port) & (answer.kpis["side"] == "both")]
    values = {(row["direction"], row["class"], row["kpi"]): row["value"] for row in chart_style.records(here)}
    cargo = {kpi: yearly(values, kpi) for kpi in ("tonnes_per_day", "teu_per_day")}
    key = "overview.cargo" if cargo["teu_per_day"] else "overview.cargo_only"
    # Languages count in different units: millions of tonnes, or ten thousands.
    carried = say(
        key,
        mt=number(cargo["tonnes_per_day"] / float(say("overview.mt_scale"))),
        teu=number(cargo["teu_per_day"] / float(say("overview.teu_scale"))),
    )
    observed = {(row["direction"], row["class"], row["kpi"]): row["n"] for row in chart_style.records(here)}
    rows, marked = [], []
    for direction in DIRECTIONS:
        classes = dict.fromkeys(key[1] for key in values if key[0] == direction and key[1] != ALL_CLASSES)
        passing = [klass for klass in classes if values[direction, klass, "vehicles_per_day"]]
        for klass in passing:
            grows = answer.grows(port, klass, direction)
            cells = [
                _cell(kpi, values.get((direction, klass, kpi)), observed.get((direction, klass, kpi), 0), grows)
                for kpi in COLUMNS
            ]
            first = klass == passing[0]
            rows.append([named.direction(direction, port) if first else "", named.klass(klass), *cells])
            marked.append("group" if first else "")
    head = [say(f"overview.{key}") for key in ("direction", "who", "a_day", "p50", "p95", "backlog")]
    above = [("", 3), (say("overview.dwell"), 2), (say("overview.inside"), 1)]
    parts = [
        f"<h4>{escape(named.port(port))}</h4><p>{escape(carried)}</p>",
        saved(html_page.table(head, rows, texts=2, unbroken=1, marked=marked, above=above)),
        f"<h5>{escape(say('overview.bottleneck'))}</h5>",
        html_page.bullets(sentences[:SENTENCES] or [say("overview.no_waiting")]),
        root_details(answer.waiting_by_root, named, port),
        beside_published(answer, port),
        *(f"<p>{escape(say('what_if.note', note=note))}</p>" for note in note_texts(answer, named, port)),
    ]
    st.html(styled(f'<div class="card">{"".join(parts)}</div>'))


def beside_published(answer: Answer, port: str) -> str:
    """Published figures of a port beside those of the model, folded away; '' without any."""
    rows = by_part(published_record().at(answer.corridor, port))
    if not rows:
        return ""
    items = []
    for row in rows:
        text = validation_tables.beside(row, language())
        why = "" if row.within else translated(row.of, "why", language())
        items.append(say("overview.reason", text=text, why=why) if why else text)
    title = say("overview.published", n=len(rows), within=sum(row.within for row in rows))
    return f"<details><summary>{escape(title)}</summary>{html_page.bullets(items)}</details>"


def _cell(kpi: str, value: float | None, n: int, grows: bool) -> str:
    """A key figure; a percentile of few observations with their number, hours of a growing queue with a dagger."""
    text = of_few(number(value), n, language()) if is_percentile(kpi) else number(value)
    return text + DAGGER if grows and value is not None and KPIS[kpi].unit == "h" else text


def yearly(values: dict[tuple[str, str, str], float], kpi: str) -> float:
    """Amount per year, both directions together."""
    return YEAR_DAYS * sum(value for key, value in values.items() if key[1:] == (ALL_CLASSES, kpi))


@st.cache_resource(max_entries=4, show_spinner=False)
def drawn(shown_in: Language, content: str, _answer: Answer) -> dict[str, Any]:
    """The panels of the map as Vega-Lite: Streamlit cannot convert the land of the chart object."""
    panels = flow_map.flow_panels(_answer.links, _answer.kpis, _answer.corridor, names(shown_in))
    return {key: chart_style.spec_of(chart) for key, chart in panels.items()}


def the_map(answer: Answer) -> None:
    """Show one panel of the map."""
    panels = drawn(language(), answer.content, answer)
    shown = st.segmented_control(
        say("overview.panel"),
        list(panels),
        default="ports",
        format_func={key: say(f"overview.panel_{key}") for key in panels}.__getitem__,
        key="overview_panel",
        required=True,
        label_visibility="collapsed",
    )
    show_chart(
        panels[shown or "ports"],
        height=MAP_HEIGHT,
        key=MAP,
        on_select=_clicked,
        selection_mode=[flow_map.CLICKED],
    )
    st.caption(flow_map.caption_of(names(language())))


def _clicked() -> None:
    """Open the port that was clicked on the map."""
    chosen = st.session_state[MAP]["selection"].get(flow_map.CLICKED) or [{}]
    if (id := chosen[0].get("id")) in baseline().ports:
        st.session_state[PORT] = id


def open_port(ports: list[str]) -> list[str]:
    """Show the choice of a port, which a click on the map makes, too; returns the ports to show."""
    named = names(language())
    known = {ALL_PORTS: say("overview.all_ports")} | {port: named.port(port) for port in ports}
    if asked := url_state.requested("port", known):
        st.session_state[PORT] = asked
    box, what, data = st.columns([2, 1, 1], vertical_alignment="bottom")
    chosen = box.selectbox(
        say("overview.open_port"),
        list(known),
        format_func=known.__getitem__,
        key=option_key(PORT),
        persist_state="session",
    )
    url_state.keep("port", chosen, ALL_PORTS)
    if chosen == ALL_PORTS:
        return ports
    tongue = {} if language() == ENGLISH else {ADDRESS: [language()]}
    for place, name in ((what, "what_if"), (data, "replay")):
        place.page_link(
            f"app/pages/{name}.py",
            label=say(f"overview.{name}_here"),
            icon=PAGES[name],
            query_params={"port": [chosen]} | tongue,
        )
    return [chosen]


def origin(corridor: Corridor) -> None:
    """Show the numbers of rows by data grade."""
    named = names(language())
    grades = {grade: n for grade, n in grade_counts(corridor).items() if n}
    listed = tuple(say("overview.grade", name=named.grade(grade), rows=n) for grade, n in grades.items())
    own = len(corridor.assumptions)
    st.markdown(say("overview.grades", rows=sum(grades.values()), grades=listed, own=own))
    st.markdown(say("overview.quoted", n=len(quoted(corridor))) if facts() else say("overview.no_published"))


def quoted(corridor: Corridor) -> set[str]:
    """Ids of the published figures that the rows of a corridor cite."""
    rows = [row for table in TABLES for row in corridor.table(table).values()]
    ids = {id for row in rows for id in ids_in(getattr(row, "source", ""))}
    return ids & set(facts())


def beside_map() -> None:
    """Show the sources of the data and the other pages, which need no run."""
    st.markdown(f"#### {say('overview.origin')}")
    origin(baseline())
    st.markdown(f"#### {say('overview.next')}")
    for name in NEXT:
        text = say("overview.next_page", page=say(f"{name}.title"), what=say(f"overview.next_{name}"))
        st.page_link(f"app/pages/{name}.py", label=text, icon=PAGES[name])


def cards(answer: Answer) -> None:
    """Show a card a port, or that of the port that is open."""
    words = {
        port: [names(language()).sentence(one) for one in found]
        for port, found in bottlenecks.messages(answer.waiting, answer.momentary, answer.waiting_by_root).items()
    }
    ports = open_port([port for port in answer.corridor.ports if port in set(answer.kpis["port"])])
    for first in range(0, len(ports), 2):
        for column, port in zip(st.columns(2, gap="medium"), ports[first : first + 2], strict=False):
            with column, st.container(border=True, height="stretch"):
                port_card(answer, port, words.get(port, []))
    st.caption(say("overview.dwell_help"))


def period(answer: Answer) -> None:
    """Show which run the figures are of, and whether it came to a standstill."""
    record = answer.record
    year = (date.fromisoformat(record["start"]) + timedelta(record["warmup_days"])).year
    st.caption(say("overview.period", year=year, **{key: record[key] for key in ("days", "warmup_days", "seed")}))
    for headline, _ in deadlock.headlines(answer.deadlocked):
        st.error(plain_text(names(language()).sentence(headline)))


def main() -> None:
    """Draw what needs no run at once, and the figures when the run of the base year is there."""
    st.header(say("overview.title"))
    if home.folder() is None:
        st.markdown(say("overview.lead"))
    else:
        named = names(language())
        st.markdown(say("overview.lead_own", ports=tuple(named.port(port) for port in baseline().ports)))
    about = st.container()
    left, right = st.columns([1.75, 1], gap="medium")
    figures, below = st.container(), st.container()
    with right:
        beside_map()
    with below:
        st.markdown(f"#### {say('overview.model')}")
        st.markdown(say("overview.model_text"))
    try:
        with left, st.spinner(say("overview.loading")):
            answer = base_year()
    except DataError as error:
        with about:
            show_findings(error.findings)
        return
    with about:
        period(answer)
    with left:
        the_map(answer)
    with figures:
        cards(answer)


main()
