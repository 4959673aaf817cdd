"""Intervals, pairing, many comparisons, verdicts: against theory, tables and examples worked by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from sim.statistics import (
    holm,
    is_below,
    is_clear,
    judge,
    mean_interval,
    nonnegative_interval,
    paired_difference,
    replications_for,
    replications_until,
)
from sim.statistics.intervals import exact_t_quantile, t_quantile
from sim.text.catalogue import sentence
from tests.helpers.processes import PYTHON, run


def test_t_interval_by_hand() -> None:
    found = mean_interval([1.0, 2.0, 3.0, 4.0, 5.0])  # spread sqrt(2.5), t(4) = 2.776 in every table
    assert found.estimate == 3.0
    assert found.half_width == pytest.approx(2.776 * math.sqrt(2.5 / 5), rel=1e-3)
    assert (found.low, found.high) == pytest.approx((3 - found.half_width, 3 + found.half_width))
    assert 1.5 in found
    assert 0.9 not in found


def test_an_interval_of_what_cannot_be_negative_is_not() -> None:
    """Days until normal of three pairs: the t interval would be -0.2 to 5.5."""
    days = [2.0, 2.0, 4.0]
    usual, found = mean_interval(days), nonnegative_interval(days)
    assert usual.low < 0 < found.low < found.estimate == usual.estimate
    assert found.low * found.high == pytest.approx(found.estimate**2)
    assert math.log(found.high / found.estimate) == pytest.approx(usual.half_width / usual.estimate)
    assert nonnegative_interval([1.0] * 4) == mean_interval([1.0] * 4)
    assert nonnegative_interval([0.0, 0.0]).high == 0.0
    assert nonnegative_interval([7.0]).high == math.inf
    exact = nonnegative_interval([988.0, 985.0, 991.0])
    assert exact.half_width == pytest.approx(mean_interval([988.0, 985.0, 991.0]).half_width, rel=1e-4)
    with pytest.raises(ValueError, match="no negative value, found -1"):
        nonnegative_interval([2.0, -1.0])


def test_a_nonnegative_quantity_is_clear_where_its_t_interval_is_above_zero() -> None:
    for values in ([2.0, 2.0, 4.0], [2.0, 3.0, 4.0, 5.0], [0.0, 0.0, 9.0], [0.0, 0.0]):
        assert is_clear(nonnegative_interval(values)) == (mean_interval(values).low > 0)
    assert is_clear(nonnegative_interval([3.0]))
    assert not is_clear(nonnegative_interval([0.0]))


def test_a_quantity_is_below_a_threshold_where_the_upper_end_of_its_interval_is() -> None:
    assert not is_below(nonnegative_interval([0.0, 0.0, 1.2]), 0.5)
    assert is_below(nonnegative_interval([0.0, 0.0, 0.0]), 0.5)
    assert is_below(nonnegative_interval([0.3, 0.31, 0.3]), 0.5)
    assert is_below(nonnegative_interval([0.3]), 0.5)
    assert not is_below(nonnegative_interval([0.6]), 0.5)


def test_the_nonnegative_interval_of_three_skewed_values_covers_their_mean_as_its_level_says() -> None:
    """Exponential values, 1,000 samples of three: the t interval covers less, the bootstrap of three far less."""
    samples = np.random.default_rng(3).exponential(1.0, (1000, 3))
    drawn = np.array(list(itertools.product(range(3), repeat=3)))
    ends = [np.quantile(sample[drawn].mean(axis=1), (0.025, 0.975)) for sample in samples]
    covered = {
        "log": np.mean([1.0 in nonnegative_interval(sample) for sample in samples]),
        "t": np.mean([1.0 in mean_interval(sample) for sample in samples]),
        "bootstrap": np.mean([low <= 1.0 <= high for low, high in ends]),
    }
    assert covered["log"] > 0.93
    assert covered["t"] < covered["log"] - 0.03
    assert covered["bootstrap"] < 0.8


def test_one_replication_says_nothing_and_equal_ones_say_all() -> None:
    one = mean_interval([7.0])
    assert (one.estimate, one.low, one.high) == (7.0, -math.inf, math.inf)
    equal = mean_interval([0.1] * 3)  # the mean of three 0.1 is not 0.1 in floating point
    assert equal.half_width == 0.0


@pytest.mark.parametrize(("level", "n"), [(0.95, 5), (0.95, 30), (0.8, 10)])
def test_t_intervals_cover_the_mean_as_often_as_they_say(level: float, n: int) -> None:
    samples = np.random.default_rng(7).normal(10, 3, size=(1000, n))
    covered = np.mean([10 in mean_interval(sample, level) for sample in samples])
    assert covered == pytest.approx(level, abs=0.02 if level > 0.9 else 0.03)


def test_bad_samples_are_told_by_position() -> None:
    with pytest.raises(ValueError, match="at position 1, 3"):
        mean_interval([1.0, math.nan, 2.0, math.inf])
    with pytest.raises(ValueError, match="at least one number"):
        mean_interval([])
    with pytest.raises(ValueError, match="confidence level"):
        mean_interval([1.0, 2.0], level=95)
    with pytest.raises(ValueError, match="3 and 2"):
        paired_difference([1.0, 2.0, 3.0], [1.0, 2.0])


def test_replications_for_a_half_width_is_the_least_that_does() -> None:
    for spread, half_width in [(1.0, 0.5), (3.0, 0.2), (1.0, 5.0), (40.0, 0.5)]:
        n = replications_for(spread, half_width)
        assert _half_width(spread, n) <= half_width
        assert n == 2 or _half_width(spread, n - 1) > half_width
    assert replications_for(1.0, 0.5) == 18  # t(17) = 2.110: 0.497; t(16) = 2.120: 0.514
    assert replications_for(0.0, 0.5) == 2
    with pytest.raises(ValueError, match="above 0"):
        replications_for(1.0, 0.0)


def _half_width(spread: float, n: int) -> float:
    values = np.zeros(n)
    values[:2] = [-1.0, 1.0]
    values *= spread / values.std(ddof=1)
    return mean_interval(values).half_width


def test_runs_stop_when_the_target_is_met_and_stays_met() -> None:
    close = [10.0, 10.0, 10.01, 14.0, 6.0, 10.0, 10.0, 10.0, 10.0, 10.0]  # three that are almost equal
    assert replications_until(close, half_width=0.5, look_ahead=0).total == 3
    found = replications_until(close, half_width=0.5)
    assert not found.reached
    assert found.more is not None
    assert found.more > 0

    calm = [10.0, 10.1, 9.9, 10.0, 10.1, 9.9, 10.0, 10.1]
    assert replications_until(calm, half_width=0.5) == replications_until(calm, relative=0.05)
    found = replications_until(calm, half_width=0.5)
    assert (found.reached, found.total, found.more) == (True, 3, 0)
    found = replications_until(calm[:5], half_width=0.5)  # met at 3, and 3 of the 5 that must confirm it are missing
    assert (found.reached, found.total, found.more) == (False, 8, 3)


def test_a_relative_target_is_kept_by_the_true_mean() -> None:
    sample = np.random.default_rng(3).normal(100, 20, 300)
    found = replications_until(sample, relative=0.05)
    assert found.reached
    assert found.total is not None
    made = mean_interval(sample[: found.total])
    assert made.half_width / made.estimate <= 0.05 / 1.05


def test_the_number_of_runs_is_foreseen() -> None:
    random = np.random.default_rng(5)
    foreseen = [replications_until(random.normal(10, 2, 15), half_width=0.4, look_ahead=0).total for _ in range(200)]
    assert all(total is not None for total in foreseen)
    assert np.median([total or 0 for total in foreseen]) == pytest.approx(replications_for(2.0, 0.4), rel=0.1)


def test_no_number_of_runs_is_precise_relative_to_a_mean_of_nothing() -> None:
    assert replications_until([-1.0, 1.0, -1.0, 1.0], relative=0.1).more is None
    assert replications_until([0.0, 0.0, 0.0, 0.0], relative=0.1, look_ahead=0).reached
    with pytest.raises(ValueError, match="either"):
        replications_until([1.0, 2.0])
    with pytest.raises(ValueError, match="above 0"):
        replications_until([1.0, 2.0], half_width=0.0)


def test_paired_comparison_by_hand() -> None:
    found = paired_difference([10.0, 12.0, 11.0, 13.0], [9.0, 10.0, 10.0, 11.0])  # differences -1 -2 -1 -2
    sd = math.sqrt(1 / 3)
    assert (found.mean_baseline, found.mean_proposal, found.difference.estimate) == (11.5, 10.0, -1.5)
    assert found.difference_spread == pytest.approx(sd)
    assert found.difference.half_width == pytest.approx(3.182 * sd / 2, rel=1e-3)  # t(3) = 3.182
    assert found.variance_ratio == pytest.approx((1 / 3) / (5 / 3 + 2 / 3))
    assert found.correlation == pytest.approx(3.0 / math.sqrt(5.0 * 2.0))  # sums of products and of squares
    assert found.p_value == pytest.approx(0.0138, abs=1e-4)  # t = -5.196 with 3 degrees of freedom


def test_paired_intervals_cover_and_pairing_pays() -> None:
    random = np.random.default_rng(9)
    shared = random.normal(0, 3, size=(1000, 15))
    baseline = 20 + shared + random.normal(0, 1, shared.shape)
    proposal = 18 + shared + random.normal(0, 1, shared.shape)
    found = [paired_difference(a, b) for a, b in zip(baseline, proposal, strict=True)]
    assert 0.93 <= np.mean([-2 in each.difference for each in found]) <= 0.97
    all_runs = paired_difference(baseline.ravel(), proposal.ravel())
    assert all_runs.variance_ratio == pytest.approx(2 / 20, rel=0.03)
    assert all_runs.correlation == pytest.approx(9 / 10, rel=0.01)
    no_change = [paired_difference(a, b + 2).p_value for a, b in zip(baseline, proposal, strict=True)]
    assert 0.03 <= np.mean(np.array(no_change) < 0.05) <= 0.07


def test_scenarios_that_never_vary() -> None:
    same = paired_difference([3.0, 4.0, 5.0], [3.0, 4.0, 5.0])
    assert (same.difference.low, same.difference.high, same.p_value, same.variance_ratio) == (0.0, 0.0, 1.0, 0.0)
    shifted = paired_difference([3.0, 3.0, 3.0], [4.0, 4.0, 4.0])
    assert shifted.p_value == 0.0
    assert math.isnan(shifted.variance_ratio)
    assert math.isnan(shifted.correlation)


def test_holm_by_hand() -> None:
    # sorted .005 .01 .03 .04 times 4 3 2 1: .02 .03 .06 .04, and none below the one before it
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([0.04]) == pytest.approx([0.04])
    assert holm([]).size == 0
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([0.1, math.nan])


def test_holm_keeps_false_alarms_rare() -> None:
    p = np.random.default_rng(11).uniform(size=(2000, 20))
    assert np.mean(p.min(axis=1) < 0.05) > 0.5  # twenty comparisons of nothing: more than one in two finds something
    assert np.mean([holm(row).min() < 0.05 for row in p]) == pytest.approx(0.05, abs=0.015)


BASELINE = np.array([20.0, 23.0, 19.0, 25.0, 22.0, 18.0, 24.0, 21.0])
NOISE = np.array([0.1, -0.1, 0.2, -0.2, 0.15, -0.15, 0.05, -0.05])


def test_verdicts_know_the_direction() -> None:
    shorter = paired_difference(BASELINE, BASELINE - 2 + NOISE)
    assert judge(shorter, higher_is_better=False).outcome == "better"
    assert judge(shorter, higher_is_better=True).outcome == "worse"
    longer = paired_difference(BASELINE, BASELINE + 2 + NOISE)
    assert judge(longer, higher_is_better=False).outcome == "worse"
    assert judge(longer, higher_is_better=True).outcome == "better"
    made = judge(shorter, higher_is_better=False, unit="h").sentence  # 2.365 * sqrt(0.15 / 7 / 8) = 0.122
    en = "better: -2.00 h compared with the baseline (95% confidence interval -2.12 to -1.88, 8 paired runs)"
    assert sentence(made, "en") == en
    assert sentence(made, "zh") == "改善：较基准情形-2.00h（95%置信区间-2.12至-1.88，8对运行）"


def test_alike_needs_a_margin() -> None:
    alike = paired_difference(BASELINE, BASELINE + NOISE + 0.01)
    shown = judge(alike, higher_is_better=True, margin=0.5, unit="TEU/d")
    assert (shown.outcome, shown.more) == ("no_difference", 0)
    en = "no relevant difference (negligible difference ±0.5 TEU/d): +0.01 TEU/d compared with the baseline"
    assert sentence(shown.sentence, "en").startswith(en)
    assert sentence(shown.sentence, "zh").startswith("无实质差异（可忽略差异 ±0.5TEU/d）")
    assert judge(alike, higher_is_better=True, margin=0.05).outcome == "cannot_tell"
    assert judge(alike, higher_is_better=True).outcome == "cannot_tell"
    certain_but_small = paired_difference(BASELINE, BASELINE + 0.3 + NOISE / 10)
    assert judge(certain_but_small, higher_is_better=True).outcome == "better"
    assert judge(certain_but_small, higher_is_better=True, margin=0.5).outcome == "no_difference"
    assert judge(paired_difference(BASELINE, BASELINE), higher_is_better=True).outcome == "no_difference"
    with pytest.raises(ValueError, match="margin"):
        judge(alike, higher_is_better=True, margin=-1.0)


def test_cannot_tell_yet_says_how_many_more_would_do() -> None:
    random = np.random.default_rng(12)
    baseline = random.normal(50, 5, 4000)
    proposal = baseline - 0.5 + random.normal(0, 2, 4000)
    early = judge(paired_difference(baseline[:10], proposal[:10]), higher_is_better=False, margin=3.0, unit="h")
    assert early.outcome == "no_difference"
    early = judge(paired_difference(baseline[:10], proposal[:10]), higher_is_better=False, unit="h")
    assert early.outcome == "cannot_tell"
    assert early.more is not None
    assert early.more > 0
    assert early.sentence.code == "more_runs"
    assert f"about {early.more} more runs are needed" in sentence(early.sentence, "en")
    assert f"预计还需约{early.more}次运行" in sentence(early.sentence, "zh")
    # with the truth in hand (spread 2, difference 0.5) it takes 64 runs or so; a poor estimate is off by what it is off
    truth = replications_for(2.0, 0.5)
    foreseen = paired_difference(baseline[:40], proposal[:40])
    assert replications_for(foreseen.difference_spread, 0.5) == pytest.approx(truth, rel=0.35)


def test_many_comparisons_ask_for_more() -> None:
    found = paired_difference(BASELINE, BASELINE + 0.13 + NOISE)
    assert found.p_value < 0.05
    alone = judge(found, higher_is_better=True)
    among_ten = judge(found, higher_is_better=True, p_adjusted=min(1.0, found.p_value * 10), comparisons=10)
    assert alone.outcome == "better"
    assert among_ten.outcome == "cannot_tell"
    assert among_ten.more == replications_for(found.difference_spread, 0.13, level=0.995) - 8
    assert among_ten.more > max(1, replications_for(found.difference_spread, 0.13) - 8)


def test_one_run_and_an_estimate_of_nothing() -> None:
    one = judge(paired_difference([5.0], [4.0]), higher_is_better=False, unit="h")
    assert (one.outcome, one.more) == ("cannot_tell", 2)
    assert sentence(one.sentence, "en").endswith("without a confidence interval; at least 2 more runs are needed")
    assert sentence(one.sentence, "zh") == "尚不能确定：仅一次运行，较基准情形-1.00h，无置信区间；至少还需2次运行"
    nothing = judge(paired_difference([5.0, 5.0], [4.0, 6.0]), higher_is_better=False)
    assert (nothing.outcome, nothing.more) == ("cannot_tell", None)
    assert nothing.sentence.code == "margin_needed"
    assert "only a negligible difference above 0 can decide" in sentence(nothing.sentence, "en")


def test_importing_the_analysis_does_not_load_scipy() -> None:
    code = "import sys, sim.statistics; print('scipy' in sys.modules, 'pandas' in sys.modules)"
    assert run([*PYTHON, code]).stdout.split() == ["False", "False"]


@pytest.mark.parametrize("degrees", range(1, 31))
def test_the_quantile_without_scipy_is_that_of_scipy(degrees: int) -> None:
    for level in (0.5, 0.9, 0.95, 0.99):
        assert exact_t_quantile(level, degrees) == pytest.approx(float(t_quantile(level, degrees)), rel=1e-9)
