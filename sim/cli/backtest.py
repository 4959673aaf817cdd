"""``bridgehead backtest``: forecasts of past days against what came, and against two naive forecasts."""

from __future__ import annotations

import math
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.findings import Findings
from sim.cli import console
from sim.cli.options import Data, Json, ScenarioName, Seed, Workers, count
from sim.cli.words import language

if TYPE_CHECKING:
    from sim.studies.forecast.backtest import Backtest


def backtest(
    logs: Annotated[list[Path], typer.Argument(metavar="LOG...")],
    map_: Annotated[Path, typer.Option("--map", metavar="MAP.yaml")],
    every: Annotated[int, count("--every", 1)] = 2,
    days: Annotated[int, count("--days", 1)] = 7,
    hour: Annotated[int, typer.Option("--hour", metavar="N", min=0, max=23)] = 8,
    members: Annotated[int, count("--members", 10)] = 40,
    scenario: ScenarioName = None,
    data: Data = None,
    seed: Seed = 1,
    workers: Workers = None,
    json: Json = None,
) -> None:
    """Check forecasts of past days against what came, and against two naive forecasts."""
    from sim.cli.files import asked_files, deliver
    from sim.cli.forecast import world_of
    from sim.cli.log_visits import read_visits
    from sim.cli.single_run import read_case
    from sim.core.start_levels import levels_on
    from sim.core.units import DAY_S
    from sim.engines import resolve_engine
    from sim.reports import forecast_tables
    from sim.run import at_start
    from sim.studies.forecast.backtest import backtest as tested
    from sim.studies.forecast.members import Request

    wrong = Findings()
    with wrong.gather():
        files = asked_files(json)
    read = read_visits(logs, map_, data, wrong)
    world, levels = None, levels_on
    if scenario:
        begin = datetime.fromtimestamp(read.visits.first_s, UTC)
        span = max(1, math.ceil((read.visits.last_s - read.visits.first_s) / DAY_S))
        case = read_case(world_of(scenario, data, seed, Request(begin, span, 0, seed)), wrong).case
        world = case.corridor
        if case.scenario.stocks_from != "base_year":
            # The same levels for all forecasts: those of the tables, or the settled ones.
            world, levels = at_start(case, resolve_engine(None)), lambda corridor, start, days: {}
    with console.progress() as tell:
        tell("phase_forecast")
        made = tested(
            *(read.visits, read.map, read.corridor),
            every=every,
            days=days,
            hour=hour,
            members=members,
            seed=seed,
            workers=workers or os.cpu_count() or 1,
            world=world,
            levels=levels,
        )

    def show() -> None:
        to = console.out()
        for line in forecast_tables.verdicts(made, language(), fitted=world is None):
            to.print(line)
        table = forecast_tables.scores(made, language())
        to.print(console.table(to, table.columns, table.rows, texts=table.texts))

    deliver(files, json, document=lambda: _document(made, fitted=world is None), show=show)


def _document(made: Backtest, *, fitted: bool) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return {
        "origins": [one.isoformat() for one in made.origins],
        "fitted_until": made.fitted_until.isoformat() if fitted else None,
        "scores": [{key: plain(value) for key, value in asdict(one).items()} for one in made.scores],
    }
