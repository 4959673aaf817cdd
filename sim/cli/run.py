"""``bridgehead run``: one run, its tables on the screen and its files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import Finding, Findings, nearest
from sim.cli import console
from sim.cli.options import FILES, WORLD, Author, Brief, OutputOptions, RunOptions, Save, count
from sim.cli.words import language, say, wrong

if TYPE_CHECKING:
    from corridors.model import Corridor
    from sim.run import RunResult

USUAL_PAIRS = 10
"""Pairs where only ``--against``, ``--best`` or ``--brief`` is given."""


def run(
    options: RunOptions,
    output: OutputOptions,
    trace: Annotated[Path | None, typer.Option("--trace", metavar="FILE", rich_help_panel=FILES)] = None,
    event_log: Annotated[Path | None, typer.Option("--event-log", metavar="FILE.csv", rich_help_panel=FILES)] = None,
    tables: Annotated[Path | None, typer.Option("--tables", metavar="FILE", rich_help_panel=FILES)] = None,
    train_graph: Annotated[
        Path | None, typer.Option("--train-graph", metavar="FILE.svg|.csv", rich_help_panel=FILES)
    ] = None,
    line: Annotated[str, typer.Option("--line", metavar="ID", rich_help_panel=FILES)] = "",
    pairs: Annotated[int | None, count("--pairs", 2)] = None,
    beside: Annotated[
        str | None, typer.Option("--against", "--beside", metavar="FILE|ID", rich_help_panel=WORLD)
    ] = None,
    best: Annotated[str, typer.Option("--best", metavar="PORT.CLASS.FIGURE", rich_help_panel=WORLD)] = "",
    brief: Brief = None,
    author: Author = "",
    save: Save = None,
) -> None:
    """Simulate once and report the key figures of each port, or in pairs the effect of the changes."""
    from sim.cli.saved_results import author_findings

    if pairs or beside or brief or best:
        from sim.cli.paired_runs import (
            Saving,
            best_findings,
            pair_findings,
            run_best,
            run_pairs,
            single_run_findings,
        )

        one_run: dict[str, object] = {
            "--trace": trace,
            "--event-log": event_log,
            "--tables": tables,
            "--stocks": options.stocks,
        }
        one_run |= {"--train-graph": train_graph, "--line": line or None}
        problems = Findings(single_run_findings(one_run | {"--replication": options.replication or None}))
        problems += author_findings(author, brief, save)
        problems += best_findings(options, beside) if best else pair_findings(options, beside)
        if best:
            run_best(options, output, pairs or USUAL_PAIRS, best, problems, Saving(brief, author, save))
            return
        run_pairs(options, output, pairs or USUAL_PAIRS, beside, problems, Saving(brief, author, save))
        return
    from sim.cli.files import check_files, json_text, write_files
    from sim.cli.single_run import carry_out

    targets = {
        "--json": output.json if output.json != "-" else None,
        "--trace": trace,
        "--event-log": event_log,
        "--report": output.report,
        "--tables": tables,
        "--train-graph": train_graph,
        "--save": save,
    }
    files = {option: Path(target) for option, target in targets.items() if target}
    found = Findings()
    with found.gather():
        check_files(files)
    if line and not train_graph:
        found.append(wrong("--train-graph", "", "option.with_line"))
    found += author_findings(author, brief, save)
    only_shown = not files and output.json != "-"
    result = carry_out(
        options, found, lambda corridor: _unknown_line(corridor, line) if train_graph else (), only_shown=only_shown
    )
    if output.json == "-":
        print(json_text(result.as_json()), end="")
    else:
        _show(result)
    write_files(result, files, line, author)


def _unknown_line(corridor: Corridor, line: str) -> Iterator[Finding]:
    """The finding for a line that the world does not have, or for a world without any."""
    from corridors.rail_lines import line_of, rail_lines

    lines = rail_lines(corridor)
    if not lines:
        yield wrong("--train-graph", line, "option.railway")
    elif line and not line_of(lines, line):
        known = [one.id for one in lines]
        finding = wrong("--line", line, "option.one_of", values=", ".join(known))
        yield replace(finding, nearest=nearest(line, [*known, *(id for one in lines for id, _ in one.links)]))


def _show(result: RunResult) -> None:
    from sim.cli.port_tables import show
    from sim.core.start_levels import has_yards
    from sim.reports.run_names import proposal_titles, scenario_title
    from sim.text.names import Names

    out = console.out()
    settings = result.case.settings
    out.print(
        say(
            "run_of" if settings.warmup_days else "run_of_cold",
            scenario=(scenario_title(result.case, language()), *proposal_titles(result.case, language())),
            days=settings.days,
            start=settings.start,
            warmup=settings.warmup_days,
        )
    )
    show(out, result, Names.of(result.case.corridor, language()))
    out.print()
    record = result.record()
    notes = [say("arrived", **result.vehicles), say("balance_ok"), say("seed", **record)]
    notes += [_beginning(result)] if has_yards(result.case.corridor) else []
    notes += [say(f"engine.{record['engine']}"), say("visits", n=record["visits"]), say("seconds", **record)]
    out.print(" · ".join(notes))


def _beginning(result: RunResult) -> str:
    """With which stocks the yards begin; those that do not settle are named."""
    from sim.core.start_levels import SETTLED
    from sim.text.names import Names

    case, stocks = result.case, result.stocks
    moving = stocks[(stocks["stock_kind"] == "cargo") & (stocks["drift_per_day"].fillna(0.0) != 0)]
    if case.stocks_from != SETTLED or moving.empty:
        return say(f"stocks_from.{case.stocks_from}")
    names = Names.of(case.corridor, language())
    return say("stocks_from.unsettled", stocks=tuple(map(names.stock, moving["stock"])))
