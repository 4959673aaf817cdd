"""Cells in which the same is run are one run, whatever future and year they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.io.folders import data_root
from corridors.load import load_corridor
from sim.cli.appraise import programme_data
from sim.run import prepare
from sim.studies.appraisal.programme import load_programme
from sim.studies.appraisal.runs import REFERENCE, missing_runs
from sim.studies.appraisal.schedule import sets_of
from sim.studies.appraisal.stored import AppraisalData, Record, Study


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
        folders = {case.batch((one, "central", 2030), study.asked, Path("out")).folder for one in case.sets_here([])}
        more = [case.batch((case.works, "central", 2030), study.asked, Path("out")).folder]
        assert not folders & {*more}


def test_missing_runs_count_what_is_run(study: Study) -> None:
    """Nine cells of each set, five replications; at each of the two coal ports two cells are those of another year."""
    rail, coal = 9 * (3 + 2), 2 * (9 - 2) * 2
    assert missing_runs(study.cases, sets_of(study.works), study.asked, Path("nowhere")) == 5 * (rail + coal)
