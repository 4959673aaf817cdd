"""Two engines, one trace, over what the data declare: the baseline and every proposal, all rows.

A few days of a few worlds in every run of the tests; the whole year and all proposals are `slow`.
"""

from __future__ import annotations

from functools import cache

import pytest

from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.proposals import Proposal, Scenario, load_proposals
from sim.compile.assembly import compile_plan
from sim.engines import compiled, reference
from sim.run import Case, prepare
from tests.helpers.trace_diff import first_difference

PROPOSALS = sorted(path.stem for path in (data_root() / "proposals").glob("*.yaml"))
A_FEW = ("m08_central_railway", "m11_agv_fleet", "m25_ganqimaodu_closed")
"""Paths and a new railway, a fleet that circulates, a closure."""
DAYS = 20


@cache
def baseline() -> Corridor:
    return load_corridor()


@cache
def proposals() -> dict[str, Proposal]:
    return dict(load_proposals(data_root() / "proposals"))


def with_proposal(name: str, days: int) -> Case:
    """Days from its opening on, so that what opens with it is there."""
    proposal = proposals()[name]
    scenario = Scenario(id="one", proposals=(name,))
    return prepare(baseline(), scenario, proposals(), start=proposal.opening_date, days=days, warmup_days=0)


def rows_on_both(case: Case) -> int:
    """Assert that both engines leave the same rows; return how many."""
    plan = compile_plan(case.corridor, case.settings)
    trace = compiled.run(plan)
    difference = first_difference(reference.run(plan), trace)
    assert difference is None, difference
    return len(trace)


def test_a_few_days_of_the_baseline() -> None:
    assert rows_on_both(prepare(baseline(), days=3)) > 10_000


@pytest.mark.parametrize("name", A_FEW)
def test_a_few_days_of_a_few_proposals(name: str) -> None:
    assert rows_on_both(with_proposal(name, days=2)) > 10_000


@pytest.mark.slow
@pytest.mark.parametrize("name", PROPOSALS)
def test_every_proposal(name: str) -> None:
    assert rows_on_both(with_proposal(name, days=DAYS)) > 100_000


@pytest.mark.slow
def test_the_whole_base_year() -> None:
    assert rows_on_both(prepare(baseline())) > 8_000_000
