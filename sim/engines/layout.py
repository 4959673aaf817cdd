"""How the compiled engine lays out a plan and its own state: records that lie close together, indices of 32 bits.

Input: a :class:`~sim.core.plan.Plan`. Output: a :class:`PlanLayout`, which a run only reads, and a :class:`State`,
which it changes. What 32 bits cannot hold (68 years, 2^31 vehicles or visits) is refused before the run, in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.kept import Kept
from sim.core.plan import Ints, Ints32, Plan, PlanError, Problem, followers, problem
from sim.core.rules import CHOOSE, NOT_YET, RECORDED

Records = npt.NDArray[Any]

NEVER: Final = 2**31 - 1
"""A second after every horizon."""
NOBODY: Final = -1
RANK_BITS: Final = 32
RANK: Final = 2**RANK_BITS - 1
"""An arrival is one integer: second << RANK_BITS | place of the vehicle in the order of keys."""
FIRST_SEATS: Final = 256

DECIDING: Final = ("op_code", "op_jump", "op_choice_start", "op_choice_count", "alternative_jump")
"""The arrays that decide which ways programs have."""
_KNOWN: Final[Kept[Ints]] = Kept(2**22)
"""The longest ways of programs, by these arrays."""
MOST: Final = 2**31 - 1
"""Rows, vehicles, steps: what an index of 32 bits can count."""
MOST_AHEAD: Final = 2**26
"""Rows for which there is room from the start (1.3 GB, of which a run touches what it writes)."""


def _record(kind: type[np.integer[Any]], names: str, size: int | None = None) -> np.dtype[Any]:
    """Fields of one kind, padded to ``size`` bytes."""
    fields = names.split()
    return np.dtype(
        {"names": fields, "formats": [kind] * len(fields), "itemsize": size or len(fields) * kind().itemsize}
    )


OP: Final = _record(np.int64, "code target amount slot jump draw per_trip per_vehicle")
"""One step. CHOOSE keeps its range of alternatives in ``target`` (first) and ``amount`` (end)."""
ALTERNATIVE: Final = _record(np.int64, "jump bias watch watch_end")
FACILITY: Final = _record(np.int64, "headway mean shift_end")
"""``shift_end``: end of the shifts of a facility; those to come begin at ``next_shift`` of the state."""
SHIFT: Final = _record(np.int64, "time delta")
"""A calendar difference, in order of (facility, time), for the rule of choice."""
WINDOW: Final = _record(np.int64, "first end waiting under_way roster")
"""Failures of a facility: from the first that is not over to before the next to come; how many of them wait and how
many are under repair; and the servers on the roster."""
SERVICE: Final = _record(np.int64, "entry vehicle rows")
"""First op, first vehicle, rows of the longest way through the program."""
CHANGE: Final = _record(np.int64, "time index value")
"""Servers added to facility ``index``, stock ``index - nF`` set, failure ``index - nF - nS`` come, or a check, at
``index - nF - nS - nX``, due."""
CONTROLLER: Final = _record(np.int64, "stock above below least first end")
"""``first`` and ``end``: its range of ``counted``."""
FAILURE: Final = _record(np.int64, "facility server own repair place")
"""A failure, in order of (facility, second, server). ``own``: place of its server among all that ever fail;
``place``: its place in the plan."""

ROW: Final = _record(np.int32, "op queued started finished departed")
BLOCK: Final = _record(np.int32, "vehicle first end")
"""The rows of one trip."""
SEAT: Final = _record(np.int32, "vehicle service local rank priority trip op row block time before after", 64)
"""A vehicle under way, in one cache line. ``time``: when it joined its queue, or when its work ends. ``before`` and
``after``: its neighbours in the one chain to which it belongs (queue, wheel, free seats). A seat without a vehicle
represents a server that a PASS took and that frees itself."""
LANE: Final = _record(np.int32, "head tail")

NOW, USED, FREE_SEAT, ROWS, BLOCKS, TOUCHED, CHANGES, ARRIVALS, EVENTS, CHECKS, DUE, COUNTS = range(12)
"""Scalars of a state, by place in ``counts``: the present second, seats taken, the first free seat, rows and blocks
given out, places touched, changes and arrivals that have come, events handled, checks made, and checks due by now."""


class PlanLayout(NamedTuple):
    """What a run reads. ``vehicle_of`` turns places in the order of keys into vehicles; ``priority`` is the rank of
    each vehicle's priority among the ``n_priorities`` that occur."""

    horizon: int
    n_priorities: int
    n_slots: int
    longest: int
    ops: Records
    alternatives: Records
    watch: Ints32
    facilities: Records
    shifts: Records
    failures: Records
    n_failing: int
    """Servers that ever fail: as many repairs may be under way at once."""
    capacity: Ints
    controllers: Records
    counted: Ints32
    """Facilities that controllers count."""
    counts_service: npt.NDArray[np.uint8]
    """(nR * nK,) whether a controller counts the vehicles of a service."""
    check_controller: Ints32
    services: Records
    service_of: Ints32
    priority: Ints32
    trips: Ints32
    until: Ints
    draws: Ints32
    vehicle_of: Ints32
    arrivals: Ints
    changes: Records


