"""The sliders of the page What if, in a tab a port, those of one tab at a time."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from app import what_if_state as state
from app.language import language, say
from app.slider_words import explanation, label, told
from app.sliders import GROUPS, Slider, Value, sliders
from app.world import baseline, names
from corridors.model import Corridor

SHARED: Final = ""
"""The tab of what all ports share."""
OPEN: Final = ("lanes", "cranes")
"""Groups that are open from the start."""


def show_sliders(port: str, loaded: Corridor) -> None:
    """The sliders of one port, in groups; ``loaded`` is the world from which they start."""
    mine = [slider for slider in sliders().values() if slider.port == port]
    for group in GROUPS:
        here = [slider for slider in mine if slider.group == group]
        if not here:
            continue
        moved = sum(slider.key in state.draft().moved for slider in here)
        title = say(f"what_if.group_{group}") + (say("what_if.moved", n=moved) if moved else "")
        opened = group in OPEN or bool(moved) or port == SHARED
        with st.expander(title, expanded=opened, key=f"group_{port}_{group}"):
            for slider in here:
                _show(slider, loaded)


def _show(slider: Slider, loaded: Corridor) -> None:
    try:
        start = slider.value_in(loaded)
    except KeyError:
        # A proposal may take away what the slider moves.
        st.caption(say("what_if.gone", name=label(slider)))
        return
    value = state.draft().moved.get(slider.key, start)
    key = f"slider_{slider.key}"
    name, base = label(slider), slider.value_in(baseline())
    if value != base:
        name = f"**{name}** :blue[{say('what_if.base_value', value=told(slider, base))}]"
    common: Any = {"key": key, "help": explanation(slider), "on_change": _moved, "args": (slider, key, start)}
    if slider.is_time:
        times = sorted({*slider.times(), str(value)})
        st.session_state[key] = value
        st.select_slider(name, times, **common)
        return
    kind: Any = type(slider.low)
    low, high = (kind(end) for end in slider.ends(float(start), float(value)))
    st.session_state[key] = kind(value)
    percent = slider.op == "scale" or (slider.column is not None and slider.column.name == "share")
    form = "percent" if percent else None if kind is int else "%g"
    st.slider(name, low, high, step=kind(slider.step), format=form, **common)


def _moved(slider: Slider, key: str, start: Value) -> None:
    state.use(state.draft().move(slider, st.session_state[key], start))


def port_tabs() -> str:
    """The switch between ports; the port that is shown."""
    ports = {port: names(language()).port(port) for port in baseline().ports} | {SHARED: say("what_if.all_ports")}
    # A link shows the port that it changes, not one where all is as in the base.
    moved = (sliders()[key].port for key in state.draft().moved)
    st.session_state.setdefault("port", next(moved, next(iter(ports))))
    chosen = st.segmented_control(
        say("what_if.port"),
        list(ports),
        format_func=ports.__getitem__,
        required=True,
        key="port",
        label_visibility="collapsed",
        persist_state="session",
    )
    return str(chosen)
