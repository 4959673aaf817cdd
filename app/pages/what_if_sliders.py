"""The sliders of the page What if, in a tab a port: those of one tab at a time, and of groups that are open.

They are drawn by themselves when a group is opened, and a browser draws a hundred sliders in a second.
"""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from app import url_state
from app.language import language, say
from app.session import what_if as state
from app.widgets.slider_words import explanation, label, told
from app.widgets.sliders import GROUPS, Slider, Value, sliders
from app.world import baseline, names
from corridors.model import Corridor

SHARED: Final = ""
"""The tab of what all ports share."""
PORT: Final = "port"
"""The tab that is open, in the session and in the address."""
SHARED_IN_ADDRESS: Final = "all"


@st.fragment
def show_sliders(port: str, loaded: Corridor) -> None:
    """The sliders of one port, in groups, of which the first is open; ``loaded`` is the world from which they start."""
    state.follow_changes()
    mine = [slider for slider in sliders().values() if slider.port == port]
    groups = [group for group in GROUPS if any(slider.group == group for slider in mine)]
    for group in groups:
        here = [slider for slider in mine if slider.group == group]
        moved = sum(slider.key in state.draft().moved for slider in here)
        key = f"group_{port}_{group}"
        # Set in every run: the box is another one in another language.
        st.session_state[key] = st.session_state.get(key, group == groups[0] or bool(moved) or port == SHARED)
        box = st.expander(say(f"what_if.group_{group}"), key=key, on_change="rerun")
        if not box.open:
            continue
        with box:
            if moved:
                st.caption(say("what_if.moved", n=moved))
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
        st.select_slider(name, times, **_standing(key, value), **common)
        return
    kind: Any = type(slider.low)
    low, high = (kind(end) for end in slider.ends(float(start), float(value)))
    percent = slider.op == "scale" or (slider.column is not None and slider.column.name == "share")
    form = "percent" if percent else None if kind is int else "%g"
    st.slider(name, low, high, step=kind(slider.step), format=form, **_standing(key, kind(value)), **common)


def _standing(key: str, value: Value) -> dict[str, Any]:
    """Have a slider stand at a value. It is moved only if it stands elsewhere: a browser that is told where its slider
    stands forgets what its user did to it meanwhile."""
    if st.session_state.get(key, value) == value:
        return {"value": value}
    st.session_state[key] = value
    return {}


def _moved(slider: Slider, key: str, start: Value) -> None:
    state.use(state.draft().move(slider, st.session_state[key], start))


def port_tabs() -> str:
    """The switch between ports; the port that is shown."""
    ports = {port: names(language()).port(port) for port in baseline().ports} | {SHARED: say("what_if.all_ports")}
    # A link shows the port that it changes, not one where all is as in the base.
    moved = (sliders()[key].port for key in state.draft().moved)
    in_address = {port or SHARED_IN_ADDRESS: port for port in ports}
    asked = st.query_params.get(PORT)
    if asked in in_address and url_state.is_asked(PORT, asked):
        st.session_state[PORT] = in_address[asked]
    st.session_state.setdefault(PORT, next(moved, next(iter(ports))))
    chosen = st.segmented_control(
        say("what_if.port"),
        list(ports),
        format_func=ports.__getitem__,
        required=True,
        key=PORT,
        label_visibility="collapsed",
        persist_state="session",
    )
    url_state.show(PORT, chosen or SHARED_IN_ADDRESS)
    return str(chosen)
