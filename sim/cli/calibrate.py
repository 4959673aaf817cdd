"""``bridgehead calibrate``: fit assumed numbers, within their ranges, to the facts that are declared for it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import ERROR, DataError, Finding
from sim.cli import console
from sim.cli.failure import Failure
from sim.cli.options import FILES, RUN, Data, Seed, Speak, Workers
from sim.text import catalogue, cli
from sim.text.cli import say

if TYPE_CHECKING:
    from corridors.model import Corridor
    from sim.studies.calibration import Calibration
    from sim.studies.sensitivity import UncertainInput
    from sim.studies.validation.comparisons import FactComparison
    from sim.text.names import Names


def calibrate(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder of runs; what is there is not redone.")
    ] = Path("out") / "calibration",
    name: Annotated[
        str, typer.Option("--name", metavar="ID", help="Of the calibration.", rich_help_panel=FILES)
    ] = "base_2023",
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="DIR", help="Where to write the values found.", rich_help_panel=FILES),
    ] = None,
    apply: Annotated[
        bool,
        typer.Option("--apply", help="Write values that are clearly better into the tables.", rich_help_panel=FILES),
    ] = False,
    most: Annotated[
        int, typer.Option("--most", metavar="N", min=1, help="Guesses to fit, a port.", rich_help_panel=RUN)
    ] = 6,
    points: Annotated[
        int, typer.Option("--points", metavar="N", min=4, help="Of the sample, a guess.", rich_help_panel=RUN)
    ] = 10,
    replications: Annotated[
        int, typer.Option("--replications", metavar="N", min=2, help="Of what is confirmed.", rich_help_panel=RUN)
    ] = 3,
    days: Annotated[
        int | None,
        typer.Option("--days", metavar="N", min=1, help="Of each run; the base year if not said.", rich_help_panel=RUN),
    ] = None,
    seed: Seed = 1,
    workers: Workers = None,
    data: Data = None,
    language: Speak = "en",
) -> None:
    """Fit assumed numbers to the facts with the role `fit`; test facts are only told.

    Takes some ten minutes on two cores; a stop loses nothing that was saved, the same command goes on.
    """
    from sim.cli.batch import progress_bars
    from sim.cli.catalogue import data_folder, folder_of
    from sim.cli.validate import run_problems
    from sim.experiments.batch import Progress
    from sim.studies.calibration import CalibrationSettings
    from sim.studies.calibration import calibrate as fit_all
    from sim.studies.calibration.record import apply_record, write_record
    from sim.studies.validation.levels import RunError
    from sim.text.names import Names

    cli.use(language)
    with console.progress() as tell:
        tell("phase_read")
        corridor, inputs, comparisons = _read(data)
        wrong = _too_few_days(corridor, comparisons, days)
    if wrong:
        raise DataError(wrong)
    names = Names.of(corridor, language)
    settings = CalibrationSettings(seed=seed, days=days, most=most, points=points, replications=replications)
    try:
        with progress_bars() as show:

            def follow(stage: str, done: int, total: int) -> None:
                show(stage, Progress(done, total, 0, None))

            number = workers or os.cpu_count() or 1
            found = fit_all(corridor, inputs, comparisons, out, settings, workers=number, progress=follow)
    except (KeyboardInterrupt, RunError, OSError) as stop:
        why = "\n".join(run_problems(stop)) if isinstance(stop, RunError) else str(stop) or say("stopped")
        raise Failure(f"{why}\n{_say('resume', folder=out)}") from None
    if found is None:
        console.out().print(_say("nothing"))
        return
    _show(found, names)
    for path in write_record(record or folder_of("calibration", data), name, found):
        console.err().print(_say("wrote", path=path))
    if apply and found.clearly_better:
        title = catalogue.say("calibration.source_title", catalogue.ENGLISH)
        written = apply_record(data_folder(data), name, found, title)
        console.out().print(_say("applied", n=len(written), folder=data_folder(data)))
    elif apply:
        console.out().print(_say("not_applied"))


def _too_few_days(corridor: Corridor, comparisons: Sequence[FactComparison], days: int | None) -> list[Finding]:
    """Days that leave no warm-up, or end before those that a fact is about: its figure would be of other days."""
    from sim.cli.option_errors import too_few
    from sim.run import prepare
    from sim.studies.validation.levels import BASE

    found = too_few(corridor, days)
    start = prepare(corridor).settings.start
    last_days = {of.id: of.last_day for of in comparisons if of.level == BASE and of.last_day}
    if days and not found and last_days:
        fact = max(last_days, key=lambda id: last_days[id])
        least = (last_days[fact] - start).days + 1
        if days < least:
            found.append(Finding(ERROR, "--days", None, "", str(days), f"at least {least}, to the last day of {fact}"))
    return found


def _read(data: Path | None) -> tuple[Corridor, tuple[UncertainInput, ...], tuple[FactComparison, ...]]:
    from corridors.io import tables
    from sim.cli.catalogue import folder_of
    from sim.studies.sensitivity import load_uncertain_inputs
    from sim.studies.validation.comparisons import load_comparisons

    corridor = tables.load(data)
    inputs = load_uncertain_inputs(corridor, folder_of("sensitivity", data) / "guesses.csv")
    return corridor, inputs, load_comparisons(folder_of("validation", data) / "comparisons.csv")


def _say(key: str, /, **values: object) -> str:
    return catalogue.say(f"calibration.{key}", cli.language(), **values)


def _show(found: Calibration, names: Names) -> None:
    from corridors.translations import translated
    from sim.studies.calibration.record import number

    out = console.out()
    counts = {role: found.count(role) for role in ("fit", "test")}
    counts |= {f"{role}_before": found.agree(role, after=False) for role in ("fit", "test")}
    counts |= {f"{role}_after": found.agree(role, after=True) for role in ("fit", "test")}
    fitted = sum(one.fitted for one in found.facts)
    size = {"numbers": len(found.numbers), "facts": fitted, "ports": len(found.losses), "runs": found.runs}
    out.print(_say("lead", **size, seed=found.settings.seed))
    out.print(_say("loss", before=found.before, after=found.after, noise=found.noise, near=found.near_equal))
    out.print(_say("agree", **counts))
    if found.worsened_ports:
        out.print(_say("worse_at", ports=tuple(names.port(port) for port in found.worsened_ports)))
    else:
        out.print(_say("better" if found.clearly_better else "not_better"))
    heads = ("address", "declared", "value", "spread", "range")
    rows = [
        [
            *(one.address, number(one.declared), number(one.value)),
            *(_say("span", low=number(low), high=number(high)) for low, high in (one.spread, (one.low, one.high))),
        ]
        for one in found.numbers
    ]
    out.print()
    out.print(console.table(out, [_say(key) for key in heads], rows))
    for port, (before, after) in found.losses.items():
        out.print()
        out.print(_say("port", port=names.port(port), before=before, after=after), style="bold")
        heads = ("fact", "role", "published", "before", "after")
        rows = [
            [
                translated(one.of, "what", names.language),
                _say(f"role.{one.of.role}"),
                *(f"{value:.4g}" for value in (one.of.published, one.before, one.after)),
            ]
            for one in found.facts
            if one.port == port and one.of.kind == "outcome"
        ]
        out.print(console.table(out, [_say(key) for key in heads], rows, texts=2))
