"""``bridgehead check``: all findings in tables, proposals, scenarios, experiments, demand scenarios and programmes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from corridors.findings import ERROR, DataError, Finding, Findings, ignore
from corridors.messages import message
from corridors.model import Corridor
from sim.cli import console
from sim.cli.options import Data, Json
from sim.cli.words import language, say
from sim.text.catalogue import Language

if TYPE_CHECKING:
    from corridors.io.tables import Reading
    from corridors.overlay.demand_scenarios import DemandScenarios
    from corridors.overlay.proposals import Proposal, Scenario
    from sim.experiments.experiment import Experiment
    from sim.studies.appraisal.prices import Prices
    from sim.studies.appraisal.programme import Programme

WRONG_INPUT = 2
KINDS: Final = ("proposals", "scenarios", "years", "experiments", "programmes")
"""Folders of documents beside a folder of tables, which are checked with it."""
SETTINGS: Final = {"start": "run_start", "days": "run_days", "warmup_days": "run_warmup_days"}
"""The parameter that gives each setting of a run without a scenario."""


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Tables (.csv), proposals, scenarios, experiments or programmes (.yaml); all if none is named.",
        ),
    ] = None,
    data: Data = None,
    json: Json = None,
    ignored: Annotated[list[str] | None, typer.Option("--ignore", metavar="CODE")] = None,
) -> None:
    """Check the data: report each error and warning with its place, the value found and the values expected."""
    from corridors.io.plain_files import documents_in
    from sim.cli.catalogue import data_folder, demand_scenarios_file, folder_of
    from sim.cli.explain import unknown_code
    from sim.cli.files import asked_files, deliver

    wrong = Findings(filter(None, (unknown_code("--ignore", code, families=True) for code in ignored or ())))
    with wrong.gather():
        outputs = asked_files(json)
    wrong.refuse()
    folder, named = data_folder(data), bool(files)
    if not files:
        files = [folder]
        for kind in KINDS:
            files += documents_in(folder_of(kind, data))
        files += [file for file in (demand_scenarios_file(data),) if file]
    once = _once(files, folder, named)
    findings = ignore([one for one, _ in once], ignored or ())

    def show() -> None:
        if findings:
            shown = ignore([one if named else in_folder for one, in_folder in once], ignored or ())
            console.findings(shown)
        else:
            console.out().print(say("data_ok", files=", ".join(map(str, files))))

    deliver(outputs, json, document=lambda: document(findings, language()), show=show)
    if any(finding.level == ERROR for finding in findings):
        raise typer.Exit(WRONG_INPUT)


def _in_folder(path: Path) -> str:
    """The name of a document with its folder: a proposal and a scenario may have the same name."""
    return f"{path.parent.name}/{path.name}" if path.parent.name in KINDS else path.name


def document(findings: Sequence[Finding], language: Language) -> dict[str, Any]:
    """All findings as plain values for JSON, with their sentences in a language."""
    from sim.text.findings import in_language

    rows = []
    for finding in findings:
        worded = in_language(finding, language)
        texts = {"found": worded.found, "expected": worded.expected, "message": worded.message}
        rows.append(finding.as_json() | texts)
    errors = sum(finding.level == ERROR for finding in findings)
    return {"findings": rows, "errors": errors, "warnings": len(findings) - errors}


class _Tables:
    """The tables beside the documents of a check, read once for all of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def read(self) -> tuple[Corridor | None, list[Finding]]:
        """The corridor, None if it has errors, and its findings."""
        from corridors.io import tables

        return tables.read(self.folder)

    @cached_property
    def of_run(self) -> list[Finding]:
        """The findings of a run without a scenario."""
        from sim.compile.assembly import compile_plan
        from sim.run import prepare

        found, (corridor, _) = Findings(), self.read
        assert corridor is not None  # only of documents over it
        with found.gather():
            case = prepare(corridor)
            compile_plan(case.corridor, case.settings, likely_trips=True)
        return found

    @cached_property
    def of_programmes(self) -> tuple[dict[str, Proposal], Prices, DemandScenarios]:
        """What programmes are checked with; raises DataError."""
        from sim.cli.appraise import programme_data

        corridor, _ = self.read
        assert corridor is not None  # only of documents over it
        return programme_data(corridor, self.folder)


def _once(files: Sequence[Path], folder: Path, named: bool) -> list[tuple[Finding, Finding]]:
    """The findings of all files, each once; those of a proposal name the documents that use it.

    Each finding twice: with the names of documents, and with their folders before the names.
    """
    from corridors.io.plain_files import is_folder, real_path
    from sim.cli.catalogue import folder_of

    found: dict[tuple[Finding, Path], dict[Path, None]] = {}
    beside = _Tables(folder)
    for file in files:
        document = file.suffix in (".yaml", ".yml")
        for one in _findings(file, beside, named):
            if not document:
                about = file if is_folder(file) else file.parent
            else:
                about = file if one.file == file.name else folder_of("proposals", folder) / one.file
            found.setdefault((one, real_path(about)), {}).update({file: None} if document else {})
    pairs = []
    for (one, about), users in found.items():
        others = [user for user in users if user.name != one.file]
        plain = replace(one, used_by=tuple(user.name for user in others))
        name = _in_folder(about) if about.name == one.file else one.file
        pairs.append((plain, replace(one, file=name, used_by=tuple(map(_in_folder, others)))))
    return pairs


