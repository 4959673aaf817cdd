"""Files of appraisals and plans: what was appraised with the figures of its runs, or what was chosen.

Input: a study whose runs are stored, or the values of ``plan.json``. Output: the bytes of a file, and back what they
have, checked. An appraisal opens again with all its sliders and without a run, but on the data with which it was made
alone: prices, works and demand are those of the data.

==================  ==============================================================================================
``appraisal.json``  program version, fingerprint of the data, programme, settings, and figures by port and cell
``flows.csv``       money by year, stream, party and country, for a reader; it is not read back
``plan.json``       what each budget buys (:mod:`sim.studies.portfolio.stored`)
==================  ==============================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

import sim
from corridors.findings import ERROR, DataError
from corridors.fingerprint import fingerprint
from corridors.io.characters import UNSHOWN
from corridors.io.json_files import json_values
from corridors.io.plain_files import content_of
from corridors.messages import message
from corridors.sides import DIRECTIONS
from sim.studies.appraisal import Appraisal
from sim.studies.appraisal.programme_checks import RATE, check_programme
from sim.studies.appraisal.runs import REFERENCE, KeptCells
from sim.studies.appraisal.stored import AppraisalData, Record, Study, plain_record, record_of
from sim.studies.portfolio.stored import StoredPlan
from sim.studies.result_file.contents import (
    APPRAISAL,
    APPRAISED,
    FLOWS,
    LARGEST_FILE,
    PLAN,
    PLANNED,
    PROGRAMME_FORMAT,
    ROOM,
    TIME,
    Head,
    Kind,
    Worth,
    refused,
)
from sim.studies.result_file.kept_cells import MOST_REPLICATIONS, kept_cells, plain_cells
from sim.studies.result_file.reading import checked_members, texts_in, usable
from sim.studies.result_file.writing import json_bytes, packed, shown

MOST_DAYS: Final = 3_700
MOST_WORKS: Final = 20
MOST_ANCHORS: Final = 10
UNUSED: Final = {"figures", "question", "shards"}
"""Fields of the head that files of runs alone have."""


@dataclass(frozen=True)
class KeptAppraisal:
    """A file of an appraisal that was checked."""

    head: Head
    version: str
    """Of the program that made the runs."""
    data: str
    """Fingerprint of the data of the runs."""
    record: Record
    """Its runs are kept figures."""

    def study(self, world: AppraisalData) -> Study:
        """The study on the data with which it was made. Raises DataError for any others."""
        name = self.head.name
        if self.data != fingerprint(world.corridor):
            expected = message("want.data_of", ROOM, data=self.data[:12])
            raise DataError([refused(name, "other_data", expected, fingerprint(world.corridor)[:12])])
        with usable(name):
            programme = self.record.programme
            found = check_programme(programme, world.corridor, world.proposals, world.prices, world.futures)
            if wrong := [one for one in found if one.level == ERROR]:
                raise DataError(wrong)
            rate = world.corridor.parameters.get(RATE)
            made = Study.of(self.record, world, rate.value if rate else float(programme.discount_rate or 0.0))
            _check_names(made, name)
            if lacking := made.missing(made.planned):
                raise DataError([refused(name, "no_figures", "usable_results", message("found.runs", ROOM, n=lacking))])
            return made


def _check_names(study: Study, name: str) -> None:
    """Raise DataError for figures of services, classes, stocks or queues that the ports do not have, with or without
    works."""
    assert isinstance(study.record.runs, KeptCells)
    known: dict[str, tuple[set[tuple[str, str]], set[str], set[str]]] = {}
    for case in study.cases:
        worlds = [case.corridor_of(works) for works in (REFERENCE, case.works)]
        services = {(row.id, row.vehicle_class) for world in worlds for row in world.services.values()}
        stocks = {id for world in worlds for id in world.stocks}
        known[case.model.port] = services, stocks, {"", *(id for world in worlds for id in world.ports)}
    # Cells may share figures: each are looked at once.
    once = {(port, id(found)): (port, found) for (port, _), found in study.record.runs.cells.items()}
    for port, found in once.values():
        services, stocks, ports = known.get(port, (set(), set(), set()))
        classes = {klass for _, klass in services}
        flows = zip(found.flows["service"], found.flows["class"], strict=True)
        foreign = (
            *(f"{service}, {klass}" for service, klass in flows if (service, klass) not in services),
            *(stock for stock in found.stocks["stock"] if stock not in stocks),
            *(
                f"{at}, {direction}, {klass}"
                for at, direction, klass in found.growing
                if at not in ports or direction not in ("", *DIRECTIONS) or klass not in classes
            ),
        )
        if foreign:
            raise DataError([refused(name, "foreign_rows", "own_rows", foreign[0][:80], APPRAISED)])


@dataclass(frozen=True)
class KeptPlan:
    """A file of a plan that was checked."""

    head: Head
    plan: StoredPlan


def appraisal_bytes(
    study: Study, found: Appraisal, flows: str, *, name: str, saved_at: datetime, author: str = ""
) -> bytes:
    """The bytes of the file of an appraisal: ``found`` as planned, ``flows`` its rows as CSV. Raises DataError."""
    plain = {
        "version": sim.__version__,
        "data": fingerprint(study.world.corridor),
        **plain_record(study.record),
        **plain_cells(study.kept().cells),
    }
    worth = [
        Worth(of=str(future), value=one.npv.estimate, **_ends(one.npv.low, one.npv.high))
        for future, one in found.futures.items()
    ]
    return _bytes(APPRAISAL, {APPRAISED: json_bytes(plain), FLOWS: flows.encode()}, worth, name, saved_at, author)


def plan_bytes(document: Mapping[str, Any], *, name: str, saved_at: datetime, author: str = "") -> bytes:
    """The bytes of the file of a plan, of the values of ``plan.json``. Raises DataError."""
    plan = _plan(document, name)
    content = plan.model_dump(mode="json")
    worth = [Worth(of=f"{one.budget_musd:g}", value=one.net_musd_a_year) for one in plan.budgets]
    return _bytes(PLAN, {PLANNED: json_bytes(content)}, worth, name, saved_at, author)


def _ends(low: float, high: float) -> dict[str, float]:
    return {"low": low, "high": high} if high - low < float("inf") else {}


def _bytes(
    kind: Kind, members: dict[str, bytes], worth: Iterable[Worth], name: str, saved_at: datetime, author: str
) -> bytes:
    head = Head(
        format=PROGRAMME_FORMAT,
        kind=kind,
        name=shown(name),
        author=shown(author),
        saved_at=saved_at.astimezone(UTC).strftime(TIME),
        worth=tuple(worth),
        shards={},
        members={member: sha256(content).hexdigest() for member, content in members.items()},
    )
    return packed(head, members, UNUSED)


def read_programme_file(path: Path) -> KeptAppraisal | KeptPlan:
    """The appraisal or plan at a path. Raises DataError with the findings about the file."""
    return programme_file(content_of(path, LARGEST_FILE), path.name)


def programme_file(content: bytes, name: str) -> KeptAppraisal | KeptPlan:
    """The appraisal or plan with this content, called ``name`` in findings. Raises DataError."""
    head, members = checked_members(content, name, APPRAISAL, PLAN)
    member = APPRAISED if head.kind == APPRAISAL else PLANNED
    try:
        plain = json_values(members[member].decode())
        if any(UNSHOWN.search(text) for text in texts_in(plain)):
            raise DataError([refused(name, "unshown", "shown_texts", member=member)])
        if head.kind == PLAN:
            return KeptPlan(head, _plan(plain, name))
        return _appraisal(head, plain, name)
    except DataError:
        raise
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise DataError([refused(name, "no_programme", "result_file", member=member)]) from None


def _plan(plain: Any, name: str) -> StoredPlan:
    try:
        return StoredPlan.model_validate(plain)
    except ValidationError:
        raise DataError([refused(name, "no_programme", "result_file", member=PLANNED)]) from None


def _appraisal(head: Head, plain: Any, name: str) -> KeptAppraisal:
    """The appraisal of plain values, with the figures of its runs within bounds."""
    if not all(type(plain[key]) is int for key in ("replications", "days", "warmup_days", "seed")):
        raise TypeError
    cells = kept_cells({key: plain[key] for key in ("cells", "figures")}, plain["replications"], name)
    record = record_of(plain, replace(cells, key=head.members[APPRAISED]))
    programme, days = record.programme, record.settings.days
    sizes = (plain["replications"], MOST_REPLICATIONS), (days, MOST_DAYS), (len(programme.works), MOST_WORKS)
    if any(size > most for size, most in (*sizes, (len(programme.anchors), MOST_ANCHORS))):
        limits = {"replications": MOST_REPLICATIONS, "days": MOST_DAYS, "works": MOST_WORKS, "anchors": MOST_ANCHORS}
        raise DataError([refused(name, "too_many", message("want.appraisal_to", ROOM, **limits), member=APPRAISED)])
    return KeptAppraisal(head, str(plain["version"])[:40], str(plain["data"]), record)
