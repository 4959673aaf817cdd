"""What the address of the page says, told apart from what this session has itself put there.

A browser hears of a new address after the page, so that what is pressed quickly comes with the address of before.
That is no wish of anybody to go back there.
"""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

WRITTEN: Final = "address_written_"
REMEMBERED: Final = 4
"""How many addresses of before may still come in."""


def is_asked(part: str, value: Any) -> bool:
    """Whether somebody asks for this value of a part of the address: it is none that was lately written there."""
    return value not in st.session_state.get(WRITTEN + part, [])


def show(part: str, value: str) -> None:
    """Have the address say so, and remember that this session wrote it."""
    if st.query_params.get(part) != value:
        st.query_params[part] = value
    written(part, value)


def written(part: str, value: Any) -> None:
    """Remember what this session writes into a part of the address."""
    known: list[Any] = st.session_state.get(WRITTEN + part, [])
    if known[-1:] != [value]:
        st.session_state[WRITTEN + part] = [*known, value][-REMEMBERED:]
