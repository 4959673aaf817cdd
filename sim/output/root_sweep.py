"""The loops behind :mod:`sim.output.waiting_roots`, as plain Python and as machine code (:func:`loops`).

:func:`kept_spells` and the functions of events turn rows into spells and events, :func:`sweep` follows waiting through
the events in order of time.

The sweep integrates. Every node has waiting rates by origin: its own queue, and the share that reaches it from nodes
whose servers are kept by vehicles that wait here. A rate divided by the servers kept is integrated over time
(``potential``); a slot (the servers of a node in one state) receives its number of servers times the growth of that
integral. Rates are computed anew only where something changes, in the order of the graph; nodes of a circle are solved
together.

All functions are in one file, because numba's cache of machine code is kept by file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints
from sim.output import machine_loops

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_int: Any = np.int64

WORK: Final = 0
OPEN: Final = 1
HOURS: Final = 2
PACE: Final = 3
REPAIR: Final = 4
CLOSURE: Final = 5
CLOSURE_OR_PACE: Final = 6
SHARE: Final = 7
PARTS: Final = 8
"""Parts of a spell: at work; waiting at an open facility or for a stock; waiting at a facility outside its opening
hours, after arriving while it was shut; waiting there since before; waiting while all its servers are under repair; and
waiting during a closure, again after arriving while it was shut, and since before; waiting while none of a share of
servers is at work."""
CODES: Final = 2 * PARTS
"""Codes of events of a member: for each part its begin and its end."""


class Graph(NamedTuple):
    """Who keeps whom, as arrays. Nodes are facilities and sides of stocks; a *group* is a set of nodes that may form a
    circle, groups are in the order in which waiting passes from one to the next; origins are counted within a group.

    Slots of a node are neighbours: first those that pass waiting on to a node, then those that end it.
    """

    group: Ints
    """(nN,) group of each node."""
    is_stock: Bools
    row: Ints
    """(nN + 1,) places of (node, origin) in arrays of rates."""
    slot: Ints
    """(nN + 1,) slots of each node."""
    passing: Ints
    """(nN,) the end of the slots that pass on."""
    idle: Ints
    """(nN,) the slot that receives the waiting at a node that keeps no server at all."""
    members: Ints
    """(nG + 1,) places in ``member_node`` of the nodes of each group."""
    member_node: Ints
    circular: Bools
    """(nG,) whether the group has an edge inside."""
    first_layer: Bools
    """(rows of the first nodes,) by the place of (node, origin): origins that passed no stock."""
    source: Ints
    """(nN + 1,) places in ``source_slot`` of the slots that pass on to each node from other groups."""
    source_slot: Ints
    slot_node: Ints
    """(nZ,)"""
    to: Ints
    """(nZ,) node to which a slot passes on, -1 for none."""
    gain: Ints
    """(nZ + 1,) places of (slot, origin) in the result."""
    becomes: Ints
    """By the place of (slot, origin): the origin in the group of the next node."""


class Code(NamedTuple):
    """Effects of event codes, arrays (n_codes,)."""

    node: Ints
    """-1 for no effect."""
    slot: Ints
    """Or -1 - origin for a vehicle that joins or leaves the queue of the node."""
    change: Ints
    instead_of: Ints
    """The slot from which these servers come, -1 where the servers of the node become more."""


def kept_spells(
    holds: Ints,
    vehicle: Any,
    op: Any,
    queued: Any,
    started: Any,
    finished: Any,
    departed: Any,
    horizon: int,
    hold_op: Any,
    at_op: Any,
    waits: Any,
    from_s: Any,
    to_s: Any,
    is_hold: Bools,
) -> int:
    """Follow the vehicles of some HOLD rows until the server is given up; return the number of spells.

    ``holds`` are positions of rows whose work ends before they are departed from, when the server is given up. Op of
    the HOLD, op of the step, whether the vehicle waits there, and the time from and to are written, and which HOLDs
    there are. Where the room is too small, spells are only counted.
    """
    n, room = 0, len(hold_op)
    for k in range(len(holds)):
        first = _int(holds[k])
        last = _int(departed[first]) if departed[first] >= 0 else horizon
        i, before = first + 1, n
        while i < len(vehicle) and vehicle[i] == vehicle[first] and queued[i] < last:
            begin = _int(started[i]) if started[i] >= 0 else horizon
            end = _int(finished[i]) if finished[i] >= 0 else horizon
            times = (_int(queued[i]), min(begin, last), min(end, last))
            for part in range(2):
                if times[part] < times[part + 1]:
                    if n < room:
                        hold_op[n] = op[first]
                        at_op[n] = op[i]
                        waits[n] = part == 0
                        from_s[n] = times[part]
                        to_s[n] = times[part + 1]
                    n += 1
            i += 1
        is_hold[op[first]] |= n > before
    return n


def _first_after(periods: Ints, low: int, high: int, near: int, time: int) -> int:
    """The first of some periods (begin and end, ascending) that ends after a time, searched from a near one."""
    near = min(max(near, low), high)
    while near > low and periods[near - 1, 1] > time:
        near -= 1
    while near < high and periods[near, 1] <= time:
        near += 1
    return near


def overlapping(hold_op: Any, from_s: Any, to_s: Any, node_of_op: Ints, need: Ints, needed: Ints, found: Ints) -> int:
    """Find the spells of kept servers in the periods in which vehicles wait for these; return how many there are."""
    n = _int(0)
    near = np.zeros(len(need), np.int64)
    for k in range(len(hold_op)):
        node = node_of_op[hold_op[k]]
        if node >= 0:
            last = need[node + 1]
            first = _first_after(needed, need[node], last, near[node], _int(from_s[k]))
            near[node] = first
            if first < last and needed[first, 0] < to_s[k]:
                found[n] = k
                n += 1
    return n


def _put(keys: Ints, n: int, bits: int, code: int, a: int, b: int, from_s: int, needed: Ints, k: int, last: int) -> int:
    """Add begin and end of a spell if it overlaps a needed period; ``k`` is the first that ends after it begins.

    It begins with that period at the earliest: what servers are kept is known in needed periods only.
    """
    a = max(a, from_s)
    while k < last and needed[k, 1] <= a:
        k += 1
    if a >= b or k == last or needed[k, 0] >= b:
        return n
    if n + 2 <= len(keys):
        keys[n] = (max(a, needed[k, 0]) << bits) | code
        keys[n + 1] = (b << bits) | (code + 1)
    return n + 2


def _put_wait(
    keys: Ints,
    n: int,
    bits: int,
    code: int,
    a: int,
    b: int,
    from_s: int,
    needed: Ints,
    k: int,
    last: int,
    shut: Ints,
    i: int,
    last_shut: int,
) -> int:
    """Add a wait in its parts; ``i`` is the first shut period that ends after it begins.

    ``shut`` (n, 5) has begin, end, since when the facility is shut, and the parts of a vehicle that arrived since then
    and of one that arrived before.
    """
    queued = a
    while i < last_shut and shut[i, 0] < b:
        closes, opens = shut[i, 0], shut[i, 1]
        if a < closes:
            n = _put(keys, n, bits, code + 2 * OPEN, a, closes, from_s, needed, k, last)
        part = shut[i, 3] if queued >= shut[i, 2] else shut[i, 4]
        n = _put(keys, n, bits, code + 2 * part, max(a, closes), min(b, opens), from_s, needed, k, last)
        a = opens
        i += 1
    return _put(keys, n, bits, code + 2 * OPEN, a, b, from_s, needed, k, last)


def spell_events(
    member: Ints,
    waits: Ints,
    begin: Ints,
    end: Ints,
    from_s: int,
    member_node: Ints,
    member_shut: Ints,
    shut: Ints,
    need: Ints,
    needed: Ints,
    bits: int,
    keys: Ints,
) -> int:
    """Add the events of spells; return how many there are. Where the room of ``keys`` is too small, they are counted.

    ``member_shut`` (n_members, 2) has the places in ``shut`` of the periods in which its facility is shut, ``need``
    (nN + 1,) those in ``needed`` of the periods in which vehicles wait at each node.
    """
    n = _int(0)
    near = np.zeros((2, len(member_node)), np.int64)
    for k in range(len(member)):
        m = _int(member[k])
        a, b = _int(begin[k]), _int(end[k])
        code, last = m * CODES, need[member_node[m] + 1]
        first = _first_after(needed, need[member_node[m]], last, near[0, m], a)
        near[0, m] = first
        if first == last or needed[first, 0] >= b:
            continue
        if waits[k]:
            i = _first_after(shut, member_shut[m, 0], member_shut[m, 1], near[1, m], a)
            near[1, m] = i
            n = _put_wait(keys, n, bits, code, a, b, from_s, needed, first, last, shut, i, member_shut[m, 1])
        else:
            n = _put(keys, n, bits, code + 2 * WORK, a, b, from_s, needed, first, last)
    return n


def row_events(
    op: Any,
    queued: Any,
    started: Any,
    finished: Any,
    horizon: int,
    from_s: int,
    members_of: Ints,
    member_node: Ints,
    member_shut: Ints,
    shut: Ints,
    need: Ints,
    needed: Ints,
    bits: int,
    keys: Ints,
) -> int:
    """Likewise for the spells of rows, once for each member of the row's op: ``members_of`` (nO, 2) is a range."""
    n = _int(0)
    near = np.zeros((2, len(member_node)), np.int64)
    for r in range(len(op)):
        o = _int(op[r])
        for m in range(members_of[o, 0], members_of[o, 1]):
            a = _int(queued[r])
            begin = _int(started[r]) if started[r] >= 0 else horizon
            end = _int(finished[r]) if finished[r] >= 0 else horizon
            node = member_node[m]
            code, last = m * CODES, need[node + 1]
            first = _first_after(needed, need[node], last, near[0, node], a)
            near[0, node] = first
            if first == last or needed[first, 0] >= end:
                continue
            if a < begin:
                i = _first_after(shut, member_shut[m, 0], member_shut[m, 1], near[1, m], a)
                near[1, m] = i
                n = _put_wait(keys, n, bits, code, a, begin, from_s, needed, first, last, shut, i, member_shut[m, 1])
            begin = max(begin, from_s)  # As in _put, whose call costs more than its work.
            while first < last and needed[first, 1] <= begin:
                first += 1
            if begin < end and first < last and needed[first, 0] < end:
                if n + 2 <= len(keys):
                    keys[n] = (begin << bits) | (code + 2 * WORK)
                    keys[n + 1] = (end << bits) | (code + 2 * WORK + 1)
                n += 2
    return n


