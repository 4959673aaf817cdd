"""``bridgehead forecast``: the coming days from a state, as quantiles over members."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.findings import DataError, Findings
from sim.cli import console
from sim.cli.options import (
    FILES,
    Data,
    Json,
    Proposals,
    Report,
    ScenarioName,
    Seed,
    Settings,
    Workers,
    count,
    processes,
)
from sim.cli.state import instant
from sim.cli.words import language, say
from sim.cli.words import wrong as wrong_option
from sim.studies.forecast import MOST_DAYS

if TYPE_CHECKING:
    import pandas as pd

    from sim.cli.options import RunOptions
    from sim.studies.forecast.backtest import Score
    from sim.studies.forecast.fan import Forecast
    from sim.studies.forecast.members import Request
    from sim.studies.forecast.state_file import WorldState

SPENT_DAYS = 14
"""Days after which a warning says that a state counts for little."""
TABLES = ("queue", "flow", "wait", "through", "exceeds", "clears")


def forecast(
    state: Annotated[Path | None, typer.Option("--state", metavar="STATE.csv")] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME")] = None,
    days: Annotated[int, count("--days", 1)] = 14,
    members: Annotated[int, count("--members", 10)] = 200,
    probe: Annotated[list[str] | None, typer.Option("--probe", metavar="TIME")] = None,
    announced: Annotated[Path | None, typer.Option("--announced", metavar="FILE.csv")] = None,
    backtest: Annotated[Path | None, typer.Option("--backtest", metavar="FILE.json")] = None,
    queue_over: Annotated[int | None, typer.Option("--queue-over", metavar="N", min=0)] = None,
    warmup_days: Annotated[int, count("--warmup-days", 1)] = 10,
    data: Data = None,
    scenario: ScenarioName = None,
    proposal: Proposals = None,
    setting: Settings = None,
    seed: Seed = 1,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", rich_help_panel=FILES)] = None,
    json: Json = None,
    report: Report = None,
) -> None:
    """Forecast the coming days from a state: queue, flow and wait with intervals, and when a vehicle is through."""
    from corridors.clock.place_clocks import clock_of_world
    from sim.cli.files import asked_files, deliver, write_each
    from sim.cli.single_run import read_case
    from sim.reports import forecast_tables
    from sim.reports.forecast_report import write_forecast
    from sim.studies.forecast.announced import read_announced
    from sim.studies.forecast.fan import forecast as forecasted
    from sim.studies.forecast.kept_scores import read_scores
    from sim.studies.forecast.members import Request
    from sim.studies.forecast.state_file import read_instant, read_state
    from sim.studies.forecast.worlds import world_of_forecast
    from sim.text.names import Names

    wrong = Findings()
    with wrong.gather():
        named = [("--out", out / f"{name}.csv") for name in TABLES] if out is not None else []
        files = asked_files(json, report, others=named)
    if days > MOST_DAYS:
        wrong += [wrong_option("--days", days, "option.forecast_days", most=MOST_DAYS)]
    if (state is None) == (at is None):
        wrong += [wrong_option("--state", state or "", "option.state_or_at")]
    when: datetime | None = None
    probes: list[datetime] = []
    checked: tuple[Score, ...] = ()
    if backtest is not None:
        try:
            checked = read_scores(backtest)
        except (ValueError, OSError):
            wrong += [wrong_option("--backtest", backtest, "option.backtest_file")]
    with wrong.gather():
        when = instant("--at", at) if at else None
    for text in probe or ():
        with wrong.gather():
            probes.append(instant("--probe", text))
    if state:
        with wrong.gather():
            when = read_instant(state)
    if when is not None:
        last = when.timestamp() + days * 86_400
        outside = [one for one in probes if not when.timestamp() <= one.timestamp() < last]
        wrong += [wrong_option("--probe", one.isoformat(), "option.probe_in_forecast") for one in outside]
    if queue_over is not None and out is None and json is None:
        wrong += [wrong_option("--queue-over", queue_over, "option.with_tables")]
    days_of = None if when is None else Request(when, min(days, MOST_DAYS), warmup_days)
    with outside_named(*(("--at",) if at else (str(state), "since"))):
        case = read_case(world_of(scenario, data, seed, days_of, proposal=proposal, setting=setting), wrong).case
    world: WorldState | None = read_state(state, case.corridor) if state else None
    begin = when
    assert begin is not None
    if days > SPENT_DAYS:
        console.err().print(say("forecast_long", n=SPENT_DAYS))
    known = read_announced(announced, case.corridor, begin, days) if announced else ()
    clock = clock_of_world(case.corridor)
    request = Request(begin, days, warmup_days, seed, tuple(probes) or (begin,), clock, known)
    corridor = world_of_forecast(case, world, request)
    with console.progress() as tell:
        tell("phase_forecast")
        made = forecasted(corridor, world, request, members, workers=processes(workers))
    names, counts = Names.of(corridor, language()), world.counts() if world else {}
    for line in forecast_tables.notes(made, names):
        console.err().print(line)

    def show() -> None:
        to = console.out()
        for line in (*forecast_tables.answers(made, names), *forecast_tables.beyond(made, counts, names)):
            to.print(line)
        for table in (forecast_tables.by_day(made, names), forecast_tables.through(made, names)):
            to.print(table.title)
            to.print(console.table(to, table.columns, table.rows, texts=table.texts))
            to.print(table.note)
        for line in forecast_tables.of_scores(checked, language()) or [say("never_checked")]:
            to.print(line)

    tables = tables_of(made, queue_over)
    deliver(
        files,
        json,
        document=lambda: _document(made, tables, world, checked=bool(checked)),
        show=show,
        report=lambda path: write_forecast(path, made, names, language(), counts, checked),
    )
    if out is not None:
        write_each([(out / f"{name}.csv", _writer(table)) for name, table in tables.items()])


@contextmanager
def outside_named(name: str, column: str = "") -> Iterator[None]:
    """Let a DataError about days outside of the years of the model name what set them: an option, or a file."""
    try:
        yield
    except DataError as error:
        raise DataError(
            replace(one, file=name, column=column) if one.code == "run.outside_calendar" else one
            for one in error.findings
        ) from None


def world_of(
    scenario: str | None, data: Path | None, seed: int, request: Request | None = None, **more: Any
) -> RunOptions:
    """Options of a world on the days of a forecast from its warm-up on; None: on those of the scenario."""
    from sim.cli.options import RunOptions

    options = RunOptions(scenario=scenario, data=data, seed=seed, **more)
    if request is None:
        return options
    run = request.settings(0)
    start = datetime(run.start.year, run.start.month, run.start.day)
    return replace(options, start=start, days=run.days, warmup_days=run.warmup_days)


def tables_of(made: Forecast, queue_over: int | None) -> dict[str, pd.DataFrame]:
    """The tables of a forecast by name."""
    return {
        "queue": made.queue(),
        "flow": made.flow(),
        "wait": made.wait(),
        "through": made.through(),
        "exceeds": made.exceeds(queue_over),
        "clears": made.clears(),
    }


def _document(
    made: Forecast, tables: dict[str, pd.DataFrame], world: WorldState | None, *, checked: bool
) -> dict[str, Any]:
    from sim.cli.files import plain_value
    from sim.studies.forecast.state_file import text_of

    request = made.request
    plain = {
        name: [{key: plain_value(value) for key, value in row.items()} for row in table.to_dict("records")]
        for name, table in tables.items()
    }
    return {
        "at": text_of(request.at),
        "days": request.days,
        "members": len(made.members),
        "seed": request.seed,
        "vehicles_in_state": world.total if world else None,
        "checked": checked,
        **plain,
    }


def _writer(table: pd.DataFrame) -> Any:
    from corridors.io.atomic_files import write_atomically

    return lambda path: write_atomically(path, table.to_csv(index=False).encode("utf-8-sig"))
