"""``bridgehead performance``: indicators of CAREC and UNESCAP."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from functools import partial
from typing import TYPE_CHECKING

from corridors.findings import Findings
from sim.cli import console
from sim.cli.options import OutputOptions, RunOptions
from sim.cli.words import language, own_text, say

if TYPE_CHECKING:
    from sim.reports.performance_tables import PerformanceTables
    from sim.run import Case, RunResult
    from sim.studies.corridor_performance import Performance


def performance(
    options: RunOptions,
    output: OutputOptions,
) -> None:
    """Report time, speed and cost by section and crossing."""
    from sim.cli.files import asked_files, deliver
    from sim.cli.single_run import carry_out
    from sim.reports.performance_report import write_performance
    from sim.studies.corridor_performance import performance as of

    wrong = Findings()
    with wrong.gather():
        files = asked_files(output.json, output.report)
    results = [carry_out(options, wrong)]
    if options.scenario or options.proposal or options.setting or options.close:
        results.insert(0, carry_out(_baseline(options, results[0]), wrong))
    performances = [of(result.visits) for result in results]
    document = {
        key: {"run": result.record(), **one.as_json()}
        for key, result, one in zip(("baseline", "scenario"), results, performances, strict=False)
    }
    tables = _tables(results, performances)
    deliver(
        files,
        output.json,
        document=lambda: document,
        show=partial(_show, tables, results),
        report=partial(write_performance, tables=tables, records=[result.record() for result in results]),
    )


def _baseline(options: RunOptions, result: RunResult) -> RunOptions:
    """The baseline over the same days, with the same random numbers."""
    settings = result.case.settings
    return replace(
        options,
        scenario=None,
        proposal=None,
        setting=None,
        close=None,
        start=datetime.combine(settings.start, time()),
        days=settings.days,
        warmup_days=settings.warmup_days,
    )


def _tables(results: list[RunResult], performances: list[Performance]) -> PerformanceTables:
    from sim.reports.performance_tables import PerformanceTables, TitledRun
    from sim.text.catalogue import say as text_of
    from sim.text.names import Names

    corridor = results[-1].case.corridor
    names = Names.of(corridor, language())
    base = TitledRun(text_of("performance.baseline", names.language), performances[0])
    beside = TitledRun(title_of(results[-1].case), performances[-1]) if len(results) > 1 else None
    return PerformanceTables(base, corridor, names, beside)


def title_of(case: Case) -> str:
    """Titles of a scenario and its proposals, and the command's changes."""
    from sim.reports.run_names import proposal_titles

    scenario = case.scenario
    own = [own_text(scenario, "title") or scenario.id] if scenario.id != "baseline" else []
    return say("title_separator").join([*own, *proposal_titles(case, language()), *case.by_hand])


def _show(tables: PerformanceTables, results: list[RunResult]) -> None:
    from sim.reports.performance_report import lead

    out = console.out()
    for text in lead(tables, results[0].record()):
        out.print(text)
    for table in (tables.crossings(), tables.routes(), tables.sections()):
        console.section(out, table)