def _of_id(id: str, folder: Path) -> str:
    """The path of the document that has an id, among those beside a data folder; '' if none has it."""
    from corridors.io.plain_files import documents_in
    from sim.cli.catalogue import folder_of

    kinds = ("scenarios", "proposals", "experiments", "programmes", "years")
    files = (file for kind in kinds for file in documents_in(folder_of(kind, folder)))
    return next((str(file) for file in files if file.stem == id), "")


def _findings(file: Path, beside: _Tables, named: bool) -> list[Finding]:
    from corridors.checks import check_folder
    from corridors.io.plain_files import exists, is_folder, why_not_there

    if not exists(file):
        why, expected = message("check.missing", "runs"), message("want.existing_path", "runs")
        found, close = why_not_there(file), _of_id(str(file), beside.folder)
        if found:
            why = message("check.unreadable", "runs")
        return [Finding(ERROR, str(file), None, "", found, expected, close, why)]
    if is_folder(file):
        return _folder_findings(file)
    if file.suffix in (".csv", ".xlsx"):
        return [one for one in check_folder(file.parent) if one.file.partition("[")[0] == file.name]
    if file.suffix in (".yaml", ".yml"):
        return _document_findings(file, beside, named)
    why, expected = message("check.other_kind", "runs"), message("want.checked_kind", "runs")
    return [Finding(ERROR, str(file), None, "", file.suffix, expected, message=why)]


def _folder_findings(folder: Path) -> list[Finding]:
    """The findings of the tables, and of a run with them up to its simulation where they have no error."""
    from corridors.checks import check_reading
    from corridors.io.tables import read_folder
    from sim.compile.assembly import compile_plan
    from sim.run import prepare

    reading = read_folder(folder)
    found = Findings(check_reading(reading))
    if any(one.level == ERROR for one in found):
        return found
    with found.gather():
        case = prepare(reading.draft)
        compile_plan(case.corridor, case.settings, likely_trips=True)
    return [one if one.row else _located(one, reading) for one in found]


def _located(finding: Finding, reading: Reading) -> Finding:
    """The finding with its line; settings of a run without a scenario are those of the table of parameters."""
    from sim.run import BASELINE

    if finding.file == BASELINE.id:
        parameter = SETTINGS.get(finding.column)
        finding = replace(finding, file="parameters.csv", id=parameter or finding.id)
        finding = replace(finding, column="value") if parameter else finding
    return reading.at_home(replace(finding, row=reading.lines.get((finding.file, finding.id))))


def _document_findings(file: Path, beside: _Tables, named: bool) -> list[Finding]:
    """The findings of a document, of whichever kind the file resembles most.

    A scenario or proposal that the command names also gets the warnings of a run; a scenario that it does not name only
    those about overloads that none of its lines explains.
    """
    from corridors.io.plain_files import real_path
    from corridors.io.schema_errors import UNKNOWN_KEY
    from corridors.io.yaml_files import sound_part
    from corridors.io.yaml_locations import placed
    from corridors.overlay.demand_scenarios import load_demand_scenarios
    from corridors.overlay.proposals import load_proposal, load_scenario
    from sim.cli.catalogue import folder_of, proposal_files
    from sim.experiments.experiment import load_experiment
    from sim.studies.appraisal.programme import Programme, load_programme

    folder, (corridor, of_tables) = beside.folder, beside.read
    kinds: list[tuple[Callable[[Path], Any], Callable[[Any, Corridor, _Tables], list[Finding]]]] = [
        (load_proposal, partial(_of_proposal, as_run=named)),
        (load_scenario, partial(_of_scenario, as_run=named)),
        (load_experiment, partial(_of_experiment, as_run=named)),
        (load_demand_scenarios, _of_demand_scenarios),
        (load_programme, _of_programme),
    ]
    # A file in a folder of one kind of documents is read as such by every command.
    for kind, place in (("proposals", 0), ("scenarios", 1), ("years", 1), ("experiments", 2), ("programmes", 4)):
        if real_path(file).parent == real_path(folder_of(kind, folder)):
            kinds = [kinds[place]]
            break
    misread: list[list[Finding]] = []
    for load, look_at in kinds:
        try:
            document = load(file)
        except DataError as error:
            misread.append([*error.findings])
            if load is load_programme and corridor and (part := sound_part(file, Programme)):
                misread[-1] += placed(look_at(part, corridor, beside), {f"{part.id}.yaml": file})
        else:
            if not corridor:
                return [one for one in of_tables if one.level == ERROR] if named else []
            # Findings name a document by its id, or by a file of that name.
            names = [getattr(document, "id", ""), file.stem]
            files = proposal_files(folder) | dict.fromkeys([*names, *(f"{name}.yaml" for name in names)], file)
            return placed(look_at(document, corridor, beside), files)
    fewest = min(misread, key=lambda found: (sum(one.code == UNKNOWN_KEY for one in found), len(found)))
    return sorted(fewest, key=lambda one: one.row or 0)


