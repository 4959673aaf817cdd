"""Texts of one effect: its change, half-width, confidence interval and verdict in one language."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from sim.reports.number_format import NO_VALUE, decimals, figure, signed
from sim.statistics import Interval
from sim.statistics.verdict import Outcome
from sim.studies.compare import Effect
from sim.text.catalogue import Language, say

SMALL_H: Final = 0.1
"""Changes below it, in hours, are shown in minutes ..."""
SHORT_H: Final = 10.0
"""... if the figure itself is below this."""


def scaled(found: Interval, factor: float) -> Interval:
    """An interval in a smaller or larger unit."""
    return replace(found, estimate=factor * found.estimate, low=factor * found.low, high=factor * found.high)


def in_minutes(effect: Effect) -> Effect:
    """An effect of less than :data:`SMALL_H` hours in minutes; all others unchanged."""
    found, base = effect.paired.difference, effect.paired.mean_baseline
    ends = (found.estimate, found.low, found.high)
    most = max((abs(end) for end in ends if math.isfinite(end)), default=math.inf)
    if effect.unit != "h" or most >= SMALL_H or base >= SHORT_H:
        return effect
    return replace(
        effect, unit="min", paired=replace(effect.paired, mean_baseline=60 * base, difference=scaled(found, 60))
    )


def change(effect: Effect) -> str:
    """The difference from the baseline, with its sign."""
    interval = effect.paired.difference
    return signed(interval.estimate, decimals(interval.half_width, interval.estimate))


def change_with_half_width(found: Interval, language: Language) -> str:
    """A change ± its half-width; a note instead of the half-width for one run."""
    value = signed(found.estimate, decimals(found.half_width, found.estimate))
    if found.n == 1:
        return say("comparison.estimate_in", language, value=value, more=say("comparison.one_run", language))
    return say("comparison.plus_minus", language, value=value, half_width=figure(found.half_width, 2))


def interval(effect: Effect, language: Language) -> str:
    """The confidence interval of the difference, with one figure more than the difference to keep its ends distinct."""
    found = effect.paired.difference
    if found.n == 1:
        return say("comparison.one_run", language)
    digits = decimals(found.half_width, max(abs(found.low), abs(found.high)), figures=4)
    return say("comparison.from_to", language, low=signed(found.low, digits), high=signed(found.high, digits))


def outcome(id: Outcome, language: Language) -> str:
    """The label of an outcome."""
    return say(f"verdicts.outcome.{id}", language)


def verdict(effect: Effect, language: Language) -> str:
    """The verdict, with the number of further replications if it is not yet clear."""
    label = outcome(effect.outcome, language)
    return say("comparison.more_runs", language, verdict=label, n=effect.more) if effect.more else label


def variance_ratio(effect: Effect) -> str:
    """Variance of the paired difference over that of independent samples; a dash without any variance."""
    ratio = effect.paired.variance_ratio
    return f"{ratio:.2f}" if math.isfinite(ratio) else NO_VALUE
