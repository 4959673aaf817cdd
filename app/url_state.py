"""State of the session in the address of the page.

A browser sends its address with each event, and a quick event still has the address from before the last change. Such
a value is not a request of the visitor: values that the session itself wrote lately are therefore not requests.
"""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

WRITTEN: Final = "address_written_"
REMEMBERED: Final = 4
"""Number of earlier values of a part of the address that may still arrive."""


def is_requested(part: str, value: Any) -> bool:
    """Whether a value of a part of the address comes from the visitor, not from this session."""
    return value not in st.session_state.get(WRITTEN + part, [])


def show(part: str, value: str) -> None:
    """Write a value into the address, and remember that this session wrote it."""
    if st.query_params.get(part) != value:
        st.query_params[part] = value
    written(part, value)


def written(part: str, value: Any) -> None:
    """Remember a value that this session writes into a part of the address."""
    known: list[Any] = st.session_state.get(WRITTEN + part, [])
    if known[-1:] != [value]:
        st.session_state[WRITTEN + part] = [*known, value][-REMEMBERED:]
