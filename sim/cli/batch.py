"""``bridgehead batch``: all runs of an experiment, on all cores or on a cluster; goes on where it stopped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import ERROR, DataError, Finding, Findings
from sim.cli import console
from sim.cli.failure import Failure
from sim.cli.options import Data, Speak, Workers
from sim.text import cli
from sim.text.cli import say

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from corridors.model import Corridor
    from sim.experiments.batch import Outcome, Progress
    from sim.experiments.experiment import Experiment

DASK_PATIENCE_S = 10
FAILURES_TOLD = 10
"""The results have them all."""


def batch(
    experiment: Annotated[str, typer.Argument(metavar="EXPERIMENT.yaml", help="An experiment file, or the id of one.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of results; what is there is not redone.")],
    workers: Workers = None,
    dask: Annotated[
        str | None,
        typer.Option("--dask", metavar="ADDRESS", help="Scheduler of a Dask cluster, such as tcp://host:8786."),
    ] = None,
    data: Data = None,
    language: Speak = "en",
) -> None:
    """Run scenarios x replications. Ctrl-C loses nothing that was saved; the same command goes on."""
    from corridors.io.yaml_locations import told_by_line
    from corridors.load import load_corridor
    from corridors.overlay.proposals import load_proposals
    from sim.cli.catalogue import find_file, folder_of, proposal_files
    from sim.experiments.batch import BatchError, run_batch
    from sim.experiments.experiment import load_experiment
    from sim.experiments.store import StoreError

    cli.use(language)
    wrong = Findings()
    if workers and dask:
        wrong.append(Finding(ERROR, "--workers", None, "", str(workers), "either --workers or --dask"))
    with console.progress() as tell:
        tell("phase_read")
        with wrong.gather():
            file = find_file("experiments", experiment, "the experiment", data)
            asked = load_experiment(file)
        with wrong.gather():
            corridor, proposals = load_corridor(data), load_proposals(folder_of("proposals", data))
    wrong.refuse()
    _tell_warmup(asked, corridor)
    last: list[Progress] = []
    try:
        with _executor(dask, workers) as (executor, number), progress_bar() as show:

            def follow(progress: Progress) -> None:
                last[:] = [progress]
                show(progress)

            with told_by_line(proposal_files(data) | {f"{asked.id}.yaml": file}):
                outcome = run_batch(asked, out, corridor, proposals, executor=executor, workers=number, progress=follow)
    except (KeyboardInterrupt, StoreError, BatchError) as stop:
        why = [str(stop)] if str(stop) else [say("stopped")]
        for progress in last:
            why.append(say("batch_go_on", done=progress.done, total=progress.total, folder=out))
            why += [say("runs_failed", failed=progress.failed)] if progress.failed else []
        raise Failure("\n".join(why)) from None
    _tell(outcome)


@contextmanager
def _executor(dask: str | None, workers: int | None) -> Iterator[tuple[Executor | None, int]]:
    """Who works, and how many they are."""
    if dask is None:
        yield None, workers or os.cpu_count() or 1
        return
    try:
        distributed = import_module("distributed")  # An extra that nothing else needs.
    except ImportError:
        expected = "the package distributed: pip install 'bridgehead[dask]'"
        raise DataError([Finding(ERROR, "--dask", None, "", "no Dask here", expected)]) from None
    try:
        client = distributed.Client(dask, timeout=DASK_PATIENCE_S)
    except (OSError, ValueError) as error:
        expected = "the address of a Dask scheduler that answers"
        raise DataError([Finding(ERROR, "--dask", None, "", dask, expected, message=str(error))]) from None
    with client:
        number = sum(client.nthreads().values())
        if number == 0:
            raise DataError([Finding(ERROR, "--dask", None, "", "no workers", "a cluster that has some")])
        yield client.get_executor(pure=False), number


@contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None]]:
    """A function that shows how far a batch is: a bar on a terminal, else nothing."""
    with progress_bars() as show:
        yield partial(show, "")


@contextmanager
def progress_bars() -> Iterator[Callable[[str, Progress], None]]:
    """As :func:`progress_bar`, with a bar for each stage that begins, under its name."""
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
            told = [stage] if stage else []
            told += [say("left", time=_time(progress.left_s))] if progress.left_s is not None else []
            told += [say("runs_failed", failed=progress.failed)] if progress.failed else []
            bars.update(tasks[stage], completed=progress.done, total=progress.total, description=" · ".join(told))

        yield show


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def called(id: str, about: Mapping[str, object]) -> str:
    """A scenario by its title and, to find it in files, its id."""
    title = about.get(f"title_{cli.language()}")
    return f"{title} ({id})" if title else id


def _tell_warmup(asked: Experiment, corridor: Corridor) -> None:
    """A warm-up that nobody left out on purpose and that gave way to few days."""
    from sim.run import prepare

    if not asked.days or asked.warmup_days is not None:
        return
    with suppress(DataError):  # What is wrong with the days is told with all else that is wrong.
        dropped = prepare(corridor, start=asked.start, days=asked.days).warmup_dropped
        if dropped:
            console.err().print(say("warmup_dropped", warmup=dropped, days=asked.days))


def _tell(outcome: Outcome) -> None:
    """What there is now; raises Failure if any run of it failed."""
    store, replications = outcome.store, outcome.replications
    runs = len(store.scenarios) * replications
    settings = next(iter(store.scenarios.values()))
    out = console.out()
    title = store.experiment.title_zh if cli.language() == "zh" else store.experiment.title_en
    begins = {"experiment": title, "scenarios": len(store.scenarios), "replications": replications}
    out.print(say("batch_begins", **begins, days=settings["days"], start=settings["start"]))
    if outcome.unmet:
        out.print(say("batch_unmet", scenarios=", ".join(outcome.unmet)))
    if outcome.failed == 0:
        out.print(say("batch_done", runs=runs, folder=store.folder))
        return
    told = store.read("runs")
    told = told[told["failure_stage"].notna()].head(FAILURES_TOLD)
    lines = [
        say(
            "batch_failure",
            scenario=called(str(row.scenario), store.scenarios[str(row.scenario)]),
            replication=row.replication,
            stage=say(f"stage_{row.failure_stage}"),
            why=row.failure_message,
        )
        for row in told.itertuples()
    ]
    raise Failure("\n".join([say("batch_failed", failed=outcome.failed, runs=runs, folder=store.folder), *lines]))
