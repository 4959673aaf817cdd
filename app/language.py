"""The language of the page, and what it says in it.

The language stands in the address (``?lang=zh``; English without it) and is remembered from page to page. What is said
stands in :mod:`app.words`, a module a page: ``say("overview.title")`` is ``title`` of ``app/words/overview.py``,
``say("language")`` is of ``app/words/common.py``.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any, Final

import streamlit as st

from app import url_state
from sim.text.names import Language

LANGUAGES: Final[dict[Language, str]] = {"en": "English", "zh": "中文"}
ADDRESS: Final = "lang"
REMEMBERED: Final = "language"
SWITCH: Final = "language_switch"
TOLD_IN: Final = "told_in"


def language() -> Language:
    """The language of this session."""
    return "zh" if st.session_state.get(REMEMBERED) == "zh" else "en"


def pick(pair: tuple[str, str]) -> str:
    """Of (English, Chinese) the one of this session."""
    return pair[1] if language() == "zh" else pair[0]


def say(key: str, /, **values: Any) -> str:
    """The words of a key, ``page.key`` or one of the common ones, with the values put in."""
    page, dot, own = key.rpartition(".")
    text = pick(catalogue(page if dot else "common")[own])
    return text.format(**values) if values else text


@cache
def catalogue(page: str) -> dict[str, tuple[str, str]]:
    """The words of one page."""
    words: dict[str, tuple[str, str]] = import_module(f"app.words.{page}").WORDS
    return words


def settle_language() -> None:
    """Once a run, first of all: the address decides, else what is remembered, which then goes into the address."""
    asked = st.query_params.get(ADDRESS)
    if asked in LANGUAGES and url_state.is_asked(ADDRESS, asked):
        st.session_state[REMEMBERED] = asked
    if asked in LANGUAGES or language() != "en":
        url_state.show(ADDRESS, language())
    else:
        url_state.written(ADDRESS, language())


def told_anew(key: str, default: Any = None) -> str:
    """The key of a widget whose options have names, and what it starts with if that is not the first option.

    A browser shows the name that was chosen, which stays in its language until the value is set anew.
    """
    told = st.session_state.setdefault(TOLD_IN, {})
    if key not in st.session_state:
        if default is not None:
            st.session_state[key] = default
    elif told.get(key, language()) != language():
        st.session_state[key] = st.session_state[key]
    told[key] = language()
    return key


def language_switch() -> None:
    """The switch itself."""
    st.session_state[SWITCH] = language()
    st.segmented_control(
        say("language"),
        list(LANGUAGES),
        format_func=lambda id: LANGUAGES[id],
        key=SWITCH,
        required=True,
        on_change=_switch,
        label_visibility="collapsed",
    )


def _switch() -> None:
    chosen = st.session_state[SWITCH]
    st.session_state[REMEMBERED] = chosen
    url_state.show(ADDRESS, chosen)
