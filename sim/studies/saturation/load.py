"""Load that demand offers to facilities, sections and quotas, from the corridor alone, without a run.

Input: a corridor. Output: an :class:`OfferedLoad`, from which the load of any year is a sum. Load is work over
capacity, both of a mean day: server-seconds of demand over server-seconds after calendars, closures and breakdowns.
From a load of 1 the queue grows without bound (exact for a single queue; Asmussen 2003, *Applied Probability and
Queues*). For a class, only work of equal and higher priority counts (Cobham 1954, *Priority assignment in waiting line
problems*, Oper. Res. 2, 70-76). The effects that are not included make saturation earlier, never later: tracks held
while trains wait, busy hours, missing wagon sets.

The queue of a closed fleet is bounded, because a waiting vehicle does not arrive again. Its offered load is that of a
round without waiting, except for opening hours: vehicles over the length of a round. A load of 1 is the knee from
which more vehicles only add waiting (Denning and Buzen 1978, *The operational analysis of queueing network models*,
Comput. Surv. 10, 225-261). A fleet whose trips wait for demand makes no more of them than there is demand, divided
among the fleets that share it by what each could make. Only the binding facility of its round can saturate; all others
get at most its throughput. A choice by delay counts as equal shares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from corridors.clock.calendars import Calendars
from corridors.clock.place_clocks import clock_of_world
from corridors.model import DEMAND, Corridor, Service
from corridors.single_tracks import BESIDE_SECTIONS
from sim.compile.arrivals import Schedule, operates
from sim.compile.programs import Op, Program, programs
from sim.compile.service_centres import ServiceCentre, service_centres
from sim.core import rules
from sim.core.plan import Ints
from sim.core.random_streams import Floats
from sim.core.run_settings import RunSettings
from sim.core.units import DAY_S
from sim.kpi.facilities import UNLIMITED

Group = tuple[str, str, str]
"""(port, direction, class)."""


@dataclass(frozen=True)
class OfferedLoad:
    """Load of each service on a mean day of the base year."""

    shares: Mapping[str, Mapping[str, float]]
    """By facility (section, quota) and service: its work per day, as a share of the capacity."""
    ports: Mapping[Group, tuple[str, ...]]
    """Facilities and quotas that the vehicles of a port, direction and class pass, sorted."""
    sections: Mapping[str, tuple[str, ...]]
    """Facilities that allocate the train paths of a link, one per direction where it has two tracks, and the sections
    between its passing places, which a train keeps for its running time."""
    fleets: frozenset[str]
    """Services with a closed fleet."""
    priority: Mapping[str, int]
    """Priority of each service; lower is first."""
    services: Mapping[str, tuple[str, ...]]
    """Services of each class."""

    def loads(self, factors: Mapping[str, float]) -> dict[str, dict[str, float]]:
        """By facility and service the load for multiples ``factors`` (default 1) of the services' demand."""
        loads = {
            thing: {service: share * factors.get(service, 1.0) for service, share in own.items()}
            for thing, own in self.shares.items()
        }
        whole = {thing: sum(own.values()) for thing, own in loads.items()}
        for fleet in sorted(self.fleets):
            passed = [thing for thing, own in loads.items() if fleet in own]
            binds = max(passed, key=lambda thing: (whole[thing], thing), default="")
            for thing in passed:
                if thing != binds:
                    loads[thing][fleet] /= max(1.0, whole[binds])
        return loads

    def load_of(self, own: Mapping[str, float], klass: str) -> float:
        """The load of one facility that counts for a class: equal and higher priority; all for class ''."""
        last = max((self.priority[id] for id in self.services.get(klass, ()) if id in own), default=None)
        return sum(share for id, share in own.items() if last is None or self.priority[id] <= last)


