"""Warm-up and growth: series with known mean and drift, from autoregression and single-server queues."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from sim.statistics import Growing, Series, growing, growth_rate, mean_interval, mser5

Floats = npt.NDArray[np.float64]


def autoregression(start: float, phi: float, shape: tuple[int, int], seed: int) -> Floats:
    """AR(1) around 100 with noise of spread 1, from ``start``; shape (n_replications, n_times)."""
    noise = np.random.default_rng(seed).standard_normal(shape)
    values = np.empty(shape)
    now = np.full(shape[0], start - 100)
    for t in range(shape[1]):
        now = phi * now + noise[:, t]
        values[:, t] = now
    return values + 100


def backlog(load: float, days: int, replications: int, seed: int, served_per_day: float = 24.0) -> Floats:
    """Trucks in an M/M/1 border that opens empty, as means over each day; shape (replications, days)."""
    random = np.random.default_rng(seed)
    n = int(load * served_per_day * days * 1.3) + 100
    hours = np.arange(1, days * 24 + 1) / 24
    rows = []
    for _ in range(replications):
        arrived = np.cumsum(random.exponential(1 / (load * served_per_day), n))
        work = random.exponential(1 / served_per_day, n)
        left = np.cumsum(work) + np.maximum.accumulate(arrived - np.cumsum(work) + work)  # Lindley's recursion, summed
        inside = np.searchsorted(arrived, hours, side="right") - np.searchsorted(left, hours, side="right")
        rows.append(inside.reshape(days, 24).mean(axis=1))
    return np.array(rows)


def test_mser5_is_what_its_definition_says() -> None:
    values = autoregression(130.0, 0.9, (1, 300), seed=1)[0]
    batches = values.reshape(60, 5).mean(axis=1)
    by_definition = [float(((batches[d:] - batches[d:].mean()) ** 2).sum()) / (60 - d) ** 2 for d in range(55)]
    found = mser5(values)
    assert found.statistic == pytest.approx(by_definition)
    assert found.observations == 5 * int(np.argmin(by_definition))
    assert not found.too_short


def test_mser5_cuts_the_transient_and_saves_the_mean() -> None:
    kept, whole = [], []
    for seed in range(100):
        values = autoregression(40.0, 0.9, (5, 1000), seed)  # off by 60 at the start: within the noise after some 50
        found = mser5(values)
        assert 20 <= found.observations <= 500
        kept.append(values[:, found.observations :].mean())
        whole.append(values.mean())
    assert np.mean(whole) == pytest.approx(100 - 0.54, abs=0.05)  # 60 * 0.9 / 0.1 / 1000
    assert np.mean(kept) == pytest.approx(100, abs=0.06)


def test_mser5_says_when_the_run_is_too_short() -> None:
    rising = np.linspace(0, 50, 200) + np.random.default_rng(2).standard_normal(200)
    found = mser5(rising)
    assert found.too_short
    assert found.observations <= 100
    assert mser5(np.ones(49)).too_short
    assert mser5(np.ones(50)).too_short is False
    assert mser5(np.ones(50)).observations == 0
    with pytest.raises(ValueError, match="position 3"):
        mser5([1.0, 2.0, 3.0, np.nan])


def test_a_queue_that_keeps_up_has_the_mean_of_theory_and_does_not_grow() -> None:
    series = Series(backlog(0.8, 400, 20, seed=3), step_days=1.0)
    assert growing(series) is None
    assert 0 in growth_rate(series)
    mean = mean_interval(series.values[:, mser5(series.values).observations :].mean(axis=1))
    assert 0.8 / 0.2 in mean  # M/M/1: rho / (1 - rho) in the system
    assert mean.half_width < 0.5


def test_a_queue_that_cannot_keep_up_has_a_rate() -> None:
    found = growing(Series(backlog(1.25, 100, 5, seed=4), step_days=1.0))
    assert found
    assert 6.0 in found.rate  # 30 arrive and 24 are served a day
    assert found.rate.half_width < 2.0


def test_rate_is_a_day_whatever_the_step() -> None:
    values = np.arange(240.0)[None] * np.array([[1.0], [1.1]])
    hourly = growth_rate(Series(values, step_days=1 / 24))
    daily = growth_rate(Series(values, step_days=1.0))
    assert daily.estimate == pytest.approx(1.05)
    assert hourly.estimate == pytest.approx(24 * 1.05)
    assert hourly.half_width == pytest.approx(24 * daily.half_width)


@pytest.mark.parametrize(("load", "replications", "least", "most"), [(0.8, 1, 0, 2), (0.9, 5, 0, 2), (1.2, 3, 58, 60)])
def test_growth_is_distinguished_from_sampling_error(load: float, replications: int, least: int, most: int) -> None:
    found = [growing(Series(backlog(load, 120, replications, seed), 1.0)) for seed in range(60)]
    assert least <= sum(map(bool, found)) <= most


@pytest.mark.parametrize("replications", [1, 5])
def test_growth_intervals_cover_the_drift_of_a_random_walk(replications: int) -> None:
    random = np.random.default_rng(5)
    walks = np.cumsum(0.3 + random.standard_normal((1000, replications, 200)), axis=2)
    assert 0.93 <= np.mean([0.3 in growth_rate(Series(walk, 1.0)) for walk in walks]) <= 0.97


def test_strong_correlation_alone_is_no_growth() -> None:
    """A regression line through the same values would see a trend in most of these runs."""
    runs = [autoregression(100.0, 0.97, (1, 400), seed) for seed in range(100)]
    assert sum(growing(Series(run, 1.0)) is not None for run in runs) <= 3
    t = np.arange(200) - 99.5
    slopes = [abs(t @ (late - late.mean())) / np.sqrt(t @ t) / late.std() for late in (run[0, 200:] for run in runs)]
    assert np.mean(np.array(slopes) > 1.96) > 0.5


def test_growth_small_against_the_level_is_not_material() -> None:
    noise = np.random.default_rng(6).standard_normal((3, 200))
    series = Series(1000 + 0.7 * np.arange(200) + noise, 1.0)
    assert growing(series) is None
    rate = growth_rate(series)
    assert 0.7 in rate
    assert rate.low > 0
    assert growing(series, material=0.01) == Growing(rate)


def test_a_backlog_that_drains_is_not_growing_but_too_short() -> None:
    series = Series(np.linspace(500, 0, 200) + np.random.default_rng(7).standard_normal(200), 1.0)
    assert growing(series) is None
    assert mser5(series.values).too_short
    assert growth_rate(series).high < 0


def test_a_series_is_checked_at_the_door() -> None:
    with pytest.raises(ValueError, match="at least 20 times"):
        Series(np.ones(19), 1.0)
    with pytest.raises(ValueError, match="step above 0"):
        Series(np.ones(20), 0.0)
    with pytest.raises(ValueError, match="position 2"):
        Series(np.array([1.0, 2.0, np.nan] + [1.0] * 30), 1.0)
