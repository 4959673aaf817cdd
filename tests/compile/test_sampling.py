"""Chance: streams that depend on names only, distributions with the mean and spread they promise, arrivals in time."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.special import gammainc, gammaincinv, ndtr, ndtri

from corridors.findings import DataError
from corridors.model import Corridor, Duration
from sim.compile import distributions, integer_quantiles
from sim.compile.arrivals import Schedule
from sim.compile.integer_quantiles import rounded_gamma, rounded_lognormal
from sim.compile.service_centres import ServiceCentre
from sim.compile.variates import breakdowns
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import RunSettings
from sim.core.units import DAY_S
from tests.helpers.worlds import departure, duration, itinerary, place, profile, service, step, world

STREAMS = RandomStreams(seed=1, replication=0)
YEAR = RunSettings(date(2023, 1, 1), days=365)
HOUR_S = 3600

SHAPES = [
    ("uniform", 0.4),
    ("triangular", 0.3),
    ("exponential", 1.0),
    ("gamma", 0.25),
    ("gamma", 1.5),
    ("lognormal", 0.8),
    ("weibull", 0.3),
    ("weibull", 1.4),
]


def test_a_number_depends_on_its_name_and_its_place_only() -> None:
    long, short = (
        STREAMS.uniforms(1000, "duration", "trucks", "gate"),
        STREAMS.uniforms(10, "duration", "trucks", "gate"),
    )
    assert (long[:10] == short).all()
    others = [
        STREAMS.uniforms(10, "outcome", "trucks", "gate"),
        STREAMS.uniforms(10, "duration", "trains", "gate"),
        STREAMS.uniforms(10, "duration", "trucks", "scan"),
        STREAMS.uniforms(10, "duration", "truckss", "ate"),
        RandomStreams(2, 0).uniforms(10, "duration", "trucks", "gate"),
        RandomStreams(1, 1).uniforms(10, "duration", "trucks", "gate"),
    ]
    assert all(not np.isin(short, other).any() for other in others)


def test_known_numbers_are_the_same_on_every_machine() -> None:
    known = [0.5671461508178789, 0.1952620635425132, 0.8408503242139688]
    assert STREAMS.uniforms(3, "duration", "trucks", "gate").tolist() == known


def test_uniforms_are_even_and_never_zero_or_one() -> None:
    u = STREAMS.uniforms(100_000, "duration", "any")
    assert 0 < u.min() < 1e-3
    assert 1 - 1e-3 < u.max() < 1
    assert np.histogram(u, 10, (0, 1))[0] == pytest.approx(np.full(10, 10_000), rel=0.04)


def test_a_fleet_has_a_stream_for_each_trip_and_a_number_for_each_vehicle() -> None:
    few, many = STREAMS.trips(3, 5, "duration", "fleet", "load"), STREAMS.trips(7, 50, "duration", "fleet", "load")
    assert few.shape == (3, 5)
    assert (many[:3, :5] == few).all()
    assert len(np.unique(many)) == many.size


@pytest.mark.parametrize(("name", "cv"), SHAPES)
def test_a_distribution_has_the_mean_and_the_spread_of_its_row(name: str, cv: float) -> None:
    u = STREAMS.uniforms(200_000, "duration", name)
    drawn = distributions.seconds(duration("any", 60, name, cv), u)
    assert drawn.dtype == np.int32
    assert drawn.min() >= 0
    assert drawn.mean() == pytest.approx(3600, rel=0.01)
    assert drawn.std() / drawn.mean() == pytest.approx(cv, rel=0.03)


@pytest.mark.parametrize(("name", "cv"), [*SHAPES, ("empirical", 0.0)])
def test_a_changed_mean_keeps_the_ranking(name: str, cv: float) -> None:
    u = np.sort(STREAMS.uniforms(2_000, "duration", name))
    slow = distributions.seconds(_row(name, 90, cv), u)
    fast = distributions.seconds(_row(name, 60, cv), u)
    assert (np.diff(slow) >= 0).all()
    assert (np.diff(fast) >= 0).all()
    assert slow == pytest.approx(fast * 1.5, abs=1.5)


TAILS = [2.0**-53, 1e-12, 1e-9, 1e-6, 1 - 1e-6, 1 - 1e-9, 1 - 1e-12, 1 - 2.0**-53]


def on_limits(limits: np.ndarray) -> np.ndarray:
    """The limits between two seconds, their neighbours on both sides, and numbers beyond all limits."""
    found = np.concatenate([limits, *(np.nextafter(limits, side) for side in (0.0, 1.0)), TAILS])
    return found[(found >= 2.0**-53) & (found < 1)]


@pytest.mark.parametrize("cv", [0.08, 0.1, 0.2, 0.25, 0.3, 0.5, 0.8, 1.0, 2.5])
@pytest.mark.parametrize("mean_s", [10.0, 300.0, 43_200.0])
def test_rounded_gamma_seconds_are_those_of_the_inverse(cv: float, mean_s: float) -> None:
    """Many numbers are looked up, few are worked out each by itself."""
    shape = cv**-2
    limits = gammainc(shape, (np.arange(1500) + 0.5) / mean_s * shape)
    many = np.concatenate([STREAMS.uniforms(100_000, "duration", "gamma"), on_limits(limits)])
    for u in (many, many[-6_000:], np.array(TAILS)):
        assert (rounded_gamma(u, shape, mean_s) == np.rint(gammaincinv(shape, u) / shape * mean_s)).all()


def test_the_durations_of_a_fleet_keep_the_shape_of_their_numbers() -> None:
    u = STREAMS.trips(5, 3, "duration", "gamma")
    for mean_s in (20.0, 40_000.0):
        assert (rounded_gamma(u, 4.0, mean_s) == np.rint(gammaincinv(4.0, u) / 4 * mean_s)).all()
    assert rounded_lognormal(u, 0.2, 60.0).shape == (5, 3)


@pytest.mark.parametrize("cv", [0.05, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("mean_s", [3.0, 117.6, 40_000.0])
def test_rounded_lognormal_seconds_are_those_of_the_inverse(cv: float, mean_s: float) -> None:
    variance = float(np.log1p(cv**2))
    limits = ndtr((np.log((np.arange(1500) + 0.5) / mean_s) + variance / 2) / np.sqrt(variance))
    u = np.concatenate([STREAMS.uniforms(100_000, "duration", "lognormal"), on_limits(limits)])
    expected = np.rint(np.exp(ndtri(u) * np.sqrt(variance) - variance / 2) * mean_s)
    assert (rounded_lognormal(u, variance, mean_s) == expected).all()


@pytest.mark.parametrize("u", [STREAMS.uniforms(50_000, "duration", "any"), STREAMS.trips(40, 30, "duration", "any")])
def test_machine_code_and_numpy_look_up_the_same_seconds(monkeypatch: pytest.MonkeyPatch, u: np.ndarray) -> None:
    pytest.importorskip("numba")
    limits = ndtr((np.log((np.arange(400) + 0.5) / 90) + 0.1) / np.sqrt(0.2))
    u = u if u.ndim > 1 else np.concatenate([u, on_limits(limits)])

    def looked_up() -> list[np.ndarray]:
        return [rounded_lognormal(u, 0.2, 90.0), rounded_gamma(u, 4.0, 300.0), rounded_gamma(u, 1.0, 2.0)]

    assert integer_quantiles.machine_loop(u.size) is not None
    by_loop = looked_up()
    monkeypatch.setattr(integer_quantiles, "machine_loop", lambda n: None)
    for one, other in zip(by_loop, looked_up(), strict=True):
        assert one.dtype == np.int32
        assert one.shape == u.shape
        assert (one == other).all()


def test_hardly_a_number_is_so_near_to_a_limit_that_scipy_must_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    u = STREAMS.uniforms(20_000, "duration", "gamma")
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    assert rounded_gamma(u, 4.0, 300.0).mean() == pytest.approx(300, rel=0.02)
    assert rounded_gamma(u[:100], 4.0, 30_000.0).mean() == pytest.approx(30_000, rel=0.2)
    assert rounded_lognormal(u, 0.1, 100.0).mean() == pytest.approx(100, rel=0.02)


def test_observed_times_come_up_equally_often_rescaled_to_the_mean() -> None:
    observed = duration("seen", 20, "empirical", values_min="30;10;20;20")
    drawn = distributions.seconds(observed, (np.arange(8) + 0.5) / 8)
    assert drawn.tolist() == [600, 600, 1200, 1200, 1200, 1200, 1800, 1800]
    assert distributions.seconds(replace(observed, mean_min=40), np.array([0.01])).tolist() == [1200]


def test_the_shape_of_a_weibull_distribution_follows_from_its_spread() -> None:
    assert distributions.weibull_shape(1.0) == pytest.approx(1.0)
    assert distributions.weibull_shape(0.522723) == pytest.approx(2.0, rel=1e-5)


def test_without_spread_every_vehicle_takes_the_same_time() -> None:
    assert distributions.constant_s(duration("fixed", 1.5)) == 90
    assert distributions.constant_s(duration("narrow", 1.5, "gamma", 0.0)) == 90
    assert distributions.constant_s(duration("none", 0, "exponential", 1.0)) == 0
    assert distributions.constant_s(duration("wide", 1.5, "exponential", 0.0)) is None


@pytest.mark.parametrize("wrong", [duration("wide", 10, "uniform", 0.6), duration("geological", 1e12, "exponential")])
def test_times_below_zero_or_beyond_all_bounds_are_refused_by_name(wrong: Duration) -> None:
    with pytest.raises(DataError) as caught:
        distributions.seconds(wrong, np.array([0.01, 0.5]))
    assert [f.id for f in caught.value.findings] == [wrong.id]


def test_random_arrivals_come_at_the_yearly_mean() -> None:
    times_s = _arrivals(per_day=40.0)
    assert len(times_s) == pytest.approx(40 * 365, rel=0.03)
    gaps = np.diff(times_s)
    assert (gaps >= 0).all()
    assert gaps.std() / gaps.mean() == pytest.approx(1, rel=0.03)


def test_a_year_brings_its_mean_whatever_the_profile() -> None:
    seasons = profile("seasons", "4;3;2;1;1;1;1;1;1;2;3;4")
    day = profile("day", ";".join(["0"] * 8 + ["1"] * 12 + ["0"] * 4), kind="hour")
    corridor = _world(service("trucks", "trip", 10.0, profile_month="seasons", profile_hour="day"), seasons, day)
    times_s, expected = Schedule(corridor, YEAR).operational_time(corridor.services["trucks"])
    assert expected[-1] == pytest.approx(3650, rel=1e-4)
    by_hour = np.diff(expected)
    local_hour = (times_s[:-1] // HOUR_S + 8) % 24
    assert (by_hour[(local_hour < 8) | (local_hour >= 20)] == 0).all()
    in_china_already_february = 31 * 24 - 8
    before, after = (
        by_hour[in_china_already_february - 24 * 1 :][:24].sum(),
        by_hour[in_china_already_february:][:24].sum(),
    )
    assert after / before == pytest.approx(3 / 4)


def test_random_arrivals_keep_to_the_open_hours() -> None:
    day = profile("day", ";".join(["0"] * 8 + ["1"] * 12 + ["0"] * 4), kind="hour")
    times_s = _arrivals(day, per_day=40.0, profile_hour="day")
    local_hour = (times_s // HOUR_S + 8) % 24
    assert set(local_hour.tolist()) == set(range(8, 20))


def test_a_busier_year_brings_the_same_vehicles_earlier() -> None:
    calm, busy = _arrivals(per_day=10.0), _arrivals(per_day=20.0)
    assert len(busy) > len(calm)
    assert busy[: len(calm)] == pytest.approx(calm / 2, abs=1)


def test_an_even_timetable_sends_its_trains_in_the_middle_of_their_turns() -> None:
    assert _arrivals(per_day=4.0, arrivals="timetable", days=2).tolist() == [
        day * DAY_S + hour * HOUR_S for day in (0, 1) for hour in (3, 9, 15, 21)
    ]


def test_a_written_timetable_holds_in_local_time_on_its_days() -> None:
    lines = [
        departure("early", "trains", "06:00", "Mon;Thu", time_zone="Asia/Ulaanbaatar"),
        departure("late", "trains", "01:00", "Mon", time_zone="Europe/Berlin"),
    ]
    times_s = _arrivals(lines, per_day=0.0, arrivals="timetable", days=7)
    sunday_evening_utc = 22 * HOUR_S
    assert times_s.tolist() == [sunday_evening_utc, DAY_S, 3 * DAY_S + sunday_evening_utc]


def test_delays_move_trains_behind_their_time_and_belong_to_the_train() -> None:
    late = duration("late", 120, "gamma", 1.0)
    due = _arrivals(per_day=4.0, arrivals="timetable", days=20)
    came = _arrivals(late, per_day=4.0, arrivals="timetable", delay="late", days=20)
    longer = _arrivals(late, per_day=4.0, arrivals="timetable", delay="late", days=30)
    assert (came >= due).all()
    assert (came - due).mean() == pytest.approx(7200, rel=0.3)
    assert (longer[: len(came)] == came).all()


def test_a_service_runs_between_its_opening_and_its_closing_day() -> None:
    times_s = _arrivals(per_day=50.0, opening_date="2023-01-04", closing_date="2023-01-06", days=20)
    assert times_s.min() // HOUR_S == 3 * 24 - 8
    assert times_s.max() // HOUR_S == 5 * 24 - 9


def test_a_backlog_stands_first_and_moves_nobody() -> None:
    usual, crowded = _arrivals(per_day=10.0), _arrivals(per_day=10.0, initial_backlog=3)
    assert crowded[:3].tolist() == [0, 0, 0]
    assert (crowded[3:] == usual).all()


def test_a_fleet_starts_within_its_spread_and_one_vehicle_more_moves_nobody() -> None:
    small = _arrivals(fleet=100, start_spread_h=24.0)
    large = _arrivals(fleet=101, start_spread_h=24.0)
    assert (large[:100] == small).all()
    assert 0 <= small.min() < small.max() < DAY_S
    assert (_arrivals(fleet=4, start_spread_h=24.0, initial_backlog=3) == [0, 0, 0, small[3]]).all()


def test_a_fleet_that_is_not_yet_there_has_no_vehicles() -> None:
    assert len(_arrivals(fleet=10, opening_date="2024-01-02")) == 0
    assert len(_arrivals(fleet=10, closing_date="2022-01-01")) == 0


def test_a_fleet_that_closes_while_it_starts_stays_incomplete() -> None:
    whole, cut = (_arrivals(fleet=100, start_spread_h=48, closing_date=day) for day in ("", "2023-01-02"))
    closing = DAY_S - 8 * HOUR_S
    assert (cut == np.where(whole < closing, whole, YEAR.horizon_s)).all()
    assert 0 < (cut < closing).sum() < 100


def test_servers_fail_and_are_repaired_in_turn() -> None:
    always = np.zeros(1, np.int64), np.ones(1, np.int64)
    crane = ServiceCentre("crane", 2, *always, mtbf_h=100.0, mttr_h=10.0)
    turns = breakdowns(crane, 0, YEAR.horizon_s, STREAMS)
    edges = np.array(turns).reshape(-1)
    assert (np.diff(edges) >= 0).all()
    assert all(failed < YEAR.horizon_s for failed, _ in turns)
    down = sum(min(repaired, YEAR.horizon_s) - failed for failed, repaired in turns)
    assert down / YEAR.horizon_s == pytest.approx(10 / 110, rel=0.4)
    assert breakdowns(crane, 0, 30 * DAY_S, STREAMS) == [turn for turn in turns if turn[0] < 30 * DAY_S]
    assert breakdowns(crane, 1, YEAR.horizon_s, STREAMS) != turns
    assert breakdowns(ServiceCentre("gate", 1, *always), 0, YEAR.horizon_s, STREAMS) == []


def _row(name: str, mean_min: float, cv: float) -> Duration:
    return duration("any", mean_min, name, cv, values_min="5;10;12;40" if name == "empirical" else "")


def _world(*rows: object) -> Corridor:
    return world(place("border"), itinerary("trip", step("mark", place="border")), *rows)


def _arrivals(*rows: object, days: int = 365, **columns: object) -> np.ndarray:
    """When the vehicles of one service come (seconds), by the columns of its row."""
    corridor = _world(service("trains", "trip", **columns), *rows)
    return Schedule(corridor, replace(YEAR, days=days)).arrivals(corridor.services["trains"], STREAMS).times_s
