"""One request of a page to a process of a pool, and its reply; nothing is shared with other visitors.

A visitor who leaves, or does something else, ends the work.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import visitors
from app.language import say
from app.run_cache import refused_reply
from app.run_pool import RunPool
from app.world import data

TICK_S: Final = 0.25


def reply_to(
    request: Mapping[str, Any], pool: RunPool, most_s: float, where: str, under_way: Callable[[int], str]
) -> Any:
    """The value of a reply. ``under_way`` is the text after so many seconds, ``where`` that of findings about limits.

    Raises DataError with what the process found, or with the limit that was reached.
    """
    place = st.empty() if get_script_run_ctx(suppress_warning=True) else None
    # A key that no other request has: two visitors never share one.
    ticket = pool.submit(object(), {**request, "data": data()}, visitors.me())
    began_s, shown = time.monotonic(), ""
    try:
        while not ticket.done.wait(TICK_S):
            visitors.let_go()
            ahead = pool.ahead(ticket)
            waits = say("run_waiting", n=ahead) if ahead is not None else None
            text = waits or under_way(int(time.monotonic() - began_s))
            if place is not None and text != shown:
                shown = text
                place.caption(text)
    finally:
        pool.leave(ticket)
    if place is not None:
        place.empty()
    status, value = ticket.reply
    if status == "made":
        return value
    raise refused_reply(where, status, value, most_s)
