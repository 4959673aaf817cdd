"""Visitors of the page: one for each session, by a random name that no other visitor knows."""

from __future__ import annotations

import secrets
from typing import Final

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

ME: Final = "visitor"
MOST: Final = 10_000
"""Visitors that are known; the oldest are forgotten, and count as here."""

_SESSIONS: dict[str, str] = {}
"""The session of Streamlit by visitor, for all sessions of this server."""


def me() -> str:
    """The visitor of this session; '' outside of one."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return ""
    name: str = st.session_state.setdefault(ME, secrets.token_hex(16))
    _SESSIONS[name] = context.session_id
    while len(_SESSIONS) > MOST:
        _SESSIONS.pop(next(iter(_SESSIONS)), None)
    return name


def let_go() -> None:
    """End the script, by an exception of Streamlit, of a visitor who has left or wants something else meanwhile.

    Streamlit does so wherever a script reads its state; a message to the browser would do it, too, but costs more.
    """
    if get_script_run_ctx(suppress_warning=True) is not None:
        st.session_state.get(ME)


def is_here(visitor: str) -> bool:
    """Whether a visitor still has the page open; one of no session counts as here."""
    session = _SESSIONS.get(visitor)
    if session is None or not Runtime.exists():
        return True
    return Runtime.instance().is_active_session(session)
