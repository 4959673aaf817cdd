"""State of the session in the address of the page.

A browser sends its address with each event, and a quick event still has the address from before the last change. Such
a value is not a request of the visitor: values that the session itself wrote lately are therefore not requests.

What an address requests and the page does not know is a finding, which the page shows until the visitor requests
something else: a parameter that the page does not have (:data:`PARAMETERS`), or a value such as an unknown port.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import streamlit as st

from corridors.findings import WARNING, Finding, nearest
from corridors.messages import Message, message

WRITTEN: Final = "address_written_"
REMEMBERED: Final = 4
"""Number of earlier values of a part of the address that may still arrive."""
REFUSED: Final = "address_refused"
PAGE: Final = "address_page"
ROOM: Final = "app_common"
MOST: Final = 80
"""Characters of an unknown name that are repeated."""
EVERYWHERE: Final = ("lang",)
PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {
    "what_if": ("port", "proposal", "change", "set", "in_order", "job"),
    "compare": ("batch", "results"),
}
"""Parts of the address of each page, beside those of every page."""


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


def requested(part: str, known: Iterable[str]) -> str | None:
    """The value that the visitor requests for a part of the address; an unknown one is refused with a finding."""
    value, names = st.query_params.get(part), tuple(known)
    if value is None or not is_requested(part, value):
        return None
    accept(part)
    if value in names:
        return value
    st.session_state.setdefault(REFUSED, {})[part] = _finding(part, value, message(f"address.{part}", ROOM), names)
    return None


def accept(part: str) -> None:
    """Forget that a value of a part of the address was refused."""
    st.session_state.get(REFUSED, {}).pop(part, None)


def opened(page: str) -> None:
    """Forget the findings of another page; to be called first on each page."""
    if st.session_state.setdefault(PAGE, page) != page:
        st.session_state[PAGE] = page
        st.session_state.pop(REFUSED, None)


def findings(page: str) -> list[Finding]:
    """What the address of a page requests in vain."""
    known = (*PARAMETERS.get(page, ()), *EVERYWHERE)
    unknown = [name for name in st.query_params if name not in known]
    refused: dict[str, Finding] = st.session_state.get(REFUSED, {})
    return [_finding(name, name, message("address.parameter", ROOM), known) for name in unknown] + [*refused.values()]


def _finding(part: str, found: str, why: Message, names: tuple[str, ...]) -> Finding:
    expected = message("address.one_of", ROOM, names=names)
    return Finding(WARNING, "address", None, part[:MOST], found[:MOST], expected, nearest(found, names), why)
