"""Fields of a map of own records, in the order in which they are filled in: one for each thing that a map says.

Input: the files as they were looked at, with a first guess, and the world. Output: the map, and what is still missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from app.cell_names import choice
from app.language import language, option_key, say
from app.record_work import Column, Look
from app.session.own_records import FIELD, OwnRecords
from app.widgets.plain_text import plain_text
from app.world import names
from corridors.clock.place_clocks import zone_of_place
from corridors.model import Corridor, Step
from corridors.records.mapping import PRESETS, SEEN, TIMES
from sim.text.names import Names

NONE: Final = ""
BY_COLUMN: Final = "\0by_column"
"""Choice of the traffic: a column names it."""
COMMON_ZONES: Final = (
    "Asia/Shanghai",
    "Asia/Ulaanbaatar",
    "Asia/Irkutsk",
    "Asia/Chita",
    "Asia/Almaty",
    "Europe/Moscow",
    "UTC",
)
SHOWN_VALUES: Final = 8
"""Values of a column for which a traffic is chosen."""


def step_text(step: Step, named: Names, corridor: Corridor) -> str:
    """A step in words: what happens, and where."""
    side = corridor.facilities[step.facility].side if step.facility in corridor.facilities else ""
    where = named.thing_on(step.facility, side) if step.facility else named.thing(step.place)
    return say("own_records.step", where=where, what=choice(step.kind, named), step=step.step)


def labelled(none: str, names: Sequence[str]) -> dict[str, str]:
    """Names as their labels, with one for none."""
    return {NONE: none} | {name: name for name in names}


class MapFields:
    """The fields, in the order in which they are filled in."""

    def __init__(self, own: OwnRecords, look: Look, corridor: Corridor) -> None:
        self.own, self.look, self.corridor = own, look, corridor
        self.missing: list[str] = []
        self.named = names(language())
        self.examples = {one.name: one.examples for one in look.columns}
        self.guess = look.guess.columns

    def map(self) -> dict[str, Any]:
        """The map as far as it is filled in."""
        look = self.look
        made: dict[str, Any] = {"id": "own_records", "title": say("own_records.map_title")}
        if look.preset:
            made["preset"] = look.preset
            vehicle = str(PRESETS[look.preset]["vehicle"]["column"])
            layout = "long"
        else:
            layout = self._layout()
            made["layout"] = layout
        made |= self._clock()
        if not look.preset:
            first, second = st.columns(2)
            vehicle = self.column(first, "vehicle", self.guess.get("vehicle", NONE), needed=True)
            journey = self.column(second, "journey", NONE)
            if journey:
                made["journey"] = {"column": journey}
        made["vehicle"] = {"column": vehicle, "salt": self.own.salt}
        events = self._events(layout, made)
        service, chosen = self._service()
        if service:
            made["service"] = service
        steps = self._steps(layout, events, chosen)
        if steps or look.preset != "bridgehead":
            made["steps"] = steps
        if not steps and look.preset != "bridgehead":
            self.missing.append(say("own_records.steps"))
        made |= self._demand(chosen)
        made |= self._more(chosen)
        return made

    def _layout(self) -> str:
        times = [one for one in self.look.columns if one.is_time]
        guessed = "long" if "activity" in self.guess and len(times) == 1 else "wide"
        options = {one: say(f"own_records.layout_{one}") for one in ("wide", "long", "stops")}
        key = option_key(f"{FIELD}layout", guessed)
        return str(
            st.radio(
                say("own_records.layout"),
                list(options),
                format_func=options.__getitem__,
                key=key,
                persist_state="session",
            )
        )

    def _clock(self) -> dict[str, str]:
        made, first, second = dict[str, str](), *st.columns(2)
        if not self.look.guess.has_offsets and self.look.preset not in ("xes", "bridgehead"):
            zones = sorted(
                set(filter(None, (zone_of_place(self.corridor, place) for place in self.corridor.places)))
                | {*COMMON_ZONES}
            )
            zone = first.selectbox(
                say("own_records.zone"),
                zones,
                index=None,
                placeholder=say("own_records.choose"),
                key=f"{FIELD}zone",
                persist_state="session",
            )
            if zone:
                made["time_zone"] = zone
            else:
                self.missing.append(say("own_records.zone"))
        if self.look.formats:
            shown = {
                form: say("own_records.format_of", text=text, form=say(f"own_records.format_{form[1]}"))
                for form, text in self.look.formats
            }
            order = second.selectbox(
                say("own_records.format"),
                list(shown),
                index=None,
                format_func=shown.__getitem__,
                placeholder=say("own_records.choose"),
                key=f"{FIELD}format",
                persist_state="session",
            )
            if order:
                made["time_format"] = order
            else:
                self.missing.append(say("own_records.format"))
        return made

    def column(
        self,
        place: Any,
        key: str,
        default: str = NONE,
        *,
        needed: bool = False,
        only: Sequence[Column] | None = None,
        label: str = "",
    ) -> str:
        """A column; '' for none."""
        options = [NONE, *(one.name for one in (self.look.columns if only is None else only))]
        label = label or say(f"own_records.guess_{key.partition('.')[0]}")
        part = key.partition(".")[0]
        unsure = default and self.guess.get(part) == default and part not in self.look.guess.sure
        field = option_key(f"{FIELD}{key}", default if default in options else None)
        if st.session_state.get(field, NONE) not in options:
            st.session_state[field] = NONE
        labels = {NONE: say("own_records.none")} | {name: self._with_examples(name) for name in options if name}
        chosen = str(
            place.selectbox(
                say("own_records.to_check", label=label) if unsure else label,
                options,
                format_func=labels.__getitem__,
                key=field,
                persist_state="session",
            )
        )
        if needed and not chosen:
            self.missing.append(label)
        return chosen

    def _with_examples(self, name: str) -> str:
        examples = say("own_records.and").join(self.examples[name][:2])
        return say("own_records.with_examples", name=name, examples=examples)

    def _events(self, layout: str, made: dict[str, Any]) -> list[str]:
        """Names of events or zones, for layouts with one row an event; the columns go into the map."""
        if layout == "wide":
            return []
        if self.look.preset:
            preset: Mapping[str, Any] = PRESETS[self.look.preset]
            activity, lifecycle = str(preset["activity"]["column"]), str(preset["activity"].get("lifecycle", ""))
        elif layout == "stops":
            first, second, third = st.columns(3)
            zone = self.column(first, "zone", needed=True)
            times = [one for one in self.look.columns if one.is_time]
            entered = self.column(second, "entered", self.guess.get("arrived", NONE), needed=True, only=times)
            left = self.column(third, "departed", self.guess.get("left", NONE), needed=True, only=times)
            made["zone"] = {"column": zone, "entered": entered, "left": left}
            return self._values(zone)
        else:
            first, second, third = st.columns(3)
            activity = self.column(first, "activity", self.guess.get("activity", NONE), needed=True)
            lifecycle = self.column(second, "lifecycle", self.guess.get("lifecycle", NONE))
            times = [one for one in self.look.columns if one.is_time]
            time = self.column(third, "time", times[0].name if times else NONE, needed=True, only=times)
            made["activity"] = {"column": activity} | ({"lifecycle": lifecycle} if lifecycle else {})
            made["time"] = {"column": time}
        events = self._values(activity)
        return [f"{event}|{cycle}" for event in events for cycle in self._values(lifecycle)] or events

    def _values(self, name: str) -> list[str]:
        return next((list(one.values) for one in self.look.columns if one.name == name), [])

    def _service(self) -> tuple[Any, list[str]]:
        """The traffic of the rows for the map, and the ids of all that occur."""
        options = {id: self.named.service(id) for id in self.corridor.services}
        few = [one for one in self.look.columns if one.values and not one.is_time]
        known = dict(sorted(options.items(), key=lambda item: item[1]))
        shown = known | ({BY_COLUMN: say("own_records.by_column")} if few else {})
        key = option_key(f"{FIELD}service")
        chosen = st.selectbox(
            say("own_records.service"),
            list(shown),
            index=None,
            format_func=shown.__getitem__,
            placeholder=say("own_records.choose"),
            key=key,
            persist_state="session",
        )
        if chosen is None:
            if self.look.preset != "bridgehead":
                self.missing.append(say("own_records.service"))
            return "", []
        if chosen != BY_COLUMN:
            return chosen, [chosen]
        name = self.column(st, "service", self.guess.get("service", NONE), needed=True, only=few)
        values: dict[str, str] = {}
        places = st.columns(2)
        for n, value in enumerate(self._values(name)[:SHOWN_VALUES]):
            of = places[n % 2].selectbox(
                say("own_records.service_of", value=value),
                [NONE, *known],
                format_func=({NONE: say("own_records.left_out")} | known).__getitem__,
                key=option_key(f"{FIELD}value_{name}_{n}"),
                persist_state="session",
            )
            if of:
                values[value] = of
        if name and not values:
            self.missing.append(say("own_records.service"))
        return {"column": name, "values": values}, list(dict.fromkeys(values.values()))

    def _steps(self, layout: str, events: list[str], services: list[str]) -> list[dict[str, Any]]:
        """The steps of the itinerary that the log is about, and the columns of each."""
        if not services:
            return []
        ways = dict.fromkeys(
            way for id in services for way in self.corridor.itineraries_from(self.corridor.services[id].itinerary)
        )
        steps = {one.id: one for way in ways for one in self.corridor.steps(way) if one.kind in SEEN}
        several = len(ways) > 1
        labels = {id: self._step(one, several) for id, one in steps.items()}
        key = option_key(f"{FIELD}steps")
        st.session_state[key] = [id for id in st.session_state.get(key, []) if id in labels]
        chosen = st.multiselect(
            say("own_records.steps"),
            list(labels),
            format_func=labels.__getitem__,
            placeholder=say("own_records.choose"),
            help=say("own_records.steps_help"),
            key=key,
            persist_state="session",
        )
        made = []
        for n, id in enumerate(one for one in labels if one in chosen):
            with st.container(border=True):
                st.markdown(f"**{labels[id]}**")
                made.append(self._step_fields(id, n, layout, events, labels[id]))
        used = {value for one in made for value in one.values()}
        spare = [one.name for one in self.look.columns if one.is_time and one.name not in used]
        if made and spare and layout == "wide":
            st.caption(plain_text(say("own_records.spare_times", n=len(spare), names=tuple(spare))))
        return made

    def _step(self, step: Step, several: bool) -> str:
        """A step in words: what happens, and where."""
        name = step_text(step, self.named, self.corridor)
        return say("own_records.step_of", name=name, itinerary=step.itinerary) if several else name

    def _step_fields(self, id: str, n: int, layout: str, events: list[str], label: str) -> dict[str, Any]:
        made: dict[str, Any] = {"step": id}
        if layout == "stops":
            zone = self._event(st, f"zone_of.{id}", say("own_records.guess_zone"), events)
            made |= {"zone": zone} if zone else {}
        else:
            times = [one for one in self.look.columns if one.is_time]
            for place, time in zip(st.columns(len(TIMES)), TIMES, strict=True):
                words = say(f"own_records.guess_{time}")
                if layout == "wide":
                    # The first step gets what is guessed; a column of another step is not guessed.
                    default = self.guess.get(time, NONE) if n == 0 else NONE
                    found = self.column(place, f"{time}.{id}", default, only=times, label=words)
                else:
                    found = self._event(place, f"{time}.{id}", words, events)
                made |= {time: found} if found else {}
        if len(made) == 1:
            self.missing.append(say("own_records.times_of", step=label))
        if st.checkbox(say("own_records.by_person"), key=f"{FIELD}person.{id}", persist_state="session"):
            made["recorded_by"] = "person"
        return made

    def _event(self, place: Any, key: str, label: str, events: list[str]) -> str:
        found = place.selectbox(
            label,
            [NONE, *events],
            format_func=labelled(say("own_records.none"), events).__getitem__,
            key=option_key(f"{FIELD}{key}"),
            persist_state="session",
        )
        return str(found or NONE)

    def _more(self, services: list[str]) -> dict[str, Any]:
        """Rows that count, loads, arrivals."""
        made: dict[str, Any] = {}
        with st.expander(say("own_records.more"), expanded="classifier" in self.guess):
            few = [one for one in self.look.columns if len(one.values) > 1 and not one.is_time]
            left, right = st.columns(2)
            keep = self.column(
                left, "classifier", self.guess.get("classifier", NONE), only=few, label=say("own_records.keep")
            )
            if keep:
                kept = right.multiselect(
                    say("own_records.keep_values"),
                    self._values(keep),
                    placeholder=say("own_records.choose"),
                    key=option_key(f"{FIELD}keep_{keep}"),
                    persist_state="session",
                )
                if kept:
                    made["keep"] = {keep: list(kept)}
                else:
                    self.missing.append(say("own_records.keep_values"))
            if not services:
                return made
            left, right = st.columns(2)
            load = self.column(left, "load", self.guess.get("load", NONE))
            if load:
                unit = right.radio(
                    say("own_records.unit"),
                    ["kg", "t"],
                    horizontal=True,
                    key=option_key(f"{FIELD}unit"),
                    persist_state="session",
                )
                made["load"] = {"column": load, "unit": unit, "of": services[0]}
        return made

    def _demand(self, services: list[str]) -> dict[str, Any]:
        """What the first time of a vehicle is; without its demand the log is played against that of the model."""
        if not services:
            return {}
        options = {one: say(f"own_records.counted_{one}") for one in ("joins_queue", "gate", "no")}
        counted = st.radio(
            say("own_records.counted"),
            list(options),
            index=None,
            format_func=options.__getitem__,
            help=say("own_records.counted_help"),
            key=option_key(f"{FIELD}counted"),
            persist_state="session",
        )
        if not counted:
            self.missing.append(say("own_records.counted"))
        known = counted in ("joins_queue", "gate")
        return {"arrivals": {"of": services[0], "counted_at": counted}} if known else {}
