"""Programs: the itinerary of a service as the ops that an engine walks through, still by name and without numbers.

Input: the steps of ``itineraries.csv`` and the fastest ways over the graph (:mod:`sim.compile.routes`). Output: one
:class:`Op` for each operation of the engine. A travel becomes one op a link of the fastest way; a choose is followed by
the itineraries of its alternatives, each to its own end. A link with passing places becomes several ops
(:mod:`sim.compile.single_tracks`). Durations and outcomes of branches are still distributions,
with the name of their stream.

The position of a vehicle is that of its last mark or travel; the place of another step is only that of the facility. So
a train may queue for a track across the border and then travel to it.

A service with ``reroute_after_h`` decides before a travel, and before each link of it, whether to take a detour
(:mod:`sim.compile.detours`), if a closure shuts that link, or for the first decision any link of the travel, during the
run; "Rerouting" in :mod:`sim.core.rules` says how. The decisions are choices by delay, the detours follow them, and all
ways meet again at the end of the travel.

An order in force, or a rule that may issue one (:mod:`corridors.orders`), is a gate: a draw of one place, at the start
of an itinerary that leads over its port or section, or before the link that leaves its holding place. A vehicle passes
the gate of an order once a trip. Of an order that holds a share, a branch lets the others pass beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any, Final, NamedTuple

from corridors import network
from corridors.findings import ERROR, DataError, Finding
from corridors.messages import message
from corridors.model import BACK, Alternative, Corridor, Duration, Link, Service, Step, ids_in
from corridors.orders import AnyOrder, point_of, services_named
from corridors.single_tracks import has_sections
from corridors.step_kinds import step_kinds
from sim.compile import single_tracks
from sim.compile.detours import AT_END, FOR_GOOD, Outlook, Shut, outlook_facility, running_s
from sim.compile.distributions import variation
from sim.compile.routes import Routes
from sim.compile.step_labels import StepLabels
from sim.compile.watched import WatchedCorridor
from sim.core import rules
from sim.core.kept import BYTES_OF_ENTRY, Kept
from sim.core.once import Once
from sim.core.run_settings import RunSettings
from sim.core.units import HOUR_S, MINUTE_S

MOST_KEPT: Final = 3
"""Corridors and periods whose programs are kept; those of the base year take some 5 MB."""
MOST_BYTES: Final = 16 * 2**20
"""Of the programs of services that are found again, also in other corridors and periods."""
BYTES_OF_OP: Final = 1000
"""With its labels, roughly."""
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
    outlook: Outlook | None = None
    """Rerouting: the outlook among ``watch``."""


NO_LABELS: Final[Mapping[str, Any]] = {}


class Op(NamedTuple):  # A world has thousands, which as data classes would take twice as long to make.
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
    usual: bool = False
    """CHOOSE: the first way counts as that of all vehicles; the others are for exceptions."""
    aside: bool = False
    """A link of a detour, which counts as used by no vehicle."""
    slot: str = ""
    """HOLD and FREE: name of the slot, shared by facilities that are never kept together."""
    labels: Mapping[str, Any] = NO_LABELS

    @property
    def mean_s(self) -> float:
        """Expected length."""
        return self.duration.mean_min * MINUTE_S if self.duration else float(self.seconds)

    @property
    def parts(self) -> tuple[float, ...]:
        """CHOOSE: the share of each way in the vehicles that arrive, as far as it counts for expected use."""
        n = len(self.ways)
        return (1.0, *(0.0 for _ in range(n - 1))) if self.usual else (1 / n,) * n

    @property
    def variance(self) -> float:
        """Variance of its length."""
        return (self.mean_s * variation(self.duration)) ** 2 if self.duration else 0.0


class Program(tuple[Op, ...], Once):
    """The ops of one service."""


class KeptPrograms:
    """The programs of earlier plans, each with all that was read for it: only those that may differ are written.

    Of a service, equal programs are one and the same, so that what is made of a program is made once: of those of a few
    corridors, and of earlier ones in at most so many bytes.
    """

    def __init__(self) -> None:
        self._made: list[_Made] = []
        self._of_service: Kept[list[Program]] = Kept(MOST_BYTES)
        """Different programs, those used last at the end."""
        self._lock = Lock()
        self._last: tuple[Corridor, RunSettings, dict[str, Program]] | None = None

    def programs(self, corridor: Corridor, settings: RunSettings) -> dict[str, Program]:
        """See :func:`programs`."""
        with self._lock:
            period = replace(settings, seed=0, replication=0)
            if self._last and self._last[0] is corridor and self._last[1] == period:
                return dict(self._last[2])
            known = next((made for made in self._made if made.period == period and made.routed.suits(corridor)), None)
            made = known or _Made(corridor, period, self._one_and_the_same)
            self._made = [one for one in self._made if one is not made][: MOST_KEPT - 1]
            found = made.programs(corridor)  # Where that fails, its routes are forgotten.
            self._made.insert(0, made)
            self._last = corridor, period, found
            return dict(found)

    def _one_and_the_same(self, service: str, program: Program) -> Program:
        """The equal program that the service had before, if it had one."""
        known = self._of_service.get(service) or []
        found = next((one for one in known if one == program), program)
        those = [*(one for one in known if one is not found), found][-MOST_KEPT:]
        self._of_service.put(service, those, BYTES_OF_ENTRY + sum(BYTES_OF_OP * len(one) for one in those))
        return found


class _Made:
    """The routes of a corridor, and the programs over them."""

    def __init__(self, corridor: Corridor, period: RunSettings, known: Callable[[str, Program], Program]) -> None:
        self.period = period
        self._known = known
        self.routed = WatchedCorridor(corridor)
        self._routes = Routes(self.routed.corridor, period)
        self._written: dict[str, _Written] = {}
        """By service of the last corridor."""

    def programs(self, corridor: Corridor) -> dict[str, Program]:
        named = _named(corridor, self._routes)
        made: dict[str, Program] = {}
        for service in corridor.services.values():
            orders = _orders_of(service, named)
            written = self._written.get(service.id)
            if written is None or written.orders != orders or not written.read.suits(corridor):
                written = _Written(corridor, service, orders, self._routes)
                written.program = self._known(service.id, written.program)
            made[service.id] = written.program
            self._written[service.id] = written
        self._written = {id: self._written[id] for id in made}
        if self._routes.findings:
            raise DataError(self._routes.findings)
        return made


class _Written:
    """The program of a service and what was read for it."""

    def __init__(self, corridor: Corridor, service: Service, orders: tuple[AnyOrder, ...], routes: Routes) -> None:
        self.orders = orders
        self.read = WatchedCorridor(corridor)
        self.program = _program(self.read.corridor, self.read.corridor.services[service.id], orders, routes)


def programs(corridor: Corridor, settings: RunSettings, kept: KeptPrograms | None = None) -> dict[str, Program]:
    """The program of every service by id, in sorted order; raises DataError with all ways that do not exist.

    Programs that are ``kept`` are taken as they are, and those that are not are kept.
    """
    if kept is not None:
        return kept.programs(corridor, settings)
    routes = Routes(corridor, settings)
    named = _named(corridor, routes)
    made = {
        service.id: _program(corridor, service, _orders_of(service, named), routes)
        for service in corridor.services.values()
    }
    if routes.findings:
        raise DataError(routes.findings)
    return made


def _named(corridor: Corridor, routes: Routes) -> dict[AnyOrder, set[str]]:
    """The ids of the services that each order names."""
    return {order: {service.id for service in services_named(corridor, order)} for order in routes.orders}


def _orders_of(service: Service, named: Mapping[AnyOrder, set[str]]) -> tuple[AnyOrder, ...]:
    return tuple(order for order, ids in named.items() if service.id in ids)


def _program(corridor: Corridor, service: Service, orders: tuple[AnyOrder, ...], routes: Routes) -> Program:
    writer = _Writer(corridor, service, routes)
    writer.write(service.itinerary, "", (), orders)
    return Program(writer.ops)


def path_facility(link: Link, forward: bool) -> str:
    """The facility at the entry of a link, which hands out its paths or lets vehicles in while it is open.

    There is one for each direction, or one for both on a single track.
    """
    return link.id if forward or link.tracks == 1 else link.id + BACK


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

    def write(self, itinerary: str, place: str, within: tuple[str, ...], orders: tuple[AnyOrder, ...]) -> None:
        """Append an itinerary that starts at ``place``; ``within`` are the itineraries that led to it.

        ``orders`` are those that name the service and whose gate it has not passed before.
        """
        position: dict[str, int] = {}
        steps = self._corridor.steps(itinerary)
        if len(self.ops) > MOST_OPS:
            self._refuse()
        gates = self._gates(steps, place, orders)
        orders = tuple(order for order in orders if not any(order in there for there in gates.values()))
        for k, step in enumerate(steps):
            position[step.step] = len(self.ops)
            self._pass_gates(gates.get((k, 0), []), place)
            if step.kind == "choose":
                self._choose(step, place, (*within, itinerary), orders)
            else:
                place = self._step(step, place, {leg: there for (at, leg), there in gates.items() if at == k and leg})
        if not steps or steps[-1].kind != "choose":
            self.ops.append(Op(rules.END))
        for step in steps:
            if step.kind == "branch":
                at = position[step.step]
                self.ops[at] = self.ops[at]._replace(jump=position[step.to])

    def _refuse(self) -> None:
        """Raise DataError for a service with too many ops, at once: the rest of them could be without end."""
        from corridors.checks.report import error  # It loads all rules.

        why = message("size.too_large", what=message("found.program_steps"))
        most, service = message("want.at_most_in_run", n=MOST_OPS), self._service
        raise DataError([error("services", service.id, "itinerary", service.itinerary, why, most)])

    def _gates(
        self, steps: tuple[Step, ...], place: str, orders: tuple[AnyOrder, ...]
    ) -> dict[tuple[int, int], list[AnyOrder]]:
        """The orders by where vehicles wait for them: before a step, or before a link of it."""
        found: dict[tuple[int, int], list[AnyOrder]] = {}
        for order in orders:
            point = point_of(order, self._corridor.links, steps, place, partial(self._routes.legs, self._service))
            if point is not None:
                found.setdefault((point.step, point.leg), []).append(order)
        return found

    def _pass_gates(self, orders: list[AnyOrder], place: str) -> None:
        """Append the gates of orders for a vehicle at ``place``."""
        for order in orders:
            gate, share = order.gate, order.share
            if share < 1:
                self.ops.append(Op(rules.BRANCH, gate, gate, below=share, goes_on=share, jump=len(self.ops) + 2))
            labels = self._labels.of_gate(place)
            self.ops.append(Op(rules.DRAW, gate, gate, target=gate, amount=1, labels=labels))

    def _step(self, step: Step, place: str, gates: Mapping[int, list[AnyOrder]]) -> str:
        """Append a step for a vehicle at ``place``; return its place afterwards.

        ``gates`` are those of orders by the link of the step before which vehicles wait.
        """
        if step.kind == "travel" and not step.duration:
            self._travel(step, place, gates)
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
            op = op._replace(target=opening_facility(step.calendar))
        elif step.kind == "branch":
            share = self._corridor.shares[step.share].share
            op = op._replace(below=share, goes_on=share)
        self.ops.append(op)
        return step.place if step.place and KINDS[step.kind].moves else place

    def _travel(self, step: Step, place: str, gates: Mapping[int, list[AnyOrder]]) -> None:
        """Append the links of a travel, with the detours around those that close."""
        legs = self._routes.legs(self._service, step, place)
        last: list[int] = []
        for n, leg in enumerate(legs):
            self._pass_gates(gates.get(n, []), place)
            if self._service.reroute_after_h is not None and (n == 0 or leg.link in self._routes.closed):
                last += self._detours(step, place, legs[n:], round(self._service.reroute_after_h * HOUR_S))
            place = self._leg(step, leg, place)
        for at in last:
            self.ops[at] = self.ops[at]._replace(jump=len(self.ops))

    def _detours(self, step: Step, place: str, legs: list[network.Leg], after_s: int) -> list[int]:
        """Append the decision between the rest of a way and its detours, and these; returns where they end."""
        shut = self._shut(legs)
        detours = self._routes.detours(self._service, step, place, legs) if shut else []
        if not detours:
            return []
        looks = [self._look(legs, shut)]
        if legs[0].link in self._routes.closed:
            # Before a closed link, its queue counts; an outlook has none.
            at_entry = self._look(legs, shut[:1])
            looks = [at_entry] if len(shut) == 1 else [*looks, at_entry]
        late_s = self._routes.beyond_s(shut)
        first = len(self.ops)
        self.ops += [Op(rules.CHOOSE, step.step, step.id, usual=True)] * (len(looks) + (3 if late_s else 1))
        ways, ends = [], []
        for detour in detours:
            jump = len(self.ops)
            more_s = self._running_s(detour) - self._running_s(legs)
            there, own = place, self._shut(detour)
            for n, leg in enumerate(detour):
                there = self._leg(step, leg, there, aside=True)
                if n == 0:
                    self._mark_detour(jump, {"detour": shut[0][0], "detour_s": more_s})
            ways.append(replace(self._look(detour, own), jump=jump, bias_s=more_s + after_s))
            ends.append(len(self.ops))
            self.ops.append(Op(rules.BRANCH, step.step, step.id, below=0.0, goes_on=0.0))
        goes_on = len(self.ops)
        decisions: list[tuple[Way, ...]] = [(_watching((shut, ""), goes_on), Way(first + 1, 0, ()))]
        if late_s:
            # The engine does not know when the outlook opens after the run.
            end = first + 2 + len(looks)
            decisions.append((_watching((shut, FOR_GOOD), first + 2), Way(end, 1, ())))
        for n, look in enumerate(looks, start=1):
            onward = goes_on if n == len(looks) else first + len(decisions) + 1
            decisions.append((replace(look, jump=onward), *ways))
        if late_s:
            paths = self._look(legs, ()).watch
            decisions.append((_watching((shut, AT_END), goes_on, late_s, paths), *ways))
        for at, choice in enumerate(decisions, start=first):
            self.ops[at] = self.ops[at]._replace(ways=choice)
        return ends

    def _shut(self, legs: list[network.Leg]) -> Shut:
        """The links of a way that close during the run, with the seconds of running before each."""
        return tuple(
            (leg.link, self._running_s(legs[:n])) for n, leg in enumerate(legs) if leg.link in self._routes.closed
        )

    def _look(self, legs: list[network.Leg], shut: Shut) -> Way:
        """An alternative without its place and bias: what a vehicle watches for the delay on a way.

        Its entries with train paths that never close, and the links that do: the entry of the first link where it is
        the only one, else their outlook.
        """
        entries = [self._entry(leg) for leg in legs]
        paths = tuple(entry for leg, entry in zip(legs, entries, strict=True) if leg.link not in self._routes.closed)
        watch = tuple(entry for entry in paths if entry)
        if not shut:
            return Way(-1, 0, watch)
        if len(shut) == 1 and shut[0][0] == legs[0].link:
            return Way(-1, 0, (entries[0], *watch))
        return _watching((shut, ""), -1, paths=watch)

    def _running_s(self, legs: list[network.Leg]) -> int:
        return sum(running_s(self._corridor.links[leg.link]) for leg in legs)

    def _entry(self, leg: network.Leg) -> str:
        """The facility at which vehicles wait before a link; '' where they never do."""
        link = self._corridor.links[leg.link]
        awaited = link.paths_per_day is not None or link.id in self._routes.closed
        return path_facility(link, leg.forward) if awaited else ""

    def _mark_detour(self, first: int, added: Mapping[str, Any]) -> None:
        """Label the op by which a vehicle reaches the end of the first link of a detour, written from ``first`` on."""
        [at] = [at for at in range(first, len(self.ops)) if _reaches_the_end(self.ops[at])]
        self.ops[at] = self.ops[at]._replace(labels={**self.ops[at].labels, **added})

    def _leg(self, step: Step, leg: network.Leg, place: str, aside: bool = False) -> str:
        link = self._corridor.links[leg.link]
        awaits_opening = link.paths_per_day is None and link.id in self._routes.closed
        entry = self._entry(leg)
        op = Op(
            rules.PASS if entry else rules.TRAVEL,
            f"{step.step}.{link.id}",
            step.id,
            target=entry,
            seconds=running_s(link),
            aside=aside,
            labels=self._labels.of_leg(step, link, leg.forward, place, self._service.load_t, awaits_opening),
        )
        if has_sections(link):
            self._sections(op, link, leg.forward, place)
        else:
            self.ops.append(op)
        return link.destination if leg.forward else link.origin

    def _sections(self, whole: Op, link: Link, forward: bool, place: str) -> None:
        """Append the movements over a link with sections; ``whole`` is the op of the link without them."""
        here = self._labels.before_section(whole.labels, place)
        if whole.target:
            self.ops.append(whole._replace(seconds=0, labels=here))
        for move in single_tracks.movements(link, forward, whole.seconds):
            for kept in move.takes:
                labels = {**here, "cause": kept.cause}
                self.ops.append(_keeping(rules.HOLD, kept, whole)._replace(labels=labels))
            self.ops += [_keeping(rules.FREE, kept, whole) for kept in move.leaves]
            labels = self._labels.of_section(whole.labels, move.km / link.length_km, move.place)
            self.ops.append(whole._replace(code=rules.TRAVEL, target="", seconds=move.seconds, labels=labels))
            self.ops += [_keeping(rules.FREE, kept, whole) for kept in move.ends]
            here = self._labels.before_section(whole.labels, move.place)

    def _choose(self, step: Step, place: str, within: tuple[str, ...], orders: tuple[AnyOrder, ...]) -> None:
        ways = [way for way in self._corridor.alternatives.values() if way.choice == step.choice]
        circular = [way for way in ways if way.itinerary in within]
        if circular:
            way = circular[0]
            why, expected = message("choice.circular", "runs"), message("want.other_itinerary", "runs")
            self._routes.findings.append(
                Finding(ERROR, "alternatives.csv", None, "itinerary", way.itinerary, expected, message=why, id=way.id)
            )
        elif ways[0].rule == "shares":
            self._by_shares(step, ways, place, within, orders)
        else:
            self._by_delay(step, ways, place, within, orders)

    def _by_delay(
        self, step: Step, ways: list[Alternative], place: str, within: tuple[str, ...], orders: tuple[AnyOrder, ...]
    ) -> None:
        at = len(self.ops)
        self.ops.append(Op(rules.CHOOSE, step.step, step.id))
        found = []
        for way in ways:
            watch = ids_in(way.watch)
            found.append(Way(len(self.ops), round(way.bias_h * HOUR_S), watch))
            self.write(way.itinerary, place, within, orders)
        self.ops[at] = self.ops[at]._replace(ways=tuple(found))

    def _by_shares(
        self, step: Step, ways: list[Alternative], place: str, within: tuple[str, ...], orders: tuple[AnyOrder, ...]
    ) -> None:
        """A chain of branches on one random number, which picks the alternative whose part of [0, 1) it is in."""
        total = sum(way.share for way in ways)
        before = 0.0
        for way in ways[:-1]:
            at = len(self.ops)
            upto = before + way.share / total
            goes_on = way.share / total / (1 - before) if before < 1 else 0.0
            self.ops.append(Op(rules.BRANCH, step.step, step.id, below=upto, goes_on=goes_on))
            self.write(way.itinerary, place, within, orders)
            self.ops[at] = self.ops[at]._replace(jump=len(self.ops))
            before = upto
        self.write(ways[-1].itinerary, place, within, orders)


def _keeping(code: int, kept: single_tracks.Kept, whole: Op) -> Op:
    """A HOLD or FREE of a facility of a single track, on the way of ``whole``."""
    return Op(code, whole.step, whole.stream, target=kept.facility, slot=kept.slot, aside=whole.aside)


def _reaches_the_end(op: Op) -> bool:
    """Whether it takes a vehicle to the end of a link."""
    return bool(op.labels.get("link")) and not op.labels.get("part", False)


def _watching(outlook: Outlook, jump: int, bias_s: int = 0, paths: tuple[str, ...] = ()) -> Way:
    """An alternative that watches an outlook, and entries with train paths."""
    return Way(jump, bias_s, (outlook_facility(outlook), *paths), outlook)
