"""``bridgehead fit``: own records to visits, numbers with intervals, and a scenario of them."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from corridors.findings import Findings
from sim.cli import console
from sim.cli.options import Data, Json, OutFolder, Report, Seed
from sim.cli.words import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model import Corridor
    from corridors.records.mapping import RecordMap
    from corridors.records.visits import Visits
    from sim.studies.fitting.fitting import Fit
    from sim.studies.fitting.replaying import Checked

FAILED: Final = 1
FILE_NAMES: Final = ("fit.yaml", "fit.csv", "check.csv", "cleaning.csv")


def fit(
    logs: Annotated[list[Path], typer.Argument(metavar="LOG...")],
    map_: Annotated[Path, typer.Option("--map", metavar="MAP.yaml")],
    out: OutFolder,
    data: Data = None,
    seed: Seed = 1,
    hold_out_weeks: Annotated[int | None, typer.Option("--hold-out-weeks", metavar="N", min=0)] = None,
    strict: Annotated[bool, typer.Option("--strict")] = False,
    json: Json = None,
    report: Report = None,
) -> None:
    """Fit the model to own records: visits, numbers with intervals, and a scenario of them."""
    from corridors.records.visits import COLUMNS
    from sim.cli.files import asked_files, deliver, write_each
    from sim.cli.log_visits import read_visits
    from sim.reports import fit_tables
    from sim.reports.fit_report import write_fit
    from sim.studies.fitting.fitting import fit as fitted
    from sim.studies.fitting.overlay import scenario

    wrong = Findings()
    with wrong.gather():
        # None of them replaces a log or the map.
        outputs = asked_files(json, report, others=[("--out", out / name) for name in FILE_NAMES])
    wrong.refuse()
    read = read_visits(logs, map_, data, wrong)
    visits, found, corridor = read.visits, read.map, read.corridor
    with console.progress() as tell:
        tell("phase_fit")
        checked, weeks = _checked(visits, found, corridor, hold_out_weeks, seed)
        made = fitted(visits, found, corridor, seed)
        overlay = scenario(made, visits, found, corridor)
    tongue = language()
    title = found.title or found.id

    def show() -> None:
        to = console.out()
        to.print(fit_tables.verdict(checked, weeks, tongue))
        tables = [fit_tables.numbers(made, tongue), fit_tables.refused(made, tongue)]
        tables += [fit_tables.check(checked, tongue)] if checked else []
        for table in (*tables, fit_tables.cleaning(visits, tongue)):
            to.print(table.title)
            to.print(console.table(to, table.columns, table.rows, texts=table.texts))

    deliver(
        outputs,
        json,
        document=lambda: _document(made, visits, checked, weeks, found),
        show=show,
        report=lambda path: write_fit(path, title, made, visits, checked, weeks, tongue),
    )
    texts = {
        "fit.yaml": _yaml(overlay),
        "fit.csv": _csv(_columns_of_numbers(), _number_rows(made)),
        "check.csv": _csv(CHECK_COLUMNS, [[str(getattr(one, name)) for name in CHECK_COLUMNS] for one in checked]),
        "cleaning.csv": _csv(COLUMNS, visits.ledger.table()),
    }
    write_each([(out / name, _writer(texts[name])) for name in FILE_NAMES])
    if strict and any(not one.agrees for one in checked):
        raise typer.Exit(FAILED)


CHECK_COLUMNS: Final = ("name", "measure", "observed", "fitted", "w1", "n", "agrees")
NUMBER_COLUMNS: Final = ("address", "value", "low", "high", "n", "n_open", "days", "method", "fit", "written")


def _checked(
    visits: Visits, found: RecordMap, corridor: Corridor, weeks: int | None, seed: int
) -> tuple[list[Checked], int]:
    """The comparisons with the last weeks of a fit to all weeks before, and the number of these weeks."""
    from corridors.overlay.changes import apply
    from sim.studies.fitting import replaying
    from sim.studies.fitting.fitting import fit as fitted
    from sim.studies.fitting.overlay import scenario

    held = replaying.held_out_weeks(visits, weeks)
    if not held:
        return [], 0
    before, after = replaying.split(visits, held)
    made = fitted(before, found, corridor, seed)
    changed = apply(corridor, scenario(made, before, found, corridor).changes)
    return replaying.check(made, after, found, corridor, changed, seed), held


def _document(made: Fit, visits: Visits, checked: Sequence[Checked], weeks: int, found: RecordMap) -> dict[str, Any]:
    """Figures as JSON; no id of a vehicle, hashed or not."""
    from corridors.messages import to_plain

    counts = [{"rule": rule, "done": done, "records": n} for (rule, done), n in visits.ledger.counts().items()]
    numbers = [
        {
            **{name: _plain(getattr(one, name)) for name in NUMBER_COLUMNS},
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
        "check": [{name: _plain(getattr(one, name)) for name in CHECK_COLUMNS} for one in checked],
        "agrees": all(one.agrees for one in checked) if checked else None,
    }


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _cell(value: Any) -> str:
    plain = _plain(value)
    return "" if plain is None else str(plain)


def _columns_of_numbers() -> tuple[str, ...]:
    return (*NUMBER_COLUMNS, "words")


def _number_rows(made: Fit) -> list[list[str]]:
    return [
        [*(_cell(getattr(one, name)) for name in NUMBER_COLUMNS), "; ".join(map(str, one.words))]
        for one in made.estimates
    ]


def _csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _yaml(overlay: Any) -> bytes:
    from corridors.overlay.proposals import to_yaml

    return to_yaml(overlay).encode()


def _writer(content: bytes) -> Any:
    from corridors.io.atomic_files import write_atomically

    return lambda path: write_atomically(path, content)
