"""Published figures with the results of the base year, and how to cite."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import streamlit as st

import sim
from app import home
from app.language import language, option_key, say
from app.run_cache import published_record, world_of
from app.session import current
from app.widgets.findings_view import show_findings
from app.widgets.html_table import show_table
from app.world import baseline, code, data, facts, names, proposals
from corridors.findings import DataError
from corridors.fingerprint import fingerprint
from corridors.overlay.proposals import changes_of
from sim.reports import validation_scores, validation_tables
from sim.reports.number_format import NO_VALUE
from sim.text.data_texts import facts_note

EVERYWHERE: Final = "all"
SITE: Final = r"https?://(?:www\.)?([^/]+)"
"""The part of an address to show."""


def facts_and_model() -> None:
    """Show the base year against published figures, then all published figures."""
    if home.comparisons():
        against_the_record()
    if facts():
        all_facts()
    elif not home.comparisons():
        st.caption(say("data.no_facts"))


def against_the_record() -> None:
    """Show the results of the base year and the published figures by topic."""
    st.markdown(f"#### {say('data.against')}")
    try:
        with st.spinner(say("data.running_base")):
            record = published_record()
    except DataError as error:
        show_findings(error.findings)
        return
    for sentence in validation_scores.summary(record, language()):
        st.markdown(sentence)
    st.caption(validation_tables.how(language()))
    bracketed = names(language()).bracketed
    topics = validation_tables.topics(record, language())
    counted = {
        topic: bracketed(validation_tables.say(language(), f"topic.{topic}"), str(len(table.rows)))
        for topic, table in topics.items()
    }
    table = topics[
        st.selectbox(
            say("data.topic"), list(topics), format_func=counted.__getitem__, key=option_key("data_topic"), width=320
        )
    ]
    show_table(table.columns, table.rows, texts=table.texts, unbroken=1)
    named = names(language())
    ports = {EVERYWHERE: say("data.all_ports")} | {id: named.port(id) for id in baseline().ports}
    place = st.selectbox(
        say("data.misses_at"), list(ports), format_func=ports.__getitem__, key=option_key("data_misses_at"), width=320
    )
    if place != EVERYWHERE:
        record = replace(record, rows=record.at(baseline(), place), experiments=())
    missed = validation_tables.misses(record, language())
    with st.expander(say("data.misses", n=len(missed)), expanded=place != EVERYWHERE):
        st.markdown("\n".join(f"- {sentence}" for sentence in missed))


def all_facts() -> None:
    """Show all published figures with a search."""
    import pandas as pd

    named = names(language())
    st.markdown(f"#### {say('data.all_facts')}")
    st.caption(say("data.facts_lead", n=len(facts())))
    if note := facts_note(language()):
        st.caption(note)
    text = st.text_input(say("data.search"), key="data_facts_search", placeholder=say("data.search_hint"))
    words = text.casefold().split()
    rows = [
        {
            say("data.fact"): fact.id,
            say("data.place"): fact.place,
            say("data.metric"): fact.metric,
            say("data.value"): with_commas(fact.value),
            say("data.unit"): fact.unit,
            say("data.year"): fact.year,
            say("data.grade"): named.grade(fact.grade),
            say("data.source"): fact.source,
            say("data.address"): fact.url or None,
            say("data.note"): fact.note,
        }
        for fact in facts().values()
        if all(
            word in " ".join((fact.id, fact.place, fact.metric, fact.source, fact.note)).casefold() for word in words
        )
    ]
    st.caption(say("data.rows", shown=len(rows), n=len(facts())))
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=560,
        placeholder=NO_VALUE,
        column_config={say("data.address"): st.column_config.LinkColumn(display_text=SITE)},
    )


def with_commas(text: str) -> str:
    """A published value; thousands of a whole number are separated by commas."""
    return f"{int(text):,}" if text.isdecimal() else text


def cite() -> None:
    """Show version and fingerprints to copy."""
    st.markdown(say("data.cite_lead"))
    scenario = current.scenario()
    changes = changes_of(scenario, proposals())
    changed = fingerprint(world_of(scenario)) if changes else ""
    own = say("data.cite_scenario", id=scenario.id, data=changed[:16]) if changed else ""
    short = {"version": sim.__version__, "data": data()[:16], "code": code()[:16]}
    cited = "data.cite_text" if home.folder() is None else "data.cite_text_own"
    st.code(say(cited, **short, scenario=own), language=None, wrap_lines=True)
    st.markdown(f"{say('data.data_fingerprint')}  \n`{data()}`")
    st.markdown(f"{say('data.code_fingerprint')}  \n`{code()}`")
    if changed:
        st.markdown(f"{say('data.scenario_fingerprint')}  \n`{changed}`")
    st.caption(say("data.licence"))
