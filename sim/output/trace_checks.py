"""What must hold in each row of a run by itself: times in order, inside the run, in keeping with outcome and step.

Comes in: rows, some at a time. Goes out: what is wrong, in words; nothing for a sound run.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.core import rules
from sim.core.plan import Ints, Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Rows, Visits
from sim.core.vehicle_names import vehicle_name
from sim.output.single_pass import Piece
from sim.output.vehicle_rows import Bools

_DONE, _WAITING, _IN_SERVICE, _HELD = map(np.int8, (rules.DONE, rules.WAITING, rules.IN_SERVICE, rules.HELD))


class Wrong:
    """Rows that are wrong in one way: how many, and the first as example."""

    def __init__(self) -> None:
        self.number = 0
        self.example = ""

    def add(self, plan: Plan, rows: Rows, wrong: Ints) -> None:
        """Add rows by their position in a piece."""
        if len(wrong) and not self.number:
            k = int(wrong[0])
            times = ", ".join(
                f"{name} {int(getattr(rows, name + '_s')[k])}" for name in ("queued", "started", "finished", "departed")
            )
            self.example = (
                f"{vehicle_name(plan, int(rows.vehicle[k]))} at {plan.labels.op_step[rows.op[k]]} ({times} s)"
            )
        self.number += len(wrong)

    def told(self, what: str) -> Iterator[str]:
        """One sentence for all of them, if there are any."""
        if self.number:
            yield f"{what}: {self.number} rows, first {self.example}"


class RowCheckObserver:
    """Checks each row."""

    def __init__(self, visits: Visits) -> None:
        self._plan = visits.plan
        self._found: dict[str, Wrong] = {}

    def add(self, piece: Piece) -> None:
        """Check the rows of a piece."""
        rows = piece.rows
        for what, wrong in _wrong_rows(self._plan, rows):
            self._found.setdefault(what, Wrong()).add(self._plan, rows, np.flatnonzero(wrong))

    def result(self) -> list[str]:
        """Everything that is wrong, a sentence for each way."""
        return [told for what, wrong in self._found.items() for told in wrong.told(what)]


def _wrong_rows(plan: Plan, rows: Rows) -> Iterator[tuple[str, Bools]]:
    queued, started, finished, departed = rows.queued_s, rows.started_s, rows.finished_s, rows.departed_s
    latest = np.maximum(np.maximum(queued, started), np.maximum(finished, departed))
    yield "happened at or after the horizon", latest >= plan.horizon_s
    yield "never queued", queued < 0
    pairs = ((queued, started, "start"), (started, finished, "finish"), (finished, departed, "depart"))
    for before, after, name in pairs:
        yield f"{name} out of order", (after != NOT_YET) & ((after < before) | (before == NOT_YET))
    stood = np.where(departed == NOT_YET, _HELD, _DONE)
    stood = np.where(started == NOT_YET, _WAITING, np.where(finished == NOT_YET, _IN_SERVICE, stood))
    yield "outcome does not fit the times", stood != rows.outcome
    code = plan.op_code[rows.op]
    yield "a server kept without a hold", (code != rules.HOLD) & (departed != finished)
    moves = (code == rules.TRAVEL) | (code == rules.MARK)
    yield "waited where nothing is waited for", moves & (started != queued)
    takes_no_time = (code == rules.MARK) | (code == rules.DRAW) | (code == rules.RETURN)
    yield "took time where nothing takes any", takes_no_time & (finished != started)
