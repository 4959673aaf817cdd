"""Batches: run an experiment shard by shard on an executor, and continue a stopped one.

Input: an experiment, the corridor and its proposals, a folder. Output: the complete
:class:`~sim.experiments.store.Store` of the folder. Its files are the same, byte for byte, for any workers, order of
work and interruptions.

A run that fails is a result. A shard whose worker dies is repeated alone, so that it affects no other shard; after
several deaths it is stored as failed, and the next batch in the same folder repeats it.
"""

from __future__ import annotations

import json
import pickle
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sim
from corridors.fingerprint import fingerprint
from corridors.io.system_problems import problem
from corridors.messages import Message, MessageError, Text, message
from corridors.model import Corridor
from corridors.overlay.proposals import Proposal, Scenario, changes_of
from sim.experiments.executors import InjectedExecutor, LocalProcesses, Workers
from sim.experiments.expansion import expand
from sim.experiments.experiment import Experiment, Target
from sim.experiments.shard import FORMAT, Done, Shard, Task, code_fingerprint, lost_shard, run_shard
from sim.experiments.staying import workers_for
from sim.experiments.store import Store, create_store

ROOM: Final = "runs"
"""The catalogue of the messages of batches."""
RETRIES: Final = 2
"""Repetitions of a shard, alone, after its worker died."""
FRUITLESS_IN_A_ROW: Final = 12
"""Deaths and failures of workers without a result between them after which the batch stops: the cause is the machine
or the script."""
HEARTBEAT_S: Final = 0.5
"""Seconds of one wait; Windows handles Ctrl-C only between two waits."""


class BatchError(MessageError):
    """A batch cannot continue, as there are no workers any more. Saved results are intact."""


class FailedRunsError(MessageError, RuntimeError):
    """Runs failed, without which a study has no result; ``first`` is the stored reason of the first."""

    def __init__(self, why: Message, first: str) -> None:
        super().__init__(why)
        self.first = first


@dataclass(frozen=True)
class Progress:
    """Progress of a batch in runs. ``total`` grows where a target of precision needs more."""

    done: int
    total: int
    failed: int
    left_s: float | None
    """Estimated time left (s); None while unknown."""


@dataclass(frozen=True)
class Outcome:
    """A complete batch."""

    store: Store
    replications: int
    """Of each scenario."""
    failed: int
    """Number of failed runs; their rows of kind 'runs' have the reason."""
    unmet: tuple[str, ...]
    """Scenarios that miss the target of precision."""

    def whole_store(self) -> Store:
        """The results of a batch without failed runs; raises FailedRunsError if there is one."""
        if self.failed:
            first = self.store.read("runs")["failure_message"].dropna().iloc[0]
            raise FailedRunsError(message("runs.failed", ROOM, n=self.failed), str(first))
        return self.store


def run_batch(
    experiment: Experiment,
    out: Path,
    baseline: Corridor,
    proposals: Mapping[str, Proposal],
    *,
    executor: Executor | None = None,
    workers: int | Workers = 1,
    progress: Callable[[Progress], None] = lambda progress: None,
    first: int | None = None,
    data_fingerprint: str = "",
) -> Outcome:
    """Run everything that is not yet in ``out``; ``progress`` receives the state after every shard.

    ``first`` is a number of replications to run now, for an experiment without a target; a later call runs the others.
    ``data_fingerprint`` is that of the baseline, where it is known.

    ``executor`` (any of concurrent.futures, or Dask's ``Client.get_executor()``) has ``workers`` workers; without one,
    1 is this thread and more are processes of this machine. These start the program anew, so a script that calls this
    needs ``if __name__ == "__main__":``. Workers that the caller keeps for several batches stay as they are.

    Raises DataError for an experiment that does not fit the corridor and a folder that does not fit the experiment,
    StoreError if results cannot be saved any more, BatchError if there are no workers any more; KeyboardInterrupt
    passes through. In every case saved results remain, and the same call continues from there.
    """
    scenarios = [_whole(one, proposals) for one in expand(experiment, baseline, proposals)]
    manifest = manifest_with(experiment, scenarios, data_fingerprint or fingerprint(baseline))
    with create_store(out, manifest) as store, _workers(executor, workers) as those:
        batch = _Batch(store, baseline, scenarios, progress)
        replications, unmet = _whole_shards(experiment, first or experiment.replications), list[str]()
        while True:
            batch.run(replications, those)
            if experiment.target is None:
                break
            unmet, further = _precision(store, experiment.target, replications)
            if further == replications:
                break
            replications = _whole_shards(experiment, further)
        return Outcome(store, replications, batch.failed, tuple(unmet))


