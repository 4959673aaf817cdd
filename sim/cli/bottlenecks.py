"""``bridgehead bottlenecks``: one run, and from it who makes whom wait, for every port, direction and class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import Findings
from sim.cli import console
from sim.cli.failure import Failure
from sim.cli.options import (
    Data,
    Days,
    Engine,
    Json,
    Proposals,
    Replication,
    ScenarioName,
    Seed,
    Settings,
    Speak,
    Start,
    WarmupDays,
    Workers,
)
from sim.text import cli
from sim.text.cli import percent, say

if TYPE_CHECKING:
    from corridors.model import Corridor
    from sim.run import RunResult
    from sim.studies.marginal_capacity import Marginal

GROUP = ["port", "direction", "class", "facility"]
MARGINAL_DAYS = 91
"""With --marginal and without --days: two months after the usual warm-up, so that the answer comes in minutes."""
LEAST_SHARE = 0.005
"""What takes less of the waiting is left out of the table on the screen (JSON has it all)."""


def bottlenecks(
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
    marginal: Annotated[
        bool, typer.Option("--marginal", help="Also what one more at each of the worst would give, in paired runs.")
    ] = False,
    replications: Annotated[
        int, typer.Option("--replications", metavar="N", min=2, help="Paired runs of each, with --marginal.")
    ] = 5,
    top: Annotated[int, typer.Option("--top", metavar="N", min=1, help="How many to try, with --marginal.")] = 6,
    workers: Workers = None,
    json: Json = None,
    language: Speak = "en",
) -> None:
    """Run once and rank, for each port, direction and class, what its vehicles wait for.

    Bottleneck of the time: the facility that has been busy for longest without a pause; alone while no other takes
    over, shifting while its busy period overlaps that of the bottleneck before or after it.
    """
    from sim.cli.files import asked_files, deliver
    from sim.cli.single_run import Request, carry_out

    cli.use(language)
    wrong = Findings()
    with wrong.gather():
        files = asked_files(json)
    days = days or (MARGINAL_DAYS if marginal else None)
    asked = (data, scenario, proposal or (), setting or (), start, days, warmup_days, seed, replication, engine)
    result = carry_out(Request(*asked), wrong)
    more = _marginal(result, replications, top, workers) if marginal else None
    document = result.as_json() | ({"marginal": more.comparison.as_json(language)} if more else {})

    def show() -> None:
        _show(result)
        if more:
            _show_marginal(more, result.case.corridor)

    deliver(files, json, document=lambda: document, show=show)


def _show(result: RunResult) -> None:
    from sim.text.names import Names

    names = Names.of(result.case.corridor, cli.language())
    shares = ("share_of_waiting", "momentary_share", "sole_share", "shifting_share")
    columns = [say(key) for key in ("port", "direction", "class", "facility", *shares)]
    turns = result.bottlenecks.merge(result.momentary.drop(columns="momentary_share"), on=GROUP, how="left").fillna(0.0)
    rows = [
        [
            names.port(row["port"]),
            names.direction(row["direction"]),
            names.klass(row["class"]),
            names.thing(row["facility"]),
            *(percent(row[share]) for share in shares),
        ]
        for row in turns.to_dict("records")
        if row["share_of_waiting"] >= LEAST_SHARE
    ]
    out = console.out()
    out.print(console.table(out, columns, rows, texts=4))


def _marginal(result: RunResult, replications: int, top: int, workers: int | None) -> Marginal:
    import os

    from sim.cli.batch import progress_bar
    from sim.experiments.batch import BatchError
    from sim.studies.marginal_capacity import marginal

    try:
        with progress_bar() as show:
            return marginal(
                result, replications=replications, most=top, workers=workers or os.cpu_count() or 1, progress=show
            )
    except BatchError as stop:
        raise Failure(str(stop)) from None


def _show_marginal(more: Marginal, corridor: Corridor) -> None:
    from sim.reports.comparison_tables import Tables
    from sim.text.comparison import say as tell
    from sim.text.names import Names

    out = console.out()
    names = Names.of(corridor, cli.language())
    tables = Tables(more.comparison, corridor, names)
    out.print()
    out.print(tell(names, "one_more"), style="bold")
    out.print(tables.heading())
    for caution in more.comparison.cautions:
        console.err().print(tell(names, "note", note=names.pick((caution.en, caution.zh))))
    made = tables.one_more()
    out.print(made.note)
    out.print(console.table(out, made.columns, made.rows, texts=made.texts))
