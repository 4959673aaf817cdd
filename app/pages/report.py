"""The page report: what is at hand as one offline HTML file, and its tables for spreadsheets and programs."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from app.differences import differences
from app.language import language, say
from app.run_cache import traced, world_of
from app.session import current
from app.widgets.findings_view import show_findings
from app.widgets.html_table import show_table
from app.world import baseline, proposals
from corridors.findings import DataError
from corridors.overlay.proposals import Scenario, changes_of
from sim.reports import table_files
from sim.reports.run_report import report_html
from sim.run import RunResult
from sim.studies.compare import Comparison

MADE: Final = "report_made"
MIME: Final = {
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
}


def changed_by(scenario: Scenario) -> list[list[str]]:
    """What a scenario changes: thing, figure, before, after."""
    found = differences(baseline(), world_of(scenario), language())
    return [[one.thing, one.field, one.before, one.after] for one in found]


def told_record(result: RunResult, scenario: Scenario) -> dict[str, Any]:
    """The record of a run, its scenario and proposals by name."""
    own = getattr(scenario, f"title_{language()}") or say("report.own")
    named = [proposals()[id] for id in scenario.proposals]
    return result.record() | {
        "scenario": own if scenario.changes or scenario.proposals else "",
        "proposals": [proposal.title_zh if language() == "zh" else proposal.title_en for proposal in named],
    }


def make(scenario: Scenario, comparison: Comparison | None) -> None:
    """Run, and keep the files until something else is at hand."""
    with st.spinner(say("report.making")):
        result = traced(current.plain(scenario))
        if result.problems:
            st.error(say("report.unsound"))
            return
        changed, record, told = changed_by(scenario), told_record(result, scenario), language()
        corridor = result.case.corridor
        html = report_html(
            visits=result.visits, corridor=corridor, meta=record, language=told, changed=changed, comparison=comparison
        )
        files = {
            "html": html.encode("utf-8"),
            "xlsx": table_files.workbook(result, record, corridor, told, changed, comparison),
            "parquet": table_files.parquet(result, result.record()),
            "csv": table_files.csv(result, result.record()),
        }
    st.session_state[MADE] = (key_of(scenario, comparison), html.count('class="chart"'), files)


def key_of(scenario: Scenario, comparison: Comparison | None) -> tuple[object, ...]:
    """Files are good as long as this is the same."""
    return language(), scenario, id(comparison)


st.header(say("report.title"))
st.markdown(say("report.lead"))
at_hand, compared = current.scenario(), current.comparison()
st.markdown(f"#### {say('report.what')}")
try:
    changes = changes_of(at_hand, proposals())
    st.markdown(f"**{say('report.present', changes=len(changes)) if changes else say('report.base')}**")
    told_changes = changed_by(at_hand)
    if told_changes:
        head = [say(f"report.changed_{key}") for key in ("thing", "figure", "before", "after")]
        show_table(head, told_changes, texts=2, unbroken=0)
    if compared:
        experiment = compared.results.experiment
        title = getattr(experiment, f"title_{language()}", "") or experiment.id
        st.markdown(say("report.comparison", title=title))
    else:
        st.caption(say("report.no_comparison"))
    if st.button(say("report.make"), key="report_make", type="primary"):
        make(at_hand, compared)
except DataError as error:
    show_findings(error.findings)
key, charts, files = st.session_state.get(MADE, (None, 0, {}))
if key == key_of(at_hand, compared):
    st.success(say("report.ready", charts=charts, mb=len(files["html"]) / 1e6), icon=":material/check:")
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
