"""``bridgehead backtest``: forecasts of past days against what came, and against two naive forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.findings import Findings
from sim.cli import console
from sim.cli.options import Data, Json, ScenarioName, Seed, Workers, count, processes
from sim.cli.words import language

if TYPE_CHECKING:
    from corridors.model import Corridor
    from sim.studies.forecast.backtest import Backtest


def backtest(
    logs: Annotated[list[Path], typer.Argument(metavar="LOG...")],
    map_: Annotated[Path, typer.Option("--map", metavar="MAP.yaml")],
    every: Annotated[int, count("--every", 1)] = 2,
    days: Annotated[int, count("--days", 1)] = 7,
    hour: Annotated[int, typer.Option("--hour", metavar="N", min=0, max=23)] = 8,
    members: Annotated[int, count("--members", 10)] = 40,
    scenario: ScenarioName = None,
    refit: Annotated[bool, typer.Option("--refit")] = False,
    data: Data = None,
    seed: Seed = 1,
    workers: Workers = None,
    json: Json = None,
) -> None:
    """Check forecasts of past days against what came, and against two naive forecasts."""
    from sim.cli.files import asked_files, deliver
    from sim.cli.forecast import world_of
    from sim.cli.log_visits import read_visits
    from sim.cli.option_errors import idle_options
    from sim.cli.single_run import read_case
    from sim.core.start_levels import levels_on
    from sim.reports import forecast_tables
    from sim.studies.fitting.demand import shut_before
    from sim.studies.forecast.backtest import LevelsOn
    from sim.studies.forecast.backtest import backtest as tested
    from sim.studies.forecast.worlds import request_of_past, world_of_past
    from sim.text.names import Names

    wrong = Findings()
    with wrong.gather():
        files = asked_files(json)
    if refit and scenario:
        wrong += idle_options("option.no_effect_with", "--scenario", {"--refit": (True, False)})
    read = read_visits(logs, map_, data, wrong)
    world: Corridor | None = None
    levels: LevelsOn = levels_on
    if scenario:
        case = read_case(world_of(scenario, data, seed, request_of_past(read.visits, seed)), wrong).case
        world, levels = world_of_past(case)
    with console.progress() as tell:
        tell("phase_forecast")
        made = tested(
            *(read.visits, read.map, read.corridor),
            every=every,
            days=days,
            hour=hour,
            members=members,
            seed=seed,
            workers=processes(workers),
            world=world,
            refit=refit,
            levels=levels,
        )

    on = datetime.fromtimestamp(read.visits.first_s, UTC).date()
    shut, names = shut_before(read.map, world or read.corridor, on), Names.of(read.corridor, language())

    def show() -> None:
        to = console.out()
        for line in forecast_tables.verdicts(made, language(), fitted=world is None, refitted=refit):
            to.print(line)
        for line in forecast_tables.shut_on_the_way(shut, names):
            to.print(line)
        for table in forecast_tables.backtest_tables(made, language()):
            to.print(table.title)
            to.print(console.table(to, table.columns, table.rows, texts=table.texts))
            to.print(table.note)

    deliver(files, json, document=lambda: _document(made, fitted=world is None, refitted=refit), show=show)


def _document(made: Backtest, *, fitted: bool, refitted: bool) -> dict[str, Any]:
    from sim.cli.files import plain_value

    def rows(of: Sequence[Any]) -> list[dict[str, Any]]:
        return [{key: plain_value(value) for key, value in asdict(one).items()} for one in of]

    return {
        "origins": [one.isoformat() for one in made.origins],
        "fitted_until": made.fitted_until.isoformat() if fitted and not refitted else None,
        "refitted": refitted,
        "scores": rows(made.scores),
        "calibration": rows(made.calibration),
        "exceeds": rows(made.exceeds),
        "reliability": rows(made.reliability),
    }
