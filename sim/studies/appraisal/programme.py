"""Programmes: YAML files of works with their years, costs and payers.

Input: the file, a corridor, the proposals and prices. Output: a :class:`Programme` (as written) and its
:class:`Work` objects (with every default filled in), or a DataError with all findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corridors.findings import ERROR, WARNING, DataError, Finding, nearest
from corridors.io.yaml_files import read_yaml
from corridors.messages import InvalidValueError, message
from corridors.model import Corridor
from corridors.overlay.changes import Change, apply, contradictions
from corridors.overlay.demand_scenarios import DemandScenarioId
from corridors.overlay.proposals import Id, Proposal
from sim.studies.appraisal.prices import ROOM, Prices

Kind = Literal["track", "line", "equipment", "road", "software"]
PAYERS: Final = ("cn_state", "cn_railway", "mn_state", "mn_railway", "ru_state", "ru_railway", "private", "open")
"""Who may pay; ``open`` for a funding that is not settled."""
YEARS_OF_USE: Final = 30
"""Years from the first opening to the end of the appraisal, unless stated."""
Year = Annotated[int, Field(ge=2000, le=2150)]
Share = Annotated[float, Field(ge=0, le=1)]
TOLERANCE: Final = 1e-6


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Figure(_Document):
    """An amount with its range."""

    value: float
    low: float
    high: float

    @model_validator(mode="after")
    def _lies_in_its_range(self) -> Figure:
        if not 0 <= self.low <= self.value <= self.high:
            raise InvalidValueError(message("programme.range", ROOM))
        return self


class Delay(_Document):
    """Years by which an opening may be late."""

    low: Annotated[int, Field(ge=0, le=30)] = 0
    high: Annotated[int, Field(ge=0, le=30)] = 0


class WorkEntry(_Document):
    """One work: a proposal, or changes with their costs."""

    proposal: str = ""
    id: Id | None = None
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

    @model_validator(mode="after")
    def _is_one_work(self) -> WorkEntry:
        problems = []
        if bool(self.proposal) == bool(self.id and self.changes):
            problems.append(message("programme.proposal_or_changes", ROOM))
        if self.spend is not None and abs(sum(self.spend.values()) - 1) > TOLERANCE:
            problems.append(message("programme.spend_sum", ROOM, total=sum(self.spend.values())))
        if self.paid_by is not None:
            if abs(sum(self.paid_by.values()) - 1) > TOLERANCE:
                problems.append(message("programme.paid_sum", ROOM, total=sum(self.paid_by.values())))
            if set(self.paid_by) - set(PAYERS):
                unknown = tuple(sorted(set(self.paid_by) - set(PAYERS)))
                problems.append(message("programme.unknown_payer", ROOM, names=unknown, payers=PAYERS))
        if (self.capital_musd or self.yearly_musd) and not self.source:
            problems.append(message("programme.cost_source", ROOM))
        if problems:
            raise InvalidValueError(*problems)
        return self


class Programme(_Document):
    """A programme of works as its file has it."""

    id: Id
    title_en: str
    title_zh: str
    price_year: Year = 2025
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


def check_programme(
    programme: Programme, corridor: Corridor, proposals: Mapping[str, Proposal], prices: Prices
) -> list[Finding]:
    """All findings about a programme with a corridor, its proposals and prices."""
    found = list(_names(programme, proposals))
    if any(one.level == ERROR for one in found):
        return found
    works = [_work(entry, programme, proposals, prices) for entry in programme.works]
    found += _years(programme, works)
    together = [
        *(change for id in programme.committed for change in proposals[id].changes),
        *(change for work in works_of(programme, proposals, prices) for change in work.proposal.changes),
    ]
    # Works build on those that open before them, so two may change one number, but a setting undoes earlier ones.
    for one in contradictions(together):
        found.append(_finding(programme, "works", one.column, "same_field", level=WARNING))
    try:
        apply(corridor, together, in_order=True)
    except DataError as error:
        found += error.findings
    return found


def works_of(programme: Programme, proposals: Mapping[str, Proposal], prices: Prices) -> tuple[Work, ...]:
    """The works of a programme that has no findings of errors, in the order of their openings."""
    works = [_work(entry, programme, proposals, prices) for entry in programme.works]
    return tuple(sorted(works, key=lambda work: work.opens))


def last_year_of(programme: Programme, works: tuple[Work, ...]) -> int:
    """The end of the appraisal."""
    return programme.last_year or min(work.opens for work in works) + YEARS_OF_USE - 1


def _names(programme: Programme, proposals: Mapping[str, Proposal]) -> Iterator[Finding]:
    named = [entry.proposal for entry in programme.works if entry.proposal]
    for column, ids in (("works", named), ("committed", programme.committed)):
        for id in ids:
            if id not in proposals:
                yield _finding(programme, column, id, "unknown_proposal", near=nearest(id, proposals))
    ids = [*(entry.proposal or str(entry.id) for entry in programme.works), *programme.committed]
    for id, times in Counter(ids).items():
        if times > 1:
            yield _finding(programme, "works", id, "work_twice")


def _years(programme: Programme, works: list[Work]) -> Iterator[Finding]:
    last = last_year_of(programme, tuple(works))
    for work, entry in zip(works, programme.works, strict=True):
        if work.opens > last or work.opens < programme.discount_year:
            yield _finding(programme, "opens", str(work.opens), "opens_outside", id=work.id)
        for year in work.spend:
            if not programme.discount_year <= year <= last:
                yield _finding(programme, "spend", str(year), "spend_outside", id=work.id)
        dated = work.proposal.opening_date
        if entry.opens is None and dated and dated.year < programme.discount_year:
            yield _finding(programme, "works", work.id, "already_open", level=WARNING)
    for year in programme.anchors:
        if not programme.discount_year <= year <= last:
            yield _finding(programme, "anchors", str(year), "anchor_outside")


def _finding(
    programme: Programme, column: str, found: str, code: str, level: str = ERROR, near: str = "", id: str = ""
) -> Finding:
    why, expected = message(f"programme.{code}", ROOM), message(f"want.{code}", ROOM)
    return Finding(level, f"{programme.id}.yaml", None, column, found, expected, near, why, id)


def _work(entry: WorkEntry, programme: Programme, proposals: Mapping[str, Proposal], prices: Prices) -> Work:
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
        title_en=proposal.title_en,
        title_zh=proposal.title_zh,
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
