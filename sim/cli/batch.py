"""``bridgehead batch``: all runs of an experiment, here or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import DataError, Findings
from corridors.io.system_problems import problem
from sim.cli import console
from sim.cli.failure import Failure, reason
from sim.cli.options import Data, OutFolder, Workers, processes
from sim.cli.words import language, own_text, say, text, wrong
from sim.text.catalogue import ENGLISH
from sim.text.catalogue import say as text_of
from sim.text.runs import failure_reason

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from corridors.model import Corridor
    from corridors.overlay.proposals import Proposal
    from sim.experiments.batch import Outcome, Progress
    from sim.experiments.experiment import Experiment
    from sim.experiments.store import Store

EXPERIMENT = "EXPERIMENT.yaml"
"""Placeholder of the argument."""
DASK_PATIENCE_S = 10
FAILURES_SHOWN = 10
"""Failed runs that are listed; the results have all."""


def batch(
    experiment: Annotated[str, typer.Argument(metavar=EXPERIMENT)],
    out: OutFolder,
    workers: Workers = None,
    dask: Annotated[str | None, typer.Option("--dask", metavar="ADDRESS")] = None,
    data: Data = None,
) -> None:
    """Run all scenarios and replications of an experiment."""
    from corridors.io.yaml_locations import lines_in_findings
    from corridors.load import load_corridor
    from sim.cli.catalogue import find_file, proposal_files, proposals_of
    from sim.experiments.batch import BatchError, run_batch
    from sim.experiments.experiment import load_experiment
    from sim.experiments.store import StoreError

    found = Findings()
    if workers and dask:
        found.append(wrong("--workers", workers, "option.workers_or_dask"))
    with console.progress() as tell:
        tell("phase_read")
        with found.gather():
            file = find_file("experiments", experiment, EXPERIMENT, data)
            asked = load_experiment(file)
        with found.gather():
            corridor, proposals = load_corridor(data), proposals_of(data)
    found.refuse()
    _note_warmup(asked, corridor)
    _note_repeated_points(asked, corridor, proposals)
    last: list[Progress] = []
    try:
        with _executor(dask, workers) as (executor, number), progress_bar() as show:

            def follow(progress: Progress) -> None:
                last[:] = [progress]
                show(progress)

            with lines_in_findings(proposal_files(data) | {f"{asked.id}.yaml": file}):
                outcome = run_batch(asked, out, corridor, proposals, executor=executor, workers=number, progress=follow)
    except (KeyboardInterrupt, StoreError, BatchError) as stop:
        why = [reason(stop) or say("stopped")]
        for progress in last:
            why.append(say("batch_go_on", done=progress.done, n=progress.total, folder=out))
            why += [say("runs_failed", n=progress.failed)] if progress.failed else []
        raise Failure("\n".join(why)) from None
    _show(outcome)


@contextmanager
def _executor(dask: str | None, workers: int | None) -> Iterator[tuple[Executor | None, int]]:
    """The executor (None: local processes) and its number of workers."""
    if dask is None:
        yield None, processes(workers)
        return
    try:
        distributed = import_module("distributed")  # An extra that nothing else needs.
    except ImportError:
        raise DataError([wrong("--dask", text("option.no_dask"), "option.dask_package")]) from None
    try:
        client = distributed.Client(dask, timeout=DASK_PATIENCE_S)
    except (OSError, ValueError) as error:
        raise DataError([replace(wrong("--dask", dask, "option.dask_address"), message=problem(error))]) from None
    with client:
        number = sum(client.nthreads().values())
        if number == 0:
            raise DataError([wrong("--dask", text("option.no_workers"), "option.dask_workers")])
        yield client.get_executor(pure=False), number


@contextmanager
def whole_batches() -> Iterator[None]:
    """For a study that needs all its runs: raise Failure with the reason if a batch stops or a run of it fails."""
    from sim.experiments.batch import BatchError, FailedRunsError
    from sim.experiments.store import StoreError

    try:
        yield
    except (StoreError, BatchError) as stop:
        raise Failure(reason(stop)) from None
    except FailedRunsError as failed:
        first = failure_reason(failed.first, language())
        raise Failure(f"{reason(failed)}\n{text_of('runs.runs.first_reason', language(), why=first)}") from None


@contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None]]:
    """A function that shows progress: a bar on a terminal, else nothing."""
    with progress_bars() as show:
        yield partial(show, "")


@contextmanager
def progress_bars() -> Iterator[Callable[[str, Progress], None]]:
    """As :func:`progress_bar`, with a named bar for each stage."""
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
    from rich.progress import Progress as Bars

    on = console.err()
    if not on.is_terminal:
        yield lambda stage, progress: None
        return
    with Bars(BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), console=on) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, progress: Progress) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=None)
            parts = [stage] if stage else []
            parts += [say("left", time=_time(progress.left_s))] if progress.left_s is not None else []
            parts += [say("runs_failed", n=progress.failed)] if progress.failed else []
            bars.update(tasks[stage], completed=progress.done, total=progress.total, description=" · ".join(parts))

        yield show


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def called(id: str, about: Mapping[str, object]) -> str:
    """A scenario by its title and its id, which is its name in files."""
    title = about.get(f"title_{language()}") or about.get(f"title_{ENGLISH}")
    return say("title_and_id", title=title, id=id) if title else id


def _note_warmup(asked: Experiment, corridor: Corridor) -> None:
    """Print a note if the run is too short for the warm-up of the data."""
    from sim.run import prepare

    if not asked.days or asked.warmup_days is not None:
        return
    with suppress(DataError):  # run_batch reports wrong days together with all other findings.
        dropped = prepare(corridor, start=asked.start, days=asked.days).warmup_dropped
        if dropped:
            console.err().print(say("warmup_dropped", warmup=dropped, days=asked.days))


def _note_repeated_points(asked: Experiment, corridor: Corridor, proposals: Mapping[str, Proposal]) -> None:
    """Print a warning if points of the design are the same scenario."""
    from sim.experiments.expansion import expand, repeated_points

    if asked.design:
        with suppress(DataError):  # run_batch reports all findings.
            for finding in repeated_points(asked, expand(asked, corridor, proposals)):
                console.err().print(console.in_a_line(finding))


def _show(outcome: Outcome) -> None:
    """Print a summary; raises Failure if any run failed."""
    store, replications = outcome.store, outcome.replications
    runs = len(store.scenarios) * replications
    settings = next(iter(store.scenarios.values()))
    out = console.out()
    begins = {
        "experiment": own_text(store.experiment, "title"),
        "scenarios": len(store.scenarios),
        "replications": replications,
    }
    out.print(say("batch_begins", **begins, days=settings["days"], start=settings["start"]))
    if outcome.unmet:
        out.print(say("batch_unmet", scenarios=tuple(outcome.unmet)))
    if outcome.failed == 0:
        out.print(say("batch_done", n=runs, folder=store.folder))
        return
    first = say("batch_failed", failed=outcome.failed, n=runs, folder=store.folder)
    raise Failure("\n".join([first, *failed_runs(store)]))


def failed_runs(store: Store) -> list[str]:
    """A sentence for each of the first failed runs."""
    failed = store.read("runs")
    failed = failed[failed["failure_stage"].notna()].head(FAILURES_SHOWN)
    return [
        say(
            "batch_failure",
            scenario=called(str(row.scenario), store.scenarios[str(row.scenario)]),
            replication=row.replication,
            stage=say(f"stage_{row.failure_stage}"),
            why=failure_reason(str(row.failure_message), language()),
        )
        for row in failed.itertuples()
    ]
