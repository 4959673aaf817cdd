"""The Plan: one scenario, one replication, as integer arrays with every random number already drawn.

It is the only thing an engine sees. Arrays are read-only; sizes are written as nF facilities, nC calendar
differences, nX failures, nS stocks, nQ stock settings, nR controllers, nH checks, nO program steps ("ops"), nA
alternatives, nK services, nV vehicles, nD draws. Names and everything else that only people and KPIs need is in
:class:`Labels`, which no engine reads.

The program of a service is a run of ops that starts at ``service_entry`` and ends at an END op; see
``sim.core.rules`` for what each op does. The vehicles of a service are neighbours: those of service *k* are
``service_vehicle_start[k] : service_vehicle_start[k + 1]``.

A draw (a duration in seconds, or a branch outcome) of op *o* for vehicle *v* on its trip *n* is
``draws[op_draw[o] + op_trip_stride[o] * n + op_vehicle_stride[o] * (v - service_vehicle_start[k])]``.
Constants have strides of zero.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from corridors.clock import local_time
from corridors.messages import Message, MessageError, Param, message
from sim.core import rules
from sim.core.once import Once

Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]


class PlanError(MessageError, ValueError):
    """A plan that no engine may run, with every reason."""


Problem = Message
"""A reason why no engine may run a plan."""


def problem(code: str, **params: Param) -> Problem:
    """The reason of that code, see the messages ``plan.*`` of the room ``runs``."""
    return message(f"plan.{code}", "runs", **params)


@dataclass(frozen=True)
class Labels:
    """What the numbers of a plan are called, for KPIs, charts and people. Tuples are indexed like the arrays.

    ``op_*`` tuples have one entry per op. ``op_link`` is the link travelled ('' if none), ``op_cause`` the cause
    to which waiting at this step is put down when the facility is open (see ``sim.core.wait_causes.CAUSES``),
    ``op_cost_usd`` and ``op_co2_kg`` what one vehicle costs and emits at this step apart from waiting.
    """

    start: str
    """The epoch: first simulated instant, ISO 8601 in UTC."""
    warmup_s: int
    """Seconds from the epoch that are simulated but not measured."""
    clock: str = ""
    """Time zone by which hours of the week are counted; '' for UTC+8."""
    facility: tuple[str, ...] = ()
    facility_port: tuple[str, ...] = ()
    facility_side: tuple[str, ...] = ()
    facility_kind: tuple[str, ...] = ()
    facility_link: tuple[str, ...] = ()
    """The link whose paths this facility hands out; '' for a facility of a port."""
    closures: tuple[tuple[int, int, int], ...] = ()
    """(facility, from, to): seconds in which closures, or an opening date, are why a facility has no servers. At other
    times without servers its opening hours are, or ``part_time``."""
    part_time: tuple[tuple[int, int, int], ...] = ()
    """Likewise the seconds in which a share of servers is why: what is at work is a part of a server, in slices."""
    orders: tuple[tuple[int, int, int], ...] = ()
    """(gate, from, to): the dates of each dated order in force, as stock and seconds, also outside of the run."""
    stock: tuple[str, ...] = ()
    stock_port: tuple[str, ...] = ()
    stock_side: tuple[str, ...] = ()
    stock_kind: tuple[str, ...] = ()
    """'wagons', 'containers', 'cargo', 'quota', 'demand' or 'order' (the gate of an order); cargo that no quota sets
    lies in a yard (``sim.output.yards``)."""
    stock_unit: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    service_class: tuple[str, ...] = ()
    service_teu: tuple[float, ...] = ()
    service_t: tuple[float, ...] = ()
    service_wait_usd_per_h: tuple[float, ...] = ()
    service_idle_co2_kg_per_h: tuple[float, ...] = ()
    op_service: tuple[str, ...] = ()
    op_step: tuple[str, ...] = ()
    op_place: tuple[str, ...] = ()
    op_link: tuple[str, ...] = ()
    op_port: tuple[str, ...] = ()
    op_side: tuple[str, ...] = ()
    op_direction: tuple[str, ...] = ()
    """'outbound' (leaves China), 'inbound', or '' away from a port."""
    op_clearance: tuple[bool, ...] = ()
    """True where the step is customs, police or inspection."""
    op_cause: tuple[str, ...] = ()
    op_loaded: tuple[bool, ...] = ()
    """True where the vehicle carries its load."""
    op_part: tuple[bool, ...] = ()
    """True for the ops of a link after which a vehicle is still on it: all but the last section of a single track."""
    op_km: tuple[float, ...] = ()
    op_cost_usd: tuple[float, ...] = ()
    op_co2_kg: tuple[float, ...] = ()
    op_detour: tuple[str, ...] = ()
    """The closed link that a detour avoids which begins with this op; '' for every other op."""
    op_detour_s: tuple[int, ...] = ()
    """How much longer that detour runs than the way that it replaces."""

    @cached_property
    def op_class(self) -> tuple[str, ...]:
        """The class of the vehicles that come to each op."""
        class_of = dict(zip(self.service, self.service_class, strict=True))
        return tuple(class_of[service] for service in self.op_service)

    @property
    def epoch(self) -> datetime:
        """The first simulated instant."""
        return datetime.fromisoformat(self.start)

    def local(self, second: int) -> datetime:
        """The time at a second of the run on the clock of the world; in UTC where the world states none."""
        at = self.epoch + timedelta(seconds=second)
        return at.astimezone(local_time.zone(self.clock)) if self.clock else at

    def midnight_s(self, second: int) -> int:
        """The second of the run at which the day that is on the clock begins; negative before the run."""
        clock, start_s = local_time.zone(self.clock), local_time.seconds(self.epoch)
        return local_time.instant(local_time.local_day(start_s + second, clock), 0, clock) - start_s


@dataclass(frozen=True)
class Plan(Once):
    """A scenario compiled for one replication. Build it with ``sim.compile.assembly.compile_plan``, or by hand in tests
    with ``sim.core.plan_builder.PlanBuilder``."""

    horizon_s: int
    """Events before this second happen."""

    facility_servers: Ints
    """(nF,) servers at second 0, before any calendar difference."""
    facility_nominal: Ints
    """(nF,) servers when fully open, at least 1; figures use it, engines do not."""
    facility_headway_s: Ints
    """(nF,) seconds for which PASS keeps a server."""
    facility_mean_s: Ints
    """(nF,) mean service time for the rule of choice."""
    calendar_time_s: Ints
    """(nC,) ascending by (time, facility); times in [0, horizon)."""
    calendar_facility: Ints32
    calendar_delta: Ints
    """(nC,) servers added (negative: taken away); one entry per (time, facility)."""

    stock_level: Ints
    """(nS,) units at second 0."""
    stock_capacity: Ints
    """(nS,) ``rules.UNLIMITED`` where there is no limit."""
    stock_set_time_s: Ints
    """(nQ,) ascending by (time, stock)."""
    stock_set_stock: Ints32
    stock_set_level: Ints

    op_code: Bytes
    op_target: Ints32
    """(nO,) facility of SERVE, HOLD, PASS, FREE; stock of DRAW, RETURN; else -1."""
    op_amount: Ints
    """(nO,) units drawn or returned."""
    op_slot: Ints32
    """(nO,) where HOLD keeps its row for the FREE with the same slot; else -1."""
    op_jump: Ints32
    """(nO,) op to which BRANCH jumps on outcome 1; else -1."""
    op_draw: Ints
    op_trip_stride: Ints
    op_vehicle_stride: Ints
    op_choice_start: Ints32
    """(nO,) first alternative of CHOOSE; else 0."""
    op_choice_count: Ints32

    alternative_jump: Ints32
    """(nA,) op at which the alternative's program continues."""
    alternative_bias_s: Ints
    alternative_watch_start: Ints32
    """(nA + 1,) slices of ``watch_facility``."""
    watch_facility: Ints32

    service_entry: Ints32
    """(nK,) first op."""
    service_vehicle_start: Ints
    """(nK + 1,)"""

    vehicle_service: Ints32
    vehicle_key: Ints
    """(nV,) unique; the last word in every tie."""
    vehicle_priority: Ints32
    """(nV,) lower goes first."""
    vehicle_arrival_s: Ints
    vehicle_trips: Ints32
    """(nV,) trips whose draws exist; 1 for a vehicle that comes once."""
    vehicle_until_s: Ints
    """(nV,) a vehicle starts no further trip at or after this second; its first begins when it arrives."""

    draws: Ints32

    labels: Labels

    failure_time_s: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """(nX,) ascending by (time, facility, server); times in [0, horizon)."""
    failure_facility: Ints32 = field(default_factory=lambda: np.empty(0, np.int32))
    failure_server: Ints32 = field(default_factory=lambda: np.empty(0, np.int32))
    """(nX,) number of the server of its facility, from 0."""
    failure_repair_s: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """(nX,) length of the repair, at least 1."""

    controller_stock: Ints32 = field(default_factory=lambda: np.empty(0, np.int32))
    """(nR,) the stock that is shut."""
    controller_above: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """(nR,) waiting vehicles from which on it comes into force."""
    controller_below: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """(nR,) waiting vehicles below which it ends; at most ``controller_above``."""
    controller_least_s: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """(nR,) shortest time in force."""
    counted_facility_start: Ints32 = field(default_factory=lambda: np.zeros(1, np.int32))
    """(nR + 1,) slices of ``counted_facility``."""
    counted_facility: Ints32 = field(default_factory=lambda: np.empty(0, np.int32))
    counted_service_start: Ints32 = field(default_factory=lambda: np.zeros(1, np.int32))
    """(nR + 1,) slices of ``counted_service``."""
    counted_service: Ints32 = field(default_factory=lambda: np.empty(0, np.int32))
    check_time_s: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """(nH,) ascending by (time, controller); times in [0, horizon)."""
    check_controller: Ints32 = field(default_factory=lambda: np.empty(0, np.int32))

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone go to other processes."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @property
    def n_facilities(self) -> int:
        """Number of facilities, nF."""
        return len(self.facility_servers)

    @property
    def n_stocks(self) -> int:
        """Number of stocks, nS."""
        return len(self.stock_level)

    @property
    def n_controllers(self) -> int:
        """Number of controllers, nR."""
        return len(self.controller_stock)

    @property
    def n_ops(self) -> int:
        """Number of ops of all programs, nO."""
        return len(self.op_code)

    @property
    def n_vehicles(self) -> int:
        """Number of vehicles, nV."""
        return len(self.vehicle_service)

    @property
    def n_slots(self) -> int:
        """Servers that one vehicle may keep at the same time."""
        return int(self.op_slot.max()) + 1 if len(self.op_slot) else 0

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Every array by field name, in field order."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}

    def fingerprint(self) -> str:
        """SHA-256 of the horizon and every array: equal plans, equal text, on any machine.

        A plan without failures has the same as before there were any, and so has one without controllers.
        """
        absent = () if self.n_controllers else ("controller_", "counted_", "check_")
        digest = hashlib.sha256(str(self.horizon_s).encode())
        for name, array in self.arrays().items():
            if (name.startswith("failure_") and not len(array)) or name.startswith(absent):
                continue
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def followers(plan: Plan, op: int) -> list[int]:
    """The ops that may come after an op in one trip; none after END."""
    code = int(plan.op_code[op])
    if code == rules.END:
        return []
    if code == rules.CHOOSE:
        first = int(plan.op_choice_start[op])
        return list(plan.alternative_jump[first : first + int(plan.op_choice_count[op])].tolist())
    after = [op + 1]
    if code == rules.BRANCH:
        after.append(int(plan.op_jump[op]))
    return after


def circulating(plan: Plan) -> npt.NDArray[np.bool_]:
    """(nK,) whether vehicles of a service begin again at its entry when a trip ends."""
    found = np.zeros(len(plan.service_entry), bool)
    found[plan.vehicle_service[plan.vehicle_trips > 1]] = True
    return found
