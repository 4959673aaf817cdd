"""Calibration recovers known values, never fits test figures, and continues after a kill."""

from __future__ import annotations

import csv
import json
import runpy
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridors.findings import DataError
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.messages import message
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from sim.__main__ import main
from sim.run import prepare, run_scenario
from sim.studies.calibration.facts import loss, residuals
from sim.studies.calibration.fit import Sample, best_points, latin_hypercube
from sim.studies.calibration.record import CALIBRATED
from sim.studies.calibration.runs import is_complete, opened
from sim.studies.calibration.study import Calibration, CalibrationSettings, FactFit
from sim.studies.validation.comparisons import FactComparison
from tests.helpers.processes import PYTHON, run

ROOT = Path(__file__).parents[2]
TRUE_MIN = 19.0
"""Minutes at customs in the model that made the published figures; the data say 15."""
DAYS = 12
COLUMNS = "id,fact,topic,level,what_en,what_zh,measure,of,direction,vehicle_class,kpi,unit,published,role,kind"


def comparison(**given: Any) -> FactComparison:
    usual = {"id": "T015", "fact": "T015", "topic": "trains", "level": "base", "what_en": "x", "what_zh": "x"}
    usual |= {"measure": "duration_min", "of": "a", "unit": "min", "published": 100.0, "role": "fit", "kind": "outcome"}
    return FactComparison.model_validate(usual | given)


