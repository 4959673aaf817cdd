"""``bridgehead calibrate``: assumed values fitted to published figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import DataError, Finding
from sim.cli import console
from sim.cli.failure import Failure, reason
from sim.cli.options import FILES, Data, Days, OutFolder, Replications, Seed, Workers, count, processes
from sim.cli.words import language, own_text, say, wrong
from sim.text import catalogue

if TYPE_CHECKING:
    from corridors.model import Corridor
    from sim.studies.calibration import Calibration
    from sim.studies.sensitivity import UncertainInput
    from sim.studies.validation.comparisons import FactComparison
    from sim.text.names import Names


def calibrate(
    out: OutFolder = Path("out") / "calibration",
    name: Annotated[str, typer.Option("--name", metavar="ID", rich_help_panel=FILES)] = "base_2023",
    record: Annotated[Path | None, typer.Option("--record", metavar="DIR", rich_help_panel=FILES)] = None,
    apply: Annotated[bool, typer.Option("--apply", rich_help_panel=FILES)] = False,
    most: Annotated[int, count("--most", 1)] = 6,
    points: Annotated[int, count("--points", 4)] = 10,
    replications: Replications = 3,
    days: Days = None,
    seed: Seed = 1,
    workers: Workers = None,
    data: Data = None,
) -> None:
    """Fit assumed values to the published figures with the role `fit`."""
    from sim.cli.batch import progress_bars
    from sim.cli.catalogue import data_folder, folder_of
    from sim.experiments.batch import Progress
    from sim.studies.calibration import CalibrationSettings
    from sim.studies.calibration import calibrate as fit_all
    from sim.studies.calibration.record import apply_record, write_record
    from sim.studies.validation.levels import UnbalancedRunError
    from sim.text.names import Names

    with console.progress() as tell:
        tell("phase_read")
        corridor, inputs, comparisons = _read(data)
        findings = _too_few_days(corridor, comparisons, days)
    if findings:
        raise DataError(findings)
    names = Names.of(corridor, language())
    settings = CalibrationSettings(seed=seed, days=days, most=most, points=points, replications=replications)
    try:
        with progress_bars() as show:

            def follow(stage: str, done: int, total: int) -> None:
                show(stage, Progress(done, total, 0, None))

            number = processes(workers)
            found = fit_all(corridor, inputs, comparisons, out, settings, workers=number, progress=follow)
    except (KeyboardInterrupt, UnbalancedRunError, OSError) as stop:
        raise Failure(f"{reason(stop) or say('stopped')}\n{_say('resume', folder=out)}") from None
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
    """Findings for days within the warm-up or before those of a figure."""
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
            found.append(wrong("--days", days, "option.days_to_fact", n=least, fact=fact))
    return found


def _read(data: Path | None) -> tuple[Corridor, tuple[UncertainInput, ...], tuple[FactComparison, ...]]:
    from corridors.load import load_corridor
    from sim.cli.catalogue import comparisons_of, uncertain_inputs_file
    from sim.studies.sensitivity import load_uncertain_inputs

    corridor = load_corridor(data)
    inputs = load_uncertain_inputs(corridor, uncertain_inputs_file(data))
    return corridor, inputs, comparisons_of(corridor, data)


def _say(key: str, /, **values: object) -> str:
    return catalogue.say(f"calibration.{key}", language(), **values)


def _show(found: Calibration, names: Names) -> None:
    from sim.reports.number_format import general
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
                own_text(one.of, "what"),
                _say(f"role.{one.of.role}"),
                *(general(value, 4) for value in (one.of.published, one.before, one.after)),
            ]
            for one in found.facts
            if one.port == port and one.of.kind == "outcome"
        ]
        out.print(console.table(out, [_say(key) for key in heads], rows, texts=2))