def _eliminate(matrix: Floats, right: Floats) -> None:
    """Solve a system of equations in place, with the largest pivot of each column."""
    n = len(matrix)
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(matrix[i, k]) > abs(matrix[pivot, k]):
                pivot = i
        if pivot != k:
            for j in range(n):
                matrix[k, j], matrix[pivot, j] = matrix[pivot, j], matrix[k, j]
            for j in range(right.shape[1]):
                right[k, j], right[pivot, j] = right[pivot, j], right[k, j]
        for i in range(n):
            if i != k and matrix[i, k] != 0.0:
                by = matrix[i, k] / matrix[k, k]
                for j in range(k, n):
                    matrix[i, j] -= by * matrix[k, j]
                for j in range(right.shape[1]):
                    right[i, j] -= by * right[k, j]
    for k in range(n):
        for j in range(right.shape[1]):
            right[k, j] /= matrix[k, k]


def _find_deadlocked(weight: Floats, escapes: Bools, reaches: Bools, found: Bools) -> None:
    """Find the nodes of a circle that nothing leaves: all that they reach reaches them, and nothing ends or leaks.

    ``escapes`` has the nodes that leak, ``reaches`` the pairs of positive weight; both are completed.
    """
    n = len(weight)
    changed = True
    while changed:
        changed = False
        for a in range(n):
            for b in range(n):
                if not escapes[a] and escapes[b] and weight[a, b] > 0.0:
                    escapes[a] = changed = True
    for k in range(n):
        for a in range(n):
            for b in range(n):
                if reaches[a, k] and reaches[k, b]:
                    reaches[a, b] = True
    for a in range(n):
        found[a] = not escapes[a]
        for b in range(n):
            if reaches[a, b] and not reaches[b, a]:
                found[a] = False