def _of_proposal(proposal: Proposal, corridor: Corridor, beside: _Tables, as_run: bool) -> list[Finding]:
    """With ``as_run`` all that a scenario of its changes gets: a scenario with titles may be read as a proposal."""
    from corridors.overlay.causes import at_causes
    from corridors.overlay.proposals import Scenario, check_proposal
    from sim.cli.single_run import idle_of, unrepeated
    from sim.compile.assembly import sound_programs
    from sim.run import prepare

    checked = check_proposal(corridor, proposal)
    wrong = Findings(at_causes(checked, proposal.changes, proposal.id))
    if any(finding.level == ERROR for finding in wrong):
        return wrong
    scenario = Scenario(id=proposal.id, changes=proposal.changes)
    if as_run:
        return _of_scenario(scenario, corridor, beside, as_run)
    try:
        case = prepare(corridor, scenario)
    except DataError:
        # The parameters of the tables have their own findings.
        return wrong
    refused = Findings()
    with refused.gather():
        sound_programs(case.corridor, case.settings)
    wrong += at_causes(refused, case.changes, proposal.id)
    idle = unrepeated(idle_of(corridor, case), checked)
    return [*wrong, *(replace(one, file=f"{proposal.id}.yaml") for one in idle)]


def _of_scenario(scenario: Scenario, corridor: Corridor, beside: _Tables, as_run: bool) -> list[Finding]:
    from corridors.checks.overloads import without_overload
    from corridors.overlay.causes import at_causes, is_of_table
    from corridors.overlay.proposals import changes_of, check_scenario
    from sim.cli.catalogue import proposals_of
    from sim.cli.single_run import dropped_warmup, idle_of, odd_findings, overloads_of, unrepeated
    from sim.compile.assembly import compile_plan, sound_programs
    from sim.run import prepare

    wrong, stale = Findings(), list[Finding]()
    changes = scenario.changes
    with wrong.gather():
        proposals = proposals_of(beside.folder) if scenario.proposals else {}
        with Findings().gather():  # what is unknown, is a finding of prepare, beside those of the settings
            changes = changes_of(scenario, proposals)
        case = prepare(corridor, scenario, proposals)
        wrong += odd_findings(corridor, case) if as_run else overloads_of(corridor, case)
        stale = without_overload(case.corridor, (one.at for one in scenario.overloads), scenario.id)
        sound_programs(case.corridor, case.settings)
        if as_run:
            wrong += dropped_warmup(case)
            wrong += (replace(one, file=scenario.id) for one in unrepeated(idle_of(corridor, case), list(wrong)))
            compile_plan(case.corridor, case.settings, likely_trips=True)
    known = beside.of_run if any(is_of_table(one) for one in wrong) else []
    return [*check_scenario(scenario), *stale, *at_causes(wrong, changes, scenario.id, known)]


def _of_experiment(experiment: Experiment, corridor: Corridor, beside: _Tables, as_run: bool) -> list[Finding]:
    """Also, ``as_run``, warnings for named scenarios that change nothing, and for changes of them without effect."""
    from sim.cli.catalogue import proposals_of
    from sim.cli.single_run import idle_of
    from sim.experiments.expansion import check_experiment, expand, repeated_points, unchanged
    from sim.run import prepare

    try:
        proposals = proposals_of(beside.folder)
    except DataError as error:
        return list(error.findings)
    found = check_experiment(experiment, corridor, proposals)
    if found or not as_run:
        return found
    found += unchanged(experiment)
    own = {one.id for one in experiment.scenarios}
    scenarios = expand(experiment, corridor, proposals)
    found += repeated_points(experiment, scenarios)
    for scenario in scenarios:
        if scenario.id in own and scenario.changes:
            idle = idle_of(corridor, prepare(corridor, scenario, proposals))
            found += (replace(one, file=experiment.id, id=scenario.id) for one in idle if one.file == scenario.id)
    return found


def _of_demand_scenarios(futures: DemandScenarios, corridor: Corridor, beside: _Tables) -> list[Finding]:
    from corridors.overlay.demand_scenarios import check_demand_scenarios

    return check_demand_scenarios(futures, corridor)


def _of_programme(programme: Programme, corridor: Corridor, beside: _Tables) -> list[Finding]:
    from sim.studies.appraisal.programme_checks import check_programme

    wrong = Findings()
    with wrong.gather():
        wrong += check_programme(programme, corridor, *beside.of_programmes)
    return wrong
