"""Roots of waiting by their definition: every instant by itself, in fractions. Slow, and independent of the sweep.

See :mod:`sim.output.waiting_roots` for the definition.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from sim.core import rules
from sim.core.plan import Plan
from sim.core.trace import Trace
from sim.output.queue_lengths import waits_of

Root = tuple[str, str, str, str, str]
"""(root, state, stock, stock state, service)."""
Node = tuple[str, int]
"""('facility', index), ('full', stock) or ('empty', stock)."""
NO_STOCK = ("", "", "")
TAKEN_AT = (rules.SERVE, rules.HOLD, rules.PASS)


class Visit(NamedTuple):
    vehicle: int
    op: int
    queued_s: int
    started_s: int
    finished_s: int
    kept_until_s: int


def roots_by_definition(trace: Trace) -> dict[tuple[str, tuple[str, str, str], Root], Fraction]:
    """Seconds waited in the window by place, (port, direction, class) and root."""
    plan, visits = trace.plan, _visits(trace)
    times = {plan.labels.warmup_s, plan.horizon_s, *plan.calendar_time_s.tolist()}
    times |= {time for visit in visits for time in visit[2:]}
    repairs = _repairs(trace)
    times |= {time for repair in repairs for time in repair[2:]}
    times |= {time for spell in (*plan.labels.closures, *plan.labels.part_time) for time in spell[1:]}
    found: dict[Any, Fraction] = defaultdict(Fraction)
    groups = waits_of(plan)
    for begin, end in pairwise(sorted(time for time in times if plan.labels.warmup_s <= time <= plan.horizon_s)):
        instant = _Instant(plan, visits, repairs, begin)
        for visit in instant.waiting:
            for root, share in instant.roots_of(visit).items():
                found[instant.name(visit.op), groups[visit.op], root] += share * (end - begin)
    return dict(found)


def _visits(trace: Trace) -> list[Visit]:
    plan = trace.plan
    columns = (trace.vehicle, trace.op, trace.queued_s, trace.started_s, trace.finished_s, trace.departed_s)
    visits = []
    for vehicle, op, *times in zip(*(column.tolist() for column in columns), strict=True):
        queued, started, finished, departed = (plan.horizon_s if time < 0 else time for time in times)
        if plan.op_code[op] == rules.PASS and started < plan.horizon_s:
            departed = min(started + int(plan.facility_headway_s[plan.op_target[op]]), plan.horizon_s)
        visits.append(Visit(vehicle, op, queued, started, finished, departed))
    return visits


def _repairs(trace: Trace) -> list[tuple[int, int, int, int]]:
    """(facility, server, from, to) of each repair that began."""
    plan = trace.plan
    columns = (plan.failure_facility, plan.failure_server, trace.repair_started_s, plan.failure_repair_s)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [(facility, server, began, began + lasts) for facility, server, began, lasts in rows if began >= 0]


class _Instant:
    """The state just after a second."""

    def __init__(self, plan: Plan, visits: list[Visit], repairs: list[tuple[int, int, int, int]], second: int) -> None:
        self.plan, self.second = plan, second
        self.repairs = repairs
        self.waiting = [v for v in visits if v.queued_s <= second < v.started_s]
        self.now = {v.vehicle: v for v in visits if v.queued_s <= second < v.finished_s}
        self.servers: dict[int, list[Visit]] = defaultdict(list)
        for v in visits:
            if plan.op_code[v.op] in TAKEN_AT and v.started_s <= second < v.kept_until_s:
                self.servers[int(plan.op_target[v.op])].append(v)

    def name(self, op: int) -> str:
        labels, target = self.plan.labels, self.plan.op_target[op]
        if self.plan.op_code[op] in TAKEN_AT:
            return labels.facility[target]
        if self.plan.op_code[op] in (rules.DRAW, rules.RETURN):
            return labels.stock[target]
        return labels.op_link[op] or labels.op_place[op]

    def level(self, facility: int, second: int) -> int:
        level = int(self.plan.facility_servers[facility])
        for time, where, change in zip(
            self.plan.calendar_time_s.tolist(), self.plan.calendar_facility.tolist(), self.plan.calendar_delta.tolist(),
            strict=True,
        ):  # fmt: skip
            if where == facility and time <= second:
                level += change
        return level

    def _closure(self, facility: int) -> bool:
        return any(at == facility and a <= self.second < b for at, a, b in self.plan.labels.closures)

    def _is_away(self, facility: int, second: int) -> bool:
        """Whether a share of servers is why there is none."""
        return any(at == facility and a <= second < b for at, a, b in self.plan.labels.part_time)

    def roots_of(self, visit: Visit) -> dict[Root, Fraction]:
        """Shares of the roots of a vehicle that waits."""
        target = self._waits_for(visit)
        return self._follow(target) if isinstance(target[1], int) else {(*target, *NO_STOCK): Fraction(1)}

    def _waits_for(self, visit: Visit) -> Any:
        """A root (name, state), or a node."""
        code, target = self.plan.op_code[visit.op], int(self.plan.op_target[visit.op])
        if code in TAKEN_AT:
            roster = self.level(target, self.second)
            away = [server for f, server, a, b in self.repairs if f == target and a <= self.second < b]
            if roster - sum(server < roster for server in away) > 0:
                return ("facility", target)
            if roster > 0:
                return (self.name(visit.op), "repair")
            if self._is_away(target, self.second):
                return (self.name(visit.op), "share")
            changes = self.plan.calendar_time_s[self.plan.calendar_facility == target].tolist()
            changes += [time for at, *spell in self.plan.labels.part_time if at == target for time in spell]
            since = [visit.queued_s, *(time for time in changes if visit.queued_s < time <= self.second)]
            came_while_shut = all(self.level(target, time) <= 0 and not self._is_away(target, time) for time in since)
            closed = {at for at, _, _ in (*self.plan.labels.closures, *self.plan.labels.part_time)}
            times = [0, *self.plan.calendar_time_s[self.plan.calendar_facility == target].tolist()]
            if target not in closed and all(self.level(target, time) <= 0 for time in times):
                link, kind = self.plan.labels.facility_link, self.plan.labels.facility_kind
                if not link[target] and kind[target] != "opening":
                    return (self.name(visit.op), "no_servers")
            reason = "closure" if self._closure(target) else "hours"
            return (self.name(visit.op), reason if came_while_shut else f"{reason}_or_pace")
        set_later = (self.plan.stock_set_stock == target) & (self.plan.stock_set_time_s > 0)
        if set_later.any() or target in self.plan.controller_stock:
            return (self.name(visit.op), "quota")
        return ("full" if code == rules.RETURN else "empty", target)

    def _does(self, visit: Visit) -> Any:
        """Where the share of a vehicle goes."""
        if self.second < visit.started_s:
            return self._waits_for(visit)
        if self.plan.op_code[visit.op] in (rules.SERVE, rules.HOLD):
            return (self.name(visit.op), "at_work")
        return (self.plan.labels.op_link[visit.op] or self.name(visit.op), "travel")

    def _passes(self, node: Node) -> list[tuple[Fraction, Any, str]]:
        """(share, root or node, service) of a node."""
        kind, number = node
        labels = self.plan.labels
        if kind == "facility":
            kept = self.servers[number]
            share = Fraction(1, len(kept))
            found = []
            for visit in kept:
                now = self.now.get(visit.vehicle)
                held = self.plan.op_code[visit.op] == rules.HOLD and visit.finished_s <= self.second
                assert now or not held
                found.append((share, self._does(now) if now and held else (labels.facility[number], "at_work"), ""))
            return found
        code = rules.DRAW if kind == "full" else rules.RETURN
        amounts = [(self._amount(visit.op, number, code), visit) for visit in self.now.values()]
        total = sum(amount for amount, _ in amounts)
        if not total:
            return [(Fraction(1), (labels.stock[number], kind), "?")]
        return [
            (Fraction(amount, total), self._does(visit), labels.op_service[visit.op])
            for amount, visit in amounts
            if amount
        ]

    def _amount(self, op: int, stock: int, code: int, begun: bool = True) -> int:
        """The most that a vehicle may move next at a stock in that direction."""
        plan = self.plan
        kind = int(plan.op_code[op])
        if kind in (rules.DRAW, rules.RETURN) and plan.op_target[op] == stock:
            return int(plan.op_amount[op]) if kind == code else 0
        if kind == rules.END:
            service = plan.labels.service.index(plan.labels.op_service[op])
            mine = slice(*plan.service_vehicle_start[service : service + 2].tolist())
            again = begun and (plan.vehicle_trips[mine] > 1).any()
            return self._amount(int(plan.service_entry[service]), stock, code, False) if again else 0
        steps = [op + 1]
        if kind == rules.BRANCH:
            steps.append(int(plan.op_jump[op]))
        if kind == rules.CHOOSE:
            first = int(plan.op_choice_start[op])
            steps = plan.alternative_jump[first : first + int(plan.op_choice_count[op])].tolist()
        return max(self._amount(step, stock, code, begun) for step in steps)

    def _follow(self, node: Node) -> dict[Root, Fraction]:
        """Shares of the roots of a node: solve the equations of all (node, first stock) that it reaches."""
        start = (node, NO_STOCK)
        passes: dict[Any, list[tuple[Fraction, Any]]] = {}
        ends: dict[Any, dict[Root, Fraction]] = {}
        todo = [start]
        nodes = self._closed_circles(node)
        while todo:
            state = todo.pop()
            if state in passes:
                continue
            (kind, number), stock = state
            passes[state], ends[state] = [], defaultdict(Fraction)
            if state[0] in nodes:
                labels = self.plan.labels
                name = (labels.facility if kind == "facility" else labels.stock)[number]
                ends[state][(name, "deadlock", *stock)] += 1
                continue
            for share, target, service in self._passes(state[0]):
                through = stock
                if kind != "facility" and stock == NO_STOCK and service != "?":
                    through = (self.plan.labels.stock[number], kind, service)
                if isinstance(target[1], int):
                    passes[state].append((share, (target, through)))
                    todo.append((target, through))
                else:
                    ends[state][(*target, *through)] += share
        return _absorbed(start, passes, ends)

    def _closed_circles(self, node: Node) -> set[Node]:
        """Nodes from which every way comes back, of those that a node reaches."""
        reached: dict[Node, set[Node]] = {}

        def reach(start: Node) -> set[Node]:
            seen: set[Node] = set()
            todo = [start]
            while todo:
                for _, target, _ in self._passes(todo.pop()):
                    if not isinstance(target[1], int):
                        seen.add(("end", 0))
                    elif target not in seen:
                        seen.add(target)
                        todo.append(target)
            return seen

        for one in {node} | reach(node) - {("end", 0)}:
            reached[one] = reach(one)
        return {
            one
            for one, seen in reached.items()
            if ("end", 0) not in seen and all(one in reached[other] for other in seen)
        }


def _absorbed(start: Any, passes: dict[Any, Any], ends: dict[Any, dict[Root, Fraction]]) -> dict[Root, Fraction]:
    """Where a walk from ``start`` ends: eliminate one state after the other."""
    passes = {state: list(some) for state, some in passes.items()}
    ends = {state: dict(some) for state, some in ends.items()}
    for state in list(passes):
        if state == start:
            continue
        ways = _without_itself(state, passes.pop(state), ends.pop(state))
        for other in passes:
            share = sum((s for s, target in passes[other] if target == state), Fraction(0))
            if share:
                passes[other] = [(s, target) for s, target in passes[other] if target != state]
                passes[other] += [(share * s, target) for s, target in ways[0]]
                for root, s in ways[1].items():
                    ends[other][root] = ends[other].get(root, Fraction(0)) + share * s
    return _without_itself(start, passes[start], ends[start])[1]


def _without_itself(state: Any, passes: Any, ends: dict[Root, Fraction]) -> tuple[Any, dict[Root, Fraction]]:
    """Ways out of a state, given that it is left."""
    back = sum((s for s, target in passes if target == state), Fraction(0))
    others = [(s / (1 - back), target) for s, target in passes if target != state]
    return others, {root: s / (1 - back) for root, s in ends.items()}
