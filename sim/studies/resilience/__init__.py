"""Resilience: what a closure or half the capacity of a port or section makes late and lost, and what shortens it.

Input: a corridor, its proposals, a folder for runs. Output: :class:`Resilience`, for each disturbance what is late and
lost against the undisturbed runs of the same replications, the days until normal, the days until a stock runs empty
or full, and the same with works that relieve what vehicles wait for afterwards. Runs are those of the submodel of each
port (:mod:`sim.studies.sensitivity.port_submodels`); a stopped study continues when it is called again.

====================  =========================================================================================
:mod:`.disturbances`  what is shut, how far, how long and when; the sections of a port
:mod:`.episodes`      what a disturbance does, from the runs of a batch
:mod:`.survival`      days until a stock runs empty or full
====================  =========================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corridors.fingerprint import fingerprint
from corridors.model import Corridor
from corridors.overlay.changes import Change
from corridors.overlay.proposals import NOT_BUILT, Proposal
from sim.core.run_settings import RunSettings
from sim.studies.appraisal.runs import folder_name, from_first_day
from sim.studies.resilience.disturbances import FULL, QUICK, Plan, Shut, sections_of
from sim.studies.resilience.episodes import Episode, Root, episodes_of, loads_of, roots_of
from sim.studies.resilience.survival import Survival, survival_of
from sim.studies.sensitivity.port_submodels import PortSubmodel, port_submodels

if TYPE_CHECKING:
    from sim.experiments.batch import Progress
    from sim.experiments.store import Store

__all__ = [
    "QUICK",
    "Episode",
    "Plan",
    "PortResilience",
    "Resilience",
    "Root",
    "Shut",
    "Survival",
    "as_json",
    "resilience",
]

TABLES: Final = ("waiting", "waiting_by_root", "backlog", "dwell")
"""Tables of a run that are read."""


@dataclass(frozen=True)
class PortResilience:
    """The disturbances of one port."""

    port: str
    episodes: tuple[Episode, ...]
    """Without a measure first."""
    roots: tuple[Root, ...]
    """What more vehicles wait for in the runs with the longest closure, the largest first."""
    measures: tuple[str, ...]
    """Proposals that were tried, those that relieve the largest roots first."""
    survival: tuple[Survival, ...]

    def main(self, measure: str = "") -> list[Episode]:
        """The longest full closure of the port itself, by month."""
        own = [one for one in self.episodes if one.shut.main and one.shut.share == FULL and one.measure == measure]
        longest = max((one.shut.days for one in own), default=0)
        return [one for one in own if one.shut.days == longest]


@dataclass(frozen=True)
class Resilience:
    """The disturbances of all ports."""

    plan: Plan
    year: int
    ports: tuple[PortResilience, ...]
    proposals: Mapping[str, Proposal]

    def episodes(self) -> Iterator[Episode]:
        """Of all ports."""
        for port in self.ports:
            yield from port.episodes


def resilience(
    corridor: Corridor,
    proposals: Mapping[str, Proposal],
    plan: Plan,
    settings: RunSettings,
    out: Path,
    *,
    ports: Collection[str] = (),
    workers: int = 1,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> Resilience:
    """Run or read everything that is needed; ``settings`` have the first measured year, the warm-up and the seed.

    Raises what :func:`sim.experiments.batch.run_batch` does, and FailedRunsError.
    """
    year = (settings.start + timedelta(days=settings.warmup_days)).year
    works = {id: one for id, one in proposals.items() if one.measure not in NOT_BUILT} if plan.measures else {}
    opened = {id: from_first_day(one, settings) for id, one in works.items()}
    found = []
    for model in port_submodels(corridor, opened):
        if not ports or model.port in ports:
            found.append(_Port(model, plan, settings, year, out, workers, progress).result())
    return Resilience(plan, year, tuple(found), works)


@dataclass(frozen=True)
class _Port:
    """The study of one port."""

    model: PortSubmodel
    plan: Plan
    settings: RunSettings
    year: int
    out: Path
    workers: int
    progress: Callable[[Progress], None]

    def result(self) -> PortResilience:
        """Run the port without measures, then with those that relieve what vehicles wait for."""
        port, corridor = self.model.port, self.model.corridor
        sections = sections_of(corridor, port, self.settings) if self.plan.sections else ()
        alone: list[Episode] = []
        roots: list[Root] = []
        survival: list[Survival] = []
        for month in self.plan.months:
            shuts = self.plan.shuts(port, sections, month)
            store = self._run(month, shuts, ())
            alone += episodes_of(store, corridor, port, shuts, "")
            longest = self.plan.longest(port, month)
            roots += roots_of(store, longest, loads_of(corridor, self.plan.settings(self.settings, self.year, month)))
            close = longest.change(self.year)
            survival += survival_of(corridor, self.plan.settings(self.settings, self.year, month), close, month)
        ordered = sorted(Root.together(roots), key=self._rank)
        measures = self._measures(ordered)
        helped: list[Episode] = []
        for id in measures:
            changes = self.model.proposals[id].changes
            for month in self.plan.months:
                longest = self.plan.longest(port, month)
                store = self._run(month, [longest], changes)
                helped += episodes_of(store, corridor, port, [longest], id)
        return PortResilience(port, (*alone, *helped), tuple(ordered), measures, tuple(survival))

    def _rank(self, root: Root) -> tuple[float, str]:
        return -(root.tonne_hours if self.plan.by == "tonnes" else root.hours), root.root

    def _measures(self, roots: Sequence[Root]) -> tuple[str, ...]:
        """The works that relieve the largest roots, in the order of these roots."""
        found = [id for root in roots for id, one in sorted(self.model.proposals.items()) if root.root in one.relieves]
        return tuple(dict.fromkeys(found))[: self.plan.measures]

    def _run(self, month: int, shuts: Sequence[Shut], measure: Sequence[Change]) -> Store:
        """The results with and without each disturbance, with a measure open in all of them."""
        from sim.experiments.batch import run_batch
        from sim.experiments.experiment import Experiment, Variation

        settings = self.plan.settings(self.settings, self.year, month)
        experiment = Experiment(
            id="resilience",
            title_en="",
            title_zh="",
            baseline=Variation(id="undisturbed", changes=tuple(measure)),
            scenarios=tuple(Variation(id=one.id, changes=(one.change(self.year),)) for one in shuts),
            start=settings.start,
            days=settings.days,
            warmup_days=settings.warmup_days,
            seed=settings.seed,
            replications=self.plan.replications,
            replications_per_shard=1,
            tables=TABLES,
        )
        corridor = self.model.corridor
        folder = self.out / folder_name(self.model.port, experiment, fingerprint(corridor))
        made = run_batch(experiment, folder, corridor, {}, workers=self.workers, progress=self.progress)
        return made.whole_store()


def as_json(found: Resilience) -> dict[str, Any]:
    """The study as plain values."""
    return {
        "year": found.year,
        "plan": {key: list(value) if isinstance(value, tuple) else value for key, value in vars(found.plan).items()},
        "ports": {
            one.port: {
                "episodes": [episode.as_json() for episode in one.episodes],
                "roots": [vars(root) for root in one.roots],
                "measures": list(one.measures),
                "survival": [vars(row) for row in one.survival],
            }
            for one in found.ports
        },
    }