@pytest.fixture(scope="module")
def own_port(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A port where customs are slower in truth than in the data, with published figures of the true queue."""
    folder = tmp_path_factory.mktemp("world") / "port"
    shutil.copytree(data_root() / "template", folder)
    with (folder / "assumptions.csv").open("a", encoding="utf-8") as file:
        file.write("durations.customs_check.mean_min,10,25,own_estimate,assumed,\n")
        file.write("facilities.exit_gate.servers,1,4,own_estimate,reported,not to be fitted\n")
        file.write("links.factory_road.speed_kmh,50,70,own_estimate,assumed,\n")
        file.write("services.trucks_out.per_day,100,400,own_estimate,assumed,demand is not fitted\n")
    services = folder / "services.csv"
    services.write_text(services.read_text(encoding="utf-8-sig").replace(",rate,100,", ",rate,300,"), encoding="utf-8")
    truth = apply(load_corridor(folder), [Change(op="set", address="durations.customs_check.mean_min", value=TRUE_MIN)])
    kpis = run_scenario(prepare(truth, days=DAYS)).kpis
    kpis = kpis[(kpis.side == "both") & (kpis["class"] == "truck")].set_index("kpi").value
    row = "T0{n},T0{n},trucks,base,x,x,{what},my_port,outbound,truck,{kpi},1,{value},{role},outcome"
    facts = [
        row.format(n=15, what="flow", kpi="vehicles_per_day", value=kpis["vehicles_per_day"], role="fit"),
        row.format(n=16, what="kpi", kpi="dwell_h_mean", value=kpis["dwell_h_mean"], role="test"),
    ]
    (folder / "validation").mkdir()
    (folder / "validation" / "comparisons.csv").write_text("\n".join([COLUMNS, *facts, ""]), encoding="utf-8")
    (folder / "sensitivity").mkdir()
    return folder


def command(world: Path, out: Path, *more: str) -> list[str]:
    answer = ["calibrate", "--data", str(world), "--out", str(out), "--days", str(DAYS), "--workers", "1"]
    return [*answer, "--points", "6", "--replications", "2", "--record", str(out.parent / "record"), *more]


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def test_known_values_are_recovered_and_written_into_the_data(own_port: Path, tmp_path: Path, capsys: Any) -> None:
    world = tmp_path / "port"
    shutil.copytree(own_port, world)
    assert main(command(world, tmp_path / "runs", "--apply")) == 0
    assert "Clearly better" in capsys.readouterr().out
    (number,) = rows(tmp_path / "record" / "base_2023.csv")
    assert number["address"] == "durations.customs_check.mean_min", (
        "only what has a bearing, is assumed, and is no demand"
    )
    assert float(number["value"]) == pytest.approx(TRUE_MIN, abs=1.0)
    assert float(number["spread_low"]) <= float(number["value"]) <= float(number["spread_high"])
    assert (number["grade"], number["facts"]) == (CALIBRATED, "T015")
    facts = {row["comparison"]: row for row in rows(tmp_path / "record" / "base_2023_facts.csv")}
    assert [facts[fact]["role"] for fact in ("T015", "T016")] == ["fit", "test"]
    assert (facts["T015"]["within_before"], facts["T015"]["within_after"]) == ("no", "yes")

    fitted = load_corridor(world)
    row = fitted.assumptions["durations.customs_check.mean_min"]
    assert (row.grade, row.source, row.low, row.high) == (CALIBRATED, "calibration_base_2023", 10, 25)
    assert fitted.durations["customs_check"].mean_min == float(number["value"])
    assert fitted.durations["gate_check"] == load_corridor(own_port).durations["gate_check"]
    assert main(["check", "--data", str(world)]) == 0


KILLED_AFTER, KILL_STATUS = 5, 9
KILLED = f"""
import os, sys
from sim.studies.calibration import runs

write, made = runs._write, []

def counted(path, content):
    write(path, content)
    made.extend([path] * (not path.name.startswith("_")))
    if len(made) == {KILLED_AFTER}:
        os._exit({KILL_STATUS})

runs._write = counted
from sim.__main__ import main
main(sys.argv[1:])
"""
"""The command in a process that ends at once, without clearing up, when so many runs are saved."""


def test_after_a_kill_the_same_command_gives_the_same_result(own_port: Path, tmp_path: Path) -> None:
    undisturbed, killed = tmp_path / "a" / "runs", tmp_path / "b" / "runs"
    assert main(command(own_port, undisturbed)) == 0
    run([*PYTHON, KILLED, *command(own_port, killed)], status=KILL_STATUS)
    assert len(list(killed.rglob("0*.json"))) == KILLED_AFTER
    kept = {file: file.stat().st_mtime_ns for file in killed.rglob("0*.json")}
    assert not (killed.parent / "record").exists()
    assert main(command(own_port, killed)) == 0
    assert all(file.stat().st_mtime_ns == at for file, at in kept.items()), "finished runs were repeated"
    for name in ("base_2023.csv", "base_2023_facts.csv"):
        first, second = (folder.parent / "record" / name for folder in (undisturbed, killed))
        assert first.read_bytes() == second.read_bytes()


def test_runs_of_other_settings_are_refused(own_port: Path, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "runs"
    assert main(command(own_port, out)) == 0
    assert main(command(own_port, out, "--seed", "2")) == 2
    assert "seed" in capsys.readouterr().err
    manifest = json.loads((out / "_manifest.json").read_text(encoding="utf-8"))
    (one, _) = manifest["comparisons"]
    with pytest.raises(DataError) as refused, opened(out, manifest | {"comparisons": [one]}, workers=1):
        pass
    differs, other = refused.value.findings
    assert (differs.code, differs.column) == ("store.differs", "comparisons")
    assert differs.found == message("found.other", "runs", key="comparisons"), "long values are not shown"
    assert other.code == "store.other_data"


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ('{"tonnes": 3.5}', True),
        ('{"tonnes": null, "more": 1}', True),
        ("{}", False),
        ("[" * 100_000, False),
        ("9" * 5000, False),
        ('{"tonnes": 1' + "0" * 400 + "}", False),
        ('{"tonnes": [1]}', False),
        ("", False),
    ],
)
def test_a_damaged_file_of_a_run_is_run_again(tmp_path: Path, text: str, complete: bool) -> None:
    file = tmp_path / "0000_00.json"
    comparisons = [comparison(id="tonnes")]
    assert not is_complete(file, comparisons)
    file.write_text(text, encoding="utf-8")
    assert is_complete(file, comparisons) == complete


def test_test_figures_are_not_fitted(own_port: Path, tmp_path: Path) -> None:
    """The test figure is quite different, and the fitted values are equal."""
    world = tmp_path / "port"
    shutil.copytree(own_port, world)
    file = world / "validation" / "comparisons.csv"
    *lines, test = file.read_text(encoding="utf-8").splitlines()
    cells = test.split(",")
    cells[COLUMNS.split(",").index("published")] = "1000"
    file.write_text("\n".join([*lines, ",".join(cells), ""]), encoding="utf-8")
    fitted = []
    for folder, name in ((own_port, "a"), (world, "b")):
        assert main(command(folder, tmp_path / name / "runs")) == 0
        fitted.append([row["value"] for row in rows(tmp_path / name / "record" / "base_2023.csv")])
    assert fitted[0] == fitted[1]
    assert fitted[0]


def test_the_page_has_the_tables_of_the_record() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "calibration_table.py"))
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert made["put_into"](page, "calibration", made["table"]()) == page, "run: python tools/calibration_table.py"


def test_a_fit_that_worsens_test_figures_is_not_clearly_better() -> None:
    fitted, tested = comparison(), comparison(id="T016", role="test")
    facts = (FactFit("pass", fitted, 150.0, 100.0), FactFit("pass", tested, 101.0, 120.0))
    usual = {
        "settings": CalibrationSettings(),
        "numbers": (),
        "losses": {"pass": (5.0, 0.0)},
        "before": 5.0,
        "after": 0.0,
    }
    found = Calibration(facts=facts, noise=0.1, near_equal=1, runs=1, **usual)
    assert (found.worsened_ports, found.clearly_better) == (("pass",), False)
    kept = Calibration(facts=facts[:1], noise=0.1, near_equal=1, runs=1, **usual)
    assert (kept.worsened_ports, kept.clearly_better) == ((), True)


def test_a_residual_of_one_is_the_limit_of_tolerance() -> None:
    plain, ranged = comparison(), comparison(id="T016", published=9.0, low=8.0, high=12.0)
    found = residuals([plain, ranged], np.array([[115.0, 12.0], [85.0, 7.65], [100.0, np.nan]]))
    assert found == pytest.approx(np.array([[1, 1], [-1, -1], [0, 10]]))


def best(samples: list[Sample], inputs: list[str], declared: list[float]) -> np.ndarray:
    found: np.ndarray = best_points(samples, inputs, np.array(declared), 3)[0]
    return found


def test_an_unreachable_figure_does_not_distort_the_fit() -> None:
    """One figure rises with the input and agrees at 0.3; another is far away and approaches a little upwards."""
    points = latin_hypercube(1, 20, seed=1)
    figures = np.hstack([100 + 100 * (points - 0.3), 400 + 10 * points])
    there = residuals([comparison(), comparison(id="T016", published=1000.0)], figures)
    assert best([Sample(("x",), points, there)], ["x"], [0.5])[0] == pytest.approx(0.3, abs=0.05)


def test_an_input_without_effect_keeps_its_declared_value() -> None:
    points = latin_hypercube(2, 30, seed=1)
    there = residuals([comparison()], 100 + 100 * (points[:, :1] - 0.3))
    found = best([Sample(("x", "idle"), points, there)], ["x", "idle"], [0.5, 0.8])
    assert found == pytest.approx(np.array([0.3, 0.8]), abs=0.03)


def test_an_input_that_two_ports_share_has_one_value() -> None:
    """Alone, one port would fit 0.2 and the other 0.6; one of them has a separate input, too."""
    points = latin_hypercube(2, 30, seed=1)
    one, other = (residuals([comparison()], 100 + 100 * (points[:, :1] - at)) for at in (0.2, 0.6))
    own = residuals([comparison()], 100 + 100 * (points[:, 1:] - 0.9))
    samples = [Sample(("shared", "a"), points, np.hstack([one, own])), Sample(("shared", "b"), points, other)]
    found = best(samples, ["a", "b", "shared"], [0.5, 0.5, 0.5])
    assert found == pytest.approx(np.array([0.9, 0.5, 0.4]), abs=0.05)


def test_the_loss_is_quadratic_if_small_and_linear_if_large() -> None:
    assert loss(np.array([[0.0], [0.1], [100.0]])) == pytest.approx(np.array([0.0, 0.01, 198.0]), rel=0.01)


def test_invalid_numbers_of_days_are_refused(own_port: Path, tmp_path: Path, capsys: Any) -> None:
    """Too few for a warm-up, or too few for the period of a published figure."""
    world = tmp_path / "port"
    shutil.copytree(own_port, world)
    for days, wanted in (
        ("7", "more than the 7 days of the warm-up"),
        ("2000000", "days from 1970-01-01 to 2200-01-01"),
    ):
        assert main([*command(world, tmp_path / "out"), "--days", days]) == 2
        printed = capsys.readouterr().err
        assert printed.startswith("error: --days: ")
        assert f"found '{days}" in printed or f"found {days}" in printed
        assert wanted in printed
    file = world / "validation" / "comparisons.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    begins = prepare(load_corridor(world)).settings.start
    dated = [f"{line},{day}" for line, day in zip(lines, ("last_day", begins + timedelta(days=19), ""), strict=True)]
    file.write_text("\n".join([*dated, ""]), encoding="utf-8")
    assert main(command(world, tmp_path / "out")) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: --days: ")
    assert "at least 20, up to the last day of T015" in printed
    assert not (tmp_path / "out").exists()
