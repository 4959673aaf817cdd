"""Cells in which the same is run are one run, whatever future and year they are."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from corridors.io.folders import data_root
from corridors.load import load_corridor
from sim.cli.appraise import programme_data
from sim.run import prepare
from sim.studies.appraisal.cells import CellFigures
from sim.studies.appraisal.generalised import FIGURES
from sim.studies.appraisal.programme import Delay, load_programme
from sim.studies.appraisal.runs import REFERENCE, KeptCells, missing_runs, run_ports
from sim.studies.appraisal.schedule import WorkSet, YearsOf, sets_of, weights, years_of
from sim.studies.appraisal.stored import AppraisalData, MissingRunsError, Record, Study


@pytest.fixture(scope="module")
def study() -> Study:
    corridor = load_corridor(None)
    programme = load_programme(data_root() / "programmes" / "soft_measures.yaml")
    record = Record(programme, prepare(corridor).settings, 5, Path("nowhere"))
    return Study.of(record, AppraisalData(corridor, *programme_data(corridor, None)), 0.08)


def test_years_without_growth_between_them_are_one_run(study: Study) -> None:
    """Coal does not grow from 2030 to 2035 in the low and central futures, CR Express trains do."""
    folders = {
        case.model.port: [
            [case.batch((REFERENCE, future, year), study.asked, Path("out")).folder for year in (2030, 2035)]
            for future in ("low", "central", "high")
        ]
        for case in study.cases
    }
    for port in ("ganqimaodu", "ceke"):
        (low, low_later), (central, central_later), (high, high_later) = folders[port]
        assert low == low_later
        assert central == central_later
        assert len({low, central, high, high_later}) == 4
    for port in ("manzhouli", "erenhot"):
        assert len({one for years in folders[port] for one in years}) == 6


def test_a_set_with_works_is_another_run(study: Study) -> None:
    for case in study.cases:
        folders = {case.batch((REFERENCE, "central", 2030), study.asked, Path("out")).folder}
        more = [case.batch((case.works, "central", 2030), study.asked, Path("out")).folder]
        assert not folders & {*more}


def test_missing_runs_count_what_is_run(study: Study) -> None:
    """Nine cells of each set, five replications; at each of the two coal ports two cells are those of another year.

    The works of 2027 are open without that of 2028 in one year, so at Erenhot their set is run in one of three years.
    """
    rail, coal = 9 * (3 + 2) - 6, 2 * (9 - 2) * 2
    assert missing_runs(study.cases, study.years(), study.asked, Path("nowhere")) == 5 * (rail + coal)
    assert {frozenset(years) for years in study.years(parts=True).values()} == {frozenset(study.asked.anchors)}


@pytest.mark.parametrize("high", [0, 2])
def test_a_set_is_run_in_each_year_in_which_it_counts_however_late_works_are(study: Study, high: int) -> None:
    anchors, years = (2028, 2030, 2035), range(2026, 2046)
    first, second = (
        replace(work, opens=opens, ramp=ramp, delay=Delay(low=0, high=high))
        for work, opens, ramp in zip(study.works, (2027, 2029), ((), (0.5,)), strict=False)
    )
    works = (first, second)
    needed, sets = years_of(works, anchors, years[-1]), sets_of(works)
    assert list(needed) == list(sets)
    counted: dict[WorkSet, set[int]] = {one: set() for one in sets}
    for late in product(range(high + 1), repeat=2):
        found = weights(works, sets, anchors, years, dict(zip((first.id, second.id), late, strict=True)))
        for one, of_set in zip(sets, found, strict=True):
            counted[one] |= {year for year, some in zip(anchors, of_set.any(axis=1).tolist(), strict=True) if some}
    assert {one: set(of) for one, of in needed.items()} == counted
    assert counted[frozenset({first.id})] == ({2028, 2030, 2035} if high else {2028, 2030})


def figures(tonnes: float, study: Study) -> CellFigures:
    """Flows that are the same in each replication."""
    columns = {column: [1.0] * study.asked.replications for column in FIGURES}
    flows = {"replication": range(study.asked.replications), "service": "made", "class": "coal_truck", **columns}
    stocks = pd.DataFrame({"replication": [], "stock": [], "stock_kind": [], "unit": [], "change": []})
    return CellFigures(pd.DataFrame({**flows, "delivered_t_per_day": tonnes}), frozenset(), stocks)


def test_a_moved_opening_that_needs_a_set_in_another_year_is_refused_until_it_is_run(study: Study) -> None:
    def kept(years: YearsOf) -> Study:
        cells = {
            (case.model.port, cell): figures(100.0 + len(cell[0]), study)
            for case in study.cases
            for cell in study.asked.cells(case.years_here(years, study.asked))
        }
        return replace(study, record=replace(study.record, runs=KeptCells(cells)))

    planned, whole = kept(study.years()), kept(study.years(parts=True))
    later = replace(study.planned, opens={"m06_mongolia_trains_timetabled": 2031})
    assert whole.model(later, run_ports(whole.cases, whole.known_years(), whole.asked, whole.record.runs))
    runs = run_ports(planned.cases, planned.known_years(), planned.asked, planned.record.runs)
    with pytest.raises(MissingRunsError) as refused:
        planned.model(later, runs)
    assert refused.value.runs == 5 * 3
    of_planned, of_whole = (
        made.model(study.planned, run_ports(made.cases, made.known_years(), made.asked, made.record.runs))
        for made in (planned, whole)
    )
    point = of_planned.prices.central
    for future in study.asked.selected:
        assert of_planned.npv(future, point).tolist() == of_whole.npv(future, point).tolist()
