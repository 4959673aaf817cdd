"""The graph of a run along which waiting is followed: who keeps the servers that others wait for.

Input: edges and origins that occur in a run. Output: the arrays of :class:`~sim.output.root_sweep.Graph`, and what each
place of its results means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.output.root_sweep import Graph


class Origin(NamedTuple):
    """Waiting at one place by one group, and the first stock through which it was followed."""

    at: str
    group: int
    stock: str = ""
    stock_state: str = ""
    service: str = ""
    """The service that draws from that stock, or fills it."""


class End(NamedTuple):
    """A root: a facility, link, place or stock, and its state."""

    root: str
    state: str


@dataclass
class Node:
    """A facility whose servers are kept elsewhere, or one side of a stock."""

    name: str
    idle: End
    """The root where a vehicle waits although no server is kept: for a stock, itself."""
    stock_state: str = ""
    """'full' or 'empty' for a side of a stock."""
    own: list[Origin] = field(default_factory=list)
    slots: dict[tuple[str, End | int], int] = field(default_factory=dict)
    """Place among its slots of each (service, end or number of the next node)."""

    def slot(self, service: str, to: End | int) -> int:
        """The place of a slot, added if it is new."""
        return self.slots.setdefault((service, to), len(self.slots))

    def origin(self, origin: Origin) -> int:
        """The place of an origin of its queue, added if it is new."""
        if origin not in self.own:
            self.own.append(origin)
        return self.own.index(origin)


@dataclass(frozen=True)
class BuiltGraph:
    """The graph with the meaning of its numbers."""

    arrays: Graph
    slot_number: list[list[int]]
    """By node: number of each of its slots, in the order in which they were added."""
    own_origin: list[list[int]]
    """By node: number of each origin of its queue."""
    slot_end: list[End | None]
    slot_service: list[str | None]
    """None where no vehicle is there to take a share further."""
    origins: list[list[Origin]]
    """By group."""


def build(nodes: Sequence[Node]) -> BuiltGraph:
    """Number slots and origins of all nodes, in groups that waiting passes in one direction only."""
    edges = [sorted({to for _, to in list(node.slots) if isinstance(to, int)}) for node in nodes]
    groups = strong_groups(edges)
    group_of = {node: k for k, group in enumerate(groups) for node in group}
    origins = _origins(nodes, groups, group_of)
    place = [{origin: j for j, origin in enumerate(some)} for some in origins]

    slot_number: list[list[int]] = []
    slot_node: list[int] = []
    to: list[int] = []
    slot_end: list[End | None] = []
    slot_service: list[str | None] = []
    gain, becomes, slot, passing, idle = [0], [0][:0], [0], [0][:0], [0][:0]
    for n, node in enumerate(nodes):
        kinds = list(node.slots)
        order = sorted(range(len(kinds)), key=lambda k: not isinstance(kinds[k][1], int))
        numbers = [0] * len(kinds)
        mine = origins[group_of[n]]
        for k in order:
            service, target = kinds[k]
            numbers[k] = len(slot_node)
            slot_node.append(n)
            to.append(target if isinstance(target, int) else -1)
            slot_end.append(None if isinstance(target, int) else target)
            slot_service.append(service)
            gain.append(gain[-1] + len(mine))
            if isinstance(target, int):
                there = place[group_of[target]]
                becomes += [there.get(passed(origin, node, service), -1) for origin in mine]
            else:
                becomes += [-1] * len(mine)
        passing.append(slot[-1] + sum(isinstance(target, int) for _, target in kinds))
        idle.append(len(slot_node))
        slot_node.append(n)
        to.append(-1)
        slot_end.append(node.idle)
        slot_service.append(None)
        gain.append(gain[-1] + len(mine))
        becomes += [-1] * len(mine)
        slot.append(len(slot_node))
        slot_number.append(numbers)

    inside = [[z for z in range(slot[n], passing[n]) if group_of[to[z]] == group_of[n]] for n in range(len(nodes))]
    sources: list[list[int]] = [[] for _ in nodes]
    for n in range(len(nodes)):
        for z in range(slot[n], passing[n]):
            if group_of[to[z]] != group_of[n]:
                sources[to[z]].append(z)
    width = [len(origins[group_of[n]]) for n in range(len(nodes))]
    first_layer = [not origin.stock for n in range(len(nodes)) for origin in origins[group_of[n]]]
    arrays = Graph(
        group=_ints([group_of[n] for n in range(len(nodes))]),
        is_stock=np.array([bool(node.stock_state) for node in nodes], bool),
        row=_starts(width),
        slot=_ints(slot),
        passing=_ints(passing),
        idle=_ints(idle),
        members=_starts([len(group) for group in groups]),
        member_node=_ints([n for group in groups for n in group]),
        circular=np.array([any(inside[n] for n in group) for group in groups], bool),
        first_layer=np.array(first_layer, bool),
        source=_starts([len(some) for some in sources]),
        source_slot=_ints([z for some in sources for z in some]),
        slot_node=_ints(slot_node),
        to=_ints(to),
        gain=_ints(gain),
        becomes=_ints(becomes),
    )
    own = [[place[group_of[n]][origin] for origin in node.own] for n, node in enumerate(nodes)]
    return BuiltGraph(arrays, slot_number, own, slot_end, slot_service, origins)


def passed(origin: Origin, node: Node, service: str) -> Origin:
    """An origin after it was followed through a node: the first stock on the way is kept."""
    if not node.stock_state or origin.stock:
        return origin
    return origin._replace(stock=node.name, stock_state=node.stock_state, service=service)


def _origins(nodes: Sequence[Node], groups: list[list[int]], group_of: dict[int, int]) -> list[list[Origin]]:
    """By group, every origin that may reach one of its nodes."""
    found: list[dict[Origin, None]] = [{} for _ in groups]
    for k, group in enumerate(groups):
        for n in group:
            found[k].update(dict.fromkeys(nodes[n].own))
        for n in group:  # A stock inside a circle.
            for service, to in nodes[n].slots:
                if isinstance(to, int) and group_of[to] == k:
                    found[k].update(dict.fromkeys([passed(origin, nodes[n], service) for origin in found[k]]))
        for n in group:
            for service, to in nodes[n].slots:
                if isinstance(to, int) and group_of[to] != k:
                    further = (passed(origin, nodes[n], service) for origin in found[k])
                    found[group_of[to]].update(dict.fromkeys(further))
    return [list(some) for some in found]


def strong_groups(edges: Sequence[Sequence[int]]) -> list[list[int]]:
    """Nodes that reach each other, together; a group comes before those that it reaches (Tarjan, without recursion).

    A run has some dozens of nodes, and NetworkX, which has this function, takes 0.1 s to import.
    """
    index: dict[int, int] = {}
    lowest: dict[int, int] = {}
    open_nodes: list[int] = []
    found: list[list[int]] = []
    for start in range(len(edges)):
        if start in index:
            continue
        todo = [(start, 0)]
        while todo:
            n, k = todo.pop()
            if k == 0:
                index[n] = lowest[n] = len(index)
                open_nodes.append(n)
            else:
                lowest[n] = min(lowest[n], lowest[edges[n][k - 1]])
            while k < len(edges[n]) and edges[n][k] in index:
                if edges[n][k] in open_nodes:
                    lowest[n] = min(lowest[n], index[edges[n][k]])
                k += 1
            if k < len(edges[n]):
                todo += [(n, k + 1), (edges[n][k], 0)]
            elif lowest[n] == index[n]:
                at = open_nodes.index(n)
                found.append(sorted(open_nodes[at:]))
                del open_nodes[at:]
    return found[::-1]


def _starts(sizes: Sequence[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _ints(values: Sequence[int]) -> np.ndarray:
    return np.array(values, np.int64)
