"""Whether a link to the page opens on other computers."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import streamlit as st

LOCAL: Final = ("localhost", "127.0.0.1", "::1")


def is_local() -> bool:
    """Whether the address of the page opens on this computer only."""
    return (urlsplit(str(st.context.url or "")).hostname or "") in LOCAL
