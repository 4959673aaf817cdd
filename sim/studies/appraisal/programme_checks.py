"""Findings about a programme: its works, years, shares, costs and payers, with the data that it belongs to.

Input: a :class:`~.programme.Programme`, a corridor, its proposals and prices. Output: all findings at once; each names
its key, such as ``works.2.spend``. ``bridgehead check`` and ``appraise`` list the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from corridors.findings import ERROR, WARNING, DataError, Finding, nearest
from corridors.io.yaml_files import sound_part
from corridors.messages import message
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change, contradictions
from corridors.overlay.demand_scenarios import DemandScenarios
from corridors.overlay.proposals import NOT_BUILT, Proposal
from sim.studies.appraisal.prices import DEFAULT, PRICES, ROOM, Prices
from sim.studies.appraisal.programme import (
    OTHER_PAYERS,
    PAYERS,
    Programme,
    WorkEntry,
    last_year_of,
    load_programme,
    work_of,
    works_of,
)

RATE: Final = "discount_rate"
"""Row of parameters.csv with the rate, unless the programme states one."""
PRICED: Final = ("cargo", "equipment", "crew", "detour")
"""Kinds of prices that depend on the class."""
TOLERANCE: Final = 1e-6
"""Of sums of shares."""


def read_programme(path: Path) -> tuple[Programme | None, list[Finding]]:
    """The programme of a file, and the findings about the file.

    With findings, the programme is without the values that have them, so that the rest can be checked, too; None if
    too little is left.
    """
    try:
        return load_programme(path), []
    except DataError as error:
        return sound_part(path, Programme), list(error.findings)


def check_programme(
    programme: Programme,
    corridor: Corridor,
    proposals: Mapping[str, Proposal],
    prices: Prices,
    futures: DemandScenarios,
) -> list[Finding]:
    """All findings about a programme."""
    found = list(_Checks(programme, corridor, proposals, prices).findings())
    known = {one.id for one in futures.futures}
    for n, id in enumerate(programme.futures):
        if id not in known:
            found.append(_finding(programme, f"futures.{n}", id, "unknown_future", names=tuple(sorted(known))))
    if programme.discount_rate is None and RATE not in corridor.parameters:
        found.append(_finding(programme, "discount_rate", "", "no_rate"))
    found += _classes_without_prices(corridor, prices)
    sound = _sound_works(programme, proposals)
    made = dict.fromkeys(id for id in programme.committed if id in proposals)
    together = [
        *(change for id in made for change in proposals[id].changes),
        *(
            change
            for work in works_of(sound, proposals, prices)
            if work.id not in made
            for change in work.proposal.changes
        ),
    ]
    # Works build on those that open before them, so a later one may add to a number, but a setting undoes earlier ones.
    for one in contradictions(together):
        if _undone(one.column, together):
            found.append(_finding(programme, "works", one.column, "same_field", level=WARNING))
    try:
        apply(corridor, together, in_order=True)
    except DataError as error:
        own = {entry.id for entry in programme.works if not entry.proposal}
        file = f"{programme.id}.yaml"
        found += [replace(one, file=file, id=one.file) if one.file in own else one for one in error.findings]
    return found


def _classes_without_prices(corridor: Corridor, prices: Prices) -> Iterator[Finding]:
    """Warnings about classes with cargo without any row: what the defaults price is bulk cargo."""
    services: dict[str, list[str]] = {}
    for id, service in corridor.services.items():
        if service.load_t > 0:
            services.setdefault(service.vehicle_class, []).append(id)
    for klass, ids in services.items():
        if not any(f"{kind}.{name}" in prices.rows for kind in PRICED for name in (klass, *ids)):
            rows = [prices.rows[f"{kind}.{DEFAULT}"] for kind in PRICED]
            shown = tuple(f"{row.id} {row.value:g} {row.unit}" for row in rows)
            why = message("price.class_default", ROOM, klass=klass, prices=shown)
            yield Finding(WARNING, PRICES, None, "id", klass, message("want.class_default", ROOM), "", why)


def _undone(address: str, changes: Sequence[Change]) -> bool:
    """Whether a change undoes an earlier one at the address of a field or row; adding to it and scaling it do not."""
    later = [one for one in changes if address in (one.address, one.address.rpartition(".")[0])][1:]
    return any(one.op not in ("add", "scale") or one.row is not None for one in later)


def payers_of(corridor: Corridor) -> tuple[str, ...]:
    """Who may pay for works of a world."""
    ends = (corridor.places.get(end) for port in corridor.ports.values() for end in port.ends)
    countries = dict.fromkeys(end.country.lower() for end in ends if end)
    return (*(f"{country}_{payer}" for country in countries for payer in PAYERS), *OTHER_PAYERS)


def _can_be_made(entry: WorkEntry, proposals: Mapping[str, Proposal]) -> bool:
    return entry.proposal in proposals if entry.proposal else bool(entry.id and entry.changes)


def _sound_works(programme: Programme, proposals: Mapping[str, Proposal]) -> Programme:
    """The programme with those works that can be made, each once."""
    sound = [entry for entry in programme.works if _can_be_made(entry, proposals)]
    once = {entry.proposal or str(entry.id): entry for entry in reversed(sound)}
    return programme.model_copy(update={"works": tuple(reversed(once.values()))})


def _finding(
    programme: Programme,
    column: str,
    found: str,
    code: str,
    level: str = ERROR,
    near: str = "",
    id: str = "",
    **values: Any,
) -> Finding:
    why, expected = message(f"programme.{code}", ROOM, **values), message(f"want.{code}", ROOM)
    return Finding(level, f"{programme.id}.yaml", None, column, found, expected, near, why, id)


@dataclass(frozen=True)
class _Checks:
    """The checks of the entries of one programme."""

    programme: Programme
    corridor: Corridor
    proposals: Mapping[str, Proposal]
    prices: Prices

    def findings(self) -> Iterator[Finding]:
        seen: set[str] = set()
        for n, entry in enumerate(self.programme.works):
            if entry == WorkEntry():  # Of a part without the values that have findings.
                continue
            yield from self._identity(f"works.{n}", entry, seen)
            yield from self._shares(f"works.{n}", entry)
            yield from self._costs(f"works.{n}", entry)
        for n, id in enumerate(self.programme.committed):
            yield from self._known(f"committed.{n}", id)
            yield from self._built(f"committed.{n}", id, WARNING)
            yield from self._once(f"committed.{n}", id, seen)
        yield from self._years()

    def _make(self, column: str, found: Any, code: str, **more: Any) -> Finding:
        return _finding(self.programme, column, str(found), code, **more)

    def _known(self, column: str, id: str) -> Iterator[Finding]:
        if id not in self.proposals:
            yield self._make(column, id, "unknown_proposal", near=nearest(id, self.proposals))

    def _built(self, column: str, id: str, level: str) -> Iterator[Finding]:
        """A shock or a demand scenario is no work; as a part of both worlds it may be meant."""
        if id in self.proposals and self.proposals[id].measure in NOT_BUILT:
            yield self._make(column, id, "not_built", level=level)

    def _once(self, column: str, id: str, seen: set[str]) -> Iterator[Finding]:
        if id in seen:
            yield self._make(column, id, "work_twice")
        seen.add(id)

    def _identity(self, at: str, entry: WorkEntry, seen: set[str]) -> Iterator[Finding]:
        if bool(entry.proposal) == bool(entry.id and entry.changes):
            yield self._make(at, entry.proposal or entry.id or "", "proposal_or_changes")
        if entry.proposal:
            yield from self._known(f"{at}.proposal", entry.proposal)
            yield from self._built(f"{at}.proposal", entry.proposal, ERROR)
        if id := entry.proposal or entry.id:
            yield from self._once(at, id, seen)

    def _shares(self, at: str, entry: WorkEntry) -> Iterator[Finding]:
        for key, shares in (("spend", entry.spend), ("paid_by", entry.paid_by)):
            if shares is not None and abs(sum(shares.values()) - 1) > TOLERANCE:
                yield self._make(f"{at}.{key}", f"{sum(shares.values()):g}", f"{key}_sum")
        for payer in entry.paid_by or {}:
            if payer not in (known := payers_of(self.corridor)):
                yield self._make(f"{at}.paid_by", payer, "unknown_payer", near=nearest(payer, known), payers=known)

    def _costs(self, at: str, entry: WorkEntry) -> Iterator[Finding]:
        for key in ("capital_musd", "yearly_musd"):
            figure = getattr(entry, key)
            if figure and not 0 <= figure.low <= figure.value <= figure.high:
                yield self._make(f"{at}.{key}", f"{figure.low:g}, {figure.value:g}, {figure.high:g}", "range")
        if (entry.capital_musd or entry.yearly_musd) and not entry.source:
            yield self._make(at, "", "cost_source")
        for source in filter(None, entry.source.split(";")):
            if source not in self.prices.sources:
                near = nearest(source, self.prices.sources)
                yield self._make(f"{at}.source", source, "unknown_source", near=near)
        if entry.delay_years.low > entry.delay_years.high:
            found = f"{entry.delay_years.low}, {entry.delay_years.high}"
            yield self._make(f"{at}.delay_years", found, "delay_range")

    def _years(self) -> Iterator[Finding]:
        programme = self.programme
        works = {
            n: work_of(entry, programme, self.proposals, self.prices)
            for n, entry in enumerate(programme.works)
            if _can_be_made(entry, self.proposals)
        }
        last = last_year_of(programme, tuple(works.values()))
        if programme.price_year > programme.discount_year:
            yield self._make("price_year", programme.price_year, "price_year", year=programme.discount_year)
        for n, work in works.items():
            at, entry = f"works.{n}", programme.works[n]
            if not programme.discount_year <= work.opens <= last:
                yield self._make(f"{at}.opens", work.opens, "opens_outside", first=programme.discount_year, last=last)
            for year in entry.spend or {}:
                if not programme.discount_year <= year <= last:
                    yield self._make(f"{at}.spend", year, "spend_outside", first=programme.discount_year, last=last)
                elif year > work.opens:
                    yield self._make(f"{at}.spend", year, "spend_late", opens=work.opens)
            dated = work.proposal.opening_date
            if entry.opens is None and dated and dated.year < programme.discount_year:
                yield self._make(at, work.id, "already_open", level=WARNING, date=dated.isoformat())
        for field in ("futures", "anchors"):
            values = list(getattr(programme, field))
            for n, value in enumerate(values):
                if value in values[:n]:
                    yield self._make(f"{field}.{n}", value, "value_twice")
        for n, year in enumerate(programme.anchors):
            if not programme.discount_year <= year <= last:
                yield self._make(f"anchors.{n}", year, "anchor_outside", first=programme.discount_year, last=last)