def offered_load(corridor: Corridor, settings: RunSettings) -> OfferedLoad:
    """The load over the calendar of the measured days. Raises DataError for a route that does not exist."""
    rows = list(corridor.services.values())
    calendars = Calendars(corridor, settings.epoch, settings.horizon_s)
    counted = (one for one in service_centres(corridor, calendars) if one.kind not in (*UNLIMITED, *BESIDE_SECTIONS))
    found = {centre.name: centre for centre in counted}
    shut = {name: _shut(centre, settings) for name, centre in found.items()}
    capacity = {name: _capacity(corridor, centre, settings) for name, centre in found.items()}
    quotas = _quotas(corridor, settings, calendars)
    demand = {id: n for id, n in quotas.items() if corridor.stocks[id].kind == DEMAND}
    capacity |= {id: n for id, n in quotas.items() if id not in demand}
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    ports: dict[Group, set[str]] = defaultdict(set)
    sections: dict[str, set[str]] = defaultdict(set)
    programs_of = {
        id: program
        for id, program in programs(corridor, settings).items()
        if operates(corridor.services[id], settings, clock_of_world(corridor))
    }
    walks = {id: _Walk(program, found) for id, program in programs_of.items()}
    schedule = Schedule(corridor, settings)
    trips: dict[str, float] = {}
    for id, walk in walks.items():
        waits_s = (min(shut[thing][0], walk.round_s * shut[thing][1]) for thing in walk.work if thing in shut)
        trips[id] = _per_day(corridor.services[id], walk.round_s + max(waits_s, default=0.0), schedule)
    _limit_to_demand(trips, walks, demand)
    for service_id, program in programs_of.items():
        service = corridor.services[service_id]
        walk, per_day = walks[service_id], trips[service_id]
        crossed = dict(_port_of(op) for op in program if op.labels.get("port"))
        for thing, work in walk.work.items():
            if capacity.get(thing, 0.0) > 0:
                shares[thing][service_id] = per_day * work / capacity[thing]
        for op in program:
            thing, centre = op.target, found.get(op.target)
            port, direction = _port_of(op)
            if not port and centre and centre.port in crossed:
                # A vehicle that waits inland for a place of a port counts as traffic of that port.
                port, direction = centre.port, crossed[centre.port]
            if thing in shares and service_id in shares[thing]:
                if centre and centre.link:
                    sections[centre.link].add(thing)
                elif port:
                    ports[port, direction, service.vehicle_class].add(thing)
    return OfferedLoad(
        shares={thing: dict(shares[thing]) for thing in sorted(shares)},
        ports={group: tuple(sorted(ports[group])) for group in sorted(ports)},
        sections={link: tuple(sorted(sections[link])) for link in sorted(sections)},
        fleets=frozenset(row.id for row in rows if row.arrivals == "fleet"),
        priority={row.id: row.priority for row in rows},
        services={klass: tuple(row.id for row in rows if row.vehicle_class == klass) for klass in corridor.classes},
    )


def _port_of(op: Op) -> tuple[str, str]:
    return str(op.labels.get("port", "")), str(op.labels.get("direction", ""))


def _per_day(service: Service, round_s: float, schedule: Schedule) -> float:
    if service.arrivals == "fleet":
        return service.fleet / round_s * DAY_S
    return schedule.per_day(service)


def _limit_to_demand(trips: dict[str, float], walks: Mapping[str, _Walk], demand: Mapping[str, float]) -> None:
    """Reduce the trips per day of the services that draw from a demand to what there is."""
    for stock, wanted in demand.items():
        drawn = {id: trips[id] * walk.work[stock] for id, walk in walks.items() if walk.work.get(stock)}
        total = sum(drawn.values())
        for id in drawn:
            trips[id] *= min(1.0, wanted / total) if total else 1.0


