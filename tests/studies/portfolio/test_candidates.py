"""Relations of works that their changes prove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from corridors.overlay.changes import Change
from corridors.overlay.proposals import Proposal
from sim.studies.appraisal.programme import Work
from sim.studies.portfolio.candidates import relations_of
from tests.helpers.small_border import small_border


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


def test_a_work_needs_the_only_work_that_adds_what_it_changes() -> None:
    works = [
        work("line", added("facilities", "new_line")),
        work("longer_line", MORE | {"address": "facilities.new_line.servers"}),
        work("lane", MORE | {"address": "facilities.lanes.servers"}),
        work("own", added("facilities", "own_line"), MORE | {"address": "facilities.own_line.servers"}),
    ]
    found = relations_of(works, small_border())
    assert found.needs == {"longer_line": {"line"}}
    assert not found.excludes
    assert not found.allow(frozenset({"longer_line"}))
    assert found.allow(frozenset({"longer_line", "line"}))


def test_of_two_works_that_add_a_row_neither_is_needed_and_both_exclude_each_other() -> None:
    works = [
        work("one", added("facilities", "new_line")),
        work("other", added("facilities", "new_line"), MORE | {"address": "facilities.lanes.servers"}),
        work("longer_line", MORE | {"address": "facilities.new_line.servers"}),
    ]
    found = relations_of(works, small_border())
    assert not found.needs
    assert found.excludes == {frozenset({"one", "other"})}
