"""What a comparison comes to, in a word and in a sentence, in English and Chinese.

Four outcomes, because "not significant" is two different things: the scenarios are shown to be alike (the interval lies
within a margin that someone stated), or nothing is shown yet, and then it is told how many more replications would do.
Deciding by where the interval lies against the margin is the interval form of two one-sided tests: Schuirmann (1987),
*J. Pharmacokinet. Biopharm.* 15, 657-680.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from sim.statistics.intervals import Interval, replications_for
from sim.statistics.paired import Paired
from sim.statistics.stability import Growing, Steady

Outcome = Literal["better", "worse", "no_difference", "cannot_tell"]

OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "better": ("better", "更优"),
    "worse": ("worse", "更差"),
    "no_difference": ("no difference shown", "未见差异"),
    "cannot_tell": ("cannot tell yet", "尚不能判断"),
}
"""Outcome: what it is called in English and in Chinese."""


@dataclass(frozen=True)
class Words:
    """One statement in both languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Verdict:
    """The outcome of a paired comparison, its sentence, and how many more replications it is expected to take.

    ``more`` is 0 unless the outcome is 'cannot_tell', and None when no number of replications is expected to tell.
    """

    outcome: Outcome
    words: Words
    more: int | None


def judge(
    paired: Paired,
    *,
    higher_is_better: bool,
    margin: float = 0.0,
    unit: str = "",
    p_adjusted: float | None = None,
    comparisons: int = 1,
) -> Verdict:
    """What a paired comparison shows about the proposal.

    ``margin``, in the figure's unit, is the difference too small to matter: an interval within ± margin shows no
    difference, even one that leaves out 0. Otherwise the difference is shown when the p-value is below 1 - level; in a
    family of ``comparisons`` give the one adjusted by Holm as ``p_adjusted``. ``more`` is the number at which either
    the difference or its absence is expected to show, should the estimate and the spread stay as they are (at
    Bonferroni's level for the family, which is never fewer than Holm needs). Raises ValueError for a negative margin.
    """
    if not margin >= 0:
        raise ValueError(f"margin: expected a number of at least 0, found {margin}")
    difference = paired.difference
    alpha = 1 - difference.level
    p = paired.p_value if p_adjusted is None else p_adjusted
    if -margin <= difference.low and difference.high <= margin:
        outcome: Outcome = "no_difference"
    elif p < alpha:
        outcome = "better" if (difference.estimate > 0) == higher_is_better else "worse"
    else:
        outcome = "cannot_tell"
    more = _more(paired, margin, 1 - alpha / comparisons) if outcome == "cannot_tell" else 0
    return Verdict(outcome, _sentence(outcome, difference, margin, unit, more), more)


def _more(paired: Paired, margin: float, level: float) -> int | None:
    """Replications still to run until the interval is expected to leave out 0, or to lie within the margin."""
    estimate, n = abs(paired.difference.estimate), paired.difference.n
    if n == 1:
        return 2  # three differences: the fewest that tell spread from luck
    reach = max(estimate, margin - estimate)
    return max(1, replications_for(paired.difference_spread, reach, level) - n) if reach > 0 else None


def _sentence(outcome: Outcome, difference: Interval, margin: float, unit: str, more: int | None) -> Words:
    en, zh = OUTCOMES[outcome]
    width = difference.half_width
    value, low, high = (_signed(x, width) for x in (difference.estimate, difference.low, difference.high))
    value += _unit(unit)
    if difference.n == 1:
        return Words(
            f"{en}: {value} against the baseline in one run, which says nothing about chance; run at least {more} more",
            f"{zh}：仅一次运行，较基准 {value}，无法排除偶然因素；请至少再运行 {more} 次",
        )
    if outcome == "no_difference" and margin > 0:
        en += f" (margin ±{margin:g}{_unit(unit)})"
        zh += f"（容许差 ±{margin:g}{_unit(unit)}）"
    share = f"{difference.level * 100:g} %"
    en += f": {value} against the baseline ({share} interval {low} to {high}, {difference.n} paired runs)"
    zh += f"：较基准 {value}（{share} 置信区间 {low} 至 {high}，{difference.n} 对运行）"
    if outcome == "cannot_tell":
        if more is None:
            en += "; the estimate is 0: only a margin can settle it"
            zh += "；估计值为 0，须先给定容许差"
        else:
            en += f"; about {more:,} more would tell"
            zh += f"；预计还需约 {more:,} 次运行"
    return Words(en, zh)


def describe(state: Steady | Growing, unit: str = "") -> Words:
    """What a series over time comes to: its steady mean with all warnings, or that it grows, and how fast."""
    if isinstance(state, Growing):
        rate, low, high = _interval(state.rate, unit)
        return Words(
            f"grows by {rate} a day ({low} to {high}): more arrives than is served, so there is no steady mean",
            f"每天增加 {rate}（{low} 至 {high}）：到达超过处理能力，不存在稳态均值",
        )
    value, low, high = _interval(state.mean, unit)
    en, zh = f"steady at {value}", f"稳态均值 {value}"
    en += f" ({low} to {high}) after a warm-up of {state.warmup_days:g} days"
    zh += f"（{low} 至 {high}），预热期 {state.warmup_days:g} 天"
    if state.too_short:
        en += "; the run is too short for its warm-up: run longer"
        zh += "；运行时间相对预热期过短，请延长"
    if state.drifting:
        growth, _, _ = _interval(state.growth, unit)
        en += f"; it still grows by {growth} a day"
        zh += f"；仍以每天 {growth} 缓慢增加"
    return Words(en, zh)


def _interval(interval: Interval, unit: str) -> tuple[str, str, str]:
    """The estimate with its unit, and the two bounds without."""
    estimate, low, high = (_number(x, interval.half_width) for x in (interval.estimate, interval.low, interval.high))
    return estimate + _unit(unit), low, high


def _decimals(half_width: float) -> int:
    """Two significant figures of the half-width: further digits of the figure are chance."""
    if half_width == 0 or math.isinf(half_width):
        return 2
    return max(0, 1 - math.floor(math.log10(half_width)))


def _number(value: float, half_width: float) -> str:
    text = f"{value:,.{_decimals(half_width)}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def _signed(value: float, half_width: float) -> str:
    text = _number(value, half_width)
    return text if text.startswith("-") or not text.strip("0.,") else f"+{text}"


def _unit(unit: str) -> str:
    return f" {unit}" if unit else ""
