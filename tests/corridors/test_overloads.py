"""Lines of scenarios that explain an overload: accepted, shown in a run, and refused where there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.checks.overloads import overloads, without_overload
from corridors.load import load_corridor
from corridors.model import Corridor
from sim.run import prepare
from sim.studies.validation.levels import level, level_files
from tests.conftest import Told

SCENARIO = """\
id: rebuilt
days: 3
changes:
  - {op: set, address: facilities.ceke_scanner.servers, value: 1}
  - {op: set, address: durations.road_inspection.mean_min, value: 3000}
"""
LINES = """\
overloads:
  - {at: facilities.erenhot_road_inspection, why_en: Bays are being rebuilt., why_zh: 查验位改造中。}
  - {at: facilities.manzhouli_road_inspection, why_en: So are these., why_zh: 同上。}
"""


@pytest.fixture(scope="module")
def world() -> Corridor:
    return load_corridor()


@pytest.mark.parametrize("year", level_files())
def test_every_overload_of_a_year_has_its_reason(year: str, world: Corridor) -> None:
    """A queue that grows without bound is a mistake, or has a reason that a reader needs."""
    case = prepare(world, level(year))
    assert set(overloads(case.corridor)) - case.scenario.explained == set()
    assert without_overload(case.corridor, case.scenario.explained, year) == []


def test_check_lists_overloads_that_no_line_explains(bridgehead: Callable[..., Told], tmp_path: Path) -> None:
    file = tmp_path / "rebuilt.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    silent = bridgehead("check", str(file))
    assert silent.err.count("capacity.overloaded_facility") + silent.out.count("capacity.overloaded_facility") == 2
    file.write_text(SCENARIO + LINES, encoding="utf-8")
    explained = bridgehead("check", str(file))
    assert "overload" not in explained.err + explained.out


def test_check_names_a_line_without_an_overload(bridgehead: Callable[..., Told], tmp_path: Path) -> None:
    file = tmp_path / "rebuilt.yaml"
    file.write_text((SCENARIO + LINES).replace("3000", "30"), encoding="utf-8")
    told = bridgehead("check", str(file))
    assert (told.err + told.out).count("scenario.no_overload") == 2


def test_a_line_about_a_row_that_is_not_there_says_so(world: Corridor) -> None:
    found = without_overload(world, ["facilities.ceke_scaner", "services", "facilities.ceke_scanner"], "mine")
    assert [one.code for one in found] == ["change.unknown_row", "change.unknown_row", "scenario.no_overload"]


@pytest.mark.parametrize(("language", "why"), [("en", "Bays are being rebuilt."), ("zh", "查验位改造中。")])
def test_a_run_shows_the_reason_instead_of_the_warning(
    language: str, why: str, bridgehead: Callable[..., Told], tmp_path: Path
) -> None:
    file = tmp_path / "rebuilt.yaml"
    file.write_text(SCENARIO + LINES, encoding="utf-8")
    told = bridgehead("run", "--scenario", str(file), "--language", language)
    assert told.status == 0
    assert why in told.err
    assert "capacity.overloaded_facility" not in told.err


def test_a_run_finds_two_lines_about_one_overload_as_check_does(
    bridgehead: Callable[..., Told], tmp_path: Path
) -> None:
    file = tmp_path / "rebuilt.yaml"
    file.write_text(SCENARIO + LINES + LINES.splitlines()[1] + "\n", encoding="utf-8")
    told = bridgehead("run", "--scenario", str(file))
    assert told.err.count("scenario.overload_twice") == 1
    assert told.err.count("Bays are being rebuilt.") == 1
