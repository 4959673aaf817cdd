"""Sliders of the page What if, by port and group.

Only the sliders of the chosen port and of open groups are drawn: a browser needs a second for a hundred sliders.
"""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from app import url_state
from app.language import language, say
from app.no_effect import of_slider
from app.session import what_if as state
from app.widgets.plain_text import plain_text
from app.widgets.slider_words import explanation, is_percent, label, value_text
from app.widgets.sliders import GROUPS, Slider, Value, sliders
from app.world import baseline, names
from corridors.model import Corridor

SHARED: Final = ""
"""The tab of the numbers that all ports share."""
PORT: Final = "port"
"""Key of the open tab in the session and in the address."""
SHARED_IN_ADDRESS: Final = "all"


@st.fragment
def show_sliders(port: str, loaded: Corridor) -> None:
    """Show the sliders of one port by group; they start from the values of ``loaded``."""
    state.follow_changes()
    mine = [slider for slider in sliders().values() if slider.port == port]
    groups = [group for group in GROUPS if any(slider.group == group for slider in mine)]
    for group in groups:
        here = [slider for slider in mine if slider.group == group]
        moved = sum(slider.key in state.draft().moved for slider in here)
        key = f"group_{port}_{group}"
        # Set in every run: the label, and so the box, changes with the language.
        st.session_state[key] = st.session_state.get(key, group == groups[0] or bool(moved) or port == SHARED)
        box = st.expander(say(f"what_if.group_{group}"), key=key, on_change="rerun")
        if not box.open:
            continue
        with box:
            if moved:
                st.caption(say("what_if.moved", n=moved))
            if any(is_of_wagons(slider, loaded) for slider in here):
                st.caption(say("what_if.wagons_unknown"))
            for slider in here:
                _show(slider, loaded)


def is_of_wagons(slider: Slider, loaded: Corridor) -> bool:
    """Whether the slider changes a pool of wagon sets."""
    table, _, rest = slider.key.partition(".")
    stock = loaded.stocks.get(rest.partition(".")[0]) if table == "stocks" else None
    return stock is not None and stock.kind == "wagons"


def _show(slider: Slider, loaded: Corridor) -> None:
    try:
        start = slider.value_in(loaded)
    except KeyError:
        # A proposal may remove the row that the slider changes.
        st.caption(say("what_if.gone", name=plain_text(label(slider))))
        return
    value = state.draft().moved.get(slider.key, start)
    key = f"slider_{slider.key}"
    name, base = label(slider), slider.value_in(baseline())
    if value != base:
        name = f"**{name}** :blue[{say('what_if.base_value', value=value_text(slider, base))}]"
    common: Any = {"key": key, "help": explanation(slider), "on_change": _moved, "args": (slider, key, start)}
    if slider.is_time:
        times = sorted({*slider.times(), str(value)})
        st.select_slider(name, times, **_position(key, value), **common)
    else:
        _show_numbers(slider, name, start, key, value, common)
    if why := of_slider(slider):
        st.caption(f":material/info: {plain_text(why)}")


def _show_numbers(slider: Slider, name: str, start: Value, key: str, value: Value, common: dict[str, Any]) -> None:
    kind: Any = type(slider.low)
    low, high = (kind(end) for end in slider.ends(float(start), float(value)))
    form = "percent" if is_percent(slider) else None if kind is int else "%g"
    st.slider(name, low, high, step=kind(slider.step), format=form, **_position(key, kind(value)), **common)


def _position(key: str, value: Value) -> dict[str, Any]:
    """Put a slider at a value, only if it is elsewhere: setting a slider discards what the visitor did meanwhile."""
    if st.session_state.get(key, value) == value:
        return {"value": value}
    st.session_state[key] = value
    return {}


def _moved(slider: Slider, key: str, start: Value) -> None:
    state.use(state.draft().move(slider, st.session_state[key], start))


def port_tabs() -> str:
    """Show the switch between ports; returns the chosen port."""
    ports = {port: names(language()).port(port) for port in baseline().ports} | {SHARED: say("what_if.all_ports")}
    # A link opens the port that it changes.
    moved = (sliders()[key].port for key in state.draft().moved)
    in_address = {port or SHARED_IN_ADDRESS: port for port in ports}
    requested = url_state.requested(PORT, in_address)
    if requested is not None:
        st.session_state[PORT] = in_address[requested]
    st.session_state.setdefault(PORT, next(moved, next(iter(ports))))
    chosen = st.segmented_control(
        say("what_if.port"),
        list(ports),
        format_func=ports.__getitem__,
        required=True,
        key=PORT,
        on_change=url_state.accept,
        args=(PORT,),
        label_visibility="collapsed",
        persist_state="session",
    )
    url_state.show(PORT, chosen or SHARED_IN_ADDRESS)
    return str(chosen)
