"""Logs of a visitor and what was made of them, in the memory of the session alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from app.record_work import Cast, Fitted, Look
from corridors.findings import Finding
from corridors.io.plain_files import FileInMemory
from sim.studies.forecast.backtest import Backtest

KEY: Final = "own_records"
FIELD: Final = "rec_"
"""Begin of the keys of all fields of the page."""


@dataclass
class OwnRecords:
    """What the session knows; nothing of it is in a cache or on a disk of the server."""

    files: tuple[FileInMemory, ...] = ()
    map: str = ""
    """A map from a file; '' for that of the form."""
    look: Look | None = None
    looked_at: tuple[object, ...] = ()
    """Files and form of :attr:`look`."""
    findings: tuple[Finding, ...] = ()
    """Why the last step failed."""
    fitted: Fitted | None = None
    cast: Cast | None = None
    cast_of: tuple[str, ...] = ()
    """Names of the scenarios of :attr:`cast`."""
    past: Backtest | None = None
    salt: str = field(default_factory=lambda: secrets.token_hex(16))
    """Key of the hashes; random, so that no other log can be joined with these ids."""

    def use(self, files: tuple[FileInMemory, ...], map_text: str = "") -> None:
        """Take other files; all that was made of the ones before goes."""
        self.files, self.map = files, map_text
        self.look, self.looked_at, self.findings = None, (), ()
        self.fitted = self.cast = self.past = None


def records() -> OwnRecords:
    """Those of this session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = OwnRecords()
    found: OwnRecords = st.session_state[KEY]
    return found


def forget() -> None:
    """Drop the logs, all that was made of them, and the fields of the page."""
    uploads = st.session_state.get(f"{FIELD}uploads", 0)
    for key in [key for key in st.session_state if str(key).startswith(FIELD)]:
        del st.session_state[key]
    st.session_state.pop(KEY, None)
    st.session_state[f"{FIELD}uploads"] = uploads + 1
