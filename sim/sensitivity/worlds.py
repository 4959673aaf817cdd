"""The world of one border port: the services that cross it, alone, and the guesses and proposals that reach them.

The ports work apart: a truck at Ganqimaodu never waits for a train at Manzhouli. So a guess about one port is tried in
a small world that has this port's services only, which runs several times faster, and what a proposal gives is the
sum over the worlds that it reaches. All random numbers are keyed by name, so a service meets the same luck in the
small world as in the whole. Lines that two ports share (the main lines of China, the terminals at Malaszewicze) are
used by one port's trains at a time here; they are far from full.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from corridors.changes import Change, apply
from corridors.model import Corridor
from corridors.proposals import Proposal
from sim.sensitivity.guesses import Guess


@dataclass(frozen=True)
class World:
    """One port by itself."""

    port: str
    corridor: Corridor
    guesses: tuple[Guess, ...]
    """Those with a number that its vehicles can meet, and of their numbers only these."""
    proposals: Mapping[str, Proposal]
    """Those that reach this port, by id, with what they change here."""


def worlds(corridor: Corridor, guesses: Iterable[Guess], proposals: Mapping[str, Proposal]) -> list[World]:
    """The world of each port, in the order of ports. Raises DataError for proposals that cannot be made."""
    guesses = tuple(guesses)
    made = {id: apply(corridor, one.changes) for id, one in sorted(proposals.items())}
    found = []
    for port in corridor.ports:
        own = apply(corridor, _without(corridor, port))
        here = reached(own)
        near = {}
        for id, changed in made.items():
            foreign = {change.address for change in _without(changed, port)}
            kept = tuple(one for one in proposals[id].changes if row_of(one.address) not in foreign)
            if any(row_of(one.address) in here for one in kept) or _more_services(changed, own, port):
                near[id] = proposals[id].model_copy(update={"changes": kept})
        met = here.union(*(reached(apply(own, one.changes)) for one in near.values()))
        found.append(World(port, own, tuple(_near(guesses, met)), near))
    return found


def _near(guesses: Iterable[Guess], met: set[str]) -> Iterator[Guess]:
    """The guesses that have a number in one of these rows, with those numbers."""
    for guess in guesses:
        numbers = tuple(one for one in guess.numbers if row_of(one.address) in met)
        if numbers:
            yield replace(guess, numbers=numbers)


def reached(corridor: Corridor) -> set[str]:
    """The rows, as 'table.id', that the vehicles of a world meet: what they pass, draw, wait for, and how long."""
    from sim.program import programs
    from sim.run import prepare

    found = {f"services.{id}" for id in corridor.services}
    for service in corridor.services.values():
        found |= {f"durations.{service.delay}", f"profiles.{service.profile_month}", f"profiles.{service.profile_hour}"}
    for id, program in programs(corridor, prepare(corridor).settings).items():
        for op in program:
            found |= {f"links.{op.labels.get('link', '')}", f"ports.{op.labels.get('port', '')}"}
            found |= {f"{table}.{op.target}" for table in ("facilities", "stocks", "calendars")}
            found |= {f"durations.{op.duration.id}"} if op.duration else set()
        found |= _steps(corridor, corridor.services[id].itinerary)
    for table in ("facilities", "stocks"):
        calendars = {row.calendar for row in corridor.table(table).values() if f"{table}.{row.id}" in found}
        found |= {f"calendars.{calendar}" for calendar in calendars}
    for table in ("shifts", "holidays"):
        rows = corridor.table(table).values()
        found |= {f"{table}.{row.id}" for row in rows if f"calendars.{row.calendar}" in found}
    return found


def row_of(address: str) -> str:
    """'table.id' of an address ``table.id.field``; an address of a row is its own."""
    table, _, rest = address.partition(".")
    parts = rest.split(".")
    own = 2 if table == "itineraries" else 1
    return ".".join([table, *parts[:own]])


def _steps(corridor: Corridor, itinerary: str) -> set[str]:
    """The steps of an itinerary and of those it may go on with, and the shares by which it branches."""
    found: set[str] = set()
    todo, seen = [itinerary], set()
    while todo:
        here = todo.pop()
        seen.add(here)
        for step in corridor.steps(here):
            found |= {f"itineraries.{step.id}", f"shares.{step.share}"}
            ways = [way for way in corridor.alternatives.values() if step.choice and way.choice == step.choice]
            found |= {f"alternatives.{way.id}" for way in ways}
            todo += [way.itinerary for way in ways if way.itinerary not in seen]
    return found


def _without(corridor: Corridor, port: str) -> tuple[Change, ...]:
    """What takes away the services that cross other ports only. Those that cross none (passengers) stay."""
    gone = set()
    for id, service in corridor.services.items():
        crossed = {step.port for step in corridor.steps(service.itinerary)} - {""}
        if crossed and port not in crossed:
            gone.add(id)
    departures = [row.id for row in corridor.timetable.values() if row.service in gone]
    addresses = [f"timetable.{id}" for id in departures] + [f"services.{id}" for id in sorted(gone)]
    return tuple(Change(op="remove", address=address) for address in addresses)


def _more_services(changed: Corridor, own: Corridor, port: str) -> bool:
    """Whether the changed world has a service over this port that the port's own world lacks."""
    return any(
        id not in own.services and port in {step.port for step in changed.steps(service.itinerary)}
        for id, service in changed.services.items()
    )
