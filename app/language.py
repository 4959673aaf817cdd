"""Language of the session, and texts in that language.

The language is in the address (``?lang=zh``; English without it) and holds for every page of the session. Texts are in
the catalogues of :mod:`sim.text`, one room a page: ``say("overview.title")`` is ``title`` of ``app_overview.po``, and
``say("language")`` is ``language`` of ``app_common.po``.
"""

from __future__ import annotations

import threading
from typing import Any, Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import url_state
from sim.text import catalogue
from sim.text.catalogue import ENGLISH, Language, complete_languages

ADDRESS: Final = "lang"
REMEMBERED: Final = "language"
SWITCH: Final = "language_switch"
SHOWN_IN: Final = "shown_in"
_OF_RUN: Final = threading.local()
"""The language of the run of the script in this thread: a page asks for it hundreds of times."""


def language() -> Language:
    """The language of this session."""
    context = get_script_run_ctx(suppress_warning=True)
    known: tuple[Any, Language] | None = getattr(_OF_RUN, "settled", None)
    return known[1] if known and context is not None and known[0] == context.session_id else _chosen()


def _chosen() -> Language:
    chosen = st.session_state.get(REMEMBERED)
    return str(chosen) if chosen in complete_languages() else ENGLISH


def message_name(key: str) -> str:
    """The name of a message of the page in the catalogues."""
    page, _, own = key.partition(".") if "." in key else ("common", "", key)
    return f"app_{page}.{own}"


def say(key: str, /, **values: Any) -> str:
    """The message ``page.id``, or ``id`` of all pages, in the language of this session."""
    return catalogue.say(message_name(key), language(), **values)


def text_of(row: Any, field: str, of: Language = "") -> str:
    """A text of a data row (``field_en``, ``field_zh``) in a language (default: of the session), else in English."""
    return getattr(row, f"{field}_{of or language()}", "") or getattr(row, f"{field}_{ENGLISH}", "")


def settle_language() -> None:
    """Take the language from the address, else from the session, and write it into the address.

    To be called first in every run of the script.
    """
    if requested := url_state.requested(ADDRESS, complete_languages()):
        st.session_state[REMEMBERED] = requested
    context = get_script_run_ctx(suppress_warning=True)
    _OF_RUN.settled = (context.session_id, _chosen()) if context is not None else None
    if ADDRESS in st.query_params or language() != ENGLISH:
        url_state.show(ADDRESS, language())
    else:
        url_state.written(ADDRESS, language())


def option_key(key: str, default: Any = None) -> str:
    """The key of a widget whose options are shown by translated names.

    ``default`` is the first value unless that is the first option. A browser keeps the name that was chosen; after a
    change of language the value is set again, so that the name changes, too.
    """
    shown = st.session_state.setdefault(SHOWN_IN, {})
    if key not in st.session_state:
        if default is not None:
            st.session_state[key] = default
    elif shown.get(key, language()) != language():
        st.session_state[key] = st.session_state[key]
    shown[key] = language()
    return key


def language_switch() -> None:
    """Show the switch between languages, each by its own name."""
    st.session_state[SWITCH] = language()
    st.segmented_control(
        say("language"),
        list(complete_languages()),
        format_func=lambda code: catalogue.say("app_common.language_name", code),
        key=SWITCH,
        required=True,
        on_change=_switch,
        label_visibility="collapsed",
    )


def _switch() -> None:
    chosen = st.session_state[SWITCH]
    _OF_RUN.settled = None
    st.session_state[REMEMBERED] = chosen
    url_state.accept(ADDRESS)
    url_state.show(ADDRESS, chosen)
