"""Load by hour of the week and shares over promised times, against values counted by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from corridors.io.folders import data_root
from corridors.load import load_corridor
from sim.core.trace import Trace
from sim.kpi.load_by_hour import WEEK_H, load_by_hour
from sim.kpi.waits_over import PROMISES_H, waits_over
from sim.run import RunResult, prepare, replicate, run_scenario
from tests.helpers.stories import three_trains

SUNDAY_8 = 6 * 24 + 8
"""The run of the three trains begins on Sunday, 1 January 2023, at midnight UTC."""


@pytest.fixture(scope="module")
def trace() -> Trace:
    return three_trains()


@pytest.fixture(scope="module")
def month() -> RunResult:
    """Four weeks of the base year after four days of warm-up."""
    return run_scenario(prepare(load_corridor(), start=date(2023, 5, 1), days=32, warmup_days=4))


@pytest.mark.parametrize(
    ("facility", "state", "expected"),
    [
        ("customs", "waiting", [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("customs", "busy", [0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1]),
        ("crane", "servers", [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]),
        ("crane", "waiting", [0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]),
        ("track", "busy", [0, 1, 2, 2, 1, 1, 0, 0, 0, 1, 1, 1]),
    ],
)
def test_the_load_of_three_trains_by_the_hour(trace: Trace, facility: str, state: str, expected: list[int]) -> None:
    table = load_by_hour(trace)
    mine = table[table["facility"] == facility]
    assert mine["hour"].tolist() == list(range(SUNDAY_8, SUNDAY_8 + 12))
    assert mine[state].tolist() == expected


def test_means_over_all_hours_are_those_of_the_facilities(month: RunResult) -> None:
    """Four whole weeks: every hour of the week has the same weight."""
    use = month.facilities.set_index("facility")
    assert month.load["hour"].nunique() == WEEK_H
    for facility, rows in month.load.groupby("facility"):
        assert rows["waiting"].mean() == pytest.approx(use.loc[facility, "mean_queue"], abs=1e-9)
        if np.isfinite(use.loc[facility, "utilisation"]):
            share = rows["busy"].sum() / rows["servers"].sum()
            assert share == pytest.approx(use.loc[facility, "utilisation"], rel=1e-9)


def test_a_gate_with_a_day_shift_has_no_lanes_at_night(month: RunResult) -> None:
    """The coal lanes of Gashuunsukhait open from 08:00 to 19:00, Monday to Saturday."""
    lanes = month.load[month.load["facility"] == "gashuunsukhait_lanes"].set_index("hour")["servers"]
    open_hours = set(lanes[lanes > 0].index)
    assert open_hours == {24 * day + hour for day in range(6) for hour in range(8, 19)}


def test_the_share_that_waits_longer_than_promised_is_counted_by_hand(trace: Trace) -> None:
    """Train 0 waits one hour, for the crane; train 1 two, for customs and the crane; train 2 is not through."""
    table = waits_over(trace)
    assert set(table["vehicles"]) == {2}
    shares = dict(zip(table["hours"], table["share"], strict=True))
    assert tuple(shares) == PROMISES_H
    assert (shares[0.5], shares[1.0], shares[2.0]) == (1.0, 0.5, 0.0), "an hour is not longer than an hour"


def test_shares_fall_with_the_promise_and_count_the_crossings_of_the_key_figures(month: RunResult) -> None:
    for key, rows in month.waits_over.groupby(["port", "direction", "class"]):
        assert rows["share"].is_monotonic_decreasing, key
    crossed = month.kpis[(month.kpis["kpi"] == "vehicles_per_day") & (month.kpis["side"] == "both")]
    per_day = crossed.set_index(["port", "direction", "class"])["value"]
    counted = month.waits_over.drop_duplicates(["port", "direction", "class"])
    assert len(counted) > 10
    for row in counted.to_dict("records"):
        key = row["port"], row["direction"], row["class"]
        assert row["vehicles"] == pytest.approx(28 * per_day[key]), key


@pytest.mark.parametrize("first", [date(2026, 3, 23), date(2026, 10, 19)])
def test_hours_of_the_week_are_local_before_and_after_the_clocks_change(first: date) -> None:
    """The scanner at Małaszewicze works from 6:00 to 22:00 in Warsaw, before and after the change."""
    case = prepare(load_corridor(data_root() / "examples" / "malaszewicze"), start=first, days=14, warmup_days=0)
    load = load_by_hour(replicate(case.corridor, case.settings, "simpy"))
    scanner = load[load["facility"] == "malaszewicze_scanner"].set_index("hour")["servers"]
    assert len(scanner) == 7 * 24
    assert {hour: n for hour, n in scanner.items() if n != (6 <= hour % 24 < 22)} == {}
