"""``bridgehead performance``: hours, speed and cost by section and crossing, in the terms of CAREC and UNESCAP."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.findings import Findings
from sim.cli import console
from sim.cli.options import (
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

if TYPE_CHECKING:
    from corridors.overlay.proposals import Scenario
    from sim.cli.single_run import Request
    from sim.reports.performance_tables import PerformanceTables
    from sim.run import RunResult
    from sim.studies.corridor_performance import Performance


def performance(
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
    report: Report = None,
    language: Speak = "en",
) -> None:
    """Run the baseline, and a scenario beside it if one is asked for; tell what CPMM and UNESCAP would measure."""
    from sim.cli.files import asked_files, deliver
    from sim.cli.single_run import Request, carry_out
    from sim.reports.performance_report import write_performance
    from sim.studies.corridor_performance import performance as of

    cli.use(language)
    wrong = Findings()
    with wrong.gather():
        files = asked_files(json, report)
    when = (start, days, warmup_days, seed, replication, engine)
    request = Request(data, scenario, proposal or (), setting or (), *when)
    results = [carry_out(request, wrong)]
    if scenario or proposal or setting:
        results.insert(0, carry_out(_baseline(request, results[0]), wrong))
    performances = [of(result.visits) for result in results]
    told = {
        key: {"run": result.record(), **one.as_json()}
        for key, result, one in zip(("baseline", "scenario"), results, performances, strict=False)
    }
    tables = _tables(results, performances, data)
    deliver(
        files,
        json,
        document=lambda: told,
        show=partial(_show, tables, results),
        report=partial(write_performance, tables=tables, records=[result.record() for result in results]),
    )


def _baseline(request: Request, result: RunResult) -> Request:
    """The baseline over the same days and luck."""
    settings = result.case.settings
    return replace(
        request,
        scenario=None,
        proposals=(),
        settings=(),
        start=datetime.combine(settings.start, time()),
        days=settings.days,
        warmup_days=settings.warmup_days,
    )


def _tables(results: list[RunResult], performances: list[Performance], data: Path | None) -> PerformanceTables:
    from sim.reports.performance_tables import PerformanceTables, Told
    from sim.text.names import Names
    from sim.text.performance import say

    corridor = results[-1].case.corridor
    names = Names.of(corridor, cli.language())
    base = Told(say(names, "baseline"), performances[0])
    beside = Told(title_of(results[-1].case.scenario, data), performances[-1]) if len(results) > 1 else None
    return PerformanceTables(base, corridor, names, beside)


def title_of(scenario: Scenario, data: Path | None) -> str:
    """What people call a scenario: by its own title, those of its proposals, and the changes made by hand."""
    from corridors.overlay.changes import COMMAND_LINE
    from corridors.overlay.proposals import load_proposals
    from sim.cli.catalogue import folder_of

    key = f"title_{cli.language()}"
    known = load_proposals(folder_of("proposals", data)) if scenario.proposals else {}
    own = [getattr(scenario, key) or scenario.id] if scenario.id != "baseline" else []
    made = [change.model_copy(update={"origin": ""}) for change in scenario.changes if change.origin == COMMAND_LINE]
    return "; ".join([*own, *(getattr(known[id], key) for id in scenario.proposals), *map(str, made)])


def _show(tables: PerformanceTables, results: list[RunResult]) -> None:
    from sim.reports.performance_report import lead
    from sim.text.performance import say

    out = console.out()
    for text in lead(tables, results[0].record()):
        out.print(text)
    for table in (tables.crossings(), tables.routes(), tables.sections()):
        out.print()
        out.print(say(tables.names, table.key), style="bold")
        out.print(table.note)
        out.print(console.table(out, table.columns, table.rows, texts=table.texts))
