"""Forecasts of past days on a small log: the queue that came, the scores, the command, and what is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridors.io.tables import save
from corridors.records.mapping import load_map
from corridors.records.visits import Visits
from sim.statistics.scores import flat_band, pit_range
from sim.studies.forecast.backtest import FEW, Backtest, _past, backtest, days_for, instant_on, origins_of
from sim.studies.forecast.probabilities import calibration, exceeding, reliability
from tests.conftest import Told
from tests.helpers.gate_logs import HEAD, at, visits
from tests.helpers.small_border import small_border

Bridgehead = Callable[..., Told]

DAYS = 44
CUSTOMS = """
time_zone: Asia/Almaty
vehicle: {column: plate, salt: pepper}
service: express
steps:
  - {step: export.customs, arrived: arrived, started: started, finished: finished}
"""
STEP = "export.customs"


def rows() -> list[str]:
    """Two trains a day; from 07:30 one waits for an hour. Three come last: the log ends at 08:00."""
    found = []
    for day in range(DAYS - 1):
        for k, arrived in enumerate((450 + day % 3, 900)):
            minute = day * 1440 + arrived
            found.append(f"T{day:03d}{k},{at(minute)},{at(minute + 60)},{at(minute + 90)}")
    late = (DAYS - 1) * 1440 + 478
    found += [f"W{k},{at(late + k)},," for k in range(3)]
    return found


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Visits]:
    folder = tmp_path_factory.mktemp("log")
    return folder, visits(folder, rows(), lane=CUSTOMS)


@pytest.fixture(scope="module")
def made(log: tuple[Path, Visits]) -> Backtest:
    folder, found = log
    border = small_border()
    return backtest(found, load_map(folder / "map.yaml", border), border, every=5, days=2, members=5, world=border)


def test_vehicles_that_still_wait_when_the_log_ends_are_in_the_queue_that_came(log: tuple[Path, Visits]) -> None:
    _, found = log
    first = found.day_of(found.first_s)
    past = _past(found, [STEP], first, first + DAYS - 1, 8)
    assert past.queue.tolist() == [1.0] * (DAYS - 1) + [3.0]
    assert past.flow.tolist() == [2.0] * (DAYS - 1) + [0.0]


def test_days_and_hours_of_past_queues_keep_to_the_clock_when_it_changes(tmp_path: Path) -> None:
    """From the night of 29 March 2026 on Warsaw is two hours ahead of UTC; the trains keep to its clock.

    One waits from 07:30 to 08:30, the other ends its work at 23:30, which is another day an hour later.
    """
    days = range(26, 32)
    lines = [
        f"{name}{day},2026-03-{day} {begin},2026-03-{day} {start},2026-03-{day} {end}"
        for day in days
        for name, begin, start, end in (("A", "07:30", "08:30", "09:00"), ("B", "21:00", "21:10", "23:30"))
    ]
    found = visits(tmp_path, lines, lane=CUSTOMS.replace("Asia/Almaty", "Europe/Warsaw"))
    first = found.day_of(found.first_s)
    past = _past(found, [STEP], first, first + len(days) - 1, 8)
    assert past.queue.tolist() == [1.0] * len(days)
    assert past.flow.tolist() == [2.0] * len(days)
    hours = [datetime.fromtimestamp(instant_on(first + n, 8, "Europe/Warsaw"), UTC).hour for n in (2, 3)]
    assert hours == [7, 6]


def test_a_backtest_scores_every_target_and_horizon(made: Backtest) -> None:
    assert len(made.origins) == 4
    assert [(one.target, one.days) for one in made.scores] == [("queue", 1), ("queue", 2), ("flow", 1), ("flow", 2)]
    for one in made.scores:
        # The first ones have too few values of their weekday.
        assert 2 <= one.origins <= 3
        assert one.verdict == FEW
        assert one.model >= 0
    # The log is the same every day, so its own days are the best forecast of it.
    assert {one.as_weekday for one in made.scores} == {0.0}


def test_the_hour_of_a_backtest_is_on_the_clock_of_the_log(made: Backtest) -> None:
    """08:00 in Almaty is 03:00 UTC."""
    assert made.clock == "Asia/Almaty"
    assert {one.hour for one in made.origins} == {3}


def test_where_real_values_lie_in_a_forecast_is_that_of_hand() -> None:
    """Members 1, 2, 2, 4: 3 is above three of five places, 2 is anywhere between the first and the fourth."""
    members = np.array([1.0, 2, 2, 4])
    assert pit_range(members, 3) == (0.6, 0.8)
    assert pit_range(members, 2) == (0.2, 0.8)
    assert pit_range(members, 9) == (0.8, 1.0)
    found = calibration("queue", 1, [(members, 3.0), (members, 2.0)])
    assert found.fifths == pytest.approx((0, 1 / 3, 1 / 3, 4 / 3, 0))
    # The median is 2: half of 3 - 2, and of 2 - 2.
    assert found.pinball_50 == pytest.approx(0.25)
    assert flat_band(39, 5) == (3, 13)
    assert calibration("queue", 1, []).fifths == (0, 0, 0, 0, 0)


def test_brier_scores_and_bins_of_probability_are_those_of_hand() -> None:
    events = [(0.9, True), (0.9, False), (0.1, False), (1.0, True)]
    found = exceeding(3, events)
    assert (found.share, found.brier_of_share) == (0.5, 0.25)
    assert found.brier == pytest.approx((0.01 + 0.81 + 0.01 + 0) / 4)
    bins = reliability(events)
    assert [one.n for one in bins] == [1, 0, 0, 0, 3]
    assert (bins[4].forecast, bins[4].share) == pytest.approx((2.8 / 3, 2 / 3))
    assert bins[4].share_low < 2 / 3 < bins[4].share_high
    assert np.isnan(bins[1].share)


def test_a_backtest_compares_probabilities_with_what_came(made: Backtest) -> None:
    """At 08:00 one train waits, and never more than one: the limit of 1.5 trains, rounded to 2, is not exceeded."""
    assert [(one.days, one.origins, one.share) for one in made.exceeds] == [(1, 4, 0.0), (2, 4, 0.0)]
    assert sum(one.n for one in made.reliability) == 8
    assert [(one.target, one.days) for one in made.calibration] == [(one.target, one.days) for one in made.scores]
    for score, one in zip(made.scores, made.calibration, strict=True):
        assert sum(one.fifths) == pytest.approx(score.origins)


def test_a_fit_before_each_forecast_knows_more_each_time(
    log: tuple[Path, Visits], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the fit knows the log before the first of four forecasts; anew it knows that before each."""
    from sim.studies.forecast import backtest as module

    folder, found = log
    border = small_border()
    fitted: list[float] = []

    def fit(known: Visits, *rest: Any) -> Any:
        fitted.append(known.last_s)
        return original(known, *rest)

    original = module.fit
    monkeypatch.setattr(module, "fit", fit)
    given = (found, load_map(folder / "map.yaml", border), border)
    made = backtest(*given, every=5, days=1, members=2, refit=True)
    assert fitted == [one.timestamp() for one in made.origins]
    fitted.clear()
    backtest(*given, every=5, days=1, members=2)
    assert fitted == [made.origins[0].timestamp()]


