"""The visits of a plan, joined from those of parts that ran by themselves (:mod:`sim.core.plan_parts`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from sim.core.plan import Ints, Plan
from sim.core.plan_parts import PlanPart
from sim.core.rules import NOT_YET
from sim.core.trace import COLUMNS, ROWS_AT_A_TIME, Rows, Trace, Visits


class JoinedVisits:
    """The rows of all parts of a plan in the order of its vehicles: a :class:`~sim.core.trace.Visits`."""

    def __init__(self, plan: Plan, parts: Sequence[tuple[PlanPart, Visits]]) -> None:
        self.plan = plan
        self._parts = list(parts)
        self.vehicle_left_s: Ints = np.full(plan.n_vehicles, NOT_YET, np.int64)
        self.repair_started_s: Ints = np.full(len(plan.failure_time_s), NOT_YET, np.int64)
        self.check_count: Ints = np.zeros(len(plan.check_time_s), np.int64)
        for part, visits in self._parts:
            self.vehicle_left_s[part.vehicle] = visits.vehicle_left_s
            self.repair_started_s[part.failure] = visits.repair_started_s
            self.check_count[part.check] = visits.check_count
        self.events = sum(visits.events for _, visits in self._parts)

    def __len__(self) -> int:
        return sum(len(visits) for _, visits in self._parts)

    def pieces(self, rows_at_a_time: int = ROWS_AT_A_TIME) -> Iterator[Rows]:
        """All rows by vehicle; see :class:`~sim.core.trace.Visits`."""
        first, waiting, found = 0, list[Rows](), 0
        for rows in self._in_order(rows_at_a_time):
            waiting.append(rows)
            found += len(rows)
            if 2 * found > rows_at_a_time:  # As a rule one piece of a part, which is not copied.
                yield replace(_joined(waiting), first=first)
                first, waiting, found = first + found, [], 0
        if found or not first:
            yield replace(_joined(waiting), first=first)

    def between(self, first_vehicle: int, end_vehicle: int, from_s: int, to_s: int) -> Iterator[Rows]:
        """Rows of whole trips; see :class:`~sim.core.trace.Visits`."""
        for part, visits in self._parts:
            first, end = np.searchsorted(part.vehicle, [first_vehicle, end_vehicle]).tolist()
            if first < end:
                yield from (_named(part, rows) for rows in visits.between(first, end, from_s, to_s))

    def trace(self) -> Trace:
        """All rows, sorted."""
        traces = [(part, visits.trace()) for part, visits in self._parts]
        vehicle = np.concatenate([part.vehicle[trace.vehicle] for part, trace in traces]).astype(np.int32)
        order = np.argsort(vehicle, kind="stable")
        op = np.concatenate([part.op[trace.op] for part, trace in traces]).astype(np.int32)
        others = {name: np.concatenate([getattr(trace, name) for _, trace in traces])[order] for name in COLUMNS[2:]}
        return Trace(
            plan=self.plan,
            vehicle=vehicle[order],
            op=op[order],
            **others,
            vehicle_left_s=self.vehicle_left_s,
            events=self.events,
            repair_started_s=self.repair_started_s,
            check_count=self.check_count,
        )

    def _in_order(self, rows_at_a_time: int) -> Iterator[Rows]:
        """The rows of parts, for as many vehicles in a row as are of one part; at least one piece, perhaps empty."""
        parts = [(part, visits) for part, visits in self._parts if len(part.vehicle)]
        if len(parts) == 1:  # The others have facilities alone.
            part, visits = parts[0]
            yield from (_named(part, rows) for rows in visits.pieces(rows_at_a_time))
            return
        readers = [_Reader(part, visits.pieces(rows_at_a_time)) for part, visits in self._parts]
        owner = np.empty(self.plan.n_vehicles, np.int64)
        for k, (part, _) in enumerate(self._parts):
            owner[part.vehicle] = k
        begins = np.flatnonzero(np.diff(owner, prepend=-1))
        for begin, end in zip(begins.tolist(), [*begins[1:].tolist(), self.plan.n_vehicles], strict=True):
            yield from readers[owner[begin]].upto(end)
        if not len(begins):
            yield from readers[0].upto(0)


class _Reader:
    """Reads the pieces of a part vehicle by vehicle."""

    def __init__(self, part: PlanPart, pieces: Iterator[Rows]) -> None:
        self._part, self._pieces = part, pieces
        self._rows = _named(part, next(pieces))
        self._at = 0

    def upto(self, vehicle: int) -> Iterator[Rows]:
        """The rows not yet read of vehicles of the whole plan before ``vehicle``."""
        while True:
            end = int(np.searchsorted(self._rows.vehicle, vehicle))
            yield self._rows.taken(slice(self._at, end))
            self._at = end
            if end < len(self._rows):
                return
            following = next(self._pieces, None)
            if following is None:
                return
            self._rows, self._at = _named(self._part, following), 0


def _named(part: PlanPart, rows: Rows) -> Rows:
    """Rows of a part with the vehicles and ops of the whole plan."""
    vehicle, op = part.vehicle, part.op
    named = rows.vehicle if _counts_on(vehicle) else vehicle[rows.vehicle].astype(np.int32)
    return replace(rows, vehicle=named, op=rows.op if _counts_on(op) else op[rows.op].astype(rows.op.dtype, copy=False))


def _counts_on(numbers: Ints) -> bool:
    """Whether different ascending numbers are 0, 1, 2 and so on."""
    return not len(numbers) or int(numbers[-1]) == len(numbers) - 1


def _joined(parts: Sequence[Rows]) -> Rows:
    return parts[0] if len(parts) == 1 else Rows.joined(parts)
