"""Page Own records: from logs of a visitor to a fitted scenario and a forecast, in four steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from app import home, record_jobs
from app.language import say
from app.pages import own_records_fit, own_records_forecast, own_records_map
from app.record_work import MOST_MB, MOST_ROWS
from app.session.own_records import FIELD, OwnRecords, forget, records
from app.widgets.findings_view import show_findings
from app.widgets.plain_text import plain_text
from app.world import baseline
from corridors.findings import DataError
from corridors.io.folders import data_root
from corridors.io.plain_files import MB, FileInMemory

TYPES = ("csv", "xlsx", "xes", "json")
EXAMPLE = ("gate_log.csv", "gate_log.yaml")


def upload(own: OwnRecords) -> None:
    """Step 1: files, or the made-up example."""
    st.subheader(say("own_records.upload"), anchor=False)
    box, beside = st.columns([3, 2], gap="medium")
    number = st.session_state.setdefault(f"{FIELD}uploads", 0)
    given = box.file_uploader(
        say("own_records.files", mb=MOST_MB, rows=MOST_ROWS),
        type=list(TYPES),
        accept_multiple_files=True,
        key=f"{FIELD}files_{number}",
        max_upload_size=MOST_MB,
    )
    files = tuple(FileInMemory(file.name, file.getvalue()) for file in given)
    if files and files != own.files:
        own.use(files)
    with beside:
        st.caption(say("own_records.privacy"))
        with st.container(horizontal=True):
            if home.folder() is None:
                st.button(say("own_records.example"), on_click=_example, args=(own,))
            st.button(say("own_records.forget"), on_click=forget, disabled=not own.files)
    if own.files:
        names = say("own_records.and").join(file.name for file in own.files)
        size = sum(len(file.content) for file in own.files) / MB
        st.caption(plain_text(say("own_records.have", names=names, mb=f"{size:.1f}")))


def _example(own: OwnRecords) -> None:
    # An empty field: files that are still in it would take the place of the example at once.
    st.session_state[f"{FIELD}uploads"] = st.session_state.get(f"{FIELD}uploads", 0) + 1
    log, map_ = (data_root() / "examples" / name for name in EXAMPLE)
    own.use((FileInMemory(log.name, log.read_bytes()),), map_.read_text(encoding="utf-8"))


def attempt(own: OwnRecords, work: Callable[[], Any]) -> Any:
    """What the work returns; None, with its findings kept, where it is refused."""
    own.findings = ()
    try:
        return work()
    except DataError as error:
        own.findings = tuple(error.findings)
        return None


def look(own: OwnRecords) -> None:
    """Look at new files, or at the same read in another way."""
    form = own_records_map.form_of_files()
    key = (own.files, tuple(form.items()))
    if own.looked_at == key:
        return
    own.looked_at, own.look = key, None
    with st.spinner(say("own_records.looking")):
        own.look = attempt(own, lambda: record_jobs.look(own.files, form))


def fit(own: OwnRecords, map_text: str) -> None:
    """Step 3: clean and fit, on request."""
    with st.spinner(say("own_records.fitting")):
        own.fitted = attempt(own, lambda: record_jobs.fit(own.files, map_text))
    own.cast = own.past = None


st.header(say("own_records.title"))
st.markdown(say("own_records.lead"))
own = records()
upload(own)
if sum(len(file.content) for file in own.files) > MOST_MB * MB:
    st.error(say("own_records.too_large", mb=MOST_MB))
elif own.files:
    look(own)
    if own.look is not None:
        map_text, missing = own_records_map.show(own, own.look, baseline())
        st.subheader(say("own_records.fit"), anchor=False)
        if missing:
            st.info(say("own_records.missing", names=tuple(missing)), icon=":material/help:")
        if st.button(say("own_records.fit_button"), type="primary", disabled=bool(missing)):
            fit(own, map_text)
        if own.findings:
            show_findings(own.findings)
        elif own.fitted is not None:
            if own.fitted.map != map_text:
                st.warning(say("own_records.map_changed"), icon=":material/info:")
            own_records_fit.show(own.fitted)
            own_records_forecast.show(own, own.fitted)
    elif own.findings:
        show_findings(own.findings)