def test_days_that_a_backtest_needs_are_those_of_its_origins() -> None:
    for n in (1, 12):
        least = days_for(n, 7, 2)
        assert len(origins_of(0, least - 1, 7, 2)) >= n
        assert len(origins_of(0, least - 2, 7, 2)) < n
    assert (days_for(1, 7, 2), days_for(12, 7, 2)) == (29, 58)


def test_command_scores_a_log_and_names_its_clock(tmp_path: Path, bridgehead: Bridgehead) -> None:
    (tmp_path / "log.csv").write_text("\n".join([HEAD, *rows()]), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(CUSTOMS, encoding="utf-8")
    save(small_border(), tmp_path / "world")
    asked = ("backtest", tmp_path / "log.csv", "--map", tmp_path / "map.yaml", "--data", tmp_path / "world")
    told = bridgehead(
        *asked,
        *("--every", "6", "--days", "1", "--members", "10", "--workers", "1", "--json", tmp_path / "scores.json"),
    )
    assert told.status == 0, told.err
    assert "Almaty" in told.out
    # No id of a vehicle is in any output.
    assert not re.search(r"\b[TW]\d", told.out + told.err + (tmp_path / "scores.json").read_text(encoding="utf-8"))
    assert "too few forecasts" in told.out
    found = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    assert [one["target"] for one in found["scores"]] == ["queue", "flow"]
    assert all(np.isfinite(one["model"]) for one in found["scores"])
    assert {"calibration", "exceeds", "reliability"} <= set(found)
    assert "Brier score" in told.out
    cast = (
        "forecast",
        "--data",
        tmp_path / "world",
        "--at",
        "2026-04-10T08:00+06:00",
        "--days",
        "1",
        "--members",
        "10",
    )
    cast += ("--warmup-days", "1", "--workers", "1")
    shown = bridgehead(*cast, "--backtest", tmp_path / "scores.json", "--report", tmp_path / "f.html")
    assert shown.status == 0, shown.err
    assert "too few forecasts" in shown.out
    assert "too few forecasts" in (tmp_path / "f.html").read_text(encoding="utf-8")
    (tmp_path / "other.json").write_text(json.dumps({"scores": [{"target": "queue"}]}), encoding="utf-8")
    for file in (tmp_path / "other.json", tmp_path / "log.csv", tmp_path / "none.json"):
        refused = bridgehead(*cast, "--backtest", file)
        assert (refused.status, "--backtest: expected a file of backtest --json" in refused.err) == (2, True)
    again = bridgehead(*asked, "--every", "6", "--days", "1", "--members", "10", "--workers", "1", "--refit")
    assert "each by a fit to the records before it" in again.out
    both = bridgehead(*asked, "--refit", "--scenario", "baseline")
    assert (both.status, "--refit" in both.err) == (2, True)
    none = bridgehead(*asked, "--days", "30")
    assert "whole days, at least 60; for a verdict at least 104" in none.out
