"""The web page of Bridgehead: its pages, its language switch, and nothing else.

Each page is a file of :mod:`app`. Start it with ``bridgehead app`` or ``make app``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

import sim
from app.language import language_switch, say, settle_language
from app.running import warm_up
from app.world import code, data

PAGES: Final = {
    "overview": ":material/map:",
    "what_if": ":material/tune:",
    "compare": ":material/compare_arrows:",
    "replay": ":material/play_circle:",
    "data": ":material/table:",
    "report": ":material/description:",
}
"""The pages in their order, the first of which is shown at the bare address."""
FOLDER: Final = Path(__file__).parent / "app"


def page(name: str, icon: str) -> st.Page:
    """One page of the navigation; its address is its name, whatever the language."""
    first = name == next(iter(PAGES))
    return st.Page(FOLDER / f"{name}.py", title=say(f"{name}.title"), icon=icon, url_path=name, default=first)


st.set_page_config(page_title="Bridgehead", page_icon="🚆", layout="wide")
settle_language()
warm_up()
chosen = st.navigation([page(name, icon) for name, icon in PAGES.items()])
with st.sidebar:
    language_switch()
    st.caption(say("version", version=sim.__version__, data=data()[:8], code=code()[:8]))
chosen.run()
