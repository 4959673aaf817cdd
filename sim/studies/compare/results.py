"""The tables of an experiment that a comparison rests on, and of what they are: scenarios, days, runs still missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from corridors.model import Corridor
from sim.experiments.experiment import Experiment
from sim.text.names import Language, Names

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.store import Store

HOW_MUCH = ("per_day", "fleet", "load_t", "load_teu")
"""Columns of services.csv that say how much comes."""


@dataclass(frozen=True)
class Results:
    """Rows of a store by kind (see :mod:`sim.experiments.result_schema`), and the manifest's account of them."""

    scenarios: Mapping[str, Mapping[str, Any]]
    """By id title_en, title_zh, proposals and changes; the baseline comes first."""
    manifest: Mapping[str, Any]
    expected: int
    """Replications of each scenario when the experiment is complete."""
    kpis: pd.DataFrame
    waiting: pd.DataFrame
    dwell: pd.DataFrame
    backlog: pd.DataFrame
    links: pd.DataFrame
    runs: pd.DataFrame

    @staticmethod
    def of(store: Store) -> Results:
        """Read a store, complete or not. Raises DataError for damaged files."""
        runs = store.read("runs")
        first_round = store.experiment.replications
        most = int(runs["replication"].max()) + 1 if len(runs) else 0
        kinds = {kind: store.read(kind) for kind in ("kpis", "waiting", "dwell", "backlog", "links")}
        return Results(store.scenarios, store.manifest, max(first_round, most), runs=runs, **kinds)

    @cached_property
    def experiment(self) -> Experiment:
        """What was asked for, with all that was left to the program."""
        return Experiment.model_validate(self.manifest["experiment"])

    @property
    def baseline(self) -> str:
        """The id of the scenario with which all others are compared."""
        return next(iter(self.scenarios))

    @property
    def others(self) -> list[str]:
        """The ids of all other scenarios, in their order."""
        return list(self.scenarios)[1:]

    @property
    def days(self) -> int:
        """Simulated days of each run, warm-up included."""
        return int(self.scenarios[self.baseline]["days"])

    @property
    def warmup_days(self) -> int:
        return int(self.scenarios[self.baseline].get("warmup_days", 0))

    @property
    def measured_days(self) -> int:
        return self.days - self.warmup_days

    def title(self, scenario: str, language: str = "en") -> str:
        """What people call a scenario; its id if it has no title."""
        return str(self.scenarios[scenario].get(f"title_{language}") or scenario)

    def names(self, corridor: Corridor, language: Language) -> Names:
        """What things are called: those of ``corridor``, and those that only some scenario's world has."""
        changes = (change for one in self.scenarios.values() for change in one.get("changes", ()))
        return Names.of(corridor, language).with_added(changes)

    def outside(self, scenario: str) -> str:
        """What a scenario that builds nothing is: 'demand' if it only changes how much comes, 'shock' if it only shuts
        something; empty for everything else, which is works and rules."""
        common = self.scenarios[self.baseline].get("changes", ())
        changes = [change for change in self.scenarios[scenario].get("changes", ()) if change not in common]
        if changes and all(change["op"] == "close" for change in changes):
            return "shock"
        ends = [str(change["address"]).split(".") for change in changes]
        return "demand" if ends and all(end[0] == "services" and end[-1] in HOW_MUCH for end in ends) else ""

    def proposals(self, scenario: str) -> list[str]:
        """Ids of the proposals that a scenario has and the baseline has not."""
        common = self.scenarios[self.baseline].get("proposals", ())
        return [id for id in self.scenarios[scenario].get("proposals", ()) if id not in common]

    def addresses(self, scenario: str) -> list[str]:
        """The addresses that a scenario changes and the baseline does not, in the order of the changes."""
        common = {change["address"] for change in self.scenarios[self.baseline].get("changes", ())}
        own = (change["address"] for change in self.scenarios[scenario].get("changes", ()))
        return list(dict.fromkeys(address for address in own if address not in common))
