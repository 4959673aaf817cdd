"""``bridgehead compare``: scenarios of a batch against the baseline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.findings import ERROR, DataError, Finding, Findings
from corridors.messages import Message, message
from sim.cli import console
from sim.cli.options import Author, Brief, Data, OutputOptions, Save
from sim.cli.words import language, not_one_of, wrong

if TYPE_CHECKING:
    from corridors.model import Corridor
    from sim.cli.files import Outputs
    from sim.experiments.store import Store
    from sim.reports.answer_texts import AnswerTexts
    from sim.studies.answer import Answer
    from sim.studies.compare import ExperimentResults, ScenarioComparison

MOST_ANSWERS = 10
"""Most headlines of answers on the screen."""
IDLE = "idle"
"""The message of an answer with the reason of a change without effect."""
MOST_ROWS = 50
"""Most rows of a table on the screen; a design may have thousands of scenarios."""
PERCENT = 100
USUAL_MARGIN = 0.1
Margin = Annotated[float, typer.Option("--margin", metavar="PERCENT")]
Best = Annotated[str, typer.Option("--best", metavar="PORT.CLASS.FIGURE")]


def compare(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    output: OutputOptions,
    data: Data = None,
    margin: Margin = USUAL_MARGIN,
    best: Best = "",
    brief: Brief = None,
    author: Author = "",
    save: Save = None,
) -> None:
    """Compare every scenario of a batch with its baseline, in pairs."""
    from sim.experiments.store import open_store
    from sim.studies.compare import ExperimentResults

    def read() -> tuple[ExperimentResults, Store]:
        store = open_store(folder)
        results = ExperimentResults.of(store)
        refuse_without_pairs(results, folder)
        return results, store

    compare_results(read, output, data, margin, best, brief, author, save)


def compare_results(
    read: Callable[[], tuple[ExperimentResults, Store | None]],
    output: OutputOptions,
    data: Path | None,
    margin: float,
    best: str,
    brief: Sequence[Path] | None,
    author: str,
    save: Path | None = None,
    guard: AbstractContextManager[None] | None = None,
) -> None:
    """Compare the results that ``read`` returns, and show and write the comparison; the store is what is saved.

    ``guard`` encloses the comparison.
    """
    from corridors.load import load_corridor
    from sim.cli.catalogue import proposals_of
    from sim.cli.files import asked_files
    from sim.cli.saved_results import author_findings
    from sim.studies.compare import Question
    from sim.studies.compare import compare as compare_all
    from sim.studies.compare.foreign_rows import foreign_rows

    found = Findings(author_findings(author, brief, save))
    if not 0 <= margin <= PERCENT:
        found.append(wrong("--margin", f"{margin:g}", "option.percentage"))
    with found.gather():
        files = asked_files(output.json, output.report, brief, save)
    with console.progress() as tell:
        tell("phase_read")
        with found.gather():
            results, store = read()
        with found.gather():
            corridor, proposals = load_corridor(data), proposals_of(data)
        found.refuse()
        found += foreign_rows(results, corridor)
        question = Question.of(best) if best else None
        single = not results.others
        of_margin = f"{margin:g}" if margin != USUAL_MARGIN else ""
        for option, value in (
            *(("--best", best), ("--margin", of_margin)),
            *(("--report", output.report), ("--brief", brief)),
        ):
            if single and value:
                found.append(wrong(option, value if isinstance(value, str) else "", "option.with_comparison"))
        found.refuse()
        if single:
            deliver_run(files, output.json, results, corridor, store, author)
            return
        tell("phase_measure")
        with guard or nullcontext():
            comparison = compare_all(results, corridor, proposals, margin=margin / PERCENT, question=question)
            check_question(comparison, best)
    deliver_comparison(files, output.json, comparison, corridor, author=author, store=store)


def refuse_without_pairs(results: ExperimentResults, folder: Path) -> None:
    """Raise DataError where no run of the baseline is stored that also another scenario has."""
    numbers = {id: set(own["replication"]) for id, own in results.runs.groupby("scenario")}
    of_baseline = numbers.get(results.baseline, set())
    if not results.others or any(of_baseline & numbers.get(id, set()) for id in results.others):
        return
    found = message("found.runs_of", "runs", done=len(of_baseline), n=results.expected)
    expected, why = message("want.missing_runs", "runs"), message("results.no_pairs", "runs", scenario=results.baseline)
    raise DataError([Finding(ERROR, str(folder), None, "", found, expected, message=why)])


def check_question(comparison: ScenarioComparison, best: str) -> None:
    """Raise DataError for a question by option about a figure that the comparison does not have.

    Raises LookupError for such a question in a file of results.
    """
    from sim.studies.answer.best import check_asked, choices

    if not best:
        check_asked(comparison)
    elif best not in (known := choices(comparison)):
        raise DataError([not_one_of("--best", best, known)])


def deliver_run(
    files: Outputs,
    json: str | None,
    results: ExperimentResults,
    corridor: Corridor,
    store: Store | None,
    author: str = "",
) -> None:
    """Show the figures of results with a single scenario, or print them as JSON, and write its files."""
    from sim.cli.files import deliver
    from sim.cli.saved_results import save_store
    from sim.reports.comparison_names import names_of
    from sim.reports.run_figures_table import run_document, run_figures_table

    table = run_figures_table(results, names_of(results, corridor, language()))

    def show() -> None:
        out = console.out()
        out.print(table.title, style="bold", markup=False)
        out.print(table.note, markup=False)
        out.print(console.table(out, table.columns, table.rows, texts=table.texts))

    save = partial(save_store, store=store, author=author) if store else None
    deliver(files, json, document=lambda: run_document(results), show=show, save=save)


def deliver_comparison(
    files: Outputs,
    json: str | None,
    comparison: ScenarioComparison,
    corridor: Corridor,
    idle: Mapping[str, Sequence[Message]] | None = None,
    author: str = "",
    store: Store | None = None,
) -> None:
    """Show a comparison with its answers, or print it as JSON, and write its files.

    ``idle`` are the reasons of changes without effect, by scenario; ``author`` is named in the brief; ``store`` has
    the results, to be saved as one file. With a question, its answer comes first, and sets the order of the others.
    """
    from sim.cli.files import deliver
    from sim.cli.saved_results import save_comparison
    from sim.reports.answer_texts import AnswerTexts
    from sim.reports.brief import write_brief
    from sim.reports.brief_texts import brief_of
    from sim.reports.comparison_names import comparison_document, names_of
    from sim.reports.comparison_report import write_comparison
    from sim.studies.answer import answers
    from sim.studies.answer.best import asked_best

    found, texts = answers(comparison, corridor, idle), AnswerTexts(comparison, corridor, language())
    best = asked_best(comparison, corridor)
    found = best.sorted(found) if best else found
    first = texts.asked()

    def document() -> dict[str, Any]:
        made = comparison_document(comparison, names_of(comparison.results, corridor, language()))
        made["answers"] = [texts.document(one) for one in found]
        return made | ({"best": {"order": list(best.order), "text": list(first)}} if best else {})

    def show() -> None:
        if first:
            console.out().print(texts.joined(first), style="bold", markup=False)
            console.out().print()
        show_answers(texts, found, of_best=best is not None)
        show_comparison(comparison, corridor)

    made: dict[str, Any] = {"comparison": comparison, "corridor": corridor, "language": language(), "answers": found}
    deliver(
        files,
        json,
        document=document,
        show=show,
        report=partial(write_comparison, **made),
        brief=lambda path: write_brief(path, brief_of(**made, author=author)),
        save=partial(save_comparison, store=store, **made, author=author) if store else None,
    )


def show_answers(texts: AnswerTexts, found: Sequence[Answer], of_best: bool = False) -> None:
    """Print the answer of the only scenario in full, of several scenarios the headlines.

    ``of_best``: they are in order, and the first one also has who loses by it and what it costs.
    """
    out = console.out()
    for one in found[:MOST_ANSWERS]:
        out.print(texts.title(one), style="bold", markup=False)
        out.print(texts.headline(one), markup=False)
        if len(found) == 1:
            for reason in (part for part in one.warnings if part.code == IDLE):
                out.print(texts.sentence(reason), markup=False)
            for _, sentences in texts.rest(one):
                for text in sentences:
                    out.print(text, markup=False)
            for number in one.assumed:
                out.print(texts.say("assumed.line", number=texts.assumed(number)), markup=False)
        elif of_best and one is found[0]:
            parts = texts.parts(one)
            for text in (*parts["losers"], *parts["cost"]):
                out.print(text, markup=False)
        out.print()
    if len(found) > MOST_ANSWERS:
        out.print(texts.say("more_answers", n=len(found) - MOST_ANSWERS))
        out.print()


def show_comparison(comparison: ScenarioComparison, corridor: Corridor) -> None:
    """Print the tables of a comparison, and its warnings on standard error."""
    from sim.reports.comparison_names import names_of, warning_text
    from sim.reports.comparison_tables import ComparisonTables
    from sim.reports.interactions import interaction_table
    from sim.reports.recovery_tables import loss_table, recovery_sentences, recovery_table
    from sim.text.catalogue import say as text_of

    out = console.out()
    names = names_of(comparison.results, corridor, language())
    tables = ComparisonTables(comparison, corridor, names)
    out.print(tables.heading())
    for warning in comparison.warnings:
        # The answer of a single scenario has the number of pairs for each figure that is not yet clear.
        own = dict(warning.params).get("few") if len(comparison.results.others) == 1 else None
        note = warning_text(own if isinstance(own, Message) else warning, comparison.results, names)
        console.err().print(text_of("comparison.note", language(), note=note))
    target = tables.target()
    cargo = (tables.ranking(), tables.cargo(), tables.yards())
    effects = (target, tables.bottleneck(), tables.sections(), tables.journeys())
    recovery, losses = recovery_table(tables), loss_table(tables)
    for table in (tables.asked(), recovery, losses, *cargo, *effects, interaction_table(tables), tables.costs()):
        if table.rows or table.rest:
            out.print()
            out.print(table.title, style="bold")
            out.print(table.note)
            if table.rows:
                out.print(console.table(out, table.columns, table.rows[:MOST_ROWS], texts=table.texts))
            if len(table.rows) > MOST_ROWS:
                out.print(text_of("comparison.more_rows", language(), n=len(table.rows) - MOST_ROWS))
            # The answer of a single scenario has these sentences already.
            several = len(comparison.results.others) > 1
            about = recovery_sentences(tables) if several and table is (losses if losses.rows else recovery) else []
            for text in (table.rest, *about, tables.pairing() if table is target else ""):
                if text:
                    out.print(text)
