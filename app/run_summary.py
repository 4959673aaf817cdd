"""Results of one run without its trace, as pages keep them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.model import Corridor
from sim.output.deadlock import Deadlocked
from sim.run import RunResult

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Answer:
    """Results of one run without its trace. The tables are those of a RunResult."""

    record: dict[str, Any]
    corridor: Corridor
    """The corridor of the run, with the changes of the scenario."""
    vehicles: dict[str, int]
    kpis: pd.DataFrame
    facilities: pd.DataFrame
    links: pd.DataFrame
    bottlenecks: pd.DataFrame
    momentary: pd.DataFrame
    waiting: pd.DataFrame
    dwell: pd.DataFrame
    problems: list[str]
    deadlocked: list[Deadlocked]

    @staticmethod
    def of(result: RunResult) -> Answer:
        return Answer(
            record=result.record(),
            corridor=result.case.corridor,
            vehicles=result.vehicles,
            kpis=result.kpis,
            facilities=result.facilities,
            links=result.links,
            bottlenecks=result.bottlenecks,
            momentary=result.momentary,
            waiting=result.waiting,
            dwell=result.dwell,
            problems=result.problems,
            deadlocked=result.deadlocked,
        )

    @property
    def measured_days(self) -> int:
        """Days of the run without the warm-up."""
        return int(self.record["days"]) - int(self.record["warmup_days"])
