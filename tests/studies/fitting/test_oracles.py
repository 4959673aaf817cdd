"""Estimators by hand: each against a number that a few lines on paper give (F1 to F12; F9 is a test of the stamps)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from corridors.clock import local_time
from sim.core.random_streams import RandomStreams
from sim.statistics.resampling import studentised_bounds
from sim.studies.fitting import arrivals, branches, capacity, durations, fleets, loads, opening_hours, stations
from sim.studies.fitting.likelihood import FAMILIES, Evidence, log_likelihood
from sim.studies.fitting.survival import distance, survival

HOUR = 3600.0
DAY = 86_400.0
WARSAW = ZoneInfo("Europe/Warsaw")
JANUARY = 20_454
"""1 January 2026, a Thursday, as a number since 1970."""


def evidence(
    low: Sequence[float], high: Sequence[float] | None = None, entry: Sequence[float] | None = None
) -> Evidence:
    lows = np.array(low, float)
    return Evidence(
        lows,
        lows.copy() if high is None else np.array(high, float),
        np.zeros(len(lows)) if entry is None else np.array(entry, float),
        np.arange(len(lows)) % 20,
    )


def uniforms(n: int, name: str) -> np.ndarray:
    return RandomStreams(7, 0).uniforms(n, "test", name)


def test_f1_an_exponential_mean_is_time_at_risk_over_ends() -> None:
    found = durations.fit(evidence([10, 20, 30, 40], [10, 20, 30, math.inf]))
    exponential = next(one for one in found.candidates if one.family == "exponential")
    assert exponential.mean == pytest.approx(100 / 3)


def test_f2_the_share_still_there_is_that_of_kaplan_and_meier() -> None:
    found = survival(np.array([10.0, 20, 30]), np.array([10.0, math.inf, 30]))
    assert found.after(10) == pytest.approx(2 / 3, abs=1e-6)
    assert found.after(20) == pytest.approx(2 / 3, abs=1e-6)
    assert found.after(30) == pytest.approx(0, abs=1e-6)


def test_late_entries_count_only_from_their_entry() -> None:
    """At risk: 2 of 2 at 10 (the third entered at 15), so 1/2; then 2 at 20: 1/4; none after 30."""
    found = survival(np.array([10.0, 30, 20]), np.array([10.0, 30, 20]), np.array([0.0, 0, 15]))
    assert [round(found.after(t), 5) for t in (10, 20, 30)] == [0.5, 0.25, 0]


def test_an_interval_gives_its_mass_to_the_points_inside() -> None:
    found = survival(np.array([10.0, 20, 30, 15]), np.array([10.0, 20, 30, 25]))
    by_point = dict(zip(found.points.tolist(), found.mass.tolist(), strict=True))
    assert [by_point[point] for point in (10, 20, 30)] == pytest.approx([0.25, 0.5, 0.25], abs=1e-6)


def test_f3_the_factor_of_the_day_is_the_spread_beyond_chance() -> None:
    cv, correlation = arrivals.day_factor(np.array([15.0, 15, 5, 5, 10]), np.full(5, 10.0))
    assert cv == pytest.approx(math.sqrt(0.15))
    assert correlation == pytest.approx(0.25 / 4 / 0.15)
    assert arrivals.day_factor(np.array([8.0, 12, 10, 14, 6]), np.full(5, 10.0))[0] == 0


def test_f4_a_share_has_the_bounds_of_jeffreys() -> None:
    assert branches.jeffreys_bounds(3, 20) == pytest.approx((0.044, 0.349), abs=5e-4)
    assert branches.jeffreys_bounds(0, 20) == pytest.approx((0, 0.117), abs=5e-4)
    found = branches.share("shares.scanned.share", np.array([1.0, 2]), np.array([10.0, 10]), 20)
    assert (found.value, found.n) == (0.15, 20)
    assert not branches.share("x", np.array([1.0]), np.array([4.0]), 4).written


def test_f5_each_number_of_servers_gives_the_services() -> None:
    arrived, left = np.array([0.0, 10, 20, 30, 40]), np.array([50.0, 60, 90, 100, 130])
    assert stations.services(arrived, left, 1).tolist() == [50, 10, 30, 10, 30]
    assert stations.services(arrived, left, 2).tolist() == [50, 50, 40, 40, 40]
    assert stations.services(arrived, left, 3).tolist() == [50, 50, 70, 50, 70]


def test_f6_two_servers_are_at_work_while_somebody_waits() -> None:
    started, finished = np.array([0.0, 10, 30, 40]), np.array([30.0, 40, 50, 60])
    arrived = np.array([0.0, 10, 30, 12])
    assert capacity.greatest(started, finished) == 2
    at = capacity.waiting_instants(arrived, started, 0)
    assert at.tolist() == [26]
    assert capacity.in_service(started, finished, at).tolist() == [2]
    many = [one + DAY * day for day in range(30) for one in (0.0,)]
    repeated = [np.concatenate([array + one for one in many]) for array in (arrived, started, finished)]
    assert capacity.servers("facilities.lanes.servers", *repeated).value == 2
    few = capacity.servers("facilities.lanes.servers", arrived, started, finished)
    assert (few.written, few.low) == (False, 2)


def test_days_with_waiting_are_those_of_the_clock_with_its_summer_time() -> None:
    """Warsaw, end of March 2026: with the offset of winter a quarter past midnight would be the day before."""
    noons = [datetime(2026, 3, day, 12, tzinfo=WARSAW) for day in (25, 26, 27, 28, 29, 31)]
    at = [one.timestamp() for one in (*noons, datetime(2026, 3, 30, 0, 15, tzinfo=WARSAW)) for _ in range(5)]
    middle = np.array(at) + np.tile(np.arange(5) * 20.0, 7)
    arrived, started, finished = middle - 100, middle + 100, middle + 200

    def days(seconds: np.ndarray) -> np.ndarray:
        return np.floor_divide(local_time.local_s(seconds, WARSAW), DAY).astype(np.int64)

    busy = (np.append(arrived, middle - 500), np.append(started, middle - 300), np.append(finished, middle + 400))
    found = capacity.servers("facilities.lanes.servers", *busy, days=days)
    assert (found.days, found.written) == (7, True)


def test_f7_days_without_records_are_no_days_without_arrivals() -> None:
    days = np.array([JANUARY + one for one in range(11) if one != 5])
    times = np.concatenate([one * DAY + np.arange(10) * 600.0 for one in days])
    found = arrivals.arrivals(times, days, 0.0)
    assert found.per_day == 10
    assert (found.low, found.high) == pytest.approx((8.136, 12.163), abs=1e-3)


def test_f8_weights_of_hours_have_a_mean_of_one() -> None:
    counts = np.zeros(24)
    counts[8], counts[20] = 48, 24
    plain = arrivals.hour_weights(counts, shrink=False)
    assert (plain[8], plain[20], plain.sum()) == (16, 8, 24)
    drawn = arrivals.hour_weights(counts)
    assert 1 < drawn[8] < 16
    assert drawn.sum() == pytest.approx(24)


def test_f10_gamma_is_taken_before_lognormal_where_both_fit() -> None:
    found = durations.fit(evidence([20, 25, 30, 35, 40]))
    aic = {one.family: one.aic for one in found.candidates}
    assert aic["exponential"] == pytest.approx(46.01, abs=0.01)
    assert aic["gamma"] == pytest.approx(37.75, abs=0.01)
    assert aic["lognormal"] == pytest.approx(37.84, abs=0.01)
    assert (found.distribution, found.mean) == ("gamma", pytest.approx(30))
    assert found.cv == pytest.approx(0.240, abs=0.001)
    (refused,) = durations.estimates("weighing", evidence([20, 25, 30, 35, 40]), 0, 5, 1)
    assert not refused.written
    assert refused.words[0].code == "few_ends"


def test_f11_vehicles_that_come_again_are_the_fleet() -> None:
    vehicle = np.concatenate([np.repeat(np.arange(4), 20), [10, 11, 12]])
    time = np.concatenate([k * 3 * HOUR + np.arange(20) * 12 * HOUR for k in range(4)] + [np.array([3.0, 5, 7]) * DAY])
    found = fleets.fleet(vehicle, time)
    assert found is not None
    assert (found.size, found.strangers, found.agrees) == (4, 3, True)
    assert found.by_little == pytest.approx(4, rel=0.05)


def test_f12_hours_without_a_start_are_shut() -> None:
    days = np.arange(JANUARY, JANUARY + 60)
    starts = [
        day * DAY + 8 * HOUR + np.arange(480) * 90.0
        for day in days.tolist()
        if (day + 3) % 7 != 6  # not on Sundays
    ]
    found = opening_hours.opening(np.concatenate(starts), days, 0.0)
    assert found is not None
    assert [(one.weekdays, one.spans) for one in found.hours] == [((0, 1, 2, 3, 4, 5), ((480, 1200),)), ((6,), ())]
    assert found.closed_days == ()
    assert opening_hours.opening(np.concatenate(starts[:20]), days[:20], 0.0) is None


def test_a_closed_week_is_closed_days_and_no_low_rate() -> None:
    days = np.arange(JANUARY, JANUARY + 60)
    shut = days[20:25]
    starts = [day * DAY + 8 * HOUR + np.arange(480) * 90.0 for day in days.tolist() if day not in shut]
    found = opening_hours.opening(np.concatenate(starts), days, 0.0)
    assert found is not None
    assert [(one.weekdays, one.spans) for one in found.hours] == [(tuple(range(7)), ((480, 1200),))]
    assert found.closed_days == tuple(shut.tolist())


@pytest.mark.parametrize("family", ["gamma", "lognormal", "weibull", "exponential", "uniform", "triangular"])
def test_densities_are_the_slopes_of_the_shares_below_and_have_the_mean(family: str) -> None:
    one = FAMILIES[family]
    cv = 1.0 if family == "exponential" else 0.3
    x = np.linspace(0.001, 200, 400_001)
    density = np.exp(one.log_density(x, 20.0, cv))
    step = x[1] - x[0]
    assert (density * step).sum() == pytest.approx(1, abs=2e-3)
    assert (x * density * step).sum() == pytest.approx(20, rel=5e-3)
    assert np.abs(np.gradient(one.below(x, 20.0, cv), step) - density)[1:-1].mean() < 1e-5


def test_open_visits_raise_the_mean_and_never_lower_it() -> None:
    """The last forty rows have no end yet (R8)."""
    minutes = -np.log(uniforms(400, "censored")) * 30
    low, high = minutes.copy(), minutes.copy()
    low[-40:], high[-40:] = minutes[-40:] / 2, math.inf
    with_open = durations.fit(evidence(low.tolist(), high.tolist())).mean
    dropped = durations.fit(evidence(minutes[:-40].tolist())).mean
    assert with_open > dropped


def test_rounding_to_five_minutes_moves_the_mean_little_and_is_no_spread() -> None:
    from corridors.model import Duration
    from sim.compile.distributions import relative

    row = Duration("x", "x", "x", "gamma", 30.0, 0.3, "", "", "assumed", "")
    minutes = 30 * relative(row, uniforms(2000, "rounded"))
    start = 60 * uniforms(2000, "start")
    rounded = np.round((start + minutes) / 5) * 5 - np.round(start / 5) * 5
    found = durations.fit(evidence(rounded.tolist()), 5.0)
    assert found.mean == pytest.approx(minutes.mean(), rel=0.01)
    assert found.cv == pytest.approx(float(minutes.std() / minutes.mean()), abs=0.02)
    assert found.w1 <= 0.06


def test_equal_durations_are_constant() -> None:
    found = durations.fit(evidence([15.0] * 40))
    assert (found.distribution, found.mean, found.cv) == ("constant", 15, 0)
    names = [one.address.rpartition(".")[2] for one in durations.estimates("x", evidence([15.0] * 40), 0, 40, 1)]
    assert names == ["mean_min", "distribution"]


@pytest.mark.parametrize(
    ("n", "written"), [(9, []), (10, ["mean_min"]), (29, ["mean_min"]), (30, ["mean_min", "distribution", "cv"])]
)
def test_numbers_are_written_by_the_evidence(n: int, written: list[str]) -> None:
    values = (20 + 10 * uniforms(n, "few") + 5 * uniforms(n, "more")).tolist()
    made = durations.estimates("x", evidence(values), 0, n, 1)
    assert [one.address.rpartition(".")[2] for one in made if one.written] == written
    assert durations.estimates("x", evidence(values), 0, 4, 1)[0].written is False


def test_one_duration_of_400_days_shows_as_a_poor_fit() -> None:
    values = (20 + 5 * uniforms(100, "plain")).tolist()
    found = durations.fit(evidence([*values, 400 * 1440.0]))
    assert found.w1 > 0.1


def test_two_kinds_of_work_are_named() -> None:
    values = np.concatenate([5 + uniforms(200, "short"), 60 + 5 * uniforms(200, "long")])
    assert durations.fit(evidence(values.tolist())).two_kinds
    assert not durations.fit(evidence((20 + 5 * uniforms(400, "one")).tolist())).two_kinds


def test_the_empirical_distribution_is_taken_where_nothing_fits() -> None:
    values = np.concatenate([5 + uniforms(400, "short"), 200 + uniforms(400, "long")])
    found = durations.fit(evidence(values.tolist()))
    assert found.distribution == "empirical"
    assert len(found.values_min.split(";")) == 101
    assert found.mean == pytest.approx(values.mean(), rel=0.02)


def test_the_interval_of_a_mean_holds_the_truth_in_most_samples_also_with_days_that_differ() -> None:
    """Gamma work whose days differ by 20 %; vehicles taken for independent would give intervals far too narrow."""
    from scipy.special import gammaincinv

    held = 0
    for k in range(60):
        factor = np.exp(0.2 * np.sqrt(2) * np.sqrt(12) * (uniforms(40, f"day {k}") - 0.5) / np.sqrt(2))
        day = np.repeat(np.arange(40), 25)
        work = gammaincinv(4.0, uniforms(1000, f"work {k}")) / 4 * 20 * (factor / factor.mean())[day]
        one = Evidence(work, work.copy(), np.zeros(1000), day)
        found = durations.fit(one, 0.0, k)
        truth = 20.0
        held += found.low <= truth * 1.0 <= found.high
    assert held >= 51


def test_lower_and_upper_server_numbers_of_a_station_hold_the_truth() -> None:
    from scipy.special import gammaincinv

    held = 0
    for k in range(20):
        n, c = 1500, 3
        arrived = np.cumsum(-np.log(uniforms(n, f"gap {k}")) * 10 / c / 0.8)
        work = gammaincinv(4.0, uniforms(n, f"service {k}")) / 4 * 10
        free = np.zeros(c)
        left = np.empty(n)
        for i in range(n):
            m = int(free.argmin())
            left[i] = free[m] = max(arrived[i], free[m]) + work[i]
        found = stations.station(arrived, left)
        held += found.low <= c <= found.high
    assert held >= 17


def test_a_station_is_refused_for_few_visits_and_for_last_come_first_served() -> None:
    arrived = np.arange(0.0, 1000, 5)
    assert stations.station(arrived[:50], arrived[:50] + 7).reason == "few_visits"
    # Twenty come within minutes and the last to come is served first.
    bursts = np.concatenate([k * 200.0 + np.arange(20) for k in range(15)])
    last_first = np.concatenate([k * 200.0 + 25 + 5 * np.arange(20)[::-1] for k in range(15)])
    assert stations.station(bursts, last_first).servers == 0
    assert stations.station(arrived, arrived + 7, known=2).servers == 2


def test_a_load_leaves_out_the_empty_ones() -> None:
    tonnes = np.array([90.0, 110] * 50 + [1.0] * 20)
    found = loads.load("services.coal.load_t", tonnes, np.arange(120) % 20, 100)
    assert found.value == 100
    assert found.low <= 100 <= found.high
    assert found.words[0].code == "empties"


def test_a_fitted_function_is_a_distance_of_nothing_from_itself() -> None:
    shares = (np.arange(500) + 0.5) / 500
    points = 20 * -np.log1p(-shares)
    observed = survival(points, points)
    below = FAMILIES["exponential"].below
    assert distance(observed, lambda x: below(x, 20.0, 1.0), 20.0) < 0.02
    assert distance(observed, lambda x: below(x, 30.0, 1.0), 30.0) == pytest.approx(1 / 3, abs=0.03)


def test_weights_pay_only_where_they_explain() -> None:
    days = np.arange(JANUARY, JANUARY + 120)
    flat = np.concatenate([one * DAY + DAY * np.sort(uniforms(20, f"flat {one}")) for one in days.tolist()])
    found = arrivals.arrivals(flat, days, 0.0)
    assert found.hours == found.weekdays == ()
    assert found.day_cv == pytest.approx(0, abs=0.12)
    quiet = np.concatenate(
        [
            one * DAY + DAY / 2 * np.sort(uniforms(5 if (one + 3) % 7 == 6 else 22, f"busy {one}"))
            for one in days.tolist()
        ]
    )
    found = arrivals.arrivals(quiet, days, 0.0)
    assert len(found.hours) == 24
    assert found.hours[3] > 1.5
    assert found.hours[20] < 0.5
    assert found.weekdays[6] < 0.5


def test_likelihoods_of_bounded_and_late_durations_are_shares() -> None:
    family = FAMILIES["exponential"]
    kinds = evidence([5, 5, 20], [5, 15, math.inf], [0, 0, 10])
    found = log_likelihood(family, kinds, 10.0, 1.0)
    by_hand = [math.log(math.exp(-0.5) / 10), math.log(math.exp(-0.5) - math.exp(-1.5)), -1.0]
    assert found.tolist() == pytest.approx(by_hand)


def test_bounds_of_a_studentised_bootstrap_lie_on_the_other_side_of_the_draws() -> None:
    """Draws one error below and two above: quantiles -0.925 and 1.925, times the own error of 2, reflected."""
    found = studentised_bounds(10, 2, np.array([9.0, 12, 7]), np.array([1.0, 1, 0]), 0.95)
    assert found == pytest.approx((6.15, 11.85))


def test_the_difference_of_two_rounded_times_is_within_the_raster_over_the_root_of_two() -> None:
    low, high = durations.with_rounding(np.array([7.0, 2]), np.array([7.0, np.inf]), 5.0)
    assert (low[0], high[0], low[1]) == pytest.approx((7 - 5 / math.sqrt(2), 7 + 5 / math.sqrt(2), 2))


@pytest.mark.parametrize("taken", [5, 995])
def test_the_interval_of_a_share_stays_between_0_and_1(taken: int) -> None:
    """All that differ do so on one of twenty days, so the studentised bound lies beyond."""
    passed = np.full(20, 50.0)
    those = np.zeros(20) if taken < 500 else passed.copy()
    those[0] = taken if taken < 500 else 45.0
    found = branches.share("share", those, passed, 1000)
    assert 0 <= found.low < found.value < found.high <= 1


def test_the_interval_of_a_rate_does_not_fall_below_0() -> None:
    """Eight vehicles, all on one of twenty days."""
    days = np.arange(20_000, 20_020)
    times = np.full(8, 20_000 * 86_400 + 3_600.0)
    found = arrivals.arrivals(times, days, 0.0)
    assert found.per_day == pytest.approx(0.4)
    assert 0 <= found.low < 0.4 <= found.high
