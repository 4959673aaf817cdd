"""A data folder with own published figures: `validate`, `calibrate` and the page compare its world with them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app import home
from corridors.findings import DataError
from corridors.io.folders import data_root
from sim.cli.page_settings import DATA
from sim.studies.validation.comparisons import load_comparisons
from tests.cli.test_example_worlds import forbidden_in, found_words
from tests.conftest import Told

Bridgehead = Callable[..., Told]
FACTS = """id,metric,value,unit,year,grade,source,place
G1,Trucks a day,36,trucks/day,2026,reported,Yearbook of the gate,Made-up port
G2,Wait of a truck,9,h,2026,reported,A survey,Made-up port
"""
COMPARISONS = """id,fact,topic,level,what_en,what_zh,measure,of,kpi,unit,published,role,kind,why_en,why_zh
G1,G1,trucks,base,Trucks a day,日均货车,flow,made_up_port,vehicles_per_day,trucks/day,36,test,given,,
G2,G2,border_hours,base,Wait of a truck,货车等待,kpi,made_up_port,dwell_h_mean,h,9,fit,outcome,made up,虚构
"""
ONE = ("--workers", "1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The made-up gate with two published figures."""
    place = tmp_path / "gate"
    shutil.copytree(data_root() / "examples" / "made_up_gate", place)
    (place / "validation").mkdir()
    (place / "validation" / "facts.csv").write_text(FACTS, encoding="utf-8")
    (place / "validation" / "comparisons.csv").write_text(COMPARISONS, encoding="utf-8")
    return place


def test_a_world_is_validated_against_its_own_figures_alone(bridgehead: Bridgehead, folder: Path) -> None:
    """A comparison of an own folder had to name a figure of the base year, so no own world could be validated."""
    report, file = folder.parent / "report.html", folder.parent / "validation.json"
    told = bridgehead("validate", "--data", folder, "--replications", "1", *ONE, "--json", file, "--report", report)
    assert told.status == 0, told.err
    found = json.loads(file.read_text(encoding="utf-8"))
    rows = {row["id"]: row for row in found["rows"]}
    assert set(rows) == {"G1", "G2"}
    assert (rows["G1"]["year"], rows["G1"]["grade"], rows["G1"]["place"]) == ("2026", "reported", "Made-up port")
    assert rows["G1"]["model"] == pytest.approx(36, rel=0.2)
    assert found["experiments"] == []
    first = told.out.splitlines()[0]
    assert "of 1" in first, "the answer is read before the tables"
    assert told.out.index(first) < told.out.index("Trucks a day")
    text = report.read_text(encoding="utf-8")
    assert "Yearbook of the gate" in text
    assert found_words(text + told.out + told.err, forbidden_in("made_up_gate")) == []


def test_a_world_is_calibrated_to_its_own_figures(bridgehead: Bridgehead, folder: Path) -> None:
    kept = folder.parent / "kept"
    few = ("--points", "4", "--most", "1", "--replications", "2", "--days", "20", *ONE)
    told = bridgehead("calibrate", "--data", folder, "--out", folder.parent / "out", "--record", kept, *few)
    assert told.status == 0, told.err
    [written] = kept.glob("*_facts.csv")
    assert "G2" in written.read_text(encoding="utf-8-sig")


def test_all_findings_about_own_figures_are_reported_together(folder: Path) -> None:
    path = folder / "validation" / "facts.csv"
    path.write_text(FACTS.replace("G2,", "G1,").replace(",reported,A survey", ",guessed,"), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        load_comparisons(folder / "validation" / "comparisons.csv")
    places = [(one.file, one.row, one.column, one.found) for one in refused.value.findings]
    assert places == [
        *(("facts.csv", 3, "source", ""), ("facts.csv", 3, "grade", "guessed"), ("facts.csv", 3, "id", "G1")),
        ("comparisons.csv", 3, "fact", "G2"),
    ]
    path.write_text("id,value,metrics\n", encoding="utf-8")
    with pytest.raises(DataError) as refused:
        load_comparisons(folder / "validation" / "comparisons.csv")
    codes = {(one.code, one.column) for one in refused.value.findings if one.file == "facts.csv"}
    assert codes == {
        *(("column.missing", name) for name in ("metric", "unit", "year", "grade", "source")),
        ("column.unknown", "metrics"),
    }


def test_columns_without_a_name_are_left_out_and_repeated_ones_refused(folder: Path) -> None:
    """A blank name between two others was a traceback; of two columns of one name the last counted."""
    facts, comparisons = folder / "validation" / "facts.csv", folder / "validation" / "comparisons.csv"
    facts.write_text("".join(f"{line.replace(',', ',,', 1)}\n" for line in FACTS.splitlines()), encoding="utf-8")
    assert [one.figure.source for one in load_comparisons(comparisons)] == ["Yearbook of the gate", "A survey"]
    facts.write_text(FACTS.replace("source,place", "source,source"), encoding="utf-8")
    comparisons.write_text(COMPARISONS.replace("why_en,why_zh", "why_en,why_en"), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        load_comparisons(comparisons)
    assert [(one.file, one.row, one.column) for one in refused.value.findings if one.code == "column.repeated"] == [
        ("facts.csv", 1, "source"),
        ("comparisons.csv", 1, "why_en"),
    ]


def test_the_page_has_the_figures_of_its_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA, str(folder))
    assert set(home.facts()) == {"G1", "G2"}
    assert [(one.fact, one.figure.source) for one in home.comparisons()] == [
        ("G1", "Yearbook of the gate"),
        ("G2", "A survey"),
    ]
