"""Programs: the itinerary of a service as the ops that an engine walks through, still by name and without numbers.

Input: the steps of ``itineraries.csv`` and the fastest ways over the graph (:mod:`sim.compile.routes`). Output: one
:class:`Op` for each operation of the engine. A travel becomes one op a link of the fastest way; a choose is followed by
the itineraries of its alternatives, each to its own end. Durations and outcomes of branches are still distributions,
with the name of their stream.

The position of a vehicle is that of its last mark or travel; the place of another step is only that of the facility. So
a train may queue for a track across the border and then travel to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from corridors import network
from corridors.checks.report import error
from corridors.findings import ERROR, DataError, Finding
from corridors.messages import message
from corridors.model import Alternative, Corridor, Duration, Link, Service, Step
from corridors.step_kinds import step_kinds
from sim.compile.distributions import variation
from sim.compile.routes import Routes
from sim.compile.step_labels import StepLabels
from sim.core import rules
from sim.core.run_settings import RunSettings
from sim.core.units import HOUR_S, MINUTE_S

MOST_OPS = 100_000
"""Of one service; choices within choices multiply the steps of their itineraries."""
KINDS = step_kinds()
CODES = {kind.id: rules.STEP_NAMES.index(kind.op) for kind in KINDS.values()}


@dataclass(frozen=True)
class Way:
    """One alternative of a choice by delay."""

    jump: int
    bias_s: int
    watch: tuple[str, ...]


@dataclass(frozen=True)
class Op:
    """One thing that a vehicle does; see ``sim.core.rules`` for the codes."""

    code: int
    step: str = "end"
    """Its name in the trace."""
    stream: str = ""
    """Names its random numbers: 'itinerary.step'."""
    target: str = ""
    """Facility or stock."""
    amount: int = 0
    duration: Duration | None = None
    seconds: int = 0
    """How long it takes where there is no duration to draw."""
    below: float = 1.0
    """BRANCH: a vehicle whose random number is below continues, the others jump."""
    goes_on: float = 1.0
    """BRANCH: the share of the arriving vehicles that continues."""
    jump: int = -1
    ways: tuple[Way, ...] = ()
    labels: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mean_s(self) -> float:
        """Expected length."""
        return self.duration.mean_min * MINUTE_S if self.duration else float(self.seconds)

    @property
    def variance(self) -> float:
        """Variance of its length."""
        return (self.mean_s * variation(self.duration)) ** 2 if self.duration else 0.0


Program = tuple[Op, ...]


def programs(corridor: Corridor, settings: RunSettings) -> dict[str, Program]:
    """The program of every service by id, in sorted order; raises DataError with all ways that do not exist."""
    routes = Routes(corridor, settings)
    made = {}
    for service in corridor.services.values():
        writer = _Writer(corridor, service, routes)
        writer.write(service.itinerary, "", ())
        made[service.id] = tuple(writer.ops)
    if routes.findings:
        raise DataError(routes.findings)
    return made


def path_facility(link: Link, forward: bool) -> str:
    """The facility at the entry of a link, which hands out its paths or lets vehicles in while it is open.

    There is one for each direction, or one for both on a single track.
    """
    return link.id if forward or link.tracks == 1 else f"{link.id}.back"


def opening_facility(calendar: str) -> str:
    """The facility at which vehicles wait for a calendar to open."""
    return f"{calendar}.open"


class _Writer:
    """Appends the ops of one service; positions in ``ops`` are final as they are written."""

    def __init__(self, corridor: Corridor, service: Service, routes: Routes) -> None:
        self.ops: list[Op] = []
        self._corridor = corridor
        self._service = service
        self._routes = routes
        self._labels = StepLabels(corridor)

    def write(self, itinerary: str, place: str, within: tuple[str, ...]) -> None:
        """Append an itinerary that starts at ``place``; ``within`` are the itineraries that led to it."""
        position: dict[str, int] = {}
        steps = self._corridor.steps(itinerary)
        if len(self.ops) > MOST_OPS:
            self._refuse()
        for step in steps:
            position[step.step] = len(self.ops)
            if step.kind == "choose":
                self._choose(step, place, (*within, itinerary))
            else:
                place = self._step(step, place)
        if not steps or steps[-1].kind != "choose":
            self.ops.append(Op(rules.END))
        for step in steps:
            if step.kind == "branch":
                at = position[step.step]
                self.ops[at] = replace(self.ops[at], jump=position[step.to])

    def _refuse(self) -> None:
        """Raise DataError for a service with too many ops, at once: the rest of them could be without end."""
        why = message("size.too_large", what=message("found.program_steps"))
        most, service = message("want.at_most_in_run", n=MOST_OPS), self._service
        raise DataError([error("services", service.id, "itinerary", service.itinerary, why, most)])

    def _step(self, step: Step, place: str) -> str:
        """Append a step for a vehicle at ``place``; return its place afterwards."""
        if step.kind == "travel" and not step.duration:
            for leg in self._routes.legs(self._service, step, place):
                place = self._leg(step, leg, place)
            return step.place
        op = Op(
            CODES[step.kind],
            step.step,
            step.id,
            target=step.facility or step.stock,
            amount=step.amount,
            duration=self._corridor.durations[step.duration] if step.duration else None,
            labels=self._labels.of_step(step, place),
        )
        if step.kind == "wait":
            op = replace(op, target=opening_facility(step.calendar))
        elif step.kind == "branch":
            share = self._corridor.shares[step.share].share
            op = replace(op, below=share, goes_on=share)
        self.ops.append(op)
        return step.place if step.place and KINDS[step.kind].moves else place

    def _leg(self, step: Step, leg: network.Leg, place: str) -> str:
        link = self._corridor.links[leg.link]
        awaits_opening = link.paths_per_day is None and link.id in self._routes.closed
        awaited = link.paths_per_day is not None or awaits_opening
        self.ops.append(
            Op(
                rules.PASS if awaited else rules.TRAVEL,
                f"{step.step}.{link.id}",
                step.id,
                target=path_facility(link, leg.forward) if awaited else "",
                seconds=round(link.length_km / link.speed_kmh * HOUR_S),
                labels=self._labels.of_leg(step, link, leg.forward, place, self._service.load_t, awaits_opening),
            )
        )
        return link.destination if leg.forward else link.origin

    def _choose(self, step: Step, place: str, within: tuple[str, ...]) -> None:
        ways = [way for way in self._corridor.alternatives.values() if way.choice == step.choice]
        circular = [way for way in ways if way.itinerary in within]
        if circular:
            way = circular[0]
            why, expected = message("choice.circular", "runs"), message("want.other_itinerary", "runs")
            self._routes.findings.append(
                Finding(ERROR, "alternatives.csv", None, "itinerary", way.itinerary, expected, message=why, id=way.id)
            )
        elif ways[0].rule == "shares":
            self._by_shares(step, ways, place, within)
        else:
            self._by_delay(step, ways, place, within)

    def _by_delay(self, step: Step, ways: list[Alternative], place: str, within: tuple[str, ...]) -> None:
        at = len(self.ops)
        self.ops.append(Op(rules.CHOOSE, step.step, step.id))
        found = []
        for way in ways:
            watch = tuple(name for name in way.watch.split(";") if name)
            found.append(Way(len(self.ops), round(way.bias_h * HOUR_S), watch))
            self.write(way.itinerary, place, within)
        self.ops[at] = replace(self.ops[at], ways=tuple(found))

    def _by_shares(self, step: Step, ways: list[Alternative], place: str, within: tuple[str, ...]) -> None:
        """A chain of branches on one random number, which picks the alternative whose part of [0, 1) it is in."""
        total = sum(way.share for way in ways)
        before = 0.0
        for way in ways[:-1]:
            at = len(self.ops)
            upto = before + way.share / total
            goes_on = way.share / total / (1 - before) if before < 1 else 0.0
            self.ops.append(Op(rules.BRANCH, step.step, step.id, below=upto, goes_on=goes_on))
            self.write(way.itinerary, place, within)
            self.ops[at] = replace(self.ops[at], jump=len(self.ops))
            before = upto
        self.write(ways[-1].itinerary, place, within)