@contextmanager
def passing_batch(
    experiment: Experiment,
    baseline: Corridor,
    proposals: Mapping[str, Proposal],
    *,
    workers: int = 1,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> Iterator[Outcome]:
    """The outcome of :func:`run_batch` in a temporary folder, which is deleted at the end of the ``with`` block."""
    with tempfile.TemporaryDirectory() as folder:
        yield run_batch(experiment, Path(folder) / "results", baseline, proposals, workers=workers, progress=progress)


def manifest_of(experiment: Experiment, scenarios: list[Scenario], baseline: Corridor) -> dict[str, Any]:
    """All that the results depend on, as plain values: equal manifests, equal results."""
    return manifest_with(experiment, scenarios, fingerprint(baseline))


def manifest_with(experiment: Experiment, scenarios: Iterable[Scenario], data_fingerprint: str) -> dict[str, Any]:
    """The same for data of which the fingerprint is known."""
    manifest = {
        "format": FORMAT,
        "version": sim.__version__,
        "code_fingerprint": code_fingerprint(),
        "data_fingerprint": data_fingerprint,
        # A change refuses what its kind does not have, so defaults are not written out.
        "experiment": experiment.model_dump(mode="json", exclude_unset=True),
        "scenarios": {one.id: one.model_dump(mode="json", exclude_defaults=True) for one in scenarios},
    }
    plain: dict[str, Any] = json.loads(json.dumps(manifest))
    return plain


def _whole(scenario: Scenario, proposals: Mapping[str, Proposal]) -> Scenario:
    """A scenario with the changes of its proposals among its own, so that workers need no proposals."""
    return scenario.model_copy(update={"changes": changes_of(scenario, proposals)})


def _whole_shards(experiment: Experiment, replications: int) -> int:
    size = experiment.replications_per_shard
    return min(-(-replications // size) * size, experiment.most_replications)


@contextmanager
def _workers(executor: Executor | None, number: int | Workers) -> Iterator[Workers]:
    if not isinstance(number, int):
        yield number
    elif executor is not None:
        yield InjectedExecutor(executor, max(1, number))
    else:
        with workers_for(number, LocalProcesses) as those:
            yield those


def _precision(store: Store, target: Target, replications: int) -> tuple[list[str], int]:
    """The scenarios that miss the target, and the number of replications of the next round.

    The number depends only on the results of the first ``replications``, so that a batch with an interruption ends as
    one without. It at most doubles, as a forecast from few runs is not reliable.
    """
    from sim.statistics import replications_until

    table = store.read("kpis", replications)
    wanted = {"kpi": target.kpi, "port": target.port, "direction": target.direction}
    wanted |= {"class": target.vehicle_class, "side": target.side}
    for column, name in wanted.items():
        table = table[table[column] == name]
    unmet, further = [], replications
    for scenario in store.scenarios:
        values = table["value"][table["scenario"] == scenario].to_numpy()
        if len(values) < replications:
            # Runs failed, or had no value: more runs cannot compensate.
            unmet.append(scenario)
        else:
            found = replications_until(
                values, half_width=target.half_width, relative=target.relative, level=target.level
            )
            if not found.reached:
                unmet.append(scenario)
                further = max(further, replications + (found.more or 0))
    return unmet, min(further, 2 * replications, target.maximum)


class _Batch:
    """The remaining work of an experiment and its distribution to workers."""

    def __init__(
        self, store: Store, baseline: Corridor, scenarios: list[Scenario], progress: Callable[[Progress], None]
    ) -> None:
        self._store, self._progress = store, progress
        self._world = pickle.dumps(baseline)
        # The scenarios have the changes of their proposals; the names are for the manifest.
        self._scenarios = {one.id: pickle.dumps(one.model_copy(update={"proposals": ()})) for one in scenarios}
        saved = [one for one in store.saved() if not one.lost]
        self._saved = {one.shard for one in saved}
        self.failed = sum(one.failed for one in saved)
        self._wanted: list[Shard] = []
        self._todo: deque[Shard] = deque()
        self._suspects: deque[Shard] = deque()
        """A worker died during one of these; run one at a time, so that the next death has one cause."""
        self._tries: Counter[Shard] = Counter()
        self._under_way: dict[Future[Done], Shard] = {}
        self._fruitless = 0
        """Deaths of workers and failed shards since the last result."""
        self._began_s, self._runs_here = time.monotonic(), 0

    def run(self, replications: int, those: Workers) -> None:
        """Run every shard of the first replications that is not saved yet."""
        self._wanted = [shard for shard in self._store.shards.values() if shard.first < replications]
        todo = [shard for shard in self._wanted if shard not in self._saved]
        self._todo.extend(in_turns(todo, list(self._scenarios), those.number))
        self._tell()
        try:
            while self._todo or self._suspects or self._under_way:
                alive = self._hand_out(those)
                wait(self._under_way, timeout=HEARTBEAT_S, return_when=FIRST_COMPLETED)
                victims = self._collect()
                if victims or not alive:
                    self._recover(those, victims)
        finally:
            for future in self._under_way:
                future.cancel()

    def _hand_out(self, those: Workers) -> bool:
        """Submit shards until the workers have enough; False if the workers have died."""
        # A suspect runs alone, and all others wait, until the cause is known.
        line, most = (self._suspects, 1) if self._suspects else (self._todo, those.number * those.ahead)
        while line and len(self._under_way) < most:
            try:
                future = those.submit(run_shard, self._task(line[0]))
            except BrokenExecutor:
                return False
            except Exception as error:
                raise BatchError(message("batch.no_workers", ROOM, why=_why(error))) from error
            self._under_way[future] = line[0]
            if line is self._todo:
                line.popleft()
        return True

    def _collect(self) -> list[Shard]:
        """Save finished shards; return those whose workers died, oldest first."""
        victims = []
        for future in [future for future in self._under_way if future.done()]:
            shard = self._under_way.pop(future)
            try:
                done = future.result()
            except BrokenExecutor:
                victims.append(shard)
            except Exception as error:
                self._give_up(shard, error)
            else:
                self._fruitless = 0
                self._save(shard, done)
        return victims

    def _recover(self, those: Workers, victims: list[Shard]) -> None:
        """Continue with new workers, and find the shard that the old ones died of."""
        if not those.renewable:
            raise BatchError(message("batch.broken_executor", ROOM))
        wait(self._under_way)  # All workers die together; a few shards may have finished just before.
        victims = [*victims, *self._collect()]
        those.renew()
        self._count_as_fruitless(message("batch.worker_died", ROOM))
        if len(victims) > 1:
            # The first were being run, one by each worker; the others only waited.
            self._suspects.extend(victims[: those.number])
            self._todo.extendleft(reversed(victims[those.number :]))
            return
        for shard in victims:
            self._tries[shard] += 1
            if self._tries[shard] > RETRIES:
                self._give_up(shard, BrokenProcessPool("a worker process died"))
            elif shard not in self._suspects:
                self._suspects.append(shard)

    def _give_up(self, shard: Shard, error: Exception) -> None:
        self._save(shard, lost_shard(self._task(shard), error))
        self._count_as_fruitless(_why(error))

    def _count_as_fruitless(self, why: Text) -> None:
        self._fruitless += 1
        if self._fruitless >= FRUITLESS_IN_A_ROW:
            raise BatchError(message("batch.no_results", ROOM, n=self._fruitless, why=why))

    def _task(self, shard: Shard) -> Task:
        experiment = self._store.experiment
        return Task(
            shard=shard,
            world=self._world,
            scenario=self._scenarios[shard.scenario],
            seed=experiment.seed,
            engine=experiment.engine,
            experiment=self._store.fingerprint,
            code=self._store.manifest["code_fingerprint"],
            data=self._store.manifest["data_fingerprint"],
            # Of a design each value was tried by itself, but not each point.
            checked=experiment.design is None,
            kinds=experiment.kinds,
        )

    def _save(self, shard: Shard, done: Done) -> None:
        self._store.commit(shard, done)
        self._saved.add(shard)
        if shard in self._suspects:
            self._suspects.remove(shard)
        self.failed += done.failed
        self._runs_here += len(shard.replications)
        self._tell()

    def _tell(self) -> None:
        done = _runs(shard for shard in self._wanted if shard in self._saved)
        total = _runs(self._wanted)
        took_s = time.monotonic() - self._began_s
        left_s = took_s / self._runs_here * (total - done) if self._runs_here else None
        self._progress(Progress(done, total, self.failed, left_s))


def _why(error: Exception) -> Text:
    """The reason of an error of a worker."""
    if isinstance(error, MessageError):
        return error.messages[0]
    return problem(error)


def in_turns(shards: Iterable[Shard], scenarios: Sequence[str], workers: int) -> list[Shard]:
    """Shards in the order in which workers take them: each has the next replications of one scenario, then of the next.

    If two ran the same replication at once, neither could use the figures of what both scenarios have in common. With
    one worker, early results cover every scenario; with as many as a scenario has shards, one scenario is complete
    after the other, and a batch that is stopped has nothing of the last ones.
    """
    of_scenario: dict[str, list[Shard]] = {id: [] for id in scenarios}
    for shard in shards:
        of_scenario[shard.scenario].append(shard)
    lines = [sorted(some, key=lambda shard: shard.first) for some in of_scenario.values()]
    turns = range(0, max(map(len, lines), default=0), max(1, workers))
    return [shard for turn in turns for line in lines for shard in line[turn : turn + max(1, workers)]]


def _runs(shards: Iterable[Shard]) -> int:
    return sum(len(shard.replications) for shard in shards)
