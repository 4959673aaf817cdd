"""Roots of waiting: the facility, opening hours or stock for which vehicles wait in the end.

At an instant, the root of waiting at a place is a set of shares that sum to 1:

* A facility without a server at work is *shut*: ``repair`` while its calendar has servers, all under repair. Outside
  its opening hours it is ``hours`` for a vehicle that arrived while it was shut, ``hours_or_pace`` for one that was in
  the queue when it shut. In a closure, or before its opening date, likewise ``closure`` and ``closure_or_pace``
  (:mod:`sim.compile.closures`). While a share of servers, a part of one, is why it has none: ``share``. Without a
  server in the whole run it is ``no_servers`` instead of any of these.
* At an open facility, each server that is kept has an equal share. A server whose vehicle is served there, or that a
  headway keeps: the facility ``at_work``. A server kept by a vehicle that is served elsewhere: that facility at work;
  by one that travels, with or without a train path: its link, ``travel``; by one that waits itself: the root of its
  waiting.
* A ``full`` stock passes its share on to the vehicles that draw from it next, by the amounts that they draw: where one
  waits, to the root of its waiting, else to its work. An ``empty`` stock likewise to the vehicles that fill it next. A
  stock without such vehicles is the root itself, and so is one that a daily ``quota`` or ``demand`` sets, and the gate
  of an ``order``.
* Shares that come back in a circle are passed on again. A circle that no share leaves is a ``deadlock``.

Input: the output of a run. Output (:class:`WaitingRoots`): all waiting in the measured window by place, group and root,
in seconds. It adds up to all waiting, because every share is followed at every instant (:mod:`sim.output.root_sweep`).
Where no server is kept elsewhere, waiting needs no sweep: open, the facility itself is the root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sim.core import rules
from sim.core.plan import Ints, Ints32
from sim.core.trace import Seconds
from sim.output import next_moves, root_sweep
from sim.output.crossings import Floats, Group
from sim.output.integer_sort import ascending
from sim.output.intervals import (
    BY_CLOSURES,
    BY_HOURS,
    BY_REPAIRS,
    BY_SHARES,
    Servers,
    facility_of_op,
    gates,
    idle_ops,
    place_of_facility,
    place_of_time,
    shut_periods,
    stock_of_op,
    without_servers,
)
from sim.output.kept_servers import KeptServerObserver, KeptServers
from sim.output.queue_lengths import waits_of
from sim.output.root_graph import BuiltGraph, End, Node, Origin, build, passed

if TYPE_CHECKING:
    from sim.output.run_output import RunOutput

AT_WORK: Final = "at_work"
TRAVEL: Final = "travel"
HOURS: Final = "hours"
HOURS_OR_PACE: Final = "hours_or_pace"
CLOSURE: Final = "closure"
CLOSURE_OR_PACE: Final = "closure_or_pace"
SHARE: Final = "share"
REPAIR: Final = "repair"
NO_SERVERS: Final = "no_servers"
FULL: Final = "full"
EMPTY: Final = "empty"
QUOTA: Final = "quota"
DEMAND: Final = "demand"
ORDER: Final = "order"
DEADLOCK: Final = "deadlock"
STATES: Final = (
    AT_WORK, HOURS, HOURS_OR_PACE, CLOSURE, CLOSURE_OR_PACE, SHARE, REPAIR, NO_SERVERS, TRAVEL, FULL, EMPTY, QUOTA,
    DEMAND, ORDER, DEADLOCK,
)  # fmt: skip
"""States of a root; the labels are in the catalogue ``names`` under ``root.<state>``."""
SHUT_STATES: Final = {
    root_sweep.HOURS: HOURS,
    root_sweep.PACE: HOURS_OR_PACE,
    root_sweep.REPAIR: REPAIR,
    root_sweep.CLOSURE: CLOSURE,
    root_sweep.CLOSURE_OR_PACE: CLOSURE_OR_PACE,
    root_sweep.SHARE: SHARE,
}
"""By part of a wait at a shut facility."""
LOOKED_UP: Final = 2**24
"""Largest range of numbers for which a table is faster than sorting."""
SHUT_PARTS: Final = {
    BY_HOURS: (root_sweep.HOURS, root_sweep.PACE),
    BY_REPAIRS: (root_sweep.REPAIR, root_sweep.REPAIR),
    BY_CLOSURES: (root_sweep.CLOSURE, root_sweep.CLOSURE_OR_PACE),
    BY_SHARES: (root_sweep.SHARE, root_sweep.SHARE),
}
"""By reason of a shut period the parts of vehicles that arrived while it was shut, and of those that arrived before."""


@dataclass(frozen=True)
class WaitingRoots:
    """All waiting of a run in its measured window, by origin and root."""

    groups: list[Group]
    """(port, direction, class) by number."""
    seconds: dict[tuple[Origin, End], float]


def waiting_roots(output: RunOutput) -> WaitingRoots:
    """Attribute all waiting of a run to its roots."""
    return _Attribution(output).result()


Queue = tuple[Ints32, Seconds, Seconds]
"""Op, begin and end of waits. Arrays (n,)."""


class _Member(NamedTuple):
    """Spells that have the same effect on a node."""

    node: int
    op: int
    queues: bool
    """Whether the vehicle waits for the node itself."""
    amount: int
    service: str
    """For a stock, the service that draws or fills."""


class _Attribution:
    """The steps of the attribution, with what they share."""

    def __init__(self, output: RunOutput) -> None:
        plan = output.plan
        self._output, self._plan = output, plan
        self._from_s, self._horizon_s = plan.labels.warmup_s, plan.horizon_s
        self._facility, self._stock = facility_of_op(plan), stock_of_op(plan)
        self._place = plan.once(place_of_time)
        groups = plan.once(waits_of)
        self._groups = sorted(set(groups))
        number = {group: k for k, group in enumerate(self._groups)}
        self._group_of_op = [number[group] for group in groups]
        self._quota = np.zeros(plan.n_stocks, bool)
        self._quota[plan.stock_set_stock[plan.stock_set_time_s > 0]] = True
        self._quota |= gates(plan)
        closures = Servers.but_for_closures(plan) if plan.labels.closures else None
        shares = Servers.but_for_shares(plan) if plan.labels.part_time else None
        shut, self._shut_of = shut_periods(Servers.of(plan), Servers.of_run(output.visits), closures, shares)
        parts = np.array([SHUT_PARTS[reason] for reason in shut[:, 2].tolist()], np.int64).reshape(-1, 2)
        demanded = set(self._stock[idle_ops(plan)].tolist())
        kinds = enumerate(zip(plan.labels.stock, plan.labels.stock_kind, strict=True))
        self._set_by = {
            name: DEMAND if k in demanded else ORDER if kind == ORDER else QUOTA for k, (name, kind) in kinds
        }
        """State of a stock that a plan sets to levels."""
        self._shut = np.ascontiguousarray(np.hstack([shut[:, [0, 1, 3]], parts]))
        """(n, 5) begin, end, since when it is shut, and the parts of vehicles that arrived since then and before."""
        self._kept: KeptServers = output.result(KeptServerObserver)
        without = np.flatnonzero(without_servers(plan)).tolist()
        self._without_servers = {plan.labels.facility[facility] for facility in without}
        self._seconds: dict[tuple[Origin, End], float] = {}
        self._nodes: list[Node] = []
        self._node_of_op = np.full(plan.n_ops, -1, np.int64)
        """The node for which a vehicle waits in this step."""

    def result(self) -> WaitingRoots:
        """The waiting of all nodes by a sweep, all other waiting from the totals."""
        queue = self._find_nodes()
        if self._nodes:
            self._sweep(queue)
        self._add_totals()
        return WaitingRoots(self._groups, {key: s for key, s in self._seconds.items() if s > 0})

    def _find_nodes(self) -> Queue:
        """Number the facilities and sides of stocks at which waiting is followed; return the waits there."""
        plan, kept = self._plan, self._kept
        op, begin, end = self._output.step_waits
        in_window = end > self._from_s
        elsewhere = np.zeros(plan.n_facilities + 1, bool)
        elsewhere[plan.op_target[kept.is_hold]] = True
        elsewhere[-1] = False
        waited, places = _numbers(op[in_window], plan.n_ops)[0], place_of_facility(plan)
        for facility in np.unique(self._facility[waited]).tolist():
            if facility >= 0 and elsewhere[facility]:
                name, place = plan.labels.facility[facility], places[facility]
                self._node_of_op[self._facility == facility] = len(self._nodes)
                node = Node(name, End(place, AT_WORK))
                node.slot("", node.idle)
                self._nodes.append(node)
        for code, state in ((rules.RETURN, FULL), (rules.DRAW, EMPTY)):
            for stock in np.unique(self._stock[waited[plan.op_code[waited] == code]]).tolist():
                if stock >= 0 and not self._quota[stock]:
                    name = plan.labels.stock[stock]
                    self._node_of_op[(self._stock == stock) & (plan.op_code == code)] = len(self._nodes)
                    self._nodes.append(Node(name, End(name, state), state))
        some = np.flatnonzero(in_window & (self._node_of_op[op] >= 0))
        return op[some], begin[some], end[some]

    def _sweep(self, queue: Queue) -> None:
        """Follow the waiting at nodes through all events."""
        loops = root_sweep.loops(len(self._output.visits))
        needed = _periods_of(self._node_of_op[queue[0]], queue[1], queue[2], self._from_s, len(self._nodes))
        spells = self._spells(*needed)
        members, own, of_spell, relieving = self._members(queue, spells)
        changes = self._server_changes(*needed)
        n_codes = len(members) * root_sweep.CODES
        most = int(np.abs(changes[1]).max(initial=0))
        span = 2 * most + 1
        kind, code_of_change = _numbers(changes[0] * span + changes[1] + most, len(self._nodes) * span)
        kinds = np.stack([kind // span, kind % span - most])
        bits = int(n_codes + kinds.shape[1]).bit_length()
        common = (self._from_s, *self._member_arrays(members), *needed, bits)
        keys = [
            (np.maximum(changes[2], self._from_s) << bits) | (n_codes + code_of_change),
            _filled(loops.spell_events, own, np.ones(len(own), bool), queue[1], queue[2], *common),
        ]
        keys.append(_filled(loops.spell_events, of_spell, spells.waits, spells.from_s, spells.to_s, *common))
        for first, last, from_s, to_s in self._relieving_vehicles(members, relieving, *needed):
            for rows in self._output.visits.between(first, last, from_s, to_s):
                times = (rows.op, rows.queued_s, rows.started_s, rows.finished_s, self._horizon_s, self._from_s)
                keys.append(_filled(loops.row_events, *times, relieving, *common[1:]))
        key = ascending(np.concatenate(keys))

        used = np.zeros(n_codes + kinds.shape[1], bool)
        used[key & ((1 << bits) - 1)] = True
        effects = [(code, self._effect(members, code)) for code in np.flatnonzero(used[:n_codes]).tolist()]
        graph = build(self._nodes)
        arrays = graph.arrays
        columns = np.zeros((4, len(used)), np.int64)
        columns[0] = -1  # Most codes have no effect.
        some = np.array([(code, *_numbered(graph, effect)) for code, effect in effects if effect], np.int64)
        columns[:, some.reshape(-1, 5)[:, 0]] = some.reshape(-1, 5)[:, 1:].T
        of_changes = [
            (node, graph.slot_number[node][self._nodes[node].slot("", self._nodes[node].idle)], change, -1)
            for node, change in kinds.T.tolist()
        ]
        columns[:, n_codes:] = np.array(of_changes, np.int64).reshape(-1, 4).T
        gained, dead = np.zeros(arrays.gain[-1]), np.zeros(arrays.row[-1])
        codes = root_sweep.Code(*(np.ascontiguousarray(column) for column in columns))
        loops.sweep(arrays, codes, key, bits, self._from_s, self._horizon_s, gained, dead)
        self._add_swept(graph, gained, dead)

    def _spells(self, need: Ints, periods: Ints) -> KeptServers:
        """The spells of kept servers at times when vehicles wait for these, of a node."""
        kept = self._kept
        found: Ints = np.empty(len(kept.op), np.int64)
        overlapping = root_sweep.loops(len(self._output.visits)).overlapping
        n = overlapping(kept.hold_op, kept.from_s, kept.to_s, self._node_of_op, need, periods, found)
        some = found[:n]
        taken = (kept.hold_op[some], kept.op[some], kept.waits[some], kept.from_s[some], kept.to_s[some])
        return KeptServers(*taken, kept.is_hold)

    def _members(self, queue: Queue, spells: KeptServers) -> tuple[list[_Member], Ints, Ints, Ints]:
        """All members; that of each wait, of each spell of a kept server, and a range for each op."""
        plan = self._plan
        members: list[_Member] = []
        waited, own = _numbers(queue[0], plan.n_ops)
        for op in waited.tolist():
            members.append(_Member(int(self._node_of_op[op]), op, True, 1, ""))
        pair = self._node_of_op[spells.hold_op] * plan.n_ops + spells.op
        pairs, found = _numbers(pair, len(self._nodes) * plan.n_ops)
        of_spell = len(members) + found
        members += [_Member(int(p) // plan.n_ops, int(p) % plan.n_ops, False, 1, "") for p in pairs]
        amounts = np.array([self._relieving(node) for node in self._nodes])
        amounts[:, ~np.isin(plan.op_code, list(rules.RECORDED))] = 0
        n_of_op = np.count_nonzero(amounts, axis=0)
        ends = len(members) + np.cumsum(n_of_op)
        for op, n in np.argwhere(amounts.T).tolist():
            members.append(_Member(n, op, False, int(amounts[n, op]), plan.labels.op_service[op]))
        return members, own, of_spell, np.stack([ends - n_of_op, ends], axis=1)

    def _relieving(self, node: Node) -> Ints:
        """(nO,) amounts by which vehicles relieve a stock; 0 for a facility."""
        if not node.stock_state:
            return np.zeros(self._plan.n_ops, np.int64)
        code = rules.DRAW if node.stock_state == FULL else rules.RETURN
        return next_moves.next_amount(self._plan, self._plan.labels.stock.index(node.name), code)

    def _member_arrays(self, members: list[_Member]) -> tuple[Ints, Ints, Ints]:
        """Nodes of members, where their facilities are shut, and all shut periods."""
        node = np.array([member.node for member in members], np.int64)
        facility = self._facility[[member.op for member in members]]
        shut_of = np.append(self._shut_of, [0])  # The last for steps at no facility.
        shut = np.where(facility >= 0, shut_of[facility], 0), np.where(facility >= 0, shut_of[facility + 1], 0)
        return node, np.ascontiguousarray(np.stack(shut, axis=1)), self._shut

    def _server_changes(self, need: Ints, periods: Ints) -> Ints:
        """(3, n) node, change and time of the servers kept at each facility that is a node, while vehicles wait."""
        found = [np.empty((3, 0), np.int64)]
        for n, node in enumerate(self._nodes):
            if not node.stock_state:
                facility = self._plan.labels.facility.index(node.name)
                states = self._output.trajectories
                time_s, change = states.server_changes(facility, periods[need[n] : need[n + 1]])
                found.append(np.stack([np.full(len(time_s), n), change, time_s]))
        return np.concatenate(found, axis=1)

    def _relieving_vehicles(
        self, members: list[_Member], relieving: Ints, need: Ints, periods: Ints
    ) -> Iterator[tuple[int, int, int, int]]:
        """By service that relieves stocks its vehicles (first and end) and the time in which that matters."""
        plan = self._plan
        starts = plan.service_vehicle_start
        nodes: dict[int, set[int]] = {}
        for first, last in relieving.tolist():
            for member in members[first:last]:
                service = int(np.searchsorted(plan.service_entry, member.op, side="right")) - 1
                nodes.setdefault(service, set()).add(member.node)
        for service, some in sorted(nodes.items()):
            if starts[service] < starts[service + 1]:
                from_s = min(int(periods[need[n], 0]) for n in some)
                to_s = max(int(periods[need[n + 1] - 1, 1]) for n in some)
                yield int(starts[service]), int(starts[service + 1]), from_s, to_s

    def _effect(self, members: list[_Member], code: int) -> tuple[int, int, int, int] | None:
        """(node, place of the slot or -1 - origin, change, place of the slot from which it comes or -1)."""
        member, part, ends = members[code // root_sweep.CODES], code % root_sweep.CODES // 2, code % 2
        change, node = (-member.amount if ends else member.amount), self._nodes[member.node]
        if member.queues:
            if part != root_sweep.OPEN:
                return None  # Waiting while it is shut is in the totals.
            return member.node, -1 - node.origin(self._origin(member.op)), change, -1
        slot = node.slot(member.service, self._target(member.op, part))
        return member.node, slot, change, -1 if node.stock_state else node.slot("", node.idle)

    def _target(self, op: int, part: int) -> End | int:
        """Where a share goes that reaches a vehicle at a step: a root, or the next node."""
        name = self._place[op]
        if part == root_sweep.WORK:
            if self._facility[op] < 0:
                return End(name, TRAVEL)
            if self._plan.op_code[op] == rules.PASS:  # Its place is the direction in which it waits.
                return End(self._plan.labels.op_link[op] or name, TRAVEL)
            return End(name, AT_WORK)
        if part != root_sweep.OPEN:
            return End(name, SHUT_STATES[part])
        node = int(self._node_of_op[op])
        if node >= 0:
            return node
        return self._at_work_or_set(name, op)

    def _at_work_or_set(self, name: str, op: int) -> End:
        return End(name, AT_WORK if self._facility[op] >= 0 else self._set_by.get(name, QUOTA))

    def _origin(self, op: int) -> Origin:
        return Origin(self._place[op], self._group_of_op[op])

    def _add(self, origin: Origin, end: End, seconds: float) -> None:
        if end.state in SHUT_STATES.values() and end.root in self._without_servers:
            end = End(end.root, NO_SERVERS)
        self._seconds[origin, end] = self._seconds.get((origin, end), 0.0) + seconds

    def _add_swept(self, graph: BuiltGraph, gained: Floats, dead: Floats) -> None:
        """Add what slots received and what stays in deadlocks."""
        g = graph.arrays
        for z, (end, service) in enumerate(zip(graph.slot_end, graph.slot_service, strict=True)):
            node = self._nodes[g.slot_node[z]]
            for j, origin in enumerate(graph.origins[g.group[g.slot_node[z]]]):
                if end and (seconds := float(gained[g.gain[z] + j])):
                    self._add(origin if service is None else passed(origin, node, service), end, seconds)
        for n, node in enumerate(self._nodes):
            for j, origin in enumerate(graph.origins[g.group[n]]):
                if seconds := float(dead[g.row[n] + j]):
                    self._add(origin, End(node.idle.root, DEADLOCK), seconds)

    def _add_totals(self) -> None:
        """Add waiting while shut, and waiting where no server is kept elsewhere."""
        totals = self._output.causes
        for op in np.flatnonzero(totals.wait_s).tolist():
            name, origin = self._place[op], self._origin(op)
            closed, total = int(totals.closed_s[op]), int(totals.wait_s[op])
            shut = (totals.hours_s, totals.repair_s, totals.closure_s, totals.closure_or_pace_s, totals.share_s)
            parts = [int(seconds[op]) for seconds in shut]
            for state, seconds in zip((HOURS, REPAIR, CLOSURE, CLOSURE_OR_PACE, SHARE), parts, strict=True):
                self._add(origin, End(name, state), seconds)
            self._add(origin, End(name, HOURS_OR_PACE), closed - sum(parts))
            if self._node_of_op[op] < 0:
                self._add(origin, self._at_work_or_set(name, op), total - closed)


def _numbers(values: Ints | Ints32, size: int) -> tuple[Ints, Ints]:
    """The different values in [0, size), sorted, and where each value is among them; fast where these are few."""
    if size > LOOKED_UP:
        pairs, found = np.unique(values, return_inverse=True)
        return np.asarray(pairs, np.int64), np.asarray(found, np.int64)
    present = np.zeros(size, bool)
    present[values] = True
    return np.flatnonzero(present), (np.cumsum(present) - 1)[values]


def _numbered(graph: BuiltGraph, effect: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """An effect with the numbers of slots and origins in the graph."""
    node, slot, change, instead_of = effect
    number = graph.slot_number[node]
    if slot < 0:
        return node, -1 - graph.own_origin[node][-1 - slot], change, -1
    return node, number[slot], change, number[instead_of] if instead_of >= 0 else -1


def _periods_of(node: Ints, begin: Seconds, end: Seconds, from_s: int, n_nodes: int) -> tuple[Ints, Ints]:
    """Periods in which vehicles wait at each node.

    Returns (n_nodes + 1,) where those of each node begin, and (n, 2) begin and end.
    """
    order = np.lexsort((begin, node))
    node, begin, end = node[order], np.maximum(begin[order], from_s), end[order]
    span = int(end.max(initial=0)) + 1
    latest = np.maximum.accumulate(end + node * span)  # Of each node apart, as all times are below the span.
    new = np.ones(len(node), bool)
    new[1:] = begin[1:] + node[1:] * span > latest[:-1]
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(node)) - 1
    periods = np.stack([begin[first], latest[last] - node[last] * span], axis=1)
    return np.searchsorted(node[first], np.arange(n_nodes + 1)), np.ascontiguousarray(periods)


def _filled(function: Callable[..., int], *given: Any) -> Ints:
    """The keys of a function of events, called again with more room where needed."""
    keys = np.empty(4 * len(given[0]) + 64, np.int64)
    n = function(*given, keys)
    if n > len(keys):
        keys = np.empty(n, np.int64)
        function(*given, keys)
    return keys[:n]
