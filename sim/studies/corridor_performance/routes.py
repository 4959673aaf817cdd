"""Services with cargo from origin to destination, each as one mean journey divided into stages.

Input: a measured run. Output: a :class:`ServiceRoute` for each service with cargo over a line and with complete
journeys in the measured days. All figures are means over these journeys: a step of one train in ten has a weight of a
tenth. Distance, hours and stages include loaded steps only; the further cost of the empty return (charges, waiting) is
separate, because the cargo pays for it.

A stage is a *section* (links of the open line, with the wait for train paths), a *crossing* (all steps of one port in
one direction, on both sides, with the section across the border) or a *stop* (any other step with a duration: a
terminal, the wait for a place on a train).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from typing import Any

import numpy as np

from sim.core.units import DAY_S, HOUR_S
from sim.output.intervals import idle_ops, place_of_time
from sim.output.journeys import Floats
from sim.output.run_output import RunOutput
from sim.output.vehicle_rows import Bools, vehicle_rows
from sim.studies.corridor_performance.cost import TransportCost, speed

SECTION, CROSSING, STOP = "section", "crossing", "stop"


@dataclass(frozen=True)
class Stage:
    """Part of a journey; km, hours and cost per vehicle."""

    kind: str
    origin: str
    """Place of its beginning."""
    destination: str
    port: str
    """Port of a crossing, else ''."""
    direction: str
    km: float
    moving_h: float
    waiting_h: float
    """Waiting for train paths, facilities, opening hours and wagon sets."""
    working_h: float
    """Service, inspection, loading, planned stops."""
    cost: TransportCost

    @property
    def hours(self) -> float:
        """Moving, waiting and working, hours."""
        return self.moving_h + self.waiting_h + self.working_h

    def __add__(self, other: Stage) -> Stage:
        return replace(
            self,
            destination=other.destination,
            km=self.km + other.km,
            moving_h=self.moving_h + other.moving_h,
            waiting_h=self.waiting_h + other.waiting_h,
            working_h=self.working_h + other.working_h,
            cost=self.cost + other.cost,
        )


@dataclass(frozen=True)
class ProfilePoint:
    """One point of the time/cost-distance profile: cumulative hours and cost."""

    km: float
    hours: float
    usd_per_t: float
    place: str
    stage: str
    """Kind of the stage that ends or continues here."""
    at: str
    """Facility, stock, link or place of the time since the previous point."""


@dataclass(frozen=True)
class ServiceRoute:
    """One service from origin to destination."""

    service: str
    klass: str
    origin: str
    destination: str
    ports: tuple[tuple[str, str], ...]
    """(port, direction) in the order of the crossings."""
    journeys: int
    """Complete journeys in the measured days, the sample of the means."""
    per_day: float
    load_t: float
    load_teu: float
    stages: tuple[Stage, ...]
    back: TransportCost
    """Cost of the steps without cargo."""
    profile: tuple[ProfilePoint, ...]

    @property
    def whole(self) -> Stage:
        """All stages as one, without the empty return."""
        first, *rest = self.stages
        return sum(rest, first)

    @property
    def cost(self) -> TransportCost:
        """Cost from origin to destination, with the empty return."""
        return self.whole.cost + self.back

    def hours_of(self, kind: str) -> float:
        """Hours of the stages of one kind."""
        return sum(stage.hours for stage in self.stages if stage.kind == kind)

    def as_json(self) -> dict[str, Any]:
        """The route with its stages and its profile as plain values."""
        whole = self.whole
        return {
            "service": self.service,
            "class": self.klass,
            "origin": self.origin,
            "destination": self.destination,
            "crosses": [{"port": port, "direction": direction} for port, direction in self.ports],
            "journeys": self.journeys,
            "vehicles_per_day": self.per_day,
            "load_t": self.load_t,
            "load_teu": self.load_teu,
            **indicators(whole, self.cost, self.load_t, self.load_teu),
            "crossing_h": self.hours_of(CROSSING),
            "empty_return_usd": self.back.usd,
            "stages": [
                {
                    "kind": stage.kind,
                    "origin": stage.origin,
                    "destination": stage.destination,
                    "port": stage.port,
                    "direction": stage.direction,
                    **indicators(stage, stage.cost, self.load_t, self.load_teu),
                }
                for stage in self.stages
            ],
            "profile": [vars(point) for point in self.profile],
        }


def indicators(stage: Stage, cost: TransportCost, load_t: float, load_teu: float) -> dict[str, float | None]:
    """km, hours, speeds and costs of a stage, or of a whole route, as defined by CPMM."""
    return {
        "km": stage.km,
        "hours": stage.hours,
        "moving_h": stage.moving_h,
        "waiting_h": stage.waiting_h,
        "working_h": stage.working_h,
        "swod_kmh": speed(stage.km, stage.moving_h),
        "swd_kmh": speed(stage.km, stage.hours),
        "haulage_usd": cost.haulage_usd,
        "handling_usd": cost.handling_usd,
        "waiting_usd": cost.waiting_usd,
        **cost.rates(load_t, load_teu),
        "usd_per_500_km_20_t": cost.per_500_km(stage.km, load_t),
    }


def routes(measured: RunOutput) -> tuple[ServiceRoute, ...]:
    """The routes of a run, in the order of the ids of their services."""
    plan, labels = measured.plan, measured.plan.labels
    journeys = measured.history.journeys
    over = (journeys.end_s >= labels.warmup_s) & (journeys.end_s < plan.horizon_s)
    steps = _Steps(measured, over)
    n_journeys = np.bincount(journeys.service[over], minlength=len(labels.service)).tolist()
    days = (plan.horizon_s - labels.warmup_s) / DAY_S
    found = []
    for number, service in enumerate(labels.service):
        load_t, load_teu, n = labels.service_t[number], labels.service_teu[number], n_journeys[number]
        if n == 0 or load_t + load_teu == 0:
            continue
        loaded, back = steps.of_service(number, n)
        stages = tuple(_stages(loaded))
        if not any(stage.km for stage in stages):
            continue
        found.append(
            ServiceRoute(
                service=service,
                klass=labels.service_class[number],
                origin=stages[0].origin,
                destination=stages[-1].destination,
                ports=tuple((stage.port, stage.direction) for stage in stages if stage.kind == CROSSING),
                journeys=n,
                per_day=n / days,
                load_t=load_t,
                load_teu=load_teu,
                stages=stages,
                back=sum((step.cost for _, step in back), TransportCost()),
                profile=tuple(_profile(loaded, load_t)),
            )
        )
    return tuple(sorted(found, key=lambda route: route.service))


class _Steps:
    """Means by step over complete journeys."""

    def __init__(self, measured: RunOutput, over: Bools) -> None:
        self._plan = plan = measured.plan
        self._at = place_of_time(plan)
        sums = _sums(measured, over)
        self._visits, self._waited_s, self._served_s = (by_op.tolist() for by_op in sums)
        ends = [*plan.service_entry.tolist()[1:], plan.n_ops]
        self._ops = [range(first, end) for first, end in zip(plan.service_entry.tolist(), ends, strict=True)]

    def of_service(self, service: int, n: int) -> tuple[list[tuple[str, Stage]], list[tuple[str, Stage]]]:
        """(facility, stock, link or place; the step as a stage) of the steps with cargo, and of those without."""
        labels = self._plan.labels
        loaded: list[tuple[str, Stage]] = []
        back: list[tuple[str, Stage]] = []
        position = ""
        for op in self._ops[service]:
            place = labels.op_place[op] or position
            share = self._visits[op] / n
            if share > 0:
                link = labels.op_link[op]
                waiting_h, served_h = self._waited_s[op] / n / HOUR_S, self._served_s[op] / n / HOUR_S
                charge = share * labels.op_cost_usd[op]
                step = Stage(
                    kind=CROSSING if labels.op_port[op] else SECTION if link else STOP,
                    origin=position or place,
                    destination=place,
                    port=labels.op_port[op],
                    direction=labels.op_direction[op],
                    km=share * labels.op_km[op],
                    moving_h=served_h if link else 0.0,
                    waiting_h=waiting_h,
                    working_h=0.0 if link else served_h,
                    cost=TransportCost(
                        haulage_usd=charge if link else 0.0,
                        handling_usd=0.0 if link else charge,
                        waiting_usd=waiting_h * labels.service_wait_usd_per_h[service],
                    ),
                )
                (loaded if labels.op_loaded[op] else back).append((self._at[op], step))
            position = place
        return loaded, back


def _sums(measured: RunOutput, over: Bools) -> tuple[Floats, Floats, Floats]:
    """(n_ops,) visits, seconds waited and seconds served, over the journeys of ``over``."""
    n_ops = measured.plan.n_ops
    visits, waited_s, served_s = (np.zeros(n_ops) for _ in range(3))
    before = 0
    for piece in vehicle_rows(measured.visits):
        journey = before + np.cumsum(piece.new_journey) - 1
        before += int(piece.new_journey.sum())
        counted = np.flatnonzero(over[journey]) if len(journey) else journey
        op = piece.op[counted]
        visits += np.bincount(op, minlength=n_ops)
        waited_s += np.bincount(op, (piece.started_s - piece.queued_s)[counted], n_ops)
        served_s += np.bincount(op, (piece.finished_s - piece.started_s)[counted], n_ops)
    # Vehicles that wait for demand are idle, and not under way.
    waited_s[idle_ops(measured.plan)] = 0
    return visits, waited_s, served_s


def _stages(steps: Sequence[tuple[str, Stage]]) -> Iterator[Stage]:
    """Combine consecutive steps of one kind, port and direction; a step without time and cost is not a stop."""
    real = [step for _, step in steps if step.kind != STOP or step.hours > 0 or step.cost.usd > 0]
    for _, group in groupby(real, key=lambda step: (step.kind, step.port, step.direction)):
        first, *rest = group
        yield sum(rest, first)


def _profile(steps: Sequence[tuple[str, Stage]], load_t: float) -> Iterator[ProfilePoint]:
    """Cumulative km, hours and cost from the origin, after each step that has any."""
    real = [(at, step) for at, step in steps if step.km + step.hours + step.cost.usd > 0]
    if not real:
        return
    origin = real[0][1].origin
    yield ProfilePoint(0.0, 0.0, 0.0, origin, real[0][1].kind, origin)
    sums = accumulate((step for _, step in real), lambda done, step: done + step)
    for (at, step), done in zip(real, sums, strict=True):
        usd_per_t = done.cost.usd / load_t if load_t else 0.0
        yield ProfilePoint(done.km, done.hours, usd_per_t, step.destination, step.kind, at)
