"""Component that draws in the browser, without reruns and without a network: the replay, and the train graph of a line.

Input: the bytes of :func:`app.widgets.replay_payload.pack` or :func:`app.widgets.train_graph_payload.pack_graph`. The
scripts are in this folder; they are one script for the browser.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

HERE: Final = Path(__file__).parent
SCRIPTS: Final = ("drawing_component.js", "port_diagram.js", "train_graph.js")

show_drawing = st.components.v2.component(
    "bridgehead_drawing",
    html='<div class="replay"></div>',
    css=(HERE / "drawing_component.css").read_text(encoding="utf-8"),
    js="\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS),
)
"""Show the component: ``show_drawing(key=..., data=payload)``."""
