"""``bridgehead compare``: what every scenario of a finished batch changes against its baseline, and how surely."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import ERROR, Finding, Findings
from sim.cli import console
from sim.cli.options import Data, Json, Report, Speak
from sim.text import cli

if TYPE_CHECKING:
    from corridors.model import Corridor
    from sim.studies.compare import Comparison

MOST_ROWS = 50
"""Of a table on the screen; a design may have thousands of scenarios."""
PERCENT = 100


def compare(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of results, as `bridgehead batch` fills it.")],
    data: Data = None,
    margin: Annotated[float, typer.Option("--margin", metavar="PERCENT", help="Difference too small to matter.")] = 0.1,
    json: Json = None,
    report: Report = None,
    language: Speak = "en",
) -> None:
    """Compare every scenario of a batch with its baseline, in pairs of replications; a batch may be unfinished."""
    from corridors.load import load_corridor
    from corridors.overlay.proposals import load_proposals
    from sim.cli.catalogue import folder_of
    from sim.cli.files import asked_files, deliver
    from sim.experiments.store import open_store
    from sim.reports.comparison_report import write_comparison
    from sim.studies.compare import Results
    from sim.studies.compare import compare as compare_all

    cli.use(language)
    wrong = Findings()
    if not 0 <= margin <= PERCENT:
        wrong.append(Finding(ERROR, "--margin", None, "", str(margin), "a percentage from 0 to 100"))
    with wrong.gather():
        files = asked_files(json, report)
    with console.progress() as tell:
        tell("phase_read")
        with wrong.gather():
            results = Results.of(open_store(folder))
        with wrong.gather():
            corridor, proposals = load_corridor(data), load_proposals(folder_of("proposals", data))
        wrong.refuse()
        tell("phase_measure")
        comparison = compare_all(results, corridor, proposals, margin=margin / PERCENT)
    deliver(
        files,
        json,
        document=partial(comparison.as_json, language),
        show=partial(_show, comparison, corridor),
        report=partial(write_comparison, comparison=comparison, corridor=corridor, language=language),
    )


def _show(comparison: Comparison, corridor: Corridor) -> None:
    from sim.reports.comparison_tables import Tables
    from sim.text.comparison import say as tell

    out, language = console.out(), cli.language()
    names = comparison.results.names(corridor, language)
    tables = Tables(comparison, corridor, names)
    out.print(tables.heading())
    for caution in comparison.cautions:
        console.err().print(tell(names, "note", note=caution.zh if language == "zh" else caution.en))
    effects = (tables.ranking(), tables.cargo(), tables.meant(), tables.bottleneck(), tables.lines(), tables.journeys())
    for table in (*effects, tables.recovery(), tables.costs()):
        if table.rows or table.rest:
            out.print()
            out.print(tell(names, table.key), style="bold")
            out.print(table.note)
            if table.rows:
                out.print(console.table(out, table.columns, table.rows[:MOST_ROWS], texts=table.texts))
            if len(table.rows) > MOST_ROWS:
                out.print(tell(names, "further", n=len(table.rows) - MOST_ROWS))
            for told in (table.rest, tables.pairing() if table.key == "meant" else ""):
                if told:
                    out.print(told)
