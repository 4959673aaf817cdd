"""``bridgehead fit``: own records to visits, numbers with intervals, and a scenario of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from corridors.findings import DataError, Findings
from sim.cli import console
from sim.cli.options import Data, Json, OutFolder, Report, RunOptions, ScenarioName, Seed
from sim.cli.words import language
from sim.cli.words import wrong as wrong_option
from sim.reports.fit_files import CHECK_COLUMNS, NAMES, NUMBER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model import Corridor
    from corridors.overlay.proposals import Scenario
    from corridors.records.mapping import RecordMap
    from corridors.records.visits import Visits
    from sim.studies.fitting.fitting import Fit
    from sim.studies.fitting.replaying import Checked

FAILED: Final = 1


def fit(
    logs: Annotated[list[Path], typer.Argument(metavar="LOG...")],
    map_: Annotated[Path, typer.Option("--map", metavar="MAP.yaml")],
    out: OutFolder,
    data: Data = None,
    seed: Seed = 1,
    scenario: ScenarioName = None,
    from_: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], metavar="DATE")] = None,
    to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], metavar="DATE")] = None,
    hold_out_weeks: Annotated[int | None, typer.Option("--hold-out-weeks", metavar="N", min=0)] = None,
    strict: Annotated[bool, typer.Option("--strict")] = False,
    json: Json = None,
    report: Report = None,
) -> None:
    """Fit the model to own records: visits, numbers with intervals, and a scenario of them."""
    from sim.cli.files import asked_files, deliver, write_each
    from sim.cli.log_visits import read_visits
    from sim.cli.single_run import read_case
    from sim.reports import fit_files, fit_tables
    from sim.reports.fit_names import FitNames
    from sim.reports.fit_report import write_fit
    from sim.studies.fitting.fitting import fit as fitted
    from sim.studies.fitting.held_out import check_held_out
    from sim.studies.fitting.overlay import over
    from sim.studies.fitting.overlay import scenario as of_fit
    from sim.studies.fitting.period import between

    wrong = Findings()
    with wrong.gather():
        # None of them replaces a log or the map.
        outputs = asked_files(json, report, others=[("--out", out / name) for name in NAMES])
    first, last = (None if one is None else one.date() for one in (from_, to))
    if first and last and last < first:
        wrong += [wrong_option("--to", last, "option.day_not_before", day=str(first))]
    base: Corridor | None = None
    below: Scenario | None = None
    if scenario:
        # Only its world is used, on no days.
        options = RunOptions(scenario=scenario, data=data, start=datetime(2020, 1, 1), days=1, warmup_days=0)
        case = read_case(options, wrong).case
        base, below = case.corridor, case.scenario
    wrong.refuse()
    read = read_visits(logs, map_, data, wrong, base)
    visits, found, corridor = between(read.visits, first, last), read.map, read.corridor
    if (first or last) and not (len(visits.exposed_days) and len(visits.frame)):
        name, day = ("--to", last) if last else ("--from", first or "")
        raise DataError([wrong_option(name, day, "option.days_of_log")])
    with console.progress() as tell:
        tell("phase_fit")
        checked, weeks = check_held_out(visits, found, corridor, hold_out_weeks, seed)
        made = fitted(visits, found, corridor, seed)
        overlay = over(below, of_fit(made, visits, found, corridor))
    named = FitNames(made, corridor, language())
    title = found.title or found.id

    def show() -> None:
        to = console.out()
        to.print(fit_tables.verdict(checked, weeks, named))
        for line in fit_tables.left_out(found, read.unused, named):
            to.print(line)
        tables = [fit_tables.numbers(made, named), fit_tables.refused(made, named)]
        tables += [fit_tables.check(checked, named)] if checked else []
        for table in (*tables, fit_tables.cleaning(visits.ledger.counts(), named.language)):
            to.print(table.title)
            to.print(console.table(to, table.columns, table.rows, texts=table.texts))

    deliver(
        outputs,
        json,
        document=lambda: _document(made, visits, checked, weeks, found) | {"unused_columns": list(read.unused)},
        show=show,
        report=lambda path: write_fit(path, title, made, visits, checked, weeks, named, (found, read.unused)),
    )
    texts = fit_files.contents(made, overlay, visits, checked)
    write_each([(out / name, _writer(texts[name])) for name in NAMES])
    if strict and any(not one.agrees for one in checked):
        raise typer.Exit(FAILED)


def _document(made: Fit, visits: Visits, checked: Sequence[Checked], weeks: int, found: RecordMap) -> dict[str, Any]:
    """Figures as JSON; no id of a vehicle, hashed or not."""
    from corridors.messages import to_plain
    from sim.cli.files import plain_value

    counts = [{"rule": rule, "done": done, "records": n} for (rule, done), n in visits.ledger.counts().items()]
    numbers = [
        {
            **{name: plain_value(getattr(one, name)) for name in NUMBER_COLUMNS},
            "grade": one.grade,
            "words": [to_plain(word) for word in one.words],
        }
        for one in made.estimates
    ]
    return {
        "id": found.id,
        "records": visits.records,
        "visits": len(visits.frame),
        "days": visits.days,
        "missing_days": len(visits.missing_days),
        "cleaning": counts,
        "estimates": numbers,
        "held_out_weeks": weeks,
        "check": [{name: plain_value(getattr(one, name)) for name in CHECK_COLUMNS} for one in checked],
        "agrees": all(one.agrees for one in checked) if checked else None,
    }


def _writer(content: bytes) -> Any:
    from corridors.io.atomic_files import write_atomically

    return lambda path: write_atomically(path, content)
