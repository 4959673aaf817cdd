"""Programmes: YAML files of works with their years, costs and payers.

Input: the file, the proposals and prices. Output: a :class:`Programme` (as written) and its :class:`Work` objects
(with every default filled in). :mod:`.programme_checks` has its findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from corridors.io.document import Document
from corridors.io.yaml_files import read_yaml
from corridors.overlay.changes import Change
from corridors.overlay.demand_scenarios import DemandScenarioId
from corridors.overlay.proposals import Id, PriceYear, Proposal
from sim.studies.appraisal.prices import Prices

Kind = Literal["track", "line", "equipment", "road", "software"]
PAYERS: Final = ("state", "railway")
"""Of each country of a port, as ``cn_state``: these may pay,"""
OTHER_PAYERS: Final = ("private", "open")
"""and these; ``open`` for a funding that is not settled."""
MAIN: Final[DemandScenarioId] = "central"
YEARS_OF_USE: Final = 30
"""Years from the first opening to the end of the appraisal, unless stated."""
Year = Annotated[int, Field(ge=2000, le=2150)]
Share = Annotated[float, Field(ge=0, le=1)]


class Figure(Document):
    """An amount with its range."""

    value: float
    low: float
    high: float


class Delay(Document):
    """Years by which an opening may be late."""

    low: Annotated[int, Field(ge=0, le=30)] = 0
    high: Annotated[int, Field(ge=0, le=30)] = 0


class WorkEntry(Document):
    """One work: a proposal, or changes with their costs."""

    proposal: str = ""
    id: Id | None = None
    title_en: str = ""
    title_zh: str = ""
    """Default: the titles of the proposal, else the id."""
    opens: Year | None = None
    spend: dict[Year, Share] | None = None
    ramp: tuple[Share, ...] = ()
    """Shares of the full effect in the first years; 1 afterwards."""
    delay_years: Delay = Delay()
    kind: Kind = "line"
    life_years: Annotated[int, Field(ge=1, le=200)] | None = None
    capital_musd: Figure | None = None
    yearly_musd: Figure | None = None
    grade: Literal["measured", "reported", "derived", "assumed"] = "assumed"
    source: str = ""
    changes: tuple[Change, ...] = ()
    paid_by: dict[str, Share] | None = None


class Programme(Document):
    """A programme of works as its file has it."""

    id: Id
    title_en: str
    title_zh: str
    price_year: PriceYear = 2025
    discount_year: Year = 2026
    """Flows of this year count in full."""
    last_year: Year | None = None
    discount_rate: Annotated[float, Field(gt=-0.9, lt=1)] | None = None
    """Default: row ``discount_rate`` of parameters.csv."""
    futures: Annotated[tuple[DemandScenarioId, ...], Field(min_length=1)] = ("low", "central", "high")
    anchors: tuple[Year, ...] = ()
    """Years that are run; by default the year after the first opening, 2030 and 2035, at least two years apart."""
    works: Annotated[tuple[WorkEntry, ...], Field(min_length=1)]
    committed: tuple[str, ...] = ()
    """Proposals that are in both worlds and cost nothing here."""
    note_en: str = ""
    note_zh: str = ""


@dataclass(frozen=True)
class Work:
    """One work with every value filled in; money in M USD of the price year."""

    id: str
    title_en: str
    title_zh: str
    opens: int
    spend: Mapping[int, float]
    ramp: tuple[float, ...]
    delay: Delay
    kind: str
    life: int
    capital: Figure
    yearly: Figure
    paid_by: Mapping[str, float]
    price_year: int | None
    has_cost: bool
    proposal: Proposal
    """Its changes."""


def load_programme(path: Path) -> Programme:
    """Read one programme; raises DataError with all findings about the file."""
    return read_yaml(path, Programme)


def works_of(programme: Programme, proposals: Mapping[str, Proposal], prices: Prices) -> tuple[Work, ...]:
    """The works of a programme that has no findings of errors, in the order of their openings."""
    works = [work_of(entry, programme, proposals, prices) for entry in programme.works]
    return tuple(sorted(works, key=lambda work: work.opens))


def main_future(selected: Sequence[DemandScenarioId]) -> DemandScenarioId:
    """The future of the answer: the central one, else the first."""
    return MAIN if MAIN in selected else selected[0]


def last_year_of(programme: Programme, works: tuple[Work, ...]) -> int:
    """The end of the appraisal."""
    first = min((work.opens for work in works), default=programme.discount_year + 1)
    return programme.last_year or first + YEARS_OF_USE - 1


def work_of(entry: WorkEntry, programme: Programme, proposals: Mapping[str, Proposal], prices: Prices) -> Work:
    """The work of an entry, with every default filled in; one of an unknown proposal changes nothing."""
    known = proposals.get(entry.proposal)
    id = entry.proposal or str(entry.id)
    proposal = known or Proposal(
        id=id, title_en=id, title_zh=id, measure="", article="", changes=tuple(_signed(entry.changes, id))
    )
    dated = proposal.opening_date.year if proposal.opening_date else programme.discount_year + 1
    opens = entry.opens or max(dated, programme.discount_year + 1)
    build = round(prices.rows[f"build.{entry.kind}"].value)
    years = range(max(programme.discount_year, opens - build), max(opens, programme.discount_year + 1))
    capital, yearly = entry.capital_musd or _figure(proposal, "capital_musd"), entry.yearly_musd
    yearly = yearly or _figure(proposal, "yearly_musd")
    nothing = Figure(value=0, low=0, high=0)
    return Work(
        id=id,
        title_en=entry.title_en or proposal.title_en,
        title_zh=entry.title_zh or (known.title_zh if known else "") or entry.title_en or proposal.title_zh,
        opens=opens,
        spend=entry.spend or {year: 1 / len(years) for year in years},
        ramp=entry.ramp,
        delay=entry.delay_years,
        kind=entry.kind,
        life=entry.life_years or round(prices.rows[f"life.{entry.kind}"].value),
        capital=capital or nothing,
        yearly=yearly or nothing,
        paid_by=entry.paid_by or {"open": 1.0},
        price_year=programme.price_year if entry.capital_musd else proposal.price_year,
        has_cost=bool(capital or yearly),
        proposal=proposal,
    )


def _signed(changes: tuple[Change, ...], origin: str) -> Iterator[Change]:
    return (change.model_copy(update={"origin": origin}) for change in changes)


def _figure(proposal: Proposal, name: str) -> Figure | None:
    found = getattr(proposal, name)
    return Figure(value=found.value, low=found.low, high=found.high) if found else None
