"""A new key figure is one row of ``kpis.csv`` and one function: it is then in every table, file and report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from corridors.io.folders import data_root
from corridors.load import load_corridor
from sim.core import kpi_declarations
from sim.core.kpi_declarations import KPIS
from sim.kpi.key_figures import FIGURES, Observations, figure, kpi_table
from sim.kpi.run_tables import figures_of
from sim.reports.run_report import report_html
from sim.reports.table_files import write_tables
from sim.reuse import KeptUnits
from sim.run import prepare, run_scenario
from sim.studies.compare.figures import figures
from sim.studies.compare.paired_effects import paired_effects
from sim.text.names import Names
from tests.helpers.hand_results import kpi_rows, results_of
from tests.helpers.stories import three_trains, world_of_three_trains

ROW = "longest_h,h,Longest stay,最长停留时间,lower,mean,Longest time at the port,在口岸最长时间"
EXAMPLE = "longest_h"


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a figure that is declared and computed while a test runs."""
    declared = (data_root() / "schema" / "kpis.csv").read_text(encoding="utf-8")
    (tmp_path / "kpis.csv").write_text(f"{declared}{ROW}\n", encoding="utf-8")
    monkeypatch.setitem(KPIS, EXAMPLE, kpi_declarations.load(tmp_path / "kpis.csv")[EXAMPLE])
    monkeypatch.setitem(FIGURES, EXAMPLE, None)

    @figure(EXAMPLE)
    def longest(seen: Observations, side: int) -> np.ndarray:
        crossings = seen.history.crossings
        stays = [crossings.dwell_s[seen.completed & (crossings.group == k), side] for k in range(len(seen.groups))]
        return np.array([max(of_group, default=np.nan) / 3600 for of_group in stays])

    return EXAMPLE


def test_every_declared_figure_has_a_function_and_every_function_a_declaration() -> None:
    assert set(FIGURES) == set(KPIS)


def test_declarations_use_known_values() -> None:
    assert {declared.better for declared in KPIS.values()} <= {"higher", "lower", "neither"}
    known = {"sum", "mean", "mean_per_tonne", "percentile", "none"}
    assert {declared.aggregation for declared in KPIS.values()} <= known
    assert all(all(declared) for declared in KPIS.values())


def test_it_is_in_the_table(added: str) -> None:
    table = kpi_table(three_trains())
    assert table[table["kpi"] == added][["side", "unit", "value"]].to_numpy().tolist() == [["both", "h", 7.0]]
    assert list(dict.fromkeys(table["kpi"])) == list(KPIS)


@pytest.mark.parametrize(("language", "label"), [("en", "Longest stay"), ("zh", "最长停留时间")])
def test_it_is_in_the_report_with_its_definition(added: str, language: str, label: str) -> None:
    page = report_html(run=figures_of(three_trains()), corridor=world_of_three_trains(), meta={}, language=language)
    names = Names(language)
    assert f'<th scope="col">{label}<small>{names.unit("h")}</small></th>' in page
    assert f"<dt>{label}</dt><dd>{names.meaning(added)}</dd>" in page


def test_a_language_without_a_label_shows_the_english_one(added: str) -> None:
    assert Names("ru").figure(added) == "Longest stay"
    assert Names("ru").meaning(added) == "Longest time at the port"


def test_it_is_the_same_where_parts_of_the_run_were_kept(added: str) -> None:
    kept = KeptUnits()
    case = prepare(load_corridor(), days=4, warmup_days=1)
    first, again, plain = (run_scenario(case, "compiled", only=["kpis"], kept=one).kpis for one in (kept, kept, None))
    assert kept.units.found
    assert added in set(plain["kpi"])
    pd.testing.assert_frame_equal(first, plain, check_exact=True)
    pd.testing.assert_frame_equal(again, plain, check_exact=True)


def test_it_is_in_json_and_workbook(added: str, tmp_path: Path) -> None:
    result = run_scenario(prepare(load_corridor(), days=4, warmup_days=1), "compiled")
    assert added in {row["kpi"] for row in json.loads(json.dumps(result.as_json()))["kpis"]}
    write_tables(tmp_path / "run.xlsx", result)
    book = openpyxl.load_workbook(tmp_path / "run.xlsx", read_only=True)
    assert "Longest stay" in {cell for row in book["Key figures"].iter_rows(values_only=True) for cell in row}


def test_it_is_compared(added: str) -> None:
    results = results_of({"baseline": [5.0, 6.0], "other": [4.0, 5.0]})
    stays = {"baseline": [9.0, 8.0], "other": [7.0, 6.0]}
    more = [row for scenario, values in stays.items() for row in kpi_rows(scenario, added, values)]
    results = replace(results, kpis=pd.concat([results.kpis, pd.DataFrame(more)], ignore_index=True))
    [row] = [row for row in paired_effects(figures(results.kpis), results, 0.0) if row.kpi == added]
    assert (row.scenario, row.unit, row.difference) == ("other", "h", -2.0)
