"""One short run of the page, without the page: what the worker process does and the server asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from corridors.model import Corridor
from corridors.overlay.applying import lay_over
from corridors.overlay.proposals import Proposal, Scenario, apply, changes_of
from sim.reuse import kept_units
from sim.run import Case, RunResult, prepare, run_scenario

Kind = Literal["answer", "result", "train_graph"]
"""The tables of a run alone (:class:`app.run_summary.Answer`), with its visits (RunResult), or the trains of a line
(:class:`app.train_graph_run.TrainGraphRun`)."""


MOST_BYTES: Final = 32 * 2**20
"""Memory of kept figures, and of kept numbers; all of a run of six weeks take 1.5 and 9.4 megabytes."""


@dataclass(frozen=True)
class ShortRun:
    """Which run is wanted, and in which form."""

    kind: Kind
    scenario: Scenario
    start: date
    days: int
    warmup_days: int
    seed: int
    line: str = ""
    """The line of a train graph."""

    def plain(self) -> dict[str, Any]:
        """The request as plain values for JSON."""
        scenario = self.scenario.model_dump(mode="json", exclude_unset=True)
        return vars(self) | {"scenario": scenario, "start": self.start.isoformat()}

    @staticmethod
    def from_plain(plain: Mapping[str, Any]) -> ShortRun:
        """The request that :meth:`plain` describes. Raises ValidationError for another object."""
        read = {"scenario": Scenario.model_validate(plain["scenario"]), "start": date.fromisoformat(plain["start"])}
        return ShortRun(**{**plain, **read})

    def case(self, world: Corridor, data: str) -> Case:
        """The run over ``world``, the base year with the scenario; ``data`` is the fingerprint of the base year."""
        settings = {"start": self.start, "days": self.days, "warmup_days": self.warmup_days, "seed": self.seed}
        # The corridor of a scenario is made once; prepare makes the same plan of it as of the scenario.
        stocks = self.scenario.stocks_from
        case = prepare(world, **settings, stocks=stocks, data_fingerprint=data)  # type: ignore[arg-type]
        return replace(case, scenario=self.scenario)


def world_of(base: Corridor, scenario: Scenario, proposals: Mapping[str, Proposal]) -> Corridor:
    """The base year with the changes of a scenario. Raises DataError for changes that cannot be made."""
    return apply(base, changes_of(scenario, proposals), scenario.in_order)


def carried_out(run: ShortRun, base: Corridor, proposals: Mapping[str, Proposal], data: str) -> RunResult:
    """Run it, with what this process keeps of earlier runs. Raises DataError for changes that cannot be made.

    What the changes make is not checked again: the server asks only for scenarios of which it has made the world.
    """
    scenario = run.scenario
    world = lay_over(base, changes_of(scenario, proposals), scenario.in_order)
    return run_scenario(run.case(world, data), kept=kept_units(MOST_BYTES, MOST_BYTES))
