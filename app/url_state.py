"""State of the session in the address of the page.

A browser sends its address with each event, and a quick event still has the address from before the last change. Such
a value is not a request of the visitor: values that the session itself wrote lately are therefore not requests.

What an address requests and the page does not know is a finding, which the page shows until the visitor requests
something else: a parameter that the page does not have (:data:`PARAMETERS`), or a value such as an unknown port.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

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
    "questions": ("ask", "thing", "n", "day", "traffic", "figure", "candidate", "answer"),
    "overview": ("port",),
    "replay": ("port",),
    "what_if": ("port", "proposal", "change", "set", "in_order", "job"),
    "compare": ("batch", "results", "shelf"),
    "money": ("programme", "work", "study", "plan", "kept", "replications", "with", "budget", "appraisal"),
}
"""Parts of the address of each page, beside those of every page."""
T = TypeVar("T")


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
    names = tuple(known)
    return requested_value(part, lambda value: value if value in names else None, one_of(names), names)


def requested_value(
    part: str, read: Callable[[str], T | None], expected: Message, names: Sequence[str] = ()
) -> T | None:
    """What ``read`` makes of the value that the visitor requests; it returns None for one to refuse with a finding."""
    value = st.query_params.get(part)
    if value is None or not is_requested(part, value):
        return None
    accept(part)
    found = read(value)
    if found is None:
        _refuse(part, value, expected, names)
    return found


def requested_several(part: str, known: Iterable[str], most: int) -> tuple[str, ...] | None:
    """The values that the visitor requests for a part, without repeats; unknown ones are refused with a finding."""
    values, names = st.query_params.get_all(part), tuple(known)
    if not values or not is_requested(part, values):
        return None
    accept(part)
    for value in dict.fromkeys(values):
        if value not in names:
            _refuse(part, value, one_of(names), names)
    good = tuple(value for value in dict.fromkeys(values) if value in names)
    if len(good) > most:
        _refuse(part, str(len(good)), message("address.at_most", ROOM, most=most), ())
    return good[:most]


def requested_texts(part: str, read: Callable[[str], T | None], expected: Message) -> list[T] | None:
    """What ``read`` makes of each value that the visitor requests for a part; those it refuses are findings."""
    values = st.query_params.get_all(part)
    if not values or not is_requested(part, values):
        return None
    accept(part)
    made = [(value, read(value)) for value in dict.fromkeys(values)]
    for value, found in made:
        if found is None:
            _refuse(part, value, expected, ())
    return [found for _, found in made if found is not None]


def keep(part: str, value: str, default: str) -> None:
    """Write a value into the address, or remove the part for the default."""
    if value == default:
        drop(part)
    else:
        show(part, value)


def keep_several(part: str, values: Sequence[str]) -> None:
    """Write several values into the address, or remove the part where there are none."""
    if st.query_params.get_all(part) != list(values):
        if values:
            st.query_params[part] = list(values)
        else:
            drop(part)
    written(part, list(values))


def drop(part: str) -> None:
    """Remove a part of the address."""
    if part in st.query_params:
        del st.query_params[part]


def one_of(names: Sequence[str]) -> Message:
    """What is expected of a value with a list of choices."""
    return message("address.one_of", ROOM, names=tuple(names))


def between(low: str, high: str) -> Message:
    """What is expected of a number or a day within bounds."""
    return message("address.between", ROOM, low=low, high=high)


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
    why, expected = message("address.parameter", ROOM), one_of(known)
    return [_finding(name, name, why, expected, known) for name in unknown] + [*refused.values()]


def _refuse(part: str, value: str, expected: Message, names: Sequence[str]) -> None:
    """Keep the finding about a value until the visitor requests another one."""
    refused = _finding(part, value, message(f"address.{part}", ROOM), expected, names)
    st.session_state.setdefault(REFUSED, {})[part] = refused


def _finding(part: str, found: str, why: Message, expected: Message, names: Sequence[str]) -> Finding:
    return Finding(WARNING, "address", None, part[:MOST], found[:MOST], expected, nearest(found, names), why)
