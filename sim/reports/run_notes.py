"""Notes on a run as sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from corridors.messages import Message
from corridors.model import Corridor
from sim.kpi import detours
from sim.kpi.run_notes import notes
from sim.kpi.run_tables import RunTables
from sim.reports.number_format import figure
from sim.text.names import Names

DAGGER: Final = "†"
"""Mark of hours that depend on the length of the run."""
WHOLE: Final = "n"
"""The value that counts, and decides the form of the sentence."""


def note_texts(tables: RunTables, names: Names, port: str = "") -> list[str]:
    """The notes on a run (:mod:`sim.kpi.run_notes`), one sentence each, in the language of ``names``.

    With ``port`` only those on that port.
    """
    return [names.sentence(_with_figures(note)) for note in notes(tables) if port in ("", _port(note, names))]


def outside_texts(tables: RunTables, names: Names) -> list[str]:
    """The notes that are on no port: queues and detours on the way."""
    return [names.sentence(_with_figures(note)) for note in notes(tables) if not _port(note, names)]


def detour_texts(tables: RunTables, corridor: Corridor, names: Names, port: str) -> list[str]:
    """The notes on detours of the services that pass a port; ``corridor`` is that of the run."""
    found = tables.detours
    here = {
        id
        for id in found["service"].unique()
        if any(
            step.port == port
            for itinerary in corridor.itineraries_from(corridor.services[id].itinerary)
            for step in corridor.steps(itinerary)
        )
    }
    mine = found[found["service"].isin(here)]
    return [names.sentence(_with_figures(note)) for note in detours.messages(mine)]


def _port(note: Message, names: Names) -> str:
    values = dict(note.params)
    thing = values.get("thing") if note.code in ("orders", "orders_none") else values.get("stock")
    return str(values.get("port") or names.port_of.get(str(thing), ""))


def _with_figures(note: Message) -> Message:
    """The message with its numbers as they are shown, apart from the one that counts."""
    params = tuple(
        (name, figure(value) if isinstance(value, float) and name != WHOLE else value) for name, value in note.params
    )
    return replace(note, params=params)
