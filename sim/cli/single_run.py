"""What ``run`` and ``bottlenecks`` have in common: from the options of a command line to the result of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.findings import Finding, Findings
from sim.cli import console
from sim.cli.failure import Failure
from sim.run import BASELINE, RunResult
from sim.text.cli import language, say

if TYPE_CHECKING:
    from corridors.model import Corridor
    from corridors.overlay.changes import Change


@dataclass(frozen=True)
class Request:
    """A run as it was asked for; None where the scenario, the data or the program decide."""

    data: Path | None
    scenario: str | None
    proposals: Sequence[str]
    settings: Sequence[str]
    start: datetime | None
    days: int | None
    warmup_days: int | None
    seed: int
    replication: int
    engine: str | None


def carry_out(request: Request, wrong: Findings) -> RunResult:
    """Read the data, run, and say on standard error what a reader of the figures must know.

    Raises DataError for wrong input, with what was ``wrong`` elsewhere on the command line already, and Failure where
    the run does not add up.
    """
    from corridors.io.yaml_locations import told_by_line
    from corridors.load import load_corridor
    from corridors.overlay.changes import parse_setting
    from corridors.overlay.proposals import load_proposals
    from sim.cli.catalogue import find_scenario, folder_of, proposal_files, unknown_ids
    from sim.cli.option_errors import told_by_option
    from sim.run import prepare, run_scenario

    with console.progress() as tell:
        tell("phase_read")
        # What is not understood counts as left out, so that all the rest is looked at, too.
        given, files = BASELINE, proposal_files(request.data)
        settings: list[Change] = []
        with wrong.gather():
            given, files = find_scenario(request.scenario, request.data)
        for text in request.settings:
            with wrong.gather():
                settings.append(parse_setting(text))
        wrong += unknown_ids("--proposal", request.proposals, files, "the id of a proposal")
        proposals = (*given.proposals, *(id for id in request.proposals if id in files))
        changes = (*given.changes, *settings)
        days = {"start": request.start, "days": request.days, "warmup_days": request.warmup_days}
        with wrong.gather(), told_by_line(files), told_by_option(**days):
            baseline = load_corridor(request.data)
            case = prepare(
                baseline,
                given.model_copy(update={"proposals": proposals, "changes": changes}),
                load_proposals(folder_of("proposals", request.data)) if proposals else None,
                start=request.start.date() if request.start else None,
                days=request.days,
                warmup_days=request.warmup_days,
                seed=request.seed,
                replication=request.replication,
            )
        wrong.refuse()
        result = run_scenario(case, request.engine, progress=lambda phase: tell(f"phase_{phase}"))
    for finding in odd_findings(baseline, case.corridor):
        console.err().print(console.in_a_line(finding))
    _warn(request, result)
    return result


def odd_findings(baseline: Corridor, changed: Corridor) -> list[Finding]:
    """Warnings that changes brought: a facility that nobody uses any more, a load above capacity."""
    from corridors.checks import check

    if changed == baseline:
        return []
    known = set(check(baseline))
    return [finding for finding in check(changed) if finding not in known]


def _warn(request: Request, result: RunResult) -> None:
    from sim.output.deadlock import in_words
    from sim.text.names import Names

    err = console.err()
    if result.engine == "simpy":
        err.print(say("simpy_is_slower" if request.engine == "simpy" else "no_numba"))
    if result.case.warmup_dropped:
        err.print(say("warmup_dropped", warmup=result.case.warmup_dropped, days=result.case.settings.days))
    if result.deadlocked:
        err.print(say("gridlock", vehicles=len(result.deadlocked)))
        for sentence in in_words(result.deadlocked, Names.of(result.case.corridor, language())):
            err.print(f"  {sentence}")
    if result.problems:
        raise Failure("\n".join((say("conservation_broken"), *result.problems)))
