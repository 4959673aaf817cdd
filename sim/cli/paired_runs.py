"""``bridgehead run --pairs``: a case beside another one in paired runs, with the interval of every change.

``run --best`` runs several proposals, each for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from corridors.findings import DataError, Finding, Findings, nearest
from corridors.messages import Message
from corridors.translations import translated
from sim.cli.failure import Failure, reason
from sim.cli.options import OutputOptions, RunOptions, processes
from sim.cli.words import not_one_of, say, text, wrong
from sim.run import BASELINE, prepare
from sim.text.catalogue import ENGLISH, Language

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.model import Corridor
    from corridors.overlay.proposals import Proposal, Scenario
    from sim.cli.single_run import AskedCase
    from sim.experiments.experiment import Experiment, Variation
    from sim.experiments.store import Store
    from sim.run import Case
    from sim.studies.compare import Question, ScenarioComparison

FEW_VEHICLES: Final = 20_000
"""In all paired runs together: less than a second for one process; another one takes as long to load the program."""
DWELL: Final = "dwell_h_mean"
"""The figure of an example of a question."""
CHANGED: Final = "changed"
"""Id of the scenario of the options, unless it is a scenario or proposal as it is."""
AS_IS: Final = "as_is"
"""Id of the data without changes, compared with another scenario."""


@dataclass(frozen=True)
class Saving:
    """Files of the answer: briefs with their author, and the file of results."""

    brief: Sequence[Path] | None = None
    author: str = ""
    save: Path | None = None


def single_run_findings(one_run: Mapping[str, object]) -> list[Finding]:
    """Findings about options of a single run, with their values (None: not given), beside paired runs."""
    return [wrong(option, value, "option.not_with_pairs") for option, value in one_run.items() if value is not None]


def pair_findings(options: RunOptions, beside: str | None) -> list[Finding]:
    """The finding about paired runs that have nothing to compare."""
    changed = options.proposal or options.setting or options.close or options.scenario not in (None, BASELINE.id)
    if not changed and beside in (None, BASELINE.id):
        return [wrong("--pairs", "", "option.nothing_to_compare")]
    return []


def run_pairs(
    options: RunOptions,
    output: OutputOptions,
    pairs: int,
    beside: str | None,
    found: Findings,
    saving: Saving,
) -> None:
    """Run the case of the options and its base ``pairs`` times; show the comparison and write its files.

    The base is ``beside``; without it the scenario of the options if proposals or settings change it, else the data as
    they are. Raises DataError with all findings, ``found`` among them, and Failure where a run fails.
    """
    from corridors.io.yaml_locations import lines_in_findings
    from sim.cli.catalogue import find_scenario, proposals_of
    from sim.cli.compare import deliver_comparison
    from sim.cli.files import asked_files
    from sim.cli.single_run import read_case, tell_period

    other, sources = None, {}
    with found.gather():
        files = asked_files(output.json, output.report, saving.brief, saving.save)
    with found.gather():
        other, sources = find_scenario(beside, options.data, "--against") if beside else (None, {})
    asked = read_case(options, found)
    _same_stocks(asked, other)
    world, proposals = asked.baseline, proposals_of(options.data)
    if other:
        with lines_in_findings(sources):
            prepare(world, other, proposals)
    idle = _idle(asked, beside_given=not other and asked.given.id != BASELINE.id and asked.case.scenario != asked.given)
    if not other:
        _refuse_days_outside(asked.case, idle)
    tell_period(options, asked.case)
    made = _experiment(asked, other, options, pairs)
    with _compared(made, world, proposals, _workers(asked.case, pairs)) as (comparison, store):
        reasons = dict.fromkeys(comparison.results.others, idle)
        deliver_comparison(files, output.json, comparison, world, reasons, saving.author, store=store)


def best_findings(options: RunOptions, beside: str | None) -> list[Finding]:
    """Findings about options of ``--best``, which compares proposals as they are with the data as they are."""
    found = [] if options.proposal else [wrong("--proposal", "", "option.best_of_proposals")]
    others = {"--set": options.setting, "--close": options.close, "--scenario": options.scenario, "--against": beside}
    return found + [wrong(option, str(value), "option.not_with_best") for option, value in others.items() if value]


def question_findings(best: str, worlds: Sequence[Corridor]) -> list[Finding]:
    """Findings about the parts of a question that no run of some worlds can answer, each with what it may be."""
    from sim.studies.answer.best import FIGURES
    from sim.studies.compare import ALL, Question

    if best.count(".") != 2:
        return [wrong("--best", best, "option.question", example=_example_question(best, worlds[0]))]
    ports, classes = ({id for one in worlds for id in one.table(name)} for name in ("ports", "classes"))
    found = []
    for part, own in zip(Question.of(best), (ports, classes, FIGURES), strict=True):
        values = sorted(own) if own is FIGURES else [*sorted(own), ALL]
        if part not in values:
            found.append(not_one_of("--best", part or best, values, close=bool(part)))
    return found


def _example_question(best: str, world: Corridor) -> str:
    """A question that the world answers, about the port that a text may mean."""
    meant = nearest(best.partition(".")[0], world.ports)
    crossed = {step.itinerary: step.port for step in world.itineraries.values() if step.port}
    classes = {
        (crossed[name], row.vehicle_class)
        for row in world.services.values()
        for name in world.itineraries_from(row.itinerary)
        if name in crossed
    }
    port, klass = min((pair for pair in classes if meant in ("", pair[0])), default=(meant or "PORT", "CLASS"))
    return f"{port}.{klass}.{DWELL}"


def run_best(
    options: RunOptions, output: OutputOptions, pairs: int, best: str, found: Findings, saving: Saving
) -> None:
    """Run each proposal of the options and the data as they are in pairs; show first which is best by a figure.

    Raises DataError with all findings, ``found`` among them, and Failure where a run fails.
    """
    from sim.cli.catalogue import proposal_files, proposals_of, unknown_ids
    from sim.cli.compare import check_question, deliver_comparison
    from sim.cli.files import asked_files
    from sim.cli.single_run import read_case, tell_period
    from sim.experiments.experiment import Experiment
    from sim.studies.compare import Question

    with found.gather():
        files = asked_files(output.json, output.report, saving.brief, saving.save)
    known, ids = proposal_files(options.data), tuple(dict.fromkeys(options.proposal or ()))
    found += unknown_ids("--proposal", ids, known, text("option.proposal_id"))
    whole: AskedCase | None = None
    each: dict[str, AskedCase] = {}
    with found.gather():
        whole = read_case(replace(options, proposal=None, close=None), Findings())
    for id in (id for id in ids if whole and id in known):
        with found.gather():
            each[id] = read_case(replace(options, proposal=[id], close=None), Findings())
    if whole:
        found += question_findings(best, [whole.baseline, *(one.case.corridor for one in each.values())])
    if found or whole is None:
        raise DataError(found)
    tell_period(options, whole.case)
    reasons = {id: _idle(asked) for id, asked in each.items()}
    settings, world = whole.case.settings, whole.baseline
    made = Experiment(
        id="best",
        title_en="",
        title_zh="",
        proposals=ids,
        start=settings.start,
        days=settings.days,
        warmup_days=settings.warmup_days,
        seed=settings.seed,
        replications=pairs,
        replications_per_shard=1,
        engine=options.engine,
    )
    proposals, workers = proposals_of(options.data), _workers(whole.case, pairs)
    with _compared(made, world, proposals, workers, Question.of(best)) as (comparison, store):
        check_question(comparison, best)
        deliver_comparison(files, output.json, comparison, world, reasons, saving.author, store=store)


@contextmanager
def _compared(
    made: Experiment,
    world: Corridor,
    proposals: Mapping[str, Proposal],
    workers: int,
    question: Question | None = None,
) -> Iterator[tuple[ScenarioComparison, Store]]:
    """The comparison of an experiment that is run now, with its results. Raises Failure where a run fails."""
    from sim.cli.batch import failed_runs, progress_bar
    from sim.experiments.batch import BatchError, passing_batch
    from sim.studies.compare import ExperimentResults, compare

    try:
        with (
            progress_bar() as show,
            passing_batch(made, world, proposals, workers=workers, progress=show) as outcome,
        ):
            if outcome.failed:
                failed = say("runs_failed", n=outcome.failed)
                raise Failure("\n".join([failed, *failed_runs(outcome.store)]))
            found = ExperimentResults.of(outcome.store)
            yield compare(found, world, proposals, question=question), outcome.store
    except BatchError as stop:
        raise Failure(reason(stop)) from None


def _idle(asked: AskedCase, beside_given: bool = False) -> tuple[Message, ...]:
    """Show the warnings of a case; the reasons of its changes without effect."""
    return tuple(why for one in asked.warn(beside_given) if isinstance(why := one.message, Message))


def _refuse_days_outside(case: Case, idle: Sequence[Message]) -> None:
    """Raise DataError where nothing that a scenario changes is on a day of the run: all pairs would be equal."""
    from sim.cli.single_run import other_days

    outside = [reason for reason in idle if reason.code == "idle.outside_run"]
    if outside and len(outside) == len(case.changes):
        raise DataError([other_days(case.changes, outside[0])])


def _same_stocks(asked: AskedCase, other: Scenario | None) -> None:
    """Raise DataError for scenarios whose yards begin with other levels than those of a batch, which reads none."""
    from sim.core.start_levels import levels_on

    case = asked.case
    usual = "base_year" if levels_on(case.corridor, case.settings.start, case.settings.days) else "declared"
    stocks = {"--scenario": asked.given.stocks_from, "--against": other.stocks_from if other else "base_year"}
    wrongs = [
        wrong(option, stock, "option.stocks_not_in_pairs")
        for option, stock in stocks.items()
        if stock not in ("base_year", usual)
    ]
    if wrongs:
        raise DataError(wrongs)


def _workers(case: Case, pairs: int) -> int:
    """One process a core, or this one alone for so little work that others would take longer to start."""
    from sim.compile.plan_size import expected_vehicles

    little = 2 * pairs * expected_vehicles(case.corridor, case.settings) <= FEW_VEHICLES
    return 1 if little else processes(None)


def _experiment(asked: AskedCase, beside: Scenario | None, options: RunOptions, pairs: int) -> Experiment:
    """The case of the options and its base as an experiment over the days of the case.

    The case may be the data as they are, compared with another scenario.
    """
    from sim.experiments.experiment import Experiment

    case, given = asked.case, asked.given
    changed = case.scenario != given
    base = beside or (given if changed else BASELINE)
    values_before = asked.base if changed and not beside else asked.baseline
    return Experiment(
        id="pairs",
        title_en="",
        title_zh="",
        baseline=_variation(base, id=BASELINE.id),
        scenarios=(
            _variation(
                case.scenario,
                id=CHANGED if changed else AS_IS if given.id == BASELINE.id else given.id,
                title_en=_title(asked, ENGLISH, values_before),
                title_zh=_title(asked, "zh", values_before),
                alone=True,
                in_order=True,  # Settings come last; the case has been checked.
            ),
        ),
        start=case.settings.start,
        days=case.settings.days,
        warmup_days=case.settings.warmup_days,
        seed=case.settings.seed,
        replications=pairs,
        replications_per_shard=1,
        engine=options.engine,
    )


def _title(asked: AskedCase, language: Language, base: Corridor) -> str:
    """The scenario, its proposals, single settings and closures, each by its title or its names.

    Settings have their value in ``base`` and now.
    """
    from sim.reports.run_names import proposal_titles, settings_in_words
    from sim.text.catalogue import say as said

    case = asked.case
    if not case.changes:
        return said("run_report.as_is", language)
    own = [] if case.scenario.id == BASELINE.id else [translated(case.scenario, "title", language) or case.scenario.id]
    return said("cli.title_separator", language).join(
        [*proposal_titles(case, language), *own, *settings_in_words(case, base, language)]
    )


def _variation(scenario: Scenario, **more: Any) -> Variation:
    """A scenario as part of an experiment."""
    from sim.experiments.experiment import Variation

    same = {name: getattr(scenario, name) for name in ("title_en", "title_zh", "proposals", "changes", "in_order")}
    return Variation(**(same | more))
