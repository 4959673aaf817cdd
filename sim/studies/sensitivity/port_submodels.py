"""Submodel of one border port: the services that cross it, and the inputs and proposals that affect them.

The ports are independent: a truck at Ganqimaodu never waits for a train at Manzhouli. An input of one port is
therefore varied in a small model, which runs several times faster, and the gain of a proposal is the sum over the
submodels that it affects. A submodel has the services that cross the port, and those that cross no port but share a
yard, a stock or a line with them (coal trains that empty the yard, passenger trains). Random numbers are keyed by name,
so a service has the same arrivals and durations in the submodel as in the whole model. Facilities that trains of both
rail ports use (the main lines of China, the terminals at Malaszewicze) serve the trains of one port at a time; they are
far from full.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from corridors.model import Corridor, ids_in
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Proposal
from sim.compile.programs import Program, programs
from sim.run import prepare
from sim.studies.sensitivity.uncertain_inputs import UncertainInput


@dataclass(frozen=True)
class PortSubmodel:
    """The model of one port by itself."""

    port: str
    corridor: Corridor
    proposals: Mapping[str, Proposal]
    """Proposals that affect this port, by id, with their changes here."""
    met: Mapping[str, frozenset[str]]
    """Rows, as 'table.id', that vehicles use here, by proposal; without any proposal by ''."""

    def inputs(self, inputs: Iterable[UncertainInput], proposals: Iterable[str] = ()) -> tuple[UncertainInput, ...]:
        """The inputs with numbers that vehicles use here, with or without these proposals, reduced to these numbers."""
        met = self.met[""].union(*(self.met[id] for id in proposals if id in self.met))
        found = []
        for item in inputs:
            numbers = tuple(one for one in item.numbers if row_of(one.address) in met)
            if numbers:
                found.append(replace(item, numbers=numbers))
        return tuple(found)


def port_submodels(corridor: Corridor, proposals: Mapping[str, Proposal]) -> list[PortSubmodel]:
    """Make the submodel of each port, in the order of ports; raises DataError for an invalid proposal."""
    made = {id: Reach(apply(corridor, one.changes)) for id, one in sorted(proposals.items())}
    before = Reach(corridor)
    found = []
    for port in corridor.ports:
        here = before.services(port)
        met, near = {"": before.rows(here)}, {}
        for id, after in made.items():
            there = after.services(port)
            elsewhere = {
                f"services.{one}" for one in (*corridor.services, *after.corridor.services) if one not in there
            }
            rows = after.rows(there)
            elsewhere |= _ways_of_others(proposals[id], met[""] | rows)
            kept = tuple(change for change in proposals[id].changes if row_of(change.address) not in elsewhere)
            # A removed row is used before the change, an added one after it.
            if there != here or any(row_of(change.address) in met[""] | rows for change in kept):
                met[id] = rows
                near[id] = proposals[id].model_copy(update={"changes": kept})
        gone = _of_others(corridor, here, met[""].union(*met.values()))
        own = apply(corridor, [Change(op="remove", address=address) for address in sorted(gone)])
        found.append(PortSubmodel(port, own, {id: _without(one, gone) for id, one in near.items()}, met))
    return found


def _of_others(corridor: Corridor, services: frozenset[str], met: frozenset[str]) -> set[str]:
    """Rows to remove: services of other ports, their departures and orders, and steps that no vehicle takes here."""
    gone = {f"services.{id}" for id in corridor.services if id not in services}
    gone |= {f"timetable.{row.id}" for row in corridor.timetable.values() if row.service not in services}
    for table in ("itineraries", "alternatives", "orders"):
        gone |= {f"{table}.{id}" for id in corridor.table(table)} - met
    return gone


def _ways_of_others(proposal: Proposal, met: frozenset[str]) -> set[str]:
    """Steps that a proposal changes or adds and that no vehicle takes here, such as itineraries of other ports."""
    rows = {row_of(change.address) for change in proposal.changes}
    return {row for row in rows - met if row.partition(".")[0] in ("itineraries", "alternatives")}


def _without(proposal: Proposal, gone: set[str]) -> Proposal:
    changes = tuple(change for change in proposal.changes if row_of(change.address) not in gone)
    return proposal.model_copy(update={"changes": changes})


TARGETS: Final = ("facilities", "stocks", "links", "ports", "calendars")
"""Tables of what closures, weather and orders are about."""


class Reach:
    """Services of a corridor by port, and the rows they use."""

    def __init__(self, corridor: Corridor) -> None:
        self.corridor = corridor
        self._programs = programs(corridor, prepare(corridor).settings)
        self._ports = {id: _labels(program, "port") for id, program in self._programs.items()}
        self._shared = {id: {op.target for op in program} - {""} for id, program in self._programs.items()}

    def shared(self, service: str) -> frozenset[str]:
        """The facilities and stocks that a service uses."""
        return frozenset(self._shared[service])

    def services(self, port: str) -> frozenset[str]:
        """The services that cross the port, and those that cross none and share a facility or stock with one."""
        crossing = {id for id, ports in self._ports.items() if port in ports}
        shared = set().union(*(self._shared[id] for id in crossing))
        with_them = {id for id, ports in self._ports.items() if not ports and self._shared[id] & shared}
        return frozenset(crossing | with_them)

    def rows(self, services: Iterable[str]) -> frozenset[str]:
        """Rows that vehicles of these services use: facilities, stocks, links, durations, calendars, steps.

        And closures, weather and orders there.
        """
        corridor, found = self.corridor, set[str]()
        for id in services:
            service, program = corridor.services[id], self._programs[id]
            found |= {f"services.{id}", f"durations.{service.delay}"}
            found |= {f"profiles.{id}" for id in service.profiles}
            found |= {f"durations.{op.duration.id}" for op in program if op.duration}
            found |= {f"{table}.{name}" for table in ("facilities", "stocks") for name in self._shared[id]}
            found |= {f"{table}s.{name}" for table in ("link", "port") for name in _labels(program, table)}
            found |= self._steps(service.itinerary)
        for table in ("facilities", "stocks"):
            rows = corridor.table(table).values()
            found |= {f"calendars.{row.calendar}" for row in rows if f"{table}.{row.id}" in found}
        for table in ("shifts", "holidays"):
            rows = corridor.table(table).values()
            found |= {f"{table}.{row.id}" for row in rows if f"calendars.{row.calendar}" in found}
        there = {id for table, _, id in (row.partition(".") for row in found) if table in TARGETS}
        found |= {f"weather.{row.id}" for row in corridor.weather.values() if there.intersection(ids_in(row.targets))}
        for table in ("closures", "orders", "order_rules"):
            found |= {f"{table}.{row.id}" for row in corridor.table(table).values() if row.target in there}
        return frozenset(found)

    def _steps(self, itinerary: str) -> set[str]:
        """Steps of an itinerary and of its alternatives, with the shares of their branches."""
        found: set[str] = set()
        for here in self.corridor.itineraries_from(itinerary):
            for step in self.corridor.steps(here):
                found |= {f"itineraries.{step.id}", f"shares.{step.share}", f"calendars.{step.calendar}"}
                ways = (way for way in self.corridor.alternatives.values() if step.choice and way.choice == step.choice)
                found |= {f"alternatives.{way.id}" for way in ways}
        return found


def row_of(address: str) -> str:
    """'table.id' of an address ``table.id.field``; the address of a row is returned as it is."""
    table, _, rest = address.partition(".")
    own = 2 if table == "itineraries" else 1
    return ".".join([table, *rest.split(".")[:own]])


def _labels(program: Program, name: str) -> set[str]:
    return {str(op.labels.get(name, "")) for op in program} - {""}
