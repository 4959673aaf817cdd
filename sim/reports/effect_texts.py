"""Texts of one effect: its change, half-width, confidence interval and verdict in one language."""

from __future__ import annotations

import math
from dataclasses import replace

from sim.reports.number_format import NO_VALUE, decimals, figure, plain, signed
from sim.statistics import Interval
from sim.statistics.verdict import Outcome
from sim.studies.compare import Effect
from sim.text.catalogue import Language, say


def scaled(found: Interval, factor: float) -> Interval:
    """An interval times a factor; a negative one swaps its ends."""
    low, high = sorted((factor * found.low, factor * found.high))
    return replace(found, estimate=factor * found.estimate, low=low, high=high)


def spread(found: Interval, language: Language) -> str:
    """A figure with its interval; without it if there is no variance or one run only."""
    if not (math.isfinite(found.half_width) and found.half_width > 0):
        return figure(found.estimate)
    digits = decimals(found.half_width, found.estimate)
    value, low, high = (plain(end, digits) for end in (found.estimate, found.low, found.high))
    return say(
        "comparison.estimate_in", language, value=value, more=say("comparison.from_to", language, low=low, high=high)
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
    """The verdict, with the number of further replications if it is not yet clear.

    It says why where the interval, which is not adjusted for several scenarios, seems to contradict it.
    """
    if effect.equal:
        return say("comparison.same_in_pairs", language)
    found = effect.paired.difference
    beyond = math.isfinite(found.half_width) and 0 not in found
    apart = {"cannot_tell": "after_adjustment", "no_difference": "below_margin"}
    if beyond and effect.outcome in apart:
        label = say(f"comparison.{apart[effect.outcome]}", language)
    else:
        label = outcome(effect.outcome, language)
    return say("comparison.more_runs", language, verdict=label, n=effect.more) if effect.more else label


def variance_ratio(effect: Effect) -> str:
    """Variance of the paired difference over that of independent samples; a dash without any variance."""
    ratio = effect.paired.variance_ratio
    return f"{ratio:.2f}" if math.isfinite(ratio) else NO_VALUE
