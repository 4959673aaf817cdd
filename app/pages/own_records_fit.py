"""Step 3 of the page Own records: what the cleaning did, the numbers with intervals, the check, the files."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from app.language import language, say
from app.record_work import Fitted
from app.run_cache import world_of
from app.session import current, what_if
from app.widgets.findings_view import show_findings, show_notes
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline
from corridors.findings import DataError
from corridors.io.plain_files import FileInMemory
from corridors.records.mapping import read_map
from sim.reports import fit_tables
from sim.reports.fit_names import FitNames
from sim.studies.fitting.estimate import Estimate

FILES: Final = {
    "fit.yaml": "application/yaml",
    "fit.csv": "text/csv",
    "cleaning.csv": "text/csv",
    "check.csv": "text/csv",
}


def show(fitted: Fitted) -> None:
    """The results of a fit."""
    tongue = language()
    named = FitNames(fitted.fit, baseline(), tongue)
    verdict = fit_tables.verdict(fitted.checked, fitted.weeks, named)
    failed = any(not one.agrees for one in fitted.checked)
    tone = st.info if not fitted.checked else st.warning if failed else st.success
    tone(plain_text(verdict), icon=":material/fact_check:")
    counts = {"records": fitted.records, "visits": fitted.visits, "days": fitted.days, "missing": fitted.missing_days}
    st.markdown(plain_text(named.say("counts", **counts)))
    map_, _ = read_map(FileInMemory("map.yaml", fitted.map.encode()), baseline())
    for line in fit_tables.left_out(map_, fitted.unused, named):
        st.markdown(plain_text(line))
    show_notes(fitted.warnings)
    try:
        world_of(fitted.scenario)
    except DataError as error:
        show_findings(error.findings)
        return
    written = [one for one in fitted.fit.estimates if one.written]
    refused = [one for one in fitted.fit.estimates if not one.written]
    heads = ("thing", "field", "words", "value", "interval", "n", "method")
    show_table(
        [say(f"own_records.head_{key}") for key in heads],
        [number_row(one, named) for one in written],
        texts=3,
        unbroken=0,
    )
    st.caption(say("own_records.numbers_note"))
    if refused:
        with st.expander(say("own_records.refused", n=len(refused))):
            rows = [[cells[0], cells[1], cells[2], cells[5]] for cells in (number_row(one, named) for one in refused)]
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
            check = fit_tables.check(fitted.checked, named)
            st.markdown(f"**{check.title}**")
            show_table(check.columns, check.rows, texts=check.texts, unbroken=0)
            st.caption(check.note)
    _files(fitted)


def number_row(one: Estimate, named: FitNames) -> list[str]:
    """Thing, field, words, value with unit, interval, evidence, method."""
    thing, field, value, interval = named.number(one)
    return [thing, field, named.words(one), value, interval, f"{one.n:,}", named.method(one)]


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
