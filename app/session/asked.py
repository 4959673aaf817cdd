"""Fields of a question that are kept in the address: choices, numbers and days.

A field has its default unless the address or the visitor gives another value, and only values other than the default
are written into the address. A value of the address that the field does not take is refused with a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import streamlit as st

from app import url_state
from app.language import option_key, say
from app.widgets.plain_text import plain_text

KEY: Final = "question_"
MOST_DIGITS: Final = 9
"""Of a number in the address."""
MOST_CHOSEN: Final = 8
"""Proposals to choose from at once: each is run ten times."""


def choice(
    place: Any, label: str, part: str, kind: str, options: Mapping[str, str], default: str = "", open_list: bool = False
) -> str:
    """Show a list of options by their names, all at once with ``open_list``; returns the id of the chosen one."""
    first = default or next(iter(options))
    key = key_of(part, kind)
    if (asked := url_state.requested(part, options)) is not None:
        st.session_state[key] = asked
    if st.session_state.get(key) not in options:
        st.session_state[key] = first
    widget = place.radio if open_list else place.selectbox
    chosen: str = widget(
        label, list(options), format_func=options.__getitem__, key=option_key(key), persist_state="session"
    )
    url_state.keep(part, chosen, first)
    return chosen


def choices(
    place: Any,
    label: str,
    part: str,
    kind: str,
    options: Mapping[str, str],
    most: int = MOST_CHOSEN,
    first: Sequence[str] = (),
) -> tuple[str, ...]:
    """Show a list of which several may be chosen, up to ``most``; returns the ids of the chosen ones.

    Below it are their whole names, which the field cuts where it is narrow.
    ``first`` are those that are chosen until the visitor or the address chooses. What was chosen and is no longer
    offered is dropped.
    """
    key = key_of(part, kind)
    if (asked := url_state.requested_several(part, options, most)) is not None:
        st.session_state[key] = list(asked)
    st.session_state.setdefault(key, list(first))
    if (still := [one for one in st.session_state[key] if one in options]) != st.session_state[key]:
        st.session_state[key] = still
    chosen = place.multiselect(
        label,
        list(options),
        format_func=options.__getitem__,
        key=option_key(key),
        placeholder=say("questions.choose"),
        max_selections=most,
        persist_state="session",
    )
    if chosen:
        place.caption("\n".join(f"- {plain_text(options[one])}" for one in chosen))
    url_state.keep_several(part, chosen)
    return tuple(chosen)


def number(place: Any, label: str, part: str, kind: str, low: int, high: int, default: int) -> int:
    """Show a whole number."""

    def read(text: str) -> int | None:
        is_number = text.removeprefix("-").isdecimal() and len(text) <= MOST_DIGITS
        return int(text) if is_number and low <= int(text) <= high else None

    key = key_of(part, kind)
    _take(part, key, read, url_state.between(f"{low:,}", f"{high:,}"))
    st.session_state.setdefault(key, default)
    value: int = place.number_input(label, low, high, step=1, key=key, persist_state="session")
    url_state.keep(part, str(value), str(default))
    return value


def day(place: Any, label: str, part: str, kind: str, span: tuple[date, date], default: date) -> date:
    """Show a day within a span; a default beyond it is its nearest end."""

    def read(text: str) -> date | None:
        try:
            found = date.fromisoformat(text)
        except ValueError:
            return None
        return found if span[0] <= found <= span[1] else None

    key = key_of(part, kind)
    _take(part, key, read, url_state.between(*map(str, span)))
    default = min(max(default, span[0]), span[1])
    st.session_state.setdefault(key, default)
    value: date = place.date_input(label, None, *span, key=key, format="YYYY-MM-DD", persist_state="session")
    url_state.keep(part, str(value), str(default))
    return value


def clear(parts: Sequence[str]) -> None:
    """Remove the fields of another question from the address."""
    for part in parts:
        url_state.drop(part)


def _take(part: str, key: str, read: Callable[[str], Any], expected: Any) -> None:
    if (asked := url_state.requested_value(part, read, expected)) is not None:
        st.session_state[key] = asked


def key_of(part: str, kind: str) -> str:
    """The key of a field in the session."""
    return f"{KEY}{kind}_{part}"
