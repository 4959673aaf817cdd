"""A sensitivity study in four stages, which continues after an interruption.

Each stage is a batch in a separate folder for each port, so that finished runs are kept:

============  ==========================================================================================
``declared``  every proposal at every port that it affects, replicated: the ranking and its sampling error
``screen``    Morris over all inputs of the ports that a top proposal affects, with and without each of these
``close``     Saltelli's sample over the few inputs with the greatest threat, all others as declared
``sweep``     each of these few by itself, from one end of its range to the other, replicated
============  ==========================================================================================

All runs have the same seed; a proposal is compared with the baseline at the same point and replication.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.proposals import Proposal
from corridors.translations import Translations, translations
from sim.kpi.waiting import congestion
from sim.run import prepare
from sim.studies.sensitivity import design, effects, responses
from sim.studies.sensitivity.effects import RankReversal, ScreenedInput, SobolIndices
from sim.studies.sensitivity.port_submodels import PortSubmodel, port_submodels
from sim.studies.sensitivity.rank_stability import Pair, Rankings, best_proposals, rankings, yearly_costs
from sim.studies.sensitivity.uncertain_inputs import UncertainInput, weighing

if TYPE_CHECKING:
    from sim.experiments.batch import Progress
    from sim.experiments.experiment import Experiment
    from sim.experiments.store import Store
    from sim.studies.compare import Traffic

Key = tuple[str, str]
"""(port, input)."""


@dataclass(frozen=True)
class SensitivitySettings:
    """Settings of a study."""

    horizon: design.Horizon
    proposals: tuple[str, ...] = ()
    """Proposals to rank; () for the best ``top`` of all."""
    top: int = 6
    replications: int = 4
    """Replications of the stages ``declared`` and ``sweep``."""
    trajectories: int = 4
    samples: int = 16
    """Base samples of Sobol, a power of 2."""
    close: int = 8
    """Number of inputs to examine in detail."""


@dataclass(frozen=True)
class Sensitivity:
    """Results of a study."""

    settings: SensitivitySettings
    titles: Mapping[str, Translations]
    """Titles of the proposals by id."""
    rankings: Rankings
    targets: Mapping[str, Traffic]
    inputs: Mapping[str, tuple[UncertainInput, ...]]
    """Inputs by port that a top proposal affects."""
    screened: tuple[ScreenedInput, ...]
    """Screened inputs, the greatest threat first."""
    sobol_indices: Mapping[Key, SobolIndices]
    reversals: Mapping[Key, tuple[RankReversal, ...]]
    """Reversals of the inputs examined in detail; () where there is none."""
    costs: tuple[tuple[str, float, bool, Pair], ...]
    """See :func:`.effects.cost_reversals`."""
    weighing: tuple[str, ...]
    """Addresses with a range that move no vehicle and were not varied."""
    elsewhere: tuple[UncertainInput, ...]
    """Inputs that affect none of these ports."""
    runs: int
    failed: int

    def to_measure(self, most: int = 5) -> list[ScreenedInput]:
        """Inputs to measure first: those that reverse a pair by themselves, then those with the greatest threat."""
        return sorted(self.screened, key=lambda one: (not self.reversals.get(one.key), -one.threat, one.key))[:most]


@dataclass
class _Runner:
    """Runs the stages and counts their runs."""

    out: Path
    workers: int
    progress: Callable[[str, Progress], None]
    runs: int = 0
    failed: int = field(default=0)

    def run(self, experiment: Experiment, submodel: PortSubmodel, proposals: Mapping[str, Proposal]) -> Store:
        from sim.experiments.batch import run_batch

        folder = self.out / experiment.id.removeprefix("sensitivity_")
        outcome = run_batch(
            experiment,
            folder,
            submodel.corridor,
            proposals,
            workers=self.workers,
            progress=lambda progress: self.progress(experiment.id, progress),
        )
        self.runs += len(outcome.store.scenarios) * outcome.replications
        self.failed += outcome.failed
        return outcome.store


def run_sensitivity(
    corridor: Corridor,
    proposals: Mapping[str, Proposal],
    inputs: Sequence[UncertainInput],
    out: Path,
    settings: SensitivitySettings,
    *,
    workers: int = 1,
    progress: Callable[[str, Progress], None] = lambda stage, progress: None,
) -> Sensitivity:
    """Carry out a study; runs that are in the folder ``out`` are not repeated.

    ``progress`` receives the stage and the number of runs. Raises DataError, StoreError and BatchError like
    :func:`sim.experiments.batch.run_batch`.
    """
    start = prepare(corridor, start=settings.horizon.start, days=settings.horizon.days).settings.start
    settings = replace(settings, horizon=replace(settings.horizon, start=start))
    runner = _Runner(out, workers, progress)
    costed = yearly_costs(corridor, proposals.values())
    candidates = {id: proposals[id] for id in (settings.proposals or sorted(costed))}
    everywhere = {submodel.port: submodel for submodel in port_submodels(corridor, candidates)}
    stores = {
        port: runner.run(design.as_declared(one, settings.horizon, settings.replications), one, one.proposals)
        for port, one in everywhere.items()
        if one.proposals
    }
    targets = _target_traffic(stores, everywhere)
    declared = {port: responses.as_declared(store, everywhere[port], targets) for port, store in stores.items()}
    top = list(settings.proposals) or best_proposals(declared, costed, candidates, settings.top)
    found = rankings(declared, costed, top)
    near = [submodel for submodel in everywhere.values() if set(top) & set(submodel.proposals)]
    tried = {submodel.port: submodel.inputs(inputs, top) for submodel in near}
    for submodel in near:
        _check_ends(submodel, tried[submodel.port])
    screened = _screened(runner, found, near, tried, targets, settings)
    chosen = [one for one in screened if one.threat > 0][: settings.close]
    sobol_indices: dict[Key, SobolIndices] = {}
    reversals: dict[Key, tuple[RankReversal, ...]] = {}
    for submodel in near:
        here = [one for one in chosen if one.port == submodel.port]
        if here:
            sobol_indices |= _close(runner, found, submodel, here, targets, settings)
            reversals |= _sweep(runner, found, submodel, here, targets, settings)
    seen = {item.id for here in tried.values() for item in here}
    return Sensitivity(
        settings=settings,
        titles={id: translations(one, "title") for id, one in candidates.items()},
        rankings=found,
        targets=targets,
        inputs=tried,
        screened=tuple(screened),
        sobol_indices=sobol_indices,
        reversals=reversals,
        costs=tuple(effects.cost_reversals(found)),
        weighing=weighing(corridor),
        elsewhere=tuple(item for item in inputs if item.id not in seen),
        runs=runner.runs,
        failed=runner.failed,
    )


def _check_ends(submodel: PortSubmodel, inputs: Sequence[UncertainInput]) -> None:
    """Raise DataError if the ends of the ranges are invalid in the model, before thousands of points are run."""
    for share in (0.0, 1.0):
        apply(submodel.corridor, [change for item in inputs for change in item.at(share)])


def _target_traffic(stores: Mapping[str, Store], submodels: Mapping[str, PortSubmodel]) -> dict[str, Traffic]:
    """The target traffic of each proposal; of several, over all ports, the one with the longest total wait."""
    from sim.studies.compare import ExperimentResults
    from sim.studies.compare.target_traffic import target_traffic

    found: dict[str, tuple[float, Traffic]] = {}
    for port, store in stores.items():
        results = ExperimentResults.of(store)
        base = congestion(results.waiting[results.waiting["scenario"] == results.baseline])
        hours = base.groupby(["port", "class"])["hours"].sum().to_dict()
        for id, traffic in target_traffic(results, submodels[port].corridor, submodels[port].proposals).items():
            for one in traffic[:1]:
                waited = float(hours.get((one.port, one.klass), 0.0))
                if id not in found or waited > found[id][0]:
                    found[id] = (waited, one)
    return {id: traffic for id, (_, traffic) in found.items()}


def _screened(
    runner: _Runner,
    rankings: Rankings,
    submodels: Iterable[PortSubmodel],
    tried: Mapping[str, tuple[UncertainInput, ...]],
    targets: Mapping[str, Traffic],
    settings: SensitivitySettings,
) -> list[ScreenedInput]:
    found: list[ScreenedInput] = []
    for submodel in submodels:
        inputs = tried[submodel.port]
        points = design.trajectories(inputs, settings.trajectories, settings.horizon.seed)
        store = _at_points(runner, "screen", submodel, inputs, points, rankings, settings, 1)
        there = responses.at_points(store, submodel, len(points), rankings.top, targets)
        found += effects.screen(rankings, submodel.port, inputs, points, there, settings.horizon.seed)
    return sorted(found, key=lambda one: (-one.threat, one.key))


def _close(
    runner: _Runner,
    rankings: Rankings,
    submodel: PortSubmodel,
    chosen: Sequence[ScreenedInput],
    targets: Mapping[str, Traffic],
    settings: SensitivitySettings,
) -> dict[Key, SobolIndices]:
    inputs = [one.input for one in chosen]
    points = design.saltelli(inputs, settings.samples, settings.horizon.seed)
    store = _at_points(runner, "close", submodel, inputs, points, rankings, settings, 1)
    there = responses.at_points(store, submodel, len(points), rankings.top, targets)
    return effects.sobol_indices(rankings, chosen, inputs, there, settings.horizon.seed)


def _sweep(
    runner: _Runner,
    rankings: Rankings,
    submodel: PortSubmodel,
    chosen: Sequence[ScreenedInput],
    targets: Mapping[str, Traffic],
    settings: SensitivitySettings,
) -> dict[Key, tuple[RankReversal, ...]]:
    inputs = [one.input for one in chosen]
    points = design.sweep(inputs)
    store = _at_points(runner, "sweep", submodel, inputs, points, rankings, settings, settings.replications)
    there = responses.at_points(store, submodel, len(points), rankings.top, targets)
    each = len(design.SWEPT)
    return {
        one.key: tuple(effects.reversals(rankings, submodel.port, one.input, there, k * each))
        for k, one in enumerate(chosen)
    }


def _at_points(
    runner: _Runner,
    stage: str,
    submodel: PortSubmodel,
    inputs: Sequence[UncertainInput],
    points: Sequence[design.Point],
    rankings: Rankings,
    settings: SensitivitySettings,
    replications: int,
) -> Store:
    experiment = design.experiment(stage, submodel, inputs, points, rankings.top, settings.horizon, replications)
    return runner.run(experiment, submodel, {})
