"""Rules about the parameters that the program uses: the days of a run, and the figures of costs and routes.

Other parameters may have any value. A parameter that is missing is reported by the command that needs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from corridors.checks.report import error, warning, warns_only
from corridors.clock import local_time
from corridors.findings import Finding
from corridors.io.cells import show
from corridors.io.other_forms import SERIAL, days_meant
from corridors.io.words import words
from corridors.messages import message
from corridors.model import Closure, Corridor, Order, Service

FIRST_DAY: Final = "run_start"
WHOLE: Final = {"run_days": (1, 24_855), "run_warmup_days": (0, 24_854)}
"""Least and greatest value of whole numbers; a run has at most 68 years."""
REAL: Final = {
    "discount_rate": (0.0, 1.0),
    "life_years": (1.0, 1000.0),
    "cny_per_usd": (0.0001, 10_000.0),
    "transship_h": (0.0, 8760.0),
    "transship_usd_per_t": (0.0, 1_000_000.0),
}
"""Least and greatest value of other numbers: a share per year, years, CNY/USD, hours, USD/t."""
DAYS: Final = words("unit.days")
UNITS: Final = {
    FIRST_DAY: ("YYYYMMDD", "date", "day"),
    "run_days": DAYS,
    "run_warmup_days": DAYS,
    "discount_rate": ("1/a", "1/year", "peryear", "a-1", "1/yr", "share", "1", "-"),
    "life_years": words("unit.years"),
    "cny_per_usd": ("CNY/USD",),
    "transship_h": words("unit.hours"),
    "transship_usd_per_t": ("USD/t",),
}
"""Units in which the program reads parameters, and other ways to write them, without spaces."""


def declared_days(corridor: Corridor) -> tuple[date, date] | None:
    """First and last day of the run that the parameters declare; None if they declare none that a run can have."""
    start, days = (corridor.parameters.get(name) for name in (FIRST_DAY, "run_days"))
    try:
        first = local_time.day_of_number(start.value) if start else None
        return (first, first + timedelta(days=int(days.value) - 1)) if first and days else None
    except (ValueError, OverflowError):
        return None


def measured_days(corridor: Corridor) -> tuple[date, date] | None:
    """First and last day after the warm-up of the declared run; None without a run, or without a day after it."""
    days, warmup = declared_days(corridor), corridor.parameters.get("run_warmup_days")
    try:
        first = days[0] + timedelta(days=int(warmup.value) if warmup else 0) if days else None
    except (ValueError, OverflowError):
        return None
    return (first, days[1]) if days and first and days[0] <= first <= days[1] else None


def starts_with_backlog(corridor: Corridor, service: Service) -> bool:
    """Whether vehicles of a service wait at their origin at the first second of the declared run."""
    days = declared_days(corridor)
    first = days[0].isoformat() if days else ""
    opens = not service.opening_date or service.opening_date <= first
    return service.initial_backlog > 0 and opens and not (first and "" < service.closing_date <= first)


def outside_the_run(table: str, row: Closure | Order, days: tuple[date, date] | None, what: str) -> Iterator[Finding]:
    """A warning with the code ``what`` for a row none of whose days may be one of the run."""
    if not days or row.last_day < row.first_day:  # Another rule refuses days in the wrong order.
        return
    if not local_time.touches(local_time.day(row.first_day), local_time.day(row.last_day), *days):
        expected = message("want.day_of_run", first=days[0].isoformat(), last=days[1].isoformat())
        yield warning(table, row.id, "first_day", row.first_day, message(what), expected)


@warns_only
def parameters_have_the_unit_of_the_program(corridor: Corridor) -> Iterator[Finding]:
    """A parameter that the program uses states no other unit than that in which the program reads it."""
    for key, row in corridor.parameters.items():
        units = UNITS.get(key, ())
        if units and row.unit and row.unit.casefold().replace(" ", "") not in map(str.casefold, units):
            what = message("parameter.other_unit", parameter=key, unit=units[0])
            yield warning("parameters", key, "unit", row.unit, what, units[0], units[0])


def parameters_can_be_used(corridor: Corridor) -> Iterator[Finding]:
    """The parameters that the program uses have values that it can use.

    The first day is a day of the calendar written YYYYMMDD.
    """
    for key, row in corridor.parameters.items():
        value, what = row.value, message("parameter.unusable", parameter=key)
        if key == FIRST_DAY and not _is_day(value):
            meant = _of_serial(value)
            yield error("parameters", key, "value", show(value), what, message("want.day_number"), meant)
        if key in WHOLE:
            low, high = WHOLE[key]
            if not (low <= value <= high and value == int(value)):
                kind = message("want.whole_number")
                expected = message("want.bounded", kind=kind, low=show(low), high=show(high))
                yield error("parameters", key, "value", show(value), what, expected)
        if key in REAL:
            least, most = REAL[key]
            if not least <= value <= most:
                expected = message("want.bounded", kind=message("want.number"), low=show(least), high=show(most))
                yield error("parameters", key, "value", show(value), what, expected)


def _of_serial(value: float) -> str:
    """The day of Excel's count of days as YYYYMMDD; '' for another number."""
    days = days_meant(show(value)) if SERIAL.fullmatch(show(value)) else ("",)
    return days[0].replace("-", "")


def _is_day(value: float) -> bool:
    try:
        local_time.day_of_number(value)
    except ValueError:
        return False
    return True


RULES = (parameters_can_be_used, parameters_have_the_unit_of_the_program)
