"""Results of one run without its trace, as pages keep them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from corridors.messages import Message
from corridors.model import Corridor
from sim.kpi.run_tables import RunTables
from sim.output.deadlock import Deadlocked
from sim.run import RunResult


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

    @property
    def measured_days(self) -> int:
        """Days of the run without the warm-up."""
        return int(self.record["days"]) - int(self.record["warmup_days"])
