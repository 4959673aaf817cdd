"""``bridgehead run``: one run, its tables on the screen and its files where they are wanted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import Findings
from sim.cli import console
from sim.cli.options import (
    FILES,
    Data,
    Days,
    Engine,
    Json,
    Proposals,
    Replication,
    Report,
    ScenarioName,
    Seed,
    Settings,
    Speak,
    Start,
    WarmupDays,
)
from sim.text import cli
from sim.text.cli import say

if TYPE_CHECKING:
    from sim.run import RunResult


def run(
    scenario: ScenarioName = None,
    proposal: Proposals = None,
    setting: Settings = None,
    data: Data = None,
    start: Start = None,
    days: Days = None,
    warmup_days: WarmupDays = None,
    seed: Seed = 1,
    replication: Replication = 0,
    engine: Engine = None,
    json: Json = None,
    trace: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every visit, as .parquet or .csv.", rich_help_panel=FILES),
    ] = None,
    event_log: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Write an event log for process mining.", rich_help_panel=FILES),
    ] = None,
    report: Report = None,
    tables: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write all tables, as .xlsx (names), .parquet or .csv (ids).", rich_help_panel=FILES
        ),
    ] = None,
    language: Speak = "en",
) -> None:
    """Run once: what goes through each port, how long it stays, and where it waits."""
    from sim.cli.files import check_files, json_text, write_files
    from sim.cli.single_run import Request, carry_out

    cli.use(language)
    targets = {
        "--json": json if json != "-" else None,
        "--trace": trace,
        "--event-log": event_log,
        "--report": report,
        "--tables": tables,
    }
    files = {option: Path(target) for option, target in targets.items() if target}
    wrong = Findings()
    with wrong.gather():
        check_files(files)
    asked = (data, scenario, proposal or (), setting or (), start, days, warmup_days, seed, replication, engine)
    result = carry_out(Request(*asked), wrong)
    if json == "-":
        print(json_text(result.as_json()), end="")
    else:
        _show(result)
    write_files(result, files)


def _show(result: RunResult) -> None:
    from sim.cli.port_tables import show
    from sim.text.names import Names

    out = console.out()
    settings = result.case.settings
    out.print(
        say(
            "run_of" if settings.warmup_days else "run_of_cold",
            scenario=", ".join((result.case.title, *result.case.scenario.proposals)),
            days=settings.days,
            start=settings.start,
            warmup=settings.warmup_days,
        )
    )
    show(out, result, Names.of(result.case.corridor, cli.language()))
    out.print()
    record = result.record()
    told = [say(key, **record) for key in ("seed", "engine", "visits", "seconds")]
    out.print(" · ".join([say("arrived", **result.vehicles), say("conservation_ok"), *told]))
