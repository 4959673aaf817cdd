"""Layout of a port as a diagram: facilities and stocks from left to right in the order of the steps of its vehicles.

Input: a plan. Output (:class:`PortLayout`): for each direction of a port the facilities and stocks for which its
vehicles may wait, each in a column after all that come before it, and the steps that lead from one to the next. A
facility that both directions use is in the diagram of each. Vehicles that cross no border and draw from a stock of the
port, or fill it (trains that take coal from its yard), belong to the direction of those who fill it, or draw from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from corridors.sides import DIRECTIONS
from sim.core.plan import Plan
from sim.output.intervals import facility_of_op, idle_ops, place_of_time, stock_of_op
from sim.output.queue_lengths import waits_of

CARGO = ("cargo", "containers")
"""Kinds of stocks that connect those who bring cargo with those who take it."""


@dataclass(frozen=True)
class Node:
    """A facility or stock in the diagram of one direction."""

    thing: str
    direction: str
    column: int
    row: int


@dataclass(frozen=True)
class PortLayout:
    """The diagram of a port."""

    nodes: tuple[Node, ...]
    """By direction, column and row."""
    edges: tuple[tuple[int, int], ...]
    """Positions of nodes between which a vehicle goes without another one of the port."""


def port_layouts(plan: Plan) -> dict[str, PortLayout]:
    """The diagram of each port of a plan."""
    chains: dict[str, dict[str, list[list[str]]]] = {}
    waits, things, idle = waits_of(plan), place_of_time(plan), idle_ops(plan)
    queues = np.maximum(facility_of_op(plan), stock_of_op(plan)) >= 0
    own: dict[tuple[str, str, str], list[str]] = {}
    inland: dict[tuple[str, str], list[str]] = {}
    home = ports_of_ops(plan)
    for op in np.flatnonzero(queues & ~idle).tolist():
        port, direction, _ = waits[op]
        service = plan.labels.op_service[op]
        if port:
            own.setdefault((port, direction, service), []).append(things[op])
        elif home[op]:
            inland.setdefault((home[op], service), []).append(things[op])
    kinds = zip(plan.labels.stock, plan.labels.stock_kind, strict=True)
    stocks = {id for id, kind in kinds if kind in CARGO}
    for (port, service), steps in inland.items():
        shared = {at for (there, at, _), other in own.items() if there == port and stocks & {*steps} & {*other}}
        if len(shared) == 1:
            own[port, shared.pop(), service] = steps
    for (port, direction, _), steps in sorted(own.items()):
        chains.setdefault(port, {}).setdefault(direction, []).append(list(dict.fromkeys(steps)))
    return {port: _laid_out(of_port) for port, of_port in chains.items()}


def ports_of_ops(plan: Plan) -> list[str]:
    """(nO,) the port of the facility or stock of each op, '' for none."""
    labels = plan.labels
    facility, stock = facility_of_op(plan).tolist(), stock_of_op(plan).tolist()
    return [
        labels.facility_port[facility[op]]
        if facility[op] >= 0
        else labels.stock_port[stock[op]]
        if stock[op] >= 0
        else ""
        for op in range(plan.n_ops)
    ]


def _laid_out(chains: dict[str, list[list[str]]]) -> PortLayout:
    nodes: list[Node] = []
    edges: list[tuple[int, int]] = []
    for direction, steps in sorted(chains.items(), key=lambda item: DIRECTIONS.index(item[0])):
        pairs = sorted({pair for chain in steps for pair in pairwise(chain)})
        column = _columns(steps, pairs)
        first, position = len(nodes), dict[str, int]()
        rows: dict[str, int] = {}
        for at in sorted(set(column.values())):
            here = [thing for thing, where in column.items() if where == at]
            before = {thing: [rows[a] for a, b in pairs if b == thing and a in rows] for thing in here}
            # Beside those from which its vehicles come, so that lines cross little.
            here.sort(key=lambda thing: (np.mean(before[thing]) if before[thing] else len(rows), thing))
            for row, thing in enumerate(here):
                rows[thing] = row
                position[thing] = first + len(position)
                nodes.append(Node(thing, direction, at, row))
        edges += [(position[a], position[b]) for a, b in pairs if column[a] < column[b]]
    return PortLayout(tuple(nodes), tuple(sorted(edges)))


def _columns(chains: list[list[str]], pairs: list[tuple[str, str]]) -> dict[str, int]:
    """The column of each thing: after all that come before it. Of steps in a circle, the one that is usually later."""
    places: dict[str, list[float]] = {}
    for chain in chains:
        for k, thing in enumerate(chain):
            places.setdefault(thing, []).append(k / len(chain))
    mean = {thing: sum(own) / len(own) for thing, own in places.items()}
    column = dict.fromkeys(places, 0)
    reaches = _reachable(pairs)
    forward = [(a, b) for a, b in pairs if a not in reaches.get(b, set()) or (mean[a], a) < (mean[b], b)]
    for _ in range(len(places)):
        later = {
            b: column[a] + 1 for a, b in sorted(forward, key=lambda pair: column[pair[0]]) if column[b] <= column[a]
        }
        if not later:
            break
        column |= later
    return column


def _reachable(pairs: list[tuple[str, str]]) -> dict[str, set[str]]:
    """All that follows each thing, by any number of steps."""
    found: dict[str, set[str]] = {}
    for a, b in pairs:
        found.setdefault(a, set()).add(b)
    while True:
        more = {a: own.union(*(found.get(b, set()) for b in own)) for a, own in found.items()}
        if more == found:
            return found
        found = more
