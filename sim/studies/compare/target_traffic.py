"""Target traffic of a scenario, fixed before the results, which prevents the choice of the most favourable figure.

The target traffic passes a facility that the proposals of the scenario relieve. If the scenario changes the itineraries
of a part of it only (their trains are cleared inland), that part is the target. For a scenario without such
declarations (demand, closures, single changes), it is the traffic of the facilities, stocks, ports, calendars and
services that change, or that meets another row that changes, such as a duration (:mod:`.changed_rows`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from corridors.model import TABLES, Corridor, Service, link_of_paths
from corridors.overlay.proposals import Proposal
from sim.kpi.waiting import congestion
from sim.studies.compare.changed_rows import facilities_of, services_of, things_of
from sim.studies.compare.question import Traffic
from sim.studies.compare.results import ExperimentResults

if TYPE_CHECKING:
    import pandas as pd

QUEUES = ("facilities", "stocks", "links")


def target_traffic(
    results: ExperimentResults, corridor: Corridor, proposals: Mapping[str, Proposal]
) -> dict[str, tuple[Traffic, ...]]:
    """By scenario its target traffic, the one with the most waiting in the baseline first; may be empty."""
    base = congestion(results.waiting[results.waiting["scenario"] == results.baseline])
    waits: Counter[Traffic] = Counter()
    for port, klass, hours in zip(base["port"], base["class"], base["hours"], strict=True):
        waits[Traffic(str(port), str(klass))] += hours
    steps = results.dwell[["scenario", "port", "class", "at"]].drop_duplicates()
    found = {}
    for scenario in results.others:
        here = steps[steps["scenario"].isin([results.baseline, scenario])]
        known = [proposals[id] for id in results.proposals(scenario) if id in proposals]
        relieved = {thing for proposal in known for thing in proposal.relieves}
        changed = [address.split(".") for address in results.addresses(scenario)]
        own = {table: {part[1] for part in changed if part[0] == table} for table in TABLES}
        traffic = _passing(here, relieved)
        traffic = (traffic & _of_itineraries(here, own["itineraries"], corridor)) or traffic
        traffic = traffic or _passing(here, set[str]().union(*(own[table] for table in QUEUES)))
        traffic = traffic or _of_ports(here, own["ports"])
        concerned = things_of(own, corridor)
        traffic = traffic or _passing(here, concerned) | _of_ports(here, concerned)
        services = services_of(own, corridor)
        traffic = traffic or _of_classes(_passing(here, facilities_of(own, corridor)), services)
        traffic = traffic or _crossing(here, services, corridor)
        found[scenario] = tuple(sorted(traffic, key=lambda one: (-waits[one], one.port, one.klass)))
    return found


def shut_traffic(results: ExperimentResults, scenario: str, corridor: Corridor) -> set[Traffic]:
    """The traffic that passes what a scenario shuts and the baseline does not; empty for what no crossing passes."""
    shut = [str(change["address"]).split(".") for change in results.closures(scenario)]
    own = {table: {part[1] for part in shut if part[0] == table} for table in TABLES}
    steps = results.dwell[results.dwell["scenario"] == results.baseline]
    things = set[str]().union(*(own[table] for table in QUEUES), things_of(own, corridor))
    return _passing(steps, things) | _of_ports(steps, own["ports"])


def changed_directions(
    results: ExperimentResults, corridor: Corridor, proposals: Mapping[str, Proposal]
) -> dict[str, set[tuple[str, str, str]]]:
    """By scenario the (port, direction, class) that pass a thing which it changes, or which its proposals relieve.

    Things are facilities, also those of a changed calendar or duration, stocks and links; none for other changes.
    """
    steps = results.dwell[["port", "direction", "class", "at"]].drop_duplicates()
    found = {}
    for scenario in results.others:
        known = [proposals[id] for id in results.proposals(scenario) if id in proposals]
        changed = [address.split(".") for address in results.addresses(scenario)]
        own = {table: {part[1] for part in changed if part[0] == table} for table in TABLES}
        things = set[str]().union(*(own[table] for table in QUEUES), things_of(own, corridor))
        things |= facilities_of(own, corridor)
        things |= {thing for proposal in known for thing in proposal.relieves}
        here = steps[steps["at"].map(link_of_paths).isin(list(things)) & (steps["port"] != "")]
        keys = zip(here["port"], here["direction"], here["class"], strict=True)
        found[scenario] = {(str(port), str(direction), str(klass)) for port, direction, klass in keys}
    return found


def _passing(steps: pd.DataFrame, things: Iterable[str]) -> set[Traffic]:
    """The traffic of the steps at these facilities, stocks and links; a link has paths in both directions."""
    return _traffic(steps[steps["at"].map(link_of_paths).isin(list(things))])


def _of_ports(steps: pd.DataFrame, ports: set[str]) -> set[Traffic]:
    return _traffic(steps[steps["port"].isin(ports)])


def _of_classes(traffic: Iterable[Traffic], services: Iterable[Service]) -> set[Traffic]:
    """The traffic of the classes of these services."""
    classes = {row.vehicle_class for row in services}
    return {one for one in traffic if one.klass in classes}


def _of_itineraries(steps: pd.DataFrame, itineraries: set[str], corridor: Corridor) -> set[Traffic]:
    """The traffic with these itineraries at the ports that they cross."""
    return _crossing(steps, [row for row in corridor.services.values() if row.itinerary in itineraries], corridor)


def _crossing(steps: pd.DataFrame, services: Iterable[Service], corridor: Corridor) -> set[Traffic]:
    rows = list(corridor.itineraries.values())
    crossed = set()
    for service in services:
        ways = corridor.itineraries_from(service.itinerary)
        crossed |= {(row.port, service.vehicle_class) for row in rows if row.itinerary in ways and row.port}
    return {one for one in _traffic(steps) if (one.port, one.klass) in crossed}


def _traffic(steps: pd.DataFrame) -> set[Traffic]:
    pairs = zip(steps["port"], steps["class"], strict=True)
    return {Traffic(str(port), str(klass)) for port, klass in pairs if port}
