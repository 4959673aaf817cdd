"""Step 3 of the page Own records: what the cleaning did, the numbers with intervals, the check, the files."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from app.cell_names import cell_text
from app.differences import thing_of
from app.language import language, say, text_of
from app.record_work import Fitted
from app.run_cache import world_of
from app.session import current, what_if
from app.widgets.findings_view import show_findings, show_notes
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline, names
from corridors.findings import DataError
from corridors.model import TABLES, Corridor
from corridors.schema import schema
from sim.reports import fit_tables
from sim.reports.fit_tables import say as of_fit
from sim.reports.number_format import NO_VALUE
from sim.studies.fitting.estimate import Estimate
from sim.studies.fitting.replaying import Checked
from sim.text.names import Names

OWN_HOURS: Final = "_hours_own"
"""End of the ids of fitted profiles of hours."""
FILES: Final = {
    "fit.yaml": "application/yaml",
    "fit.csv": "text/csv",
    "cleaning.csv": "text/csv",
    "check.csv": "text/csv",
}


def show(fitted: Fitted) -> None:
    """The results of a fit."""
    tongue = language()
    verdict = fit_tables.verdict([named_check(one) for one in fitted.checked], fitted.weeks, tongue)
    failed = any(not one.agrees for one in fitted.checked)
    tone = st.info if not fitted.checked else st.warning if failed else st.success
    tone(plain_text(verdict), icon=":material/fact_check:")
    counts = {"records": fitted.records, "visits": fitted.visits, "days": fitted.days, "missing": fitted.missing_days}
    st.markdown(plain_text(of_fit("counts", tongue, **counts)))
    show_notes(fitted.warnings)
    try:
        world = world_of(fitted.scenario)
    except DataError as error:
        show_findings(error.findings)
        return
    written = [one for one in fitted.fit.estimates if one.written]
    refused = [one for one in fitted.fit.estimates if not one.written]
    heads = ("thing", "field", "words", "value", "interval", "n", "method")
    show_table(
        [say(f"own_records.head_{key}") for key in heads],
        [number_row(one, world) for one in written],
        texts=3,
        unbroken=0,
    )
    st.caption(say("own_records.numbers_note"))
    if refused:
        with st.expander(say("own_records.refused", n=len(refused))):
            rows = [[cells[0], cells[1], cells[2], cells[5]] for cells in (number_row(one, world) for one in refused)]
            show_table(
                [say(f"own_records.head_{key}") for key in ("thing", "field", "why", "n")], rows, texts=3, unbroken=0
            )
    left, right = st.columns(2, gap="medium")
    with left:
        cleaning = fit_tables.cleaning(fitted.cleaning, tongue)
        st.markdown(f"**{cleaning.title}**")
        show_table(cleaning.columns, cleaning.rows, texts=cleaning.texts, unbroken=0)
        st.caption(cleaning.note)
    with right:
        if fitted.checked:
            check = fit_tables.check([named_check(one) for one in fitted.checked], tongue)
            st.markdown(f"**{check.title}**")
            show_table(check.columns, check.rows, texts=check.texts, unbroken=0)
            st.caption(check.note)
    _files(fitted)


def number_row(one: Estimate, world: Corridor) -> list[str]:
    """Thing, field, words, value with unit, interval, evidence, method."""
    named = Names.of(world, language())
    thing, field, value, interval = one.address, "", fit_tables.number(one.value), NO_VALUE
    table, _, rest = one.address.partition(".")
    id, _, column = rest.rpartition(".")
    if table in TABLES and column in schema(table):
        declared = schema(table)[column]
        field = text_of(declared, "label")
        thing = thing_of(world, table, id, named) if id in world.table(table) else id
        share = table == "shares"
        if table == "profiles":
            thing, value = named.service(id.removesuffix(OWN_HOURS)), _hours(str(one.value))
        elif isinstance(one.value, str) or math.isfinite(one.value):
            value = percent(one.value) if share else cell_text(declared, _short(one.value), world, named)
        if math.isfinite(one.low):
            low, high = (percent(bound) if share else fit_tables.number(bound) for bound in (one.low, one.high))
            interval = of_fit("interval", language(), low=low, high=high)
    method = of_fit(f"method.{one.method or 'moments'}", language())
    return [thing, field, fit_tables.words(one, language()), value, interval, f"{one.n:,}", method]


def percent(value: Any) -> str:
    """A share in percent."""
    return f"{100 * float(value):.3g}%"


def _hours(weights: str) -> str:
    """The busiest and the quietest hour of a day."""
    numbers = [float(one) for one in weights.split(";")]
    busiest, quietest = (f"{numbers.index(end(numbers)):02d}:00" for end in (max, min))
    return say("own_records.hours", busiest=busiest, quietest=quietest)


def named_check(one: Checked) -> Checked:
    """The comparison under the name of its step or traffic."""
    world, named = baseline(), names(language())
    if one.name in world.itineraries:
        row = world.itineraries[one.name]
        return replace(one, name=named.thing(row.facility or row.place))
    return replace(one, name=named.service(one.name))


def _short(value: float | str) -> float | int | str:
    """Four digits; a text as it is."""
    if isinstance(value, str):
        return value
    short = float(f"{value:.4g}")
    return int(short) if short.is_integer() else short


def _files(fitted: Fitted) -> None:
    """The scenario and its tables to keep, and the way to What if."""
    with st.container(horizontal=True):
        if st.button(say("own_records.what_if"), icon=":material/tune:"):
            try:
                what_if.check(fitted.scenario)
            except DataError as error:
                show_findings(error.findings)
            else:
                current.use_scenario(fitted.scenario)
                st.switch_page("app/pages/what_if.py")
        contents: dict[str, Any] = {**fitted.files, "map.yaml": fitted.map.encode()}
        for name, mime in (FILES | {"map.yaml": "application/yaml"}).items():
            st.download_button(
                name, contents[name], file_name=name, mime=mime, on_click="ignore", key=f"rec_file_{name}"
            )
    st.caption(say("own_records.files_note"))
