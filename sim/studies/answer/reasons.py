"""Why a change brings no more cargo: what limits the main traffic instead, read from the results.

Only for works without a change of the cargo delivered, or of crossings, that is shown. A fleet that waits for demand
carries all that there is; traffic with arrivals whose queue does not grow is carried in full in the baseline, too; and
the root of waiting may be a thing that the scenario does not change, in each direction that it concerns. Where vehicles
stay longer, the same facts say why that costs no cargo.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from corridors.messages import Message
from corridors.model import Corridor, link_of_paths
from sim.core.wait_causes import DEMAND
from sim.kpi.queue_growth import LEAST_DAYS
from sim.studies.answer.amounts import AMOUNT, HOURS_A_DAY, VEHICLES, plain, said
from sim.studies.answer.bottleneck import main_shift, root
from sim.studies.answer.subject import DWELL, Subject, shown
from sim.studies.answer.subject import VEHICLES as VEHICLES_A_DAY
from sim.studies.compare import BottleneckShift
from sim.studies.compare.paired_effects import beyond_error

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
    idle, longer = _idle(subject, corridor), _longer(subject)
    ending = "_longer" if longer else ""
    if idle >= LEAST_IDLE:
        yield said(f"why.demand{ending}", **who, vehicles=plain(idle, VEHICLES, klass=own.klass)[AMOUNT])
    elif services and all(row.arrivals != FLEET for row in services) and _all_pass(subject, longer):
        yield said(f"why.all_carried{ending}", **who)
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


def _longer(subject: Subject) -> bool:
    """Whether the main traffic is shown to stay longer at the port, or to wait more where that is not shown."""
    dwell, shift = subject.main(DWELL), main_shift(subject)
    if dwell and shown(dwell):
        return dwell.difference > 0
    return bool(shift and shift.waiting and beyond_error(shift.waiting) and shift.waiting.estimate > 0)


def _all_pass(subject: Subject, longer: bool) -> bool:
    """Whether the runs are long enough to see a queue grow, and that of the main traffic does not in the baseline.

    If vehicles stay ``longer``, it must not grow in the scenario either.
    """
    own, results = subject.traffic, subject.comparison.results
    assert own is not None
    ends = (results.baseline, *([subject.scenario] if longer else ()))
    grows = any(subject.comparison.queues.grows(one, own.port, own.klass) for one in ends)
    return results.days >= LEAST_DAYS and not grows


def _elsewhere(subject: Subject, corridor: Corridor, at: str) -> bool:
    """Whether a scenario changes neither a root of waiting nor its calendar or duration."""
    return link_of_paths(at) not in subject.changed_things(corridor)
