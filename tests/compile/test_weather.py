"""Weather: spells by month, on dates that no other part of a run moves, as closures of the run."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.compile.weather import spells, with_weather
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import RunSettings
from tests.helpers.worlds import (
    duration,
    facility,
    itinerary,
    place,
    profile,
    service,
    step,
    weather,
    world,
)

STREAMS = RandomStreams(seed=1, replication=0)
START = date(2023, 1, 1)
YEARS = RunSettings(START, days=365 * 40)
SPRING = "0;0;2;2;1;0;0;0;0;0;0;0"


def border(**columns: object) -> Corridor:
    storm = {"spells_per_year": 6.0, "profile_month": "spring", "mean_days": 2.5} | columns
    return world(
        place("border"),
        facility("gate"),
        facility("yard"),
        duration("check", 30),
        profile("spring", SPRING),
        weather("dust", "gate;yard", **storm),  # type: ignore[arg-type]
        itinerary(
            "trip",
            step("mark", place="border"),
            step("serve", facility="gate", duration="check"),
            step("serve", facility="yard", duration="check"),
        ),
        service("trucks", "trip", 24),
    )


def of(corridor: Corridor, settings: RunSettings, streams: RandomStreams = STREAMS) -> list[tuple[date, date]]:
    return spells(corridor, corridor.weather["dust"], settings, streams)


def test_spells_have_their_rate_their_months_and_their_length() -> None:
    """Within four standard errors of 240 spells in forty years."""
    found = of(border(), YEARS)
    assert len(found) == pytest.approx(240, abs=4 * 240**0.5)
    months = np.bincount([first.month for first, _ in found], minlength=13)[1:] / len(found)
    weights = np.array([float(weight) for weight in SPRING.split(";")])
    assert months == pytest.approx(weights / weights.sum(), abs=0.13)
    days = np.array([(last - first).days + 1 for first, last in found])
    assert days.min() == 1
    assert days.mean() == pytest.approx(2.5, abs=4 * days.std() / len(days) ** 0.5)


def test_spells_of_one_day_last_one_day() -> None:
    assert {last - first for first, last in of(border(mean_days=1.0), YEARS)} == {timedelta(0)}


def test_spells_belong_to_their_dates_whatever_the_run() -> None:
    long = of(border(), YEARS)
    later = RunSettings(START + timedelta(days=400), days=700)
    end = later.start + timedelta(days=later.days)
    inside = [one for one in long if one[1] >= later.start - timedelta(days=1) and one[0] <= end]
    assert of(border(), later) == inside
    assert inside != of(border(), later, RandomStreams(1, 1))


def test_one_spell_shuts_all_its_targets_together() -> None:
    drawn = with_weather(border(), YEARS, STREAMS).closures.values()
    days = {target: {row.first_day for row in drawn if row.target == target} for target in ("gate", "yard")}
    assert days["gate"] == days["yard"] != set()


def test_vehicles_wait_for_the_end_of_a_spell() -> None:
    plan = compile_plan(border(spells_per_year=30.0), RunSettings(date(2023, 3, 1), days=60))
    assert plan.labels.closures, "waiting counts as waiting for a closure"
    usual = compile_plan(replace(border(), weather={}), RunSettings(date(2023, 3, 1), days=60))
    assert plan.vehicle_arrival_s.tolist() == usual.vehicle_arrival_s.tolist()


def test_without_weather_the_plan_is_as_it_was() -> None:
    settings = RunSettings(date(2023, 8, 1), days=30)  # No spell begins outside spring.
    with_it, without = border(), replace(border(), weather={})
    assert with_weather(without, settings, STREAMS) is without
    assert compile_plan(with_it, settings).fingerprint() == compile_plan(without, settings).fingerprint()
