"""Builds a Plan piece by piece: facilities, stocks, programs of steps, vehicles. Used by ``compile`` and by tests.

    b = PlanBuilder(horizon_s=86_400)
    crane = b.facility("crane", servers=1)
    b.service("train")
    b.hold(track); b.serve(crane, durations=[3600, 5400]); b.free(track); b.end()
    b.vehicles(arrivals_s=[0, 600])
    plan = b.build()

Steps are appended to the program of the service opened last. ``durations`` is one int (a constant), a sequence with
one entry per vehicle, or for a fleet an array (trips, vehicles). Branches and choices jump to *labels*: name them
with ``label`` at the place to jump to; labels are local to the service.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any
from weakref import ref

import numpy as np
import numpy.typing as npt

from sim.core import rules
from sim.core.columns import ints, ints32, joined
from sim.core.plan import Ints, Labels, Plan
from sim.core.plan_pieces import Piece, pieces_of
from sim.core.plan_steps import OP_LABELS, Durations, Op, Steps, as_draws
from sim.core.plan_validation import validate
from sim.core.timed_changes import TimedChanges, before, latest, summed


@dataclass
class _Service:
    name: str
    labels: dict[str, Any]
    ops: list[Op] = field(default_factory=list)
    given: Steps | None = None
    """The program in place of ops, where it was made before."""
    places: dict[str, int] = field(default_factory=dict)
    slots: dict[int | str, int] = field(default_factory=dict)
    """One slot for each facility that the program holds, so that its ways apart never share one; or one by name."""
    arrivals: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    priority: int = 0
    trips: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    until_s: int = 0
    keys: Ints | None = None

    @property
    def steps(self) -> Steps:
        """Its program."""
        if self.given is None:
            self.given = Steps.of(self.ops, self.places)
        return self.given

    @property
    def piece(self) -> Piece | None:
        """What it is built of; None where its arrivals may still change, or keys were given."""
        if self.arrivals.flags.writeable or self.arrivals.base is not None or self.keys is not None:
            return None
        trips = hashlib.sha256(self.trips.tobytes()).digest()
        return Piece((ref(self.steps), ref(self.arrivals)), (self.priority, self.until_s, trips))


class PlanBuilder:
    """Collects the pieces of a plan in the order in which they are given; ``build`` freezes and validates them."""

    def __init__(
        self, horizon_s: int, *, start: str = "2023-01-01T00:00:00+00:00", warmup_s: int = 0, clock: str = ""
    ) -> None:
        self.horizon_s = horizon_s
        self.start = start
        self.clock = clock
        self.warmup_s = warmup_s
        self._facilities: list[dict[str, Any]] = []
        self._means_s: list[int] = []
        self._calendar: list[TimedChanges] = []
        self._failures: list[tuple[int, int, int, int]] = []
        self._closures: list[tuple[int, int, int]] = []
        self._part_time: list[tuple[int, int, int]] = []
        self._orders: list[tuple[int, int, int]] = []
        self._stocks: list[dict[str, Any]] = []
        self._sets: list[TimedChanges] = []
        self._controllers: list[dict[str, Any]] = []
        self._services: list[_Service] = []
        self._of_all_places: tuple[dict[str, npt.NDArray[Any]], dict[str, Any]] | None = None

    # Facilities and stocks -------------------------------------------------------------------------------------

    def facility(
        self,
        name: str,
        servers: int = 1,
        *,
        nominal: int | None = None,
        headway_s: int = 0,
        mean_s: int = 0,
        port: str = "",
        side: str = "",
        kind: str = "",
        link: str = "",
    ) -> int:
        """Add a facility with ``servers`` at second 0 and return its index."""
        self._facilities.append(
            {
                "name": name,
                "servers": servers,
                "nominal": max(1, servers if nominal is None else nominal),
                "headway_s": headway_s,
                "port": port,
                "side": side,
                "kind": kind,
                "link": link,
            }
        )
        self._means_s.append(mean_s)
        return len(self._facilities) - 1

    def mean_s(self, facility: int, mean_s: int) -> None:
        """Give the mean service time of a facility for the rule of choice."""
        self._means_s[facility] = mean_s

    def servers_change(self, facility: int, time_s: int, delta: int) -> None:
        """Add ``delta`` servers at ``time_s``; differences of one instant add up, those at or after the horizon
        never come."""
        self._calendar.append(TimedChanges(facility, ints([time_s]), ints([delta])))

    def servers_over_time(self, facility: int, times_s: Sequence[int] | Ints, servers: Sequence[int] | Ints) -> None:
        """Give the servers as a step function whose first time is 0 and whose first value was given to
        ``facility``."""
        levels = np.asarray(servers).astype(np.int64)
        self._calendar.append(TimedChanges(facility, np.asarray(times_s, np.int64)[1:], np.diff(levels)))

    def failure(self, facility: int, time_s: int, repair_s: int, server: int = 0) -> None:
        """Let a server fail at ``time_s``, with a repair of ``repair_s``; at or after the horizon it never does."""
        if time_s < self.horizon_s:
            self._failures.append((time_s, facility, server, repair_s))

    def closure(self, facility: int, from_s: int, to_s: int) -> None:
        """Label closures as the reason why a facility has no servers between two times; engines do not read it."""
        self._closures.append((facility, from_s, to_s))

    def part_time(self, facility: int, from_s: int, to_s: int) -> None:
        """Label a share of servers as the reason why a facility has none; engines do not read it."""
        self._part_time.append((facility, from_s, to_s))

    def order(self, gate: int, from_s: int, to_s: int) -> None:
        """Label the dates of a dated order, whose gate is a stock; engines read the levels of the stock."""
        self._orders.append((gate, from_s, to_s))

    def stock(
        self,
        name: str,
        level: int,
        capacity: int | None = None,
        *,
        port: str = "",
        side: str = "",
        kind: str = "",
        unit: str = "",
    ) -> int:
        """Add a stock and return its index; ``capacity`` None means no limit."""
        limit = rules.UNLIMITED if capacity is None else capacity
        labels = {"port": port, "side": side, "kind": kind, "unit": unit}
        self._stocks.append({"name": name, "level": level, "capacity": limit, **labels})
        return len(self._stocks) - 1

    def stock_set(self, stock: int, time_s: int, level: int) -> None:
        """Set the stock to ``level`` at ``time_s``; of several levels at one time the last holds."""
        self.stock_over_time(stock, [time_s], [level])

    def stock_over_time(self, stock: int, times_s: Sequence[int] | Ints, levels: Sequence[int] | Ints) -> None:
        """Set the stock to levels at some times."""
        self._sets.append(TimedChanges(stock, np.asarray(times_s, np.int64), np.asarray(levels, np.int64)))

    def controller(
        self,
        stock: int,
        above: int,
        below: int,
        *,
        facilities: Sequence[int],
        services: Sequence[int],
        checks_s: Iterable[int],
        least_s: int = 0,
    ) -> int:
        """Add a controller that shuts a stock while many vehicles of services wait at facilities; return its index.

        ``services`` are indices, also of services to come. Checks at or after the horizon never come.
        """
        checks = sorted({int(second) for second in checks_s if second < self.horizon_s})
        numbers = {"stock": stock, "above": above, "below": below, "least_s": least_s}
        lists = {"facilities": tuple(facilities), "services": tuple(services), "checks": checks}
        self._controllers.append(numbers | lists)
        return len(self._controllers) - 1

    # Services and their steps ----------------------------------------------------------------------------------

    def service(self, name: str, **labels: Any) -> int:
        """Open the program of a service. Labels: vehicle_class, teu, t, wait_usd_per_h, idle_co2_kg_per_h."""
        self._services.append(_Service(name, labels))
        return len(self._services) - 1

    @property
    def steps(self) -> Steps:
        """The program of the service opened last, which gets no further step; see :meth:`take_steps`."""
        return self._current.steps

    def take_steps(self, steps: Steps) -> None:
        """Give the service opened last a program that was made before, for the same facilities and stocks."""
        self._current.given = steps

    def label(self, name: str) -> None:
        """Name the place of the next step, for jumps."""
        self._current.places[name] = len(self._current.ops)

    def travel(self, durations: Durations, step: str = "travel", **labels: Any) -> None:
        """Add a travel of so many seconds."""
        self._add(rules.TRAVEL, step, labels, draws=as_draws(durations))

    def serve(self, facility: int, durations: Durations, step: str = "", **labels: Any) -> None:
        """Add a service: wait for a server, keep it for the duration, free it."""
        self._add(rules.SERVE, step or self._name(facility), labels, target=facility, draws=as_draws(durations))

    def hold(self, facility: int, durations: Durations = 0, step: str = "", slot: str = "", **labels: Any) -> None:
        """Add a hold: wait for a server and keep it until :meth:`free`; the duration is work at the start.

        Facilities of which a vehicle never keeps two at a time may share a ``slot`` by name.
        """
        number = self._current.slots.setdefault(slot or facility, len(self._current.slots))
        self._add(
            rules.HOLD, step or self._name(facility), labels, target=facility, slot=number, draws=as_draws(durations)
        )

    def pass_(self, facility: int, durations: Durations = 0, step: str = "", **labels: Any) -> None:
        """Add the passage of a path: wait for a slot, then travel for the duration."""
        self._add(rules.PASS, step or self._name(facility), labels, target=facility, draws=as_draws(durations))

    def free(self, facility: int, slot: str = "") -> None:
        """Free the server that :meth:`hold` keeps at the facility, in the slot of that name if it has one."""
        number = self._current.slots.get(slot or facility, -1)
        self._add(rules.FREE, f"free {self._name(facility)}", {}, target=facility, slot=number)

    def draw(self, stock: int, amount: int = 1, step: str = "", **labels: Any) -> None:
        """Take an amount from a stock, and wait until there is enough."""
        self._add(rules.DRAW, step or f"draw {self._stocks[stock]['name']}", labels, target=stock, amount=amount)

    def give_back(self, stock: int, amount: int = 1, step: str = "", **labels: Any) -> None:
        """Return an amount to a stock, and wait until there is room."""
        self._add(rules.RETURN, step or f"return {self._stocks[stock]['name']}", labels, target=stock, amount=amount)

    def branch(self, outcomes: Durations, to: str, step: str = "branch") -> None:
        """Jump to label ``to`` where the drawn outcome is 1."""
        self._add(rules.BRANCH, step, {}, jump=to, draws=as_draws(outcomes))

    def choose(self, alternatives: Sequence[tuple[str, int, Sequence[int]]], step: str = "choose") -> None:
        """Pick one of (label, bias_s, watched facilities) by the rule of choice."""
        frozen = tuple((label, int(bias), tuple(watch)) for label, bias, watch in alternatives)
        self._add(rules.CHOOSE, step, {}, alternatives=frozen)

    def mark(self, step: str = "mark", **labels: Any) -> None:
        """Add a row to the trace that takes no time."""
        self._add(rules.MARK, step, labels)

    def end(self) -> None:
        """Close the program: the vehicle leaves, or a vehicle of a fleet begins its next trip."""
        self._add(rules.END, "end", {})

    def vehicles(
        self,
        arrivals_s: Sequence[int] | Ints,
        *,
        priority: int = 0,
        trips: int | Sequence[int] | npt.NDArray[Any] = 1,
        until_s: int | None = None,
        keys: Sequence[int] | Ints | None = None,
    ) -> None:
        """Give the vehicles of the service opened last, one arrival (seconds) each; arrivals at or after the
        horizon never come. ``keys`` default to the position among all vehicles."""
        service = self._current
        service.arrivals = np.asarray(arrivals_s, np.int64)
        service.priority = priority
        service.trips = np.broadcast_to(np.asarray(trips, np.int32), service.arrivals.shape).copy()
        service.until_s = self.horizon_s if until_s is None else until_s
        service.keys = None if keys is None else np.asarray(keys, np.int64)

    # The plan --------------------------------------------------------------------------------------------------

    def build(self) -> Plan:
        """Freeze everything into a Plan; raises PlanError with every reason if no engine may run it."""
        parts = [service.steps for service in self._services]
        first_op = np.cumsum([0, *(len(one.code) for one in parts)])
        first_draw = np.cumsum([0, *(one.n_draws for one in parts)])
        choice_counts = joined([one.choice_count for one in parts], np.int32)
        watches = joined([one.alternative_watches for one in parts], np.int64)
        counts = [len(service.arrivals) for service in self._services]
        places, place_labels = self._of_places()
        controllers = self._controllers
        checks = sorted((second, k) for k, one in enumerate(controllers) for second in one["checks"])
        plan = Plan(
            horizon_s=self.horizon_s,
            **places,
            facility_mean_s=ints(self._means_s),
            op_code=joined([one.code for one in parts], np.int8),
            op_target=joined([one.target for one in parts], np.int32),
            op_amount=joined([one.amount for one in parts], np.int64),
            op_slot=joined([one.slot for one in parts], np.int32),
            op_jump=joined([_moved(one.jump, n) for one, n in zip(parts, first_op, strict=False)], np.int32),
            op_draw=joined([_moved(one.draw, n).clip(0) for one, n in zip(parts, first_draw, strict=False)], np.int64),
            op_trip_stride=joined([one.trip_stride for one in parts], np.int64),
            op_vehicle_stride=joined([one.vehicle_stride for one in parts], np.int64),
            op_choice_start=np.where(choice_counts > 0, np.cumsum(choice_counts) - choice_counts, 0).astype(np.int32),
            op_choice_count=choice_counts,
            alternative_jump=joined(
                [_moved(one.alternative_jump, n) for one, n in zip(parts, first_op, strict=False)], np.int32
            ),
            alternative_bias_s=joined([one.alternative_bias_s for one in parts], np.int64),
            alternative_watch_start=np.concatenate(([0], np.cumsum(watches))).astype(np.int32),
            watch_facility=joined([one.watch_facility for one in parts], np.int32),
            service_entry=first_op[:-1].astype(np.int32),
            service_vehicle_start=np.cumsum([0, *counts]).astype(np.int64),
            vehicle_service=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
            vehicle_key=self._keys(counts),
            vehicle_priority=np.repeat(ints32(s.priority for s in self._services), counts),
            vehicle_arrival_s=joined([s.arrivals for s in self._services], np.int64),
            vehicle_trips=joined([s.trips for s in self._services], np.int32),
            vehicle_until_s=np.repeat(ints(s.until_s for s in self._services), counts),
            draws=joined([one for part in parts for one in part.draws], np.int32),
            labels=self._labels(parts, place_labels),
            controller_stock=ints32(one["stock"] for one in controllers),
            controller_above=ints(one["above"] for one in controllers),
            controller_below=ints(one["below"] for one in controllers),
            controller_least_s=ints(one["least_s"] for one in controllers),
            counted_facility_start=np.cumsum([0, *(len(one["facilities"]) for one in controllers)]).astype(np.int32),
            counted_facility=ints32(f for one in controllers for f in one["facilities"]),
            counted_service_start=np.cumsum([0, *(len(one["services"]) for one in controllers)]).astype(np.int32),
            counted_service=ints32(k for one in controllers for k in one["services"]),
            check_time_s=ints(check[0] for check in checks),
            check_controller=ints32(check[1] for check in checks),
        )
        validate(plan)
        pieces = [piece for service in self._services if (piece := service.piece)]
        plan.known(pieces_of, tuple(pieces) if len(pieces) == len(self._services) else None)
        return plan

    def again(self) -> PlanBuilder:
        """Another builder with the same facilities and stocks, of which arrays and labels are made once.

        It has neither controllers nor services, and no facility or stock can be added to it.
        """
        other = copy(self)
        other._of_all_places = self._of_places()
        for name in ("_facilities", "_calendar", "_failures", "_closures", "_part_time", "_orders", "_stocks", "_sets"):
            setattr(other, name, tuple(getattr(self, name)))
        other._means_s, other._controllers, other._services = [*self._means_s], [], []
        return other

    def _of_places(self) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
        """The arrays and labels of facilities and stocks, without mean service times."""
        if self._of_all_places is not None:
            return self._of_all_places
        calendar_s, calendar_facility, delta = summed(*before(self.horizon_s, self._calendar))
        set_s, set_stock, set_level = latest(*before(self.horizon_s, self._sets))
        failures = sorted(self._failures)
        arrays: dict[str, npt.NDArray[Any]] = {
            "facility_servers": ints(f["servers"] for f in self._facilities),
            "facility_nominal": ints(f["nominal"] for f in self._facilities),
            "facility_headway_s": ints(f["headway_s"] for f in self._facilities),
            "calendar_time_s": calendar_s,
            "calendar_facility": calendar_facility.astype(np.int32),
            "calendar_delta": delta,
            "stock_level": ints(s["level"] for s in self._stocks),
            "stock_capacity": ints(s["capacity"] for s in self._stocks),
            "stock_set_time_s": set_s,
            "stock_set_stock": set_stock.astype(np.int32),
            "stock_set_level": set_level,
            "failure_time_s": ints(f[0] for f in failures),
            "failure_facility": ints32(f[1] for f in failures),
            "failure_server": ints32(f[2] for f in failures),
            "failure_repair_s": ints(f[3] for f in failures),
        }
        labels: dict[str, Any] = {
            "facility": tuple(f["name"] for f in self._facilities),
            **{f"facility_{k}": tuple(f[k] for f in self._facilities) for k in ("port", "side", "kind", "link")},
            "closures": tuple(sorted(self._closures)),
            "part_time": tuple(sorted(self._part_time)),
            "orders": tuple(sorted(self._orders)),
            "stock": tuple(s["name"] for s in self._stocks),
            **{f"stock_{k}": tuple(s[k] for s in self._stocks) for k in ("port", "side", "kind", "unit")},
        }
        return arrays, labels

    @property
    def _current(self) -> _Service:
        return self._services[-1]

    def _name(self, facility: int) -> str:
        return str(self._facilities[facility]["name"])

    def _add(self, code: int, step: str, labels: dict[str, Any], **values: Any) -> None:
        if not labels.keys() <= OP_LABELS.keys():
            unknown = sorted(labels.keys() - OP_LABELS.keys())
            raise TypeError(f"unknown step labels {unknown}; known: {sorted(OP_LABELS)}")
        self._current.ops.append(Op(code, step, OP_LABELS | labels, **values))

    def _keys(self, counts: list[int]) -> Ints:
        starts = np.cumsum([0, *counts])
        parts = [
            np.arange(starts[k], starts[k + 1], dtype=np.int64) if service.keys is None else service.keys
            for k, service in enumerate(self._services)
        ]
        return joined(parts, np.int64)

    def _labels(self, parts: list[Steps], places: dict[str, Any]) -> Labels:
        per_op = {f"op_{name}": tuple(chain.from_iterable(one.labels[name] for one in parts)) for name in OP_LABELS}

        def per_service(name: str, default: Any) -> tuple[Any, ...]:
            return tuple(service.labels.get(name, default) for service in self._services)

        return Labels(
            start=self.start,
            clock=self.clock,
            warmup_s=self.warmup_s,
            **places,
            service=tuple(s.name for s in self._services),
            service_class=per_service("vehicle_class", ""),
            service_teu=per_service("teu", 0.0),
            service_t=per_service("t", 0.0),
            service_wait_usd_per_h=per_service("wait_usd_per_h", 0.0),
            service_idle_co2_kg_per_h=per_service("idle_co2_kg_per_h", 0.0),
            op_service=tuple(
                chain.from_iterable(
                    repeat(service.name, len(one.code)) for service, one in zip(self._services, parts, strict=True)
                )
            ),
            op_step=tuple(chain.from_iterable(one.step for one in parts)),
            **per_op,
        )


def _moved(places: npt.NDArray[Any], by: int) -> npt.NDArray[Any]:
    """Places in a part as those in the whole; none, -1, stays."""
    return np.where(places >= 0, places + by, places)
