"""Proposals and scenarios: YAML files with changes of the corridor.

A proposal is one policy measure as changes. A scenario is the baseline with proposals and single changes, and the days
to simulate. Both are read here, with all findings; :func:`apply` makes a plain Corridor.

In a run, proposals are in force from the first second: ``opening_date`` is the date from which cost and benefit count,
not the date from which the changes act. A row with its own ``opening_date`` opens in the course of a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from corridors.findings import ERROR, WARNING, DataError, Finding, Findings, nearest
from corridors.io.document import Document
from corridors.io.folders import data_root
from corridors.io.plain_files import documents_in
from corridors.io.yaml_files import parse_yaml, read_yaml, to_yaml
from corridors.io.yaml_locations import placed
from corridors.messages import InvalidValueError, message
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from corridors.overlay.options import from_settings, parse_setting

__all__ = [
    "NOT_BUILT",
    "Change",
    "Estimate",
    "Overload",
    "PriceYear",
    "Proposal",
    "Scenario",
    "apply",
    "changes_of",
    "check_proposal",
    "check_scenario",
    "from_settings",
    "load_proposal",
    "load_proposals",
    "load_scenario",
    "parse_scenario",
    "parse_setting",
    "to_yaml",
]

Id = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
PriceYear = Annotated[int, Field(ge=1990, le=2050)]
"""Year in whose prices money is stated."""
NOT_BUILT: Final = ("M25", "M26")
"""Measures of policy whose proposals are shocks or demand scenarios, no works."""


class Estimate(Document):
    """A figure with its range and data grade."""

    value: float
    low: float
    high: float
    grade: Literal["measured", "reported", "derived", "assumed"]
    source: str
    """Ids of facts.csv and sources.csv, separated by ';', or the source in words."""

    @model_validator(mode="after")
    def _lies_in_its_range(self) -> Estimate:
        if not self.low <= self.value <= self.high:
            raise InvalidValueError(message("proposal.range"))
        return self


class Proposal(Document):
    """A proposal as changes of the corridor; it may belong to a measure of a policy document."""

    id: Id
    title_en: str
    title_zh: str
    measure: str = ""
    """The measure of the policy document, such as M04; '' for a proposal without one."""
    article: str = ""
    """The article of the policy document."""
    changes: Annotated[tuple[Change, ...], Field(min_length=1)]
    opening_date: date | None = None
    """First possible day in force, for the account of cost and benefit."""
    capital_musd: Estimate | None = None
    """Capital cost in million USD, in prices of ``price_year``."""
    yearly_musd: Estimate | None = None
    """Operating cost in million USD a year, in prices of ``price_year``."""
    price_year: PriceYear | None = None
    relieves: tuple[str, ...] = ()
    """Facilities, links or stocks with queues that the proposal should shorten."""
    note_en: str = ""
    note_zh: str = ""

    @model_validator(mode="after")
    def _dates_its_prices(self) -> Proposal:
        if (self.capital_musd or self.yearly_musd) and self.price_year is None:
            raise InvalidValueError(message("proposal.price_year"))
        return self


class Overload(Document):
    """Why a scenario leaves a row with less capacity than the demand of a mean day."""

    at: str
    """The row, such as ``facilities.customs``."""
    why_en: Annotated[str, Field(min_length=1)]
    why_zh: Annotated[str, Field(min_length=1)]


class NamedChanges(Document):
    """Changes under a name: proposals first, then single changes."""

    id: Id
    title_en: str = ""
    title_zh: str = ""
    proposals: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    in_order: bool = False
    """Make the changes in the order given, proposals first; a later change may overwrite an earlier one."""


class Scenario(NamedChanges):
    """The baseline with proposals and single changes.

    ``start``, ``days`` and ``warmup_days`` default to the usual run.
    """

    start: date | None = None
    days: Annotated[int, Field(ge=1)] | None = None
    warmup_days: Annotated[int, Field(ge=0)] | None = None
    stocks_from: Literal["declared", "base_year", "settled"] = "base_year"
    """Levels of yards at the start: of stocks.csv; of the base year on that day, for a run of less than a year that
    starts within it; or at which they settle."""
    overloads: tuple[Overload, ...] = ()
    """Rows that do not suffice for a mean day, with the reason (:mod:`corridors.checks.overloads`)."""

    @property
    def explained(self) -> frozenset[str]:
        """The rows whose overload has a reason."""
        return frozenset(one.at for one in self.overloads)


def load_proposal(path: Path) -> Proposal:
    """One proposal; raises DataError with all findings about the file."""
    proposal = read_yaml(path, Proposal)
    if proposal.id != path.stem:
        what, expected = message("proposal.file_name"), message("want.file_name", name=path.stem)
        wrong = Finding(ERROR, path.name, None, "id", proposal.id, expected, message=what)
        raise DataError(placed([wrong], {path.name: path}))
    return proposal.model_copy(update={"changes": _signed(proposal.changes, proposal.id)})


def load_proposals(folder: Path | None = None) -> dict[str, Proposal]:
    """All proposals of a folder (default: those of the package) by id.

    Raises DataError with the findings of all files.
    """
    folder = data_root() / "proposals" if folder is None else folder
    proposals = {}
    wrong = Findings()
    for path in documents_in(folder):
        with wrong.gather():
            proposals[path.stem] = load_proposal(path)
    wrong.refuse()
    return proposals


def load_scenario(path: Path) -> Scenario:
    """One scenario; raises DataError with all findings about the file."""
    return _own(read_yaml(path, Scenario))


def parse_scenario(content: bytes, name: str) -> Scenario:
    """One scenario from the bytes of a file of that name.

    Raises DataError with all findings.
    """
    return _own(parse_yaml(content, name, Scenario))


def _own(scenario: Scenario) -> Scenario:
    """The scenario with its id as the origin of its changes."""
    return scenario.model_copy(update={"changes": _signed(scenario.changes, scenario.id)})


def changes_of(scenario: Scenario, proposals: Mapping[str, Proposal]) -> tuple[Change, ...]:
    """The changes of a scenario: those of its proposals, then its own.

    Raises DataError for unknown proposals.
    """
    unknown = [name for name in scenario.proposals if name not in proposals]
    if unknown:
        what, expected = message("scenario.unknown_proposal"), message("want.proposal_id")
        raise DataError(
            Finding(ERROR, scenario.id, None, "proposals", name, expected, nearest(name, proposals), what)
            for name in unknown
        )
    return (*(change for name in scenario.proposals for change in proposals[name].changes), *scenario.changes)


def check_proposal(corridor: Corridor, proposal: Proposal) -> list[Finding]:
    """Findings about a proposal over a corridor: changes and ``relieves``."""
    file = f"{proposal.id}.yaml"
    try:
        changed = apply(corridor, proposal.changes)
    except DataError as error:
        return list(error.findings)
    queues = [*changed.facilities, *changed.links, *changed.stocks]
    what, expected = message("proposal.unknown_relieved"), message("want.queue_id")
    return [
        Finding(ERROR, file, None, "relieves", name, expected, nearest(name, queues), what)
        for name in proposal.relieves
        if name not in queues
    ]


def check_scenario(scenario: Scenario) -> list[Finding]:
    """The warning for a scenario without any change.

    A run of it equals that of the baseline.
    """
    if scenario.model_dump(exclude_defaults=True, exclude={"id", "title_en", "title_zh", "in_order", "overloads"}):
        return []
    what, expected = message("scenario.no_change"), message("want.scenario_changes")
    return [Finding(WARNING, scenario.id, None, "changes", "", expected, message=what, id=scenario.id)]


def _signed(changes: tuple[Change, ...], origin: str) -> tuple[Change, ...]:
    return tuple(change.model_copy(update={"origin": origin}) for change in changes)
