"""Results of the page What if for one port: figures, bottlenecks, time by step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, Literal

import streamlit as st

from app.figures import FigurePair, Figures, is_better
from app.language import language, say
from app.run_cache import Answer
from app.widgets.chart import show_chart
from app.widgets.html_table import show_legend, show_table, styled
from app.widgets.plain_text import plain_text
from app.world import names, names_in
from corridors.messages import Message
from sim.core.kpi_declarations import KPIS, is_percentile
from sim.kpi import bottlenecks
from sim.kpi.key_figures import ALL_CLASSES
from sim.reports import chart_style, run_charts
from sim.reports.chart_style import number
from sim.reports.number_format import NO_VALUE, decimals, of_few, plain, signed
from sim.reports.root_tables import root_details
from sim.reports.run_notes import DAGGER, detour_texts, note_texts, outside_texts
from sim.text.catalogue import Language
from sim.text.names import Names

Colour = Literal["blue", "orange", "gray"]
BETTER: Final[Colour] = "blue"
WORSE: Final[Colour] = "orange"
"""Not red and green, which colour-blind people confuse."""
COLUMNS: Final = ("vehicles_per_day", "dwell_h_p50", "dwell_h_p95", "wait_h_mean", "backlog_end", "cost_usd_per_t")
EQUAL: Final = 1e-9
Traffic = tuple[str, str, str]
"""Port, direction and class."""
MOST_DECIMALS: Final = 2
LEAST: Final = 0.01
"""Smallest change to show, in hours, vehicles, tonnes or dollars: smaller ones do not matter for planning."""


def show_figures(port: str, figures: Figures, now: Answer) -> None:
    """Show the cards of a port, and a table of its traffic classes; hours of a growing queue have a dagger."""
    shown = [(port, *key) for key in _traffic(port, figures)]
    if not shown:
        st.info(say("no_traffic"))
        return
    cards = cards_of(port, figures, shown)
    for column, (kpi, traffic) in zip(st.columns(len(cards)), cards, strict=True):
        _card(column, traffic, kpi, figures.get((*traffic, kpi)))
    named = names(language())
    if changed := changed_beside_cards(figures, shown, cards):
        others = tuple(plain_text(named.group(klass, direction, port)) for _, direction, klass in changed)
        st.caption(say("what_if.others_change", traffic=others))
    rows = []
    for _, direction, klass in shown:
        mark = DAGGER if now.grows(port, klass, direction) else ""
        cells = [
            _cell(figures.get((port, direction, klass, kpi)), kpi, mark if KPIS[kpi].unit == "h" else "")
            for kpi in COLUMNS
        ]
        rows.append([named.group(klass, direction, port), *cells])
    head = [say("what_if.traffic"), *(say(f"what_if.column_{kpi}") for kpi in COLUMNS)]
    show_table(head, rows, texts=1, unbroken=0)


def cards_of(port: str, figures: Figures, shown: Sequence[Traffic]) -> list[tuple[str, Traffic]]:
    """Figure and traffic of each card: those of the port, and the class with the longest dwell time of the baseline.

    Its card is about the same class whatever the sliders say; a class whose dwell time changes more has one beside it.
    """

    def dwell(traffic: Traffic) -> FigurePair | None:
        return figures.get((*traffic, "dwell_h_p95"))

    def before(traffic: Traffic) -> float:
        figure = dwell(traffic)
        return (figure.base or 0.0) if figure else 0.0

    def change(traffic: Traffic) -> float:
        figure = dwell(traffic)
        return abs(figure.change or 0.0) if figure else 0.0

    both = (port, "", ALL_CLASSES)
    longest = max(shown, key=before)
    more = [one for one in shown if change(one) > change(longest) and _differs(dwell(one))]
    moved = max(more, key=change, default=None)
    classes = [longest, moved] if moved else [longest]
    return [("delivered_t_per_day", both), *(("dwell_h_p95", one) for one in classes), ("backlog_end", both)]


def changed_beside_cards(
    figures: Figures, shown: Sequence[Traffic], cards: Sequence[tuple[str, Traffic]]
) -> list[Traffic]:
    """Traffic of the table that changes although none of the cards does."""
    if any(_differs(figures.get((*traffic, kpi))) for kpi, traffic in cards):
        return []
    return [traffic for traffic in shown if _changes(figures, traffic)]


def _changes(figures: Figures, traffic: Traffic) -> bool:
    """Whether a figure of the table changes for a traffic class."""
    return any(_differs(figures.get((*traffic, kpi))) for kpi in COLUMNS)


def _differs(figure: FigurePair | None) -> bool:
    """Whether a change is shown."""
    text = change_text(figure)
    return bool(text.strip("+-0., ")) and text != say("what_if.same")


def show_notes(port: str, now: Answer) -> None:
    """Show what to know before the figures of a port: cargo that is not delivered, stocks that drift."""
    _captions(note_texts(now, names_in(now.corridor, language()), port))


def show_notes_on_the_way(port: str, now: Answer) -> None:
    """Show the detours of the services that pass a port; '' for all of them, and queues outside the ports."""
    named = names_in(now.corridor, language())
    _captions(detour_texts(now, now.corridor, named, port) if port else outside_texts(now, named))


def _captions(notes: list[str]) -> None:
    for note in notes:
        st.caption(plain_text(say("what_if.note", note=note)))


def _traffic(port: str, figures: Figures) -> list[tuple[str, str]]:
    """The pairs (direction, class) that cross a port, in the order of the figures."""
    found = dict.fromkeys((direction, klass) for p, direction, klass, _ in figures if p == port and direction)
    return [
        (direction, klass)
        for direction, klass in found
        if klass != ALL_CLASSES
        and any(_number(figures.get((port, direction, klass, kpi))) for kpi in ("vehicles_per_day", "backlog_end"))
    ]


def _number(figure: FigurePair | None) -> float:
    """The larger of both values; 0 if there is none."""
    return max(figure.base or 0.0, figure.now or 0.0) if figure else 0.0


def _card(column: Any, key: tuple[str, str, str], kpi: str, figure: FigurePair | None) -> None:
    named = names(language())
    _, direction, klass = key
    of = named.group(klass, direction, key[0]) if direction else say("what_if.both_directions")
    value = _now(figure, kpi)
    change = figure.change if figure else None
    colour: Colour = "gray"
    text = change_text(figure)
    is_known = figure and (figure.is_sure or not figure.has_interval)
    if is_known and change is not None and abs(change) > EQUAL and text != say("what_if.same"):
        colour = BETTER if is_better(kpi, change) else WORSE
    with column.container(border=True, height="stretch"):
        st.metric(
            say(f"what_if.card_{kpi}"),
            value,
            None if change is None else text,
            delta_color=colour,
            delta_arrow="off",
        )
        st.caption(of)


def change_text(figure: FigurePair | None) -> str:
    """The difference from the baseline, with its half-width if there is one."""
    if figure is None or figure.difference is None:
        return ""
    found = figure.difference
    if abs(found.estimate) <= EQUAL * max(1.0, abs(figure.base or 0.0)) and not (
        math.isfinite(found.half_width) and found.half_width > 0
    ):
        return say("what_if.same")
    if not figure.has_interval:
        return signed(found.estimate, _digits(found.estimate))
    if max(abs(found.estimate), found.half_width) < LEAST / 2:
        return say("what_if.same")
    half = max(found.half_width, LEAST)
    change = signed(found.estimate, min(MOST_DECIMALS, decimals(half, found.estimate)))
    return say("what_if.plus_minus", change=change, half=plain(half, min(MOST_DECIMALS, decimals(half, half))))


def _digits(value: float) -> int:
    """Decimals of a change without interval: none of a whole number, else as many as of a figure of that size."""
    if abs(value - round(value)) < EQUAL:
        return 0
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2


def _now(figure: FigurePair | None, kpi: str) -> str:
    """The value of the scenario; a percentile of few observations with their number."""
    if figure is None or figure.now is None:
        return NO_VALUE
    text = number(figure.now)
    return of_few(text, figure.n, language()) if is_percentile(kpi) else text


def _cell(figure: FigurePair | None, kpi: str, mark: str) -> str:
    if figure is None or (figure.now is None and figure.base is None):
        return NO_VALUE
    now = _now(figure, kpi) + (mark if figure.now is not None else "")
    return f"{now}\n{change_text(figure)}" if _differs(figure) else now


def show_bottlenecks(port: str, base: Answer, now: Answer) -> None:
    """Show the bottlenecks of the scenario and, if they differ, of the baseline."""
    named = names(language())
    now_texts = _sentences(now, named, port)
    base_texts = _sentences(base, named, port)
    st.markdown(f"**{say('what_if.bottlenecks')}**")
    st.caption(say("what_if.of_one"))
    for sentence in now_texts or [say("what_if.no_waiting")]:
        st.caption(plain_text(sentence))
    roots = root_details(now.waiting_by_root, names_in(now.corridor, named.language), port)
    if roots:
        st.html(styled(roots))
    if now_texts != base_texts:
        with st.expander(say("what_if.bottlenecks_base")):
            for sentence in base_texts or [say("what_if.no_waiting")]:
                st.caption(plain_text(sentence))


def _sentences(answer: Answer, named: Names, port: str) -> list[str]:
    # Facilities that only the scenario has are named by its corridor.
    own = names_in(answer.corridor, named.language)
    return [own.sentence(one) for one in _bottlenecks(answer.content, _answer=answer).get(port, [])]


@st.cache_resource(max_entries=60, show_spinner=False)
def _bottlenecks(content: str, _answer: Answer) -> dict[str, list[Message]]:
    """Those of a run; that of the baseline is shown again and again."""
    return bottlenecks.messages(_answer.waiting, _answer.momentary, _answer.waiting_by_root)


@st.fragment
def show_dwell(port: str, base: Answer, now: Answer) -> None:
    """Show the time at the port by step; outbound left, inbound right."""
    st.subheader(say("what_if.dwell"), anchor=False)
    st.caption(say("what_if.of_one"))
    show_legend(run_charts.time_colours(names(language())))
    if now is base:
        _dwell(port, base, base)
        return
    tabs = st.tabs([say("what_if.now"), say("what_if.base")], key="dwell", on_change="rerun")
    for tab, answer, other in zip(tabs, (now, base), (base, now), strict=True):
        if tab.open:
            with tab:
                _dwell(port, answer, other)


def _dwell(port: str, answer: Answer, beside: Answer) -> None:
    drawn = _drawn(port, language(), answer.content, beside.content, _answer=answer, _beside=beside)
    named = names(language())
    if not drawn:
        st.caption(say("no_traffic"))
    for column, direction in zip(st.columns(2, gap="medium"), named.naming(port).directions, strict=True):
        if direction in drawn:
            show_chart(drawn[direction], column)


@st.cache_resource(max_entries=40, show_spinner=False)
def _drawn(
    port: str, shown_in: Language, content: str, beside: str, _answer: Answer, _beside: Answer
) -> dict[str, dict[str, Any]]:
    """A chart by direction, all on the common scale of both directions and answers.

    Cached, because drawing takes a tenth of the time of a short run.
    """
    named = names_in(_answer.corridor, shown_in)
    groups, others = (run_charts.dwell_by_direction(answer.dwell, port) for answer in (_answer, _beside))
    most_h = max((run_charts.longest_step(rows) for both in (groups, others) for rows in both.values()), default=0.0)
    drawn: dict[str, dict[str, Any]] = {}
    for direction, rows in groups.items():
        chart = run_charts.dwell_of_direction(rows, direction, named, most_h=most_h, legend=False)
        drawn[direction] = chart_style.spec_of(chart.properties(width="container"))
    return drawn
