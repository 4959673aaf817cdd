"""Cases: the scenario applied to the baseline, the period of the run, and the record that identifies a run."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corridors.findings import DataError
from corridors.fingerprint import fingerprint
from corridors.io import tables
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.options import parse_setting
from corridors.overlay.proposals import Scenario
from sim.experiments.result_schema import KINDS
from sim.kpi.run_tables import RunTables
from sim.run import prepare, run_scenario
from sim.text.catalogue import sentence


@pytest.fixture(scope="module")
def small() -> Corridor:
    """The world that `bridgehead new` gives: 37 days from 2025-01-01, of which 7 are warm-up."""
    return load_corridor(data_root() / "template")


def test_the_command_line_goes_before_the_scenario_and_the_scenario_before_the_data(small: Corridor) -> None:
    scenario = Scenario(id="spring", start=date(2025, 3, 1), days=20)
    usual = prepare(small).settings
    assert (usual.start, usual.days, usual.warmup_days) == (date(2025, 1, 1), 37, 7)
    asked = prepare(small, scenario).settings
    assert (asked.start, asked.days, asked.warmup_days) == (date(2025, 3, 1), 20, 7)
    assert prepare(small, scenario, days=9, warmup_days=0).settings.days == 9


def test_the_usual_warm_up_gives_way_to_few_days_but_not_one_that_was_asked_for(small: Corridor) -> None:
    short = prepare(small, days=7)
    assert (short.settings.warmup_days, short.warmup_dropped) == (0, 7)
    assert prepare(small, days=8).warmup_dropped == 0
    with pytest.raises(DataError, match=r"settings\.warmup\(n=7, warmup_days=7\)"):
        prepare(small, days=7, warmup_days=7)


@pytest.mark.parametrize(
    ("setting", "row", "found"),
    [
        ("run_start.value=20250230", "run_start", "20250230"),
        ("run_days.value=9.5", "run_days", "9.5"),
        ("run_days.value=0", "run_days", "0"),
    ],
)
def test_a_senseless_parameter_is_a_finding(small: Corridor, setting: str, row: str, found: str) -> None:
    scenario = Scenario(id="odd", changes=(parse_setting(f"parameters.{setting}"),))
    with pytest.raises(DataError) as refused:
        prepare(small, scenario)
    assert [(finding.code, finding.found) for finding in refused.value.findings] == [("parameter.unusable", found)]
    assert row in sentence(refused.value.findings[0].message, "en")


@pytest.mark.parametrize(
    ("asked", "blamed"),
    [
        ({"days": -1}, "days"),
        ({"days": 3, "warmup_days": 3}, "warmup_days"),
        ({"seed": -1}, "seed"),
        ({"replication": -1}, "replication"),
    ],
)
def test_a_senseless_setting_is_blamed_by_its_name(small: Corridor, asked: dict[str, Any], blamed: str) -> None:
    with pytest.raises(DataError) as refused:
        prepare(small, **asked)
    assert [finding.column for finding in refused.value.findings] == [blamed]


@pytest.mark.parametrize("start", [date.min, date(1969, 12, 31), date(2199, 12, 1), date.max])
def test_there_is_no_run_in_years_whose_clocks_nobody_knows(small: Corridor, start: date) -> None:
    with pytest.raises(DataError, match=r"run\.outside_calendar; .*first=1970-01-01, last=2200-01-01"):
        prepare(small, start=start)


def test_the_fingerprint_of_data_is_made_of_values_not_of_files(small: Corridor, tmp_path: Path) -> None:
    tables.save(small, tmp_path)
    file = tmp_path / "places.csv"
    header, *rows = file.read_text(encoding="utf-8-sig").splitlines()
    file.write_text("\r\n".join([header, *reversed(rows)]), encoding="gb18030", newline="")
    assert fingerprint(load_corridor(tmp_path)) == fingerprint(small)
    changed = prepare(small, Scenario(id="more", changes=(parse_setting("facilities.exit_gate.servers=+1"),)))
    assert fingerprint(changed.corridor) != fingerprint(small) == changed.data_fingerprint


def test_the_phases_of_a_run_are_told_and_the_record_is_complete(small: Corridor) -> None:
    phases: list[str] = []
    result = run_scenario(prepare(small, days=2, seed=4), "simpy", phases.append)
    assert phases == ["compile", "simulate", "measure"]
    record = result.record()
    assert (record["seed"], record["days"], record["engine"]) == (4, 2, "simpy")
    assert record["visits"] == len(result.trace) > 0
    assert len(record["data_fingerprint"]) == len(record["plan_fingerprint"]) == 64


def test_every_kind_of_stored_rows_is_a_table_of_a_run() -> None:
    names = {field.name for field in fields(RunTables)}
    assert set(KINDS) - {"runs"} == names - {"momentary", "growing", "rising", "orders", "load", "waits_over"}
