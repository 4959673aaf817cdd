"""Work with logs on a page: one request at a time in a process that ends with it, and nothing kept by the server.

Replies are kept by the session alone, never in a cache that visitors share.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from app.language import say
from app.pool_request import reply_to
from app.record_work import Cast, Fitted, Look
from app.run_pool import RunPool
from corridors.io.plain_files import FileInMemory
from corridors.overlay.proposals import Scenario
from sim.studies.forecast.backtest import Backtest

MOST_S: Final = 900.0
"""Longest time of one request."""
FOUND_HERE: Final = "own_records"
"""Where findings about limits are."""


@st.cache_resource(show_spinner=False)
def _pool() -> RunPool:
    """The processes of this server; the pool keeps no reply."""
    return RunPool(MOST_S, module="app.record_worker")


def look(files: Sequence[FileInMemory], form: dict[str, Any]) -> Look:
    """What the logs look like. Raises DataError for files that cannot be read."""
    found: Look = _asked({"kind": "look", "files": _plain(files), "form": form})
    return found


def fit(files: Sequence[FileInMemory], map_text: str) -> Fitted:
    """The numbers of the logs. Raises DataError with all findings."""
    found: Fitted = _asked({"kind": "fit", "files": _plain(files), "map": map_text})
    return found


def forecast(fitted: Fitted, scenarios: Sequence[Scenario], at: str, days: int, members: int) -> Cast:
    """Forecasts of scenarios from the state of the logs at an instant (ISO, with offset)."""
    plain = [one.model_dump(mode="json", exclude_unset=True) for one in scenarios]
    asked = {"kind": "forecast", "scenarios": plain, "at": at, "days": days, "members": members}
    found: Cast = _asked(asked | _of(fitted))
    return found


def backtest(fitted: Fitted, days: int, members: int, every: int) -> Backtest:
    """Forecasts of past days."""
    asked = {"kind": "backtest", "days": days, "members": members, "every": every}
    found: Backtest = _asked(asked | _of(fitted))
    return found


def _of(fitted: Fitted) -> dict[str, str]:
    return {"map": fitted.map, "kept": b64encode(fitted.kept).decode()}


def _plain(files: Sequence[FileInMemory]) -> list[dict[str, str]]:
    return [{"name": one.name, "content": b64encode(one.content).decode()} for one in files]


def _asked(request: dict[str, Any]) -> Any:
    """The reply to a request."""

    def under_way(seconds: int) -> str:
        return say("own_records.under_way", seconds=seconds)

    return reply_to(request, _pool(), MOST_S, FOUND_HERE, under_way)
