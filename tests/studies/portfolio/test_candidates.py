"""Relations of works that their changes prove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from corridors.overlay.changes import Change
from corridors.overlay.proposals import Proposal
from sim.studies.appraisal.programme import Work
from sim.studies.portfolio.candidates import relations_of


@dataclass(frozen=True)
class Made:
    """A work of which only the changes count."""

    id: str
    proposal: Proposal


def work(id: str, *changes: dict[str, Any]) -> Work:
    made = tuple(Change.model_validate(one) for one in changes)
    return cast(Work, Made(id, Proposal(id=id, title_en=id, title_zh=id, measure="", article="", changes=made)))


def added(table: str, id: str) -> dict[str, Any]:
    return {"op": "add", "address": f"{table}.{id}", "row": {"note": "made"}}


MORE = {"op": "add", "value": 1}


def test_two_works_that_add_one_row_exclude_each_other() -> None:
    works = [
        work("one", added("facilities", "new_line")),
        work("other", added("facilities", "new_line"), MORE | {"address": "facilities.lanes.servers"}),
        work("longer_line", MORE | {"address": "facilities.new_line.servers"}),
    ]
    found = relations_of(works)
    assert found.excludes == {frozenset({"one", "other"})}


def test_a_work_and_one_that_has_all_its_changes_exclude_each_other() -> None:
    """So a work that needs another is written as both together, beside the other by itself."""
    line, longer = added("facilities", "new_line"), MORE | {"address": "facilities.new_line.servers"}
    lane = MORE | {"address": "facilities.lanes.servers"}
    found = relations_of([work("line", line), work("longer_line", line, longer), work("lane", lane)])
    assert found.excludes == {frozenset({"line", "longer_line"})}
    assert found.allow(frozenset({"line", "lane"}))
    assert not found.allow(frozenset({"line", "longer_line", "lane"}))
