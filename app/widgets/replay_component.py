"""The canvas on which a replay is drawn: it plays, pauses and scrubs by itself, without a rerun and without a network.

In: what :func:`app.widgets.replay_payload.pack` made. The script is ``replay_component.js`` beside this file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

HERE: Final = Path(__file__).parent

show_replay = st.components.v2.component(
    "bridgehead_replay",
    html='<div class="replay"></div>',
    css=(HERE / "replay_component.css").read_text(encoding="utf-8"),
    js=(HERE / "replay_component.js").read_text(encoding="utf-8"),
)
"""Mounts the component: ``show_replay(key=..., data=payload)``."""