def _solve_circle(
    g: Graph, group: int, number: Ints, servers: Ints, inflow: Floats, result: Floats, is_stuck: Bools
) -> None:
    """Find the waiting rates of nodes between which waiting may pass in circles.

    ``inflow`` (nodes of the group, origins) has their queues and the waiting that other groups pass on, ``result`` the
    rates (same shape). A deadlocked node (``is_stuck``) keeps what it receives. Waiting that passes a stock counts for
    another origin from there on, so origins that passed none are solved first.
    """
    first = g.members[group]
    size, width = inflow.shape
    local = np.full(len(g.group), -1, np.int64)
    weight = np.zeros((size, size))
    leaks, reaches = np.zeros(size, np.bool_), np.zeros((size, size), np.bool_)
    for a in range(size):
        local[g.member_node[first + a]] = a
    for a in range(size):
        n = g.member_node[first + a]
        staying = 0
        for z in range(g.slot[n], g.passing[n]):
            if number[z] and g.group[g.to[z]] == group:
                staying += number[z]
                weight[a, local[g.to[z]]] += number[z] / servers[n]
                reaches[a, local[g.to[z]]] = True
        leaks[a] = staying < servers[n] or servers[n] == 0
    _find_deadlocked(weight, leaks, reaches, is_stuck)
    origin = g.row[g.member_node[first]]
    for layer in range(2):
        matrix, right = np.zeros((size, size)), np.zeros((size, width))
        for a in range(size):
            matrix[a, a] = 1.0
        for a in range(size):
            for j in range(width):
                if g.first_layer[origin + j] == (layer == 0):
                    right[a, j] = inflow[a, j]
            if not is_stuck[a] and not (layer == 0 and g.is_stock[g.member_node[first + a]]):
                for b in range(size):
                    matrix[b, a] -= weight[a, b]
        _eliminate(matrix, right)
        for a in range(size):
            n = g.member_node[first + a]
            for j in range(width):
                if g.first_layer[origin + j] == (layer == 0):
                    result[a, j] = right[a, j]
                    if layer == 0 and g.is_stock[n] and not is_stuck[a] and right[a, j] != 0.0:
                        for z in range(g.slot[n], g.passing[n]):
                            if number[z] and g.group[g.to[z]] == group:
                                passed = right[a, j] * number[z] / servers[n]
                                inflow[local[g.to[z]], g.becomes[g.gain[z] + j]] += passed


