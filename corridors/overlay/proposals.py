"""Proposals and scenarios: YAML files that change the corridor and say why, at what cost and from when.

A proposal is one measure of policy made into changes. A scenario is the baseline with proposals and single changes,
and the days to simulate. Both are read here, with all that is wrong at once; :func:`apply` makes a plain Corridor.

A run shows the corridor as if its proposals were in force from the first second: ``opening_date`` says from when cost
and benefit count, not from when the changes act. What opens in the course of a run is a row with an ``opening_date``
of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corridors.findings import ERROR, WARNING, DataError, Finding, Findings, nearest
from corridors.io.folders import data_root
from corridors.io.yaml_files import parse_yaml, read_yaml, to_yaml
from corridors.io.yaml_locations import placed
from corridors.model import Corridor
from corridors.overlay.changes import Change, apply, from_settings, parse_setting

__all__ = [
    "Change",
    "Estimate",
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


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Estimate(_Document):
    """A figure with its range, and how well it is known."""

    value: float
    low: float
    high: float
    grade: Literal["measured", "reported", "derived", "assumed"]
    source: str
    """Ids of facts.csv and sources.csv, separated by ';', or where it comes from in words."""

    @model_validator(mode="after")
    def _lies_in_its_range(self) -> Estimate:
        if not self.low <= self.value <= self.high:
            raise ValueError("value must lie between low and high")
        return self


class Proposal(_Document):
    """One measure of policy, made into changes of the corridor."""

    id: Id
    title_en: str
    title_zh: str
    measure: str
    """The measure of the policy document that it serves, such as M04."""
    article: str
    """The article of the policy document that says so."""
    changes: Annotated[tuple[Change, ...], Field(min_length=1)]
    opening_date: date | None = None
    """From when it could be in force, for the account of cost and benefit."""
    capital_musd: Estimate | None = None
    """Million USD to build it, in prices of ``price_year``."""
    yearly_musd: Estimate | None = None
    """Million USD a year to run it, in prices of ``price_year``."""
    price_year: int | None = None
    relieves: tuple[str, ...] = ()
    """The facilities, links or stocks whose queues it is meant to shorten."""
    note_en: str = ""
    note_zh: str = ""

    @model_validator(mode="after")
    def _dates_its_prices(self) -> Proposal:
        if (self.capital_musd or self.yearly_musd) and self.price_year is None:
            raise ValueError("costs need the price_year in which they are counted")
        return self


class Scenario(_Document):
    """The baseline with proposals and single changes. Without ``start``, ``days`` or ``warmup_days`` the usual run."""

    id: Id
    title_en: str = ""
    title_zh: str = ""
    proposals: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    in_order: bool = False
    """Make the changes in the order given, proposals first, so that a later one may overwrite an earlier one."""
    start: date | None = None
    days: Annotated[int, Field(ge=1)] | None = None
    warmup_days: Annotated[int, Field(ge=0)] | None = None


def load_proposal(path: Path) -> Proposal:
    """One proposal; raises DataError with everything that is wrong with the file."""
    proposal = read_yaml(path, Proposal)
    if proposal.id != path.stem:
        expected = f"the name of the file, {path.stem}"
        raise DataError(placed([Finding(ERROR, path.name, None, "id", proposal.id, expected)], {path.name: path}))
    return proposal.model_copy(update={"changes": _signed(proposal.changes, proposal.id)})


def load_proposals(folder: Path | None = None) -> dict[str, Proposal]:
    """Every proposal of a folder (default: those that come along) by id; raises DataError for all files at once."""
    folder = data_root() / "proposals" if folder is None else folder
    proposals = {}
    wrong = Findings()
    for path in sorted(folder.glob("*.yaml")):
        with wrong.gather():
            proposals[path.stem] = load_proposal(path)
    wrong.refuse()
    return proposals


def load_scenario(path: Path) -> Scenario:
    """One scenario; raises DataError with everything that is wrong with the file."""
    return _own(read_yaml(path, Scenario))


def parse_scenario(content: bytes, name: str) -> Scenario:
    """One scenario from the bytes of a file of that name; raises DataError with everything that is wrong with it."""
    return _own(parse_yaml(content, name, Scenario))


def _own(scenario: Scenario) -> Scenario:
    """The scenario with its name on its changes, for messages."""
    return scenario.model_copy(update={"changes": _signed(scenario.changes, scenario.id)})


def changes_of(scenario: Scenario, proposals: Mapping[str, Proposal]) -> tuple[Change, ...]:
    """The changes of a scenario: those of its proposals, then its own. Raises DataError for unknown proposals."""
    unknown = [name for name in scenario.proposals if name not in proposals]
    if unknown:
        raise DataError(
            Finding(ERROR, scenario.id, None, "proposals", name, "the id of a proposal", nearest(name, proposals))
            for name in unknown
        )
    return (*(change for name in scenario.proposals for change in proposals[name].changes), *scenario.changes)


def check_proposal(corridor: Corridor, proposal: Proposal) -> list[Finding]:
    """What is wrong with a proposal over a corridor: its changes, and the names of what it relieves."""
    file = f"{proposal.id}.yaml"
    try:
        changed = apply(corridor, proposal.changes)
    except DataError as error:
        return list(error.findings)
    queues = [*changed.facilities, *changed.links, *changed.stocks]
    expected = "the id of a facility, link or stock"
    return [
        Finding(ERROR, file, None, "relieves", name, expected, nearest(name, queues))
        for name in proposal.relieves
        if name not in queues
    ]


def check_scenario(scenario: Scenario) -> list[Finding]:
    """What is odd about a scenario by itself: that a run of it is that of the base year."""
    if scenario.model_dump(exclude_defaults=True, exclude={"id", "title_en", "title_zh", "in_order"}):
        return []
    expected = "proposals, changes, or a start or days of its own"
    return [Finding(WARNING, scenario.id, None, "changes", "", expected, message="it changes nothing", id=scenario.id)]


def _signed(changes: tuple[Change, ...], origin: str) -> tuple[Change, ...]:
    return tuple(change.model_copy(update={"origin": origin}) for change in changes)
