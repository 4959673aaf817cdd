"""Cells in which the same is run are one run, whatever future and year they are."""

from __future__ import annotations

import random
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
from sim.studies.appraisal.runs import REFERENCE, Cell, KeptCells, missing_runs, run_ports
from sim.studies.appraisal.schedule import WorkSet, YearsOf, sets_of, steps_of, weights, years_of
from sim.studies.appraisal.stored import AppraisalData, MissingRunsError, Record, Study

RAMP = (0.2, 0.35, 0.5, 0.65, 0.8)


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


def test_sets_and_years_are_those_of_every_delay_with_any_ramps(study: Study) -> None:
    """Works with a long ramp, next or last, count after the next work is complete; two late works let a third pass."""
    draw = random.Random(1)
    for n in range(150):
        works = [
            replace(
                draw.choice(study.works),
                id=id,
                opens=draw.randint(2027, 2032),
                ramp=tuple(draw.sample(RAMP, draw.randint(0, 4))),
                delay=Delay(low=draw.randint(0, high), high=high),
            )
            for id, high in zip("abc", draw.choices((0, 1, 3), k=3), strict=True)
        ]
        anchors, years = sorted(draw.sample(range(2026, 2045), 3)), range(2026, 2046)
        sets, needed = sets_of(works), years_of(works, anchors, years[-1])
        counted: dict[WorkSet, set[int]] = {}
        for late in product(*({0, *range(work.delay.low, work.delay.high + 1)} for work in works)):
            dates = dict(zip("abc", late, strict=True))
            counted |= {one: set() for _, _, one in steps_of(works, dates) if one not in counted}
            for one, of_set in zip(sets, weights(works, sets, anchors, years, dates), strict=True):
                some = of_set.any(axis=1).tolist()
                counted.get(one, set()).update(year for year, is_used in zip(anchors, some, strict=True) if is_used)
        assert {one: set(of) for one, of in needed.items()} == counted, n
        assert set(sets) == set(counted), n


@pytest.mark.parametrize(
    ("ramps", "needed"),
    [(((), (0.2, 0.4, 0.6), ()), {2030, 2031, 2035}), (((0.2, 0.4, 0.6), (), ()), {2030, 2031, 2035})],
)
def test_a_set_counts_until_the_slower_ramp_is_complete(
    study: Study, ramps: tuple[tuple[float, ...], ...], needed: set[int]
) -> None:
    """The first work, of 2030, until the ramp of the work of 2031, or its own, is complete; one of 2032 has none."""
    works = [
        replace(study.works[0], id=id, opens=opens, ramp=ramp, delay=Delay())
        for id, opens, ramp in zip("abc", (2030, 2031, 2032), ramps, strict=True)
    ]
    assert years_of(works, (2030, 2031, 2035), 2050)[frozenset("a")] == needed


def figures(tonnes: float, study: Study) -> CellFigures:
    """Flows that are the same in each replication."""
    columns = {column: [1.0] * study.asked.replications for column in FIGURES}
    flows = {"replication": range(study.asked.replications), "service": "made", "class": "coal_truck", **columns}
    stocks = pd.DataFrame({"replication": [], "stock": [], "stock_kind": [], "unit": [], "change": []})
    return CellFigures(pd.DataFrame({**flows, "delivered_t_per_day": tonnes}), frozenset(), stocks)


def test_a_yard_is_compared_in_the_last_year_in_which_all_works_are_run(study: Study) -> None:
    """Where the appraisal ends before the last anchor year, the works are not run there."""
    kept: dict[tuple[str, Cell], CellFigures] = {}
    for case in study.cases:
        for works, change in ((REFERENCE, 5.0), (case.works, 25.0)):
            yard = {"replication": [0], "stock": ["coal"], "stock_kind": ["cargo"], "unit": ["t"], "change": [change]}
            made = replace(figures(100.0, study), stocks=pd.DataFrame(yard))
            kept |= {
                (case.model.port, cell): made for cell in study.asked.cells({works: frozenset((2028, 2030, 2035))})
            }
    years = {study.planned.works: frozenset({2028, 2030})}
    for port in run_ports(study.cases, years, study.asked, KeptCells(kept)):
        assert {yard.future: yard.difference for yard in port.yards} == dict.fromkeys(study.asked.selected, 20.0)


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
