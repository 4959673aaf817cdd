"""Component that plays a replay in the browser, without reruns and without a network.

Input: the bytes of :func:`app.widgets.replay_payload.pack`. The script is ``replay_component.js`` in this folder.
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
"""Show the component: ``show_replay(key=..., data=payload)``."""
