"""Page Report: current results as an offline HTML file, and as tables."""

from __future__ import annotations

from typing import Final

import streamlit as st

from app.differences import differences
from app.language import language, say, text_of
from app.run_cache import traced, world_of
from app.session import current
from app.widgets.findings_view import show_findings
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline, proposals
from corridors.findings import DataError
from corridors.overlay.proposals import Scenario, changes_of
from sim.reports import table_files
from sim.reports.run_names import named_record
from sim.reports.run_report import report_html
from sim.studies.compare import ScenarioComparison

MADE: Final = "report_made"
MIME: Final = {
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
}


def changed_by(scenario: Scenario) -> list[list[str]]:
    """The changes of a scenario: object, field, value before and after."""
    found = differences(baseline(), world_of(scenario), language())
    return [[one.thing, one.field, one.before, one.after] for one in found]


def make(scenario: Scenario, comparison: ScenarioComparison | None) -> None:
    """Run the scenario and keep its files in the session."""
    with st.spinner(say("report.making")):
        try:
            result = traced(current.plain(scenario))
        except DataError as error:
            show_findings(error.findings)
            return
        if result.problems:
            st.error(say("report.unsound"))
            return
        changed, code = changed_by(scenario), language()
        record = named_record(result, code, say("report.own"))
        corridor = result.case.corridor
        html = report_html(
            run=result, corridor=corridor, meta=record, language=code, changed=changed, comparison=comparison
        )
        files = {
            "html": html.encode("utf-8"),
            "xlsx": table_files.workbook(result, record, corridor, code, changed, comparison),
            "parquet": table_files.parquet(result, result.record()),
            "csv": table_files.csv(result, result.record()),
        }
    st.session_state[MADE] = (key_of(scenario, comparison), html.count('class="chart"'), files)


def key_of(scenario: Scenario, comparison: ScenarioComparison | None) -> tuple[object, ...]:
    """A key that changes when the files are out of date."""
    return language(), scenario, id(comparison)


st.header(say("report.title"))
st.markdown(say("report.lead"))
now, compared = current.scenario(), current.comparison()
st.markdown(f"#### {say('report.what')}")
try:
    changes = changes_of(now, proposals())
    st.markdown(f"**{say('present', n=len(changes)) if changes else say('report.base')}**")
    shown_changes = changed_by(now)
    if shown_changes:
        head = [say(f"report.changed_{key}") for key in ("thing", "figure", "before", "after")]
        show_table(head, shown_changes, texts=2, unbroken=0)
    if compared:
        experiment = compared.results.experiment
        title = text_of(experiment, "title") or experiment.id
        st.markdown(say("report.comparison", title=plain_text(title)))
    else:
        st.caption(say("report.no_comparison"))
    if st.button(say("report.make"), key="report_make", type="primary"):
        make(now, compared)
except DataError as error:
    show_findings(error.findings)
key, charts, files = st.session_state.get(MADE, (None, 0, {}))
if key == key_of(now, compared):
    st.success(say("report.ready", n=charts, mb=len(files["html"]) / 1e6), icon=":material/check:")
    with st.container(horizontal=True):
        for kind, content in files.items():
            st.download_button(
                say(f"report.{kind}"),
                content,
                f"bridgehead.{kind}",
                MIME[kind],
                key=f"report_{kind}",
                icon=":material/download:",
                on_click="ignore",
            )
st.caption(say("report.same"))