def _shut(centre: ServiceCentre, settings: RunSettings) -> tuple[float, float]:
    """Bounds of the waiting for opening hours in a round.

    The mean seconds until the facility opens, over all instants of the measured days; and, for a fleet with many rounds
    per day, the ratio closed hours / open hours, to be multiplied by the round.
    """
    edges_s = np.clip(np.append(centre.times_s, settings.horizon_s), settings.warmup_s, settings.horizon_s)
    lasts = np.diff(edges_s).astype(float)
    open_ = centre.levels > 0
    change = np.flatnonzero(np.diff(open_, prepend=~open_[:1]))
    closed_s = np.add.reduceat(lasts, change)[~open_[change]]
    whole_s, shut_s = float(lasts.sum()), float(closed_s.sum())
    return float((closed_s**2).sum()) / 2 / whole_s, shut_s / (whole_s - shut_s) if shut_s < whole_s else 0.0


def _capacity(corridor: Corridor, centre: ServiceCentre, settings: RunSettings) -> float:
    """Server-seconds per day over the measured days."""
    up = 1.0
    row = corridor.facilities.get(centre.name)
    if row and row.mtbf_h is not None and row.mttr_h is not None:
        up = row.mtbf_h / (row.mtbf_h + row.mttr_h)
    return up * _mean(centre.times_s, centre.levels, settings) * DAY_S


def _quotas(corridor: Corridor, settings: RunSettings, calendars: Calendars) -> dict[str, float]:
    """Places, or trips with demand, per day of the stocks with a daily quota."""
    found = {}
    days = settings.days - settings.warmup_days
    for stock in corridor.stocks.values():
        if stock.daily_quota is not None:
            times_s, levels = calendars.quota_levels(stock.id)
            found[stock.id] = float(levels[times_s >= settings.warmup_s].sum()) / days
    return found


def _mean(times_s: Ints, levels: Floats, settings: RunSettings) -> float:
    """Mean of a step function over the measured days."""
    lasts = np.diff(np.clip(np.append(times_s, settings.horizon_s), settings.warmup_s, settings.horizon_s))
    return float((lasts * levels).sum() / lasts.sum())


class _Walk:
    """Expected work of one vehicle over its program, without waiting."""

    def __init__(self, program: Program, centres_of: Mapping[str, ServiceCentre]) -> None:
        self.work: dict[str, float] = defaultdict(float)
        """Server-seconds by facility, and units by stock."""
        self.round_s = 0.0
        self._centres = centres_of
        share = [0.0] * (len(program) + 1)
        share[0] = 1.0
        kept: dict[int, frozenset[str]] = {0: frozenset()}
        for at, op in enumerate(program):
            here = kept.get(at, frozenset())
            if not op.aside:
                self._do(op, share[at], here)
            here = _kept(here, op)
            for onward, part in _onward(at, op):
                share[onward] += share[at] * part
                kept.setdefault(onward, here)

    def _do(self, op: Op, share: float, kept: frozenset[str]) -> None:
        seconds = op.mean_s * share
        self.round_s += seconds
        for facility in kept:
            self.work[facility] += seconds
        if op.code in (rules.SERVE, rules.HOLD):
            self.work[op.target] += seconds
        elif op.code == rules.PASS:
            centre = self._centres.get(op.target)
            self.work[op.target] += share * centre.headway_s if centre else 0.0
        elif op.code == rules.DRAW:
            self.work[op.target] += share * op.amount


def _onward(at: int, op: Op) -> Iterator[tuple[int, float]]:
    """Next steps after a step, with their shares of the vehicles."""
    if op.code == rules.BRANCH:
        yield at + 1, op.goes_on
        yield op.jump, 1 - op.goes_on
    elif op.code == rules.CHOOSE:
        yield from zip((way.jump for way in op.ways), op.parts, strict=True)
    elif op.code != rules.END:
        yield at + 1, 1.0


def _kept(before: frozenset[str], op: Op) -> frozenset[str]:
    """Facilities of which a vehicle holds a server after a step."""
    if op.code == rules.HOLD:
        return before | {op.target}
    return before - {op.target} if op.code == rules.FREE else before
