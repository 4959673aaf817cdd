"""Queue lengths day by day and at regular instants, which show whether a queue is stable or grows.

Input: a scan. Output: one row a day, or an instant, from the first simulated day, warm-up included, because the end of
the warm-up is itself determined from these series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.core.plan import Ints, Ints32, Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Visits
from sim.core.units import DAY_S
from sim.core.wait_causes import ORDER
from sim.output.crossings import Floats, Group, groups_of
from sim.output.intervals import WaitReader, facility_of_op, idle_ops, place_of_time, stock_of_op
from sim.output.single_pass import Piece

if TYPE_CHECKING:
    import pandas as pd


def waits_of(plan: Plan) -> list[Group]:
    """Per op the (port, direction, class) to which waiting there is assigned.

    As a rule that of the step. A vehicle that waits elsewhere for a facility of a port (boxes inland for a place on a
    train across) waits for that port, in the direction in which its service crosses it next, or crossed it last if
    there is no next crossing. So does one that waits at the gate of an order about a port. ('', '', class) on the open
    line.
    """
    labels = plan.labels
    crossed: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for op, (service, port, direction) in enumerate(
        zip(labels.op_service, labels.op_port, labels.op_direction, strict=True)
    ):
        if port and direction:
            crossed.setdefault((service, port), []).append((op, direction))
    groups = []
    stocks = stock_of_op(plan).tolist()
    for op, facility in enumerate(facility_of_op(plan).tolist()):
        service, port, own = labels.op_service[op], labels.op_port[op], labels.op_direction[op]
        if not port and facility >= 0:
            port = labels.facility_port[facility]
        elif not port and stocks[op] >= 0 and labels.stock_kind[stocks[op]] == ORDER:
            port = labels.stock_port[stocks[op]]
        if not own and (ways := crossed.get((service, port))):
            own = next((direction for later, direction in ways if later > op), ways[-1][1])
        groups.append((port if own else "", own, labels.op_class[op]))
    return groups


def queues_of(plan: Plan) -> tuple[list[tuple[Group, str]], Ints]:
    """The groups of steps with the places where they wait, sorted, and per op its position there."""
    of_op = list(zip(plan.once(waits_of), plan.once(place_of_time), strict=True))
    queues = sorted(set(of_op))
    number = {queue: k for k, queue in enumerate(queues)}
    return queues, np.array([number[queue] for queue in of_op], np.int64)


@dataclass(frozen=True)
class DailyQueues:
    """Vehicles that wait, day by day or over other equal periods, by group of steps and by place."""

    keys: list[tuple[Group, str]]
    """(port, direction, class), '' for port and direction on the open line, and the facility or stock waited for."""
    waiting_s: Ints
    """(n_keys, n_days) vehicle-seconds of waiting."""
    at_end: Ints
    """(n_keys, n_days) vehicles that wait as the day ends."""
    every_s: int = DAY_S

    @staticmethod
    def of_events(keys: list[tuple[Group, str]], on_the_day: Ints, begun: Ints, every_s: int = DAY_S) -> DailyQueues:
        """Of the waits that began less those that ended on each day: the seconds of the day behind each event, and
        their number. Arrays are (n_keys, n_days + 1), what happened after the last whole day included."""
        at_end = np.cumsum(begun, axis=1)
        waiting_s = on_the_day + (at_end - begun) * every_s
        return DailyQueues(keys, waiting_s[:, :-1], at_end[:, :-1], every_s)

    def of_congestion(self, plan: Plan) -> DailyQueues:
        """The same without the places where vehicles wait for demand, idle and in no queue."""
        at = plan.once(place_of_time)
        places = {at[op] for op in np.flatnonzero(idle_ops(plan))}
        kept = [k for k, (_, place) in enumerate(self.keys) if place not in places]
        return DailyQueues([self.keys[k] for k in kept], self.waiting_s[kept], self.at_end[kept], self.every_s)

    @property
    def vehicles(self) -> Floats:
        """(n_keys, n_days) mean number of vehicles that wait."""
        return self.waiting_s / self.every_s

    def by_group(self) -> dict[Group, tuple[Floats, Ints]]:
        """Vehicles that wait for each port, as a mean and as the day ends, each (n_days,), of every group of steps."""
        found: dict[Group, tuple[Ints, Ints]] = {}
        for (group, _), waiting_s, at_end in zip(self.keys, self.waiting_s, self.at_end, strict=True):
            if group[0]:
                before = found.get(group, (0, 0))
                found[group] = before[0] + waiting_s, before[1] + at_end
        return {group: (waiting_s / self.every_s, at_end) for group, (waiting_s, at_end) in found.items()}


class PeriodQueueObserver:
    """Adds up the waiting over periods of ``every_s`` seconds; that of days is in :mod:`sim.output.step_records`."""

    def __init__(self, visits: Visits, every_s: int) -> None:
        plan = visits.plan
        self._every_s = every_s
        self._keys, self._key_of_op = queues_of(plan)
        self._shape = (len(self._keys), plan.horizon_s // every_s + 1)
        self._on_the_day, self._begun = (np.zeros(self._shape, np.int64) for _ in range(2))

    def add(self, piece: Piece) -> None:
        """Add the waits of a piece."""
        waited = piece.derived(WaitReader)
        key = self._key_of_op[waited.op]
        self._count(key, waited.queued_s, 1)
        self._count(key, waited.until_s, -1)

    def result(self) -> DailyQueues:
        """The queues of all periods."""
        return DailyQueues.of_events(self._keys, self._on_the_day, self._begun, self._every_s)

    def _count(self, key: Ints, events_s: Ints, sign: int) -> None:
        day = np.minimum(events_s // self._every_s, self._shape[1] - 1)
        cell = key * self._shape[1] + day
        np.add.at(self._on_the_day.reshape(-1), cell, sign * ((day + 1) * self._every_s - events_s))
        np.add.at(self._begun.reshape(-1), cell, sign)


@dataclass(frozen=True)
class QueueSeries:
    """Vehicles waiting and inside some groups of steps at regular instants from second 0."""

    groups: Sequence[Group]
    times_s: Ints
    happened: Ints
    """(3, n_instants, n_groups) visits queued, started and finished since the instant before."""

    def table(self, port: str | None = None) -> pd.DataFrame:
        """One row a group and instant, those of one port or of all: time_s, direction, class, waiting, inside.

        waiting: in a queue; inside: at one of the steps, waiting or served.
        """
        import pandas as pd

        n = len(self.times_s)
        mine = [k for k, group in enumerate(self.groups) if port in (None, group[0])]
        queued, started, finished = self.happened[:, :, mine].cumsum(axis=1)
        named = [self.groups[k][1:] for k in mine for _ in range(n)]
        table = pd.DataFrame(named, columns=["direction", "class"])
        table.insert(0, "time_s", np.tile(self.times_s, len(mine)))
        table["waiting"] = (queued - started).T.ravel()
        table["inside"] = (queued - finished).T.ravel()
        return table


class QueueObserver:
    """Counts the visits of some groups of steps between regular instants."""

    def __init__(self, plan: Plan, every_s: int, groups: Sequence[Group], group_of_op: Ints32) -> None:
        self._every_s = every_s
        self._groups = groups
        self._group_of_op = group_of_op.astype(np.int64)
        self._times_s = np.arange(0, plan.horizon_s, every_s)
        # (queued, started, finished; instant; group). Events after the last instant are in one more.
        self._happened = np.zeros((3, (len(self._times_s) + 1) * len(groups)), np.int64)

    @staticmethod
    def of_ports(plan: Plan, every_s: int) -> QueueObserver:
        """Of the steps that count for a port, by (port, direction, class); without idle vehicles."""
        groups, group_of_op = groups_of(plan)
        return QueueObserver(plan, every_s, groups, np.where(idle_ops(plan), -1, group_of_op).astype(np.int32))

    def add(self, piece: Piece) -> None:
        """Add the rows of a piece."""
        rows = piece.rows
        group = self._group_of_op[rows.op]
        here = group >= 0
        for happened, moments_s in zip(self._happened, (rows.queued_s, rows.started_s, rows.finished_s), strict=True):
            some = np.flatnonzero(here & (moments_s != NOT_YET))
            if len(some):
                # Counted at the first regular instant from then on.
                cell = -(-moments_s[some] // self._every_s) * len(self._groups) + group[some]
                first = int(cell.min())  # Rows of one piece are often close in time.
                counts = np.bincount(cell - first)
                happened[first : first + len(counts)] += counts

    def result(self) -> QueueSeries:
        """The counts of all instants."""
        n = len(self._times_s)
        return QueueSeries(self._groups, self._times_s, self._happened.reshape(3, n + 1, len(self._groups))[:, :n])
