"""A port at an instant: who waits for each of its facilities and stocks, since when, and what its servers do.

Input: the visits of a run, a port and a second. Output: a part for each facility and stock in the diagram of the port
(:mod:`sim.kpi.port_layout`), in its order, then one for anything else at the port for which vehicles wait. The counts
are those of the replay (:mod:`sim.kpi.replay_frames`), after everything that happens at that second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridors.sides import DIRECTIONS
from sim.core.trace import Visits
from sim.kpi.port_layout import PortLayout, port_layouts, ports_of_ops
from sim.kpi.replay_frames import Queue, queues_of_ports
from sim.output.intervals import WaitReader, idle_ops, place_of_time
from sim.output.queue_lengths import waits_of
from sim.output.run_output import RunOutput
from sim.output.single_pass import pieces
from sim.output.stock_levels import stock_courses


@dataclass(frozen=True)
class Waiting:
    """The vehicles of one class that wait for a part."""

    klass: str
    count: int
    longest_s: int
    """Seconds since the first of them joined the queue."""


@dataclass(frozen=True)
class Part:
    """A facility or stock of a port in one direction; '' for vehicles of no direction."""

    thing: str
    direction: str
    waiting: tuple[Waiting, ...]
    """By class, most vehicles first."""
    servers: int | None
    """Servers at work, 0 while it is shut; None for what is no facility."""
    busy: int
    """Servers kept by vehicles, of both directions."""
    blocked: int
    """Those whose vehicle waits elsewhere, part of ``busy``."""
    level: float | None
    """Level of a stock; None for what is none."""

    @property
    def count(self) -> int:
        """Vehicles that wait."""
        return sum(one.count for one in self.waiting)


def port_at(visits: Visits, port: str, at_s: int) -> list[Part]:
    """The parts of a port at a second of a run."""
    layout = port_layouts(visits.plan).get(port, PortLayout((), ()))
    order = [(node.direction, node.thing) for node in layout.nodes]
    waiting = _waiting(visits, port, at_s, {thing: direction for direction, thing in reversed(order)})
    queues: dict[str, Queue] = {}
    for queue in queues_of_ports(visits, at_s, at_s + 1):
        if queue.port == port:
            queues.setdefault(queue.thing, queue)
    courses = zip(visits.plan.labels.stock, stock_courses(RunOutput.of(visits)), strict=True)
    levels = {name: float(course.after(at_s)) for name, course in courses}
    others = sorted(waiting.keys() - set(order), key=lambda key: ((*DIRECTIONS, key[0]).index(key[0]), key[1]))
    return [_part(direction, thing, waiting, queues, levels) for direction, thing in (*order, *others)]


_Key = tuple[str, str]
"""Direction and thing."""


def _part(
    direction: str,
    thing: str,
    waiting: dict[_Key, list[Waiting]],
    queues: dict[str, Queue],
    levels: dict[str, float],
) -> Part:
    own = tuple(sorted(waiting.get((direction, thing), ()), key=lambda one: (-one.count, one.klass)))
    queue = queues.get(thing)
    if queue is None or queue.is_stock:
        return Part(thing, direction, own, None, 0, 0, levels.get(thing))
    return Part(thing, direction, own, int(queue.servers[0]), int(queue.busy[0]), int(queue.blocked[0]), None)


def _waiting(visits: Visits, port: str, at_s: int, usual: dict[str, str]) -> dict[_Key, list[Waiting]]:
    """Who waits at a port by direction and thing; ``usual`` has the direction of those who cross no border there."""
    plan = visits.plan
    groups, home, things = waits_of(plan), ports_of_ops(plan), place_of_time(plan)
    here = np.array([(own or at) == port for (own, _, _), at in zip(groups, home, strict=True)], bool) & ~idle_ops(plan)
    count, since_s = np.zeros(plan.n_ops, np.int64), np.full(plan.n_ops, at_s, np.int64)
    for piece in pieces(visits):
        waits = piece.derived(WaitReader)
        now = here[waits.op] & (waits.queued_s <= at_s) & (waits.until_s > at_s)
        count += np.bincount(waits.op[now], minlength=plan.n_ops)
        np.minimum.at(since_s, waits.op[now], waits.queued_s[now])
    found: dict[tuple[str, str, str], list[int]] = {}
    for op in np.flatnonzero(count).tolist():
        own, direction, klass = groups[op]
        key = (direction if own else usual.get(things[op], ""), things[op], klass)
        found.setdefault(key, []).append(op)
    waiting: dict[_Key, list[Waiting]] = {}
    for (direction, thing, klass), ops in found.items():
        one = Waiting(klass, int(count[ops].sum()), at_s - int(since_s[ops].min()))
        waiting.setdefault((direction, thing), []).append(one)
    return waiting
