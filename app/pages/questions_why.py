"""Question: why does a figure of the model differ from the published one?"""

from __future__ import annotations

from typing import Any

import streamlit as st

from app.language import language, say
from app.run_cache import published_record
from app.session import asked
from app.widgets.findings_view import show_findings
from app.widgets.plain_text import plain_text
from corridors.findings import DataError
from corridors.translations import translated
from sim.reports import validation_tables
from sim.studies.validation.scores import by_part


def why(place: Any) -> None:
    """Show the field in ``place``, the published and the model's figure, and the reason of a difference."""
    try:
        with st.spinner(say("data.running_base")):
            rows = {row.of.id: row for row in by_part(published_record().rows)}
    except DataError as error:
        show_findings(error.findings)
        return
    if not rows:
        st.info(say("questions.none_here"))
        return
    known = {id: translated(row.of, "what", language()) for id, row in rows.items()}
    row = rows[asked.choice(place, say("questions.figure_published"), "thing", "why", known)]
    st.info(plain_text(validation_tables.beside(row, language())), icon=":material/lightbulb:")
    if reason := translated(row.of, "why", language()):
        st.markdown(f"**{say('questions.reason')}**  \n{plain_text(reason)}")
    fact = row.of.figure
    source = fact.source if not fact.url else f"{fact.source}, {fact.url}"
    st.caption(plain_text(say("questions.published_in", fact=fact.id, source=source)))
    st.page_link("app/pages/data.py", label=say("questions.all_figures"), icon=":material/table:")
