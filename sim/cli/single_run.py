"""One run from the options of a command line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corridors.findings import WARNING, DataError, Finding, Findings
from corridors.messages import message
from sim.cli import console
from sim.cli.failure import Failure
from sim.cli.options import RunOptions
from sim.cli.words import language, own_text, say, text
from sim.run import BASELINE, Case, RunResult, document_of

if TYPE_CHECKING:
    from corridors.messages import Message
    from corridors.model import Corridor
    from corridors.overlay.changes import Change
    from corridors.overlay.proposals import Proposal, Scenario
    from sim.text.names import Names

MOST_STUCK: Final = 10
"""Vehicles of each kind that can never move again which the screen lists."""
MOST_WEIGHED: Final = 4
"""Flows of which a note has the cost or emission of a tonne."""
REASONS: Final = frozenset({"order.outside_run", "order.no_traffic", "weather.no_effect"})
"""Findings about a row that say why its change has no effect."""


def carry_out(
    options: RunOptions,
    wrong: Findings,
    more: Callable[[Corridor], Iterable[Finding]] = lambda corridor: (),
    only_shown: bool = False,
    shorten: Callable[[Case], Case] = lambda case: case,
    notes: bool = True,
) -> RunResult:
    """Read the data, run, and print notes and warnings on standard error.

    ``more`` checks further options with the world of the run. With ``only_shown`` the run has only the tables that the
    screen shows. ``shorten`` may end the run earlier. Without ``notes`` the caller prints them (:func:`print_notes`).
    Raises DataError for wrong input, with the findings in ``wrong``, and Failure where the balance check fails.
    """
    from sim.run import run_scenario

    with console.progress() as tell:
        tell("phase_read")
        asked = read_case(options, wrong)
        if found := list(more(asked.case.corridor)):
            raise DataError(found)
        asked = replace(asked, case=shorten(asked.case))
        only = _shown_tables() if only_shown else None
        with asked.caused():
            result = run_scenario(asked.case, options.engine, progress=lambda phase: tell(f"phase_{phase}"), only=only)
    if options.stocks and options.stocks != asked.case.stocks_from:
        console.err().print(say("other_stocks", asked=options.stocks))
    found = asked.warn()
    idle = [*found, *asked.warn_chances(found), *asked.warn_spare(result)]
    result = replace(result, idle_changes=(*idle, *asked.warn_unreached(result, idle)))
    _warn(options, result)
    if notes:
        print_notes(result)
    return result


def _shown_tables() -> Collection[str]:
    from sim.cli import port_tables
    from sim.kpi import run_notes

    return port_tables.TABLES | run_notes.TABLES


@dataclass(frozen=True)
class AskedCase:
    """The case of a command line beside what it was made from."""

    baseline: Corridor
    """The data without any change."""
    given: Scenario
    """The scenario of ``--scenario`` without the options ``--proposal``, ``--set`` and ``--close``."""
    case: Case
    proposals: Mapping[str, Proposal]
    files: Mapping[str, Path]
    """The files of the scenario and the proposals, by id."""

    @cached_property
    def base(self) -> Corridor:
        """The data with the scenario of ``--scenario``, to which the other options add."""
        from corridors.overlay.applying import lay_over
        from corridors.overlay.proposals import changes_of

        return lay_over(self.baseline, changes_of(self.given, self.proposals), self.given.in_order)

    def warn(self, beside_given: bool = False) -> list[Finding]:
        """Print the warnings about the changes on standard error; returns those of changes without effect.

        ``beside_given``: the case is compared with the scenario of ``--scenario``, so only what the other options
        change can have no effect.
        """
        from corridors.io.yaml_locations import placed
        from corridors.overlay.causes import at_causes

        idle = self._idle_beside_given() if beside_given else idle_of(self.baseline, self.case)
        odd = odd_findings(self.baseline, self.case)
        caused = at_causes(odd, self.case.changes, document_of(self.case.scenario))
        for finding in placed([*self._stale_lines(), *caused, *unrepeated(idle, odd)], self.files):
            console.err().print(console.in_a_line(finding))
        for note in dict.fromkeys(overload_notes(self.case)) if self.given.overloads else ():
            console.err().print(note)
        return idle

    def warn_spare(self, result: RunResult) -> list[Finding]:
        """Print the warnings about servers that a change adds and the run never needs; returns them.

        They need the rows of all visits; a run that does not have them is not repeated for that.
        """
        from corridors.io.yaml_locations import placed
        from sim.kpi.spare_servers import more_servers, spare_servers
        from sim.reuse import has_rows

        added = more_servers(self.baseline, self.case.corridor, self.case.changes)
        if added and not has_rows(result.visits):
            console.err().print(say("spare_unknown", facilities=", ".join(added)))
            return []
        found = list(spare_servers(self.baseline, self.case.corridor, self.case.changes, result.visits))
        for finding in placed(found, self.files):
            console.err().print(console.in_a_line(finding))
        return found

    def warn_chances(self, idle: Iterable[Finding]) -> list[Finding]:
        """Print the warnings about breakdowns and weather of which this run draws none; returns them."""
        from corridors.io.yaml_locations import placed
        from sim.compile.quiet_chances import quiet_chances

        case, said = self.case, {address for one in idle for address in one.column.split(", ")}
        found = list(quiet_chances(self.baseline, case.corridor, case.changes, case.settings, said))
        for finding in placed(found, self.files):
            console.err().print(console.in_a_line(finding))
        return found

    def warn_unreached(self, result: RunResult, said: Iterable[Finding]) -> list[Finding]:
        """Print the warnings about changes without which the run is the same; returns them."""
        from corridors.io.yaml_locations import placed
        from sim.studies.unreached import unknown_limits, unreached

        known = {address for one in said for address in one.column.split(", ")}
        found = list(unreached(self.baseline, result, known))
        if limits := unknown_limits(result, known):
            console.err().print(say("limits_unknown", addresses=", ".join(limits)))
        for finding in placed(found, self.files):
            console.err().print(console.in_a_line(finding))
        return found

    @contextmanager
    def caused(self) -> Iterator[None]:
        """Name the change that causes a finding about a row, with its line in its file."""
        from corridors.io.yaml_locations import placed
        from corridors.overlay.causes import at_causes

        try:
            yield
        except DataError as error:
            document = document_of(self.case.scenario)
            written = {change.address.rpartition(".")[0] for change in self.case.changes}
            findings = [
                found
                for one in error.findings
                for found in (
                    at_causes([one], self.case.changes, document)
                    if f"{one.file.removesuffix('.csv')}.{one.id}" in written
                    else [one]
                )
            ]
            raise DataError(placed(findings, self.files)) from None

    def _idle_beside_given(self) -> list[Finding]:
        from corridors.overlay.applying import lay_over
        from corridors.overlay.changes import OPTIONS
        from sim.compile.idle_changes import idle_changes

        added = [id for id in self.case.scenario.proposals if id not in self.given.proposals]
        changes = [change for id in added for change in self.proposals[id].changes]
        changes += [change for change in self.case.scenario.changes if change.origin in OPTIONS]
        if lay_over(self.base, changes, in_order=True) != self.case.corridor:
            return []  # A proposal that comes before the changes of the scenario, which change the same.
        return idle_changes(self.base, self.case.corridor, changes, self.case.settings, in_order=True)

    def _stale_lines(self) -> list[Finding]:
        """Findings about lines of the scenario on overloads, as ``check`` has them; options may mend an overload."""
        if not self.given.overloads or self.case.scenario.changes != self.given.changes:
            return []
        from corridors.checks.overloads import without_overload

        return without_overload(self.case.corridor, (one.at for one in self.given.overloads), self.given.id)


def read_case(options: RunOptions, wrong: Findings) -> AskedCase:
    """The case of a command line; raises DataError with all findings, those in ``wrong`` among them."""
    from corridors.io.yaml_locations import lines_in_findings
    from corridors.load import load_corridor
    from corridors.overlay.options import from_closures, parse_setting
    from sim.cli.catalogue import find_scenario, proposal_files, proposals_of, unknown_ids
    from sim.cli.option_errors import told_by_option
    from sim.run import prepare

    # An option with an error counts as left out, so that all others are checked, too.
    given, files = BASELINE, proposal_files(options.data)
    settings: list[Change] = []
    with wrong.gather():
        given, files = find_scenario(options.scenario, options.data)
    for setting in options.setting or ():
        with wrong.gather():
            settings.append(parse_setting(setting))
    wrong += unknown_ids("--proposal", options.proposal or (), files, text("option.proposal_id"))
    proposals = (*given.proposals, *(id for id in options.proposal or () if id in files))
    days = {"start": options.start, "days": options.days, "warmup_days": options.warmup_days}
    with wrong.gather(), lines_in_findings(files), told_by_option(**days):
        baseline = load_corridor(options.data)
        wrong[:] = [with_the_table(one, baseline) for one in wrong]
        with wrong.gather():
            settings += from_closures(options.close or (), baseline)
        changes = (*given.changes, *settings)
        known = proposals_of(options.data) if proposals else {}
        case = prepare(
            baseline,
            given.model_copy(update={"proposals": proposals, "changes": changes}),
            known,
            start=options.start.date() if options.start else None,
            days=options.days,
            warmup_days=options.warmup_days,
            seed=options.seed,
            replication=options.replication,
            stocks=options.stocks,
        )
        wrong += _closures_outside(case)
    wrong.refuse()
    return AskedCase(baseline, given, case, known, files)


def _closures_outside(case: Case) -> list[Finding]:
    """A finding where nothing but closures of ``--close`` is changed, none of which has a day of the run."""
    from corridors.clock.local_time import touches
    from corridors.overlay.changes import CLOSE_OPTION

    start, days = case.settings.start, case.settings.days
    run = start, start + timedelta(days=days - 1)
    shut = [change for change in case.changes if change.origin == CLOSE_OPTION and change.first_day]
    spans = [(change.first_day, change.last_day or change.first_day) for change in shut if change.first_day]
    if not shut or len(shut) < len(case.changes) or any(touches(first, last, *run) for first, last in spans):
        return []
    return [other_days(shut, message("idle.outside_run", "runs", start=str(start), days=days))]


def other_days(changes: Iterable[Change], why: Message) -> Finding:
    """The finding that all days of some changes are outside the run; it names the option or file of the changes."""
    from sim.cli.words import wrong

    dated = [change for change in changes if change.first_day]
    origins = {change.origin for change in dated}
    spans = ", ".join(f"{change.first_day}..{change.last_day or change.first_day}" for change in dated)
    first = min((change.first_day for change in dated if change.first_day), default="")
    where = origins.pop() if len(origins) == 1 else ""
    return replace(wrong(where or "--scenario", spans, "option.start_of_days", day=str(first)), message=why)


def with_the_table(finding: Finding, baseline: Corridor) -> Finding:
    """A finding about a change, with the table of its row where only one has it."""
    from corridors.model import TABLES
    from corridors.schema import schema

    row, dot, field = finding.column.partition(".")
    if finding.code != "change.bad_setting" or not dot or not isinstance(finding.found, str):
        return finding
    tables = [table for table in TABLES if row in baseline.table(table) and field in schema(table)]
    return replace(finding, nearest=f"{tables[0]}.{finding.found.strip()}") if len(tables) == 1 else finding


def odd_findings(baseline: Corridor, case: Case) -> list[Finding]:
    """Warnings that the changes of a case cause on the days of its run, such as a load above capacity.

    Also those about whole numbers that are rounded.
    """
    if case.corridor == baseline:
        return []
    from corridors.checks import new_findings
    from corridors.checks.overloads import unexplained
    from sim.compile.rounded_changes import rounded_changes

    found = new_findings(*(_on_days(corridor, case) for corridor in (baseline, case.corridor)))
    found += rounded_changes(baseline, case.changes)
    return unexplained(found, case.corridor, case.scenario.explained)


def overloads_of(baseline: Corridor, case: Case) -> list[Finding]:
    """Warnings of overloads that the changes of a case cause and no line of its scenario explains."""
    from corridors.checks.overloads import overloads, unexplained

    known = set(overloads(baseline).values())
    caused = (one for one in overloads(case.corridor).values() if one not in known)
    return unexplained(caused, case.corridor, case.scenario.explained)


def overload_notes(case: Case) -> list[str]:
    """What the scenario of a case says about its overloads, one sentence each, in the language of the output."""
    from corridors.checks.overloads import overloads
    from sim.text.findings import in_language
    from sim.text.names import Names

    names, found = Names.of(case.corridor, language()), overloads(case.corridor)
    return [
        say(
            "overload_explained",
            thing=names.stock(one.at.partition(".")[2]),
            what=in_language(found[one.at], language()).message,
            why=own_text(one, "why"),
        )
        for one in case.scenario.overloads
        if one.at in found
    ]


def _on_days(corridor: Corridor, case: Case) -> Corridor:
    """The corridor with the days of the run as its parameters, which rules read."""
    from corridors.clock import local_time

    asked = case.settings
    days = {
        "run_start": local_time.number_of_day(asked.start),
        "run_days": asked.days,
        "run_warmup_days": asked.warmup_days,
    }
    rows = {id: replace(corridor.parameters[id], value=float(n)) for id, n in days.items() if id in corridor.parameters}
    return replace(corridor, parameters={**corridor.parameters, **rows})


def dropped_warmup(case: Case) -> list[Finding]:
    """A warning where the warm-up of the tables does not fit into the days of a scenario."""
    if not case.warmup_dropped:
        return []
    days = case.settings.days
    what = message("settings.warmup_dropped", "runs", days=days, warmup_days=case.warmup_dropped)
    expected = message("want.more_days", "runs", n=case.warmup_dropped)
    return [Finding(WARNING, case.scenario.id, None, "days", str(days), expected, message=what)]


def idle_of(baseline: Corridor, case: Case) -> list[Finding]:
    """Warnings for the changes of a case without which it would be the same run."""
    if not case.changes:
        return []
    from sim.compile.idle_changes import idle_changes

    return idle_changes(baseline, case.corridor, case.changes, case.settings, case.scenario.in_order)


def unrepeated(idle: Iterable[Finding], found: Iterable[Finding]) -> list[Finding]:
    """Warnings for changes without effect, but those whose row has a finding of ``found`` with the same reason."""
    rows = {f"{one.file.removesuffix('.csv')}.{one.id}" for one in found if one.code in REASONS}
    return [one for one in idle if not any(f"{one.column}.".startswith(f"{row}.") for row in rows)]


def _weighed_notes(result: RunResult, names: Names) -> Iterator[str]:
    """The cost, or emission, of a tonne where a charge, price or emission factor changes: no table shows it."""
    from sim.core.kpi_declarations import KPIS, WEIGHED_BY
    from sim.reports.number_format import figure

    fields = {change.address.rpartition(".")[2] for change in result.case.changes}
    table = result.kpis[(result.kpis["side"] == "both") & result.kpis["value"].notna()]
    dear = {field for field in fields & WEIGHED_BY.keys() if all(value > 0 for value in _values(result.case, field))}
    for kpi in dict.fromkeys(kpi for field, kpi in WEIGHED_BY.items() if field in fields):
        rows = table[table["kpi"] == kpi].sort_values("value", ascending=False).to_dict("records")
        own = {field for field, weighed in WEIGHED_BY.items() if weighed == kpi and field in fields}
        if rows and rows[0]["value"] == 0 and own <= dear:
            yield say("weighed_nothing", figure=names.figure(kpi))
            continue
        shown = tuple(
            say(
                "figure_of_traffic",
                port=names.port(row["port"]),
                traffic=names.klass(row["class"]),
                direction=names.direction(row["direction"], row["port"]),
                value=figure(row["value"]),
                unit=KPIS[kpi].unit,
            )
            for row in rows[:MOST_WEIGHED]
        )
        yield say("weighed_only", figure=names.figure(kpi), values=shown, n=len(rows) - len(shown))


def _values(case: Case, field: str) -> Iterator[float]:
    """The values that the changes of a case leave in a field."""
    for change in case.changes:
        table, _, rest = change.address.partition(".")
        row, _, name = rest.rpartition(".")
        if name == field:
            yield getattr(case.corridor.table(table).get(row), name, 0) or 0


def tell_period(options: RunOptions, case: Case) -> None:
    """Say that a short run goes without its warm-up, and that a run of another year has the demand of the base year."""
    from corridors.clock import local_time

    err, settings = console.err(), case.settings
    if dropped := case.warmup_dropped:
        err.print(say("warmup_dropped", warmup=dropped, days=settings.days))
        if shorter := settings.days // 4:
            err.print(say("warmup_shorter", days=shorter))
    base, begins = (case.corridor.parameters.get(one) for one in ("base_year", "run_start"))
    if base is None or begins is None:
        return
    first = settings.start + timedelta(days=settings.warmup_days)
    early = local_time.number_of_day(settings.start) < begins.value
    own = options.scenario and any(one.address.startswith("services.") for one in case.scenario.changes)
    if (early or first.year > base.value) and not own:
        err.print(say("other_year", year=str(first.year), base=f"{base.value:.0f}"))
        if not options.data:
            err.print(say("other_year_scenarios", example="--scenario year_2025"))


def _warn(options: RunOptions, result: RunResult) -> None:
    from sim.output.deadlock import headlines
    from sim.text.names import Names
    from sim.text.runs import problem_sentences

    err = console.err()
    if result.engine == "simpy":
        err.print(say("simpy_is_slower" if options.engine == "simpy" else "no_numba"))
    tell_period(options, result.case)
    names = Names.of(result.case.corridor, language())
    for headline, vehicles in headlines(result.deadlocked):
        err.print(names.sentence(headline))
        for one in vehicles[:MOST_STUCK]:
            err.print(f"  {names.sentence(one)}")
        if len(vehicles) > MOST_STUCK:
            err.print("  " + say("more_stuck", n=len(vehicles) - MOST_STUCK))
    if result.problems:
        raise Failure("\n".join((say("balance_failed"), *problem_sentences(result.problems, language()))))


def print_notes(result: RunResult, port: str = "") -> None:
    """Print the notes on a run, or only those on a port, on standard error."""
    from sim.reports.run_notes import note_texts
    from sim.text.catalogue import say as text_of
    from sim.text.names import Names

    err, names = console.err(), Names.of(result.case.corridor, language())
    for note in note_texts(result, names, port):
        err.print(text_of("comparison.note", language(), note=note))
    for line in _weighed_notes(result, names):
        err.print(line)
