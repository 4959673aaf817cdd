"""Results of one run without its trace, as pages keep them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from app.shared import LastUsed
from corridors.messages import Message
from corridors.model import TABLES, Corridor
from sim.kpi.run_tables import RunTables
from sim.output.deadlock import Deadlocked
from sim.run import RunResult

OF_RUN: Final = (
    *("engine", "version", "seed", "replication", "start", "days", "warmup_days"),
    *("stocks_from", "plan_fingerprint"),
)
"""What of its record the tables of a run depend on."""


def content_of(record: Mapping[str, Any], corridor: Corridor) -> str:
    """Equal only for runs with equal tables and names: by this, pages keep what they draw of a run.

    The fingerprint of a plan is not enough. Plans are equal whatever their ports, classes and warm-up are called.
    """
    parts = [*(str(record[key]) for key in OF_RUN), *(_digest(corridor.table(name)) for name in TABLES)]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


_digests: Final[LastUsed[tuple[Mapping[str, Any], str]]] = LastUsed(256)
"""Of tables, by their ids in memory: most tables of a scenario are those of the base year."""


def _digest(rows: Mapping[str, Any]) -> str:
    """A short text, equal only for equal rows."""
    known = _digests.get(id(rows))
    if known is None:
        # With the table itself: no other one has its id meanwhile.
        known = rows, hashlib.sha256(repr(list(rows.values())).encode()).hexdigest()
        _digests.put(id(rows), known)
    return known[1]


@dataclass(frozen=True, kw_only=True)
class Answer(RunTables):
    """The tables of one run, without its trace."""

    record: dict[str, Any]
    corridor: Corridor
    """The corridor of the run, with the changes of the scenario."""
    vehicles: dict[str, int]
    problems: tuple[Message, ...]
    deadlocked: list[Deadlocked]

    @staticmethod
    def of(result: RunResult) -> Answer:
        """The summary of a run."""
        return Answer(
            **result.by_name(),
            record=result.record(),
            corridor=result.case.corridor,
            vehicles=result.vehicles,
            problems=result.problems,
            deadlocked=result.deadlocked,
        )

    @cached_property
    def content(self) -> str:
        """See :func:`content_of`."""
        return content_of(self.record, self.corridor)

    @property
    def measured_days(self) -> int:
        """Days of the run without the warm-up."""
        return int(self.record["days"]) - int(self.record["warmup_days"])