class State(NamedTuple):
    """What a run changes. ``rows``, ``blocks``, ``seats`` and ``kept`` grow between calls of the loop."""

    rows: Records
    blocks: Records
    seats: Records
    kept: Ints32
    """(seats * slots,) rows of the HOLDs whose server is kept."""
    free: Ints
    on_duty: Ints
    """Servers by the calendar less those under repair: free and busy ones."""
    windows: Records
    under_repair: npt.NDArray[np.uint8]
    """By ``own`` place of the server."""
    repair_started: Ints
    """(nX,) in the order of the layout."""
    next_shift: Ints
    in_force_since: Ints
    """(nR,) since when a controller is in force; -1 while it is not."""
    check_count: Ints
    """(nH,) vehicles that each check counted."""
    level: Ints
    waiting: Ints
    """Vehicles in each queue: nF facilities (with failures that wait), nS draw queues, nS return queues, choosers."""
    lanes: Records
    """(queues * priorities,) chains of waiting seats."""
    touched: Ints
    """Facilities, and stocks from nF on, that may be able to serve or to begin a repair."""
    is_touched: npt.NDArray[np.uint8]
    wheel: Ints32
    """(buckets,) the last seat of the ring of each."""
    left: Ints
    counts: Ints


def too_large(plan: Plan) -> Iterator[Problem]:
    """Yield everything about a valid plan that this layout cannot hold."""
    if plan.horizon_s >= NEVER:
        yield problem("too_long", found=plan.horizon_s)
    if max(plan.n_vehicles, plan.n_ops, plan.n_facilities + plan.n_stocks) >= MOST:
        yield problem("too_many")
    n_priorities = len(np.unique(plan.vehicle_priority))
    if (plan.n_facilities + 2 * plan.n_stocks) * n_priorities > 2**26:
        yield problem("priorities", priorities=n_priorities, facilities=plan.n_facilities)


