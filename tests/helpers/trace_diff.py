"""First difference of two traces of one plan, as a text for developers.

Input: two traces, such as those of the two engines. Output: None if they are equal, else a text with the first instant
of a difference, the rows that differ there, and the waiting vehicles at that instant in each trace. Later differences
are mostly consequences, so they are only counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.core.rules import AT_FACILITY, AT_STOCK, NOT_YET, OUTCOMES
from sim.core.trace import COLUMNS, Trace

EVERYTHING = (*COLUMNS, "vehicle_left_s", "repair_started_s", "check_count")
"""All that two equal traces have in common."""
SHOWN = 8
"""Rows and vehicles listed at most."""

TIMES = ("queued", "started", "finished", "departed")

Key = tuple[int, int, int]
"""(vehicle, op, how many times the vehicle had been at this op before)."""


class _Row(NamedTuple):
    queued: int
    started: int
    finished: int
    departed: int
    outcome: int

    def __str__(self) -> str:
        times = ", ".join(f"{name} {time}" for name, time in zip(TIMES, self, strict=False) if time != NOT_YET)
        return f"{times} ({OUTCOMES[self.outcome]})"


def first_difference(trace_a: Trace, trace_b: Trace) -> str | None:
    """Find the first difference of two traces of the same plan; None if all columns, departures and repairs are equal.

    Times are seconds from the epoch. Raises ValueError if the traces belong to different plans.
    """
    if trace_a.plan is not trace_b.plan and trace_a.plan.fingerprint() != trace_b.plan.fingerprint():
        raise ValueError("the traces belong to different plans")
    if equal(trace_a, trace_b):
        return None
    rows_a, rows_b = _rows(trace_a), _rows(trace_b)
    partings = {key: _parting(rows_a.get(key), rows_b.get(key)) for key in rows_a.keys() | rows_b.keys()}
    different = {key: instant for key, instant in partings.items() if instant is not None}
    left = np.flatnonzero(trace_a.vehicle_left_s != trace_b.vehicle_left_s)
    leaving = {int(v): _first_time(int(trace_a.vehicle_left_s[v]), int(trace_b.vehicle_left_s[v])) for v in left}
    repairs_a, repairs_b = trace_a.repair_started_s.tolist(), trace_b.repair_started_s.tolist()
    repairs = {
        failure: _first_time(a, b) for failure, (a, b) in enumerate(zip(repairs_a, repairs_b, strict=True)) if a != b
    }
    counted = zip(
        trace_a.plan.check_time_s.tolist(), trace_a.check_count.tolist(), trace_b.check_count.tolist(), strict=True
    )
    checks = {place: (time_s, a, b) for place, (time_s, a, b) in enumerate(counted) if a != b}
    if not different and not leaving and not repairs and not checks:
        return "the same rows in another order"
    times = [time_s for time_s, _, _ in checks.values()]
    instant = min([*different.values(), *leaving.values(), *repairs.values(), *times])
    lines = [f"the traces part at second {instant}; {len(different)} rows differ in all"]
    now = sorted(key for key, time in different.items() if time == instant)
    for key in now[:SHOWN]:
        lines += [f"{_name(trace_a, key)}", f"  a: {rows_a.get(key, 'no such row')}"]
        lines += [f"  b: {rows_b.get(key, 'no such row')}"]
    lines += [f"and {len(now) - SHOWN} more rows at this instant"] * (len(now) > SHOWN)
    for vehicle in sorted(v for v, time in leaving.items() if time == instant)[:SHOWN]:
        a, b = (_time(int(trace.vehicle_left_s[vehicle])) for trace in (trace_a, trace_b))
        lines.append(f"vehicle {vehicle} leaves, a: {a}, b: {b}")
    for failure in sorted(failure for failure, time in repairs.items() if time == instant)[:SHOWN]:
        a, b = (_time(repairs[failure]) for repairs in (repairs_a, repairs_b))
        lines.append(f"the repair of failure {failure} begins, a: {a}, b: {b}")
    for place, (time_s, a, b) in checks.items():
        lines += [f"check {place} counts, a: {a}, b: {b}"] * (time_s == instant)
    for letter, trace in (("a", trace_a), ("b", trace_b)):
        lines.append(f"waiting when second {instant} is over, {letter}:")
        lines += _waiting(trace, instant)
    return "\n".join(lines)


def equal(a: Trace, b: Trace) -> bool:
    """Whether all rows, departures and repairs of two traces are equal."""
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in EVERYTHING)


def _rows(trace: Trace) -> dict[Key, _Row]:
    """The rows by vehicle, op and count."""
    rows: dict[Key, _Row] = {}
    times = (trace.queued_s, trace.started_s, trace.finished_s, trace.departed_s, trace.outcome)
    values = (_Row(*row) for row in zip(*(column.tolist() for column in times), strict=True))
    seen: dict[tuple[int, int], int] = {}
    for vehicle, op, row in zip(trace.vehicle.tolist(), trace.op.tolist(), values, strict=True):
        count = seen.get((vehicle, op), 0)
        seen[vehicle, op] = count + 1
        rows[vehicle, op, count] = row
    return rows


def _parting(a: _Row | None, b: _Row | None) -> int | None:
    """The first second at which two rows differ; None if they do not."""
    if a is None or b is None:
        row = a or b
        return row.queued if row else None
    if a == b:
        return None
    return min((_first_time(x, y) for x, y in zip(a[:4], b[:4], strict=True) if x != y), default=max(a[:4]))


def _first_time(a: int, b: int) -> int:
    return min(time for time in (a, b) if time != NOT_YET)


def _time(time_s: int) -> str:
    return "not by the horizon" if time_s == NOT_YET else f"at {time_s}"


def _name(trace: Trace, key: Key) -> str:
    vehicle, op, count = key
    labels = trace.plan.labels
    again = f", time {count + 1}" if count else ""
    return f"vehicle {vehicle} of {labels.op_service[op]}, op {op} ({labels.op_step[op]}){again}"


def _waiting(trace: Trace, instant: int) -> Iterator[str]:
    """Vehicles in a queue at the end of the instant, by facility and stock."""
    plan, labels = trace.plan, trace.plan.labels
    open_then = (trace.queued_s <= instant) & ((trace.started_s == NOT_YET) | (trace.started_s > instant))
    queues: dict[str, list[int]] = {}
    for vehicle, op in zip(trace.vehicle[open_then].tolist(), trace.op[open_then].tolist(), strict=True):
        code, target = int(plan.op_code[op]), int(plan.op_target[op])
        if code in AT_FACILITY:
            queues.setdefault(labels.facility[target], []).append(vehicle)
        elif code in AT_STOCK:
            queues.setdefault(labels.op_step[op], []).append(vehicle)
    for name, vehicles in sorted(queues.items()):
        more = f" and {len(vehicles) - SHOWN} more" if len(vehicles) > SHOWN else ""
        yield f"  {name}: vehicles {', '.join(map(str, vehicles[:SHOWN]))}{more}"
    if not queues:
        yield "  nobody"
