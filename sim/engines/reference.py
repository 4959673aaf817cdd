"""The reference engine: the rules of :mod:`sim.core.rules` as SimPy processes, one for each vehicle.

Input: a :class:`sim.core.plan.Plan`. Output: its :class:`sim.core.trace.Trace`. Read ``sim.core.rules`` first: this
page follows it, and its words (advance, phase, chooser, free, kept) are used here as they are there.

SimPy is the clock and runs the processes. **Phase A** happens at its normal priority: vehicles arrive and advance
(:meth:`_Run.vehicle`), servers come and go with the calendar, stocks are set. A handler that makes a grant possible
requests **phase B**: one event at a priority after all others of the instant (:meth:`_Run.allocate`), and the only
place where servers and stocks are granted. A vehicle that waits yields a :class:`_Turn`; phase B schedules it so that
it comes true when the granted work is over.

``simpy.Resource`` is not used: it decides at the moment of a request, before the instant is complete. That SimPy
handles the events of one instant in the order in which they were scheduled decides nothing, since what phase A does
commutes.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Generator, Iterator
from heapq import heappop, heappush, merge
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from simpy import Environment, Event
from simpy.events import NORMAL, EventPriority

from sim.core.plan import Plan
from sim.core.plan_validation import validate
from sim.core.rules import (
    BRANCH,
    CHOOSE,
    DONE,
    DRAW,
    END,
    FREE,
    HELD,
    HOLD,
    IN_SERVICE,
    MARK,
    NEVER_S,
    NOT_YET,
    PASS,
    RETURN,
    SERVE,
    TRAVEL,
    WAITING,
)
from sim.core.trace import Trace, sort_rows

PHASE_A = NORMAL
PHASE_B = EventPriority(NORMAL + 1)

VEHICLE, OP, QUEUED, STARTED, FINISHED, DEPARTED, COLUMNS = range(7)
"""Where the columns of a row stand in ``_Run.rows``, and how many there are."""

Process = Generator[Event, Any, None]


def play(plan: Plan) -> Trace:
    """Run ``plan`` up to its horizon; raises PlanError if no engine may run it."""
    validate(plan)
    state = _Run(plan)
    state.env.run(until=int(plan.horizon_s))
    return state.trace()


run = play
"""This engine has no shorter form of its rows."""


class _Turn(Event):
    """An event that comes true some seconds after it is granted; a waiting vehicle yields it."""

    def grant(self, delay_s: int, phase: EventPriority = PHASE_A) -> None:
        self._ok, self._value = True, None
        self.env.schedule(self, phase, delay_s)


class _Facility:
    """Servers and the queue before them. ``free`` is below zero while more are busy than ``on_duty``."""

    __slots__ = ("changes", "failures", "free", "headway_s", "mean_s", "on_duty", "queue", "repairs", "roster")

    def __init__(self, servers: int, headway_s: int, mean_s: int) -> None:
        self.free = self.on_duty = self.roster = servers
        self.failures: list[tuple[int, int, int]] = []
        """Those that wait, in order: (number of the server, place among all failures, length of the repair)."""
        self.repairs: dict[int, int] = {}
        """Those under way: number of the server -> second of the end."""
        self.changes: deque[tuple[int, int]] = deque()
        """Calendar differences to come: (second, servers)."""
        self.headway_s = headway_s
        self.mean_s = mean_s
        self.queue: list[tuple[int, int, int, int, int, int, _Turn]] = []
        """A heap of (priority, queued_s, vehicle key, row, step code, duration_s, turn)."""

    def count(self) -> None:
        """Count those on duty anew; as many are free more or less."""
        on_duty = self.roster - sum(server < self.roster for server in self.repairs)
        self.free += on_duty - self.on_duty
        self.on_duty = on_duty

    def outlook(self, horizon_s: int) -> Iterator[tuple[int, int]]:
        """Changes to come: (second, servers on duty from then on), by the calendar and the repairs under way."""
        roster, ends = self.roster, sorted(end for end in self.repairs.values() if end < horizon_s)
        calendar = ((time_s, delta) for time_s, delta in self.changes)
        both = merge(calendar, ((end, 0) for end in ends))
        for time_s, changes in groupby(both, key=itemgetter(0)):
            roster += sum(delta for _, delta in changes)
            yield time_s, roster - sum(end > time_s and server < roster for server, end in self.repairs.items())


class _Stock:
    """Units between zero and the capacity, the queue of those who give and the queue of those who take."""

    __slots__ = ("capacity", "level", "returns", "takes")

    def __init__(self, level: int, capacity: int) -> None:
        self.level = level
        self.capacity = capacity
        self.returns: list[tuple[int, int, int, int, int, _Turn]] = []
        """A heap of (priority, queued_s, vehicle key, row, amount, turn)."""
        self.takes: list[tuple[int, int, int, int, int, _Turn]] = []


class _Controller:
    """What a controller counts, and since when it is in force; None while it is not."""

    __slots__ = ("above", "below", "facilities", "least_s", "services", "since_s", "stock")

    def __init__(self, plan: Plan, number: int) -> None:
        self.stock = int(plan.controller_stock[number])
        self.above, self.below = int(plan.controller_above[number]), int(plan.controller_below[number])
        self.least_s = int(plan.controller_least_s[number])
        facilities, services = plan.counted_facility_start, plan.counted_service_start
        self.facilities = plan.counted_facility[facilities[number] : facilities[number + 1]].tolist()
        self.services = frozenset(plan.counted_service[services[number] : services[number + 1]].tolist())
        self.since_s: int | None = None


class _Run:
    """The state of one run."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.env: Any = Environment()  # Any: SimPy types the clock as int | float, and here it is int
        self.facilities = [_Facility(*row) for row in _rows(plan, "facility", "servers headway_s mean_s")]
        for time_s, facility, delta in _rows(plan, "calendar", "time_s facility delta"):
            self.facilities[facility].changes.append((time_s, delta))
        self.stocks = [_Stock(*row) for row in _rows(plan, "stock", "level capacity")]
        self.program = _rows(plan, "op", "code target amount slot jump draw trip_stride vehicle_stride")
        self.alternatives = _alternatives(plan)
        self.entry_of = plan.service_entry.tolist()
        self.first_of = plan.service_vehicle_start.tolist()
        self.n_slots = plan.n_slots
        # Read through memoryviews: they yield Python ints, as lists do, but one at a time instead of millions at once.
        self.service_of = plan.vehicle_service.data
        self.priority_of = plan.vehicle_priority.data
        self.key_of = plan.vehicle_key.data
        self.trips_of = plan.vehicle_trips.data
        self.until_of = plan.vehicle_until_s.data
        self.draws = plan.draws.data

        self.controllers = [_Controller(plan, number) for number in range(plan.n_controllers)]
        self.due: list[tuple[int, int]] = []
        """Checks of this instant: (place among all checks, controller)."""
        self.check_count = array("q", [NOT_YET]) * len(plan.check_time_s)

        self.choosers: list[tuple[int, _Turn]] = []
        """A heap of (vehicle key, turn)."""
        self.touched_facilities: set[int] = set()
        self.touched_stocks: set[int] = set()
        self.phase_b_asked = False

        self.rows = array("q")
        """The trace in the making: one row after the other, in the order in which steps are reached."""
        self.left = array("q", [NOT_YET]) * plan.n_vehicles
        self.repair_started = array("q", [NOT_YET]) * len(plan.failure_time_s)
        self.events = 0

        self.env.process(self.arrivals())
        self.env.process(self.calendar())
        self.env.process(self.settings())
        self.env.process(self.breakdowns())
        self.env.process(self.checks())

    # Phase A: what happens to the system -----------------------------------------------------------------------

    def arrivals(self) -> Process:
        """Start each vehicle when it arrives; those still to come cost no memory."""
        arrival_s = self.plan.vehicle_arrival_s
        order = np.argsort(arrival_s, kind="stable")
        for vehicle, time_s in zip(order.tolist(), arrival_s[order].tolist(), strict=True):
            if time_s > self.env.now:
                yield self.env.timeout(time_s - self.env.now)
            self.events += 1
            self.env.process(self.vehicle(vehicle))

    def calendar(self) -> Process:
        """Add and remove servers. No work is interrupted: a busy server that goes is missing when it is given up."""
        for time_s, facility, delta in _rows(self.plan, "calendar", "time_s facility delta"):
            if time_s > self.env.now:
                yield self.env.timeout(time_s - self.env.now)
            there = self.facilities[facility]
            there.changes.popleft()
            there.roster += delta
            there.count()
            self.touch_facility(facility)

    def breakdowns(self) -> Process:
        """Failures come, and wait for a server."""
        table = _rows(self.plan, "failure", "time_s facility server repair_s")
        for place, (time_s, facility, server, repair_s) in enumerate(table):
            if time_s > self.env.now:
                yield self.env.timeout(time_s - self.env.now)
            self.facilities[facility].failures.append((server, place, repair_s))
            self.touch_facility(facility)

    def settings(self) -> Process:
        """Stocks are set: daily quotas."""
        for time_s, stock, level in _rows(self.plan, "stock_set", "time_s stock level"):
            if time_s > self.env.now:
                yield self.env.timeout(time_s - self.env.now)
            self.stocks[stock].level = level
            self.touch_stock(stock)

    def checks(self) -> Process:
        """Controllers look at queues in the first phase B of these seconds."""
        for place, (time_s, controller) in enumerate(_rows(self.plan, "check", "time_s controller")):
            if time_s > self.env.now:
                yield self.env.timeout(time_s - self.env.now)
            self.due.append((place, controller))
            self.ask_for_phase_b()

    def vehicle(self, vehicle: int) -> Process:
        """One vehicle from its arrival until it leaves: it advances, step by step and trip by trip."""
        env, rows, draws, program = self.env, self.rows, self.draws, self.program
        service = self.service_of[vehicle]
        entry, place = self.entry_of[service], vehicle - self.first_of[service]
        priority, key = self.priority_of[vehicle], self.key_of[vehicle]
        kept_rows = [0] * self.n_slots
        op, trip = entry, 0
        while True:
            code, target, amount, slot, jump, draw, trip_stride, vehicle_stride = program[op]
            draw += trip_stride * trip + vehicle_stride * place

            if SERVE <= code <= PASS:
                facility = self.facilities[target]
                row = self.reach(vehicle, op)
                turn = _Turn(env)
                heappush(facility.queue, (priority, env.now, key, row, code, draws[draw], turn))
                if facility.free > 0:
                    self.touch_facility(target)
                yield turn
                rows[row + FINISHED] = env.now
                if code == HOLD:
                    kept_rows[slot] = row
                else:
                    rows[row + DEPARTED] = env.now
                if code == SERVE:
                    self.give_up(target)

            elif code == FREE:
                rows[kept_rows[slot] + DEPARTED] = env.now
                self.give_up(target)

            elif code == TRAVEL:
                row = self.reach(vehicle, op, started_s=env.now)
                if draws[draw]:
                    yield env.timeout(draws[draw])
                rows[row + FINISHED] = rows[row + DEPARTED] = env.now

            elif code == MARK:
                row = self.reach(vehicle, op, started_s=env.now)
                rows[row + FINISHED] = rows[row + DEPARTED] = env.now

            elif code in (DRAW, RETURN):
                stock = self.stocks[target]
                row = self.reach(vehicle, op)
                turn = _Turn(env)
                heappush(stock.takes if code == DRAW else stock.returns, (priority, env.now, key, row, amount, turn))
                self.touch_stock(target)
                yield turn

            elif code == BRANCH:
                if draws[draw] == 1:
                    op = jump
                    continue

            elif code == CHOOSE:
                turn = _Turn(env)
                heappush(self.choosers, (key, turn))
                self.ask_for_phase_b()
                yield turn
                op = self.choice(op)
                continue

            elif code == END:
                trip += 1
                if trip < self.trips_of[vehicle] and env.now < self.until_of[vehicle]:
                    op = entry
                    continue
                self.left[vehicle] = env.now
                return

            op += 1

    def reach(self, vehicle: int, op: int, started_s: int = NOT_YET) -> int:
        """A vehicle reaches a recorded step: open its row of the trace and say where it is."""
        row = len(self.rows)
        self.rows.extend((vehicle, op, self.env.now, started_s, NOT_YET, NOT_YET))
        return row

    def give_up(self, facility: int) -> None:
        """A server is given up: to a failure or vehicle that waits, in phase B."""
        there = self.facilities[facility]
        there.free += 1
        if there.failures or (there.free > 0 and there.queue):
            self.touch_facility(facility)

    def end_of_headway(self, headway: Any) -> None:
        """The server that a PASS took frees itself."""
        self.give_up(headway.value)

    def end_of_repair(self, repair: Any) -> None:
        """A server is there again, if the calendar has it."""
        facility, server = repair.value
        there = self.facilities[facility]
        del there.repairs[server]
        there.count()
        self.touch_facility(facility)

    # Phase B: allocation ---------------------------------------------------------------------------------------

    def touch_facility(self, facility: int) -> None:
        """A vehicle may be served there at this instant."""
        self.touched_facilities.add(facility)
        self.ask_for_phase_b()

    def touch_stock(self, stock: int) -> None:
        """Something may move there at this instant."""
        self.touched_stocks.add(stock)
        self.ask_for_phase_b()

    def ask_for_phase_b(self) -> None:
        """Have :meth:`allocate` called when everything else of this instant has happened."""
        if not self.phase_b_asked:
            self.phase_b_asked = True
            phase_b = _Turn(self.env)
            phase_b.callbacks.append(self.allocate)
            phase_b.grant(0, PHASE_B)

    def allocate(self, _: Event) -> None:
        """Let one chooser advance and come back; when there is none left, hand out servers and move stocks."""
        self.phase_b_asked = False
        self.events += 1
        for place, controller in self.due:
            self.check_count[place] = self.check(self.controllers[controller])
        self.due.clear()
        if self.choosers:
            heappop(self.choosers)[1].grant(0)
            self.ask_for_phase_b()
            return
        for facility in sorted(self.touched_facilities):
            self.begin_repairs(facility)
            self.serve_first(facility)
        self.touched_facilities.clear()
        for stock in sorted(self.touched_stocks):
            self.move(self.stocks[stock])
        self.touched_stocks.clear()

    def check(self, controller: _Controller) -> int:
        """Count the vehicles that wait, and let the controller come into force or end; returns the count."""
        count = sum(
            self.service_of[self.rows[row + VEHICLE]] in controller.services
            for facility in controller.facilities
            for _, _, _, row, *_ in self.facilities[facility].queue
        )
        if controller.since_s is None and count >= controller.above:
            controller.since_s = self.env.now
            self.stocks[controller.stock].level = 0
        elif (
            controller.since_s is not None
            and count < controller.below
            and self.env.now - controller.since_s >= controller.least_s
        ):
            controller.since_s = None
            self.stocks[controller.stock].level = self.stocks[controller.stock].capacity
            self.touch_stock(controller.stock)
        return count

    def choice(self, op: int) -> int:
        """The op at which the alternative of least expected delay continues; the first of equals."""
        least_s, goes_on = None, NOT_YET
        for jump, delay_s, watched in self.alternatives[op]:
            for facility in watched:
                delay_s += self.expected_delay_s(self.facilities[facility])
            if least_s is None or delay_s < least_s:
                least_s, goes_on = delay_s, jump
        return goes_on

    def expected_delay_s(self, there: _Facility) -> int:
        """Wait for a server of one who joins the queue now, if all goes by the calendar and takes the mean."""
        now = t = self.env.now
        n, mean_s = there.on_duty, there.mean_s
        busy = n - there.free
        work = (len(there.queue) + busy) * mean_s
        for end, after in there.outlook(self.plan.horizon_s):
            if n > 0:
                if max(0, work - (n - 1) * mean_s) // n < end - t:
                    break
                work -= n * (end - t)
                busy, t = n, end
            elif after > 0:
                left = max(0, -(-work // mean_s) - busy) if mean_s else 0
                work -= min(work - left * mean_s, busy * (end - t))
                t = end
            n = after
        if n <= 0:
            return NEVER_S
        return min(t + max(0, work - (n - 1) * mean_s) // n - now, NEVER_S)

    def begin_repairs(self, facility: int) -> None:
        """Begin the repairs of failures that wait, where a server is free or their own is off the roster."""
        there, waiting = self.facilities[facility], []
        for failure in there.failures:
            server, place, repair_s = failure
            takes = server < there.roster
            if server in there.repairs or there.free < takes:
                waiting.append(failure)
                continue
            self.repair_started[place] = self.env.now
            there.repairs[server] = self.env.now + repair_s
            there.count()
            repair = self.env.timeout(repair_s, value=(facility, server))
            repair.callbacks.append(self.end_of_repair)
        there.failures = waiting

    def serve_first(self, facility: int) -> None:
        """Serve the first of the queue, while a server is free."""
        there, rows, now = self.facilities[facility], self.rows, self.env.now
        while there.free > 0 and there.queue:
            _, _, _, row, code, duration_s, turn = heappop(there.queue)
            there.free -= 1
            rows[row + STARTED] = now
            turn.grant(duration_s)
            if code == PASS:
                headway = self.env.timeout(there.headway_s, value=facility)
                headway.callbacks.append(self.end_of_headway)

    def move(self, stock: _Stock) -> None:
        """Let the first who gives and the first who takes go in turn, while either can."""
        moved = True
        while moved:
            moved = False
            if stock.returns and stock.level + stock.returns[0][4] <= stock.capacity:
                stock.level += self.go(stock.returns)
                moved = True
            if stock.takes and stock.level >= stock.takes[0][4]:
                stock.level -= self.go(stock.takes)
                moved = True

    def go(self, queue: list[tuple[int, int, int, int, int, _Turn]]) -> int:
        """The first of a stock's queue has its way; returns the amount moved."""
        _, _, _, row, amount, turn = heappop(queue)
        self.rows[row + STARTED] = self.rows[row + FINISHED] = self.rows[row + DEPARTED] = self.env.now
        turn.grant(0)
        return amount

    # The trace -------------------------------------------------------------------------------------------------

    def trace(self) -> Trace:
        """Sort the rows and determine the outcome of each. ``events`` are arrivals, visits and allocations."""
        table = np.frombuffer(self.rows, np.int64).reshape(-1, COLUMNS)
        vehicle, op = table[:, VEHICLE].astype(np.int32), table[:, OP].astype(np.int32)
        order = sort_rows(vehicle, op, table[:, QUEUED])
        queued_s, started_s, finished_s, departed_s = (table[order, column] for column in range(QUEUED, COLUMNS))
        return Trace(
            plan=self.plan,
            vehicle=vehicle[order],
            op=op[order],
            queued_s=queued_s,
            started_s=started_s,
            finished_s=finished_s,
            departed_s=departed_s,
            outcome=np.select(
                (started_s == NOT_YET, finished_s == NOT_YET, departed_s == NOT_YET),
                (np.int8(WAITING), np.int8(IN_SERVICE), np.int8(HELD)),
                np.int8(DONE),
            ),
            vehicle_left_s=np.array(self.left, np.int64),
            events=self.events + len(table),
            repair_started_s=np.array(self.repair_started, np.int64),
            check_count=np.array(self.check_count, np.int64),
        )


def _rows(plan: Plan, table: str, columns: str) -> list[Any]:
    """A group of arrays of the plan as rows: tuples of Python ints."""
    return list(zip(*(getattr(plan, f"{table}_{column}").tolist() for column in columns.split()), strict=True))


def _alternatives(plan: Plan) -> dict[int, list[tuple[int, int, list[int]]]]:
    """CHOOSE op -> its alternatives: (op at which it continues, bias_s, watched facilities)."""
    watched = [
        plan.watch_facility[first:end].tolist()
        for first, end in zip(plan.alternative_watch_start[:-1], plan.alternative_watch_start[1:], strict=True)
    ]
    every = list(zip(plan.alternative_jump.tolist(), plan.alternative_bias_s.tolist(), watched, strict=True))
    return {
        op: every[first : first + count]
        for op, (first, count) in enumerate(_rows(plan, "op", "choice_start choice_count"))
        if count
    }
