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
from sim.core.units import DAY_S
from sim.core.wait_causes import ORDER
from sim.output.crossings import Floats, Group, groups_of
from sim.output.intervals import facility_of_op, idle_ops, place_of_time, stock_of_op
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


@dataclass(frozen=True)
class DailyQueues:
    """Vehicles that wait, day by day, by group of steps and by place."""

    keys: list[tuple[Group, str]]
    """(port, direction, class), '' for port and direction on the open line, and the facility or stock waited for."""
    waiting_s: Ints
    """(n_keys, n_days) vehicle-seconds of waiting."""

    def of_congestion(self, plan: Plan) -> DailyQueues:
        """The same without the places where vehicles wait for demand, idle and in no queue."""
        at = place_of_time(plan)
        places = {at[op] for op in np.flatnonzero(idle_ops(plan))}
        kept = [k for k, (_, place) in enumerate(self.keys) if place not in places]
        return DailyQueues([self.keys[k] for k in kept], self.waiting_s[kept])

    @property
    def vehicles(self) -> Floats:
        """(n_keys, n_days) mean number of vehicles that wait."""
        return self.waiting_s / DAY_S

    def by_group(self) -> dict[Group, Floats]:
        """Vehicles that wait for each port, (n_days,), of every group of steps of a port."""
        found: dict[Group, Ints] = {}
        for (group, _), waiting_s in zip(self.keys, self.waiting_s, strict=True):
            if group[0]:
                found[group] = found[group] + waiting_s if group in found else waiting_s
        return {group: waiting_s / DAY_S for group, waiting_s in found.items()}

    def table(self) -> pd.DataFrame:
        """One row for each port, direction, class and day: mean number of vehicles that wait, ``vehicles_waiting``."""
        import pandas as pd

        groups = self.by_group()
        days = self.waiting_s.shape[1]
        columns = ["port", "direction", "class"]
        table = pd.DataFrame([group for group in groups for _ in range(days)], columns=columns)
        table["day"] = np.tile(np.arange(days), len(groups))
        table["vehicles_waiting"] = np.concatenate([*groups.values(), np.empty(0)])
        return table


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