def layout_of(plan: Plan) -> PlanLayout:
    """Lay out a plan that is not :func:`too_large`."""
    priorities = np.unique(plan.vehicle_priority)
    vehicle_of = np.argsort(plan.vehicle_key, kind="stable").astype(np.int32)
    arrival = plan.vehicle_arrival_s[vehicle_of]
    comes = np.flatnonzero(arrival < plan.horizon_s)
    choose = plan.op_code == CHOOSE
    rows = _longest_ways(plan)[plan.service_entry]
    failures = _failures(plan)
    n_places = plan.n_facilities + plan.n_stocks
    n_later = len(failures) + len(plan.check_time_s)
    failure_time_s = plan.failure_time_s[failures["place"]]
    changes = records(
        CHANGE,
        np.concatenate([plan.calendar_time_s, plan.stock_set_time_s, failure_time_s, plan.check_time_s]),
        np.concatenate(
            [plan.calendar_facility, plan.stock_set_stock + plan.n_facilities, np.arange(n_later) + n_places]
        ),
        np.concatenate([plan.calendar_delta, plan.stock_set_level, np.zeros(n_later, np.int64)]),
    )
    n_services = len(plan.service_entry)
    controller = np.repeat(np.arange(plan.n_controllers), np.diff(plan.counted_service_start))
    counts_service = np.zeros(plan.n_controllers * n_services, np.uint8)
    counts_service[controller * n_services + plan.counted_service] = 1
    return PlanLayout(
        horizon=plan.horizon_s,
        n_priorities=max(1, len(priorities)),
        n_slots=plan.n_slots,
        longest=int(rows.max(initial=0)),
        ops=records(
            OP,
            plan.op_code,
            np.where(choose, plan.op_choice_start, plan.op_target),
            np.where(choose, plan.op_choice_start + plan.op_choice_count, plan.op_amount),
            plan.op_slot,
            plan.op_jump,
            plan.op_draw,
            plan.op_trip_stride,
            plan.op_vehicle_stride,
        ),
        alternatives=records(
            ALTERNATIVE,
            plan.alternative_jump,
            plan.alternative_bias_s,
            plan.alternative_watch_start[:-1],
            plan.alternative_watch_start[1:],
        ),
        watch=_fixed(plan.watch_facility, np.int32),
        facilities=records(FACILITY, plan.facility_headway_s, plan.facility_mean_s, _shift_starts(plan)[1:]),
        shifts=_shifts(plan),
        failures=failures,
        n_failing=int(failures["own"].max(initial=-1)) + 1,
        capacity=_fixed(plan.stock_capacity, np.int64),
        controllers=records(
            CONTROLLER,
            plan.controller_stock,
            plan.controller_above,
            plan.controller_below,
            plan.controller_least_s,
            plan.counted_facility_start[:-1],
            plan.counted_facility_start[1:],
        ),
        counted=_fixed(plan.counted_facility, np.int32),
        counts_service=_fixed(counts_service, np.uint8),
        check_controller=_fixed(plan.check_controller, np.int32),
        services=records(SERVICE, plan.service_entry, plan.service_vehicle_start[:-1], rows),
        service_of=_fixed(plan.vehicle_service, np.int32),
        priority=np.searchsorted(priorities, plan.vehicle_priority).astype(np.int32),
        trips=_fixed(plan.vehicle_trips, np.int32),
        until=_fixed(plan.vehicle_until_s, np.int64),
        draws=_fixed(plan.draws, np.int32),
        vehicle_of=vehicle_of,
        arrivals=_in_order(arrival[comes] << RANK_BITS | comes),
        changes=np.append(changes[np.argsort(changes["time"], kind="stable")], records(CHANGE, [NEVER], [0], [0])),
    )


def state_of(plan: Plan, layout: PlanLayout, n_buckets: int) -> State:
    """The state before second 0, with room for all trips that are drawn: what is never written takes no memory."""
    arriving = layout.vehicle_of[layout.arrivals[:-1] & RANK]
    trips = plan.vehicle_trips[arriving].astype(np.int64)
    room = min(int(trips @ layout.services["rows"][plan.vehicle_service[arriving]]), MOST_AHEAD)
    n_places = plan.n_facilities + plan.n_stocks
    n_queues = n_places + plan.n_stocks + 1
    no_lane = np.full(n_queues * layout.n_priorities, NOBODY)
    counts = np.zeros(COUNTS, np.int64)
    counts[NOW] = -1
    counts[FREE_SEAT] = NOBODY
    state = State(
        rows=np.empty(room + layout.longest, ROW),
        blocks=np.empty(min(int(trips.sum()), MOST_AHEAD) + 1, BLOCK),
        seats=np.empty(0, SEAT),
        kept=np.empty(0, np.int32),
        free=plan.facility_servers.copy(),
        on_duty=plan.facility_servers.copy(),
        windows=_windows(plan, layout.failures),
        under_repair=np.zeros(layout.n_failing, np.uint8),
        repair_started=np.full(len(layout.failures), NOT_YET, np.int64),
        next_shift=_shift_starts(plan)[:-1].copy(),
        in_force_since=np.full(plan.n_controllers, NOT_YET, np.int64),
        check_count=np.full(len(plan.check_time_s), NOT_YET, np.int64),
        level=plan.stock_level.copy(),
        waiting=np.zeros(n_queues, np.int64),
        lanes=records(LANE, no_lane, no_lane),
        touched=np.empty(n_places, np.int64),
        is_touched=np.zeros(n_places, np.uint8),
        wheel=np.full(n_buckets, NOBODY, np.int32),
        left=np.full(plan.n_vehicles, NOT_YET, np.int64),
        counts=counts,
    )
    return with_room(layout, state)


