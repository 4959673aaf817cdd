"""Verdict on a paired comparison, as messages.

There are four outcomes, because "not significant" has two meanings: the scenarios are equal within a stated negligible
difference, or more replications are needed; the verdict then has their expected number. The position of the confidence
interval relative to the negligible difference is the interval form of two one-sided tests: Schuirmann (1987),
*J. Pharmacokinet. Biopharm.* 15, 657-680.

The sentences are in the catalogue ``verdicts``; the label of an outcome is the message ``outcome.<id>``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, Literal

from corridors.messages import Message, Text, message
from sim.statistics.intervals import Interval, replications_for
from sim.statistics.paired import Paired

Outcome = Literal["better", "worse", "no_difference", "cannot_tell"]

ROOM: Final = "verdicts"
"""The catalogue of the messages of this module."""


@dataclass(frozen=True)
class Verdict:
    """Outcome of a paired comparison, with its sentence.

    ``more`` is the expected number of further replications: 0 unless the outcome is 'cannot_tell', None if no number
    of replications is expected to decide.
    """

    outcome: Outcome
    sentence: Message
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
    """Judge the difference between a proposal and the baseline.

    ``margin`` is the negligible difference, in the figure's unit: an interval within ± margin is 'no_difference', even
    one without 0. Otherwise the proposal is better or worse if the p-value is below 1 - level; in a family of
    ``comparisons``, ``p_adjusted`` is the Holm-adjusted one. ``more`` is the number at which the difference or its
    absence is expected to be significant if estimate and spread stay as they are (at Bonferroni's level for the family,
    which is never fewer than Holm needs). ``unit`` is only for the sentence. Raises ValueError for a negative margin.
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
    """Further replications until the interval is expected to exclude 0 or to lie within the margin."""
    estimate, n = abs(paired.difference.estimate), paired.difference.n
    if n == 1:
        return 2  # Three differences are the fewest whose spread is an estimate of the sampling error.
    reach = max(estimate, margin - estimate)
    return max(1, replications_for(paired.difference_spread, reach, level) - n) if reach > 0 else None


def _sentence(outcome: Outcome, difference: Interval, margin: float, unit: str, more: int | None) -> Message:
    label, width = _message(f"outcome.{outcome}"), difference.half_width
    value, low, high = (_signed(x, width) for x in (difference.estimate, difference.low, difference.high))
    if difference.n == 1:
        return _message("one_run", outcome=label, value=_measured(value, unit), n=more or 0)
    if outcome == "no_difference" and margin > 0:
        label = _message("within_margin", outcome=label, margin=_measured(f"{margin:g}", unit))
    made = _message(
        "compared",
        outcome=label,
        value=_measured(value, unit),
        level=difference.level * 100,
        low=low,
        high=high,
        n=difference.n,
    )
    if outcome != "cannot_tell":
        return made
    return _message("margin_needed", verdict=made) if more is None else _message("more_runs", verdict=made, n=more)


def _message(code: str, **values: Any) -> Message:
    return message(code, ROOM, **values)


def _decimals(half_width: float) -> int:
    """Decimals for two significant figures of the half-width; further digits are sampling error."""
    if half_width == 0 or math.isinf(half_width):
        return 2
    return max(0, 1 - math.floor(math.log10(half_width)))


def _number(value: float, half_width: float) -> str:
    text = f"{value:,.{_decimals(half_width)}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def _signed(value: float, half_width: float) -> str:
    text = _number(value, half_width)
    return text if text.startswith("-") or not text.strip("0.,") else f"+{text}"


def _measured(value: str, unit: str) -> Text:
    return _message("measured", value=value, unit=unit) if unit else value
