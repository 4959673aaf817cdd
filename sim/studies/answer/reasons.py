"""Why a change brings no more cargo: what limits the main traffic instead, read from the results.

Only for works without a change of the cargo delivered, or of crossings, that is shown. A fleet that waits for demand
carries all that there is; traffic with arrivals whose queue does not grow is carried in full in the baseline, too; and
the root of waiting may be a thing that the scenario does not change, in each direction that it concerns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from corridors.messages import Message
from corridors.model import TABLES, Corridor, link_of_paths
from sim.core.wait_causes import DEMAND
from sim.kpi.queue_growth import LEAST_DAYS
from sim.studies.answer.amounts import AMOUNT, HOURS_A_DAY, VEHICLES, plain, said
from sim.studies.answer.bottleneck import main_shift, root
from sim.studies.answer.subject import VEHICLES as VEHICLES_A_DAY
from sim.studies.answer.subject import Subject, shown
from sim.studies.compare import BottleneckShift
from sim.studies.compare.changed_rows import facilities_of, things_of

FLEET: Final = "fleet"
"""As ``arrivals`` of a service: vehicles that circulate."""
LEAST_IDLE: Final = 1.0
"""Fewer idle vehicles, as a mean over time, do not show that demand limits a fleet."""


def reasons(subject: Subject, corridor: Corridor) -> Iterator[Message]:
    """The sentences, demand before other roots; none where a change of cargo or crossings is shown."""
    cargo, own = subject.cargo, subject.traffic
    if cargo is None or own is None or subject.comparison.results.outside(subject.scenario):
        return
    crossings = subject.main(VEHICLES_A_DAY)
    if shown(cargo) or (crossings and shown(crossings)):
        return
    who = {"traffic_class": own.klass}
    services = subject.services(corridor)
    idle = _idle(subject, corridor)
    if idle >= LEAST_IDLE:
        yield said("why.demand", **who, vehicles=plain(idle, VEHICLES, klass=own.klass)[AMOUNT])
    elif services and all(row.arrivals != FLEET for row in services) and _all_pass(subject):
        yield said("why.all_carried", **who)
    for shift in _concerned(subject):
        after = None if shift.moves else shift.after
        if after and after.at and _elsewhere(subject, corridor, after.at):
            yield said("why.elsewhere", **who, direction=shift.direction, root=root(after), share=after.share)


def _concerned(subject: Subject) -> list[BottleneckShift]:
    """Each direction of the main traffic that passes what changes, or each one where none does; the main one first."""
    main = main_shift(subject)
    own = [
        one
        for one in subject.comparison.bottleneck_shifts
        if (one.scenario, one.traffic) == (subject.scenario, subject.traffic)
    ]
    passing = [one for one in own if one.of_change] or own
    return sorted(passing, key=lambda one: one is not main)


def _idle(subject: Subject, corridor: Corridor) -> float:
    """Vehicles of the main traffic that wait for demand at its port in the baseline, as a mean over time and runs."""
    results, own = subject.comparison.results, subject.traffic
    assert own is not None
    waiting, runs = results.waiting, results.runs
    base = runs[(runs["scenario"] == results.baseline) & runs["failure_stage"].isna()]
    known = [id for id, row in corridor.stocks.items() if row.port == own.port]
    rows = waiting[(waiting["scenario"] == results.baseline) & (waiting["class"] == own.klass)]
    hours = rows[(rows["cause"] == DEMAND) & rows["at"].isin(known)]["hours"].sum()
    return float(hours) / (HOURS_A_DAY * results.measured_days * len(base)) if len(base) else 0.0


def _all_pass(subject: Subject) -> bool:
    """Whether the runs are long enough to see a queue grow, and that of the main traffic does not in the baseline."""
    own, results = subject.traffic, subject.comparison.results
    assert own is not None
    return results.days >= LEAST_DAYS and not subject.comparison.queues.grows(results.baseline, own.port, own.klass)


def _elsewhere(subject: Subject, corridor: Corridor, at: str) -> bool:
    """Whether a scenario changes neither a root of waiting nor its calendar or duration."""
    changed = [address.split(".") for address in subject.comparison.results.addresses(subject.scenario)]
    own = {table: {part[1] for part in changed if part[0] == table} for table in TABLES}
    things = set[str]().union(*own.values(), things_of(own, corridor), facilities_of(own, corridor))
    return link_of_paths(at) not in things