def with_room(layout: PlanLayout, state: State) -> State:
    """The same state with larger arrays where the next moves might not fit. Raises PlanError past 2^31 visits."""
    n_rows, n_blocks = int(state.counts[ROWS]) + layout.longest, int(state.counts[BLOCKS]) + 1
    if n_rows > MOST:
        raise PlanError(problem("visits"))
    # One vehicle may arrive, each vehicle may take a server that frees itself, and each server may fail.
    seats = _grown(state.seats, max(FIRST_SEATS, 2 * int(state.counts[USED]) + 2 + layout.n_failing))
    new = np.arange(len(state.seats), len(seats))
    if len(new):
        seats["vehicle"][new] = NOBODY
        seats["after"][new] = np.append(new[1:], state.counts[FREE_SEAT])
        state.counts[FREE_SEAT] = new[0]
    return state._replace(
        rows=_grown(state.rows, n_rows),
        blocks=_grown(state.blocks, n_blocks),
        seats=seats,
        kept=_grown(state.kept, len(seats) * layout.n_slots),
    )


def records(kind: np.dtype[Any], *columns: npt.ArrayLike) -> Records:
    """An array of records from its columns, in the order of the fields."""
    table = np.zeros(len(np.asarray(columns[0])), kind)
    for name, column in zip(kind.names or (), columns, strict=True):
        table[name] = column
    return table


def _in_order(arrivals: Ints) -> Ints:
    """Arrivals in order, and one that never comes. Those of a service mostly are, which a stable sort uses."""
    found: Ints = np.empty(len(arrivals) + 1, np.int64)
    found[:-1], found[-1] = arrivals, NEVER << RANK_BITS
    found[:-1].sort(kind="stable")
    return found


def _fixed(array: npt.NDArray[Any], kind: type[np.integer[Any]]) -> npt.NDArray[Any]:
    """The array as machine code was made for it: of this type, in one piece, read-only."""
    array = np.ascontiguousarray(array, kind)
    array.setflags(write=False)
    return array


def _grown(array: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    """``array`` itself if it has ``size`` entries, else a copy with room for half as many again."""
    if size <= len(array):
        return array
    larger = np.empty(size + size // 2, array.dtype)
    larger[: len(array)] = array
    return larger


def _failures(plan: Plan) -> Records:
    """The failures by facility."""
    order = np.argsort(plan.failure_facility, kind="stable")
    facility, server = plan.failure_facility[order], plan.failure_server[order]
    _, own = np.unique(np.stack([facility, server]), axis=1, return_inverse=True)
    return records(FAILURE, facility, server, own.reshape(-1), plan.failure_repair_s[order], order)


def _windows(plan: Plan, failures: Records) -> Records:
    first = np.searchsorted(failures["facility"], np.arange(plan.n_facilities))
    none = np.zeros(plan.n_facilities, np.int64)
    return records(WINDOW, first, first, none, none, plan.facility_servers)


def _shifts(plan: Plan) -> Records:
    """The calendar by facility."""
    order = np.argsort(plan.calendar_facility, kind="stable")
    return records(SHIFT, plan.calendar_time_s[order], plan.calendar_delta[order])


def _shift_starts(plan: Plan) -> Ints:
    """(nF + 1,) where the shifts of each facility begin."""
    per_facility = np.bincount(plan.calendar_facility, minlength=plan.n_facilities)
    return np.concatenate([[0], np.cumsum(per_facility)]).astype(np.int64)


def _longest_ways(plan: Plan) -> Ints:
    """(nO,) the most rows that a trip can leave from each op on; jumps only go forward. Found once for equal ones."""
    structure = tuple(getattr(plan, name).tobytes() for name in DECIDING)
    longest = _KNOWN.get(structure)
    if longest is None:
        longest = _found_ways(plan)
        _KNOWN.put(structure, longest, longest.nbytes + sum(map(len, structure)))
    return longest


def _found_ways(plan: Plan) -> Ints:
    longest = np.zeros(plan.n_ops + 1, np.int64)
    for op in range(plan.n_ops - 1, -1, -1):
        after = followers(plan, op)
        longest[op] = int(int(plan.op_code[op]) in RECORDED) + max((longest[step] for step in after), default=0)
    return longest[:-1]
