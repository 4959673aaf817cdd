"""Oracles of the appraisal that are computed by hand or published, before any run.

Published: examples of numpy-financial; Rogers, *Highway Engineering* (2003), p. 56; the first of three projects of an
exercise on the Nile basin, with the solution year by year (homeworklib.com, question 1904469); the sample bypass of the
guide for roads of Slovakia in the tutorial of the program transport-cba (docs/tutorial_transport_cba.ipynb, 2023).
"""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.statistics import mean_interval
from sim.studies.appraisal.benefits import Answer, World, benefit
from sim.studies.appraisal.costs import age, residual_value, work_costs
from sim.studies.appraisal.indicators import (
    bisect,
    discount_factors,
    first_year_return,
    payback_year,
    rate_of_return,
    ratio,
)
from sim.studies.appraisal.needed import needed_benefit
from sim.studies.appraisal.prices import Prices
from sim.studies.appraisal.programme import Figure, Work
from sim.studies.compare.costs import annuity

YEARS = range(2026, 2033)
RATE = 0.08


def present_value(flow: npt.ArrayLike, rate: float) -> Any:
    """The sum of a flow (..., years), each year discounted to the first."""
    values = np.asarray(flow, float)
    return values @ discount_factors(rate, values.shape[-1])


def by_hand() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Benefits, capital, upkeep and residual value of the example by hand in docs/appraisal.md."""
    costs = work_costs(30.0, 1.0, {2026: 1 / 3, 2027: 2 / 3}, 2028, 10, YEARS)
    anchors = [day(8_000, 8_000, 3.0), day(8_000, 10_000, 6.0)]
    benefits = np.interp(YEARS, [2028, 2032], np.array(anchors) * 365 / 1e6)
    benefits[:2] = 0.0
    return benefits, costs.capital, costs.upkeep, costs.residual


def day(t0: float, t1: float, saved: float) -> float:
    """The benefit of a day of an elastic flow whose tonne becomes cheaper by ``saved`` USD."""
    return worth("elastic", t0, t1, (50.0, 50.0 - saved), (0.0, 0.0))


def worth(
    regime: str,
    t0: float,
    t1: float,
    moving: tuple[float, float],
    waiting: tuple[float, float],
    detour: float = 0.0,
    rent: float = 0.0,
    cap: float = np.inf,
) -> float:
    def of(tonnes: float, k: int) -> World:
        return World(np.array([tonnes]), np.array([[moving[k]]]), np.array([[waiting[k]]]))

    one = np.array([1.0])
    answer = Answer(np.array([regime]), detour * one, rent * one, 0 * one, cap * one)
    return float(benefit(of(t0, 0), of(t1, 1), answer).total[0])


def test_the_example_by_hand_has_the_benefits_and_costs_of_each_year() -> None:
    benefits, capital, upkeep, residual = by_hand()
    assert benefits == pytest.approx([0, 0, 8.7600, 11.4975, 14.2350, 16.9725, 19.7100])
    assert capital == pytest.approx([10, 20, 0, 0, 0, 0, 0])
    assert upkeep == pytest.approx([0, 0, 1, 1, 1, 1, 1])
    assert residual == pytest.approx([0, 0, 0, 0, 0, 0, 15])
    assert discount_factors(RATE, 7) == pytest.approx([1, 0.9259, 0.8573, 0.7938, 0.7350, 0.6806, 0.6302], abs=5e-5)


def test_the_example_by_hand_has_its_indicators() -> None:
    benefits, capital, upkeep, residual = by_hand()
    pv = [float(present_value(one, RATE)) for one in (capital, upkeep, residual, benefits)]
    assert pv == pytest.approx([28.5185, 3.6970, 9.4525, 51.0724], abs=5e-5)
    pvc = pv[0] + pv[1] - pv[2]
    assert pvc == pytest.approx(22.7629, abs=1e-4)
    assert pv[3] - pvc == pytest.approx(28.3094, abs=1e-4)
    assert ratio(pv[3], pvc) == pytest.approx(2.2437, abs=5e-5)
    flow = benefits - capital - upkeep
    found = rate_of_return(flow + residual)
    assert found.kind == "unique"
    assert found.rate == pytest.approx(0.298632, abs=5e-7)
    assert np.cumsum(flow * discount_factors(RATE, 7)) == pytest.approx(
        [-10, -28.5185, -21.8656, -13.5323, -3.8042, 7.0664, 18.8569], abs=1e-4
    )
    assert payback_year(flow, RATE, 2026) == 2031
    assert first_year_return(benefits, upkeep, capital, RATE, 2) == pytest.approx(0.2333, abs=5e-5)


def test_the_example_by_hand_pays_from_a_benefit_of_its_costs_over_the_factors_of_its_years_of_use() -> None:
    """22.7629 over 3.6970, the sum of the factors of 2028 to 2032; without any run."""
    one = Figure(value=30.0, low=30.0, high=30.0)
    work = SimpleNamespace(
        **{"kind": "track", "opens": 2028, "spend": {2026: 1 / 3, 2027: 2 / 3}, "life": 10},
        **{"capital": one, "yearly": Figure(value=1.0, low=1.0, high=1.0)},
    )
    prices = SimpleNamespace(central={"uplift.track": 0.0})
    needed = needed_benefit([cast(Work, work)], cast(Prices, prices), RATE, 2026, 2032)
    assert (needed.capital, needed.first, needed.last) == (30.0, 2028, 2032)
    assert needed.costs == pytest.approx(22.7629, abs=1e-4)
    assert needed.yearly == pytest.approx(22.7629 / 3.6970, rel=1e-4)


def test_money_is_back_from_the_year_after_which_no_year_is_negative() -> None:
    assert payback_year([-10, 12, 0, 0], 0.0, 2026) == 2027
    assert payback_year([-10, 12, -20, 1], 0.0, 2026) is None, "a later work is never paid back"
    assert payback_year([-10, 12, -20, 19], 0.0, 2026) == 2029


def test_the_example_by_hand_turns_at_its_break_even_values() -> None:
    benefits, capital, upkeep, residual = by_hand()

    def npv(of_benefits: float, of_capital: float) -> float:
        return float(present_value(of_benefits * benefits - of_capital * (capital - residual) - upkeep, RATE))

    assert bisect(lambda x: npv(x, 1), 0, 10) == pytest.approx(0.4457, abs=5e-5)
    assert bisect(lambda x: npv(1, x), 0, 10) == pytest.approx(2.4848, abs=5e-5)


@pytest.mark.parametrize(
    ("regime", "moving", "waiting", "prices", "expected"),
    [
        ("elastic", (40, 40), (10, 4), {}, 251_850),
        ("rationed", (40, 40), (10, 4), {"rent": 9.0}, 383_250),
        ("diverts", (40, 40), (10, 4), {"detour": 20.0}, 394_200),
        ("diverts", (40, 40), (88, 88), {"detour": 25.0, "cap": 10.6}, 157_680),
    ],
)
def test_each_regime_gives_its_benefit_by_hand(
    regime: str, moving: tuple[float, float], waiting: tuple[float, float], prices: dict[str, float], expected: float
) -> None:
    assert 365 * worth(regime, 100, 130, moving, waiting, **prices) == pytest.approx(expected)


def test_regimes_agree_without_more_tonnes_and_rationed_is_at_least_elastic() -> None:
    for regime in ("elastic", "rationed", "diverts", "shifted"):
        assert 365 * worth(regime, 100, 100, (40, 40), (10, 4), detour=20) == pytest.approx(219_000)
    assert worth("rationed", 100, 130, (40, 40), (10, 4)) >= worth("elastic", 100, 130, (40, 40), (10, 4))


def test_annuities_and_a_residual_value_are_those_of_tables() -> None:
    assert annuity(0.08, 30) == pytest.approx(0.088827, abs=5e-7)
    assert annuity(0.06, 25) == pytest.approx(0.078227, abs=5e-7)
    assert residual_value(100, 40, 22) == pytest.approx(45)
    assert [age(2028, 10, last) for last in (2032, 2037, 2038, 2047, 2048)] == [5, 10, 1, 10, 1]


@pytest.mark.parametrize(
    ("flow", "expected"),
    [((-100, 39, 59, 55, 20), 0.28095), ((-100, 0, 0, 74), -0.0955)],
)
def test_rates_of_return_are_those_of_numpy_financial(flow: tuple[float, ...], expected: float) -> None:
    assert rate_of_return(flow).rate == pytest.approx(expected, abs=5e-5)


def test_a_rate_of_return_is_not_unique_or_none_where_signs_change_otherwise() -> None:
    # numpy-financial gives the root nearest to 0, -0.0833 and 0.0886, of several.
    for flow, nearest in (((-100, 100, 0, -7), -0.0833), ((-5, 10.5, 1, -8, 1), 0.0886)):
        found = rate_of_return(flow)
        assert found.kind == "not_unique"
        assert found.rate is None
        assert min(found.roots, key=abs) == pytest.approx(nearest, abs=5e-5)
    assert rate_of_return((-100, 230, -132)).kind == "not_unique"
    assert rate_of_return((1, 2, 3)).kind == "none"
    assert rate_of_return((0, 0, 0)).kind == "none"
    assert [float(present_value((-100, 230, -132), rate)) for rate in (0.10, 0.15, 0.20)] == pytest.approx(
        [0, 0.1890, 0], abs=5e-5
    )


def test_a_present_value_is_that_of_numpy_financial() -> None:
    assert present_value((-40_000, 5_000, 8_000, 12_000, 30_000), 0.08) == pytest.approx(3065.22, abs=0.005)


def test_the_bypass_of_a_textbook_has_its_net_value_and_ratio() -> None:
    pvb, pvc = 65_188_612, 26_326_133
    assert pvb - pvc == 38_862_479
    assert ratio(pvb, pvc) == pytest.approx(2.476, abs=5e-4)


def test_a_published_project_has_its_present_values_ratio_and_rate_of_return_from_its_yearly_flows() -> None:
    """52 M in year 0, then 25 years with a benefit of 7.1 and an upkeep of 0.5, at 10%."""
    years = range(0, 26)
    costs = work_costs(52.0, 0.5, {0: 1.0}, opens=1, life=25, years=years)
    benefits = np.array([0.0, *[7.1] * 25])
    factors = discount_factors(0.10, len(years))
    printed = {1: (6.454545, 0.454545), 10: (2.737357, 0.192772), 25: (0.655302, 0.046148)}
    for year, (benefit_then, cost_then) in printed.items():
        assert benefits[year] * factors[year] == pytest.approx(benefit_then, abs=1e-6)
        assert costs.total[year] * factors[year] == pytest.approx(cost_then, abs=1e-6)
    pvb, pvc = factors @ benefits, factors @ costs.total
    assert ratio(pvb, pvc) == pytest.approx(1.139877, abs=1e-6)
    assert pvb - pvc == pytest.approx((1.139877 - 1) * pvc, rel=1e-5)
    found = rate_of_return(benefits - costs.total)
    assert found.rate == pytest.approx(0.11935, abs=5e-6)


def test_the_sample_bypass_of_a_guide_for_roads_has_its_present_value_and_ratio() -> None:
    """At 5%; the guide counts the residual value among the benefits, so it is no cost that is saved here."""
    capital = present_value([14_672_750.0] * 3, 0.05)
    assert capital == pytest.approx(41_955_414.40, abs=0.01)
    benefits = (21_128_101.22, 9_083_415.88, 3_237_916.19, 2_360_650.55, 588_108.43, 3_481_194.67, 5_681_515.11)
    pvb, pvc = sum(benefits) + 1_689_630.93, capital + 2_077_088.92
    assert pvb - pvc == pytest.approx(3.22e6, abs=0.005e6)
    assert ratio(pvb, pvc) == pytest.approx(1.07, abs=0.005)


def test_the_interval_of_net_values_by_replication_is_that_of_student() -> None:
    found = mean_interval((18.2, 19.1, 17.6, 20.3, 18.8))
    assert found.estimate == pytest.approx(18.8)
    assert found.half_width == pytest.approx(1.2632, abs=1e-4)


@given(n=st.integers(1, 30), yearly=st.floats(0, 50), upkeep=st.floats(0, 5), capital=st.floats(0.1, 100))
def test_without_a_rate_the_net_value_is_a_sum(n: int, yearly: float, upkeep: float, capital: float) -> None:
    """Life = period, so there is no residual value."""
    costs = work_costs(capital, upkeep, {2026: 1.0}, 2027, n, range(2026, 2027 + n))
    benefits = np.r_[0.0, np.full(n, yearly)]
    assert present_value(benefits - costs.total, 0.0) == pytest.approx(n * (yearly - upkeep) - capital, abs=1e-9)


@given(rate=st.floats(0.01, 0.15), yearly=st.floats(0, 50), capital=st.floats(0.1, 100))
def test_an_opening_a_year_later_divides_the_net_value_by_one_plus_the_rate(
    rate: float, yearly: float, capital: float
) -> None:
    def npv(opens: int) -> float:
        costs = work_costs(capital, 0.0, {opens - 1: 1.0}, opens, 10, range(2026, opens + 10))
        benefits = np.array([yearly if year >= opens else 0.0 for year in range(2026, opens + 10)])
        return float(present_value(benefits - costs.total, rate))

    assert npv(2028) == pytest.approx(npv(2027) / (1 + rate), abs=1e-9)


def test_a_single_server_queue_that_becomes_faster_brings_the_time_that_it_saves() -> None:
    """M/M/1, arrivals 0.9 a day, service 1 then 1.5 a day, cargo worth v a tonne and day: 7.5 v (exact 0.9 x 8.333).

    Waits by Lindley's recursion over the same random numbers; in 200 experiments the 95% interval of ten replications
    covers 7.5 in 90% at least (the means of a queue at load 0.9 are skewed).
    """
    stream = np.random.default_rng(20)
    n, warm, covered = 20_000, 2_000, 0
    for _ in range(200):
        arrival = stream.exponential(1 / 0.9, (10, n))
        size = stream.exponential(1.0, (10, n))
        sojourn = []
        for pace in (1.0, 1.5):
            steps = np.cumsum(np.roll(size, 1, axis=1)[:, 1:] / pace - arrival[:, 1:], axis=1)
            walk = np.concatenate([np.zeros((10, 1)), steps], axis=1)
            wait = walk - np.minimum.accumulate(walk, axis=1)
            sojourn.append((wait + size / pace)[:, warm:].mean(axis=1))
        yearly = [worth("elastic", 0.9, 0.9, (float(a), float(b)), (0.0, 0.0)) for a, b in zip(*sojourn, strict=True)]
        covered += 7.5 in mean_interval(yearly)
    assert covered >= 180


def test_the_page_has_the_example_by_hand_and_names_tests_that_exist() -> None:
    root = Path(__file__).parents[3]
    page = (root / "docs" / "appraisal.md").read_text(encoding="utf-8")

    def row(name: str) -> list[float]:
        (line,) = re.findall(rf"^\| {name} \|(.*)\|$", page, re.M)
        return [float(cell) if cell.strip() else 0.0 for cell in line.split("|")]

    benefits, capital, upkeep, residual = by_hand()
    assert row("benefit") == pytest.approx(benefits)
    assert row("capital, upkeep") == pytest.approx(capital + upkeep)
    assert row("residual value") == pytest.approx(residual)
    cumulated = np.cumsum((benefits - capital - upkeep) * discount_factors(RATE, 7))
    assert row("present value, cumulated, without the residual value") == pytest.approx(cumulated, abs=1e-4)
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", page)
    assert len(named) > 15
    rooms = [root / "tests" / "studies" / name for name in ("appraisal", "portfolio")]
    files = {path.name: path.read_text(encoding="utf-8") for room in rooms for path in room.glob("test_*.py")}
    assert not [one for one in named if f"def {one[1]}(" not in files[one[0]]]
