"""Tables of an experiment as input of a comparison, with its scenarios, days and expected runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sim.experiments.experiment import Experiment

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.store import Store
    from sim.studies.compare.question import Question

TABLES: Final = ("kpis", "waiting", "waiting_by_root", "dwell", "backlog", "links", "stocks")
"""Kinds of rows that a comparison reads beside those of the runs."""
HOW_MUCH = ("per_day", "fleet", "load_t", "load_teu")
"""Columns of services.csv that define the volume of demand."""


@dataclass(frozen=True)
class ExperimentResults:
    """Rows of a store by kind (see :mod:`sim.experiments.result_schema`), with the manifest."""

    scenarios: Mapping[str, Mapping[str, Any]]
    """By id title_en, title_zh, proposals and changes; the baseline comes first."""
    manifest: Mapping[str, Any]
    expected: int
    """Replications of each scenario in the complete experiment."""
    kpis: pd.DataFrame
    waiting: pd.DataFrame
    dwell: pd.DataFrame
    backlog: pd.DataFrame
    links: pd.DataFrame
    stocks: pd.DataFrame
    runs: pd.DataFrame
    waiting_by_root: pd.DataFrame | None = None
    """None or empty for results of versions that did not follow waiting to its roots."""
    question: Question | None = None
    """What they were asked when they were saved, as the only results or as one of several with the same question."""

    @staticmethod
    def of(store: Store, only: Collection[str] = TABLES) -> ExperimentResults:
        """Read a store, complete or not: these tables, without rows or columns for the others.

        Raises DataError for damaged files, and for tables that the experiment does not store.
        """
        import pandas as pd

        runs = store.read("runs", lost=False)
        first_round = store.experiment.replications
        most = int(runs["replication"].max()) + 1 if len(runs) else 0
        kinds = {kind: store.read(kind, lost=False) if kind in only else pd.DataFrame() for kind in TABLES}
        more: Mapping[str, Any] = {"runs": runs, **kinds}
        return ExperimentResults(store.scenarios, store.manifest, max(first_round, most), **more)

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment with all defaults filled in."""
        return Experiment.model_validate(self.manifest["experiment"])

    @property
    def baseline(self) -> str:
        """Id of the scenario with which all others are compared."""
        return next(iter(self.scenarios))

    @property
    def others(self) -> list[str]:
        """Ids of all other scenarios, in order."""
        return list(self.scenarios)[1:]

    @property
    def start(self) -> date:
        """First simulated day of each run."""
        return date.fromisoformat(str(self.scenarios[self.baseline]["start"]))

    @property
    def days(self) -> int:
        """Simulated days of each run, warm-up included."""
        return int(self.scenarios[self.baseline]["days"])

    @property
    def warmup_days(self) -> int:
        """Simulated days of each run before measuring begins."""
        return int(self.scenarios[self.baseline].get("warmup_days", 0))

    @property
    def measured_days(self) -> int:
        """Simulated days of each run after the warm-up."""
        return self.days - self.warmup_days

    def title(self, scenario: str, language: str = "en") -> str:
        """Title of a scenario in a language, else in English; the id if it has no title."""
        about = self.scenarios[scenario]
        return str(about.get(f"title_{language}") or about.get("title_en") or scenario)

    def changes(self) -> Iterator[Mapping[str, Any]]:
        """The changes of all scenarios, as plain values."""
        return (change for one in self.scenarios.values() for change in one.get("changes", ()))

    def own_changes(self, scenario: str) -> list[Mapping[str, Any]]:
        """The changes of a scenario that the baseline does not have, as plain values."""
        common = self.scenarios[self.baseline].get("changes", ())
        return [change for change in self.scenarios[scenario].get("changes", ()) if change not in common]

    def closures(self, scenario: str) -> list[Mapping[str, Any]]:
        """The changes of a scenario that shut something, without those of the baseline."""
        return [change for change in self.own_changes(scenario) if change["op"] == "close"]

    def outside(self, scenario: str) -> str:
        """'demand' for a scenario that only changes volumes of demand, 'shock' for closures only, '' for works."""
        changes = self.own_changes(scenario)
        if changes and all(change["op"] == "close" for change in changes):
            return "shock"
        ends = [str(change["address"]).split(".") for change in changes]
        return "demand" if ends and all(end[0] == "services" and end[-1] in HOW_MUCH for end in ends) else ""

    def proposals(self, scenario: str) -> list[str]:
        """Ids of the proposals of a scenario that the baseline does not have."""
        common = self.scenarios[self.baseline].get("proposals", ())
        return [id for id in self.scenarios[scenario].get("proposals", ()) if id not in common]

    def addresses(self, scenario: str) -> list[str]:
        """Addresses that a scenario changes and the baseline does not, in the order of the changes."""
        common = {change["address"] for change in self.scenarios[self.baseline].get("changes", ())}
        own = (change["address"] for change in self.scenarios[scenario].get("changes", ()))
        return list(dict.fromkeys(address for address in own if address not in common))
