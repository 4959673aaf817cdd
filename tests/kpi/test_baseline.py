"""The base year on its own: what passes the four ports in 2023, where it waits, and how near the published record.

One run of the whole year serves every test of this file. The golden table holds what came out when it was last
looked at; a change that moves it says why under "Numbers move" in CHANGELOG.md and writes it anew with

    python -m tests.kpi.test_baseline
"""

from __future__ import annotations

import runpy
from pathlib import Path

import pandas as pd
import pytest

from corridors.facts import facts
from corridors.io.folders import data_root
from corridors.load import load_corridor
from sim.run import RunResult, prepare, run_scenario

GOLDEN = Path(__file__).parents[1] / "golden" / "baseline.csv"
GOLDEN_KPIS = ("vehicles_per_day", "teu_per_day", "tonnes_per_day", "dwell_h_p50", "dwell_h_p95", "wait_h_mean")
DAYS_2023 = 365


def baseline_run() -> RunResult:
    """The base year with the settings that come with the data: a month of warm-up, then 2023."""
    return run_scenario(prepare(load_corridor()))


def golden_rows(kpis: pd.DataFrame) -> pd.DataFrame:
    """The rows that the golden table keeps, to four significant digits."""
    rows = kpis[(kpis.side == "both") & kpis.kpi.isin(GOLDEN_KPIS)].dropna(subset="value")
    rows = rows[["port", "direction", "class", "kpi", "unit", "value"]]
    rows = rows.sort_values(["port", "direction", "class", "kpi"], ignore_index=True)
    return rows.assign(value=[float(f"{value:.4g}") for value in rows.value])


@pytest.fixture(scope="module")
def year() -> RunResult:
    return baseline_run()


def per_year(year: RunResult, port: str, kpi: str, vehicle_class: str | None = None) -> float:
    """A daily figure of the measured year, both directions together, as a figure a year."""
    rows = year.kpis[(year.kpis.port == port) & (year.kpis.side == "both") & (year.kpis.kpi == kpi)]
    rows = rows[rows["class"] == (vehicle_class or "all")]
    assert len(rows) == 2, "one row a direction"
    return float(rows.value.sum()) * DAYS_2023


def utilisation(year: RunResult, facility: str) -> float:
    return float(year.facilities.set_index("facility").utilisation[facility])


def test_the_levels_from_which_short_runs_start_are_those_of_this_run(year: RunResult) -> None:
    """Write them anew with ``python tools/start_levels.py``."""
    tool = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "start_levels.py"))
    assert (data_root() / "start_levels.csv").read_text(encoding="utf-8") == tool["table"](year)


def test_container_trains_at_manzhouli(year: RunResult) -> None:
    assert per_year(year, "manzhouli", "vehicles_per_day", "cr_express") == pytest.approx(
        float(facts()["T015"].value), rel=0.10
    )


def test_container_trains_at_erenhot(year: RunResult) -> None:
    """T058 counts 1 January 2023 to 14 February 2025: 776 days."""
    assert per_year(year, "erenhot", "vehicles_per_day", "cr_express") == pytest.approx(
        float(facts()["T058"].value) / 776 * DAYS_2023, rel=0.10
    )


def test_tonnes_at_the_coal_ports(year: RunResult) -> None:
    for port, fact in (("ganqimaodu", "T081"), ("ceke", "T105")):
        assert per_year(year, port, "tonnes_per_day") / 1e6 == pytest.approx(float(facts()[fact].value), rel=0.10), port


def test_inbound_transfer_at_manzhouli_is_near_its_limit(year: RunResult) -> None:
    """T019: 7.85 trains a day arrive where 840 TEU a day, 7.8 trains, can be transferred (P003)."""
    assert utilisation(year, "manzhouli_container_lines") > 0.95


def test_zamyn_uud_is_the_bottleneck_of_the_central_corridor(year: RunResult) -> None:
    """P028: 20 trains a day at Erenhot, 7 at Zamyn-Uud, 45 at Tianjin; waiting at Tianjin is for Zamyn-Uud."""
    outbound = year.bottlenecks[(year.bottlenecks.port == "erenhot") & (year.bottlenecks.direction == "outbound")]
    for vehicle_class in ("cr_express", "mongolia_containers"):
        rows = outbound[outbound["class"] == vehicle_class]
        first = rows.sort_values("share_of_waiting", ascending=False).iloc[0]
        assert str(first.facility).startswith("zamynuud_"), f"{vehicle_class}: {first.facility}"
    rail = year.facilities[year.facilities.facility.str.startswith(("zamynuud_transshipment", "erenhot_t"))]
    assert rail.set_index("facility").utilisation.idxmax() == "zamynuud_transshipment"


def test_trains_to_mongolia_stand_at_tianjin_all_year(year: RunResult) -> None:
    row = year.facilities.set_index("facility").loc["zamynuud_admission"]
    assert row.mean_queue * 108 == pytest.approx(7000, rel=0.5), "P038: 7,000 TEU stood at Tianjin"
    assert row.mean_wait_h > 14 * 24


def test_the_run_obeys_the_laws_of_conservation(year: RunResult) -> None:
    assert year.problems == ()
    assert year.deadlocked == []
    assert year.vehicles["arrived"] == year.vehicles["departed"] + year.vehicles["in_system"]


def test_the_golden_table_has_not_moved(year: RunResult) -> None:
    """Versions of NumPy may round a draw differently, hence the tolerance."""
    expected = pd.read_csv(GOLDEN)
    found = golden_rows(year.kpis)
    keys = ["port", "direction", "class", "kpi", "unit"]
    assert found[keys].astype(str).values.tolist() == expected[keys].astype(str).values.tolist()
    moved = [
        f"{' '.join(map(str, row[:4]))}: {old:g} is now {new:g}"
        for row, old, new in zip(found.values.tolist(), expected.value, found.value, strict=True)
        if new != pytest.approx(old, rel=0.02, abs=0.01)
    ]
    assert not moved, "\n".join(moved)


if __name__ == "__main__":
    golden_rows(baseline_run().kpis).to_csv(GOLDEN, index=False, lineterminator="\n")
