"""`check` on orders and weather of scenarios: each problem is one finding, and none is silent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Told

Bridgehead = Callable[..., Told]
ORDER = "target: erenhot, direction: outbound, traffic: mongolia_containers, note: made up"
RULE = "target: erenhot, direction: outbound, traffic: mongolia_containers, watch: zamynuud_tracks_1435, note: made up"


def test_run_and_check_name_the_scenario_whose_row_is_wrong(bridgehead: Bridgehead, tmp_path: Path) -> None:
    """An error and a warning about an added order are those of the file that adds it, with its line."""
    for place, level in (("nowhere", "error"), ("beijing", "warning")):
        file = tmp_path / "mine.yaml"
        row = f"{{{ORDER}, first_day: 2023-07-01, last_day: 2023-07-31, holding_place: {place}}}"
        file.write_text(f"id: mine\nchanges:\n  - op: add\n    address: orders.boxes\n    row: {row}\n")
        checked = bridgehead("check", file)
        run = bridgehead("run", "--scenario", file, "--days", 3, "--start", "2023-06-30")
        for answer in (checked, run):
            found = [line for line in answer.err.splitlines() if line.startswith(("error", "warning"))]
            assert [line.split("orders.boxes")[0] for line in found] == [f"{level}: mine.yaml, line 4, "]


def test_a_warning_that_an_option_causes_elsewhere_is_one_of_the_table(bridgehead: Bridgehead, mine: Path) -> None:
    """No document has the id baseline, so none is named."""
    asked = ("--set", "services.trucks_out.per_day=*9", "--days", 9, "--warmup-days", 1)
    found = [line for line in bridgehead("run", *asked, "--data", mine).err.splitlines() if "capacity." in line]
    assert found
    assert all(line.startswith("warning: facilities.csv, ") for line in found)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (
            f"address: orders.boxes, row: {{{ORDER}, first_day: 2025-07-01, last_day: 2025-07-31}}",
            ["order.outside_run"],
        ),
        (f"address: orders.boxes, row: {{{ORDER}, first_day: 2022-07-01, last_day: 2025-07-31}}", ["order.whole_run"]),
        (f"address: order_rules.boxes, row: {{{RULE}, above: 9, below: 0}}", ["cell.out_of_bounds"]),
        (
            "address: weather.dust, row: {targets: erenhot, spells_per_year: 0, note: made up}",
            ["weather.no_effect"],
        ),
        (
            "address: weather.dust, row: {targets: none_uses_it, spells_per_year: 4, note: made up}",
            ["idle.weather"],
        ),
    ],
)
def test_a_scenario_with_one_problem_has_one_finding(
    bridgehead: Bridgehead, tmp_path: Path, change: str, codes: list[str]
) -> None:
    file = tmp_path / "mine.yaml"
    unused = "  - {op: add, address: calendars.none_uses_it, row: {time_zone: Asia/Shanghai}}\n"
    file.write_text(f"id: mine\nchanges:\n{unused if 'none_uses_it' in change else ''}  - {{op: add, {change}}}\n")
    bridgehead("check", file, "--json", tmp_path / "found.json")
    found = [one["code"] for one in json.loads((tmp_path / "found.json").read_text())["findings"]]
    assert [code for code in found if code not in ("calendar.never_open", "idle.unused_calendars")] == codes
