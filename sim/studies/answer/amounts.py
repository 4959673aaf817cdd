"""Amounts of an answer as messages: a figure in its unit, its confidence interval, its share of the baseline.

An amount is data, ``amount(unit, value, ...)``: how many digits it has and whether tonnes are counted in thousands or
tens of thousands depends on the language, so :mod:`sim.reports.answer_texts` writes it. A missing bound is left out.
"""

from __future__ import annotations

import math
from typing import Any, Final

from corridors.messages import Message, message
from sim.statistics import Interval
from sim.studies.compare import Effect

ROOM: Final = "answer"
"""The catalogue of answers."""
AMOUNT, INTERVAL, SPAN, SIGNED = "amount", "interval", "span", "signed"
"""Codes of amounts: a size without its sign, its interval, the interval of the change with its signs, the change."""
TONNES, CROSSINGS, HOURS, USD, VEHICLES, TRIPS, DAYS = "t", "crossings", "h", "usd", "vehicles", "trips", "days"
VEHICLE_HOURS = "vehicle_h"
KG = "kg"
"""Units of amounts."""
HOURS_A_DAY: Final = 24
UNITS: Final = {
    "delivered_t_per_day": TONNES,
    "tonnes_per_day": TONNES,
    "vehicles_per_day": CROSSINGS,
    "dwell_h_mean": HOURS,
}
"""By key figure; a figure per day becomes an amount whose sentence says that it is per day."""


def said(code: str, **params: Any) -> Message:
    """A message of the catalogue of answers."""
    return message(code, ROOM, **params)


def change_of(effect: Effect, times: float = 1.0) -> dict[str, Message]:
    """The parameters ``amount`` and ``interval`` of the change of a figure, ``times`` as large, without its sign."""
    return sized(effect.paired.difference, UNITS[effect.kpi], effect.klass, times)


def sized(found: Interval, unit: str, klass: str = "", times: float = 1.0) -> dict[str, Message]:
    """Amount and interval of a change ``times`` as large, without its sign; ``klass`` is the class of crossings."""
    sign = math.copysign(times, found.estimate)
    ends = sorted((sign * found.low, sign * found.high))
    values = _values(sign * found.estimate, ends, unit, klass) | {"n": found.n}
    return {AMOUNT: said(AMOUNT, **values), INTERVAL: said(INTERVAL, **values)}


def span_of(effect: Effect) -> Message:
    """The confidence interval of the change of a figure, with its signs."""
    return span(effect.paired.difference, UNITS[effect.kpi], effect.klass)


def span(found: Interval, unit: str, klass: str = "") -> Message:
    """The confidence interval of a change, with its signs."""
    return said(SPAN, **_values(found.estimate, [found.low, found.high], unit, klass), n=found.n)


def plain(
    value: float, unit: str, low: float | None = None, high: float | None = None, klass: str = ""
) -> dict[str, Message]:
    """Amount and range of a figure that is not a change, such as a cost."""
    ends = [value if low is None else low, value if high is None else high]
    values = _values(value, ends, unit, klass) | {"n": 0}
    return {AMOUNT: said(AMOUNT, **values), INTERVAL: said(INTERVAL, **values)}


def share_of(effect: Effect) -> float | None:
    """The change as a share of the baseline's figure, without its sign; None of nothing."""
    base = effect.paired.mean_baseline
    return abs(effect.difference / base) if base else None


def _values(value: float, ends: list[float], unit: str, klass: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {"unit": unit, "value": value}
    if all(map(math.isfinite, ends)):
        made |= {"low": ends[0], "high": ends[1]}
    if klass:
        made["of_class"] = klass
    return made
