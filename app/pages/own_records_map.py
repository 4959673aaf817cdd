"""Step 2 of the page Own records: which column says what, as fields; the answer is a map for ``bridgehead fit``."""

from __future__ import annotations

from typing import Any

import streamlit as st
import yaml

from app.language import language, option_key, say
from app.pages.own_records_fields import NONE, MapFields, labelled, step_text
from app.record_work import Look
from app.session.own_records import FIELD, OwnRecords
from app.widgets.html_table import show_table
from app.world import names
from corridors.findings import DataError
from corridors.io.plain_files import FileInMemory
from corridors.model import Corridor
from corridors.records.mapping import read_map
from corridors.records.reading import ENCODINGS


def form_of_files() -> dict[str, Any]:
    """How the files are read; all is found out unless the visitor says otherwise."""
    with st.expander(say("own_records.form")):
        left, middle, right, last = st.columns(4)
        return {
            "sheet": left.text_input(say("own_records.sheet"), key=f"{FIELD}sheet", persist_state="session"),
            "header_row": int(
                middle.number_input(
                    say("own_records.header_row"), 0, 100, key=f"{FIELD}header", persist_state="session"
                )
            ),
            "encoding": right.selectbox(
                say("own_records.encoding"),
                [NONE, *ENCODINGS],
                format_func=labelled(say("own_records.found_out"), ENCODINGS).__getitem__,
                key=option_key(f"{FIELD}encoding"),
                persist_state="session",
            ),
            "object_type": last.text_input(
                say("own_records.object_type"), key=f"{FIELD}object", persist_state="session"
            ),
        }


def show(own: OwnRecords, look: Look, corridor: Corridor) -> tuple[str, list[str]]:
    """The map as text, and what is still to be decided."""
    st.subheader(say("own_records.map"), anchor=False)
    if own.map:
        _columns_of_map(own.map, look, corridor)
        st.info(say("own_records.map_given"), icon=":material/description:")
        with st.expander(say("own_records.map_text")):
            st.code(own.map, language="yaml")
        if st.button(say("own_records.map_by_hand")):
            own.map = ""
            st.rerun()
        return own.map, []
    _columns(look)
    form = MapFields(own, look, corridor)
    made, missing = form.map(), form.missing
    text = yaml.safe_dump(made, allow_unicode=True, sort_keys=False, width=120)
    with st.expander(say("own_records.map_text")):
        st.caption(say("own_records.map_use"))
        st.code(text, language="yaml")
        given = st.file_uploader(
            say("own_records.map_file"), type=["yaml", "yml"], key=f"{FIELD}map", max_upload_size=1
        )
        if given is not None:
            own.map = given.getvalue().decode("utf-8", errors="replace")
            st.rerun()
    return text, missing


def _columns(look: Look) -> None:
    """The columns with examples, what they are taken for, and what is unsure."""
    taken = {name: key for key, name in look.guess.columns.items()}
    rows = []
    for one in look.columns:
        key = taken.get(one.name, "")
        guess = say(f"own_records.guess_{key}" if key else "own_records.no_use")
        sure = say("own_records.sure" if key in look.guess.sure else "own_records.unsure") if key else ""
        rows.append([one.name, say("own_records.and").join(one.examples), guess, sure])
    show_table([say(f"own_records.head_{key}") for key in ("column", "examples", "guess", "sure")], rows, texts=4)
    st.caption(say("own_records.columns_note", n=look.rows))


def _columns_of_map(text: str, look: Look, corridor: Corridor) -> None:
    """The columns with examples, and what the map of a file uses them for; nothing of a map that cannot be read."""
    try:
        uses = read_map(FileInMemory("map.yaml", text.encode()), corridor)[0].uses
    except DataError:
        return  # The fit shows its findings.
    named = names(language())

    def use(key: str, step: str) -> str:
        what = say("own_records.guess_classifier" if key == "keep" else f"own_records.guess_{key}")
        found = corridor.itineraries.get(step)
        return say("own_records.at_step", use=what, step=step_text(found, named, corridor)) if found else what

    rows = []
    for one in look.columns:
        used = [use(key, step) for key, step in uses.get(one.name, ())] or [say("own_records.not_used")]
        rows.append([one.name, say("own_records.and").join(one.examples), say("own_records.and").join(used)])
    show_table([say(f"own_records.head_{key}") for key in ("column", "examples", "use")], rows, texts=3)
    st.caption(say("own_records.columns_used", n=look.rows))