def _collect(z: int, first: int, gain: Ints, number: Ints, potential: Floats, before: Floats, gained: Floats) -> None:
    """Give a slot what its servers received since it was last collected; ``first`` is the row of its node."""
    place, end = gain[z], gain[z + 1]
    while place < end:
        gained[place] += number[z] * (potential[first] - before[place])
        before[place] = potential[first]
        first += 1
        place += 1


def sweep(g: Graph, code: Code, keys: Ints, bits: int, from_s: int, horizon: int, gained: Floats, dead: Floats) -> None:
    """Follow waiting through sorted events; fill the seconds of each (slot, origin) and of deadlocked (node, origin).

    Long, because small functions that take many arrays cost more than their work.
    """
    group_of, row, slot, passing, idle, to = g.group, g.row, g.slot, g.passing, g.idle, g.to
    members, member_node, circular, gain, becomes = g.members, g.member_node, g.circular, g.gain, g.becomes
    source, source_slot, slot_node = g.source, g.source_slot, g.slot_node
    code_node, code_slot, code_change, code_instead = code.node, code.slot, code.change, code.instead_of
    n_nodes, n_groups, n_rows = len(group_of), len(circular), len(dead)
    queue = np.zeros(n_rows, np.int64)
    number = np.zeros(len(slot_node), np.int64)
    servers = np.zeros(n_nodes, np.int64)
    settled = np.zeros(n_nodes, np.int64)
    last_s = np.full(n_nodes, from_s, np.int64)
    rate, stuck, potential = np.zeros(n_rows), np.zeros(n_rows), np.zeros(n_rows)
    before = np.zeros(len(gained))
    is_due = np.zeros(n_groups, np.bool_)
    largest = widest = 1
    for group in range(n_groups):
        largest = max(largest, members[group + 1] - members[group])
    for n in range(n_nodes):
        number[idle[n]] = 1
        widest = max(widest, row[n + 1] - row[n])
    # Room for any group: what is looked at most often has one node, for which new arrays cost more than the work.
    inflows, no_one = np.zeros((largest, widest)), np.zeros(largest, np.bool_)
    mask = (1 << bits) - 1
    k, n_keys = 0, len(keys)
    while k < n_keys:
        t = keys[k] >> bits
        low, high = n_groups, -1
        while k < n_keys and keys[k] >> bits == t:
            c = keys[k] & mask
            k += 1
            n = code_node[c]
            if n < 0:
                continue
            lasted = t - last_s[n]
            if lasted:
                for j in range(row[n], row[n + 1]):
                    potential[j] += rate[j] * lasted
                    dead[j] += stuck[j] * lasted
                last_s[n] = t
            z, change, due = code_slot[c], code_change[c], group_of[n]
            low, high = min(low, due), max(high, due)
            if z < 0:
                queue[row[n] - 1 - z] += change
                is_due[due] = True
                continue
            _collect(z, row[n], gain, number, potential, before, gained)
            number[z] += change
            if to[z] >= 0:
                due = group_of[to[z]]
                is_due[due] = True
                high = max(high, due)
            z = code_instead[c]
            if z >= 0:
                _collect(z, row[n], gain, number, potential, before, gained)
                number[z] -= change
                continue
            servers[n] += change
            if servers[n] == 0 or servers[n] == change:
                z = idle[n]
                _collect(z, row[n], gain, number, potential, before, gained)
                number[z] = 1 if servers[n] == 0 else 0
        group = low
        while group <= high:
            first, end = members[group], members[group + 1]
            looked = is_due[group]
            for a in range(first, end):
                looked = looked or servers[member_node[a]] != settled[member_node[a]]
            if not looked:
                group += 1
                continue
            is_due[group] = False
            width = row[member_node[first] + 1] - row[member_node[first]]
            inflow = inflows[: end - first, :width]
            result, is_stuck = inflow, no_one
            for a in range(end - first):
                n = member_node[first + a]
                for j in range(width):
                    inflow[a, j] = queue[row[n] + j]
                for i in range(source[n], source[n + 1]):
                    z = source_slot[i]
                    if number[z]:
                        j = row[slot_node[z]]
                        for place in range(gain[z], gain[z + 1]):
                            inflow[a, becomes[place]] += number[z] * rate[j]
                            j += 1
            if circular[group]:
                result, is_stuck = np.zeros((end - first, width)), np.zeros(end - first, np.bool_)
                _solve_circle(g, group, number, servers, inflow, result, is_stuck)
            for a in range(end - first):
                n = member_node[first + a]
                settled[n] = servers[n]
                share = 0.0 if is_stuck[a] else 1.0 / max(servers[n], 1)
                kept = 1.0 if is_stuck[a] else 0.0
                changed = False
                for j in range(width):
                    changed = changed or rate[row[n] + j] != result[a, j] * share
                    changed = changed or stuck[row[n] + j] != result[a, j] * kept
                if changed:
                    lasted = t - last_s[n]
                    for j in range(row[n], row[n + 1]):
                        potential[j] += rate[j] * lasted
                        dead[j] += stuck[j] * lasted
                        rate[j] = result[a, j - row[n]] * share
                        stuck[j] = result[a, j - row[n]] * kept
                    last_s[n] = t
                    for z in range(slot[n], passing[n]):
                        due = group_of[to[z]]
                        if due > group:
                            is_due[due] = True
                            high = max(high, due)
            group += 1
    for n in range(n_nodes):
        lasted = horizon - last_s[n]
        for j in range(row[n], row[n + 1]):
            potential[j] += rate[j] * lasted
            dead[j] += stuck[j] * lasted
        for z in range(slot[n], slot[n + 1]):
            _collect(z, row[n], gain, number, potential, before, gained)


class Loops(NamedTuple):
    """The functions that are called from elsewhere."""

    kept_spells: Callable[..., int]
    overlapping: Callable[..., int]
    spell_events: Callable[..., int]
    row_events: Callable[..., int]
    sweep: Callable[..., None]


PLAIN: Final = Loops(kept_spells, overlapping, spell_events, row_events, sweep)
HELPERS: Final = (_first_after, _put, _put_wait, _eliminate, _find_deadlocked, _solve_circle, _collect)
"""What they call."""


def loops(n_visits: int) -> Loops:
    """The loops for a run of so many visits."""
    return machine_loops.suiting(n_visits, PLAIN, HELPERS)


def machine_code() -> Loops:
    """The loops as machine code; plain without numba."""
    return machine_loops.machine_code(PLAIN, HELPERS)
