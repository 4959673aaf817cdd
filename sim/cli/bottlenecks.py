"""``bridgehead bottlenecks``: facilities ranked by the waiting for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import Findings
from sim.cli import console
from sim.cli.failure import Failure, reason
from sim.cli.option_errors import idle_options
from sim.cli.options import Json, Replications, RunOptions, Workers, count, processes
from sim.cli.words import language, percent, say

if TYPE_CHECKING:
    from sim.run import RunResult
    from sim.studies.marginal_capacity import Marginal

GROUP = ["port", "direction", "class", "facility"]
MARGINAL_DAYS = 91
"""Days of a run with --marginal where --days is missing: two months after the usual warm-up, a few minutes of work."""
REPLICATIONS, TOP = 5, 6
"""Paired runs of a root with --marginal, and roots that are tried, where no option says so."""
LEAST_SHARE = 0.005
"""Least share of waiting of a row of the table on the screen; JSON has all rows."""


def bottlenecks(
    options: RunOptions,
    marginal: Annotated[bool, typer.Option("--marginal")] = False,
    replications: Replications = REPLICATIONS,
    top: Annotated[int, count("--top", 1)] = TOP,
    workers: Workers = None,
    json: Json = None,
) -> None:
    """Simulate once and rank the facilities that vehicles wait for."""
    from sim.cli.files import asked_files, deliver
    from sim.cli.single_run import carry_out

    wrong = Findings()
    with wrong.gather():
        files = asked_files(json)
    if not marginal:
        unused = {"--replications": (replications, REPLICATIONS), "--top": (top, TOP), "--workers": (workers, None)}
        wrong += idle_options("option.only_with", "--marginal", unused)
    if marginal and options.days is None:
        options = replace(options, days=MARGINAL_DAYS)
    result = carry_out(options, wrong)
    more = _marginal(result, replications, top, workers) if marginal else None
    document = result.as_json() | ({"marginal": _marginal_document(more, result)} if more else {})

    def show() -> None:
        _show(result)
        if more:
            _show_marginal(more, result)

    deliver(files, json, document=lambda: document, show=show)


def _show(result: RunResult) -> None:
    from sim.reports.root_tables import root_table
    from sim.text.names import Names

    names = Names.of(result.case.corridor, language())
    shares = ("share_of_waiting", "momentary_share", "sole_share", "shifting_share")
    columns = [say(key) for key in ("port", "direction", "class", "facility", *shares)]
    turns = result.bottlenecks.merge(result.momentary.drop(columns="momentary_share"), on=GROUP, how="left")
    rows = [
        [
            names.port(row["port"]),
            names.direction(row["direction"], row["port"]),
            names.klass(row["class"]),
            names.thing(row["facility"]),
            *(percent(row[share]) for share in shares),
        ]
        for row in turns.to_dict("records")
        if row["share_of_waiting"] >= LEAST_SHARE
    ]
    out = console.out()
    out.print(console.table(out, columns, rows, texts=4))
    roots = root_table(result.waiting_by_root, names)
    out.print()
    out.print(roots.title, style="bold")
    out.print(roots.note)
    out.print(console.table(out, roots.columns, roots.rows, texts=roots.texts))


def _marginal(result: RunResult, replications: int, top: int, workers: int | None) -> Marginal:
    from sim.cli.batch import progress_bar
    from sim.experiments.batch import BatchError
    from sim.studies.marginal_capacity import marginal

    try:
        with progress_bar() as show:
            return marginal(result, replications=replications, most=top, workers=processes(workers), progress=show)
    except BatchError as stop:
        raise Failure(reason(stop)) from None


def _marginal_document(more: Marginal, result: RunResult) -> dict[str, object]:
    from sim.reports.comparison_names import comparison_document
    from sim.studies.marginal_capacity import untried
    from sim.text.names import Names

    document = comparison_document(more.comparison, Names.of(result.case.corridor, language()))
    tried = [
        {
            "scenario": one.scenario,
            "thing": one.thing,
            "unit": one.unit,
            "port": one.traffic.port,
            "class": one.traffic.klass,
            "hours": one.hours,
        }
        for one in more.candidates
    ]
    left = [row | {"share": share} for row, share in untried(result)]
    return document | {"candidates": tried, "untried": left, "together": [one.as_json() for one in more.together]}


def _untried(result: RunResult) -> list[str]:
    """Sentences: the main roots of a run that nothing is tried for, and why."""
    from sim.output.waiting_roots import CLOSURE, DEADLOCK, EMPTY, FULL, ORDER
    from sim.reports.root_tables import root_name
    from sim.studies.marginal_capacity import untried
    from sim.text.names import Names

    names, sentences = Names.of(result.case.corridor, language()), []
    for row, share in untried(result):
        state = row["root_state"]
        why = state if state in (CLOSURE, DEADLOCK, EMPTY, FULL, ORDER) else "other"
        cause = say(f"untried_{why if row['port'] else 'outside'}")
        traffic = names.group(row["class"], row["direction"], row["port"])
        place = names.place(row["port"])
        values = {"root": root_name(row, names), "share": share, "place": place, "traffic": traffic, "why": cause}
        sentences.append(say("untried", **values))
    return sentences


def _show_marginal(more: Marginal, result: RunResult) -> None:
    from sim.reports.answer_texts import AnswerTexts
    from sim.reports.comparison_names import warning_texts
    from sim.reports.comparison_tables import ComparisonTables
    from sim.studies.answer.bottleneck import together
    from sim.text.catalogue import say as text_of
    from sim.text.names import Names

    out, corridor = console.out(), result.case.corridor
    names = Names.of(corridor, language())
    tables = ComparisonTables(more.comparison, corridor, names)
    out.print()
    if not more.candidates:
        for why in (say("marginal_none"), *_untried(result)):
            out.print(why)
        return
    made = tables.one_more({one.scenario: one.unit for one in more.candidates})
    out.print(made.title, style="bold")
    out.print(tables.heading())
    for warning in warning_texts(more.comparison, names):
        console.err().print(text_of("comparison.note", names.language, note=warning))
    out.print(made.note)
    out.print(console.table(out, made.columns, made.rows, texts=made.texts))
    texts = AnswerTexts(more.comparison, corridor, language())
    for sentence in map(together, more.together):
        out.print(texts.sentence(sentence))
    for why in _untried(result):
        out.print(why)
