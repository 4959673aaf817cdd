"""The search at a real port against all sets of its candidates, each run whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from corridors.load import load_corridor
from sim.cli.appraise import programme_data
from sim.run import prepare
from sim.studies.appraisal.programme import Programme, Work
from sim.studies.appraisal.runs import from_first_day
from sim.studies.portfolio import SEARCH_REPLICATIONS
from sim.studies.portfolio.candidates import works_to_choose
from sim.studies.portfolio.cell_runs import SEARCHED, CellRuns
from sim.studies.portfolio.search import Known
from sim.studies.portfolio.searching import Makers, PortSearch, search_port
from sim.studies.sensitivity.port_submodels import port_submodels

CHOSEN = {
    "ganqimaodu": (
        "m09_ganqimaodu_inland_line",
        "m09_ganqimaodu_railway",
        "m11_coal_gate_hours",
        "m11_gashuunsukhait_lanes",
        "m23_ganqimaodu_coal_store",
    ),
    "manzhouli": (
        "m01_east_corridor",
        "m03_manzhouli_container_line",
        "m11_rail_clearance",
        "m18_boketu_xilingkou",
        "m18_qiqihar_hailar",
    ),
    "ceke": (
        "m10_ceke_railway",
        "m11_coal_gate_hours",
        "m16_linhe_ejina",
        "m22_electric_coal_trucks",
        "m23_ceke_coal_store",
    ),
    "erenhot": (
        "m04_erenhot_line",
        "m04_erenhot_zamynuud",
        "m08_central_railway",
        "m11_erenhot_road_24h",
        "m12_erenhot_processing",
    ),
}
BUDGETS = (30.0, 100.0, 300.0, 600.0, 1_000.0, 2_500.0)
DAYS = 121


def subsets(ids: Sequence[str]) -> Iterable[frozenset[str]]:
    return (frozenset(some) for n in range(len(ids) + 1) for some in combinations(ids, n))


def searched(port: str, out: Path, days: int = DAYS) -> PortSearch:
    """The search at a port among five proposals and one lever, in one replication of central 2030."""
    corridor = load_corridor(None)
    proposals, prices, futures = programme_data(corridor, None)
    settings = replace(prepare(corridor).settings, days=days)
    base = Programme.model_construct(id="base", title_en="", title_zh="", works=(), committed=())
    works: list[Work] = works_to_choose(base, proposals, prices, CHOSEN[port], ())[0]
    made = {work.id: from_first_day(work.proposal, settings) for work in works}
    (model,) = [one for one in port_submodels(corridor, made) if one.port == port]

    def runs(case: object) -> CellRuns:
        return CellRuns(case, settings, out, SEARCH_REPLICATIONS, SEARCHED)  # type: ignore[arg-type]

    return search_port(
        *(model, works, base, futures, prices, 0.08, BUDGETS, 1, Makers(runs, None)), lambda port, sets: None
    )[0]


@pytest.mark.slow
@pytest.mark.parametrize("where", CHOSEN)
def test_the_search_at_a_port_finds_what_all_sets_have_within_the_indifference(where: str, tmp_path: Path) -> None:
    port = searched(where, tmp_path)
    known, values = port.known, port.values
    assert len(known.first) == 6
    whole = Known(
        list(known.candidates.values()),
        known.relations,
        lambda sets: [values.benefit(one).mean(axis=0) for one in sets],
    )
    every = [one for one in subsets(list(known.candidates)) if known.relations.allow(one)]
    values.run(every, values.screened)
    whole.look(every)
    print(f"sets {len(every)}, valued by the search {len(known.benefits)}")
    for budget in BUDGETS:
        [found], [best] = known.best(budget), whole.best(budget)
        print(budget, sorted(found), round(whole.net(found), 2), sorted(best), round(whole.net(best), 2))
        assert whole.net(found) >= whole.net(best) - whole.indifference()
    assert len(known.benefits) <= len(every)
