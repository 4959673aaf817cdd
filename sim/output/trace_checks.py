"""Checks of single rows of a run: times in order, within the run, consistent with outcome and step.

Input: rows, some at a time. Output: one message for each kind of error; none for a valid run.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from corridors.messages import Message, message
from sim.core import rules
from sim.core.plan import Ints, Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Rows
from sim.core.vehicle_names import vehicle_name
from sim.output.vehicle_rows import Bools

_DONE, _WAITING, _IN_SERVICE, _HELD = map(np.int8, (rules.DONE, rules.WAITING, rules.IN_SERVICE, rules.HELD))


class WrongRows:
    """Rows with one kind of error: their number, and the first as an example."""

    def __init__(self) -> None:
        self.number = 0
        self.example: Message | None = None

    def add(self, plan: Plan, rows: Rows, wrong: Ints) -> None:
        """Add rows by their position in a piece."""
        if len(wrong) and not self.number:
            k = int(wrong[0])
            times = {name: int(getattr(rows, f"{name}_s")[k]) for name in ("queued", "started", "finished", "departed")}
            vehicle, step = vehicle_name(plan, int(rows.vehicle[k])), plan.labels.op_step[rows.op[k]]
            self.example = message("conservation.row", "runs", vehicle=vehicle, step=step, **times)
        self.number += len(wrong)

    def problems(self, code: str) -> Iterator[Message]:
        """One message for all of them, if there are any."""
        if self.example:
            yield message(f"conservation.{code}", "runs", n=self.number, first=self.example)


class RowChecks:
    """Checks rows one by one."""

    def __init__(self) -> None:
        self._found: dict[str, WrongRows] = {}

    def add(self, plan: Plan, rows: Rows) -> None:
        """Check some rows: those that are not over, or that a quick look found wrong (:mod:`sim.output.step_loop`)."""
        for check in (_wrong_times, _wrong_kinds):
            for code, wrong in check(plan, rows):
                self._found.setdefault(code, WrongRows()).add(plan, rows, np.flatnonzero(wrong))

    def result(self) -> list[Message]:
        """A message for each kind of error."""
        return [problem for code, wrong in self._found.items() for problem in wrong.problems(code)]


def _wrong_times(plan: Plan, rows: Rows) -> Iterator[tuple[str, Bools]]:
    """By kind of error whether each row has it."""
    queued, started, finished, departed = rows.queued_s, rows.started_s, rows.finished_s, rows.departed_s
    latest = np.maximum(np.maximum(queued, started), np.maximum(finished, departed))
    yield "after_end", latest >= plan.horizon_s
    yield "never_queued", queued < 0
    pairs = (
        (queued, started, "start_early"),
        (started, finished, "finish_early"),
        (finished, departed, "depart_early"),
    )
    for before, after, code in pairs:
        yield code, (after != NOT_YET) & ((after < before) | (before == NOT_YET))
    stood = np.where(departed == NOT_YET, _HELD, _DONE)
    stood = np.where(started == NOT_YET, _WAITING, np.where(finished == NOT_YET, _IN_SERVICE, stood))
    yield "outcome", stood != rows.outcome


def _wrong_kinds(plan: Plan, rows: Rows) -> Iterator[tuple[str, Bools]]:
    """Likewise for times that do not fit the kind of step."""
    queued, started, finished, departed = rows.queued_s, rows.started_s, rows.finished_s, rows.departed_s
    kind = plan.op_code[rows.op]
    yield "kept_without_hold", (kind != rules.HOLD) & (departed != finished)
    moves = (kind == rules.TRAVEL) | (kind == rules.MARK)
    yield "wait_without_queue", moves & (started != queued)
    takes_no_time = (kind == rules.MARK) | (kind == rules.DRAW) | (kind == rules.RETURN)
    yield "instant_took_time", takes_no_time & (finished != started)
