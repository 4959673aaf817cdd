"""A whole study: which guesses could change the order of the top proposals. Goes on where it was stopped.

Four stages, each a batch in a folder of its own for each port, so that what was run stays run:

============  ========================================================================================================
``declared``  every proposal over every port it reaches, a few replications: the order, and how far chance moves it
``screen``    Morris over all guesses of the ports that a top proposal reaches, with and without each of them
``close``     Saltelli's sample over the few guesses that threaten the order most, all others as declared
``sweep``     each of these few by itself, from one end of its range to the other, a few replications
============  ========================================================================================================

All runs have the same seed; proposal and base are compared at the same point and in the same replication.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.model import Corridor
from corridors.overlay.changes import apply
from corridors.overlay.proposals import Proposal
from sim.run import prepare
from sim.studies.sensitivity import design, effects, responses
from sim.studies.sensitivity.effects import Screened, Share, Tip
from sim.studies.sensitivity.port_submodels import World, worlds
from sim.studies.sensitivity.rank_stability import Orders, Pair, best, orders, yearly_costs
from sim.studies.sensitivity.uncertain_inputs import Guess, weighing

if TYPE_CHECKING:
    from sim.experiments.batch import Progress
    from sim.experiments.experiment import Experiment
    from sim.experiments.store import Store
    from sim.studies.compare import Traffic

Key = tuple[str, str]
"""(port, guess)."""


@dataclass(frozen=True)
class Asked:
    """What a study shall do."""

    horizon: design.Horizon
    proposals: tuple[str, ...] = ()
    """Those to put in order; () for the best ``top`` that there are."""
    top: int = 6
    replications: int = 4
    """Of the stages as declared and sweep."""
    trajectories: int = 4
    samples: int = 16
    """A power of 2."""
    close: int = 8
    """Guesses to look at closely."""


@dataclass(frozen=True)
class Sensitivity:
    """What a study found."""

    asked: Asked
    titles: Mapping[str, tuple[str, str]]
    """By proposal, in English and Chinese."""
    orders: Orders
    meant: Mapping[str, Traffic]
    guesses: Mapping[str, tuple[Guess, ...]]
    """By port that a top proposal reaches."""
    screened: tuple[Screened, ...]
    """The greatest threat first."""
    shares: Mapping[Key, Share]
    tips: Mapping[Key, tuple[Tip, ...]]
    """Of the guesses looked at closely; () where nothing swaps."""
    costs: tuple[tuple[str, float, bool, Pair], ...]
    """See :func:`.effects.cost_tips`."""
    weighing: tuple[str, ...]
    """Addresses with a range that move no vehicle and were left alone."""
    elsewhere: tuple[Guess, ...]
    """Guesses that reach none of these ports."""
    runs: int
    failed: int

    def to_measure(self, most: int = 5) -> list[Screened]:
        """What to measure first: what swaps proposals by itself, then what comes nearest to it."""
        return sorted(self.screened, key=lambda one: (not self.tips.get(one.key), -one.threat, one.key))[:most]


@dataclass
class _Runner:
    """Runs the stages, and counts."""

    out: Path
    workers: int
    progress: Callable[[str, Progress], None]
    runs: int = 0
    failed: int = field(default=0)

    def run(self, experiment: Experiment, world: World, proposals: Mapping[str, Proposal]) -> Store:
        from sim.experiments.batch import run_batch

        folder = self.out / experiment.id.removeprefix("sensitivity_")
        outcome = run_batch(
            experiment,
            folder,
            world.corridor,
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
    guesses: Sequence[Guess],
    out: Path,
    asked: Asked,
    *,
    workers: int = 1,
    progress: Callable[[str, Progress], None] = lambda stage, progress: None,
) -> Sensitivity:
    """Run all that is not yet in ``out``, and tell what was found; ``progress`` is told of stage and runs.

    Raises DataError, StoreError and BatchError like :func:`sim.experiments.batch.run_batch`.
    """
    start = prepare(corridor, start=asked.horizon.start, days=asked.horizon.days).settings.start
    asked = replace(asked, horizon=replace(asked.horizon, start=start))
    runner = _Runner(out, workers, progress)
    costed = yearly_costs(corridor, proposals.values())
    candidates = {id: proposals[id] for id in (asked.proposals or sorted(costed))}
    everywhere = {world.port: world for world in worlds(corridor, candidates)}
    stores = {
        port: runner.run(design.as_declared(world, asked.horizon, asked.replications), world, world.proposals)
        for port, world in everywhere.items()
        if world.proposals
    }
    meant = _meant(stores, everywhere)
    declared = {port: responses.as_declared(store, everywhere[port], meant) for port, store in stores.items()}
    top = best(declared, costed, candidates, asked.top) if not asked.proposals else list(asked.proposals)
    found = orders(declared, costed, top)
    near = [world for world in everywhere.values() if set(top) & set(world.proposals)]
    tried = {world.port: world.guesses(guesses, top) for world in near}
    for world in near:
        _check_ends(world, tried[world.port])
    screened = _screened(runner, found, near, tried, meant, asked)
    chosen = [one for one in screened if one.threat > 0][: asked.close]
    shares: dict[Key, Share] = {}
    tips: dict[Key, tuple[Tip, ...]] = {}
    for world in near:
        here = [one for one in chosen if one.port == world.port]
        if here:
            shares |= _close(runner, found, world, here, meant, asked)
            tips |= _sweep(runner, found, world, here, meant, asked)
    seen = {guess.id for here in tried.values() for guess in here}
    return Sensitivity(
        asked=asked,
        titles={id: (one.title_en, one.title_zh) for id, one in candidates.items()},
        orders=found,
        meant=meant,
        guesses=tried,
        screened=tuple(screened),
        shares=shares,
        tips=tips,
        costs=tuple(effects.cost_tips(found)),
        weighing=weighing(corridor),
        elsewhere=tuple(guess for guess in guesses if guess.id not in seen),
        runs=runner.runs,
        failed=runner.failed,
    )


def _check_ends(world: World, guesses: Sequence[Guess]) -> None:
    """Raise DataError for ranges that reach beyond what the world can be, before thousands of points do."""
    for share in (0.0, 1.0):
        apply(world.corridor, [change for guess in guesses for change in guess.at(share)])


def _meant(stores: Mapping[str, Store], worlds: Mapping[str, World]) -> dict[str, Traffic]:
    """By proposal the traffic that it is meant to help; of several, over all ports, that which waits longest."""
    from sim.studies.compare import Results
    from sim.studies.compare.target_traffic import target_traffic

    found: dict[str, tuple[float, Traffic]] = {}
    for port, store in stores.items():
        results = Results.of(store)
        base = results.waiting[results.waiting["scenario"] == results.baseline]
        hours = base.groupby(["port", "class"])["hours"].sum().to_dict()
        for id, traffic in target_traffic(results, worlds[port].corridor, worlds[port].proposals).items():
            for one in traffic[:1]:
                waited = float(hours.get((one.port, one.klass), 0.0))
                if id not in found or waited > found[id][0]:
                    found[id] = (waited, one)
    return {id: traffic for id, (_, traffic) in found.items()}


def _screened(
    runner: _Runner,
    orders: Orders,
    worlds: Iterable[World],
    tried: Mapping[str, tuple[Guess, ...]],
    meant: Mapping[str, Traffic],
    asked: Asked,
) -> list[Screened]:
    found: list[Screened] = []
    for world in worlds:
        guesses = tried[world.port]
        points = design.trajectories(guesses, asked.trajectories, asked.horizon.seed)
        store = _at_points(runner, "screen", world, guesses, points, orders, asked, 1)
        there = responses.at_points(store, world, len(points), orders.top, meant)
        found += effects.screen(orders, world.port, guesses, points, there, asked.horizon.seed)
    return sorted(found, key=lambda one: (-one.threat, one.key))


def _close(
    runner: _Runner,
    orders: Orders,
    world: World,
    chosen: Sequence[Screened],
    meant: Mapping[str, Traffic],
    asked: Asked,
) -> dict[Key, Share]:
    guesses = [one.guess for one in chosen]
    points = design.saltelli(guesses, asked.samples, asked.horizon.seed)
    store = _at_points(runner, "close", world, guesses, points, orders, asked, 1)
    there = responses.at_points(store, world, len(points), orders.top, meant)
    return effects.shares(orders, chosen, guesses, there, asked.horizon.seed)


def _sweep(
    runner: _Runner,
    orders: Orders,
    world: World,
    chosen: Sequence[Screened],
    meant: Mapping[str, Traffic],
    asked: Asked,
) -> dict[Key, tuple[Tip, ...]]:
    guesses = [one.guess for one in chosen]
    points = design.sweep(guesses)
    store = _at_points(runner, "sweep", world, guesses, points, orders, asked, asked.replications)
    there = responses.at_points(store, world, len(points), orders.top, meant)
    each = len(design.SWEPT)
    return {
        one.key: tuple(effects.tips(orders, world.port, one.guess, there, k * each)) for k, one in enumerate(chosen)
    }


def _at_points(
    runner: _Runner,
    stage: str,
    world: World,
    guesses: Sequence[Guess],
    points: Sequence[design.Point],
    orders: Orders,
    asked: Asked,
    replications: int,
) -> Store:
    experiment = design.experiment(stage, world, guesses, points, orders.top, asked.horizon, replications)
    return runner.run(experiment, world, {})
