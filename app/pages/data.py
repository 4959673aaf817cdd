"""Page Data: tables to edit with checks, published figures, and how to cite."""

from __future__ import annotations

import streamlit as st

from app.language import say
from app.pages.data_facts import cite, facts_and_model
from app.pages.data_tables import tables_and_checks
from app.widgets.findings_view import show_findings
from corridors.findings import DataError

st.header(say("data.title"))
st.markdown(say("data.lead"))
parts = {"tables": tables_and_checks, "facts": facts_and_model, "cite": cite}
chosen = st.segmented_control(
    say("data.title"),
    list(parts),
    default="tables",
    format_func={key: say(f"data.tab_{key}") for key in parts}.__getitem__,
    key="data_part",
    required=True,
    label_visibility="collapsed",
)
try:
    parts[chosen or "tables"]()
except DataError as error:
    show_findings(error.findings)
