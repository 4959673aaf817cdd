"""Titles of levers: works that a choice of programmes makes, as more servers at what binds."""

from __future__ import annotations

from corridors.model import Corridor
from sim.studies.portfolio.levers import servers_of, thing_of
from sim.text.catalogue import Language, say
from sim.text.names import Names


def lever_title(id: str, corridor: Corridor, names: Names, language: Language) -> str:
    """The servers that a lever adds, its facility and port; '' for another work.

    The side is named where the port has facilities of that name on both.
    """
    row = corridor.facilities.get(thing_of(id))
    if row is None:
        return ""
    name = names.thing(row.id)
    side = [] if names.told_apart(corridor).thing(row.id) == name else [names.side(row.side, row.port)]
    if more := [*side, *([names.port(row.port)] if row.port else [])]:
        name = names.bracketed(name, say("common.list_separator", language).join(more))
    return say("portfolio.one_more", language, n=servers_of(id), name=name)
