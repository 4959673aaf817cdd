"""What a closure brings, as messages and figures: queue, days until normal, what is late, lost, and waits.

Input: recoveries of a comparison. Output: messages of the catalogue ``answer`` and :class:`ClosureFigure`. Report,
screen and page show the same messages. A number is an amount with its interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from corridors.messages import Message
from corridors.model import Corridor
from sim.statistics import Interval, is_below, is_clear
from sim.studies.answer.amounts import DAYS, TONNES, TRIPS, VEHICLES, said, sized
from sim.studies.answer.headline import total_days
from sim.studies.answer.subject import Subject
from sim.studies.compare import FlowLoss, Recovery
from sim.studies.compare.paired_effects import finite
from sim.studies.compare.recovery import LEAST_WAITING, shut_days

LEAST: Final = 0.5
"""Vehicles or tonnes; fewer are none."""
LEAST_T: Final = 500.0
"""Tonnes that are worth a word."""


@dataclass(frozen=True)
class ClosureFigure:
    """One figure of a closure; of one direction of a class, or of all traffic of a port."""

    figure: str
    """extra_queue, days_until_normal, late, lost, late_t, lost_t, waits_t or not_delivered_t."""
    port: str
    direction: str
    klass: str
    unit: str
    found: Interval
    lasting: int = 0
    """Of the days until normal: the pairs in which it is not normal by the end of the run."""

    def as_json(self) -> dict[str, object]:
        """The figure as plain values."""
        return {
            "figure": self.figure,
            "port": self.port,
            "direction": self.direction,
            "class": self.klass,
            "unit": self.unit,
            "n": self.found.n,
            "estimate": self.found.estimate,
            "ci_low": finite(self.found.low),
            "ci_high": finite(self.found.high),
            "lasting": self.lasting,
        }


def closure(subject: Subject, corridor: Corridor) -> Iterator[Message]:
    """Queues after a closure, what is late, trips that are lost, and their cargo, which stays where it is loaded."""
    if not total_days(subject):
        return
    own = _of(subject)
    waits = any(one.peak.estimate >= LEAST_WAITING for one in own)
    if not waits and subject.traffic and shut_days(subject.comparison.results, subject.scenario):
        yield said("closure.no_queue")
    yield from recovery_messages(own, no_queue=False)
    services = subject.services(corridor)
    known = any(one.vehicles for one in own if subject.traffic and one.klass == subject.traffic.klass)
    if subject.traffic and services and not known and all(row.arrivals == "fleet" for row in services):
        yield said("closure.fleet", traffic_class=subject.traffic.klass)


def closure_figures(subject: Subject) -> tuple[ClosureFigure, ...]:
    """The figures of a closure, of the traffic with the largest effect first; none of lasting changes."""
    return tuple(_figures(_of(subject))) if total_days(subject) else ()


def recovery_messages(found: Sequence[Recovery], no_queue: bool = True) -> Iterator[Message]:
    """For each traffic its queue and the days until normal, what is late and lost, and the cargo that waits.

    At the end of each port the cargo that it delivers. ``no_queue``: also say that there is no extra queue.
    """
    for one, losses in with_losses(found):
        if no_queue or one.peak.estimate >= LEAST_WAITING:
            yield _queue(one)
        if losses and one.vehicles and one.tonnes and one.vehicles.most.estimate >= LEAST:
            yield from _losses(one, one.vehicles, one.tonnes)
    for one in _ports(found):
        if one.delivered and one.delivered.most.estimate >= LEAST_T:
            yield _delivered(one.port, one.delivered)


def _of(subject: Subject) -> list[Recovery]:
    return [one for one in subject.comparison.recoveries if one.scenario == subject.scenario]


def with_losses(found: Sequence[Recovery]) -> Iterator[tuple[Recovery, bool]]:
    """Each recovery, and whether to say what is late and lost: of empty vehicles it is that of the loaded ones."""
    loaded = {(one.scenario, one.port, one.klass) for one in found if _carries(one)}
    for one in found:
        yield one, _carries(one) or (one.scenario, one.port, one.klass) not in loaded


def _carries(one: Recovery) -> bool:
    return one.tonnes is not None and one.tonnes.most.estimate >= LEAST


def _ports(found: Iterable[Recovery]) -> Iterable[Recovery]:
    """One recovery of each scenario and port, which has the cargo of the port."""
    return {(one.scenario, one.port): one for one in found}.values()


def _queue(one: Recovery) -> Message:
    """Extra queue at the end of the worst day, and the days until it is gone: as in the section on recovery."""
    values = {"port": one.port, "direction": one.direction, "traffic_class": one.klass}
    if one.peak.estimate < LEAST_WAITING:
        return said("closure.no_queue_of", **values)
    more = sized(one.peak, VEHICLES, one.klass)
    if one.days is None:
        return said("closure.lasting", **values, **more)
    if not one.lasting and one.days.estimate <= 1 and not one.days.half_width > 0:
        return said("closure.same_day", **values, **more)
    days = _measured(one.days, DAYS)
    if one.lasting:
        return said("closure.lasting_some", **values, **more, days=days, lasting=one.lasting, n=one.n)
    if one.open_days is None or one.open_days == one.days:
        return said("closure.cleared", **values, **more, days=days)
    return said("closure.cleared_open", **values, **more, days=days, open_days=_measured(one.open_days, DAYS))


def _losses(one: Recovery, vehicles: FlowLoss, tonnes: FlowLoss) -> Iterator[Message]:
    """What passes late, is lost, or has not passed at the end, and the cargo that waits where it is loaded."""
    late, still = (_load(getattr(vehicles, key), getattr(tonnes, key), one.klass) for key in ("late", "open"))
    lost = _load(vehicles.lost, tonnes.lost, one.klass, TRIPS)
    is_lost = False
    if not one.fleet:
        yield said("closure.late_arrivals", late=late)
    elif is_below(vehicles.lost, LEAST):
        yield said("closure.late_fleet", late=late)
    elif vehicles.lost.estimate < LEAST or not is_clear(vehicles.lost):
        yield said("closure.lost_unclear", late=late, lost=lost)
    else:
        is_lost = True
        yield said("closure.lost" if vehicles.late.estimate >= LEAST else "closure.all_lost", late=late, lost=lost)
        if LEAST <= vehicles.late.estimate <= one.peak.estimate - LEAST_WAITING:
            yield said("closure.net")
    if vehicles.open.estimate >= LEAST:
        yield said("closure.open", still=still)
    if one.at_origin_t is not None:
        # Trips are lost, not cargo.
        code = "closure.origin_lost" if is_lost else "closure.origin"
        yield said(code, waits=_measured(one.at_origin_t, TONNES))


def _delivered(port: str, cargo: FlowLoss) -> Message:
    """The cargo that a port delivers less or late, all traffic together."""
    values = {"port": port, "late": _measured(cargo.late, TONNES)}
    if is_clear(cargo.lost) and cargo.lost.estimate >= LEAST_T:
        return said("closure.delivered_less", **values, lost=_measured(cargo.lost, TONNES))
    if not is_below(cargo.lost, LEAST_T):
        return said("closure.delivered_unclear", **values, lost=_measured(cargo.lost, TONNES))
    if not is_below(cargo.open, LEAST_T):
        return said("closure.delivered_open", **values, still=_measured(cargo.open, TONNES))
    return said("closure.delivered", **values)


def _load(vehicles: Interval, tonnes: Interval, klass: str, unit: str = VEHICLES) -> Message:
    """Vehicles or trips, with their tonnes if they carry any."""
    number = _measured(vehicles, unit, klass)
    if tonnes.estimate < LEAST_T:
        return number
    return said("closure.with_load", number=number, load=_measured(tonnes, TONNES))


def _measured(found: Interval, unit: str, klass: str = "") -> Message:
    """An amount with its interval."""
    return said("measured", **sized(found, unit, klass))


def _figures(found: Sequence[Recovery]) -> Iterator[ClosureFigure]:
    for one, losses in with_losses(found):
        group = (one.port, one.direction, one.klass)
        if one.peak.estimate >= LEAST_WAITING:
            yield ClosureFigure("extra_queue", *group, VEHICLES, one.peak)
            if one.days is not None:
                yield ClosureFigure("days_until_normal", *group, DAYS, one.days, one.lasting)
        if losses and one.vehicles and one.tonnes:
            for name, loss, unit in (("", one.vehicles, VEHICLES), ("_t", one.tonnes, TONNES)):
                yield ClosureFigure(f"late{name}", *group, unit, loss.late)
                yield ClosureFigure(f"lost{name}", *group, unit if name else TRIPS, loss.lost)
        if losses and one.at_origin_t is not None:
            yield ClosureFigure("waits_t", *group, TONNES, one.at_origin_t)
    for one in _ports(found):
        if one.delivered:
            yield ClosureFigure("not_delivered_t", one.port, "", "", TONNES, one.delivered.lost)
