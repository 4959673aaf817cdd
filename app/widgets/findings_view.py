"""Table of the findings about an input: place, problem, value expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app.language import language, say
from app.widgets.html_table import show_table
from corridors.findings import Finding
from sim.text.findings import explained, in_language

PAGE_LIMITS: Final = ("size.too_large", "load.too_much")
"""Codes of findings for which the command line has higher limits."""
MOST: Final = 50
"""Findings shown; further ones are counted."""


def show_findings(found: Sequence[Finding]) -> None:
    """Show findings as a table."""
    st.error(say("findings", n=len(found)), icon=":material/error:")
    _table(found)
    if any(one.code in PAGE_LIMITS for one in found):
        st.caption(say("page_limits"))


def show_notes(found: Sequence[Finding]) -> None:
    """Show warnings about an input that was accepted."""
    if found:
        st.warning(say("warnings", n=len(found)), icon=":material/warning:")
        _table(found)


def show_address_findings(found: Sequence[Finding]) -> None:
    """Show what the address of the page asks for in vain."""
    if found:
        st.warning(say("address_findings", n=len(found)), icon=":material/link_off:")
        _table(found)


def _table(found: Sequence[Finding]) -> None:
    head = [say(f"finding_{key}") for key in ("where", "wrong", "expected", "nearest")]
    rows = [
        [
            " ".join(filter(None, (one.file, say("finding_line", n=one.row) if one.row else "", one.id, one.column))),
            say("finding_colon").join(filter(None, (one.message, one.found, one.used_by)))
            + (f" [{one.code}]" if explained(finding) else ""),
            one.expected,
            one.nearest,
        ]
        for finding in found[:MOST]
        for one in [in_language(finding, language())]
    ]
    show_table(head, rows, texts=4, unbroken=0)
    if len(found) > MOST:
        st.caption(say("findings_more", n=len(found) - MOST))
