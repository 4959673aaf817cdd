"""Scenario of the page What if: presets, reset, file, link, differences from the baseline."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from app import shelf
from app.differences import differences
from app.kept_runs import keep_runs
from app.language import language, say, text_of
from app.local_address import is_local
from app.no_effect import of_loaded
from app.pages.what_if_sliders import PORT
from app.session import what_if as state
from app.session.draft import MOST_CHANGES
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline, proposals
from corridors.findings import DataError
from corridors.model import Corridor
from corridors.overlay.proposals import parse_scenario, to_yaml
from sim.text.catalogue import ENGLISH

MOST_BYTES: Final = 100_000
MOST_SAVED: Final = 20
MOST_OPEN: Final = 3
"""Changes without effect that are listed without a click."""
PRESETS: Final = "presets"
NAME: Final = "saved_name"
FILE: Final = "file_box"
LINK: Final = "link_box"
KEPT: Final = "kept_on_shelf"


def toolbar() -> None:
    """Show the presets, the resets, and the boxes of file and link."""
    known = proposals()
    titles = {id: text_of(one, "title") for id, one in sorted(known.items())}
    loaded = [id for id in state.draft().loaded.proposals if id in known]
    st.session_state[PRESETS] = loaded
    chooser, rest = st.columns([5, 6], vertical_alignment="bottom")
    chooser.multiselect(
        say("what_if.presets"),
        list(titles),
        format_func=titles.__getitem__,
        key=PRESETS,
        placeholder=say("what_if.presets_hint"),
        on_change=lambda: state.load_proposals(st.session_state[PRESETS]),
    )
    if len(loaded) > 1:
        # The box has one line.
        st.caption(plain_text(say("what_if.between").join(titles[id] for id in loaded)))
    with rest.container(horizontal=True):
        st.button(say("what_if.reset_base"), on_click=state.load_proposals, args=((),), disabled=state.draft().is_base)
        st.button(
            say("what_if.reset_loaded"),
            on_click=lambda: state.use(state.draft().reset()),
            disabled=not state.draft().moved,
        )
        _boxes()
    if state.has_another_period():
        st.caption(say("what_if.another_period", days=state.HORIZON.days, start=state.HORIZON.start))
    _show_without_effect()


def _show_without_effect() -> None:
    """Show which changes of proposals and of a loaded scenario change nothing, and why."""
    found = of_loaded()
    if not found:
        return
    opened = len(found) <= MOST_OPEN
    with st.expander(say("what_if.without_effect", n=len(found)), icon=":material/info:", expanded=opened):
        for thing, why in found:
            st.caption(f"**{plain_text(thing)}**{say('finding_colon')}{plain_text(why)}")


@st.fragment
def _boxes() -> None:
    """Show the boxes of file and link; a box is drawn when it is opened."""
    state.follow_changes()
    with st.container(horizontal=True):
        file = st.popover(say("what_if.file"), key=FILE, on_change="rerun")
        link = st.popover(say("what_if.link"), key=LINK, on_change="rerun")
    if file.open:
        with file:
            _file()
    if link.open:
        with link:
            _link()


def _file() -> None:
    """Save, open, download, copy and upload. An uploaded file is read as data and checked like any input."""
    text = to_yaml(state.scenario())
    st.text_input(say("what_if.name"), key=NAME, max_chars=60, placeholder=say("what_if.name_hint"))
    st.button(say("what_if.save"), on_click=_save, disabled=len(state.saved()) >= MOST_SAVED)
    st.button(say("what_if.keep"), key="keep_on_shelf", on_click=_keep)
    if kept := st.session_state.get(KEPT):
        st.caption(plain_text(kept))
    for name, scenario in state.saved().items():
        st.button(say("what_if.load", name=name), key=f"load_{name}", on_click=state.load, args=(scenario,))
    st.download_button(
        say("what_if.download"), text, file_name="what_if.yaml", mime="application/yaml", on_click="ignore"
    )
    st.caption(say("what_if.headless"))
    st.code(text, language="yaml", height=200)
    st.file_uploader(
        say("what_if.upload", kb=MOST_BYTES // 1000),
        type=["yaml", "yml"],
        key="upload",
        on_change=_upload,
        max_upload_size=1,
    )


def _keep() -> None:
    """Put the short run of the draft and that of the baseline on the shelf, as one pair."""
    name = " ".join(st.session_state.get(NAME, "").split())
    try:
        st.session_state[KEPT] = say(
            "what_if.kept", name=keep_runs(state.scenario(), name, is_base=state.draft().is_base)
        )
    except shelf.ShelfFullError:
        st.session_state[KEPT] = shelf.full_text(language())
    except DataError as error:
        state.complain(error.findings)


def _save() -> None:
    name = " ".join(st.session_state.get(NAME, "").split())
    id = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or f"saved_{len(state.saved()) + 1}"
    shown = name or id
    titles = {"title_en": shown, "title_zh": shown}
    state.saved()[shown] = state.scenario().model_copy(update={"id": id, **titles})


def _upload() -> None:
    file = st.session_state.get("upload")
    if file is None:
        return
    content = file.getvalue()
    if len(content) > MOST_BYTES:
        state.complain_of(file.name, say("what_if.bytes", n=len(content)), say("what_if.at_most", most=MOST_BYTES))
        return
    try:
        scenario = parse_scenario(content, file.name)
        if len(scenario.changes) > MOST_CHANGES:
            found = say("what_if.n_changes", n=len(scenario.changes))
            state.complain_of(file.name, found, say("what_if.at_most", most=MOST_CHANGES))
            return
        state.check(scenario)
    except DataError as error:
        state.complain(error.findings)
        return
    state.load(scenario)


def _link() -> None:
    """Show the address that restores the draft."""
    parameters = state.draft().parameters()
    parameters |= {PORT: st.query_params.get_all(PORT)}
    if language() != ENGLISH:
        parameters["lang"] = [language()]
    address = str(st.context.url or "").partition("?")[0]
    st.caption(say("what_if.link_note"))
    if is_local():
        st.caption(say("what_if.link_local"))
    st.code(f"{address}?{urlencode(parameters, doseq=True)}" if parameters else address, language=None, wrap_lines=True)


def show_differences(now: Corridor) -> None:
    """Show every value that differs from the baseline."""
    found = differences(baseline(), now, language())
    with st.expander(say("what_if.differences", n=len(found)), key="differences"):
        head = [say(f"what_if.differ_{key}") for key in ("thing", "field", "base", "now")]
        rows = [[one.thing, one.field, one.before, one.after] for one in found]
        show_table(head, rows, texts=4, unbroken=0)
